"""A change set as a comment on a pull request: counts first, details folded, within the size that GitHub takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smsgen.changes.change_set import ChangeSet
from smsgen.errors import visible
from smsgen.report.alike import SameChange, SameFinding, same_changes, same_findings
from smsgen.report.view import MARKS, ChangeSetView, Value, edit_words, view_of, view_summary
from smsgen.report.wording import FORCES, outcome

MAX_CHARACTERS = 65_536
"""Of a comment's body (GitHub answers "body is too long (maximum is 65536 characters)")."""

_ENOUGH = MAX_CHARACTERS - 1_000
_LONGEST = 120
_MOST_NAMED = 30
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~>@$-])")


_UNMENTION = "@\u200b"
"""An @ and a zero-width space: the name behind it is nobody's."""


def marker(stack_name: str) -> str:
    """Return the hidden line by which a bot finds the comment of a stack, to update it."""
    return f"<!-- smsgen:change-set:{re.sub('[^A-Za-z0-9.-]', '-', stack_name)} -->"


def render(change_set: ChangeSet, *, show_added: bool = False) -> str:
    """Return the comment: at most MAX_CHARACTERS characters, whatever the change set holds.

    `show_added`: new resources with their properties.
    """
    view = view_of(change_set, show_added=show_added)
    parts = [f"{marker(view.stack_name)}\n### `{_code(view.title)}`: {view_summary(view)}\n\n"]
    size = len(parts[0])
    for left, part in enumerate(blocks := list(_blocks(view))):
        if size + len(part) > _ENOUGH:
            parts.append(
                f"\n_{len(blocks) - left} more blocks do not fit a comment: see the job's output._\n"
            )
            break
        parts.append(part)
        size += len(part)
    return "".join(parts)


def _blocks(view: ChangeSetView) -> Iterator[str]:
    if view.reason:
        yield f"> {_escape(view.reason)}\n\n"
    if view.findings:
        yield "**To look at**\n\n"
        yield from map(_finding, same_findings(view.findings))
        yield "\n"
    yield from (f"> {_escape(sentence)}\n\n" for sentence in view.uncertain)
    changes = same_changes(view.rows)
    if changes:
        yield "| | resource | type | launch order | what happens |\n|---|---|---|---|---|\n"
        yield from map(_row, changes)
        yield "\n"
    for change in changes:
        if change.row.values:
            yield _details(change)
    if view.edits:
        lines = [
            f"- {edit.change} {_code_span(edit_words(edit)[0])}{_values(*edit_words(edit)[1:])}\n"
            for edit in view.edits
        ]
        yield f"<details><summary>Beyond the resources ({len(view.edits)})</summary>\n\n{''.join(lines)}\n</details>\n"


def _finding(finding: SameFinding) -> str:
    names = _some([_code_span(name) for name in finding.logical_ids])
    return f"- **{finding.kind}** {names}: {_escape(finding.message)}\n"


def _row(change: SameChange) -> str:
    row = change.row
    orders = ", ".join(str(order) for order, _ in change.orders if order is not None)
    number = f"{len(change.rows):,}: " if len(change.rows) > 1 else ""
    who = _some([_code_span(name) for _, names in change.orders for name in names])
    words = _escape(outcome(change) or row.kind)
    loud = f"**{words}**" if row.kind in ("replace", "remove") else words
    return f"| `{MARKS[row.kind]}` | {number}{who} | {_escape(row.type)} | {orders} | {loud} |\n"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return f"{', '.join(names[:_MOST_NAMED])}{more}"


def _details(change: SameChange) -> str:
    row = change.row
    body = "".join(_value(value) for value in row.values)
    noun = "property" if row.kind in ("add", "import") else "change"
    count = f"{len(row.values)} {noun if len(row.values) == 1 else {'property': 'properties'}.get(noun, 'changes')}"
    more = f" and {len(change.rows) - 1:,} more" if len(change.rows) > 1 else ""
    return f"<details><summary><code>{_html(row.logical_id)}</code>{more}: {count}</summary>\n\n{body}\n</details>\n\n"


def _value(value: Value) -> str:
    forces = f" {FORCES[value.recreation]}" if value.recreation in FORCES else ""
    if value.recreation == "Always":
        forces = f" **{FORCES[value.recreation]}**"
    because = f" because {_escape(', '.join(value.causes))}" if value.causes else ""
    if value.diff:
        fence = "`" * (
            3 + max((len(run) for line in value.diff for run in re.findall("`+", line)), default=0)
        )
        text = "\n".join(_printable(line) for line in value.diff)
        return f"- {_code_span(value.name)}{forces}{because}\n\n{fence}diff\n{text}\n{fence}\n\n"
    return f"- {_code_span(value.name)}{forces}{because}{_values(value.before or '', value.after or '')}\n"


def _values(before: str, after: str) -> str:
    shown = " → ".join(_code_span(_cut(value)) for value in (before, after) if value)
    return f": {shown}" if shown else ""


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _printable(text: str) -> str:
    return visible(text)


def _code(text: str) -> str:
    """Return a text for inside single backticks: none of its own, and no line or cell ends in it."""
    return _printable(text).replace("`", "'").replace("|", "\\|")


def _code_span(text: str) -> str:
    return f"`{_code(text).replace('@', _UNMENTION) or ' '}`"


def _escape(text: str) -> str:
    """Return a text in which nothing is markup, a mention or HTML."""
    escaped = _SPECIAL.sub(r"\\\1", _html(_printable(text)))
    return escaped.replace("@", _UNMENTION)


def _html(text: str) -> str:
    return _printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
