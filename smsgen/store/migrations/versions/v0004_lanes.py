"""Jobs have a subject and a lane: work that is not an application's can be queued, too."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ID = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")


def upgrade() -> None:
    """Keep the jobs there are: each is on its application, and in its application's lane."""
    op.drop_index("ix_jobs_app_id", "jobs")
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_constraint("fk_jobs_app_id", type_="foreignkey")
        jobs.alter_column("app_id", new_column_name="subject", existing_type=_ID, existing_nullable=False)
        jobs.drop_column("body")
        jobs.add_column(sa.Column("lane", _ID, nullable=False, server_default=""))
        jobs.add_column(sa.Column("reach", sa.Float(53), nullable=False, server_default="0"))
    # A lease that somebody holds goes on: `reach` is as long as anybody may have asked for.
    op.execute("UPDATE jobs SET lane = subject, reach = 3600")
    with op.batch_alter_table("jobs") as jobs:
        jobs.alter_column("lane", server_default=None, existing_type=_ID, existing_nullable=False)
        jobs.alter_column("reach", server_default=None, existing_type=sa.Float(53), existing_nullable=False)
    op.create_index("ix_jobs_subject", "jobs", ["subject", "seq"])
    op.create_index("ix_jobs_lane", "jobs", ["lane", "seq"])
