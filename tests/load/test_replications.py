"""Servers are killed in the midst of a copy, again and again: no block is wrong, none is lost, few are sent twice."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median

import pytest

from tests.load.replicating import IN_FLIGHT, LEASE, STRETCH, Replicating, wait_until
from tests.load.test_launches import prepared
from tests.servers.aws import AwsProcess, started
from tests.servers.postgres import Postgres

_CHANCE = random.Random(7)
KILLS = sorted([*_CHANCE.choices(range(1, 150), k=8), *_CHANCE.choices(range(STRETCH + 4, 330), k=2)])
_CHANCE.shuffle(KILLS)
"""After how many puts a server is killed, one after another in each test: twenty points in all."""

BLOCKS = sum(KILLS) + 40
"""More than all of them put, so that each one dies while it copies."""


@pytest.fixture(scope="module")
def far() -> Iterator[AwsProcess]:
    """The stand-in for AWS, in a process of its own."""
    with started() as aws:
        yield aws


@pytest.fixture
def site(far: AwsProcess, tmp_path: Path) -> Iterator[Replicating]:
    """Replication on SQLite."""
    with closing(Replicating(tmp_path, far)) as there:
        yield there


@pytest.fixture
def shared(far: AwsProcess, tmp_path: Path, postgres: Postgres) -> Iterator[Replicating]:
    """Replication on PostgreSQL, and manifests in S3."""
    with closing(Replicating(tmp_path, far, postgres.new_database())) as there:
        yield there


def kill_again_and_again(site: Replicating, whom: Callable[[], int]) -> None:
    """Kill the server that copies, and start another one each time; `whom` returns its process."""
    for at in KILLS:
        pid = whom()
        (victim,) = [one for one in site.servers if one.process.pid == pid]
        site.aws.control.do("fail", call="ebs:PutSnapshotBlock", kind="kill", at=at, pid=pid)
        victim.process.wait(timeout=120)
        site.aws.control.do("heal")
        site.serve()


def check_kills(site: Replicating, disk: Path, job_id: str) -> None:
    """See that the run ends well, and what was sent for it."""
    run = site.completed(job_id)
    writes = site.check(run["amiId"], disk)
    assert sorted(writes) == list(range(BLOCKS))
    assert sum(writes.values()) - BLOCKS <= len(KILLS) * (IN_FLIGHT + STRETCH)
    assert site.aws.control.do("snapshots") == [site.snapshot_of(run["amiId"])]


def test_a_server_that_is_killed_again_and_again_goes_on_with_its_copy(site: Replicating) -> None:
    disk = site.disk("web01", BLOCKS)
    site.connect()
    site.serve()
    (job_id,) = site.replicate().values()
    kill_again_and_again(site, lambda: site.servers[-1].process.pid)
    check_kills(site, disk, job_id)


def test_the_other_of_two_servers_goes_on_with_the_copy_of_one_that_is_killed(
    shared: Replicating, postgres: Postgres
) -> None:
    disk = shared.disk("web01", BLOCKS)
    shared.connect()
    shared.serve()
    shared.serve()
    (job_id,) = shared.replicate().values()
    database = shared.store.rpartition("/")[2]
    running = {}

    def copying() -> int:
        query = "SELECT owner FROM jobs WHERE kind = 'replicate'"
        alive = {one.process.pid for one in shared.servers if one.process.poll() is None}

        def find() -> bool:
            owners = [str(owner) for (owner,) in postgres.execute(query, database)]
            running["pid"] = next((int(one.rsplit("-", 4)[1]) for one in owners if one), 0)
            return running["pid"] in alive

        wait_until(find)
        return running["pid"]

    kill_again_and_again(shared, copying)
    check_kills(shared, disk, job_id)


@pytest.mark.parametrize(
    "call", ["s3:PutObject", "ebs:StartSnapshot", "ebs:CompleteSnapshot", "ec2:RegisterImage"]
)
def test_a_server_that_is_killed_before_it_hears_what_aws_did_does_nothing_twice(
    shared: Replicating, call: str
) -> None:
    disk = shared.disk("web01", 40)
    shared.connect()
    server = shared.serve()
    shared.aws.control.do("fail", call=call, kind="kill", pid=server.process.pid)
    (job_id,) = shared.replicate().values()
    server.process.wait(timeout=120)
    shared.serve()
    run = shared.completed(job_id)
    assert set(shared.check(run["amiId"], disk)) == set(range(40))
    assert shared.aws.control.do("snapshots") == [shared.snapshot_of(run["amiId"])]


def test_a_store_that_is_away_in_the_midst_of_a_copy_costs_nothing_but_time(
    shared: Replicating, postgres: Postgres
) -> None:
    disk = shared.disk("web01", 400)
    shared.connect()
    shared.aws.control.do("limit", snapshot_puts_per_second=50)
    shared.serve()
    (job_id,) = shared.replicate().values()
    wait_until(lambda: shared.aws.control.do("count", call="ebs:PutSnapshotBlock") > 40)
    database = shared.store.rpartition("/")[2]
    postgres.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
    postgres.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")
    time.sleep(60 - LEASE)  # a minute in all: long after the lease has ended
    away = shared.aws.control.do("count", call="ebs:PutSnapshotBlock")
    time.sleep(LEASE)
    assert (
        shared.aws.control.do("count", call="ebs:PutSnapshotBlock") == away
    )  # without its lease it puts nothing
    postgres.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")
    shared.aws.control.do("limit", snapshot_puts_per_second=0)
    run = shared.completed(job_id)
    writes = shared.check(run["amiId"], disk)
    assert sorted(writes) == list(range(400))
    assert sum(writes.values()) - 400 <= IN_FLIGHT + STRETCH
    assert shared.aws.control.do("snapshots") == [shared.snapshot_of(run["amiId"])]


def test_a_file_that_another_process_locks_for_long_costs_nothing_but_time(site: Replicating) -> None:
    import sqlite3

    disk = site.disk("web01", 300)
    site.connect()
    site.aws.control.do("limit", snapshot_puts_per_second=50)
    site.serve()
    (job_id,) = site.replicate().values()
    wait_until(lambda: site.aws.control.do("count", call="ebs:PutSnapshotBlock") > 40)
    with closing(sqlite3.connect(site.folder / "store.db", timeout=30, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(30)  # longer than SQLite waits (BUSY_MILLISECONDS), and than the lease
        other.execute("ROLLBACK")
    site.aws.control.do("limit", snapshot_puts_per_second=0)
    run = site.completed(job_id)
    writes = site.check(run["amiId"], disk)
    assert sorted(writes) == list(range(300))
    assert sum(writes.values()) - 300 <= 2 * (IN_FLIGHT + STRETCH)


SERVERS = 50


def test_fifty_servers_side_by_side_hold_up_no_launch_and_no_more_than_their_blocks(
    site: Replicating, record_property: Callable[[str, object], None]
) -> None:
    """Of one process: 1.5 MiB for each of 128 blocks that it holds at most, and 100 MiB over what it held before."""
    disks = {f"vm{number:02}": site.disk(f"vm{number:02}", 24) for number in range(SERVERS)}
    site.connect()
    server = site.serve("--workers", str(SERVERS), "--template-profile", "sms")
    apps = prepared(server, site.folder, site.aws.url)
    alone = median(launched(site, app_id) for app_id in apps[:4])
    before = memory(server.process.pid)
    site.aws.control.do("limit", snapshot_puts_per_second=1)
    jobs = site.replicate()
    wait_until(lambda: len(site.aws.control.do("snapshots")) == SERVERS)
    beside = median(launched(site, app_id) for app_id in apps[4:])
    assert sum(site.run(job_id)["state"] == "ACTIVE" for job_id in jobs.values()) > SERVERS / 2
    record_property(
        "load", f"a launch beside {SERVERS} copies / alone: {beside / alone:.2f} ({alone:.2f} s alone)"
    )
    assert beside < 5 * alone
    site.aws.control.do("limit", snapshot_puts_per_second=0)
    runs = {name: site.completed(job_id) for name, job_id in jobs.items()}
    for name in ("vm00", "vm31", "vm49"):
        assert set(site.check(runs[name]["amiId"], disks[name])) == set(range(24))
    assert memory(server.process.pid) - before <= (128 * 1.5 + 100) * 2**20


def launched(site: Replicating, app_id: str) -> float:
    """Launch an application; return how many seconds that takes."""
    began = time.perf_counter()
    site.call("LaunchApp", appId=app_id)
    wait_until(lambda: site.call("GetApp", appId=app_id)["appSummary"]["launchStatus"] == "LAUNCHED")
    return time.perf_counter() - began


def memory(pid: int) -> int:
    """Return the most that a process has held so far, in bytes (VmHWM of Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
