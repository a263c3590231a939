"""A change set as one self-contained HTML page: what to look at first, then the launch order and every change."""

from __future__ import annotations

from typing import Any, NamedTuple

from smsgen.changes.change_set import ChangeSet
from smsgen.changes.masking import mask_of
from smsgen.errors import visible
from smsgen.report.alike import same_changes, same_findings
from smsgen.report.graph import counted, of_change_set, svg
from smsgen.report.view import MARKS, ChangeSetView, counts_in_words, edit_words, view_of, view_summary
from smsgen.report.wording import FORCES, NOT_SAID, Provenance, outcome
from smsgen.templates import folder

MOST_OPEN = 60
"""On a page of more changes than these, what changes in each is behind a click."""

MOST_NAMES = 40
"""Of one launch order that stand in sight; more are behind a click."""

_TONES = {"+": "plus", "-": "minus", "@": "place"}
_KINDS = {
    "add": "will be added",
    "import": "will be imported",
    "modify": "will be modified",
    "may replace": "may be replaced",
    "replace": "will be replaced",
    "remove": "will be removed",
}


class _Pictures(NamedTuple):
    """The launch order as SVG: folded to what changes, and whole; "" where there is nothing (more) to draw."""

    changed: str = ""
    whole: str = ""
    servers: str = ""


def render(change_set: ChangeSet, *, show_added: bool = False, made_by: Provenance = NOT_SAID) -> str:
    """Return the page. It loads nothing, runs no script, and escapes whatever a template holds.

    `show_added`: new resources with their properties; `made_by`: what its last line says. The same arguments give the
    same bytes.
    """
    view = view_of(change_set, show_added=show_added)
    changes = same_changes(view.rows)
    page: str = _template().render(
        view=view,
        summary=view_summary(view),
        badges=tuple(counts_in_words(view)),
        findings=same_findings(view.findings),
        changes=changes,
        cards={row.logical_id for row in view.rows},
        folded=len(changes) > MOST_OPEN,
        most_names=MOST_NAMES,
        marks=MARKS,
        kinds=_KINDS,
        tones=_TONES,
        forces=FORCES,
        outcome=outcome,
        picture=_pictures(change_set, view),
        edits=[edit_words(edit) for edit in view.edits],
        compared=change_set.compared,
        made_by=made_by,
    )
    return page


def _pictures(change_set: ChangeSet, view: ChangeSetView) -> _Pictures:
    """Return the drawings of everything that smsgen compiled, on both sides."""
    kinds = {row.logical_id: row.kind for row in view.rows}
    mask = mask_of(change_set)
    whole = of_change_set(change_set, kinds, mask)
    if not whole.lanes:
        return _Pictures()
    servers = counted(sum(lane.number for lane in whole.lanes), "server")
    folded = of_change_set(change_set, kinds, mask, only_changes=True)
    if folded == whole:
        return _Pictures(svg.render(whole, page=True))
    changed = svg.render(folded, page=True) if kinds else ""
    return _Pictures(changed, svg.render(whole, page=True, style=not changed), servers)


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
