"""A launch as the SMS API shows it while it goes on: launchStatus and launchStatusMessage, written as it goes."""

from __future__ import annotations

from collections.abc import Mapping

from smsgen.changes.change_set import ChangeSet
from smsgen.model.managed import LaunchState
from smsgen.model.status import STEPS, LaunchEvent, advance
from smsgen.operations.apps.readiness import cut
from smsgen.operations.jobs.lease import AppLease
from smsgen.operations.ports.records import StackEvent, StackInfo
from smsgen.operations.stacks.follow import View, is_consequence
from smsgen.operations.stacks.request import Place
from smsgen.operations.stacks.rules import NextStep, for_launch


def stepped(launch: LaunchState, event: LaunchEvent, message: str = "") -> LaunchState:
    """Return the launch after an event, with this message; raises IllegalStep."""
    return launch._replace(status=advance(launch.status, event), message=cut(message))


class Reporter:
    """The Conversation of a launch that nobody watches: it agrees to everything, and writes what is said."""

    def __init__(self, lease: AppLease) -> None:
        self._lease = lease

    def note(self, text: str) -> None:
        """Write what is said as the status message: its first line, below which a terminal gets the details."""
        message = cut(text.partition("\n")[0])
        self._lease.note(lambda launch: launch._replace(message=message))

    def show(self, change_set: ChangeSet) -> None:
        """Show nothing: GenerateChangeSet shows what would happen."""

    def confirm(self, question: str) -> bool:
        """Agree: who may call LaunchApp has decided."""
        return True

    def watching(self, stack: StackInfo, places: Mapping[str, Place]) -> View:
        """Return the view that writes the progress of an operation on `stack`."""
        removing = for_launch(stack.status).step is NextStep.RECREATE
        if not removing:
            self._lease.note(_started)
        return Progress(self._lease, {} if removing else places, created=stack.status in _NEW)


_NEW = ("REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS")


def _started(launch: LaunchState) -> LaunchState:
    if LaunchEvent.START in STEPS[launch.status]:
        return stepped(launch, LaunchEvent.START, launch.message)
    return launch


class Progress:
    """The View of an operation: how many servers of the current launch order are there, and what failed first."""

    def __init__(self, lease: AppLease, places: Mapping[str, Place], *, created: bool) -> None:
        self._lease = lease
        self._places = places
        self._created = created
        self._begun: set[str] = set()
        self._done: set[str] = set()
        self._failure = ""

    def event(self, event: StackEvent) -> None:
        """Remember one event."""
        if event.status.endswith("_FAILED") and not self._failure and not is_consequence(event.reason):
            self._failure = f"{event.logical_id} ({event.type}): {event.reason or event.status}"
        if event.logical_id in self._places and event.status.startswith(("CREATE_", "UPDATE_")):
            self._begun.add(event.logical_id)
            if event.status.endswith("_COMPLETE"):
                self._done.add(event.logical_id)

    def pulse(self, stack: StackInfo) -> None:
        """Write how it stands, where that is news; raises LeaseLost and Superseded."""
        self._lease.keep()
        message = cut(self.message())
        self._lease.note(lambda launch: launch._replace(message=message or launch.message))

    def close(self) -> None:
        """End the view; whoever began it writes how it ended."""

    def message(self) -> str:
        """Return how it stands in one sentence, "" where there is nothing to say yet."""
        if self._failure:
            return self._failure
        if not self._created:
            return f"{len(self._done)} of {len(self._begun)} servers changed" if self._begun else ""
        for order in sorted({place.order for place in self._places.values()}):
            members = [name for name, place in self._places.items() if place.order == order]
            there = sum(name in self._done for name in members)
            if there < len(members):
                return f"launch order {order}: {there} of {len(members)} servers launched"
        return f"all {len(self._places)} servers launched" if self._places else ""
