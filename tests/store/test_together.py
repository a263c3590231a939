"""Writers that come at once write in one transaction, and each hears what came of its own work only."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from smsgen.operations.ports.store import Change, Conflict, ServerTaken, StoreError
from smsgen.store import open_store
from smsgen.store.together import PendingWrite, Together
from tests.store.records import app

WRITERS = 12


def meanwhile(first: Callable[[threading.Event], Any], others: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run `first`, which waits for the event, and the others while it does; give what each gave or raised."""
    begun, going_on = threading.Event(), threading.Event()

    def outcome(work: Callable[[], Any]) -> Any:
        try:
            return work()
        except BaseException as error:  # KeyboardInterrupt, too
            return error

    def begin() -> Any:
        begun.set()
        return first(going_on)

    with ThreadPoolExecutor(len(others) + 1) as pool:
        leading = pool.submit(outcome, begin)
        begun.wait(30)
        following = [pool.submit(outcome, work) for work in others]
        threading.Timer(0.3, going_on.set).start()
        return [leading.result(60), *(one.result(60) for one in following)]


def test_everybody_gets_what_came_of_its_own_work() -> None:
    calls: list[int] = []

    def write_all(together: Sequence[PendingWrite]) -> None:
        calls.append(len(together))
        for one in together:
            try:
                one.succeed(one.work())
            except ValueError as error:
                one.fail(error)

    writers = Together(write_all)

    def work(number: int) -> Callable[[], int]:
        def do() -> int:
            if number % 4 == 3:
                raise ValueError(number)
            return number

        return lambda: writers.write(do)

    def first(going_on: threading.Event) -> Any:
        return writers.write(lambda: going_on.wait(30))

    results = meanwhile(first, [work(number) for number in range(WRITERS)])
    assert results[0] is True
    for number, result in enumerate(results[1:]):
        assert (result == number) if number % 4 != 3 else isinstance(result, ValueError)
    assert sum(calls) == WRITERS + 1
    assert len(calls) < WRITERS / 2
    assert writers.write(lambda: "again") == "again"


def test_nobody_believes_what_an_interrupted_leader_has_not_done() -> None:
    def write_all(together: Sequence[PendingWrite]) -> None:
        together[0].work()
        raise KeyboardInterrupt

    writers = Together(write_all)

    def first(going_on: threading.Event) -> str:
        with pytest.raises(KeyboardInterrupt):
            writers.write(lambda: going_on.wait(30))
        return "told"

    told, *others = meanwhile(first, [lambda: writers.write(lambda: 1)])
    assert told == "told"
    assert not isinstance(others[0], int)
    assert writers._is_led is False


def slow(going_on: threading.Event) -> Callable[[Any], None]:
    return lambda connection: going_on.wait(30) and None


def test_writers_that_wait_share_a_transaction(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    commits: list[object] = []
    event.listen(store._database.engine, "commit", commits.append)

    def create(number: int) -> Callable[[], Any]:
        return lambda: store.commit(Change(None, app(f"app-{number:02}", f"s-{number}")))

    results = meanwhile(
        lambda going_on: store._database.write(slow(going_on)), [create(number) for number in range(WRITERS)]
    )
    assert [kept.app.app_id for kept in results[1:]] == [f"app-{number:02}" for number in range(WRITERS)]
    assert len(commits) < WRITERS / 2
    assert len(store.apps(limit=99)) == WRITERS
    store.close()


def test_a_writer_that_is_refused_refuses_no_other(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    read = store.commit(Change(None, app("app-x", "s-x")))
    assert read

    def create(number: int) -> Callable[[], Any]:
        server = "s-x" if number == 3 else f"s-{number}"
        return lambda: store.commit(Change(None, app(f"app-{number:02}", server)))

    def rename() -> Any:
        return store.commit(Change(read, app("app-x", "s-x", name="market")))

    works = [*(create(number) for number in range(6)), rename, rename]
    results = meanwhile(lambda going_on: store._database.write(slow(going_on)), works)[1:]
    assert isinstance(results[3], ServerTaken)
    assert sorted(isinstance(one, Conflict) for one in results[6:]) == [False, True]
    assert [kept.app.app_id for at, kept in enumerate(results[:6]) if at != 3] == [
        f"app-{number:02}" for number in (0, 1, 2, 4, 5)
    ]
    assert len(store.apps(limit=99)) == 6
    store.close()


def test_what_is_not_on_the_disk_is_acknowledged_to_nobody(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")

    def fail(_connection: object) -> None:
        raise OSError(28, "No space left on device")

    def create(number: int) -> Callable[[], Any]:
        return lambda: store.commit(Change(None, app(f"app-{number:02}")))

    def first(going_on: threading.Event) -> None:
        store._database.write(slow(going_on))
        event.listen(store._database.engine, "commit", fail)

    results = meanwhile(first, [create(number) for number in range(4)])
    event.remove(store._database.engine, "commit", fail)
    kept = {one.app.app_id for one in store.apps(limit=9)}
    for number, result in enumerate(results[1:]):
        assert isinstance(result, StoreError) or f"app-{number:02}" in kept
    store.close()
