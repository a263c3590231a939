"""Connectors, the server catalog, replication jobs and their runs: records beside the applications."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ID = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "records",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("record_id", _ID, nullable=False),
        sa.Column("parent", _ID, nullable=False),
        sa.Column("place", _ID, nullable=False),
        sa.Column("holds", sa.String(255)),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("kind", "record_id", name="pk_records"),
        sa.UniqueConstraint("kind", "holds", name="uq_records_kind"),
    )
    op.create_index("ix_records_kind", "records", ["kind", "parent", "place"])
