"""Workers as threads on a real clock: they find work, stop when they are told to, and survive what fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from smsgen.local.clock import SystemClock
from smsgen.operations.apps import launching
from smsgen.operations.ports.store import StoreError, Token
from smsgen.operations.ports.waiting import Pace
from smsgen.server.workers import Workers
from tests.operations.worlds import Site

QUICK = Pace(first=0.001, longest=0.005)


class RealTime(SystemClock):
    """The machine's clock; CloudFormation in memory gets on while somebody waits."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def jitter(self) -> float:
        self._site.aws.work()
        return super().jitter()


@pytest.fixture
def site() -> Site:
    made = Site(pace=QUICK, lease=5.0)
    made.world = replace(made.world, clock=RealTime(made))
    return made


def wait_until(true: Callable[[], Any]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.005)


def launch(site: Site) -> str:
    app_id = site.ready()
    launching.launch_app(site.world, app_id)
    return app_id


def test_workers_find_what_there_is_to_do(site: Site) -> None:
    workers = Workers(site.world, 2, poll=0.01)
    workers.start()
    app_id = launch(site)
    wait_until(lambda: site.app(app_id).launch.status == "LAUNCHED")
    assert workers.stop(10)


def test_a_worker_that_is_woken_does_not_wait_for_its_next_look(site: Site) -> None:
    workers = Workers(site.world, 1, poll=3600)
    workers.start()
    app_id = launch(site)

    def launched() -> bool:
        workers.wake()
        return site.app(app_id).launch.status == "LAUNCHED"

    wait_until(launched)
    assert workers.stop(10)


def test_stopping_gives_the_job_back(site: Site) -> None:
    site.aws.per_nap = 0  # CloudFormation never gets done
    workers = Workers(site.world, 1, poll=0.01)
    workers.start()
    app_id = launch(site)
    wait_until(lambda: site.app(app_id).launch.status == "LAUNCH_PENDING")
    assert workers.stop(10)
    (job,) = site.store.jobs(app_id)
    assert job.owner == ""
    assert job.until <= site.world.clock.now()
    assert site.app(app_id).launch.status == "LAUNCH_PENDING"


def test_without_workers_nothing_is_carried_out(site: Site) -> None:
    workers = Workers(site.world, 0)
    workers.start()
    app_id = launch(site)
    assert workers.stop(10)
    assert len(site.store.jobs(app_id)) == 1


def test_a_worker_survives_a_store_that_fails(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    real, failed = site.store.lease, threading.Event()

    def broken(*args: Any, **kwargs: Any) -> Any:
        if not failed.is_set():
            failed.set()
            raise StoreError("the disk is full")
        return real(*args, **kwargs)

    site.store.lease = broken
    workers = Workers(site.world, 1, poll=0.01)
    workers.start()
    app_id = launch(site)
    wait_until(lambda: site.app(app_id).launch.status == "LAUNCHED")
    assert workers.stop(10)
    assert "the disk is full" in caplog.text


def test_old_client_tokens_are_forgotten(site: Site) -> None:
    from smsgen.operations.apps.manage import Wanted, create_app

    create_app(site.world, Wanted("a"), token="old")
    old = site.store.tokens["CreateApp", "old"]
    site.store.tokens["CreateApp", "old"] = old._replace(created=old.created - 8 * 86_400)
    create_app(site.world, Wanted("b"), token="new")
    workers = Workers(site.world, 1, poll=0.01)
    workers.start()
    wait_until(lambda: len(site.store.tokens) == 1)
    assert workers.stop(10)
    assert site.store.token("CreateApp", "new")


def test_client_tokens_are_remembered_for_seven_days() -> None:
    site = Site()
    week = 7 * 86_400.0
    for name, age in (("old", week + 1), ("young", week - 1)):
        used = Token("CreateApp", name, "digest", "app-1", created=site.clock.now() - age)
        site.store.tokens["CreateApp", name] = used
    workers = Workers(site.world, 1, poll=0.01)
    workers.start()
    wait_until(lambda: site.store.token("CreateApp", "old") is None)
    assert site.store.token("CreateApp", "young") is not None
    assert workers.stop(10)
