"""Lay a real change set beside the predicted one and say every difference.

Compared as CloudFormation means it: changes by logical id, details as a multiset (their order is random in
AWS), scopes as sets, everything else exactly; plain and with property values; nested stacks inside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from smsgen.changes.change_set import ChangeSet
from smsgen.changes.model import Detail, ResourceChange
from smsgen.changes.truncated import truncated
from smsgen.errors import GateTripped, SmsgenError
from smsgen.operations.ports.protocols import Clock, StackChanges, Stacks
from smsgen.operations.ports.records import ChangeSetRequest
from smsgen.operations.ports.waiting import Pace
from smsgen.operations.stacks.change_sets import ask, discard
from smsgen.operations.stacks.request import StackLaunch, change_set_request
from smsgen.operations.stacks.rules import NextStep, for_launch

_EXACT = (
    "action",
    "resource_type",
    "physical_resource_id",
    "replacement",
    "policy_action",
    "before_context",
    "after_context",
)


def real_change_set(
    request: ChangeSetRequest,
    *,
    stacks: Stacks,
    changes: StackChanges,
    clock: Clock,
    pace: Pace | None = None,
) -> ChangeSet | None:
    """Let CloudFormation make the change set, read it and remove it again; None where there are no changes.

    Raises SmsgenError with CloudFormation's reason where it cannot be made, ServiceError where AWS refuses.
    """
    info = ask(stacks, changes, clock, request, pace or Pace())
    if info is None:
        return None
    try:
        return stacks.describe_change_set(info.change_set_id, kind=request.type)
    finally:
        discard(stacks, changes, clock, info)


def answer(
    launch: StackLaunch,
    parameters: Mapping[str, str],
    *,
    stacks: Stacks,
    changes: StackChanges,
    clock: Clock,
    pace: Pace | None = None,
) -> ChangeSet | None:
    """Return CloudFormation's change set from the stack as it is to `launch`; see `real_change_set`.

    Raises SmsgenError where the stack's state allows no change set.
    """
    stack = stacks.find(launch.stack_name)
    rule = for_launch(stack.status if stack else None)
    if stack is not None and rule.step not in (NextStep.CREATE, NextStep.UPDATE):
        why = rule.why or "CloudFormation is working on it"
        raise SmsgenError(f"{stack.name} is {stack.status}: {why}", hint="`smsgen launch-app` deals with it")
    request = change_set_request(launch, stack, parameters=parameters, imports={}, on_failure="ROLLBACK")
    return real_change_set(request, stacks=stacks, changes=changes, clock=clock, pace=pace)


def verify_prediction(predicted: ChangeSet, real: ChangeSet | None) -> None:
    """Raise GateTripped, with every difference, unless the real change set is the predicted one."""
    differing = list(differences(predicted, real))
    if differing:
        count = f"{len(differing)} difference{'s' if len(differing) > 1 else ''}"
        text = "\n  ".join(differing)
        message = f"CloudFormation's change set is not the predicted one, {count}:\n  {text}"
        raise GateTripped(message, hint="pull the stack again; if they stay, report them with the snapshot")


def differences(predicted: ChangeSet, real: ChangeSet | None, *, inside: str = "") -> Iterator[str]:
    """Yield each difference as one line, predicted before real; `inside` names the nested stack.

    `real` is None where CloudFormation found no changes.
    """
    if real is None:
        real = predicted._replace(changes=(), changes_with_property_values=(), nested={})
    for mode, choose in _MODES:
        yield from _of_changes(f"{inside}{mode}", choose(predicted), choose(real))
    for name in sorted({*predicted.nested, *real.nested}):
        ours, theirs = predicted.nested.get(name), real.nested.get(name)
        if ours is not None and theirs is not None:
            yield from differences(ours, theirs, inside=f"{inside}{name}/")
        else:
            yield f"{inside}{name}: a nested change set is {'predicted' if ours else 'real'} only"


_MODES: tuple[tuple[str, Callable[[ChangeSet], tuple[ResourceChange, ...]]], ...] = (
    ("", lambda change_set: change_set.changes),
    ("with values: ", lambda change_set: change_set.changes_with_property_values),
)


def _of_changes(
    where: str, predicted: Iterable[ResourceChange], real: Iterable[ResourceChange]
) -> Iterator[str]:
    ours = {change.logical_resource_id: truncated(change) for change in predicted}
    theirs = {change.logical_resource_id: change for change in real}
    for name in sorted({*ours, *theirs}):
        if name not in theirs:
            yield f"{where}{name}: {ours[name].action} is predicted, and CloudFormation does not list it"
        elif name not in ours:
            yield f"{where}{name}: {theirs[name].action} is not predicted"
        else:
            yield from _of_change(f"{where}{name}", ours[name], theirs[name])


def _of_change(where: str, ours: ResourceChange, theirs: ResourceChange) -> Iterator[str]:
    for field in _EXACT:
        before, after = getattr(ours, field), getattr(theirs, field)
        if before != after:
            yield f"{where}.{field}: predicted {before!r}, real {after!r}"
    if set(ours.scope) != set(theirs.scope):
        yield f"{where}.scope: predicted {sorted(ours.scope)}, real {sorted(theirs.scope)}"
    mine, others = Counter(ours.details), Counter(theirs.details)
    for detail in (mine - others).elements():
        yield f"{where}: predicted only: {_said(detail)}"
    for detail in (others - mine).elements():
        yield f"{where}: real only: {_said(detail)}"


def _said(detail: Detail) -> str:
    target: Any = detail.target
    parts = (target.name or target.attribute, target.requires_recreation, detail.change_source)
    cause = f" by {detail.causing_entity}" if detail.causing_entity else ""
    return f"{' '.join(parts)} {detail.evaluation}{cause}"
