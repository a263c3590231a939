"""What the operations of the SMS API need of the world, the ways they say no, and how they write.

An operation reads an application, decides, and commits what it decided. Where somebody else wrote meanwhile
(`Conflict`), it reads and decides again; so the decision is a function of the application alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from smsgen.errors import SmsgenError
from smsgen.model.managed import ManagedApp
from smsgen.model.permitted import refused_now
from smsgen.operations.apps.notices import with_notices
from smsgen.operations.apps.turns import Turns
from smsgen.operations.ports.copying import Copying
from smsgen.operations.ports.events import EventBuses
from smsgen.operations.ports.inventories import Inventories
from smsgen.operations.ports.keys import Keys
from smsgen.operations.ports.protocols import (
    Artifacts,
    Clock,
    Commands,
    Lookups,
    StackChanges,
    StackReader,
    Stacks,
)
from smsgen.operations.ports.store import Change, Conflict, Job, Store
from smsgen.operations.ports.waiting import Pace

_TURNS = 40
_LONGEST_PAUSE = 0.5


class Settings(NamedTuple):
    """What the keeper of a server decides.

    `profile`: of the applications that CreateApp makes, one of `model.app.PROFILES`. `max_groups` and
    `max_servers`: of one application (SMS User Guide, limits). `on_failure`: what becomes of a stack whose creation
    fails: ROLLBACK, DELETE or DO_NOTHING. Times are seconds. `lease`: for how long a worker that shows no sign of life
    keeps its job from the others. `attempts`: how often a job is taken up before trouble counts as lasting.
    `validation`: for how long a server's own validation is waited for (SMS console: 15 minutes). `token_age`: for how
    long a client token is remembered. `max_replications`: replication jobs at a time, `max_app_replications`:
    applications that are replicated at a time, and `replication_age`: for how long a job goes on from its first run
    (SMS User Guide, limits: 50, 50, 90 days). `max_failures`: failed runs, one after
    another, that pause a job. `catalog_age`: for how long an import of the server catalog counts. `event_bus`: the
    name or ARN of the EventBridge bus that is told of replication, "" for none.
    """

    profile: str = "hardened"
    max_groups: int = 10
    max_servers: int = 50
    on_failure: str = "ROLLBACK"
    lease: float = 60.0
    attempts: int = 10
    pace: Pace = Pace()
    timeout: float = 4 * 3600.0
    validation: float = 15 * 60.0
    token_age: float = 7 * 86_400.0
    max_replications: int = 50
    max_app_replications: int = 50
    max_failures: int = 3
    replication_age: float = 90 * 86_400.0
    catalog_age: float = 30 * 86_400.0
    event_bus: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What is kept, and what keeping takes: enough for an operation that asks nothing of AWS.

    `new_id` gives so many random hexadecimal digits. `secret` gives the key that pagination tokens are sealed with: the
    same for all servers of one store. `turns` is what writers in this process wait at.
    """

    store: Store
    clock: Clock
    new_id: Callable[[int], str]
    secret: Callable[[], bytes]
    turns: Turns
    settings: Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class World(Kept):
    """What is kept, and AWS: all that an operation uses stands behind these.

    `artifacts` gives the documents' bucket; it is asked for only where something is put there.
    `inventories` is what stands behind connectors, `copying` gives where disks are copied to, `keys` are
    KMS's, `events` EventBridge's; `machine` is the name of this one.
    """

    artifacts: Callable[[], Artifacts]
    stacks: Stacks
    changes: StackChanges
    reader: StackReader
    commands: Commands
    lookups: Lookups
    inventories: Inventories
    copying: Callable[[], Copying]
    keys: Keys
    events: EventBuses
    machine: str


class BadParameter(SmsgenError):
    """A member of the request has a value that it cannot have (API: InvalidParameterException)."""


class UnknownApp(BadParameter):
    """There is no application of that id; the API has no error of its own for it."""

    def __init__(self, app_id: str) -> None:
        super().__init__(f"there is no application {app_id}")


class MissingParameter(SmsgenError):
    """A member of the request is missing (API: MissingRequiredParameterException)."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the request must contain the parameter {name}")


class NotPermitted(SmsgenError):
    """The application is not in a state for that (API: OperationNotPermittedException)."""


class Busy(SmsgenError):
    """The application was written by others again and again; nothing is kept."""


def required(value: str | None, name: str) -> str:
    """Return a member's value; raises MissingParameter where there is none."""
    if not value:
        raise MissingParameter(name)
    return value


def find_app(kept: Kept, app_id: str) -> ManagedApp:
    """Return an application; raises UnknownApp."""
    managed = kept.store.app(app_id)
    if managed is None:
        raise UnknownApp(app_id)
    return managed


def permit(operation: str, managed: ManagedApp) -> None:
    """Raise NotPermitted where the application does not take the operation as it stands (`model.permitted`)."""
    refused = refused_now(operation, managed)
    if refused is not None:
        message = (
            f"the application {managed.app.app_id} does not take {operation} while its {refused.name} is"
        )
        instead = ", ".join(refused.instead) or "only what shows it, until that is over"
        raise NotPermitted(f"{message} {refused.status}", hint=f"it takes: {instead}")


def change_app(kept: Kept, app_id: str, decide: Callable[[ManagedApp], Change]) -> ManagedApp | None:
    """Read, decide and commit until nobody interferes; give the application as it then is (None: deleted).

    Raises UnknownApp, whatever `decide` and `AppStore.commit` raise, and Busy after many conflicts.
    """
    return commit_decided(kept, app_id, lambda: decide(find_app(kept, app_id)))


def commit_decided(kept: Kept, subject: str, decide: Callable[[], Change]) -> ManagedApp | None:
    """Commit what `decide` reads and decides about a subject (an id), until nobody interferes.

    Returns and raises as `change_app`.
    """
    pause = 0.005
    for _ in range(_TURNS):
        with kept.turns.of(subject):
            change = with_notices(decide(), kept.settings.event_bus, kept.clock, kept.new_id)
            try:
                return kept.store.commit(change)
            except Conflict:
                pass
        # Chance parts two writers that would otherwise meet again.
        kept.clock.sleep(pause * (0.5 + kept.clock.jitter()))
        pause = min(pause * 1.5, _LONGEST_PAUSE)
    raise Busy(f"others keep writing {subject}", hint="try again")


def changed(kept: Kept, app_id: str, decide: Callable[[ManagedApp], Change]) -> ManagedApp:
    """Do as `change_app` where the application stays."""
    after = change_app(kept, app_id, decide)
    if after is None:
        raise UnknownApp(app_id)
    return after


def new_job(kept: Kept, app_id: str, kind: str) -> Job:
    """Return work on an application to be queued: one job of an application after another."""
    return Job(f"job-{kept.new_id(17)}", kind, app_id, app_id, created=kept.clock.now())
