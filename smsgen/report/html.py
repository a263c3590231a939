"""A change set as one self-contained HTML page, with the launch order drawn and every change in place."""

from __future__ import annotations

from typing import Any

from smsgen.changes.model import ChangeSet
from smsgen.record import Record
from smsgen.report.view import MARKS, Row, View, edit_words, summary, view_of
from smsgen.templates import folder


class Box(Record):
    """A server in the drawing: changed or not."""

    name: str
    server: str
    kind: str


class Column(Record):
    """The servers of one launch order."""

    launch_order: int
    boxes: tuple[Box, ...]


def render(change_set: ChangeSet) -> str:
    """Give the page. It loads nothing, runs no script, and escapes whatever a template holds."""
    view = view_of(change_set)
    made: str = _template().render(
        view=view,
        summary=summary(view),
        marks=MARKS,
        columns=_columns(change_set, view),
        edits=[edit_words(edit) for edit in view.edits],
    )
    return made


def _columns(change_set: ChangeSet, view: View) -> list[Column]:
    """Give the launch order of everything that smsgen compiled, on both sides."""
    rows: dict[str, Row] = {row.logical_id: row for row in view.rows}
    servers: dict[int, dict[str, Box]] = {}

    def look(one: ChangeSet, inside: str) -> None:
        for side in (one.after, one.before):
            for name, resource in (side.template.get("Resources") or {}).items():
                said = _said(resource)
                order = said.get("launchOrder")
                path = f"{inside}{name}"
                if isinstance(order, int) and not any(path in boxes for boxes in servers.values()):
                    kind = rows[path].kind if path in rows else "unchanged"
                    title = str(said.get("vmName") or said.get("serverId") or name)
                    servers.setdefault(order, {})[path] = Box(path, title, kind)
        for name, child in one.nested.items():
            look(child, f"{inside}{name}/")

    look(change_set, "")
    return [Column(order, tuple(servers[order].values())) for order in sorted(servers)]


def _said(resource: Any) -> dict[str, Any]:
    metadata = resource.get("Metadata") if isinstance(resource, dict) else None
    found = metadata.get("smsgen") if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def _template() -> Any:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder("report")),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("change_set.html.j2")
