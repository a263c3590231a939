"""Replication jobs of single servers with boto3 and nothing of smsgen's own; and what they refuse.

A connector to two Linux servers is there.
"""

import datetime
import time

import boto3
from common import ENDPOINT, refused

DAY = datetime.timedelta(days=1)


def main():
    sms = boto3.client("sms", endpoint_url=ENDPOINT)
    error = sms.exceptions
    nobody = sms.create_replication_job
    now = datetime.datetime.now(datetime.UTC)
    assert "server catalog" in refused(
        error.InvalidParameterException, nobody, serverId="s-00000000", seedReplicationTime=now, frequency=1
    )
    sms.import_server_catalog()
    until(lambda: sms.get_servers()["serverCatalogStatus"] == "AVAILABLE")
    first, second = (server["serverId"] for server in sms.get_servers()["serverList"])
    one = again_and_again(sms, first, now)
    once(sms, second, now)
    ended(sms, one)


def again_and_again(sms, server_id, now):
    how = {"serverId": server_id, "seedReplicationTime": now, "frequency": 12}
    job_id = sms.create_replication_job(**how, description="nightly", licenseType="BYOL")["replicationJobId"]
    error = sms.exceptions
    refused(error.ReplicationJobAlreadyExistsException, sms.create_replication_job, **how)
    until(lambda: states(sms, job_id) == ["COMPLETED"])
    job = only(sms, job_id)
    assert job["state"] == "ACTIVE"
    later = job["nextReplicationRunStartTime"] - now
    assert abs(later - datetime.timedelta(hours=12)) < datetime.timedelta(minutes=10), later
    sms.update_replication_job(
        replicationJobId=job_id,
        frequency=24,
        nextReplicationRunStartTime=now + 2 * DAY,
        description="",
        numberOfRecentAmisToKeep=1,
    )
    after = only(sms, job_id)
    assert (after["frequency"], after["numberOfRecentAmisToKeep"]) == (24, 1)
    assert abs(after["nextReplicationRunStartTime"] - now - 2 * DAY) < datetime.timedelta(seconds=2)
    for number in (2, 3):
        time.sleep(1.1)  # EC2 tells the age of images in seconds
        run_id = sms.start_on_demand_replication_run(replicationJobId=job_id)["replicationRunId"]
        until(
            lambda number=number: states(sms, job_id)[0] == "COMPLETED" and len(states(sms, job_id)) == number
        )
        latest = sms.get_replication_runs(replicationJobId=job_id, maxResults=1)["replicationRunList"][0]
        assert (latest["replicationRunId"], latest["amiId"]) == (run_id, only(sms, job_id)["latestAmiId"])
    refused(
        error.ReplicationRunLimitExceededException,
        sms.start_on_demand_replication_run,
        replicationJobId=job_id,
    )
    # One image is kept, and the one before it as long as something may be launched from it.
    assert states(sms, job_id).count("DELETED") == 1
    return job_id


def once(sms, server_id, now):
    made = sms.create_replication_job(serverId=server_id, seedReplicationTime=now, runOnce=True)
    job_id = made["replicationJobId"]
    until(lambda: only(sms, job_id)["state"] == "COMPLETED")
    assert "nextReplicationRunStartTime" not in only(sms, job_id)
    error = sms.exceptions.OperationNotPermittedException
    refused(error, sms.start_on_demand_replication_run, replicationJobId=job_id)


def ended(sms, job_id):
    sms.delete_replication_job(replicationJobId=job_id)
    until(lambda: only(sms, job_id)["state"] == "DELETED")
    error = sms.exceptions.ReplicationJobNotFoundException
    refused(error, sms.delete_replication_job, replicationJobId=job_id)
    refused(error, sms.update_replication_job, replicationJobId="sms-job-00000000", frequency=1)
    servers = {server["replicationJobId"]: server for server in sms.get_servers()["serverList"]}
    assert servers[job_id]["replicationJobTerminated"]


def only(sms, job_id):
    (job,) = sms.get_replication_jobs(replicationJobId=job_id)["replicationJobList"]
    return job


def states(sms, job_id):
    pages = sms.get_paginator("get_replication_runs").paginate(
        replicationJobId=job_id, PaginationConfig={"PageSize": 1}
    )
    found = [run["state"] for run in pages.build_full_result()["replicationRunList"]]
    assert "FAILED" not in found, sms.get_replication_runs(replicationJobId=job_id)
    return found


def until(look):
    for _ in range(600):
        if look():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come to that")


if __name__ == "__main__":
    main()
