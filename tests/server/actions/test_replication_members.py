"""Members of the operations of replication that no other test looks at: what is done with each of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from smsgen.server.api.protocol import Fault
from tests.operations.replication.site import found
from tests.server.actions.test_every_status import Watched, configured, imported, job_of_one
from tests.server.calls import Caller

DAY = 86_400.0


def at(call: Caller, seconds: float = 0.0) -> datetime:
    return datetime.fromtimestamp(call.site.clock.now() + seconds, UTC)


def only_job(call: Caller, job_id: str) -> dict[str, Any]:
    (job,) = call("GetReplicationJobs", replicationJobId=job_id)["replicationJobList"]
    return dict(job)


@pytest.mark.parametrize(
    ("addresses", "vms"),
    [
        ([{"vmManagerId": "vcenter-1", "vmId": "vm-2"}], ["vm-2"]),
        ([{"vmId": "vm-1"}], ["vm-1"]),
        ([{"vmManagerId": "vcenter-1"}], ["vm-1", "vm-2"]),
        ([{"vmId": "vm-1"}, {"vmManagerId": "vcenter-1", "vmId": "vm-2"}], ["vm-1", "vm-2"]),
        ([{"vmManagerId": "vcenter-2", "vmId": "vm-1"}], []),
        ([{}], ["vm-1", "vm-2"]),
        ([], ["vm-1", "vm-2"]),
    ],
)
def test_servers_are_found_by_address_or_a_part_of_it(addresses: Any, vms: list[str]) -> None:
    call = Caller()
    imported(call, "vm-1", "vm-2")
    found: list[str] = []
    page: dict[str, Any] = {"maxResults": 1}
    while True:
        answer = call("GetServers", vmServerAddressList=addresses, **page)
        found += [one["vmServer"]["vmServerAddress"]["vmId"] for one in answer["serverList"]]
        if "nextToken" not in answer:
            break
        page["nextToken"] = answer["nextToken"]
    assert sorted(found) == vms


def test_a_page_goes_on_with_the_addresses_that_it_began_with() -> None:
    call = Caller()
    imported(call, "vm-1", "vm-2")
    both = [{"vmManagerId": "vcenter-1"}]
    token = call("GetServers", vmServerAddressList=both, maxResults=1)["nextToken"]
    with pytest.raises(Fault, match="nextToken"):
        call("GetServers", vmServerAddressList=[{"vmId": "vm-1"}], maxResults=1, nextToken=token)


def test_an_application_knows_its_servers_by_the_catalog_and_their_jobs() -> None:
    call = Caller()
    job_id = job_of_one(call, frequency=12)
    call.site.work()
    (server,) = call("GetServers")["serverList"]
    assert (server["replicationJobId"], server["replicationJobTerminated"]) == (job_id, False)
    app_id = call.create(server["serverId"])
    (shown,) = call("GetApp", appId=app_id)["serverGroups"][0]["serverList"]
    assert shown["vmServer"] == server["vmServer"]
    assert shown["replicationJobId"] == job_id
    call.configure(app_id)
    call("LaunchApp", appId=app_id)  # its image is there already
    call.site.work()
    assert call.status(app_id) == "LAUNCHED"
    call("DeleteReplicationJob", replicationJobId=job_id)
    call.site.work()
    (shown,) = call("GetApp", appId=app_id)["serverGroups"][0]["serverList"]
    assert shown["replicationJobTerminated"] is True
    (server,) = call("GetServers")["serverList"]
    assert server["replicationJobTerminated"] is True


def test_what_the_caller_says_of_a_server_stands() -> None:
    call = Caller()
    (server,) = imported(call, "vm-1")
    group = {"name": "web", "serverList": [{"serverId": server, "vmServer": {"vmName": "db"}}]}
    made = call("CreateApp", name="shop", serverGroups=[group])
    assert made["serverGroups"][0]["serverList"][0]["vmServer"] == {"vmName": "db"}


def test_a_job_shows_what_it_was_made_with_and_what_becomes_of_it() -> None:
    call = Caller()
    said = {
        "frequency": 12,
        "runOnce": False,
        "licenseType": "BYOL",
        "roleName": "sms",
        "description": "nightly",
        "numberOfRecentAmisToKeep": 3,
        "encrypted": True,
    }
    job_id = job_of_one(call, **said)
    before = only_job(call, job_id)
    assert {name: before[name] for name in said} == said
    assert before["seedReplicationTime"] == before["nextReplicationRunStartTime"] == at(call)
    assert (before["state"], "latestAmiId" in before, before["replicationRunList"]) == ("PENDING", False, [])
    call.site.work()
    after = only_job(call, job_id)
    (run,) = after["replicationRunList"]
    assert after["latestAmiId"] == run["amiId"]
    assert after["nextReplicationRunStartTime"] == at(call, DAY / 2)
    assert (run["state"], run["type"], run["encrypted"]) == ("COMPLETED", "AUTOMATIC", True)
    assert (run["scheduledStartTime"], run["completedTime"]) == (at(call), at(call))
    assert run["stageDetails"]["stage"] == "Completed"
    answer = call("GetReplicationRuns", replicationJobId=job_id)
    assert (answer["replicationJob"], answer["replicationRunList"]) == (after, [run])


def test_the_members_of_an_update_are_all_of_the_next_run() -> None:
    call = Caller()
    job_id = job_of_one(call, frequency=12)
    call.site.work()
    changes = {
        "frequency": 24,
        "nextReplicationRunStartTime": at(call, DAY),
        "licenseType": "BYOL",
        "roleName": "other",
        "description": "daily",
        "numberOfRecentAmisToKeep": 0,
        "encrypted": True,
    }
    call("UpdateReplicationJob", replicationJobId=job_id, **changes)
    after = only_job(call, job_id)
    assert {name: after[name] for name in changes} == changes
    call.site.clock.time += DAY
    call.site.work()
    newest, oldest = call("GetReplicationRuns", replicationJobId=job_id)["replicationRunList"]
    assert (newest["encrypted"], "encrypted" in oldest) == (True, False)
    call("UpdateReplicationJob", replicationJobId=job_id, encrypted=False)
    assert only_job(call, job_id)["encrypted"] is False
    past = at(call) - timedelta(days=3)
    call("UpdateReplicationJob", replicationJobId=job_id, nextReplicationRunStartTime=past)
    assert only_job(call, job_id)["nextReplicationRunStartTime"] == at(call)


def test_a_seed_time_ahead_is_when_the_jobs_of_an_application_begin() -> None:
    sms = Watched()
    app_id = configured(sms, "vm-1", "vm-2", frequency=24, seedTime=at(sms, DAY))
    sms("StartAppReplication", appId=app_id)
    sms.wait()
    assert sms("GetApp", appId=app_id)["appSummary"]["replicationStatus"] == "REPLICATION_PENDING"
    jobs = sms("GetReplicationJobs")["replicationJobList"]
    assert {job["nextReplicationRunStartTime"] for job in jobs} == {at(sms, DAY)}
    shown = sms("GetAppReplicationConfiguration", appId=app_id)["serverGroupReplicationConfigurations"]
    servers = shown[0]["serverReplicationConfigurations"]
    assert {one["server"]["replicationJobId"] for one in servers} == {job["replicationJobId"] for job in jobs}
    assert {one["serverReplicationParameters"]["seedTime"] for one in servers} == {at(sms, DAY)}


def test_an_application_of_the_catalog_has_the_role_that_is_named() -> None:
    call = Caller()
    imported(call, "vm-1")
    call.site.inventories.found["/images"] = [found("vm-1", application="shop", group="web")]
    call("ImportServerCatalog")
    call.site.work()
    call("ImportAppCatalog", roleName="sms")
    call("ImportAppCatalog")
    (app,) = call("ListApps")["apps"]
    assert (app["name"], app["roleName"], app["importedAppId"]) == ("shop", "sms", "inventory/shop")
    (group,) = call("GetApp", appId=app["appId"])["serverGroups"]
    assert (group["name"], group["serverList"][0]["vmServer"]["vmName"]) == ("web", "name-vm-1")
