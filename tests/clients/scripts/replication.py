"""A whole migration with boto3 and nothing of smsgen's own: catalog, replication, launch, delta, second launch, end.

A connector to two Linux servers is there. The images of the servers are files in the folder IMAGES, which this script
changes as the servers themselves would. Each step prints a line of the story.
"""

import datetime
import json
import os
import pathlib
import re
import time

import boto3
from common import ENDPOINT, aws, network

HERE = pathlib.Path(os.environ["IMAGES"])


def main():
    sms = boto3.client("sms", endpoint_url=ENDPOINT)
    servers = catalog(sms)
    app_id, groups = application(sms, servers)
    replicated(sms, app_id)
    launched(sms, app_id, groups)
    changed(sms, app_id)
    ended(sms, app_id)


def say(text):
    print(text, flush=True)


def catalog(sms):
    (connector,) = sms.get_connectors()["connectorList"]
    assert connector["status"] == "HEALTHY"
    sms.import_server_catalog()
    wait(lambda: sms.get_servers()["serverCatalogStatus"], "AVAILABLE")
    pages = sms.get_paginator("get_servers").paginate(PaginationConfig={"PageSize": 1})
    servers = pages.build_full_result()["serverList"]
    addresses = [server["vmServer"]["vmServerAddress"] for server in servers]
    found = sms.get_servers(vmServerAddressList=addresses[:1])["serverList"]
    assert [server["serverId"] for server in found] == [servers[0]["serverId"]]
    names = ", ".join(sorted(server["vmServer"]["vmName"] for server in servers))
    say(f"catalog       connector {connector['connectorId']} finds {names}")
    return sorted(servers, key=lambda server: server["vmServer"]["vmName"])


def application(sms, servers):
    wanted = [{"name": server["vmServer"]["vmName"], "serverList": [server]} for server in servers]
    made = sms.create_app(name="shop", serverGroups=wanted, tags=[{"key": "CostCenter", "value": "4711"}])
    app_id, groups = made["appSummary"]["appId"], made["serverGroups"]
    how = {"frequency": 24, "numberOfRecentAmisToKeep": 5, "licenseType": "BYOL"}
    sms.put_app_replication_configuration(
        appId=app_id,
        serverGroupReplicationConfigurations=[
            {
                "serverGroupId": group["serverGroupId"],
                "serverReplicationConfigurations": [
                    {
                        "server": server,
                        "serverReplicationParameters": {
                            **how,
                            "seedTime": datetime.datetime.now(datetime.UTC),
                        },
                    }
                    for server in group["serverList"]
                ],
            }
            for group in groups
        ],
    )
    say(f"application   {app_id}: {', '.join(group['name'] for group in groups)}, every 24 hours")
    return app_id, groups


def replicated(sms, app_id):
    sms.start_app_replication(appId=app_id)
    wait(lambda: status(sms, app_id, "replication"), "REPLICATED")
    assert sms.get_app(appId=app_id)["appSummary"]["latestReplicationTime"]
    tell_runs(sms, app_id)


def tell_runs(sms, app_id):
    for job in jobs(sms, app_id):
        pages = sms.get_paginator("get_replication_runs").paginate(
            replicationJobId=job["replicationJobId"], PaginationConfig={"PageSize": 1}
        )
        run = pages.build_full_result()["replicationRunList"][0]
        assert run["state"] == "COMPLETED", run
        assert run["amiId"] == job["latestAmiId"]
        name = job["vmServer"]["vmName"]
        say(f"replication   {name} -> {run['amiId']} ({run['stageDetails']['stageProgress']})")


def jobs(sms, app_id):
    servers = [one for group in sms.get_app(appId=app_id)["serverGroups"] for one in group["serverList"]]
    mine = {server["replicationJobId"] for server in servers}
    found = sms.get_paginator("get_replication_jobs").paginate().build_full_result()["replicationJobList"]
    return [job for job in found if job["replicationJobId"] in mine]


def launched(sms, app_id, groups):
    sms.put_app_launch_configuration(
        appId=app_id,
        serverGroupLaunchConfigurations=[
            {
                "serverGroupId": group["serverGroupId"],
                "launchOrder": order,
                "serverLaunchConfigurations": [
                    {"server": server, "logicalId": group["name"], "instanceType": "m5.large", **network()}
                    for server in group["serverList"]
                ],
            }
            for order, group in enumerate(groups)
        ],
    )
    body = document(sms.generate_template(appId=app_id, templateFormat="JSON"))
    kinds = [f"{name} ({one['Type']})" for name, one in body["Resources"].items()]
    say(f"template      {', '.join(kinds)}")
    launch(sms, app_id)


def launch(sms, app_id):
    sms.launch_app(appId=app_id)
    wait(lambda: status(sms, app_id, "launch"), "LAUNCHED")
    details = sms.get_app(appId=app_id)["appSummary"]["launchDetails"]
    ids = images(details["stackId"])
    assert sorted(ids) == sorted(job["latestAmiId"] for job in jobs(sms, app_id))
    say(f"launch        stack {details['stackName']} runs {', '.join(sorted(ids))}")


def images(stack):
    template = aws("cloudformation").get_template(StackName=stack)["TemplateBody"]
    return set(re.findall(r"ami-[0-9a-f]+", str(template)))


def changed(sms, app_id):
    """The servers go on, one of them writes; a second image, a change set that says so, a second launch."""
    image = sorted(HERE.glob("*.img"))[0]
    before = {job["vmServer"]["vmName"]: job["latestAmiId"] for job in jobs(sms, app_id)}
    with image.open("r+b") as disk:
        disk.seek(3 << 20)
        disk.write(b"an order of today")
    sms.start_on_demand_app_replication(appId=app_id, description="before the cut-over")
    wait(lambda: status(sms, app_id, "replication"), "DELTA_REPLICATED")
    tell_runs(sms, app_id)
    after = {job["vmServer"]["vmName"]: job["latestAmiId"] for job in jobs(sms, app_id)}
    assert all(before[name] != after[name] for name in before)
    changes = document(sms.generate_change_set(appId=app_id, changesetFormat="JSON"))["changeSet"]["Changes"]
    found = {one["ResourceChange"]["LogicalResourceId"]: one["ResourceChange"] for one in changes}
    assert {change["Replacement"] for change in found.values()} == {"True"}
    say(f"change set    {', '.join(f'{name}: replaced' for name in sorted(found))}")
    launch(sms, app_id)


def ended(sms, app_id):
    sms.stop_app_replication(appId=app_id)
    wait(lambda: status(sms, app_id, "replication"), "REPLICATION_STOPPED")
    states = {job["state"] for job in jobs(sms, app_id)}
    assert states == {"DELETED"}, states
    servers = [one for group in sms.get_app(appId=app_id)["serverGroups"] for one in group["serverList"]]
    assert all(server["replicationJobTerminated"] for server in servers)
    sms.terminate_app(appId=app_id)
    wait(lambda: status(sms, app_id, "launch"), "TERMINATED")
    sms.delete_app(appId=app_id)
    sms.delete_server_catalog()
    assert sms.get_servers()["serverCatalogStatus"] == "DELETED"
    (connector,) = sms.get_connectors()["connectorList"]
    sms.disassociate_connector(connectorId=connector["connectorId"])
    assert sms.get_connectors()["connectorList"] == []
    say("end           replication stopped, stack terminated, application deleted; images stay")


def status(sms, app_id, what):
    return sms.get_app(appId=app_id)["appSummary"][f"{what}Status"]


def wait(look, end):
    seen = ""
    for _ in range(900):
        seen = look()
        if seen == end:
            return
        assert not re.search("FAILED|INVALID", seen), seen
        time.sleep(0.1)
    raise AssertionError(f"{seen} did not become {end}")


def document(answer):
    where = answer["s3Location"]
    return json.loads(aws("s3").get_object(Bucket=where["bucket"], Key=where["key"])["Body"].read())


if __name__ == "__main__":
    main()
