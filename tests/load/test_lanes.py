"""Fifty long jobs side by side on one store, each in its lane, and a launch that none of them holds up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from smsgen.local.clock import SystemClock
from smsgen.operations.apps import launching
from smsgen.operations.apps.world import World
from smsgen.operations.jobs import carry_out
from smsgen.operations.jobs.lease import Kind, Lease
from smsgen.operations.ports.store import Change, Job
from smsgen.operations.ports.waiting import Pace
from smsgen.server.workers import Workers
from smsgen.store import open_store
from tests.operations.worlds import Site
from tests.servers.postgres import Postgres

LANES = 50


class Long:
    """A kind of job that goes on until it is let go; it sees what goes on beside it."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.running: list[str] = []
        self.most = 0
        self.done: list[str] = []
        self.twice: list[str] = []
        self._lock = threading.Lock()

    def carry_out(self, world: World, lease: Lease) -> None:
        with self._lock:
            self.twice += [lane for lane in self.running if lane == lease.job.lane]
            self.running.append(lease.job.lane)
            self.most = max(self.most, len(self.running))
        self.go.wait(60)
        lease.check()
        with self._lock:
            self.running.remove(lease.job.lane)
            self.done.append(lease.job.job_id)
        world.store.finish(lease.job)


def _nothing(*_: Any) -> None:
    return


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path}/store.db"
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.new_database()
    made = Site(lambda now: open_store(url), pace=Pace(first=0.01, longest=0.05), lease=120.0)

    class RealTime(SystemClock):
        def jitter(self) -> float:
            made.aws.work()
            return super().jitter()

    made.world = replace(made.world, clock=RealTime())
    with closing(made.store):
        yield made


def wait_until(true: Callable[[], Any]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def test_fifty_lanes_go_side_by_side_and_hold_up_no_launch(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = Long()
    kind = Kind(Lease, long.carry_out, _nothing, _nothing)
    monkeypatch.setitem(carry_out.KINDS, "copy", kind)
    app = site.create(groups=(("disks", 0, ("s-0000000a",)),))
    jobs = [
        Job(f"job-{lane}-{number}", "copy", f"disk-{lane}", f"lane-{lane}")
        for number in range(2)
        for lane in range(LANES)
    ]
    site.store.commit(Change(app, app, jobs=tuple(jobs)))
    copying = Workers(site.world, LANES, poll=0.2, pools=[("copy",)])
    launching_ones = Workers(site.world, 1, poll=0.2, pools=[carry_out.LAUNCHES])
    copying.start()
    launching_ones.start()
    try:
        wait_until(lambda: len(long.running) == LANES)
        app_id = site.ready()
        launching.launch_app(site.world, app_id)
        wait_until(lambda: site.app(app_id).launch.status == "LAUNCHED")
        assert len(long.running) == LANES
        long.go.set()
        wait_until(lambda: len(long.done) == 2 * LANES)
    finally:
        long.go.set()
        assert copying.stop(30)
        assert launching_ones.stop(30)
    assert (long.most, long.twice) == (LANES, [])
    assert sorted(long.done) == sorted(job.job_id for job in jobs)
    for lane in range(LANES):
        mine = [job_id for job_id in long.done if job_id.startswith(f"job-{lane}-")]
        assert mine == [f"job-{lane}-0", f"job-{lane}-1"]
