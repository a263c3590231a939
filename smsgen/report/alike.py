"""Changes that are told alike are told once, with who has them; names that count up are told as the first and the last.

In: the rows of a `ChangeSetView`. Out: the same rows, put together by what is said of them, each row once.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from smsgen.changes.model import Finding
from smsgen.report.view import ChangeRow, Value

LEAST_RUN = 3
"""Fewer names than these are told one by one."""


class SameChange(NamedTuple):
    """One row, or several of which the same is said, in launch order."""

    rows: tuple[ChangeRow, ...]

    @property
    def row(self) -> ChangeRow:
        """The first of them, which tells what all have in common."""
        return self.rows[0]

    @property
    def orders(self) -> tuple[tuple[int | None, tuple[str, ...]], ...]:
        """Launch order (None: of no server) -> who has it, in words."""
        by_order: dict[int | None, list[ChangeRow]] = {}
        for row in self.rows:
            by_order.setdefault(row.launch_order, []).append(row)
        return tuple((order, names_of(rows)) for order, rows in by_order.items())


class SameFinding(NamedTuple):
    """What is to be looked at, and where: the logical ids that it is said of."""

    kind: str
    message: str
    logical_ids: tuple[str, ...]


def same_changes(rows: Iterable[ChangeRow]) -> tuple[SameChange, ...]:
    """Return the rows, those together of which the same is said, each where its first one stands."""
    together: dict[tuple[object, ...], list[ChangeRow]] = {}
    for row in rows:
        together.setdefault(_told(row), []).append(row)
    return tuple(SameChange(tuple(sorted(alike, key=_place))) for alike in together.values())


def same_findings(findings: Iterable[Finding]) -> tuple[SameFinding, ...]:
    """Return the findings, those of the same words once."""
    together: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        together.setdefault((finding.kind, finding.message), []).append(finding.logical_resource_id)
    return tuple(SameFinding(kind, message, tuple(names)) for (kind, message), names in together.items())


def _told(row: ChangeRow) -> tuple[object, ...]:
    """Return all that is said of a row but who it is."""
    findings = tuple((finding.kind, finding.message) for finding in row.findings)
    return row.kind, row.type, row.policy, row.restarts, tuple(map(_shown, row.values)), findings


def _shown(value: Value) -> Value:
    """Return what is shown of a value: of one with a diff, its lines alone."""
    return value._replace(before=None, after=None) if value.diff else value


def _place(row: ChangeRow) -> tuple[int, tuple[tuple[int, int, str], ...]]:
    return -1 if row.launch_order is None else row.launch_order, natural(row.logical_id)


def row_title(row: ChangeRow) -> str:
    """Return a resource's logical id, and the name of its server where that is another."""
    return f"{row.logical_id} ({row.server})" if row.server not in ("", row.logical_id) else row.logical_id


def names_of(rows: Sequence[ChangeRow]) -> tuple[str, ...]:
    """Return the titles of rows; of those that count up, the first and the last: `Web01 … Web12 (web01 … web12)`."""
    return tuple(_run_title(run) for run in _runs(rows))


def _runs(rows: Sequence[ChangeRow]) -> list[list[ChangeRow]]:
    runs: list[list[ChangeRow]] = []
    for row in rows:
        last = runs[-1][-1] if runs else None
        if last and _follows(last.logical_id, row.logical_id) and _servers_follow(last.server, row.server):
            runs[-1].append(row)
        else:
            runs.append([row])
    return [part for run in runs for part in ([run] if len(run) >= LEAST_RUN else [[row] for row in run])]


def _servers_follow(before: str, after: str) -> bool:
    return (not before and not after) or _follows(before, after)


def _follows(before: str, after: str) -> bool:
    """Return whether one name is the next one after the other: web09, web10."""
    here, there = re.fullmatch(_NUMBERED, before), re.fullmatch(_NUMBERED, after)
    if not here or not there or (here[1], here[3]) != (there[1], there[3]):
        return False
    same_form = len(here[2]) == len(there[2]) or not (here[2].startswith("0") or there[2].startswith("0"))
    return same_form and int(there[2]) == int(here[2]) + 1


_NUMBERED = r"(?s)(.*?)([0-9]{1,18})([^0-9]*)"


def _run_title(run: Sequence[ChangeRow]) -> str:
    first, last = run[0], run[-1]
    if first is last:
        return row_title(first)
    span = f"{first.logical_id} … {last.logical_id}"
    named = first.server not in ("", first.logical_id)
    return f"{span} ({first.server} … {last.server})" if named else span


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return what a name is sorted by, so that web2 comes before web10."""
    parts = re.findall(r"[0-9]{1,18}|[^0-9]+", name)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)
