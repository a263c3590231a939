"""The life of a change set in AWS: asked for, waited for, and removed again unless it is executed.

Change sets pile up to a limit, and one of the type CREATE leaves a stack in review behind. So whatever
smsgen made and did not execute, it removes; what others made, it never touches.
"""

from __future__ import annotations

from smsgen.errors import ServiceError, SmsgenError
from smsgen.operations.ports.protocols import Clock, StackChanges, Stacks
from smsgen.operations.ports.records import ChangeSetInfo, ChangeSetRequest, StackInfo
from smsgen.operations.ports.waiting import Backoff, Pace
from smsgen.operations.stacks.request import DESCRIPTION, MARK, digest

NO_CHANGES = ("The submitted information didn't contain changes", "No updates are to be performed")
"""How the reason of a change set without changes begins: two texts, and neither is an error."""

_GHOST = Pace(first=1.0, longest=5.0, deadline=60.0)

_SPENT = frozenset(("OBSOLETE", "EXECUTE_COMPLETE", "EXECUTE_FAILED"))


def ask(
    stacks: Stacks, changes: StackChanges, clock: Clock, request: ChangeSetRequest, pace: Pace
) -> ChangeSetInfo | None:
    """Create the change set and wait until CloudFormation has worked it out; None where there are no changes.

    One of the same name, which means the same content, is used again if it can still be executed, or just
    is. A failed one is removed, and so is one that Ctrl-C stops the wait for. Raises SmsgenError with
    CloudFormation's reason where it fails, and at the deadline.
    """
    try:
        return _ask(stacks, changes, clock, request, pace)
    except KeyboardInterrupt:
        info = stacks.change_set(request.stack_name, request.name)
        if info is not None:
            discard(stacks, changes, clock, info)
        raise


def _ask(
    stacks: Stacks, changes: StackChanges, clock: Clock, request: ChangeSetRequest, pace: Pace
) -> ChangeSetInfo | None:
    info = _worked_out(stacks, clock, _create(stacks, changes, clock, request), pace)
    if not (_usable(info) or _empty(info)):
        # It is left over from an earlier run, or failed for a reason that may have passed.
        _remove(stacks, changes, clock, info, pace)
        again = request._replace(token=MARK + digest(request.token, info.change_set_id))
        info = _worked_out(stacks, clock, _create(stacks, changes, clock, again), pace)
    if _usable(info):
        return info
    discard(stacks, changes, clock, info)
    if _empty(info):
        return None
    reason = info.reason or f"{info.status}, {info.execution_status}"
    message = f"CloudFormation could not make a change set for {request.stack_name}: {reason}"
    raise SmsgenError(message, hint=_HINT)


_HINT = "mend what the reason names in the application file, the parameters or the role, and run this again"


def discard(stacks: Stacks, changes: StackChanges, clock: Clock, info: ChangeSetInfo) -> None:
    """Delete an unexecuted change set, and the stack in review around it if only we have used that."""
    changes.delete_change_set(info.stack_id, info.change_set_id)
    stack = stacks.find(info.stack_id)
    if stack is None or stack.status != "REVIEW_IN_PROGRESS":
        return
    if all(map(ours, stacks.change_sets(info.stack_id))):
        changes.delete(info.stack_id, token=MARK + digest("ghost", info.stack_id))
        _until_gone(stacks, clock, info.stack_id)


def tidy(stacks: Stacks, changes: StackChanges, stack: StackInfo, *, keep: str) -> None:
    """Delete those of our change sets that nobody can execute any more, except the one named `keep`."""
    for change_set in stacks.change_sets(stack.stack_id):
        spent = change_set.status == "FAILED" or change_set.execution_status in _SPENT
        if ours(change_set) and spent and change_set.name != keep:
            changes.delete_change_set(stack.stack_id, change_set.change_set_id)


def ours(change_set: ChangeSetInfo) -> bool:
    """Whether smsgen made it."""
    return change_set.name.startswith(MARK) and change_set.description == DESCRIPTION


def _create(stacks: Stacks, changes: StackChanges, clock: Clock, request: ChangeSetRequest) -> ChangeSetInfo:
    there = stacks.change_set(request.stack_name, request.name)
    if there is not None:
        return there
    try:
        info = changes.create_change_set(request)
    except ServiceError as error:
        if error.code != "LimitExceededException" or not _make_room(stacks, changes, request.stack_name):
            raise
        info = changes.create_change_set(request)
    if stacks.change_set(info.stack_id, info.change_set_id) is None:
        # AWS remembered the token of one that has been deleted since. The name still keeps it from being made twice.
        token = MARK + digest(request.token, clock.now())
        info = changes.create_change_set(request._replace(token=token))
    return info


def _make_room(stacks: Stacks, changes: StackChanges, stack_name: str) -> bool:
    """Delete all our change sets that are not running, the newest run's too; say whether there were any."""
    idle = [c for c in stacks.change_sets(stack_name) if c.execution_status != "EXECUTE_IN_PROGRESS"]
    mine = [change_set for change_set in idle if ours(change_set)]
    for change_set in mine:
        changes.delete_change_set(change_set.stack_id, change_set.change_set_id)
    return bool(mine)


def _worked_out(stacks: Stacks, clock: Clock, info: ChangeSetInfo, pace: Pace) -> ChangeSetInfo:
    backoff = Backoff(clock, pace)
    while True:
        now = stacks.change_set(info.stack_id, info.change_set_id)
        if now is None:
            message = f"the change set {info.name} was deleted while CloudFormation worked it out"
            raise SmsgenError(message, hint="somebody else works on this stack: run this again")
        if not now.pending:
            return now
        if not backoff.wait():
            message = f"CloudFormation has not worked out {info.name} in {pace.deadline:,.0f} s"
            raise SmsgenError(message, hint="run this again: it goes on with the same change set")


def _usable(info: ChangeSetInfo) -> bool:
    return info.executable or info.execution_status == "EXECUTE_IN_PROGRESS"


def _until_gone(stacks: Stacks, clock: Clock, stack_id: str) -> None:
    """Wait a little for a stack that is being deleted, so that the next command does not meet it."""
    backoff = Backoff(clock, _GHOST)
    while True:
        stack = stacks.find(stack_id)
        if stack is None or not stack.in_progress or not backoff.wait():
            return


def _empty(info: ChangeSetInfo) -> bool:
    return info.status == "FAILED" and info.reason.startswith(NO_CHANGES)


def _remove(stacks: Stacks, changes: StackChanges, clock: Clock, info: ChangeSetInfo, pace: Pace) -> None:
    """Delete it and wait until it is gone: another one of the same name is refused before that."""
    changes.delete_change_set(info.stack_id, info.change_set_id)
    backoff = Backoff(clock, pace)
    while stacks.change_set(info.stack_id, info.change_set_id) is not None:
        if not backoff.wait():
            message = f"CloudFormation has not deleted {info.name} in {pace.deadline:,.0f} s"
            raise SmsgenError(message, hint="run this again in a minute")
