"""Use case: what adopting would do, foretold by the engine: the change set of each round, and what may be touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from smsgen.changes import ChangeSet, Environment, Stack, predict
from smsgen.changes.model import StackResource
from smsgen.changes.recreation import requires_recreation
from smsgen.errors import SmsgenError
from smsgen.operations.adopt.check import Difference, faults_of_file
from smsgen.operations.adopt.resources import INSTANCE
from smsgen.operations.adopt.rounds import Round, import_template, in_launch_order, rounds
from smsgen.operations.adopt.snapshot import LiveSnapshot
from smsgen.operations.stacks.plan import Plan

PARTS_OF_A_STOP = (
    "InstanceType",
    "UserData",
    "EbsOptimized",
    "Tenancy",
    "Affinity",
    "HostId",
    "PrivateDnsNameOptions",
)
"""Properties for which an update handler stops an instance (schema of AWS::EC2::Instance: conditional create-only)."""


class Foretold(NamedTuple):
    """A round, its template's change set, and the logical ids in the stack after it."""

    round: Round
    change_set: ChangeSet


class AdoptionPlan(NamedTuple):
    """All rounds; where the file differs from the servers; what an update handler could set, by logical id."""

    rounds: tuple[Foretold, ...]
    differences: tuple[Difference, ...]
    touchable: Mapping[str, tuple[str, ...]]


def adoption_plan(planned: Plan, snapshot: LiveSnapshot, *, most: int, canary: bool = True) -> AdoptionPlan:
    """Return what adopting the servers of a snapshot by an application would do. Nothing is asked of AWS.

    Raises SmsgenError where it cannot be done, InvalidInput where CloudFormation would refuse it.
    """
    template = planned.compiled.template
    ordered = in_launch_order(planned.compiled, snapshot)
    listed = rounds(ordered, most=most, canary=canary)
    return AdoptionPlan(
        tuple(_foretold(planned, listed, snapshot)),
        faults_of_file(template.resources, only(snapshot, ordered)),
        touchable(template.resources, snapshot),
    )


def refuse_differences(differences: Iterable[Difference]) -> None:
    """Raise SmsgenError where there is a difference: an import would make it drift, or have it applied."""
    listed = tuple(differences)
    if listed:
        lines = "\n".join(f"  {one.sentence()}" for one in listed[:50])
        more = f"\n  and {len(listed) - 50} more" if len(listed) > 50 else ""
        message = f"the file is not what the servers are:\n{lines}{more}"
        raise SmsgenError(
            message, hint="mend the file, or `smsgen adopt discover` anew; nothing has been changed"
        )


def only(snapshot: LiveSnapshot, servers: Iterable[Any]) -> LiveSnapshot:
    """Return a snapshot of these servers alone."""
    return snapshot._replace(servers=tuple(servers))


def touchable(resources: Mapping[str, Any], snapshot: LiveSnapshot) -> dict[str, tuple[str, ...]]:
    """Return logical id -> the properties of an instance that an update handler may set in place, or by a stop."""
    return {
        name: tuple(
            key for key in resource.get("Properties", {}) if requires_recreation(INSTANCE, key) != "Always"
        )
        for name, resource in resources.items()
        if name in snapshot.resources() and resource.get("Type") == INSTANCE
    }


def _foretold(planned: Plan, listed: Iterable[Round], snapshot: LiveSnapshot) -> Iterator[Foretold]:
    template, name = planned.compiled.template, planned.app.stack_name
    environment = _environment(snapshot, name)
    before: Stack | None = None
    there: dict[str, StackResource] = {}
    for each in listed:
        after = import_template(template, {*there, *each.imports})
        change_set = predict(
            before, after.body, dict(planned.compiled.values), environment=environment, imports=each.imports
        )
        yield Foretold(each, change_set)
        there.update(
            (change.logical_resource_id, StackResource(change.resource_type, change.physical_resource_id))
            for change in change_set.changes
        )
        before = Stack(name, after.body, parameters=dict(planned.compiled.values), resources=dict(there))


def _environment(snapshot: LiveSnapshot, stack_name: str) -> Environment:
    pseudo = {"AWS::StackName": stack_name}
    if snapshot.region:
        pseudo["AWS::Region"] = snapshot.region
    if snapshot.account:
        pseudo["AWS::AccountId"] = snapshot.account
    return Environment(pseudo)
