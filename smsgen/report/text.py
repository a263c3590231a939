"""A change set for a person at a terminal, in the spirit of `terraform plan`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from smsgen.changes.change_set import ChangeSet
from smsgen.errors import visible
from smsgen.report.alike import SameChange, row_title, same_changes, same_findings
from smsgen.report.view import MARKS, ChangeSetView, Value, edit_words, view_of, view_summary
from smsgen.report.wording import FORCES, outcome
from smsgen.report.wrap import Span, wrapped

_COLOURS = {
    "add": "32",
    "import": "36",
    "modify": "33",
    "may replace": "35",
    "replace": "31;1",
    "remove": "31",
}
_LINES = {"+": "32", "-": "31", "@": "36"}
_LOOK, _BOLD = "33;1", "1"
_LONGEST = 100


class _Line(NamedTuple):
    """A line, and how far in it goes on where it does not fit."""

    parts: tuple[Span, ...]
    hang: int = 0


def render(change_set: ChangeSet, *, colour: bool = False, show_added: bool = False, width: int = 0) -> str:
    """Return the change set as lines of text; counts first and last.

    `colour`: with ANSI escapes (SGR); `show_added`: new resources with their properties; `width`: of a line, in columns
    (0: lines as long as they are).
    """
    lines = _lines(view_of(change_set, show_added=show_added))
    return "".join(
        f"{_painted(parts, colour)}\n" for line in lines for parts in wrapped(line.parts, width, line.hang)
    )


def _painted(parts: tuple[Span, ...], colour: bool) -> str:
    return "".join(
        f"\x1b[{part.colour}m{part.text}\x1b[0m" if colour and part.colour else part.text for part in parts
    )


def _line(text: str, colour: str = "", hang: int = 0) -> _Line:
    return _Line((Span(text, colour),), hang)


def _lines(view: ChangeSetView) -> Iterator[_Line]:
    yield _line(f"Change set for {_clean(view.title)} ({view.type}): {view_summary(view)}", _BOLD, 2)
    if view.reason:
        yield _line(f"  {_clean(view.reason)}", hang=2)
    for finding in same_findings(view.of_no_row):
        names = ", ".join(map(_clean, finding.logical_ids))
        yield _line(f"  ! {finding.kind} {names}: {_clean(finding.message)}", _LOOK, 4)
    for change in same_changes(view.rows):
        yield _line("")
        yield from _change(change)
    if view.uncertain:
        yield _line("")
        yield from (_line(f"  ? {_clean(sentence)}", hang=4) for sentence in view.uncertain)
    if view.edits:
        yield _line("")
        yield _line("Beyond the resources (a change set does not show these):", hang=2)
        yield from _edits(view)
    if view.rows or view.edits:
        yield _line("")
        yield _line(f"{view_summary(view)[:1].upper()}{view_summary(view)[1:]}.", _BOLD, 2)


def _edits(view: ChangeSetView) -> Iterator[_Line]:
    for edit in view.edits:
        what, before, after = edit_words(edit)
        mark = {"Add": "+", "Remove": "-"}.get(edit.change, "~")
        values = " -> ".join(_cut(value) for value in (before, after) if value)
        yield _line(f"  {mark} {_clean(what)}: {values}" if values else f"  {mark} {_clean(what)}", hang=6)


def _change(change: SameChange) -> Iterator[_Line]:
    row = change.row
    code = _COLOURS[row.kind]
    yield from _who(change, code)
    words = _clean(outcome(change))
    if words:
        yield _line(f"      {words}", code, 8)
    for finding in row.findings:
        yield _line(f"      ! {finding.kind}: {_clean(finding.message)}", _LOOK, 8)
    for value in row.values:
        yield from _value(value)


def _who(change: SameChange, code: str) -> Iterator[_Line]:
    """Yield which resource it is; of several, how many, and then their names by launch order."""
    row = change.row
    mark = f"{MARKS[row.kind]:>3} "
    if len(change.rows) == 1:
        where = f"  launch order {row.launch_order}" if row.launch_order is not None else ""
        server = f"  ({_clean(row.server)})" if row_title(row) != row.logical_id else ""
        head = Span(f"{mark}{_clean(row.logical_id)}", code)
        yield _Line((head, Span(f"  {_clean(row.type)}{server}{where}")), 6)
        return
    yield _Line((Span(f"{mark}{len(change.rows):,} x {_clean(row.type)}", code),), 6)
    for order, names in change.orders:
        where = f"launch order {order}: " if order is not None else ""
        yield _line(f"      {where}{', '.join(map(_clean, names))}", hang=8)


def _value(value: Value) -> Iterator[_Line]:
    forces = f"  # {FORCES[value.recreation]}" if value.recreation in FORCES else ""
    because = f"  because {', '.join(map(_clean, value.causes))}" if value.causes else ""
    yield _line(f"      {_mark(value)} {_clean(value.name)}{_shown(value)}{forces}{because}", hang=10)
    for line in value.diff:
        yield _line(f"          {_clean(line)}", _LINES.get(line[:1], ""), 12)


def _mark(value: Value) -> str:
    if (value.before is None) == (value.after is None):
        return "~"
    return "+" if value.before is None else "-"


def _shown(value: Value) -> str:
    if value.diff:
        return ":"
    sides = [_cut(side) for side in (value.before, value.after) if side is not None]
    return f": {' -> '.join(sides)}" if sides else ""


def _cut(text: str) -> str:
    shown = _clean(text or '""')
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def _clean(text: str) -> str:
    """Return a text in which nothing is unseen: a value must not move the cursor of whoever reads it."""
    return visible(text)
