"""Replication jobs and their runs, on doubles: schedules, images, failures, deletions; every state is seen here."""

from __future__ import annotations

from typing import Any

import pytest

from smsgen.errors import ServiceError
from smsgen.model.managed import ReplicationParameters
from smsgen.operations.apps.world import BadParameter, NotPermitted
from smsgen.operations.jobs.carry_out import carry_out_one
from smsgen.operations.ports.disks import SourceUnreadable
from smsgen.operations.replication import jobs
from smsgen.operations.replication.refusals import (
    JobExists,
    NoConnectors,
    NotReplicable,
    TooManyRuns,
    UnknownJob,
)
from tests.operations.replication.fakes import Disk
from tests.operations.replication.site import (
    HOURLY,
    ONCE,
    ids,
    job,
    replicate,
    runs,
    states,
    take,
    with_catalog,
)
from tests.operations.worlds import Site

HOUR, DAY = 3600.0, 86_400.0


def fail_reading(site: Site) -> None:
    """Let no disk be read any more."""

    def refuse(*_: Any) -> Any:
        raise SourceUnreadable("the medium fails")

    site.inventories.disks = refuse  # type: ignore[method-assign] # a fault


def test_a_run_makes_an_image_of_all_disks_and_the_next_one_sends_what_changed() -> None:
    site = with_catalog("vm-1")
    site.inventories.machines["vm-1"] = [Disk({0: 1, 3: 7}), Disk({1: 2})]
    made = replicate(site)
    assert made.state == "PENDING"
    assert take(site, "schedule-replication")
    assert [run.state for run in runs(site, made)] == ["PENDING"]
    assert take(site, "replicate")
    after = job(site, made)
    (run,) = runs(site, made)
    assert (after.state, run.state, run.type) == ("ACTIVE", "COMPLETED", "AUTOMATIC")
    assert after.latest_ami_id == run.ami_id
    assert after.next_run == 1_000_000.0 + HOUR
    (image,) = site.ec2.registered
    assert [disk.device for disk in image.disks] == ["/dev/sda1", "/dev/sdb"]
    assert dict(image.tags)["SMSJobId"] == made.replication_job_id
    site.inventories.machines["vm-1"] = [Disk({0: 1, 3: 8}, mark="2"), Disk({1: 2}, mark="2")]
    site.clock.time += HOUR
    site.work()
    second = runs(site, made)[0]
    assert states(site, made) == ["COMPLETED", "COMPLETED"]
    changed = site.snapshots.stored[second.snapshots[0]]
    assert sorted(changed.own) == [3]
    assert changed.request.parent == run.snapshots[0]
    assert site.snapshots.stored[second.snapshots[1]].own == {}


def test_a_job_that_runs_once_is_completed() -> None:
    site = with_catalog("vm-1")
    made = replicate(site, ONCE)
    site.work()
    assert job(site, made).state == "COMPLETED"
    assert job(site, made).next_run is None
    site.clock.time += 20 * DAY
    assert site.work() == 0
    again = replicate(site, ONCE)
    assert again.replication_job_id != made.replication_job_id


def test_a_past_seed_time_runs_at_once_and_one_ahead_waits() -> None:
    site = with_catalog("vm-1", "vm-2")
    now = site.clock.now()
    past = replicate(site, HOURLY._replace(seed_time=now - DAY))
    ahead = replicate(site, HOURLY._replace(seed_time=now + 29 * DAY), server=1)
    site.work()
    assert (job(site, past).state, job(site, ahead).state) == ("ACTIVE", "PENDING")
    site.clock.time = now + 29 * DAY
    site.work()
    assert job(site, ahead).state == "ACTIVE"


def test_a_run_that_falls_due_while_one_is_under_way_is_missed() -> None:
    site = with_catalog("vm-1")
    made = replicate(site)
    take(site, "schedule-replication")
    site.clock.time += HOUR
    take(site, "schedule-replication")
    assert states(site, made) == ["PENDING", "MISSED"]
    assert job(site, made).next_run == 1_000_000.0 + 2 * HOUR
    assert take(site, "replicate")
    assert states(site, made) == ["COMPLETED", "MISSED"]


def test_two_runs_on_demand_a_day_and_none_while_one_is_under_way() -> None:
    site = with_catalog("vm-1")
    made = replicate(site, HOURLY._replace(frequency=24))
    job_id = made.replication_job_id
    site.work()
    first = jobs.start_on_demand_run(site.world, job_id, description="now")
    assert (first.type, first.description, first.state) == ("ON_DEMAND", "now", "PENDING")
    with pytest.raises(NotPermitted, match="is not over yet"):
        jobs.start_on_demand_run(site.world, job_id)
    site.work()
    jobs.start_on_demand_run(site.world, job_id)
    site.work()
    with pytest.raises(TooManyRuns):
        jobs.start_on_demand_run(site.world, job_id)
    site.clock.time += 23.9 * HOUR
    site.work()
    site.clock.time += 0.1 * HOUR
    jobs.start_on_demand_run(site.world, job_id)
    with pytest.raises(BadParameter, match="there is no replication job"):
        jobs.start_on_demand_run(site.world, "sms-job-00000000")


def test_failures_in_a_row_pause_a_job_which_is_resumed_within_four_days_or_deleted() -> None:
    site = with_catalog("vm-1", "vm-2")
    resumed, left = replicate(site), replicate(site, server=1)
    fine = site.inventories.disks
    fail_reading(site)
    site.work()
    assert job(site, resumed).state == "FAILING"
    assert "2 more failed runs in a row pause the job" in job(site, resumed).message
    for _ in range(2):
        site.clock.time += HOUR
        site.work()
    assert [job(site, one).state for one in (resumed, left)] == ["PAUSED_ON_FAILURE"] * 2
    assert states(site, resumed) == ["FAILED"] * 3
    site.inventories.disks = fine  # type: ignore[method-assign] # mended
    site.clock.time += 3.9 * DAY
    jobs.update_replication_job(site.world, resumed.replication_job_id, jobs.JobUpdate())
    site.work()
    assert job(site, resumed).state == "ACTIVE"
    assert states(site, resumed)[-1] == "COMPLETED"
    assert job(site, left).state == "PAUSED_ON_FAILURE"
    site.clock.time += 0.2 * DAY
    site.work()
    assert job(site, left).state == "DELETED"
    assert "paused for 4 days" in job(site, left).message


def test_a_run_on_demand_takes_a_paused_job_up_and_its_schedule_with_it() -> None:
    site = with_catalog("vm-1")
    made = replicate(site)
    fine = site.inventories.disks
    fail_reading(site)
    for _ in range(3):
        site.work()
        site.clock.time += HOUR
    site.inventories.disks = fine  # type: ignore[method-assign] # mended
    jobs.start_on_demand_run(site.world, made.replication_job_id)
    site.work()
    assert job(site, made).state == "ACTIVE"
    site.clock.time += HOUR
    site.work()
    assert states(site, made)[-2:] == ["COMPLETED", "COMPLETED"]


def test_a_job_that_runs_once_fails_for_good() -> None:
    site = with_catalog("vm-1")
    made = replicate(site, ONCE)
    fail_reading(site)
    site.work()
    assert (job(site, made).state, states(site, made)) == ("FAILED", ["FAILED"])
    assert "the medium fails" in runs(site, made)[0].message


def test_a_job_ends_ninety_days_after_its_first_run() -> None:
    site = with_catalog("vm-1")
    made = replicate(site, HOURLY._replace(frequency=24))
    for _ in range(90):
        site.work()
        site.clock.time += DAY
    assert job(site, made).state == "ACTIVE"
    site.work()
    assert job(site, made).state == "DELETED"
    assert "90 days" in job(site, made).message


def test_a_deleted_job_is_deleting_until_nothing_of_it_is_under_way() -> None:
    site = with_catalog("vm-1")
    made = replicate(site)
    take(site, "schedule-replication")

    def deleted(*_: Any) -> None:
        site.snapshots.before_put = lambda *_: None
        jobs.delete_replication_job(site.world, made.replication_job_id)
        assert job(site, made).state == "DELETING"
        raise ServiceError("broken off", code="ValidationException")

    site.snapshots.before_put = deleted
    take(site, "replicate")
    assert job(site, made).state == "DELETING"
    assert states(site, made) == ["ACTIVE"]
    seen: list[list[str]] = []
    forget = site.snapshots.delete
    site.snapshots.delete = lambda one: (seen.append(states(site, made)), forget(one))[1]  # type: ignore[method-assign] # looks
    site.work()
    assert (job(site, made).state, states(site, made)) == ("DELETED", ["DELETED"])
    assert seen
    assert all(one == ["DELETING"] for one in seen)
    assert site.snapshots.stored == {}
    assert site.manifests.stored == {}
    with pytest.raises(UnknownJob):
        jobs.delete_replication_job(site.world, made.replication_job_id)
    site.clock.time += 8 * DAY
    site.work()
    assert site.store.replication_job(made.replication_job_id) is None
    assert runs(site, made) == ()


def test_deletion_keeps_images_and_takes_manifests() -> None:
    site = with_catalog("vm-1")
    made = replicate(site)
    site.work()
    jobs.delete_replication_job(site.world, made.replication_job_id)
    site.work()
    assert len(site.ec2.images) == len(site.snapshots.stored) == 1
    assert site.manifests.stored == {}


def test_retention_deletes_the_oldest_images_and_says_so_of_their_runs() -> None:
    site = with_catalog("vm-1")
    made = replicate(site, HOURLY._replace(number_of_recent_amis_to_keep=2))
    for number in range(4):
        site.inventories.machines["vm-1"] = [Disk({0: number + 1}, mark=str(number))]
        site.work()
        site.clock.time += HOUR
    assert states(site, made) == ["DELETED", "DELETED", "COMPLETED", "COMPLETED"]
    assert len(site.ec2.images) == 2


def test_a_guest_that_needs_drivers_is_imported_from_its_snapshots() -> None:
    site = with_catalog("vm-1", guest="Microsoft Windows Server 2019", firmware="EFI")
    made = replicate(site, HOURLY._replace(license_type="AWS"))
    site.work()
    (request,) = site.ec2.imports.values()
    assert (request.platform, request.license_type, request.boot_mode) == ("Windows", "AWS", "uefi")
    assert runs(site, made)[0].state == "COMPLETED"
    assert runs(site, made)[0].task_id


def test_a_worker_that_is_gone_is_followed_by_one_that_goes_on_where_it_was() -> None:
    site = with_catalog("vm-1")
    made = replicate(site)
    take(site, "schedule-replication")
    sent: list[int] = []
    site.snapshots.after_put = lambda _, index: sent.append(index)

    def gone() -> None:
        site.ec2.before_register = lambda: None
        raise KeyboardInterrupt

    site.ec2.before_register = gone
    with pytest.raises(KeyboardInterrupt):
        take(site, "replicate")
    assert states(site, made) == ["ACTIVE"]
    site.clock.time += site.world.settings.lease + 1
    assert carry_out_one(site.world, "worker-2", ("replicate",))
    assert states(site, made) == ["COMPLETED"]
    assert sorted(sent) == [0, 3]


def test_who_may_not_be_replicated() -> None:
    with pytest.raises(NoConnectors):
        jobs.create_replication_job(Site().world, "s-12345678", HOURLY)
    site = with_catalog("vm-1", "vm-2")
    with pytest.raises(BadParameter, match="not in the server catalog"):
        jobs.create_replication_job(site.world, "s-00000000", HOURLY)
    replicate(site)
    with pytest.raises(JobExists):
        replicate(site)
    with pytest.raises(NotReplicable, match="no connector can read its disks"):
        replicate(with_catalog("vm-1", readable=False))
    with pytest.raises(NotReplicable, match="23 volumes"):
        replicate(with_catalog("vm-1", disks=23))
    few = with_catalog("vm-1", "vm-2", site=Site(max_replications=1))
    replicate(few)
    with pytest.raises(NotPermitted, match="at most 1 servers"):
        replicate(few, server=1)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (ReplicationParameters(), "needs frequency, or runOnce"),
        (HOURLY._replace(frequency=0), "frequency is 0"),
        (HOURLY._replace(frequency=25), "frequency is 25"),
        (HOURLY._replace(number_of_recent_amis_to_keep=271), "270"),
        (HOURLY._replace(seed_time=1_000_000.0 + 31 * DAY), "30 days ahead"),
        (HOURLY._replace(kms_key_id="alias/a"), "kmsKeyId needs encrypted"),
        (HOURLY._replace(license_type="AWS"), "can only be BYOL"),
    ],
)
def test_what_a_job_cannot_be(parameters: ReplicationParameters, words: str) -> None:
    site = with_catalog("vm-1")
    with pytest.raises(BadParameter, match=words):
        replicate(site, parameters)
    assert site.store.replication_jobs(limit=9) == ()


def test_an_update_changes_what_it_says_and_the_next_run() -> None:
    site = with_catalog("vm-1")
    made = replicate(site)
    site.work()
    later = site.clock.now() + 10 * HOUR
    wanted = jobs.JobUpdate(
        frequency=12, next_run=later, description="nightly", number_of_recent_amis_to_keep=5
    )
    jobs.update_replication_job(site.world, made.replication_job_id, wanted)
    after = job(site, made)
    assert (after.parameters.frequency, after.next_run, after.description) == (12, later, "nightly")
    site.clock.time += 2 * HOUR
    assert site.work() == 1  # the old ticket, which does nothing
    assert states(site, made) == ["COMPLETED"]
    site.clock.time = later
    site.work()
    assert states(site, made) == ["COMPLETED", "COMPLETED"]
    assert job(site, made).next_run == later + 12 * HOUR
    with pytest.raises(UnknownJob):
        jobs.update_replication_job(site.world, "sms-job-00000000", jobs.JobUpdate())
    with pytest.raises(BadParameter, match="30 days ahead"):
        jobs.update_replication_job(
            site.world, made.replication_job_id, jobs.JobUpdate(next_run=later + 40 * DAY)
        )


def test_ids_are_the_same_after_every_import() -> None:
    site = with_catalog("vm-1", "vm-2")
    before = ids(site)
    assert with_catalog("vm-1", "vm-2", site=site) is site
    assert ids(site) == before
