"""status and launchStatus in SMS's words: which states there are, which steps lead where, what a stack's status means.

The names are those of the SMS API (AppSummary.status and .launchStatus, 2018-11-26; PARTIALLY_LAUNCHED came later). The
steps between them were never published; the tables are ours, in the order that the SMS user guide tells: configure,
launch, launch again, terminate. `replication.py` holds replicationStatus.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import TypeVar

from smsgen.errors import SmsgenError

S = TypeVar("S", bound=Enum)
E = TypeVar("E", bound=Enum)


class IllegalStep(SmsgenError):
    """The event cannot happen in this status; nothing has changed."""


def step(table: Mapping[S, Mapping[E, S]], status: S, event: E, *, what: str = "an application") -> S:
    """Return the status of `what` after `event`; raises IllegalStep where the table does not have the pair."""
    try:
        return table[status][event]
    except KeyError:
        possible = ", or ".join(sorted(each.value for each in table[status])) or "nothing any more"
        message = f"{what} that is {status.value} is not where {event.value}"
        raise IllegalStep(message, hint=f"what can happen: {possible}") from None


# --- status -------------------------------------------------------------------------------------------------


class AppStatus(StrEnum):
    """AppSummary.status of the SMS API."""

    CREATING = "CREATING"
    ACTIVE = "ACTIVE"
    UPDATING = "UPDATING"
    DELETING = "DELETING"
    DELETED = "DELETED"
    DELETE_FAILED = "DELETE_FAILED"


class AppEvent(Enum):
    """What moves an application from one status to the next."""

    UPDATE = "it is changed"
    DELETE = "it is deleted"
    SUCCEED = "what was begun is done"
    FAIL = "what was begun has failed"


_A, _AE = AppStatus, AppEvent
APP_STEPS: dict[AppStatus, dict[AppEvent, AppStatus]] = {
    # An application that cannot be made is not kept at all, and a change that fails changes nothing.
    _A.CREATING: {_AE.SUCCEED: _A.ACTIVE},
    _A.ACTIVE: {_AE.UPDATE: _A.UPDATING, _AE.DELETE: _A.DELETING},
    _A.UPDATING: {_AE.SUCCEED: _A.ACTIVE, _AE.FAIL: _A.ACTIVE},
    _A.DELETING: {_AE.SUCCEED: _A.DELETED, _AE.FAIL: _A.DELETE_FAILED},
    _A.DELETED: {},
    _A.DELETE_FAILED: {_AE.DELETE: _A.DELETING},
}
"""Status -> event -> next status. A pair that is not here is refused."""


# --- launchStatus -------------------------------------------------------------------------------------------


class LaunchStatus(StrEnum):
    """AppSummary.launchStatus of the SMS API."""

    READY_FOR_CONFIGURATION = "READY_FOR_CONFIGURATION"
    CONFIGURATION_IN_PROGRESS = "CONFIGURATION_IN_PROGRESS"
    CONFIGURATION_INVALID = "CONFIGURATION_INVALID"
    READY_FOR_LAUNCH = "READY_FOR_LAUNCH"
    VALIDATION_IN_PROGRESS = "VALIDATION_IN_PROGRESS"
    LAUNCH_PENDING = "LAUNCH_PENDING"
    LAUNCH_IN_PROGRESS = "LAUNCH_IN_PROGRESS"
    LAUNCHED = "LAUNCHED"
    PARTIALLY_LAUNCHED = "PARTIALLY_LAUNCHED"
    DELTA_LAUNCH_IN_PROGRESS = "DELTA_LAUNCH_IN_PROGRESS"
    DELTA_LAUNCH_FAILED = "DELTA_LAUNCH_FAILED"
    LAUNCH_FAILED = "LAUNCH_FAILED"
    TERMINATE_IN_PROGRESS = "TERMINATE_IN_PROGRESS"
    TERMINATE_FAILED = "TERMINATE_FAILED"
    TERMINATED = "TERMINATED"


class LaunchEvent(Enum):
    """What moves an application from one launch status to the next."""

    CONFIGURE = "its launch configuration is put"
    ACCEPT = "what was given is found valid"
    REJECT = "what was given is found invalid"
    FORGET = "its launch configuration is deleted"
    LAUNCH = "it is launched"
    START = "CloudFormation starts"
    SUCCEED = "CloudFormation is done"
    SUCCEED_IN_PART = "CloudFormation fails, and leaves standing what it made"
    FAIL = "CloudFormation fails"
    TERMINATE = "it is terminated"


_S, _E = LaunchStatus, LaunchEvent
_CONFIGURABLE = {_E.CONFIGURE: _S.CONFIGURATION_IN_PROGRESS, _E.FORGET: _S.READY_FOR_CONFIGURATION}
_DEPLOYED = {_E.LAUNCH: _S.DELTA_LAUNCH_IN_PROGRESS, _E.TERMINATE: _S.TERMINATE_IN_PROGRESS}

STEPS: dict[LaunchStatus, dict[LaunchEvent, LaunchStatus]] = {
    _S.READY_FOR_CONFIGURATION: _CONFIGURABLE,
    _S.CONFIGURATION_IN_PROGRESS: {_E.ACCEPT: _S.READY_FOR_LAUNCH, _E.REJECT: _S.CONFIGURATION_INVALID},
    _S.CONFIGURATION_INVALID: _CONFIGURABLE,
    _S.READY_FOR_LAUNCH: {**_CONFIGURABLE, _E.LAUNCH: _S.VALIDATION_IN_PROGRESS},
    # Until an update begins, a launch can be broken off; so can the creation of a stack, and an update cannot.
    _S.VALIDATION_IN_PROGRESS: {
        _E.ACCEPT: _S.LAUNCH_PENDING,
        _E.REJECT: _S.CONFIGURATION_INVALID,
        _E.FAIL: _S.LAUNCH_FAILED,
        _E.TERMINATE: _S.TERMINATE_IN_PROGRESS,
    },
    _S.LAUNCH_PENDING: {
        _E.START: _S.LAUNCH_IN_PROGRESS,
        _E.SUCCEED: _S.LAUNCHED,  # its stack is there already, and is what it shall be
        _E.FAIL: _S.LAUNCH_FAILED,
        _E.TERMINATE: _S.TERMINATE_IN_PROGRESS,
    },
    _S.LAUNCH_IN_PROGRESS: {
        _E.SUCCEED: _S.LAUNCHED,
        _E.SUCCEED_IN_PART: _S.PARTIALLY_LAUNCHED,
        _E.FAIL: _S.LAUNCH_FAILED,
        _E.TERMINATE: _S.TERMINATE_IN_PROGRESS,
    },
    # A stack stands: its configuration may be put anew, which by itself changes nothing that runs.
    _S.LAUNCHED: {_E.CONFIGURE: _S.LAUNCHED, **_DEPLOYED},
    _S.PARTIALLY_LAUNCHED: {_E.CONFIGURE: _S.PARTIALLY_LAUNCHED, **_DEPLOYED},
    _S.DELTA_LAUNCH_IN_PROGRESS: {
        _E.SUCCEED: _S.LAUNCHED,
        _E.SUCCEED_IN_PART: _S.PARTIALLY_LAUNCHED,
        _E.FAIL: _S.DELTA_LAUNCH_FAILED,
    },
    _S.DELTA_LAUNCH_FAILED: {_E.CONFIGURE: _S.DELTA_LAUNCH_FAILED, **_DEPLOYED},
    _S.LAUNCH_FAILED: {
        **_CONFIGURABLE,
        _E.LAUNCH: _S.VALIDATION_IN_PROGRESS,
        _E.TERMINATE: _S.TERMINATE_IN_PROGRESS,
    },
    _S.TERMINATE_IN_PROGRESS: {_E.SUCCEED: _S.TERMINATED, _E.FAIL: _S.TERMINATE_FAILED},
    _S.TERMINATE_FAILED: {_E.TERMINATE: _S.TERMINATE_IN_PROGRESS},
    _S.TERMINATED: {**_CONFIGURABLE, _E.LAUNCH: _S.VALIDATION_IN_PROGRESS},
}
"""Status -> event -> next status. A pair that is not here is refused."""

OF_STACK: dict[str, LaunchStatus] = {
    "REVIEW_IN_PROGRESS": _S.LAUNCH_PENDING,
    "CREATE_IN_PROGRESS": _S.LAUNCH_IN_PROGRESS,
    "CREATE_COMPLETE": _S.LAUNCHED,
    "CREATE_FAILED": _S.LAUNCH_FAILED,
    "ROLLBACK_IN_PROGRESS": _S.LAUNCH_FAILED,
    "ROLLBACK_COMPLETE": _S.LAUNCH_FAILED,
    "ROLLBACK_FAILED": _S.LAUNCH_FAILED,
    "UPDATE_IN_PROGRESS": _S.DELTA_LAUNCH_IN_PROGRESS,
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": _S.DELTA_LAUNCH_IN_PROGRESS,
    "UPDATE_COMPLETE": _S.LAUNCHED,
    "UPDATE_FAILED": _S.DELTA_LAUNCH_FAILED,
    "UPDATE_ROLLBACK_IN_PROGRESS": _S.DELTA_LAUNCH_FAILED,
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": _S.DELTA_LAUNCH_FAILED,
    "UPDATE_ROLLBACK_COMPLETE": _S.DELTA_LAUNCH_FAILED,
    "UPDATE_ROLLBACK_FAILED": _S.DELTA_LAUNCH_FAILED,
    "IMPORT_IN_PROGRESS": _S.DELTA_LAUNCH_IN_PROGRESS,
    "IMPORT_COMPLETE": _S.LAUNCHED,
    "IMPORT_ROLLBACK_IN_PROGRESS": _S.DELTA_LAUNCH_FAILED,
    "IMPORT_ROLLBACK_COMPLETE": _S.DELTA_LAUNCH_FAILED,
    "IMPORT_ROLLBACK_FAILED": _S.DELTA_LAUNCH_FAILED,
    "DELETE_IN_PROGRESS": _S.TERMINATE_IN_PROGRESS,
    "DELETE_FAILED": _S.TERMINATE_FAILED,
    "DELETE_COMPLETE": _S.TERMINATED,
}
"""Status of a CloudFormation stack -> launchStatus. A rollback that still runs is a launch that has failed."""


def advance(status: LaunchStatus, event: LaunchEvent) -> LaunchStatus:
    """Return the launchStatus after `event`; raises IllegalStep where `STEPS` does not have the pair."""
    return step(STEPS, status, event)


def of_stack(stack_status: str | None) -> LaunchStatus:
    """Return the launchStatus that a stack's status (None: there is no stack, and the file is valid) stands for.

    A status that CloudFormation adds one day reads by its ending, as its own documentation names them.
    """
    if stack_status is None:
        return LaunchStatus.READY_FOR_LAUNCH
    known = OF_STACK.get(stack_status)
    if known is not None:
        return known
    if stack_status.endswith("_IN_PROGRESS"):
        return LaunchStatus.DELTA_LAUNCH_IN_PROGRESS
    return LaunchStatus.LAUNCHED if stack_status.endswith("_COMPLETE") else LaunchStatus.DELTA_LAUNCH_FAILED


# --- ValidationOutput.status --------------------------------------------------------------------------------


class ValidationStatus(StrEnum):
    """ValidationOutput.status of the SMS API."""

    READY_FOR_VALIDATION = "READY_FOR_VALIDATION"
    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
