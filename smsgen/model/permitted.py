"""Which operations of the SMS API an application takes, by its three statuses: one table.

What an operation leads to is told by the tables of steps (`status.py`, `replication.py`); where an operation is such a
step, its row is made of them. SMS published neither. An operation that only shows something is taken always.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from smsgen.model import replication, status
from smsgen.model.managed import ManagedApp
from smsgen.model.replication import ReplicationEvent, ReplicationStatus
from smsgen.model.status import AppEvent, AppStatus, LaunchEvent, LaunchStatus

_LAUNCH = frozenset(LaunchStatus)
_REPLICATION = frozenset(ReplicationStatus)


class PermittedStatuses(NamedTuple):
    """The statuses of an application that takes an operation: status, launchStatus, replicationStatus."""

    status: frozenset[AppStatus]
    launch: frozenset[LaunchStatus] = _LAUNCH
    replication: frozenset[ReplicationStatus] = _REPLICATION


def _at(event: LaunchEvent) -> frozenset[LaunchStatus]:
    return frozenset(one for one, steps in status.STEPS.items() if event in steps)


def _replicating(event: ReplicationEvent) -> frozenset[ReplicationStatus]:
    return frozenset(one for one, steps in replication.STEPS.items() if event in steps)


_ANY = frozenset(AppStatus)
_ACTIVE = frozenset((AppStatus.ACTIVE,))
_S = LaunchStatus
_SETTLED = _at(LaunchEvent.CONFIGURE)
"""Nothing is being made of the configuration now, so that it may become another."""

_LAUNCHED = frozenset(
    (_S.LAUNCHED, _S.PARTIALLY_LAUNCHED, _S.DELTA_LAUNCH_IN_PROGRESS, _S.DELTA_LAUNCH_FAILED)
)
"""A stack of it stands."""

WITH_GROUPS = "UpdateApp with serverGroups"
"""UpdateApp where it changes which servers there are: what is launched and replicated of them must be settled."""

SHOWING: dict[str, PermittedStatuses] = dict.fromkeys(
    (
        "GetApp",
        "GetAppLaunchConfiguration",
        "GetAppReplicationConfiguration",
        "GetAppValidationConfiguration",
        "GetAppValidationOutput",
    ),
    PermittedStatuses(_ANY),
)

CHANGING: dict[str, PermittedStatuses] = {
    "UpdateApp": PermittedStatuses(
        frozenset(one for one, steps in status.APP_STEPS.items() if AppEvent.UPDATE in steps)
    ),
    WITH_GROUPS: PermittedStatuses(_ACTIVE, _SETTLED, _replicating(ReplicationEvent.CONFIGURE)),
    # With a stack, or replication jobs, it wants to be told so; while an update of the stack runs nothing helps.
    "DeleteApp": PermittedStatuses(
        frozenset(one for one, steps in status.APP_STEPS.items() if AppEvent.DELETE in steps),
        _LAUNCH - {_S.DELTA_LAUNCH_IN_PROGRESS},
    ),
    "PutAppLaunchConfiguration": PermittedStatuses(_ACTIVE, _SETTLED),
    "DeleteAppLaunchConfiguration": PermittedStatuses(_ACTIVE, _at(LaunchEvent.FORGET)),
    "PutAppReplicationConfiguration": PermittedStatuses(
        _ACTIVE, replication=_replicating(ReplicationEvent.CONFIGURE)
    ),
    "DeleteAppReplicationConfiguration": PermittedStatuses(
        _ACTIVE, replication=_replicating(ReplicationEvent.FORGET)
    ),
    # A launch that runs has its boot scripts, and what they report to, already.
    "PutAppValidationConfiguration": PermittedStatuses(_ACTIVE, _SETTLED),
    "DeleteAppValidationConfiguration": PermittedStatuses(_ACTIVE, _SETTLED),
    # Servers report as soon as they boot, and the store may learn a little later that CloudFormation has begun.
    "NotifyAppValidationOutput": PermittedStatuses(
        _ACTIVE, _LAUNCHED | {_S.LAUNCH_PENDING, _S.LAUNCH_IN_PROGRESS}
    ),
    "GenerateTemplate": PermittedStatuses(_ACTIVE, _LAUNCH - {_S.READY_FOR_CONFIGURATION}),
    "GenerateChangeSet": PermittedStatuses(_ACTIVE, _LAUNCHED),
    "LaunchApp": PermittedStatuses(_ACTIVE, _at(LaunchEvent.LAUNCH)),
    "TerminateApp": PermittedStatuses(_ACTIVE, _at(LaunchEvent.TERMINATE)),
    "StartAppReplication": PermittedStatuses(_ACTIVE, replication=_replicating(ReplicationEvent.START)),
    "StopAppReplication": PermittedStatuses(_ACTIVE, replication=_replicating(ReplicationEvent.STOP)),
    "StartOnDemandAppReplication": PermittedStatuses(_ACTIVE, replication=_replicating(ReplicationEvent.RUN)),
}

PERMITTED: dict[str, PermittedStatuses] = {**SHOWING, **CHANGING}
"""Operation -> the statuses in which an application takes it. The others are on no application that is there."""


class NotPermittedNow(NamedTuple):
    """Why an operation is not taken now: which status stands in the way, and which operations are taken instead."""

    name: str
    status: str
    instead: tuple[str, ...]


def refused_now(operation: str, managed: ManagedApp) -> NotPermittedNow | None:
    """Return what stands in the way of an operation on the application, or None where it is taken."""
    for name, value, taken in _statuses(managed, PERMITTED[operation]):
        if value not in taken:
            return NotPermittedNow(name, value, tuple(sorted(_instead(name, managed))))
    return None


def _instead(name: str, managed: ManagedApp) -> Iterator[str]:
    """Yield the operations that the status `name` decides on, and that are taken."""
    for operation, row in CHANGING.items():
        statuses = _statuses(managed, row)
        decides = any(kind == name and taken < set(type(value)) for kind, value, taken in statuses)
        if operation != WITH_GROUPS and decides and all(value in taken for _, value, taken in statuses):
            yield operation


def _statuses(
    managed: ManagedApp, row: PermittedStatuses
) -> tuple[tuple[str, StrEnum, frozenset[StrEnum]], ...]:
    return (
        ("status", managed.status, row.status),
        ("launchStatus", managed.launch.status, row.launch),
        ("replicationStatus", managed.replication.status, row.replication),
    )
