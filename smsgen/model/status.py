"""launchStatus in SMS's words: which states there are, which steps lead where, and what a stack's status means.

The names are those of the SMS API (AppSummary.launchStatus, 2018-11-26). The steps between them were never published;
`STEPS` is ours, in the order that the SMS user guide tells: configure, launch, launch again, terminate.
"""

from __future__ import annotations

from enum import Enum

from smsgen.errors import SmsgenError


class LaunchStatus(Enum):
    """AppSummary.launchStatus of the SMS API."""

    READY_FOR_CONFIGURATION = "READY_FOR_CONFIGURATION"
    CONFIGURATION_IN_PROGRESS = "CONFIGURATION_IN_PROGRESS"
    CONFIGURATION_INVALID = "CONFIGURATION_INVALID"
    READY_FOR_LAUNCH = "READY_FOR_LAUNCH"
    VALIDATION_IN_PROGRESS = "VALIDATION_IN_PROGRESS"
    LAUNCH_PENDING = "LAUNCH_PENDING"
    LAUNCH_IN_PROGRESS = "LAUNCH_IN_PROGRESS"
    LAUNCHED = "LAUNCHED"
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
    FAIL = "CloudFormation fails"
    TERMINATE = "it is terminated"


class IllegalStep(SmsgenError):
    """The event cannot happen in this status; nothing has changed."""


_S, _E = LaunchStatus, LaunchEvent
_CONFIGURABLE = {_E.CONFIGURE: _S.CONFIGURATION_IN_PROGRESS, _E.FORGET: _S.READY_FOR_CONFIGURATION}
_DEPLOYED = {_E.LAUNCH: _S.DELTA_LAUNCH_IN_PROGRESS, _E.TERMINATE: _S.TERMINATE_IN_PROGRESS}

STEPS: dict[LaunchStatus, dict[LaunchEvent, LaunchStatus]] = {
    _S.READY_FOR_CONFIGURATION: {_E.CONFIGURE: _S.CONFIGURATION_IN_PROGRESS},
    _S.CONFIGURATION_IN_PROGRESS: {_E.ACCEPT: _S.READY_FOR_LAUNCH, _E.REJECT: _S.CONFIGURATION_INVALID},
    _S.CONFIGURATION_INVALID: _CONFIGURABLE,
    _S.READY_FOR_LAUNCH: {**_CONFIGURABLE, _E.LAUNCH: _S.VALIDATION_IN_PROGRESS},
    _S.VALIDATION_IN_PROGRESS: {_E.ACCEPT: _S.LAUNCH_PENDING, _E.REJECT: _S.CONFIGURATION_INVALID},
    _S.LAUNCH_PENDING: {_E.START: _S.LAUNCH_IN_PROGRESS, _E.FAIL: _S.LAUNCH_FAILED},
    _S.LAUNCH_IN_PROGRESS: {
        _E.SUCCEED: _S.LAUNCHED,
        _E.FAIL: _S.LAUNCH_FAILED,
        _E.TERMINATE: _S.TERMINATE_IN_PROGRESS,
    },
    # A stack stands: its configuration may be put anew, which by itself changes nothing that runs.
    _S.LAUNCHED: {_E.CONFIGURE: _S.LAUNCHED, **_DEPLOYED},
    _S.DELTA_LAUNCH_IN_PROGRESS: {_E.SUCCEED: _S.LAUNCHED, _E.FAIL: _S.DELTA_LAUNCH_FAILED},
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
    """Give the status after `event`; raises IllegalStep where `STEPS` does not have the pair."""
    try:
        return STEPS[status][event]
    except KeyError:
        possible = ", ".join(sorted(step.name for step in STEPS[status]))
        message = f"an application that is {status.value} does not take {event.name}"
        raise IllegalStep(message, hint=f"what it takes: {possible}") from None


def of_stack(stack_status: str | None) -> LaunchStatus:
    """Give the launchStatus that a stack's status (None: there is no stack, and the file is valid) stands for.

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
