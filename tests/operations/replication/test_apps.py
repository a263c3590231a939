"""Applications that are replicated, on doubles: their status follows the jobs of their servers."""

from __future__ import annotations

from typing import Any

import pytest

from smsgen.errors import ServiceError
from smsgen.model.app import Server, ServerGroup
from smsgen.model.managed import ReplicationParameters
from smsgen.model.replicating.jobs import JobState, RunState
from smsgen.model.replication import ReplicationStatus
from smsgen.operations.apps.configure_launch import put_launch_configuration
from smsgen.operations.apps.configure_replication import GroupReplication, put_replication_configuration
from smsgen.operations.apps.manage import Wanted, create_app, delete_app
from smsgen.operations.apps.world import NotPermitted
from smsgen.operations.ports.disks import SourceUnreadable
from smsgen.operations.replication import apps, catalog, jobs
from tests.operations.replication.site import HOURLY, ids, take, with_catalog
from tests.operations.worlds import GOOD, Site

DAY = 86_400.0


def shop(site: Site, parameters: ReplicationParameters = HOURLY) -> str:
    """An application of all servers of the catalog, whose replication is configured."""
    servers = tuple(Server(one) for one in ids(site))
    app_id = create_app(
        site.world, Wanted("shop", groups=(ServerGroup("web", server_list=servers),))
    ).app.app_id
    (group,) = site.app(app_id).app.server_groups
    wanted = GroupReplication(group.server_group_id, tuple((one.server_id, parameters) for one in servers))
    put_replication_configuration(site.world, app_id, (wanted,))
    return app_id


def status(site: Site, app_id: str) -> str:
    return site.app(app_id).replication.status


def test_a_start_makes_a_job_for_each_server_and_the_status_follows_them() -> None:
    site = with_catalog("vm-1", "vm-2")
    app_id = shop(site)
    apps.start_app_replication(site.world, app_id)
    assert status(site, app_id) == "VALIDATION_IN_PROGRESS"
    assert take(site, "start-replication")
    assert status(site, app_id) == "REPLICATION_PENDING"
    servers = site.app(app_id).app.server_groups[0].server_list
    assert all(one.replication_job_id.startswith("sms-job-") for one in servers)
    take(site, "schedule-replication")
    take(site, "schedule-replication")
    assert take(site, "replicate")
    assert status(site, app_id) == "REPLICATION_IN_PROGRESS"
    assert take(site, "replicate")
    after = site.app(app_id)
    assert after.replication.status == "REPLICATED"
    assert after.replication.latest_time == site.clock.now()
    assert all(one.image_id.startswith("ami-") for one in after.app.server_groups[0].server_list)
    site.clock.time += 3600
    take(site, "schedule-replication")
    take(site, "schedule-replication")
    take(site, "replicate")
    assert status(site, app_id) == "DELTA_REPLICATION_IN_PROGRESS"
    take(site, "replicate")
    assert status(site, app_id) == "DELTA_REPLICATED"


def failing(site: Site, *vm_ids: str) -> None:
    """Let the disks of these VMs not be read."""
    read = type(site.inventories).disks

    def disks(connector: Any, vm_id: str) -> Any:
        if vm_id in vm_ids:
            raise SourceUnreadable("the medium fails")
        return read(site.inventories, connector, vm_id)

    site.inventories.disks = disks  # type: ignore[method-assign] # a fault


def test_some_that_fail_make_it_partial_and_all_make_it_fail() -> None:
    site = with_catalog("vm-1", "vm-2")
    app_id = shop(site)
    apps.start_app_replication(site.world, app_id)
    failing(site, "vm-2")
    site.work()
    assert status(site, app_id) == "PARTIALLY_REPLICATED"
    assert "the medium fails" in site.app(app_id).replication.message
    failing(site, "vm-1", "vm-2")
    site.clock.time += 3600
    site.work()
    assert status(site, app_id) == "DELTA_REPLICATION_FAILED"
    other = with_catalog("vm-1")
    app_id = shop(other)
    apps.start_app_replication(other.world, app_id)
    failing(other, "vm-1")
    other.work()
    assert status(other, app_id) == "REPLICATION_FAILED"


def test_what_cannot_be_replicated_makes_the_configuration_invalid() -> None:
    site = with_catalog("vm-1", "vm-2")
    app_id = shop(site, HOURLY._replace(license_type="AWS"))
    apps.start_app_replication(site.world, app_id)
    site.work()
    assert status(site, app_id) == "CONFIGURATION_INVALID"
    assert site.app(app_id).replication.message.count("can only be BYOL") == 2
    catalog.delete_server_catalog(site.world)
    site.stand(app_id, replication="READY_FOR_REPLICATION")
    apps.start_app_replication(site.world, app_id)
    site.work()
    assert "is not in the server catalog" in site.app(app_id).replication.message
    assert site.store.replication_jobs(limit=9) == ()


def test_too_many_jobs_make_the_start_fail() -> None:
    site = with_catalog("vm-1", "vm-2", site=Site(max_replications=1))
    app_id = shop(site)
    apps.start_app_replication(site.world, app_id)
    site.work()
    assert status(site, app_id) == "REPLICATION_FAILED"
    assert "at most 1 servers" in site.app(app_id).replication.message


def test_a_stop_deletes_the_jobs_and_it_can_begin_again() -> None:
    site = with_catalog("vm-1", "vm-2")
    app_id = shop(site)
    apps.start_app_replication(site.world, app_id)
    site.work()
    apps.stop_app_replication(site.world, app_id)
    assert status(site, app_id) == "REPLICATION_STOPPING"
    site.work()
    after = site.app(app_id)
    assert after.replication.status == "REPLICATION_STOPPED"
    assert sorted(after.replication.terminated) == ids(site) or len(after.replication.terminated) == 2
    assert {job.state for job in site.store.replication_jobs(limit=9)} == {"DELETED"}
    apps.start_app_replication(site.world, app_id)
    site.work()
    assert status(site, app_id) == "REPLICATED"
    assert site.app(app_id).replication.terminated == ()


def test_a_stop_that_fails_is_told_and_tried_again() -> None:
    site = with_catalog("vm-1")
    app_id = shop(site)
    apps.start_app_replication(site.world, app_id)
    site.work()
    forget = site.manifests.delete

    def refuse(name: str) -> None:
        raise ServiceError("denied", code="AccessDenied")

    site.manifests.delete = refuse  # type: ignore[method-assign] # a fault
    apps.stop_app_replication(site.world, app_id)
    site.work()
    assert status(site, app_id) == "REPLICATION_STOP_FAILED"
    assert "denied" in site.app(app_id).replication.message
    site.manifests.delete = forget  # type: ignore[method-assign] # mended
    apps.stop_app_replication(site.world, app_id)
    site.work()
    assert status(site, app_id) == "REPLICATION_STOPPED"


def test_a_run_on_demand_of_all_servers_or_of_none() -> None:
    site = with_catalog("vm-1", "vm-2")
    app_id = shop(site, HOURLY._replace(frequency=24))
    apps.start_app_replication(site.world, app_id)
    site.work()
    first, _ = site.store.replication_jobs(limit=9)
    for _ in range(2):
        jobs.start_on_demand_run(site.world, first.replication_job_id)
        site.work()
    with pytest.raises(NotPermitted, match="within 24 hours"):
        apps.start_on_demand_app_replication(site.world, app_id)
    assert site.store.jobs(first.replication_job_id) == site.store.jobs(first.replication_job_id)
    site.clock.time += DAY
    site.work()
    apps.start_on_demand_app_replication(site.world, app_id, description="before the cut-over")
    site.work()
    assert status(site, app_id) == "DELTA_REPLICATED"
    for one in site.store.replication_jobs(limit=9):
        assert (
            site.store.replication_runs(one.replication_job_id, limit=1)[0].description
            == "before the cut-over"
        )


def test_auto_launch_launches_once_replication_is_done() -> None:
    from smsgen.operations.apps.configure_launch import GroupLaunch, LaunchConfiguration

    site = with_catalog("vm-1", "vm-2")
    app_id = shop(site)
    (group,) = site.app(app_id).app.server_groups
    servers = tuple(
        (one.server_id, GOOD._replace(logical_id=f"web{at}")) for at, one in enumerate(group.server_list)
    )
    wanted = LaunchConfiguration(auto_launch=True, groups=(GroupLaunch(group.server_group_id, 0, servers),))
    put_launch_configuration(site.world, app_id, wanted)
    apps.start_app_replication(site.world, app_id)
    site.work()
    assert (status(site, app_id), site.app(app_id).launch.status) == ("REPLICATED", "LAUNCHED")
    site.clock.time += 3600
    site.work()
    assert (status(site, app_id), site.app(app_id).launch.status) == ("DELTA_REPLICATED", "LAUNCHED")


def test_deleting_an_application_by_force_stops_its_jobs() -> None:
    site = with_catalog("vm-1")
    app_id = shop(site)
    apps.start_app_replication(site.world, app_id)
    site.work()
    with pytest.raises(NotPermitted, match="being replicated"):
        delete_app(site.world, app_id)
    delete_app(site.world, app_id, stop_replication=True)
    site.work()
    assert [job.state for job in site.store.replication_jobs(limit=9)] == ["DELETED"]


def test_a_job_that_was_made_by_itself_is_the_applications() -> None:
    site = with_catalog("vm-1")
    made = jobs.create_replication_job(site.world, ids(site)[0], HOURLY)
    app_id = shop(site)
    apps.start_app_replication(site.world, app_id)
    site.work()
    assert site.app(app_id).app.server_groups[0].server_list[0].replication_job_id == made.replication_job_id
    assert len(site.store.replication_jobs(limit=9)) == 1
    assert status(site, app_id) == "REPLICATED"


def test_every_state_is_one_of_the_api() -> None:
    assert len(ReplicationStatus) == 16  # and PARTIALLY_REPLICATED, which came later
    assert (len(JobState), len(RunState)) == (8, 7)
