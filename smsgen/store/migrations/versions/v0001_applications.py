"""Applications, their servers, their jobs, and client tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
_COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "apps",
        sa.Column("app_id", _ID, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("app_id", name="pk_apps"),
    )
    op.create_table(
        "servers",
        sa.Column("server_id", sa.String(255), nullable=False),
        sa.Column("app_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("server_id", name="pk_servers"),
        sa.ForeignKeyConstraint(["app_id"], ["apps.app_id"], name="fk_servers_app_id", ondelete="CASCADE"),
    )
    op.create_index("ix_servers_app_id", "servers", ["app_id"])
    op.create_table(
        "jobs",
        sa.Column("seq", _COUNTER, nullable=False),
        sa.Column("job_id", sa.String(64), nullable=False),
        sa.Column("app_id", _ID, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("until", sa.Float(53), nullable=False),
        sa.Column("created", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_jobs"),
        sa.UniqueConstraint("job_id", name="uq_jobs_job_id"),
        sa.ForeignKeyConstraint(["app_id"], ["apps.app_id"], name="fk_jobs_app_id", ondelete="CASCADE"),
    )
    op.create_index("ix_jobs_app_id", "jobs", ["app_id", "seq"])
    op.create_table(
        "tokens",
        sa.Column("operation", sa.String(64), nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("request", sa.String(255), nullable=False),
        sa.Column("app_id", sa.String(64), nullable=False),
        sa.Column("created", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("operation", "token", name="pk_tokens"),
    )
    op.create_index("ix_tokens_created", "tokens", ["created"])
