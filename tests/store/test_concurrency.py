"""Many at once, and processes that die: nothing that was acknowledged is lost, nothing is done twice."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from smsgen.operations.ports.store import Change, Conflict, Job, ServerTaken
from smsgen.store import SqlStore, open_store
from tests.store.nursery import Nursery, Writer
from tests.store.records import app
from tests.store.writer import increment, increments, number, race, work

APP_IDS = ("app-1", "app-2", "app-3")


def finish(*processes: Writer) -> None:
    failures = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), failures


def together(count: int, task: Callable[[int], object]) -> list[object]:
    """Run a task in several threads at once and give what each made."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(task, range(count)))


def with_jobs(store: SqlStore, each: int) -> None:
    for app_id in APP_IDS:
        jobs = tuple(Job(f"{app_id}-{at}", "launch", app_id, app_id) for at in range(each))
        store.commit(Change(None, app(app_id), jobs=jobs))


def test_threads_that_count_up_lose_nothing(store: SqlStore) -> None:
    store.commit(Change(None, app("app-1")))
    together(8, lambda _: increments(store, 20))
    assert number(store) == 160
    kept = store.app("app-1")
    assert kept
    assert kept.version == 161


def test_processes_that_count_up_lose_nothing(shared_url: str, nursery: Nursery) -> None:
    store = open_store(shared_url)
    store.commit(Change(None, app("app-1")))
    processes = [nursery.start("increments", shared_url, "40") for _ in range(4)]
    increments(store, 40)
    finish(*processes)
    assert number(store) == 200
    store.close()


def test_of_many_that_want_a_server_one_gets_it(store: SqlStore) -> None:
    def take(at: int) -> str:
        try:
            store.commit(Change(None, app(f"app-{at}", *random.sample(["s-1", "s-2", "s-3"], 3))))
        except ServerTaken as taken:
            return taken.app_id
        return f"app-{at}"

    owners = together(8, take)
    assert len(set(owners)) == 1
    assert store.owners(["s-1", "s-2", "s-3"]) == dict.fromkeys(["s-1", "s-2", "s-3"], owners[0])
    assert len(store.apps(limit=9)) == 1


def test_the_secret_is_the_same_for_all_who_ask_first(store: SqlStore) -> None:
    assert len(set(together(8, lambda _: store.secret()))) == 1


def test_threads_never_hold_the_same_application(store: SqlStore, tmp_path: Path) -> None:
    with_jobs(store, 10)
    together(6, lambda at: work(store, f"w{at}", tmp_path))
    # One that found the oldest jobs taken has gone; what it left, the last one does.
    work(store, "last", tmp_path)
    assert [number(store, one) for one in APP_IDS] == [10, 10, 10]


def test_processes_never_hold_the_same_application(shared_url: str, nursery: Nursery, tmp_path: Path) -> None:
    store = open_store(shared_url)
    with_jobs(store, 20)
    witness = tmp_path / "witness"
    witness.mkdir()
    finish(*(nursery.start("work", shared_url, f"w{at}", witness) for at in range(3)))
    work(store, "last", witness)
    assert [number(store, one) for one in APP_IDS] == [20, 20, 20]
    store.close()


def test_a_job_whose_lease_ends_under_way_is_done_once(store: SqlStore) -> None:
    with_jobs(store, 8)
    together(6, lambda at: race(store, f"w{at}"))
    assert [number(store, one) for one in APP_IDS] == [8, 8, 8]


def test_processes_that_take_each_others_leases_do_each_job_once(shared_url: str, nursery: Nursery) -> None:
    store = open_store(shared_url)
    with_jobs(store, 12)
    finish(*(nursery.start("race", shared_url, f"w{at}") for at in range(3)))
    assert [number(store, one) for one in APP_IDS] == [12, 12, 12]
    store.close()


def settle(store: SqlStore) -> None:
    """Wait until nothing is under way any more: a server carries on with what a killed client has sent."""
    while True:
        kept = store.app("app-1")
        with suppress(Conflict):
            store.commit(Change(kept, kept))
            return


@pytest.mark.parametrize("seed", range(4))
def test_what_was_acknowledged_survives_kill_9(shared_url: str, nursery: Nursery, seed: int) -> None:
    store = open_store(shared_url)
    store.commit(Change(None, app("app-1")))
    delay = random.Random(seed)
    for _ in range(3):
        process = nursery.start("commits", shared_url)
        said = process.stdout.readline()
        time.sleep(delay.uniform(0.0, 0.1))
        process.kill()
        said += process.communicate()[0]
        acknowledged = int(said[: said.rindex("\n")].split()[-1])
        settle(store)
        kept = number(store)
        assert kept >= acknowledged
        servers = [f"s-{kept}-{at}" for at in range(3)]
        assert store.owners([*servers, f"s-{kept - 1}-0", f"s-{kept + 1}-0"]) == dict.fromkeys(
            servers, "app-1"
        )
        assert [one.job_id for one in store.jobs("app-1")] == [f"job-{at}" for at in range(1, kept + 1)]
    increment(store)
    store.close()
