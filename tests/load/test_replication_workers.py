"""`smsgen replicate --worker` near the disks: what it takes, how it stops, and what a worker that was away may do."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from smsgen.model.replicating.catalog import Connector
from smsgen.operations.replication.catalog import connect
from smsgen.wiring import kept
from smsgen.wiring import store as open_store
from tests.clients.serving import run, run_smsgen
from tests.load.replicating import IN_FLIGHT, STRETCH, Replicating, wait_until, working
from tests.load.test_replications import far, shared, site
from tests.servers.postgres import Postgres

__all__ = ["far", "shared", "site"]

BLOCKS = 300
HERE = "/proc/self/cwd/images"
"""A folder that is another one for each process: here on one machine, and not there on the other."""


def puts(site: Replicating) -> int:
    """Return how many blocks were put so far, whatever AWS said of them."""
    return int(site.aws.control.do("count", call="ebs:PutSnapshotBlock"))


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="Linux shows the folder of a process")
def test_a_worker_near_the_disks_takes_what_the_server_cannot_read_also_after_it_was_away(
    shared: Replicating, tmp_path: Path
) -> None:
    disk = shared.disk("web01", BLOCKS)
    opened = open_store(shared.store)
    connect(kept(opened), Connector("", "images", HERE, "vcenter-1"))
    opened.close()
    run_smsgen("servers", "--import", env=shared.env, folder=shared.folder)
    far_away = tmp_path / "far"
    far_away.mkdir()
    with working(shared, "--machine", "near") as worker:
        assert f"(images {HERE})" in worker.log.read_text()
        shared.serve("--machine", "far", folder=far_away)
        assert shared.call("GetServers")["serverCatalogStatus"] == "AVAILABLE"
        shared.aws.control.do("limit", snapshot_puts_per_second=60)
        (job_id,) = shared.replicate().values()
        wait_until(lambda: puts(shared) > 40)
        worker.stop()
    before = puts(shared)
    assert shared.run(job_id)["state"] == "ACTIVE"  # the server has not failed what it cannot read
    shared.aws.control.do("limit", snapshot_puts_per_second=0)
    with working(shared, "--machine", "near"):
        completed = shared.completed(job_id)
    writes = shared.check(completed["amiId"], disk)
    assert sorted(writes) == list(range(BLOCKS))
    # It stopped in good order: what was put was written down, but for what was put beside a block that was not.
    assert sum(writes.values()) - BLOCKS <= IN_FLIGHT
    assert puts(shared) > before


def test_a_worker_that_was_paused_past_its_lease_puts_no_block_that_is_wrong(
    shared: Replicating, postgres: Postgres
) -> None:
    disk = shared.disk("web01", BLOCKS)
    shared.connect()
    shared.aws.control.do("limit", snapshot_puts_per_second=60)
    server = shared.serve()
    (job_id,) = shared.replicate().values()
    wait_until(lambda: puts(shared) > 40)
    server.process.send_signal(signal.SIGSTOP)
    try:
        with working(shared):
            wait_until(lambda: puts(shared) > 140)  # its lease has ended, and its successor goes on
            stopped_at = puts(shared)
            server.process.send_signal(signal.SIGCONT)
            completed = shared.completed(job_id)
    finally:
        server.process.send_signal(signal.SIGCONT)
    assert stopped_at < BLOCKS, "the first one came back when all was over"
    writes = shared.check(completed["amiId"], disk)
    assert sorted(writes) == list(range(BLOCKS))
    query = "SELECT count(*) FROM jobs WHERE kind = 'replicate'"
    assert postgres.execute(query, shared.store.rpartition("/")[2]) == [(0,)]
    # A takeover sends again what was under way and one segment; on a busy machine a lease of seconds may end twice.
    assert sum(writes.values()) - BLOCKS <= 2 * (IN_FLIGHT + STRETCH)
    assert shared.aws.control.do("snapshots") == [shared.snapshot_of(completed["amiId"])]


def test_a_worker_on_a_file_says_whom_it_shares_it_with_and_refuses_other_machines(site: Replicating) -> None:
    site.disk("web01", 2)
    site.connect()
    with working(site, "--machine", "near") as worker:
        assert "shares it with servers of this machine only" in worker.log.read_text()
        again = run(sys.executable, "-m", "smsgen", "replicate", "--worker", "--machine", "far", env=site.env)
    assert again.returncode == 1
    assert "the store is a file of SQLite, and near works on it, too" in again.stderr
