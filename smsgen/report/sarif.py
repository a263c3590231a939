"""A change set as SARIF 2.1.0: each replacement, removal and finding at the line of the file that caused it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from smsgen.changes.change_set import ChangeSet
from smsgen.errors import Diagnostic, Location, Severity
from smsgen.report.diagnostics import render as render_diagnostics
from smsgen.report.view import RESTART, ChangeRow, view_of

Locate = Callable[[str], Location | None]
"""Gives the place of a resource, by its logical id (`Child/Id` in a nested stack)."""

_ROWS = {
    "replace": ("CHANGE_REPLACE", Severity.ERROR, "will be replaced"),
    "remove": ("CHANGE_REMOVE", Severity.ERROR, "will be removed"),
    "may replace": ("CHANGE_MAY_REPLACE", Severity.WARNING, "may be replaced"),
    "modify": ("CHANGE_MODIFY", Severity.INFO, "will be modified"),
    "add": ("CHANGE_ADD", Severity.INFO, "will be added"),
    "import": ("CHANGE_IMPORT", Severity.INFO, "will be imported"),
}


def render(change_set: ChangeSet, locate: Locate, file: Location | None = None) -> str:
    """Return the log; a resource without a place (one that is removed) is reported at `file`.

    GitHub refuses the whole log for one result without a location ("locationFromSarifResult: expected at least one
    location"), though SARIF (3.27.12) allows it: https://github.com/github/codeql-action/issues/2459
    """
    return render_diagnostics(list(_results(change_set, lambda name: locate(name) or file)), "sarif")


def _results(change_set: ChangeSet, locate: Locate) -> Iterator[Diagnostic]:
    view = view_of(change_set)
    for row in view.rows:
        code, severity, words = _ROWS[row.kind]
        words = RESTART if row.restarts else words
        message = f"{row.logical_id} ({_facts(row)}) {words}{_why(row)}"
        yield Diagnostic(code, message, severity=severity, location=locate(row.logical_id))
    for finding in view.findings:
        message = f"{finding.logical_resource_id}: {finding.message}"
        code = f"REVIEW_{finding.kind.upper()}"
        yield Diagnostic(
            code, message, severity=Severity.WARNING, location=locate(finding.logical_resource_id)
        )


def _facts(row: ChangeRow) -> str:
    """Return a resource's type, and of a server its name and launch order."""
    server = row.server if row.server != row.logical_id else ""
    order = "" if row.launch_order is None else f"launch order {row.launch_order}"
    return ", ".join(fact for fact in (row.type, server, order) if fact)


def _why(row: ChangeRow) -> str:
    causes = {cause for value in row.values for cause in value.causes}
    names = [value.name for value in row.values]
    what = f": {', '.join(names)}" if names else ""
    return f"{what}; because {', '.join(sorted(causes))}" if causes else what
