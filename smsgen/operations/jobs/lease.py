"""A worker's hold on its job while it carries it out, and the world as it sees it under that hold.

    KeptClock      every pause renews the lease
    FencedChanges  nothing is changed in AWS without the lease, nor before the store knows what is about to happen

A worker that was away for too long (a machine that slept, a network that was lost) finds its lease gone at the next
thing it does, and does no more; whoever has the lease then goes on from what the store says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

from smsgen.errors import SmsgenError
from smsgen.model.managed import LaunchState, ManagedApp
from smsgen.operations.apps.readiness import cut
from smsgen.operations.apps.world import Kept, World, change_app, find_app
from smsgen.operations.ports.protocols import Clock, StackChanges
from smsgen.operations.ports.records import ChangeSetInfo, ChangeSetRequest
from smsgen.operations.ports.store import Change, Job


class Superseded(SmsgenError):
    """The application is no longer meant to be what this job makes of it: it is terminated or deleted now."""


class NotHere(SmsgenError):
    """Another machine is to carry this job out, which can read what this one cannot. `subject` is the job's."""

    def __init__(self, subject: str, why: str) -> None:
        super().__init__(why)
        self.subject = subject


class Stopped(SmsgenError):
    """The worker is asked to stop: it gives its lease back, and another one goes on."""


class Lease:
    """The hold on one job."""

    def __init__(self, kept: Kept, job: Job) -> None:
        self._kept = kept
        self.job = job
        self._renewed_at = kept.clock.now()

    def holds(self) -> bool:
        """Return whether the lease cannot have ended yet, by this machine's clock alone: nothing is asked."""
        return 0 <= self._kept.clock.now() - self._renewed_at < self._kept.settings.lease

    def keep(self) -> None:
        """Renew the lease where a third of it has passed; raises LeaseLost where it is another's."""
        passed = self._kept.clock.now() - self._renewed_at
        if not 0 <= passed < self._kept.settings.lease / 3:  # below 0: the clock was set back
            self._renew()

    def check(self) -> None:
        """Make sure that the lease holds now; raises LeaseLost, and Superseded."""
        self._renew()
        self.require_wanted()

    def require_wanted(self) -> None:
        """Raise Superseded where nobody wants any more what the job does."""

    def _renew(self) -> None:
        asked_at = self._kept.clock.now()
        self.job = self._kept.store.renew(self.job, seconds=self._kept.settings.lease)
        self._renewed_at = asked_at


class AppLease(Lease):
    """The hold on a job whose subject is an application.

    `goes_on` says whether the application is still meant to be what the job makes of it.
    """

    def __init__(self, kept: Kept, job: Job, goes_on: Callable[[ManagedApp], bool]) -> None:
        super().__init__(kept, job)
        self._goes_on = goes_on

    def require_wanted(self) -> None:
        """Raise Superseded where the application is not what the job is for any more."""
        self.app()

    def app(self) -> ManagedApp:
        """Return the application; raises Superseded where it is not what the job is for any more."""
        managed = find_app(self._kept, self.job.subject)
        if not self._goes_on(managed):
            raise Superseded(f"the application {self.job.subject} is {managed.launch.status} now")
        return managed

    def write(
        self,
        decide: Callable[[ManagedApp], ManagedApp | None],
        *,
        jobs: tuple[Job, ...] = (),
        done: bool = False,
    ) -> None:
        """Change the application under the lease; `done` ends the job with it, `decide` giving None deletes it.

        Raises LeaseLost and Superseded, and then nothing is kept.
        """

        def change(before: ManagedApp) -> Change:
            if not self._goes_on(before):
                raise Superseded(f"the application {before.app.app_id} is {before.launch.status} now")
            after = decide(before)
            return Change(before, after, jobs=jobs, lease=self.job, done=done)

        change_app(self._kept, self.job.subject, change)

    def note(self, change: Callable[[LaunchState], LaunchState]) -> None:
        """Write how the launch stands, where that is news."""
        launch = self.app().launch
        if change(launch) != launch:
            self.write(lambda managed: managed._replace(launch=change(managed.launch)))


L = TypeVar("L", bound=Lease)


class Kind(NamedTuple, Generic[L]):
    """How a kind of job is carried out.

    `hold` makes the lease of a job that was taken. `carry_out` does the work, and writes its outcome; `note` writes, in
    a sentence, how it stands meanwhile; `fail` writes that it failed for good. `says_what_to_do`: it gets the hint of
    what failed, too, because whoever reads it has no other place to look.
    """

    hold: Callable[[Kept, Job], L]
    carry_out: Callable[[World, L], None]
    note: Callable[[L, str], None]
    fail: Callable[[World, L, str], None]
    says_what_to_do: bool = False


def app_lease(goes_on: Callable[[ManagedApp], bool]) -> Callable[[Kept, Job], AppLease]:
    """Return what makes the lease of a job on an application; see AppLease."""
    return lambda kept, job: AppLease(kept, job, goes_on)


def note_launch(lease: AppLease, message: str) -> None:
    """Write how a launch or a termination stands, as its status message."""
    lease.note(lambda launch: launch._replace(message=cut(message)))


class KeptClock:
    """A clock whose pauses are short enough for the lease, and renew it."""

    def __init__(self, clock: Clock, lease: Lease, longest: float) -> None:
        self._clock = clock
        self._lease = lease
        self._longest = longest

    def now(self) -> float:
        """Return seconds since the epoch."""
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        """Wait, renewing the lease on the way; raises LeaseLost."""
        left = seconds  # counted here: a clock that is set back meanwhile must not lengthen the pause
        while left > 0:
            self._clock.sleep(min(left, self._longest))
            left -= self._longest
            self._lease.keep()

    def jitter(self) -> float:
        """Return a random number of at least 0 and below 1."""
        return self._clock.jitter()


class FencedChanges:
    """The StackChanges port under a lease: what changes anything in AWS first makes sure that the lease holds.

    Before a change set is executed or a stack is deleted, the store is told which stack, and with which token.
    """

    def __init__(self, changes: StackChanges, lease: AppLease) -> None:
        self._changes = changes
        self._lease = lease

    def create_change_set(self, request: ChangeSetRequest) -> ChangeSetInfo:
        """Ask for a change set; see the port."""
        self._lease.check()
        return self._changes.create_change_set(request)

    def delete_change_set(self, stack: str, name: str) -> None:
        """Delete the change set; see the port."""
        self._lease.keep()
        self._changes.delete_change_set(stack, name)

    def execute(self, change_set: ChangeSetInfo, *, token: str) -> None:
        """Execute exactly this change set; see the port."""
        self._about_to(change_set.stack_id, token)
        self._changes.execute(change_set, token=token)

    def delete(self, stack: str, *, token: str, retain: Iterable[str] = ()) -> None:
        """Begin to delete the stack; see the port."""
        self._about_to(stack, token)
        self._changes.delete(stack, token=token, retain=retain)

    def protect(self, stack: str, *, on: bool) -> None:
        """Switch the stack's termination protection on or off; see the port."""
        self._lease.check()
        self._changes.protect(stack, on=on)

    def _about_to(self, stack_id: str, token: str) -> None:
        self._lease.check()
        self._lease.note(lambda launch: launch._replace(stack_id=stack_id, operation=token))


def under(world: World, lease: AppLease) -> tuple[FencedChanges, KeptClock]:
    """Return the world's changes to stacks, and its clock, under a lease."""
    return FencedChanges(world.changes, lease), KeptClock(world.clock, lease, world.settings.lease / 3)
