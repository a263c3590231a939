"""What the state of a stack means for a launch and for a termination: one table each.

Source of the states: CloudFormation user guide, "Stack status codes", and "Choose how to handle failures".
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class NextStep(Enum):
    """What to do next with a stack in a given state."""

    CREATE = "create it"
    UPDATE = "update it"
    RECREATE = "delete it, then create it"
    DELETE = "delete it"
    WAIT = "wait until CloudFormation is done"
    NOTHING = "there is nothing to do"
    REFUSE = "somebody has to mend it first"


class Rule(NamedTuple):
    """A step, why (a clause for the user), and for REFUSE what the user can do (`{name}` is the stack)."""

    step: NextStep
    why: str = ""
    hint: str = ""


_WAIT = Rule(NextStep.WAIT)
_UPDATE = Rule(NextStep.UPDATE)
_DEAD = Rule(NextStep.RECREATE)  # CloudFormation takes nothing but DeleteStack any more
_ROLL_ON = (
    "mend what the reason names, then `aws cloudformation continue-update-rollback --stack-name {name}` "
    "(with --resources-to-skip where a resource cannot be mended), then run this again"
)

LAUNCH: dict[str | None, Rule] = {
    None: Rule(NextStep.CREATE),
    "REVIEW_IN_PROGRESS": Rule(NextStep.CREATE, "it has never been created; only change sets are in it"),
    "CREATE_COMPLETE": _UPDATE,
    "UPDATE_COMPLETE": _UPDATE,
    "UPDATE_ROLLBACK_COMPLETE": _UPDATE,
    "IMPORT_COMPLETE": _UPDATE,
    "IMPORT_ROLLBACK_COMPLETE": _UPDATE,
    # Left so by --on-failure do-nothing: what was made stands, and an update goes on from there.
    "CREATE_FAILED": _UPDATE,
    "UPDATE_FAILED": _UPDATE,
    "ROLLBACK_COMPLETE": _DEAD._replace(why="its creation failed and was rolled back"),
    "ROLLBACK_FAILED": _DEAD._replace(why="its creation failed and so did the rollback"),
    "DELETE_FAILED": _DEAD._replace(why="its deletion failed"),
    "DELETE_COMPLETE": Rule(NextStep.CREATE),
    "UPDATE_ROLLBACK_FAILED": Rule(NextStep.REFUSE, "an update failed and so did its rollback", _ROLL_ON),
    "IMPORT_ROLLBACK_FAILED": Rule(NextStep.REFUSE, "an import failed and so did its rollback", _ROLL_ON),
}
"""State of the stack -> what a launch does. Any other state that ends in _IN_PROGRESS: wait."""

TERMINATE: dict[str | None, Rule] = {
    None: Rule(NextStep.NOTHING, "there is no such stack"),
    "DELETE_COMPLETE": Rule(NextStep.NOTHING, "it is deleted already"),
    "DELETE_IN_PROGRESS": Rule(NextStep.NOTHING, "it is being deleted already"),
    # A creation may be broken off; an update may not.
    "CREATE_IN_PROGRESS": Rule(NextStep.DELETE, "its creation is still running and is broken off"),
    "REVIEW_IN_PROGRESS": Rule(NextStep.DELETE, "it has never been created; only change sets are in it"),
}
"""State of the stack -> what a termination does. Any other _IN_PROGRESS: wait; all others: delete."""


def for_launch(status: str | None) -> Rule:
    """Return what a launch does with a stack in this state (None: there is no stack)."""
    return LAUNCH.get(status) or _unknown(status or "")


def for_termination(status: str | None) -> Rule:
    """Return what a termination does with a stack in this state (None: there is no stack)."""
    known = TERMINATE.get(status)
    if known:
        return known
    return _WAIT if (status or "").endswith("_IN_PROGRESS") else Rule(NextStep.DELETE)


def _unknown(status: str) -> Rule:
    if status.endswith("_IN_PROGRESS"):
        return _WAIT
    hint = "look at it with `aws cloudformation describe-stacks --stack-name {name}`"
    return Rule(NextStep.REFUSE, f"the state {status} is not one that smsgen knows", hint)
