"""A change set for a person at a terminal, in the spirit of `terraform plan`."""

from __future__ import annotations

from collections.abc import Iterator

from smsgen.changes.change_set import ChangeSet
from smsgen.errors import visible
from smsgen.report.view import (
    MARKS,
    RESTART,
    ChangeRow,
    ChangeSetView,
    Value,
    edit_words,
    view_of,
    view_summary,
)

_COLOURS = {
    "add": "32",
    "import": "36",
    "modify": "33",
    "may replace": "35",
    "replace": "31;1",
    "remove": "31",
}
_LONGEST = 100


def render(change_set: ChangeSet, *, colour: bool = False, show_added: bool = False) -> str:
    """Return the change set as lines of text; counts first and last.

    `colour`: with ANSI escapes (SGR); `show_added`: new resources with their properties.
    """
    view = view_of(change_set, show_added=show_added)
    return "".join(f"{line}\n" for line in _lines(view, _Paint(colour)))


class _Paint:
    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text


def _lines(view: ChangeSetView, paint: _Paint) -> Iterator[str]:
    yield paint(f"Change set for {_clean(view.title)} ({view.type}): {view_summary(view)}", "1")
    if view.reason:
        yield f"  {_clean(view.reason)}"
    for finding in view.of_no_row:
        what = f"{finding.kind} {_clean(finding.logical_resource_id)}: {_clean(finding.message)}"
        yield paint(f"  ! {what}", "33;1")
    for row in view.rows:
        yield ""
        yield from _row(row, paint)
    if view.uncertain:
        yield ""
        yield from (f"  ? {_clean(sentence)}" for sentence in view.uncertain)
    if view.edits:
        yield ""
        yield "Beyond the resources (a change set does not show these):"
        for edit in view.edits:
            what, before, after = edit_words(edit)
            mark = {"Add": "+", "Remove": "-"}.get(edit.change, "~")
            values = " -> ".join(_cut(value) for value in (before, after) if value)
            yield f"  {mark} {_clean(what)}: {values}" if values else f"  {mark} {_clean(what)}"
    if view.rows or view.edits:
        yield ""
        yield paint(view_summary(view)[:1].upper() + view_summary(view)[1:] + ".", "1")


def _row(row: ChangeRow, paint: _Paint) -> Iterator[str]:
    code = _COLOURS[row.kind]
    where = f"  launch order {row.launch_order}" if row.launch_order is not None else ""
    server = f"  ({_clean(row.server)})" if row.server and row.server != row.logical_id else ""
    yield paint(f"{MARKS[row.kind]:>3} {_clean(row.logical_id)}", code) + f"  {row.type}{server}{where}"
    outcome = _outcome(row)
    if outcome:
        yield "      " + paint(outcome, code)
    for finding in row.findings:
        yield "      " + paint(f"! {finding.kind}: {_clean(finding.message)}", "33;1")
    for value in row.values:
        yield from _value(value, paint)


def _outcome(row: ChangeRow) -> str:
    image = any(value.property_name == "ImageId" and value.recreation == "Always" for value in row.values)
    physical = f" {_clean(row.physical_id)}" if row.physical_id else ""
    if row.kind == "replace":
        why = "NEW IMAGE: " if image else ""
        kept = {"ReplaceAndRetain": "kept", "ReplaceAndSnapshot": "deleted after a snapshot"}.get(
            row.policy, "deleted"
        )
        return f"{why}will be REPLACED; the old{physical or ' one'} is {kept}"
    if row.kind == "may replace":
        return RESTART if row.restarts else "may be replaced"
    if row.kind == "remove":
        kept = {"Retain": "kept, outside the stack", "Snapshot": "deleted after a snapshot"}.get(
            row.policy, "deleted"
        )
        return f"will be removed;{physical or ' it'} is {kept}"
    return f"exists as{physical}" if row.kind == "import" and physical else ""


def _value(value: Value, paint: _Paint) -> Iterator[str]:
    because = f"  because {', '.join(map(_clean, value.causes))}" if value.causes else ""
    forces = {"Always": "  # forces replacement", "Conditionally": "  # may force replacement"}.get(
        value.recreation, ""
    )
    if value.diff:
        yield f"      ~ {_clean(value.name)}:{forces}{because}"
        for line in value.diff:
            yield "          " + paint(_clean(line), {"+": "32", "-": "31", "@": "36"}.get(line[:1], "0"))
        return
    if value.before is None and value.after is None:
        yield f"      ~ {_clean(value.name)}{forces}{because}"
    elif value.before is None:
        yield f"      + {_clean(value.name)}: {_cut(value.after)}{forces}{because}"
    elif value.after is None:
        yield f"      - {_clean(value.name)}: {_cut(value.before)}{forces}{because}"
    else:
        yield f"      ~ {_clean(value.name)}: {_cut(value.before)} -> {_cut(value.after)}{forces}{because}"


def _cut(text: str | None) -> str:
    shown = _clean(text or '""')
    if shown == "{{changeSet:KNOWN_AFTER_APPLY}}":
        return "(known after apply)"
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def _clean(text: str) -> str:
    """Return a text in which nothing is unseen: a value must not move the cursor of whoever reads it."""
    return visible(text)
