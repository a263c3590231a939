"""Gates: what a pipeline does not let pass (`--fail-on`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smsgen.changes.change_set import ChangeSet
from smsgen.changes.findings.security import findings
from smsgen.errors import GateTripped, UsageError

KINDS = {"replace": "True", "may-replace": "Conditional"}
FINDINGS = ("iam", "network", "stateful", "stack")
GATES = (*KINDS, "remove", *FINDINGS)
"""What can be forbidden: kinds of change, and kinds of finding. A stack that would be left behind counts as removed."""


def read_gates(text: str) -> tuple[str, ...]:
    """Return the gates of a comma-separated list; raises UsageError for one that is not there."""
    gates = tuple(word.strip() for word in text.split(",") if word.strip())
    for gate in gates:
        if gate not in GATES:
            raise UsageError(f"there is no gate {gate!r}", hint=f"the gates are {', '.join(GATES)}")
    return gates


def check_gates(change_set: ChangeSet, gates: Iterable[str]) -> None:
    """Raise GateTripped, naming each gate and what trips it, unless the change set passes them all."""
    tripped = [
        f"{gate}: {', '.join(names)}" for gate in gates if (names := sorted(set(_trips(change_set, gate))))
    ]
    if tripped:
        hint = "review the changes; without the gate, the same command lets them pass"
        raise GateTripped(f"--fail-on {'; '.join(tripped)}", hint=hint)


def _trips(change_set: ChangeSet, gate: str, inside: str = "") -> Iterator[str]:
    if gate in FINDINGS:
        yield from (one.logical_resource_id for one in findings(change_set) if one.kind == gate)
        return
    if gate == "remove":
        yield from (f"{one.logical_resource_id} ({one.message})" for one in change_set.notes)
    for change in change_set.changes:
        name = f"{inside}{change.logical_resource_id}"
        if change.action == "Remove" and gate == "remove":
            yield name
        if change.replacement is not None and change.replacement == KINDS.get(gate):
            yield name
    for name, child in change_set.nested.items():
        yield from _trips(child, gate, f"{inside}{name}/")
