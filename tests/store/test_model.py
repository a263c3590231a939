"""The store against a plain dict: whatever is done to it, in any order, it answers as the dict does."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from smsgen.model.managed import ManagedApp, summarize
from smsgen.operations.ports.store import Change, Conflict, Job, LeaseLost, ServerTaken, Token, TokenUsed
from smsgen.store import SqlStore, open_store
from smsgen.store.tables import APPS, JOBS, META, SERVERS, TOKENS
from tests.store.records import app
from tests.store.time import NOW, give_back, lease, renew

APP_IDS = ("app-1", "app-2", "app-3")
SERVER_IDS = ("s-1", "s-2", "s-3", "s-4")
WORKERS = ("w1", "w2")


def empty(store: SqlStore) -> None:
    """Make the store as new, which is quicker than a new one."""

    def work(connection: Any) -> None:
        for table in (JOBS, SERVERS, APPS, TOKENS):
            connection.execute(table.delete())
        connection.execute(META.update().where(META.c.name == "last_version").values(value="0"))

    store._database.write(work)


class StoreMachine(RuleBasedStateMachine):
    """Writers, some of them with what they read long ago, and workers, some of whose leases have ended."""

    store: SqlStore

    @initialize()
    def begin(self) -> None:
        empty(self.store)
        self.apps: dict[str, ManagedApp] = {}
        self.jobs: list[Job] = []
        self.tokens: dict[str, Token] = {}
        self.seen: list[ManagedApp] = []
        self.leases: list[Job] = []
        self.deleted = 0
        self.now = 0.0
        self.count = 0

    def expected(self, change: Change) -> type[Exception] | None:
        """What the port's docstrings say is wrong with a change."""
        if change.lease and not self.held(change.lease):
            return LeaseLost
        if change.token and change.token.token in self.tokens:
            return TokenUsed
        before, after = change.before, change.after
        app_id = (before or after or app("")).app.app_id
        if self.apps.get(app_id) != before:
            return Conflict
        taken = {
            server.server_id
            for one, other in self.apps.items()
            for server in other.app.server_groups[0].server_list
            if one != app_id
        }
        wanted = {server.server_id for server in after.app.server_groups[0].server_list} if after else set()
        return ServerTaken if taken & wanted else None

    def commit(self, change: Change) -> None:
        wrong = self.expected(change)
        if wrong:
            with pytest.raises(wrong):
                self.store.commit(change)
            return
        kept = self.store.commit(change)
        if change.token:
            self.tokens[change.token.token] = change.token
        if change.before and not change.after:
            gone = self.apps.pop(change.before.app.app_id)
            self.deleted = max(self.deleted, gone.version)
            self.jobs = [one for one in self.jobs if one.subject != gone.app.app_id]
        if change.after:
            version = change.before.version if change.before else self.deleted
            assert kept == change.after._replace(version=version + 1)
            self.apps[kept.app.app_id] = kept
            self.seen.append(kept)
        self.jobs += change.jobs
        over = self.held(change.lease) if change.lease and change.done else None
        self.jobs = [one for one in self.jobs if one is not over]

    def held(self, lease: Job) -> Job | None:
        """The job as it stands, where this is still its lease: renewing one does not make it another."""
        same = (one for one in self.jobs if one[:1] == lease[:1] and one.owner == lease.owner)
        return next((one for one in same if one.attempt == lease.attempt), None)

    def more_jobs(self, app_id: str, number: int) -> tuple[Job, ...]:
        self.count += number
        return tuple(Job(f"job-{self.count - at}", "launch", app_id, app_id) for at in range(number))

    @rule(
        app_id=st.sampled_from(APP_IDS),
        servers=st.sets(st.sampled_from(SERVER_IDS), max_size=2),
        jobs=st.integers(0, 2),
        token=st.sampled_from(["", "", "t1", "t2"]),
    )
    def create(self, app_id: str, servers: set[str], jobs: int, token: str) -> None:
        used = Token("CreateApp", token, str(self.count), app_id, self.now) if token else None
        self.commit(
            Change(None, app(app_id, *sorted(servers)), jobs=self.more_jobs(app_id, jobs), token=used)
        )

    @rule(
        data=st.data(),
        servers=st.sets(st.sampled_from(SERVER_IDS), max_size=2),
        jobs=st.integers(0, 1),
        leased=st.booleans(),
        done=st.booleans(),
        delete=st.integers(0, 3).map(lambda roll: roll == 0),
    )
    def write(
        self, data: st.DataObject, servers: set[str], jobs: int, leased: bool, done: bool, delete: bool
    ) -> None:
        if not self.seen:
            return
        before = data.draw(st.sampled_from(self.seen[-4:]))
        app_id = before.app.app_id
        mine = [one for one in self.leases if one.subject == app_id]
        lease = data.draw(st.sampled_from(mine[-2:])) if leased and mine else None
        after = None if delete else app(app_id, *sorted(servers), name=f"name {self.count}")
        queued = () if delete else self.more_jobs(app_id, jobs)
        self.commit(Change(before, after, jobs=queued, lease=lease, done=done and lease is not None))

    @rule(owner=st.sampled_from(WORKERS), passed=st.sampled_from([0.0, 1.0, 9.0]))
    def lease(self, owner: str, passed: float) -> None:
        self.now += passed
        first: dict[str, Job] = {}
        for one in self.jobs:
            first.setdefault(one.lane, one)
        free = [one for one in self.jobs if first[one.lane] is one and one.until <= self.now]
        leased = lease(self.store, owner, now=self.now, seconds=5.0)
        if not free:
            assert leased is None
            return
        assert leased == free[0]._replace(owner=owner, attempt=free[0].attempt + 1, until=self.now + 5.0)
        self.replace(free[0], leased)
        self.leases.append(leased)

    def replace(self, job: Job, by: Job) -> None:
        self.jobs[self.jobs.index(job)] = by

    @rule(data=st.data(), what=st.sampled_from(["renew", "give back", "finish"]))
    def end(self, data: st.DataObject, what: str) -> None:
        if not self.leases:
            return
        job = data.draw(st.sampled_from(self.leases[-3:]))
        held = self.held(job)
        if what == "finish":
            self.store.finish(job)
            self.jobs = [one for one in self.jobs if one is not held]
        elif what == "give back":
            give_back(self.store, job, now=self.now, delay=2.0)
            if held:
                self.replace(held, job._replace(owner="", until=self.now + 2.0))
        elif held:
            renewed = renew(self.store, job, now=self.now, seconds=7.0)
            assert renewed == job._replace(until=self.now + 7.0)
            self.replace(held, renewed)
            self.leases.append(renewed)
        else:
            with pytest.raises(LeaseLost):
                renew(self.store, job, now=self.now, seconds=7.0)

    @rule(passed=st.sampled_from([0.0, 5.0]))
    def forget(self, passed: float) -> None:
        before = self.now - passed
        old = [one for one in self.tokens.values() if one.created < before]
        assert self.store.forget_tokens(before=before) == len(old)
        for one in old:
            del self.tokens[one.token]

    @invariant()
    def answers_are_the_same(self) -> None:
        if not hasattr(self, "apps"):
            return
        apps = tuple(self.apps[one] for one in sorted(self.apps))
        assert self.store.apps(limit=99) == apps
        assert self.store.summaries(limit=99) == tuple(map(summarize, apps))
        assert self.store.app_names(limit=99) == tuple((one.app.app_id, one.app.name) for one in apps)
        owners = {
            server.server_id: app_id
            for app_id, one in self.apps.items()
            for server in one.app.server_groups[0].server_list
        }
        assert self.store.owners(SERVER_IDS) == owners
        for app_id in APP_IDS:
            assert self.store.jobs(app_id) == tuple(one for one in self.jobs if one.subject == app_id)
        for token in ("t1", "t2"):
            assert self.store.token("CreateApp", token) == self.tokens.get(token)


def test_the_store_answers_as_a_dict_does(url: str) -> None:
    store = open_store(url, clock=NOW)

    class Machine(StoreMachine):
        pass

    Machine.store = store
    run_state_machine_as_test(Machine, settings=settings(max_examples=20, stateful_step_count=30))
    store.close()
