"""The port AppStore in memory, as plainly as its promises allow. `fail` makes the next call of a method raise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import RLock
from typing import Any

from smsgen.model.managed import ManagedApp, Summary, summarize
from smsgen.model.replicating.catalog import Catalog, CatalogServer, Connector
from smsgen.model.replicating.jobs import ReplicationJob, ReplicationRun, is_living
from smsgen.model.replicating.machines import Machine
from smsgen.model.replicating.notices import Notice
from smsgen.operations.ports.store import Change, Conflict, Job, LeaseLost, ServerTaken, Token, TokenUsed


class FakeStore:
    """One account and Region."""

    def __init__(self, now: Callable[[], float] = lambda: 0.0) -> None:
        self.now = now
        self.kept: dict[str, ManagedApp] = {}
        self.queue: list[Job] = []
        self.tokens: dict[tuple[str, str], Token] = {}
        self.records: dict[tuple[str, str], Any] = {}
        self.history: list[ManagedApp | None] = []
        self.before_commit: Callable[[Change], None] = lambda change: None
        self._version = 0
        self._lock = RLock()

    def app(self, app_id: str) -> ManagedApp | None:
        return self.kept.get(app_id)

    def apps(self, *, ids: Sequence[str] = (), after: str = "", limit: int) -> tuple[ManagedApp, ...]:
        found = [self.kept[one] for one in sorted(self.kept) if one > after and (not ids or one in ids)]
        return tuple(found[:limit])

    def summaries(self, *, ids: Sequence[str] = (), after: str = "", limit: int) -> tuple[Summary, ...]:
        return tuple(map(summarize, self.apps(ids=ids, after=after, limit=limit)))

    def owners(self, server_ids: Iterable[str]) -> Mapping[str, str]:
        wanted = set(server_ids)
        return {server: owner for owner, app in self.kept.items() for server in _servers(app) & wanted}

    def commit(self, change: Change) -> ManagedApp | None:
        self.before_commit(change)
        with self._lock:
            return self._commit(change)

    def _commit(self, change: Change) -> ManagedApp | None:
        if change.lease:
            self._held(change.lease)
        if change.token and (change.token.operation, change.token.token) in self.tokens:
            raise TokenUsed(self.tokens[change.token.operation, change.token.token])
        self._check_version(change)
        if change.after:
            mine = change.after.app.app_id
            for server, owner in sorted(self.owners(_servers(change.after)).items()):
                if owner != mine:
                    raise ServerTaken(server, owner)
        self._check_records(change)
        self._version += 1
        self._write_records(change)
        if not change.before and not change.after:
            self._over(change)
            return None
        if change.before and not change.after:
            gone = change.before.app.app_id
            del self.kept[gone]
            self.queue = [job for job in self.queue if job.subject != gone]
            self.history.append(None)
            self._over(change)
            return None
        assert change.after
        kept = change.after._replace(version=self._version)
        self.kept[kept.app.app_id] = kept
        self.history.append(kept)
        if change.token:
            self.tokens[change.token.operation, change.token.token] = change.token
        self._over(change)
        return kept

    def _over(self, change: Change) -> None:
        self.queue += change.jobs
        if change.lease and change.done:
            self.queue = [job for job in self.queue if job.job_id != change.lease.job_id]

    def _check_records(self, change: Change) -> None:
        there = dict(self.records)
        for before, after in change.records:
            if before is None:
                if after is not None and _place(after) in there:
                    raise Conflict("there already")
            elif there.get(_place(before), before._replace(version=-1)).version != before.version:
                raise Conflict("changed meanwhile")
        gone = {_place(before) for before, after in change.records if before is not None}
        holders = [_holds(record) for place, record in there.items() if place not in gone]
        holders += [_holds(after) for _, after in change.records if after is not None]
        held = [server for server in holders if server]
        if len(held) != len(set(held)):
            raise Conflict("a server has a job already")

    def _write_records(self, change: Change) -> None:
        for before, after in change.records:
            if after is None:
                assert before is not None
                del self.records[_place(before)]
            else:
                version = before.version + 1 if before is not None else 1
                self.records[_place(after)] = after._replace(version=version)

    def _of(self, kind: type[Any]) -> list[Any]:
        return [self.records[place] for place in sorted(self.records) if place[0] == kind.__name__]

    def connector(self, connector_id: str) -> Connector | None:
        return self.records.get(("Connector", connector_id))

    def connectors(self, *, after: str = "", limit: int) -> tuple[Connector, ...]:
        return tuple(one for one in self._of(Connector) if one.connector_id > after)[:limit]

    def catalog(self) -> Catalog:
        found: Catalog = self.records.get(("Catalog", "catalog"), Catalog())
        return found

    def server(self, server_id: str) -> CatalogServer | None:
        return self.records.get(("CatalogServer", server_id))

    def servers(
        self, *, ids: Iterable[str] | None = None, after: str = "", limit: int
    ) -> tuple[CatalogServer, ...]:
        wanted = None if ids is None else set(ids)
        found = [one for one in self._of(CatalogServer) if wanted is None or one.server_id in wanted]
        return tuple(one for one in found if one.server_id > after)[:limit]

    def machines(self) -> tuple[Machine, ...]:
        return tuple(self._of(Machine))

    def notice(self, notice_id: str) -> Notice | None:
        return self.records.get(("Notice", notice_id))

    def replication_job(self, job_id: str) -> ReplicationJob | None:
        return self.records.get(("ReplicationJob", job_id))

    def replication_jobs(self, *, after: str = "", limit: int) -> tuple[ReplicationJob, ...]:
        return tuple(one for one in self._of(ReplicationJob) if one.replication_job_id > after)[:limit]

    def jobs_of_servers(self, server_ids: Iterable[str]) -> Mapping[str, ReplicationJob]:
        wanted, found = set(server_ids), {}
        for one in sorted(self._of(ReplicationJob), key=lambda job: (is_living(job), job.created)):
            if one.server_id in wanted:
                found[one.server_id] = one
        return found

    def living_jobs(self) -> int:
        return sum(map(is_living, self._of(ReplicationJob)))

    def replication_run(self, run_id: str) -> ReplicationRun | None:
        return self.records.get(("ReplicationRun", run_id))

    def replication_runs(self, job_id: str, *, after: str = "", limit: int) -> tuple[ReplicationRun, ...]:
        runs = [one for one in self._of(ReplicationRun) if one.replication_job_id == job_id]
        older = [one for one in runs if not after or one.number < int(after)]
        return tuple(sorted(older, key=lambda run: -run.number)[:limit])

    def _check_version(self, change: Change) -> None:
        if change.before:
            there = self.kept.get(change.before.app.app_id)
            if there is None or there.version != change.before.version:
                raise Conflict("changed meanwhile")
        elif change.after and change.after.app.app_id in self.kept:
            raise Conflict("there already")

    def token(self, operation: str, token: str) -> Token | None:
        return self.tokens.get((operation, token))

    def jobs(self, subject: str) -> tuple[Job, ...]:
        return tuple(job for job in self.queue if job.subject == subject)

    def lease(
        self, owner: str, *, kinds: Sequence[str], seconds: float, without: Sequence[str] = ()
    ) -> Job | None:
        with self._lock:
            seen = set()
            for at, job in enumerate(self.queue):
                free = job.lane not in seen and job.until <= self.now()
                if free and job.kind in kinds and job.subject not in without:
                    taken = job._replace(owner=owner, until=self.now() + seconds, attempt=job.attempt + 1)
                    self.queue[at] = taken
                    return taken
                seen.add(job.lane)
            return None

    def renew(self, job: Job, *, seconds: float) -> Job:
        return self._set(job, job._replace(until=self.now() + seconds))

    def give_back(self, job: Job, *, delay: float = 0.0, anew: bool = False) -> None:
        attempt = 0 if anew else job.attempt
        try:
            self._set(job, job._replace(owner="", until=self.now() + delay, attempt=attempt))
        except LeaseLost:
            return

    def finish(self, job: Job) -> None:
        with self._lock:
            self.queue = [one for one in self.queue if not _same(one, job)]

    def forget_tokens(self, *, before: float) -> int:
        old = [key for key, token in self.tokens.items() if token.created < before]
        for key in old:
            del self.tokens[key]
        return len(old)

    def ping(self) -> None:
        return

    def close(self) -> None:
        return

    def _held(self, job: Job) -> None:
        if not any(_same(one, job) for one in self.queue):
            raise LeaseLost("lost")

    def _set(self, job: Job, after: Job) -> Job:
        with self._lock:
            self._held(job)
            self.queue = [after if one.job_id == job.job_id else one for one in self.queue]
            return after


def _same(one: Job, other: Job) -> bool:
    return (one.job_id, one.owner, one.attempt) == (other.job_id, other.owner, other.attempt)


def _place(record: Any) -> tuple[str, str]:
    """Kind and id: the first field of each record but the catalog, of which there is one."""
    return type(record).__name__, "catalog" if isinstance(record, Catalog) else record[0]


def _holds(record: Any) -> str:
    return record.server_id if isinstance(record, ReplicationJob) and is_living(record) else ""


def _servers(app: ManagedApp) -> set[str]:
    return {server.server_id for group in app.app.server_groups for server in group.server_list}
