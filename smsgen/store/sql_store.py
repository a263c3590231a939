"""The port AppStore on a database; see `operations/app_store.py` for what each method promises."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Update,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from smsgen.model.managed import ManagedApp, Summary, summarize
from smsgen.operations.ports.store import Change, Job, LeaseLost, Token
from smsgen.store.codec import to_record
from smsgen.store.commit import batches, commit, hold, owners_of, prepare, token_key
from smsgen.store.database import Database
from smsgen.store.schema import bring_up, check_version
from smsgen.store.sql_records import SqlRecords
from smsgen.store.tables import APPS, JOBS, META, TOKENS

T = TypeVar("T")

_LONGEST_ID = 255


class SqlStore(SqlRecords):
    """Applications and records of replication in a database, whose schema is brought up first. For many threads."""

    def __init__(self, url: str, *, create: bool = True, clock: Callable[[], float] | None = None) -> None:
        self._database = Database(url, create=create)
        self._clock = clock or (time.time if self._database.sqlite else None)
        try:
            bring_up(self._database)
        except BaseException:
            self._database.close()
            raise

    @property
    def shares_no_disk(self) -> bool:
        """Return whether the store is on a server, whose users may be on several machines."""
        return not self._database.sqlite

    @property
    def folder(self) -> str:
        """Return the folder of the store's file; "" where there is none."""
        if self._database.in_memory or not self._database.sqlite:
            return ""
        return str(Path(str(self._database.url.database)).resolve().parent)

    def close(self) -> None:
        """Close the connections; a store in memory is gone with them."""
        self._database.close()

    def ping(self) -> None:
        """See that the database can be written; raises StoreError where it cannot, or its schema is another's."""
        check_version(self._database)
        self._database.write(lambda connection: connection.execute(_touch(secrets.token_hex(8))))

    def secret(self) -> bytes:
        """Return 32 random bytes that are the same for all servers of this store, always."""

        def make(connection: Connection) -> str:
            # The row is there in every store, so that its lock lets one server at a time look for the secret.
            connection.execute(
                select(META.c.value).where(META.c.name == "last_version").with_for_update()
            ).all()
            secret = connection.execute(select(META.c.value).where(META.c.name == "secret")).scalar()
            if secret is None:
                secret = secrets.token_hex(32)
                connection.execute(insert(META).values(name="secret", value=secret))
            return str(secret)

        return bytes.fromhex(self._database.write(make))

    # --- Applications ---------------------------------------------------------------------------------------------

    def app(self, app_id: str) -> ManagedApp | None:
        """Return an application, or None where there is none of that id."""
        apps = self.apps(ids=(app_id,), limit=1)
        return apps[0] if apps else None

    def apps(self, *, ids: Sequence[str] = (), after: str = "", limit: int) -> tuple[ManagedApp, ...]:
        """Return at most `limit` applications in the order of their ids, those that come after the id `after`."""
        rows = self._page(select(*APPS.c["version", "document"]), ids, after, limit)
        return tuple([_app(row) for row in rows])

    def summaries(self, *, ids: Sequence[str] = (), after: str = "", limit: int) -> tuple[Summary, ...]:
        """Return the summaries of the applications that `apps` would give."""
        rows = self._page(select(*APPS.c["app_id", "version", "summary", "summarized"]), ids, after, limit)
        known = {row.app_id: _summary(row) for row in rows}
        outdated = [app_id for app_id, summary in known.items() if summary is None]
        for managed in self.apps(ids=outdated, limit=len(outdated)) if outdated else ():
            known[managed.app.app_id] = summarize(managed)
        return tuple([summary for summary in known.values() if summary])

    def app_names(self, *, after: str = "", limit: int) -> tuple[tuple[str, str], ...]:
        """Return (id, name) of the applications that `apps` would give."""
        rows = self._page(select(*APPS.c["app_id", "version", "summary", "summarized"]), (), after, limit)
        outdated = [row.app_id for row in rows if row.summarized != row.version]
        read = (
            {one.app_id: one.name for one in self.summaries(ids=outdated, limit=len(outdated))}
            if outdated
            else {}
        )
        return tuple([(row.app_id, read.get(row.app_id) or _name(row)) for row in rows])

    def _page(self, columns: Select[Any], ids: Sequence[str], after: str, limit: int) -> list[Any]:
        rows = columns.where(APPS.c.app_id > after).order_by(APPS.c.app_id)

        def work(connection: Connection) -> list[Any]:
            if not ids:
                return list(connection.execute(rows.limit(limit)))
            matching: list[Any] = []
            for some in batches(one for one in ids if _can_be(one)):
                if len(matching) < limit:
                    matching += connection.execute(
                        rows.where(APPS.c.app_id.in_(some)).limit(limit - len(matching))
                    )
            return matching

        return self._database.read(work) if _can_be(after) or not after else []

    def owners(self, server_ids: Iterable[str]) -> Mapping[str, str]:
        """Return server id -> id of its application, of those servers that are in one."""
        wanted = [one for one in server_ids if _can_be(one)]

        def work(connection: Connection) -> dict[str, str]:
            return {
                server: owner
                for some in batches(wanted)
                for server, owner in owners_of(connection, some).items()
            }

        return self._database.read(work) if wanted else {}

    def commit(self, change: Change) -> ManagedApp | None:
        """Make a change, whole or not at all; give the application as it is now kept, with its new version."""
        if change.jobs and not (change.after or change.records):
            raise ValueError("work is queued for what is written with it")
        prepared = prepare(change)  # before others have to wait for this one
        return self._database.write(lambda connection: commit(connection, prepared))

    def commit_all(self, changes: Iterable[Change]) -> tuple[ManagedApp | None, ...]:
        """Make several changes, all of them or none; raises as `commit` does."""
        prepared = tuple(map(prepare, changes))
        return self._database.write(lambda connection: tuple([commit(connection, one) for one in prepared]))

    # --- Client tokens --------------------------------------------------------------------------------------------

    def token(self, operation: str, token: str) -> Token | None:
        """Return what is remembered of a client token, or None."""
        row = select(*TOKENS.c["request", "app_id", "created"]).where(
            TOKENS.c.operation == operation, TOKENS.c.token == token_key(token)
        )
        remembered = self._database.read(lambda connection: connection.execute(row).first())
        return Token(operation, token, *remembered) if remembered else None

    def forget_tokens(self, *, before: float) -> int:
        """Forget client tokens remembered before a time; give how many."""
        old = delete(TOKENS).where(TOKENS.c.created < before)
        return self._database.write(lambda connection: int(connection.execute(old).rowcount))

    # --- Jobs -----------------------------------------------------------------------------------------------------

    def jobs(self, subject: str) -> tuple[Job, ...]:
        """Return the jobs on a subject that are not over, oldest first."""
        if not _can_be(subject):
            return ()
        rows = select(JOBS).where(JOBS.c.subject == subject).order_by(JOBS.c.seq)
        return tuple(self._database.read(lambda connection: [_job(row) for row in connection.execute(rows)]))

    def work_left(self) -> Mapping[str, int]:
        """Return kind of job -> how many of them are not over, of all applications."""
        counted = select(JOBS.c.kind, func.count()).group_by(JOBS.c.kind)
        rows = self._database.read(lambda connection: list(connection.execute(counted)))
        return {str(kind): int(count) for kind, count in rows}

    def now(self) -> float:
        """Return the store's time: a file's is this machine's, a database server's is its own."""
        return self._clock() if self._clock else self._database.read(self._now)

    def lease(
        self, owner: str, *, kinds: Sequence[str], seconds: float, without: Sequence[str] = ()
    ) -> Job | None:
        """Take the oldest job of these kinds that nobody holds (or whose lease has ended), or return None."""

        def work(connection: Connection) -> Job | None:
            row = connection.execute(_free(self._time(), kinds, without)).first()
            if row is None:
                return None
            job = _job(row)._replace(owner=owner, attempt=row.attempt + 1)
            return _hold_for(connection, job, self._now(connection), seconds)

        return self._database.write(work)

    def renew(self, job: Job, *, seconds: float) -> Job:
        """Hold the lease of a job for `seconds` from now; raises LeaseLost where it is no longer `job.owner`'s."""
        return self._under_lease(job, lambda c: _hold_for(c, job, self._now(c), seconds))

    def give_back(self, job: Job, *, delay: float = 0.0, anew: bool = False) -> None:
        """End a lease before its time; the job can be taken again after `delay` seconds. Nothing where it is lost."""
        free = job._replace(owner="", attempt=0 if anew else job.attempt)
        self._if_held(job, lambda c: _hold_for(c, free, self._now(c), delay))

    def _now(self, connection: Connection) -> float:
        """Return the store's time: a file's is this machine's, a database server's is its own."""
        return float(connection.execute(select(self._time())).scalar_one())

    def _time(self) -> ColumnElement[Any]:
        return literal(self._clock()) if self._clock else _DATABASE_TIME

    def finish(self, job: Job) -> None:
        """Forget a job that is over; nothing where the lease is lost."""
        over = delete(JOBS).where(JOBS.c.job_id == job.job_id)
        self._if_held(job, lambda connection: connection.execute(over))

    def _under_lease(self, job: Job, work: Callable[[Connection], T]) -> T:
        def both(connection: Connection) -> T:
            hold(connection, job)
            return work(connection)

        return self._database.write(both)

    def _if_held(self, job: Job, work: Callable[[Connection], Any]) -> None:
        try:
            self._under_lease(job, work)
        except LeaseLost:
            return


_DATABASE_TIME: ColumnElement[Any] = func.extract("epoch", func.clock_timestamp())


def _free(at: ColumnElement[Any], kinds: Sequence[str], without: Sequence[str]) -> Select[Any]:
    """Select the job to be taken: the first of its lane's, and no other worker is looking at it.

    PostgreSQL asks its clock again for a row that another worker has just written: with the time at which the
    statement began, a lease taken meanwhile would seem to reach too far ahead.
    """
    earlier = JOBS.alias("earlier")
    first = ~exists().where(earlier.c.lane == JOBS.c.lane, earlier.c.seq < JOBS.c.seq)
    ended = (JOBS.c.until <= at) | (JOBS.c.until > at + JOBS.c.reach)
    free = select(JOBS).where(JOBS.c.kind.in_(kinds), ended, first).order_by(JOBS.c.seq).limit(1)
    if without:
        free = free.where(JOBS.c.subject.not_in(without))
    return free.with_for_update(of=JOBS, skip_locked=True)


def _hold_for(connection: Connection, job: Job, now: float, seconds: float) -> Job:
    held = job._replace(until=now + seconds)
    values = {"owner": held.owner, "attempt": held.attempt, "until": held.until, "reach": seconds}
    connection.execute(update(JOBS).where(JOBS.c.job_id == job.job_id).values(values))
    return held


def _job(row: Any) -> Job:
    return Job(**{name: getattr(row, name) for name in Job._fields})


def _app(row: Any) -> ManagedApp:
    return to_record(ManagedApp, json.loads(row.document))._replace(version=row.version)


def _summary(row: Any) -> Summary | None:
    """Return the summary of a row, or None where the document was written without it."""
    return to_record(Summary, json.loads(row.summary)) if row.summarized == row.version else None


def _name(row: Any) -> str:
    return str(json.loads(row.summary or "{}").get("name", ""))


def _touch(value: str) -> Update:
    """Write a row that says nothing: a disk that is full, or a database that is only read, refuses it."""
    return update(META).where(META.c.name == "writable").values(value=value)


def _can_be(text: str) -> bool:
    """Return whether a text can be an id: a database refuses others (U+0000, halves of characters) with an error."""
    return text.isprintable() and len(text) <= _LONGEST_ID
