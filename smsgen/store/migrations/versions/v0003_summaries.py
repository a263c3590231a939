"""What ListApps shows of an application beside its document, and a row that tells whether the store can be written."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_APPS = sa.table(
    "apps",
    sa.column("app_id"),
    sa.column("version"),
    sa.column("document"),
    sa.column("summary"),
    sa.column("summarized"),
)
_META = sa.table("meta", sa.column("name"), sa.column("value"))
_ROWS = 500


def upgrade() -> None:
    """Add the columns and fill them, and add the row."""
    op.add_column("apps", sa.Column("summary", sa.Text, nullable=False, server_default=sa.text("''")))
    op.add_column("apps", sa.Column("summarized", sa.BigInteger, nullable=False, server_default=sa.text("0")))
    op.bulk_insert(_META, [{"name": "writable", "value": ""}])
    connection = op.get_bind()
    columns = {"summary": sa.bindparam("text"), "summarized": _APPS.c.version}
    fill = sa.update(_APPS).where(_APPS.c.app_id == sa.bindparam("key")).values(columns)
    page = sa.select(_APPS.c.app_id, _APPS.c.document).order_by(_APPS.c.app_id).limit(_ROWS)
    last = ""
    while rows := connection.execute(page.where(_APPS.c.app_id > last)).all():
        connection.execute(fill, [{"key": row.app_id, "text": _summary(row.document)} for row in rows])
        last = rows[-1].app_id


def _summary(document: str) -> str:
    managed = json.loads(document)
    app = managed["app"]
    groups = app.get("server_groups", [])
    summary: dict[str, Any] = {
        **{name: app[name] for name in ("app_id", "name", "description", "stack_name") if name in app},
        **{name: value for name, value in managed.items() if name not in ("app", "validation")},
        "total_server_groups": len(groups),
        "total_servers": sum(len(group.get("server_list", [])) for group in groups),
    }
    if "replication" in summary:
        copied = summary["replication"].items()
        summary["replication"] = {
            name: value for name, value in copied if name not in ("parameters", "terminated")
        }
    return json.dumps(summary, separators=(",", ":"))
