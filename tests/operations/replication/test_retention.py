"""What goes after a run, and what stays, over fifty runs: images that somebody needs, and the snapshots of a chain."""

from __future__ import annotations

from typing import Any

import pytest

from smsgen.model.status import LaunchStatus
from smsgen.operations.apps.world import find_app
from smsgen.operations.ports.store import Change
from smsgen.operations.replication import apps
from tests.operations.replication.fakes import Disk
from tests.operations.replication.site import HOURLY, job, replicate, runs, with_catalog
from tests.operations.replication.test_targets import WINDOWS, application
from tests.operations.worlds import Site

KEEP = HOURLY._replace(number_of_recent_amis_to_keep=3)


def go_on(site: Site, number: int) -> None:
    """Change a block of the disk, and let the next run begin."""
    site.inventories.machines["vm-1"] = [Disk({0: number % 200 + 1, 3: 7}, mark=str(number))]
    site.clock.time += 3600.0
    site.work()


@pytest.mark.parametrize("guest", ["Ubuntu 22.04", WINDOWS])
def test_fifty_runs_leave_as_many_images_as_are_kept_and_the_base_of_the_next(guest: str) -> None:
    site = with_catalog("vm-1", guest=guest)
    made = replicate(site, KEEP)
    site.work()
    for number in range(2, 51):
        parent = runs(site, made)[0].snapshots[0]
        go_on(site, number)
        run = runs(site, made)[0]
        assert run.state == "COMPLETED", run.message
        assert site.snapshots.stored[run.snapshots[0]].request.parent == parent
        assert set(site.snapshots.stored) >= set(run.snapshots)
    images = site.ec2.of_job(made.replication_job_id)
    assert [image.image_id for image in images] == [run.ami_id for run in reversed(runs(site, made)[:3])]
    last = runs(site, made)[0].snapshots
    held = {
        snapshot for image in images for snapshot in image.snapshot_ids if "snap-of-import" not in snapshot
    }
    assert set(site.snapshots.stored) == {*last, *held}
    assert (
        site.manifests.names(f"{made.replication_job_id}/disk-0/{runs(site, made)[1].replication_run_id}")
        == ()
    )
    assert [base.split("/")[2] for base in job(site, made).bases] == [runs(site, made)[0].replication_run_id]


def test_without_retention_all_images_stay_and_what_they_hold() -> None:
    site = with_catalog("vm-1")
    made = replicate(site)
    site.work()
    for number in range(2, 8):
        go_on(site, number)
    images = site.ec2.of_job(made.replication_job_id)
    assert len(images) == 7
    assert {snapshot for image in images for snapshot in image.snapshot_ids} == set(site.snapshots.stored)


def test_an_image_that_instances_run_from_outlives_fifty_runs_with_its_snapshots() -> None:
    site = with_catalog("vm-1")
    made = replicate(site, KEEP)
    site.work()
    first = runs(site, made)[0]
    site.ec2.used = {first.ami_id}
    for number in range(2, 51):
        go_on(site, number)
    assert first.ami_id in site.ec2.images
    assert set(first.snapshots) <= set(site.snapshots.stored)
    assert len(site.ec2.of_job(made.replication_job_id)) == 4
    site.ec2.used = set()
    go_on(site, 51)
    assert first.ami_id not in site.ec2.images
    assert not set(first.snapshots) & set(site.snapshots.stored)


def stand(site: Site, app_id: str, status: LaunchStatus) -> None:
    managed = find_app(site.world, app_id)
    site.store.commit(Change(managed, managed._replace(launch=managed.launch._replace(status=status))))


def test_while_a_launch_is_under_way_no_image_goes_and_afterwards_the_old_ones_do() -> None:
    """A template that was just generated names images that have no instance before their launch order comes."""
    site = with_catalog("vm-1", "vm-2")
    app_id = application(site, KEEP)
    apps.start_app_replication(site.world, app_id)
    site.work()
    (made,) = (
        one for one in site.store.replication_jobs(limit=9) if one.vm_server.vm_server_address.vm_id == "vm-1"
    )
    launched = runs(site, made)[0].ami_id
    stand(site, app_id, LaunchStatus.LAUNCH_IN_PROGRESS)
    for number in range(2, 9):
        go_on(site, number)
    assert launched in site.ec2.images
    assert len(site.ec2.of_job(made.replication_job_id)) == 8
    stand(site, app_id, LaunchStatus.LAUNCHED)
    go_on(site, 9)
    assert launched not in site.ec2.images
    assert len(site.ec2.of_job(made.replication_job_id)) == 3


def test_a_disk_that_grew_or_shrank_keeps_its_chain_and_the_size_of_its_parent() -> None:
    site = with_catalog("vm-1")
    made = replicate(site)
    sizes: list[Any] = []
    for number, gib in enumerate((3, 5, 2), 1):
        site.inventories.machines["vm-1"] = [Disk({0: number}, mark=str(number), size=gib << 30)]
        site.clock.time += 3600.0
        site.work()
        request = site.snapshots.stored[runs(site, made)[0].snapshots[0]].request
        sizes.append((request.gib, bool(request.parent)))
    assert sizes == [(3, False), (5, True), (5, True)]
