"""A change set as one self-contained HTML page, with the launch order drawn and every change in place."""

from __future__ import annotations

from typing import Any

from smsgen.changes.change_set import ChangeSet
from smsgen.changes.masking import mask_of
from smsgen.errors import visible
from smsgen.report.graph import of_change_set, svg
from smsgen.report.view import MARKS, RESTART, ChangeSetView, edit_words, view_of, view_summary
from smsgen.templates import folder


def render(change_set: ChangeSet, *, show_added: bool = False) -> str:
    """Return the page. It loads nothing, runs no script, and escapes whatever a template holds.

    `show_added`: new resources with their properties.
    """
    view = view_of(change_set, show_added=show_added)
    page: str = _template().render(
        view=view,
        summary=view_summary(view),
        marks=MARKS,
        restart=RESTART,
        picture=_picture(change_set, view),
        edits=[edit_words(edit) for edit in view.edits],
    )
    return page


def _picture(change_set: ChangeSet, view: ChangeSetView) -> str:
    """Return the launch order of everything that smsgen compiled, on both sides, as SVG; "" where there is nothing."""
    graph = of_change_set(change_set, {row.logical_id: row.kind for row in view.rows}, mask_of(change_set))
    return svg.render(graph, page=True) if graph.lanes else ""


def _seen(value: Any) -> Any:
    """Return a text with what is unseen written out: bidi controls would turn around what stands beside it."""
    return visible(value, "\n\t") if type(value) is str else value


def _template() -> Any:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder("report")),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        finalize=_seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("change_set.html.j2")
