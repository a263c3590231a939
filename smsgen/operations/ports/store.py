"""What the use cases need of a store: applications, work to be done in the background, client tokens.

A `Change` is one transaction: everything in it is kept, or nothing. Whoever gets an answer from `commit` can be
killed the next moment and finds everything again. Two writers of one application lose nothing: the second one gets
`Conflict`, reads again and decides again. Work is leased: exactly one worker carries a job on, and what it writes
is kept only while its lease holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from smsgen.errors import SmsgenError
from smsgen.model.managed import ManagedApp, Summary
from smsgen.operations.ports.replication_store import ReplicationStore, Write


class Job(NamedTuple):
    """Work that goes on in the background.

    `kind` says how it is carried out (`jobs.carry_out.KINDS`), `subject` on what (an id). Jobs of one `lane` are
    carried out one after another, in the order in which they were queued; lanes go side by side. `attempt` counts
    the leases taken so far. `owner` is the worker that holds the lease, until `until` (seconds since the epoch, by the
    store's clock); before anybody holds it, a job is not taken before `until`.
    """

    job_id: str
    kind: str
    subject: str
    lane: str
    attempt: int = 0
    owner: str = ""
    until: float = 0.0
    created: float = 0.0


class Token(NamedTuple):
    """A clientToken that was used: for which operation, the digest of the request, and the app it made."""

    operation: str
    token: str
    request: str
    app_id: str
    created: float = 0.0


class Change(NamedTuple):
    """One transaction, on one application or none, and on records of replication.

    `before` is the application as it was read (None: it is made), `after` as it shall be (None: it is deleted). `jobs`
    are queued with it, `records` are written, and `token` is remembered. `lease`: the job under whose lease this is
    written; `done`: that job is over with it.
    """

    before: ManagedApp | None
    after: ManagedApp | None
    jobs: tuple[Job, ...] = ()
    token: Token | None = None
    lease: Job | None = None
    done: bool = False
    records: tuple[Write, ...] = ()


class Conflict(SmsgenError):
    """What is changed was written (or deleted, or made) by somebody else since it was read; nothing is kept."""


class ServerTaken(SmsgenError):
    """A server is in another application already; nothing is kept."""

    def __init__(self, server_id: str, app_id: str) -> None:
        super().__init__(f"the server {server_id} is in the application {app_id} already")
        self.server_id = server_id
        self.app_id = app_id


class TokenUsed(SmsgenError):
    """The client token was remembered by another request meanwhile; nothing is kept. `token` is what it remembers."""

    def __init__(self, token: Token) -> None:
        super().__init__(f"the client token {token.token!r} has been used already")
        self.token = token


class LeaseLost(SmsgenError):
    """The lease of `Change.lease` has ended or is another worker's; nothing is kept."""


class AppStore(Protocol):
    """The applications of one account in one Region. Every method raises StoreError where the database fails."""

    def app(self, app_id: str) -> ManagedApp | None:
        """Return an application, or None where there is none of that id."""

    def apps(self, *, ids: Sequence[str] = (), after: str = "", limit: int) -> tuple[ManagedApp, ...]:
        """Return at most `limit` applications in the order of their ids, those that come after the id `after`.

        `ids`: only these; none given: all.
        """

    def summaries(self, *, ids: Sequence[str] = (), after: str = "", limit: int) -> tuple[Summary, ...]:
        """Return the summaries of the applications that `apps` would give, without reading all that they are."""

    def app_names(self, *, after: str = "", limit: int) -> tuple[tuple[str, str], ...]:
        """Return (id, name) of the applications that `apps` would give: what a search looks through."""

    def owners(self, server_ids: Iterable[str]) -> Mapping[str, str]:
        """Return server id -> id of its application, of those servers that are in one."""

    def commit(self, change: Change) -> ManagedApp | None:
        """Make a change, whole or not at all; give the application as it is now kept, with its new version.

        Raises Conflict, ServerTaken, TokenUsed or LeaseLost, and then nothing is kept.
        """

    def token(self, operation: str, token: str) -> Token | None:
        """Return what is remembered of a client token, or None."""

    def jobs(self, subject: str) -> tuple[Job, ...]:
        """Return the jobs on a subject that are not over, oldest first."""

    def now(self) -> float:
        """Return the store's time in seconds since the epoch: of PostgreSQL the database's clock."""

    def lease(
        self, owner: str, *, kinds: Sequence[str], seconds: float, without: Sequence[str] = ()
    ) -> Job | None:
        """Take the oldest job of these kinds that nobody holds (or whose lease has ended) for `seconds`, or give None.

        `without`: subjects whose jobs are left to others.
        Of one lane's jobs only the oldest can be taken. Time is the store's: of PostgreSQL the database's clock, as
        its workers' machines may disagree. A lease that ends later than its own length from now was written before a
        clock was set back, and has ended.
        """

    def renew(self, job: Job, *, seconds: float) -> Job:
        """Hold the lease of a job for `seconds` from now; raises LeaseLost where it is no longer `job.owner`'s."""

    def give_back(self, job: Job, *, delay: float = 0.0, anew: bool = False) -> None:
        """End a lease before its time; the job can be taken again after `delay` seconds. Nothing where it is lost.

        `anew`: nothing went wrong, so attempts are counted from the beginning.
        """

    def finish(self, job: Job) -> None:
        """Forget a job that is over; nothing where the lease is lost."""

    def forget_tokens(self, *, before: float) -> int:
        """Forget client tokens remembered before a time; give how many."""

    def ping(self) -> None:
        """See that the database can be written; raises StoreError where it cannot, or its schema is another's."""


class StoreError(SmsgenError):
    """The database cannot be reached, is locked for too long, or has another schema than this smsgen knows."""


class Store(AppStore, ReplicationStore, Protocol):
    """All that is kept."""
