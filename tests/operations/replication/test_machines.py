"""Machines near the disks: a run waits for the one that reads its disks, and fails where nobody does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smsgen.model.replicating.jobs import RunState
from smsgen.operations.jobs.carry_out import carry_out_one
from smsgen.operations.jobs.lease import NotHere
from smsgen.operations.ports.inventories import ConnectorUnreadable
from smsgen.operations.replication import catalog
from smsgen.operations.replication.machines import WAITED_FOR, beat, others
from tests.operations.replication.site import HOURLY, job, replicate, runs, states, take, with_catalog
from tests.operations.worlds import Site

KINDS = ("replicate",)


def near(site: Site) -> None:
    """Let a machine near the disks say that it reads them; this one does not, from now on."""
    beat(replace(site.world, machine="near"))
    site.inventories.elsewhere.add("/images")


def test_a_run_is_left_to_the_machine_that_reads_its_disks_and_tries_are_not_counted() -> None:
    site = with_catalog("vm-1")
    made = replicate(site, HOURLY)
    take(site, "schedule-replication")
    near(site)
    for _ in range(3):
        with pytest.raises(NotHere):
            take(site, "replicate")
    (run,) = runs(site, made)
    assert (run.state, run.message) == (RunState.PENDING, "waiting for near, which reads /images")
    (queued,) = [one for one in site.store.jobs(made.replication_job_id) if one.kind == "replicate"]
    assert (queued.attempt, queued.owner) == (0, "")
    assert not carry_out_one(site.world, "worker-1", KINDS, without=(made.replication_job_id,))
    site.inventories.elsewhere.clear()
    assert carry_out_one(replace(site.world, machine="near"), "worker-2", KINDS)
    assert states(site, made) == ["COMPLETED"]
    assert "waiting" not in runs(site, made)[0].message


def test_a_run_whose_disks_nobody_has_read_for_an_hour_fails_and_says_why() -> None:
    site = with_catalog("vm-1")
    made = replicate(site, HOURLY)
    take(site, "schedule-replication")
    near(site)

    def gone(*_: object) -> None:
        raise ConnectorUnreadable("there is no folder /images")

    site.inventories.disks = gone  # type: ignore[method-assign, assignment] # a fault
    site.clock.time += WAITED_FOR - 1
    with pytest.raises(NotHere):
        take(site, "replicate")
    site.clock.time += 2
    assert take(site, "replicate")
    assert states(site, made) == ["FAILED"]
    assert "there is no folder /images" in job(site, made).message


def test_a_machine_that_reads_no_connector_is_waited_for_by_nobody() -> None:
    site = with_catalog("vm-1")
    made = replicate(site, HOURLY)
    take(site, "schedule-replication")
    site.inventories.elsewhere.add("/images")
    beat(replace(site.world, machine="far"))
    assert take(site, "replicate")  # and this one does what it can: the double reads all the same
    assert states(site, made) == ["COMPLETED"]


def test_machines_are_known_by_their_names_and_forgotten_after_a_week() -> None:
    site = with_catalog("vm-1")
    for name in ("near", "near", "far"):
        beat(replace(site.world, machine=name))
    (connector,) = catalog.all_connectors(site.world)
    assert [(one.name, one.connectors) for one in site.store.machines()] == [
        ("far", (connector.connector_id,)),
        ("near", (connector.connector_id,)),
    ]
    assert [one.name for one in others(replace(site.world, machine="near"))] == ["far"]
    site.clock.time += 7 * 86_400 + 1
    beat(site.world)
    assert [one.name for one in site.store.machines()] == ["here"]


def test_an_import_leaves_a_folder_alone_that_only_another_machine_reads() -> None:
    site = with_catalog("vm-1")
    near(site)
    del site.inventories.found["/images"]
    before = site.store.servers(limit=9), site.store.connectors(limit=9)
    catalog.import_server_catalog(site.world)
    site.work()
    assert site.store.catalog().status.value == "AVAILABLE"
    assert [one.server_id for one in site.store.servers(limit=9)] == [one.server_id for one in before[0]]
    assert site.store.connectors(limit=9) == before[1]
