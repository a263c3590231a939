"""What EventBridge is told of replication: with the commit that it tells of, at least once, and never in its way."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from smsgen.errors import ServiceError
from smsgen.model.replicating.notices import detail_of
from smsgen.operations.ports.disks import SourceUnreadable
from smsgen.operations.replication import jobs
from tests.operations.replication.fakes import Disk
from tests.operations.replication.site import HOURLY, job, replicate, runs, states, take, with_catalog
from tests.operations.worlds import Site

HOUR = 3600.0


@pytest.fixture
def site() -> Site:
    return with_catalog("vm-1", site=Site(event_bus="default"))


def told(site: Site) -> list[str]:
    return [notice.state for notice in site.events.sent]


def test_nobody_is_told_where_no_bus_is_named() -> None:
    site = with_catalog("vm-1")
    replicate(site)
    site.work()
    assert (site.events.sent, site.store.queue[0].kind) == ([], "schedule-replication")


def test_a_run_that_makes_an_image_is_told_of_with_the_old_keys(site: Site) -> None:
    made = replicate(site)
    site.work()
    (run,) = runs(site, made)
    (notice,) = site.events.sent
    assert detail_of(notice) == {
        "state": "Completed",
        "replication-job-id": made.replication_job_id,
        "replication-run-id": run.replication_run_id,
        "ami-id": run.ami_id,
        "version": "1.0",
    }
    assert (notice.bus, notice.time) == ("default", run.completed)
    assert site.store.notice(notice.notice_id) is None


def test_runs_that_fail_or_are_missed_and_jobs_that_pause_or_are_deleted(site: Site) -> None:
    made = replicate(site)
    machines = site.inventories.machines.pop("vm-1")
    for _ in range(3):
        site.work()
        site.clock.time += HOUR
    assert told(site) == ["Failed", "Failed", "Failed", "PausedOnFailure"]
    site.inventories.machines["vm-1"] = machines
    jobs.update_replication_job(site.world, made.replication_job_id, jobs.JobUpdate())
    site.work()
    site.clock.time += 2 * HOUR
    site.work()
    assert told(site)[4:] == ["Completed", "Missed", "Completed"]
    jobs.delete_replication_job(site.world, made.replication_job_id)
    site.work()
    assert told(site)[7:] == ["Deleted"]
    assert detail_of(site.events.sent[-1]) == {
        "state": "Deleted",
        "replication-job-id": made.replication_job_id,
        "replication-run-id": "N/A",
        "version": "1.0",
    }


def test_of_many_runs_that_were_missed_one_is_told_of(site: Site) -> None:
    made = replicate(site)
    site.work()
    site.clock.time += 48.5 * HOUR
    site.work()
    assert states(site, made).count("MISSED") == 47
    assert told(site) == ["Completed", "Missed", "Completed"]


def test_a_job_that_ran_once_and_failed_is_told_of_once(site: Site) -> None:
    def refuse(*_: Any) -> Any:
        raise SourceUnreadable("the medium fails")

    site.inventories.disks = refuse  # type: ignore[method-assign] # a fault
    replicate(site, HOURLY._replace(frequency=None, run_once=True))
    site.work()
    assert told(site) == ["Failed"]


def test_trouble_that_passes_is_tried_again_and_keeps_the_order(site: Site) -> None:
    site.events.errors = [ServiceError("slow down", code="ThrottlingException")] * 3
    made = replicate(site)
    site.work()
    assert states(site, made) == ["COMPLETED"]
    assert told(site) == []
    jobs.delete_replication_job(site.world, made.replication_job_id)
    for _ in range(6):
        site.work()
        site.clock.time += 400.0
    assert told(site) == ["Completed", "Deleted"]


def test_what_lasts_is_logged_and_lets_replication_go_on(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.events.errors = [ServiceError("AWS denies events:PutEvents", code="AccessDeniedException")]
    made = replicate(site)
    with caplog.at_level(logging.WARNING, "smsgen.jobs"):
        site.work()
    assert (states(site, made), told(site)) == (["COMPLETED"], [])
    (record,) = caplog.records
    assert "AWS denies events:PutEvents" in record.getMessage()
    assert made.replication_job_id in record.getMessage()
    assert [one.kind for one in site.store.queue] == ["schedule-replication"]
    assert not [place for place in site.store.records if place[0] == "Notice"]


def test_who_is_killed_after_sending_sends_again(site: Site) -> None:
    made = replicate(site)
    take(site, "schedule-replication")
    take(site, "replicate")
    commit = site.store.commit

    def killed(change: Any) -> Any:
        raise KeyboardInterrupt

    site.store.commit = killed
    with pytest.raises(KeyboardInterrupt):
        take(site, "notify")
    site.store.commit = commit
    site.clock.time += site.world.settings.lease + 1
    site.work("worker-2")
    assert told(site) == ["Completed", "Completed"]
    assert site.events.sent[0] == site.events.sent[1]
    assert job(site, made).state == "ACTIVE"


def test_what_is_not_committed_is_not_told(site: Site) -> None:
    """Another worker took the run over: what this one decided of it is nothing."""
    made = replicate(site)
    take(site, "schedule-replication")

    def slept() -> None:
        site.ec2.before_register = lambda: None
        site.clock.time += site.world.settings.lease + 1
        site.inventories.machines["vm-1"] = [Disk({0: 1, 3: 7})]
        assert take(site, "replicate")

    site.ec2.before_register = slept
    take(site, "replicate")
    site.work()
    assert states(site, made) == ["COMPLETED"]
    assert told(site) == ["Completed"]
