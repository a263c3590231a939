"""What the port promises, on every database."""

import time
from contextlib import closing

import pytest

from smsgen.model.managed import ManagedApp
from smsgen.operations.ports.store import Change, Conflict, Job, LeaseLost, ServerTaken, Token, TokenUsed
from smsgen.store import SqlStore, open_store
from tests.servers.postgres import Postgres
from tests.store.records import app
from tests.store.time import give_back, lease, renew


def make(store: SqlStore, app_id: str = "app-1", *servers: str) -> ManagedApp:
    made = store.commit(Change(None, app(app_id, *servers)))
    assert made
    return made


def named(kept: ManagedApp, name: str) -> ManagedApp:
    return kept._replace(app=kept.app._replace(name=name))


def job(number: int, app_id: str = "app-1", kind: str = "launch") -> Job:
    return Job(f"job-{number}", kind, app_id, app_id, created=1.0)


# --- Applications -------------------------------------------------------------------------------------------------


def test_an_application_that_was_made_is_found(store: SqlStore) -> None:
    made = make(store, "app-1", "s-1")
    assert made == app("app-1", "s-1")._replace(version=1)
    assert store.app("app-1") == made
    assert store.app("app-2") is None


def test_every_write_has_a_higher_version(store: SqlStore) -> None:
    first = make(store)
    second = store.commit(Change(first, named(first, "two")))
    assert second == named(first, "two")._replace(version=2)
    assert store.app("app-1") == second


def test_making_one_that_is_there_is_a_conflict(store: SqlStore) -> None:
    kept = make(store)
    with pytest.raises(Conflict):
        store.commit(Change(None, named(kept, "two")))
    assert store.app("app-1") == kept


@pytest.mark.parametrize("name", ["two", None])
def test_the_second_writer_of_one_state_gets_a_conflict(store: SqlStore, name: str | None) -> None:
    read = make(store, "app-1", "s-1")
    kept = store.commit(Change(read, named(read, "first")))
    with pytest.raises(Conflict):
        store.commit(Change(read, named(read, name) if name else None, jobs=(job(1),) if name else ()))
    assert store.app("app-1") == kept
    assert store.jobs("app-1") == ()
    assert store.owners(["s-1"]) == {"s-1": "app-1"}


def test_writing_one_that_was_deleted_is_a_conflict(store: SqlStore) -> None:
    read = make(store)
    assert store.commit(Change(read, None)) is None
    with pytest.raises(Conflict):
        store.commit(Change(read, named(read, "two")))
    with pytest.raises(Conflict):
        store.commit(Change(read, None))


def test_one_that_is_made_again_is_not_the_one_that_was_read(store: SqlStore) -> None:
    read = make(store)
    store.commit(Change(read, None))
    again = make(store)
    assert again.version > read.version
    with pytest.raises(Conflict):
        store.commit(Change(read, named(read, "two")))
    assert store.app("app-1") == again


def test_a_change_cannot_rename_an_application(store: SqlStore) -> None:
    read = make(store)
    with pytest.raises(Conflict):
        store.commit(Change(read, app("app-2")))
    assert store.apps(limit=9) == (read,)


def test_every_text_is_kept_as_it_is(store: SqlStore) -> None:
    odd = named(app("app-1"), "\x00\u2028 ' \" \\ 😀 é ﷺ %s :x")
    assert store.commit(Change(None, odd)) == odd._replace(version=1)
    assert store.app("app-1") == odd._replace(version=1)


def test_pages_come_in_the_order_of_ids(store: SqlStore) -> None:
    made = {one: make(store, one) for one in ("app-b", "app-a", "app-C", "app-9", "app-_")}
    ordered = [made[one] for one in sorted(made)]
    assert list(store.apps(limit=9)) == ordered
    assert list(store.apps(limit=2)) == ordered[:2]
    assert list(store.apps(after=ordered[1].app.app_id, limit=2)) == ordered[2:4]
    assert list(store.apps(after="app-z", limit=2)) == []
    assert list(store.apps(after="app-a0", limit=9)) == [made["app-b"]]


def test_pages_of_some_ids_leave_the_others_out(store: SqlStore) -> None:
    for one in ("app-1", "app-2", "app-3"):
        make(store, one)
    wanted = ["app-3", "app-1", "app-1", "app-7", "\x00", "\ud800"]
    assert [one.app.app_id for one in store.apps(ids=wanted, limit=9)] == ["app-1", "app-3"]
    assert [one.app.app_id for one in store.apps(ids=wanted, limit=1)] == ["app-1"]
    assert [one.app.app_id for one in store.apps(ids=wanted, after="app-1", limit=1)] == ["app-3"]
    assert store.apps(ids=["app-8"], limit=9) == ()


def test_more_ids_than_a_statement_takes_are_looked_up(store: SqlStore) -> None:
    make(store, "app-1", "s-1")
    many = [str(number) for number in range(70_000)]
    assert len(store.apps(ids=[*many, "app-1"], limit=9)) == 1
    assert store.owners([*many, "s-1"]) == {"s-1": "app-1"}


@pytest.mark.parametrize("odd", ["\x00", "app-\ud800", "a" * 10_000, "app-1\n"])
def test_ids_that_no_application_has_are_not_found(store: SqlStore, odd: str) -> None:
    make(store, "app-1", "s-1")
    assert store.app(odd) is None
    assert store.owners([odd]) == {}
    assert store.token("CreateApp", odd) is None
    assert store.jobs(odd) == ()


# --- Servers ------------------------------------------------------------------------------------------------------


def test_a_server_is_in_one_application_at_most(store: SqlStore) -> None:
    make(store, "app-1", "s-2", "s-3")
    with pytest.raises(ServerTaken) as raised:
        store.commit(
            Change(None, app("app-2", "s-1", "s-2", "s-3"), token=Token("CreateApp", "t", "r", "app-2"))
        )
    assert (raised.value.server_id, raised.value.app_id) == ("s-2", "app-1")
    assert store.app("app-2") is None
    assert store.owners(["s-1", "s-2", "s-3", "s-4"]) == {"s-2": "app-1", "s-3": "app-1"}
    assert store.token("CreateApp", "t") is None


def test_a_server_that_leaves_can_join_another_one(store: SqlStore) -> None:
    first = make(store, "app-1", "s-1", "s-2")
    second = make(store, "app-2", "s-3")
    store.commit(Change(first, app("app-1", "s-2", "s-4")))
    store.commit(Change(second, app("app-2", "s-1")))
    assert store.owners(["s-1", "s-2", "s-3", "s-4"]) == {"s-1": "app-2", "s-2": "app-1", "s-4": "app-1"}


def test_servers_of_a_deleted_application_are_free(store: SqlStore) -> None:
    store.commit(Change(make(store, "app-1", "s-1"), None))
    make(store, "app-2", "s-1")
    assert store.owners(["s-1"]) == {"s-1": "app-2"}


def test_servers_without_an_id_belong_to_nobody(store: SqlStore) -> None:
    make(store, "app-1", "", "")
    make(store, "app-2", "")
    assert store.owners([""]) == {}


# --- Client tokens ------------------------------------------------------------------------------------------------


def test_a_token_is_remembered_with_its_change(store: SqlStore) -> None:
    token = Token("CreateApp", "a token \x00 of any length" * 100, "digest", "app-1", 5.0)
    store.commit(Change(None, app("app-1"), token=token))
    assert store.token("CreateApp", token.token) == token
    assert store.token("LaunchApp", token.token) is None
    assert store.token("CreateApp", "another") is None


def test_a_token_that_is_used_says_what_for_before_anything_else_is_wrong(store: SqlStore) -> None:
    token = Token("CreateApp", "t", "digest", "app-1", 5.0)
    store.commit(Change(None, app("app-1", "s-1"), token=token))
    late = token._replace(request="other", app_id="app-2", created=6.0)
    with pytest.raises(TokenUsed) as raised:
        store.commit(Change(None, app("app-2", "s-1"), token=late))
    assert raised.value.token == token
    assert store.app("app-2") is None
    assert store.commit(Change(None, app("app-2"), token=late._replace(operation="UpdateApp")))


def test_old_tokens_are_forgotten(store: SqlStore) -> None:
    for number in range(3):
        token = Token("CreateApp", f"t{number}", "digest", f"app-{number}", float(number))
        store.commit(Change(None, app(f"app-{number}"), token=token))
    assert store.forget_tokens(before=2.0) == 2
    assert store.forget_tokens(before=2.0) == 0
    assert store.token("CreateApp", "t1") is None
    assert store.token("CreateApp", "t2")


# --- Jobs and leases ----------------------------------------------------------------------------------------------


def test_jobs_are_queued_with_their_change_and_listed_in_its_order(store: SqlStore) -> None:
    first = store.commit(Change(None, app("app-1"), jobs=(job(2), job(1))))
    store.commit(Change(first, named(app("app-1"), "two"), jobs=(job(3),)))
    assert store.jobs("app-1") == (job(2), job(1), job(3))
    assert store.jobs("app-2") == ()


def test_work_is_queued_only_with_the_application_it_is_for(store: SqlStore) -> None:
    with pytest.raises(ValueError, match="with it"):
        store.commit(Change(None, None, jobs=(job(1),)))


def test_one_worker_at_a_time_and_of_one_application_the_oldest_job(store: SqlStore) -> None:
    store.commit(Change(None, app("app-1"), jobs=(job(1), job(2))))
    store.commit(Change(None, app("app-2"), jobs=(job(3, "app-2"),)))
    leased = lease(store, "w1", now=10.0, seconds=5.0)
    assert leased == job(1)._replace(owner="w1", attempt=1, until=15.0)
    assert lease(store, "w2", now=10.0, seconds=5.0) == job(3, "app-2")._replace(
        owner="w2", attempt=1, until=15.0
    )
    assert lease(store, "w3", now=14.9, seconds=5.0) is None
    assert store.jobs("app-1") == (leased, job(2))
    store.finish(leased)
    assert lease(store, "w3", now=14.9, seconds=5.0) == job(2)._replace(owner="w3", attempt=1, until=19.9)


def test_another_worker_takes_over_when_the_lease_ends(store: SqlStore) -> None:
    store.commit(Change(None, app("app-1"), jobs=(job(1),)))
    lost = lease(store, "w1", now=0.0, seconds=5.0)
    taken = lease(store, "w2", now=5.0, seconds=5.0)
    assert lost
    assert taken == job(1)._replace(owner="w2", attempt=2, until=10.0)
    with pytest.raises(LeaseLost):
        renew(store, lost, now=5.0, seconds=5.0)
    store.finish(lost)
    give_back(store, lost, now=5.0)
    assert store.jobs("app-1") == (taken,)


def test_a_lease_of_the_same_worker_is_another_lease(store: SqlStore) -> None:
    store.commit(Change(None, app("app-1"), jobs=(job(1),)))
    lost = lease(store, "w1", now=0.0, seconds=5.0)
    taken = lease(store, "w1", now=9.0, seconds=5.0)
    assert lost
    with pytest.raises(LeaseLost):
        renew(store, lost, now=9.0, seconds=5.0)
    store.finish(lost)
    assert store.jobs("app-1") == (taken,)


def test_a_lease_is_renewed(store: SqlStore) -> None:
    store.commit(Change(None, app("app-1"), jobs=(job(1),)))
    leased = lease(store, "w1", now=0.0, seconds=5.0)
    assert leased
    renewed = renew(store, leased, now=4.0, seconds=5.0)
    assert renewed == leased._replace(until=9.0)
    assert store.jobs("app-1") == (renewed,)
    assert lease(store, "w2", now=8.9, seconds=5.0) is None
    assert lease(store, "w2", now=9.0, seconds=5.0)


def test_a_job_that_is_given_back_can_be_taken_after_the_delay(store: SqlStore) -> None:
    store.commit(Change(None, app("app-1"), jobs=(job(1),)))
    leased = lease(store, "w1", now=0.0, seconds=50.0)
    assert leased
    give_back(store, leased, now=1.0, delay=3.0)
    assert lease(store, "w2", now=3.9, seconds=5.0) is None
    with pytest.raises(LeaseLost):
        renew(store, leased, now=2.0, seconds=5.0)
    assert lease(store, "w2", now=4.0, seconds=5.0) == job(1)._replace(owner="w2", attempt=2, until=9.0)


def test_a_worker_takes_the_kinds_it_is_told_to(store: SqlStore) -> None:
    store.commit(Change(None, app("app-1"), jobs=(job(1)._replace(kind="validate"),)))
    store.commit(Change(None, app("app-2"), jobs=(job(2, "app-2"),)))
    launch = store.lease("w1", kinds=["launch", "terminate"], seconds=5.0)
    assert launch
    assert (launch.job_id, launch.kind) == ("job-2", "launch")
    assert store.lease("w1", kinds=["launch", "terminate"], seconds=5.0) is None
    assert store.lease("w1", kinds=["validate"], seconds=5.0)


def test_lanes_go_side_by_side_whatever_the_subject(store: SqlStore) -> None:
    jobs = (job(1)._replace(lane="a"), job(2)._replace(lane="b"), job(3)._replace(lane="a"))
    store.commit(Change(None, app("app-1"), jobs=jobs))
    first, second = (lease(store, "w1", now=0.0, seconds=5.0) for _ in range(2))
    assert first
    assert second
    assert (first.job_id, second.job_id) == ("job-1", "job-2")
    assert lease(store, "w1", now=0.0, seconds=5.0) is None
    store.finish(first)
    third = lease(store, "w1", now=0.0, seconds=5.0)
    assert third
    assert third.job_id == "job-3"


@pytest.mark.parametrize("what", ["lease", "pause"])
def test_nothing_reaches_further_ahead_than_it_is_long(store: SqlStore, what: str) -> None:
    """As where the clock was a day ahead when it was written, and has been set since."""
    store.commit(Change(None, app("app-1"), jobs=(job(1),)))
    taken = lease(store, "w1", now=86_400.0, seconds=5.0)
    assert taken
    if what == "pause":
        give_back(store, taken, now=86_400.0, delay=5.0)
    assert lease(store, "w2", now=0.0, seconds=5.0) == job(1)._replace(owner="w2", attempt=2, until=5.0)
    assert lease(store, "w3", now=4.9, seconds=5.0) is None
    if what == "lease":
        with pytest.raises(LeaseLost):
            renew(store, taken, now=0.0, seconds=5.0)


def test_a_job_can_be_queued_for_later(store: SqlStore) -> None:
    store.commit(Change(None, app("app-1"), jobs=(job(1)._replace(created=10.0, until=1010.0),)))
    assert lease(store, "w1", now=1009.0, seconds=5.0) is None
    assert lease(store, "w1", now=1010.0, seconds=5.0)


def test_leases_on_postgresql_go_by_its_clock(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two servers whose clocks are two days apart see the same leases."""
    with closing(open_store(postgres.new_database())) as store:
        store.commit(Change(None, app("app-1"), jobs=(job(1),)))
        there = time.time()
        monkeypatch.setattr("time.time", lambda: there + 86_400.0)
        taken = store.lease("ahead", kinds=["launch"], seconds=60.0)
        assert taken
        assert taken.until == pytest.approx(there + 60.0, abs=30.0)
        monkeypatch.setattr("time.time", lambda: there - 86_400.0)
        assert store.lease("behind", kinds=["launch"], seconds=60.0) is None
        store.give_back(taken)
        assert store.lease("behind", kinds=["launch"], seconds=60.0)


def test_what_is_written_under_a_lost_lease_is_not_kept(store: SqlStore) -> None:
    kept = store.commit(Change(None, app("app-1"), jobs=(job(1),)))
    assert kept
    lost = lease(store, "w1", now=0.0, seconds=5.0)
    taken = lease(store, "w2", now=9.0, seconds=5.0)
    with pytest.raises(LeaseLost):
        store.commit(Change(kept, named(kept, "lost"), lease=lost, done=True))
    assert store.app("app-1") == kept
    assert store.jobs("app-1") == (taken,)
    after = store.commit(Change(kept, named(kept, "taken"), lease=taken))
    assert store.app("app-1") == after
    assert store.jobs("app-1") == (taken,)


def test_a_job_is_over_with_its_last_change(store: SqlStore) -> None:
    kept = store.commit(Change(None, app("app-1"), jobs=(job(1),)))
    leased = lease(store, "w1", now=0.0, seconds=5.0)
    assert kept
    after = store.commit(Change(kept, named(kept, "done"), jobs=(job(2),), lease=leased, done=True))
    assert store.app("app-1") == after
    assert store.jobs("app-1") == (job(2),)
    with pytest.raises(LeaseLost):
        store.commit(Change(after, named(kept, "again"), lease=leased))


def test_a_job_can_end_without_a_word_on_its_application(store: SqlStore) -> None:
    store.commit(Change(None, app("app-1"), jobs=(job(1),)))
    leased = lease(store, "w1", now=0.0, seconds=5.0)
    assert store.commit(Change(None, None, lease=leased, done=True)) is None
    assert store.jobs("app-1") == ()


def test_a_job_that_nobody_holds_is_no_lease(store: SqlStore) -> None:
    kept = store.commit(Change(None, app("app-1"), jobs=(job(1),)))
    with pytest.raises(LeaseLost):
        store.commit(Change(kept, kept, lease=job(1)))


def test_jobs_go_with_their_application(store: SqlStore) -> None:
    kept = store.commit(Change(None, app("app-1"), jobs=(job(1), job(2))))
    leased = lease(store, "w1", now=0.0, seconds=5.0)
    store.commit(Change(kept, None, lease=leased, done=True))
    assert lease(store, "w1", now=100.0, seconds=5.0) is None
    assert store.jobs("app-1") == ()


# --- The store as a whole -----------------------------------------------------------------------------------------


def test_the_secret_stays_the_same(store: SqlStore) -> None:
    secret = store.secret()
    assert len(secret) == 32
    assert store.secret() == secret


def test_two_stores_have_two_secrets(store: SqlStore) -> None:
    other = open_store("sqlite://")
    assert other.secret() != store.secret()
    other.close()


def test_a_store_that_is_opened_again_is_as_it_was(shared_url: str) -> None:
    first = open_store(shared_url)
    kept = first.commit(
        Change(None, app("app-1", "s-1"), jobs=(job(1),), token=Token("CreateApp", "t", "r", "app-1"))
    )
    secret = first.secret()
    first.close()
    second = open_store(shared_url)
    second.ping()
    assert second.app("app-1") == kept
    assert second.jobs("app-1") == (job(1),)
    assert second.owners(["s-1"]) == {"s-1": "app-1"}
    assert second.token("CreateApp", "t")
    assert second.secret() == secret
    second.close()


def test_two_servers_see_what_each_other_writes(shared_url: str) -> None:
    one, other = open_store(shared_url), open_store(shared_url)
    kept = make(one, "app-1", "s-1")
    assert other.app("app-1") == kept
    assert other.commit(Change(kept, named(kept, "two")))
    with pytest.raises(Conflict):
        one.commit(Change(kept, named(kept, "three")))
    assert one.secret() == other.secret()
    one.close()
    other.close()
