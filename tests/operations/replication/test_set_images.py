"""Images that somebody else made are completed runs: of the server's job, or of a job of their own."""

from __future__ import annotations

import pytest

import smsgen
from smsgen.model.replicating.jobs import ReplicationRun
from smsgen.operations.apps.world import BadParameter
from smsgen.operations.replication import apps, jobs
from tests.operations.replication.site import HOURLY, job, replicate, runs, states, with_catalog
from tests.operations.replication.test_apps import shop, status
from tests.operations.worlds import Site

FIRST, SECOND = "ami-11111111", "ami-22222222"
GROUP = {"name": "web", "serverList": [{"serverId": "s-00000001"}, {"serverId": "s-00000002"}]}


def test_the_api_tells_of_a_recorded_image_as_of_any_other() -> None:
    with smsgen.Service(region="eu-central-1", workers=0) as service:
        app_id = service.create_app(name="shop", serverGroups=[GROUP])["appSummary"]["appId"]
        service.set_image(app_id, "s-00000001", FIRST)
        assert "latestReplicationTime" not in service.get_app(appId=app_id)["appSummary"]
        service.set_image(app_id, "s-00000002", SECOND)
        answer = service.get_app(appId=app_id)
        assert answer["appSummary"]["latestReplicationTime"] >= answer["appSummary"]["creationTime"]
        assert answer["appSummary"]["replicationStatus"] == "READY_FOR_CONFIGURATION"
        listed = service.get_replication_jobs()["replicationJobList"]
        images = {one["serverId"]: one["latestAmiId"] for one in listed}
        assert images == {"s-00000001": FIRST, "s-00000002": SECOND}
        assert {(one["state"], one["runOnce"]) for one in listed} == {("COMPLETED", True)}
        servers = answer["serverGroups"][0]["serverList"]
        assert {one["replicationJobId"] for one in servers} == {one["replicationJobId"] for one in listed}
        assert not any(one.get("replicationJobTerminated") for one in servers)
        job_id = listed[0]["replicationJobId"]
        (run,) = service.get_replication_runs(replicationJobId=job_id)["replicationRunList"]
        assert (run["state"], run["type"], run["amiId"]) == (
            "COMPLETED",
            "ON_DEMAND",
            listed[0]["latestAmiId"],
        )
        assert run["completedTime"]
        assert "set-image" in run["statusMessage"]
        with pytest.raises(service.exceptions.OperationNotPermittedException):
            service.start_on_demand_replication_run(replicationJobId=job_id)
        service.delete_replication_job(replicationJobId=job_id)


def test_a_second_image_is_a_second_run_and_the_same_one_is_none() -> None:
    site = Site()
    app_id = site.create().app.app_id
    server = "s-00000001"
    for image in (FIRST, FIRST, SECOND, SECOND, "ssm:/shop/image", "ssm:/shop/image"):
        site.set_images(app_id, {server: image})
    (made,) = site.store.replication_jobs(limit=9)
    third, second, first = runs(site, made)
    assert [run.ami_id for run in (first, second, third)] == [FIRST, SECOND, ""]
    assert "ssm:/shop/image" in third.message
    assert made.latest_ami_id == SECOND
    assert site.app(app_id).app.server_groups[0].server_list[0].image_id == "ssm:/shop/image"


def test_a_job_that_goes_on_gets_the_run_and_goes_on() -> None:
    site = with_catalog("vm-1")
    app_id = shop(site, HOURLY._replace(number_of_recent_amis_to_keep=1))
    apps.start_app_replication(site.world, app_id)
    site.work()
    (made,) = site.store.replication_jobs(limit=9)
    site.set_images(app_id, {made.server_id: FIRST})
    after = job(site, made)
    assert (after.state, after.latest_ami_id, after.next_run) == ("ACTIVE", FIRST, made.next_run)
    assert status(site, app_id) == "REPLICATED"
    for _ in range(3):
        site.clock.time += 3600
        site.work()
    assert states(site, made) == ["DELETED", "COMPLETED", "DELETED", "COMPLETED", "COMPLETED"]
    assert [run.recorded for run in runs(site, made)] == [None, None, None, True, None]
    assert job(site, made).latest_ami_id != FIRST


def test_replication_that_begins_later_makes_a_job_and_the_end_of_the_first_one_deletes_nothing() -> None:
    site = with_catalog("vm-1")
    app_id = shop(site)
    site.set_images(app_id, {site.app(app_id).app.server_groups[0].server_list[0].server_id: FIRST})
    (by_hand,) = site.store.replication_jobs(limit=9)
    apps.start_app_replication(site.world, app_id)
    site.work()
    assert status(site, app_id) == "REPLICATED"
    (server,) = site.app(app_id).app.server_groups[0].server_list
    assert server.replication_job_id != by_hand.replication_job_id
    assert len(site.store.replication_jobs(limit=9)) == 2
    jobs.delete_replication_job(site.world, by_hand.replication_job_id)
    site.work()
    assert job(site, by_hand).state == "DELETED"
    assert [run.state for run in runs(site, by_hand)] == ["COMPLETED"]
    assert len(site.ec2.images) == 1
    assert status(site, app_id) == "REPLICATED"
    assert site.app(app_id).app.server_groups[0].server_list[0] == server
    assert site.app(app_id).replication.terminated == ()


def test_all_are_recorded_or_none() -> None:
    site = with_catalog("vm-1")
    made = replicate(site)
    app_id = shop(site)
    with pytest.raises(BadParameter):
        site.set_images(app_id, {made.server_id: FIRST, "s-ffffffff": SECOND})
    assert runs(site, made) == ()
    assert job(site, made).latest_ami_id == ""


def test_a_run_of_an_older_store_is_no_recorded_one() -> None:
    from smsgen.store.codec import to_plain, to_record

    document = to_plain(ReplicationRun("sms-run-00000001", "sms-job-00000001", 1))
    assert "recorded" not in document
    read: ReplicationRun = to_record(ReplicationRun, document)
    assert read.recorded is None
