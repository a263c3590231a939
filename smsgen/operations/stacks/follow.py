"""Follow a stack until CloudFormation is done with it: its events and those of its nested stacks.

Nothing here changes anything in AWS. Whoever stops following stops nothing: the stack goes on, and
following again picks up the same operation from its beginning.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol

from smsgen.cfn.nested import NESTED_STACK
from smsgen.errors import Refusal, ServiceError, SmsgenError
from smsgen.operations.ports.protocols import Clock, Stacks
from smsgen.operations.ports.records import StackEvent, StackInfo
from smsgen.operations.ports.waiting import Backoff, Pace

PATIENCE = 300.0
"""Seconds for which answers may fail in a row (a lost network) before following is given up."""

LASTING = (Refusal.DENIED, Refusal.UNKNOWN_CALLER)
"""Error codes that asking again does not mend (CloudFormation API reference, Common Errors)."""

_CONSEQUENCE = re.compile(
    r"^(Resource (creation|update|deletion|import) cancell?ed"
    r"|The following resource\(s\) failed to"
    r"|Embedded stack |Nested stack |Rollback requested)",
    re.IGNORECASE,
)
"""Reasons that only repeat that something else failed."""


def is_consequence(reason: str) -> bool:
    """Whether the reason of a failure only repeats that something else failed."""
    return _CONSEQUENCE.match(reason) is not None


class View(Protocol):
    """Where a followed operation is shown."""

    def event(self, event: StackEvent) -> None:
        """Show one event; they come oldest first, each once."""

    def pulse(self, stack: StackInfo) -> None:
        """Show that time has passed; `stack` is how it stands now."""

    def close(self) -> None:
        """End the view; called once, whatever happened."""


class Outcome(NamedTuple):
    """How it ended: the stack as it stands (None: it is gone), and the failure that caused all others."""

    stack: StackInfo | None
    failure: StackEvent | None = None

    @property
    def status(self) -> str:
        """Return the state of the stack; one that is gone is DELETE_COMPLETE."""
        return self.stack.status if self.stack else "DELETE_COMPLETE"

    @property
    def launched(self) -> bool:
        """Whether a create, update or import did what was asked."""
        return self.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")

    @property
    def deleted(self) -> bool:
        """Whether a delete did what was asked."""
        return self.status == "DELETE_COMPLETE"

    @property
    def cause(self) -> str:
        """Return the first real failure in one line, or the stack's own reason, or ""."""
        event = self.failure
        if event is None:
            return self.stack.reason if self.stack else ""
        inside = f" in {event.stack_name}" if self.stack and event.stack_id != self.stack.stack_id else ""
        return f"{event.logical_id} ({event.type}){inside}: {event.reason or event.status}"


class Interrupted(SmsgenError):
    """The user stopped following; 130 is what shells give for SIGINT."""

    exit_code = 130


class Trail:
    """The events of one operation on a stack and its nested stacks, each given once."""

    def __init__(self, stacks: Stacks, stack_id: str, after: str) -> None:
        self._stacks = stacks
        self._root = stack_id
        self._seen = {stack_id: after}
        self._begun = 0.0
        self.failures: list[StackEvent] = []

    @property
    def started(self) -> bool:
        """Whether the operation has been seen to begin."""
        return self._begun > 0

    def news(self) -> list[StackEvent]:
        """Return the events that came since the last call, oldest first."""
        news: list[StackEvent] = []
        waiting = list(self._seen)
        while waiting:
            stack_id = waiting.pop()
            for event in self._read(stack_id):
                news.append(event)
                if _is_nested(event) and event.physical_id not in self._seen:
                    self._seen[event.physical_id] = ""
                    waiting.append(event.physical_id)
        news.sort(key=lambda event: event.time)  # stable: events of one moment keep their stack's order
        self.failures += [event for event in news if event.status.endswith("_FAILED")]
        return news

    def _read(self, stack_id: str) -> list[StackEvent]:
        events = self._stacks.events(stack_id, after=self._seen[stack_id])
        if events:
            self._seen[stack_id] = events[-1].event_id
        if stack_id == self._root and not self._begun:
            self._begun = next((event.time for event in events if event.starts_operation), 0.0)
        # A nested stack that was there before brings its whole history along.
        return [event for event in events if stack_id == self._root or event.time >= self._begun]

    def first_failure(self) -> StackEvent | None:
        """Return the earliest failure that is not the consequence of another one."""
        own = [event for event in self.failures if not event.of_the_stack]
        real = [event for event in own if not is_consequence(event.reason)]
        return min(real or own or self.failures, key=lambda event: event.time, default=None)


def follow(
    stacks: Stacks, clock: Clock, stack: StackInfo, *, after: str, view: View, pace: Pace, resume: str
) -> Outcome:
    """Show what happens to `stack` until CloudFormation is done with it.

    `after` is the id of the last event before the operation ("" for the whole history), `resume` the
    sentence that says how to go on watching. Raises Interrupted at Ctrl-C, ServiceError where AWS cannot be
    asked any more, SmsgenError at the deadline; in all three cases the stack goes on.
    """
    trail = Trail(stacks, stack.stack_id, after)
    backoff = Backoff(clock, pace)
    heard = clock.now()
    try:
        while True:
            try:
                now = stacks.find(stack.stack_id)
                news = trail.news()
                heard = clock.now()
            except ServiceError as error:
                lasting = error.kind in LASTING or error.code == "ValidationError"
                if lasting or clock.now() - heard > PATIENCE:
                    raise _lost(error, stack.name, resume) from error
                now, news = stack, []
            if news:
                backoff.reset()
            for event in news:
                view.event(event)
            if _done(now, trail):
                return Outcome(now, trail.first_failure())
            view.pulse(now or stack)
            if not backoff.wait():
                raise _too_long(now or stack, pace, resume)
    except KeyboardInterrupt:
        message = f"no longer watching {stack.name}; CloudFormation goes on with it"
        raise Interrupted(message, hint=resume) from None
    finally:
        view.close()


def running_operation(stacks: Stacks, stack: StackInfo) -> tuple[str, str]:
    """Return the id of the event before the latest operation, and the token it was started with (or "")."""
    before = found = token = ""
    for event in stacks.events(stack.stack_id):
        if event.starts_operation:
            found, token = before, event.token
        before = event.event_id
    return found, token


def last_event(stacks: Stacks, stack: StackInfo | None) -> str:
    """Return the id of the stack's newest event, "" where it has none."""
    events = stacks.events(stack.stack_id) if stack else ()
    return events[-1].event_id if events else ""


def _done(stack: StackInfo | None, trail: Trail) -> bool:
    """Whether it is over. Just after the start a stack may still show its state from before."""
    return stack is None or (trail.started and not stack.in_progress and stack.status != "REVIEW_IN_PROGRESS")


def _is_nested(event: StackEvent) -> bool:
    return event.type == NESTED_STACK and bool(event.physical_id) and not event.of_the_stack


def _too_long(stack: StackInfo, pace: Pace, resume: str) -> SmsgenError:
    return SmsgenError(f"{stack.name} is still {stack.status} after {pace.deadline:,.0f} s", hint=resume)


def _lost(error: ServiceError, name: str, resume: str) -> ServiceError:
    message = f"cannot watch {name} any more ({error}); CloudFormation goes on with it"
    hint = f"{error.hint}; {resume}" if error.hint else resume
    return ServiceError(message, code=error.code, request_id=error.request_id, hint=hint)
