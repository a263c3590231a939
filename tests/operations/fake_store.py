"""The port AppStore in memory, as plainly as its promises allow. `fail` makes the next call of a method raise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import RLock

from smsgen.model.managed import ManagedApp, Summary, summarize
from smsgen.operations.ports.store import Change, Conflict, Job, LeaseLost, ServerTaken, Token, TokenUsed


class FakeStore:
    """One account and Region."""

    def __init__(self, now: Callable[[], float] = lambda: 0.0) -> None:
        self.now = now
        self.kept: dict[str, ManagedApp] = {}
        self.queue: list[Job] = []
        self.tokens: dict[tuple[str, str], Token] = {}
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
        self._version += 1
        if change.before and not change.after:
            gone = change.before.app.app_id
            del self.kept[gone]
            self.queue = [job for job in self.queue if job.subject != gone]
            self.history.append(None)
            return None
        assert change.after
        kept = change.after._replace(version=self._version)
        self.kept[kept.app.app_id] = kept
        self.history.append(kept)
        self.queue += change.jobs
        if change.token:
            self.tokens[change.token.operation, change.token.token] = change.token
        if change.lease and change.done:
            self.queue = [job for job in self.queue if job.job_id != change.lease.job_id]
        return kept

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

    def lease(self, owner: str, *, kinds: Sequence[str], seconds: float) -> Job | None:
        with self._lock:
            seen = set()
            for at, job in enumerate(self.queue):
                if job.lane not in seen and job.kind in kinds and job.until <= self.now():
                    taken = job._replace(owner=owner, until=self.now() + seconds, attempt=job.attempt + 1)
                    self.queue[at] = taken
                    return taken
                seen.add(job.lane)
            return None

    def renew(self, job: Job, *, seconds: float) -> Job:
        return self._set(job, job._replace(until=self.now() + seconds))

    def give_back(self, job: Job, *, delay: float = 0.0) -> None:
        try:
            self._set(job, job._replace(owner="", until=self.now() + delay))
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


def _servers(app: ManagedApp) -> set[str]:
    return {server.server_id for group in app.app.server_groups for server in group.server_list}
