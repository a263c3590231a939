"""A whole migration with boto3: create, configure, template, launch, change, validate, terminate, delete."""

import datetime
import json
import time
import uuid

import boto3
from common import ENDPOINT, NEWER_IMAGE, aws, network, refused, set_image

DATABASE, WEB, SECOND_WEB, SHORT = sorted("s-" + uuid.uuid4().hex[:8] for _ in range(4))
GROUPS = [
    {
        "name": "database",
        "serverList": [
            {
                "serverId": DATABASE,
                "serverType": "VIRTUAL_MACHINE",
                "vmServer": {
                    "vmServerAddress": {
                        "vmManagerId": "6c1b1d6c-0c2d-4c0e-9d6a-3c5ad2a0f1aa",
                        "vmId": "vm-101",
                    },
                    "vmName": "db01",
                    "vmManagerName": "vcenter.example.com",
                    "vmManagerType": "VSPHERE",
                    "vmPath": "/Datacenters/DC1/vm/shop/db01",
                },
            }
        ],
    },
    {
        "name": "web",
        "serverList": [
            {"serverId": WEB, "serverType": "VIRTUAL_MACHINE", "vmServer": {"vmName": "web01"}},
        ],
    },
]
TAGS = [{"key": "CostCenter", "value": "4711"}, {"key": "Größe", "value": "5 € / Monat"}]


def main():
    sms = boto3.client("sms", endpoint_url=ENDPOINT)
    app_id, groups = create(sms)
    replication(sms, app_id, groups)
    launch = launch_configuration(sms, app_id, groups)
    template(sms, app_id)
    launched(sms, app_id)
    added_server(sms, app_id, groups, launch)
    change_set(sms, app_id, groups, launch)
    terminated(sms, app_id)
    by_force(sms)


def create(sms):
    token = str(uuid.uuid4())
    wanted = {"name": "shop", "description": "Shop & Söhne", "serverGroups": GROUPS, "tags": TAGS}
    before = datetime.datetime.now(datetime.UTC)
    made = sms.create_app(**wanted, roleName="sms", clientToken=token)
    again = sms.create_app(**wanted, roleName="sms", clientToken=token)
    summary = made["appSummary"]
    app_id = summary["appId"]
    assert again["appSummary"]["appId"] == app_id
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert made["ResponseMetadata"]["RequestId"] != again["ResponseMetadata"]["RequestId"]
    error = refused(
        sms.exceptions.InvalidParameterException, sms.create_app, name="another", clientToken=token
    )
    assert token in error

    assert summary["name"] == "shop"
    assert summary["description"] == "Shop & Söhne"
    assert summary["roleName"] == "sms"
    assert summary["status"] == "ACTIVE"
    assert summary["replicationStatus"] == summary["launchStatus"] == "READY_FOR_CONFIGURATION"
    assert (summary["totalServerGroups"], summary["totalServers"]) == (2, 2)
    assert abs((summary["creationTime"] - before).total_seconds()) < 300
    assert made["tags"] == TAGS
    groups = made["serverGroups"]
    assert [group["name"] for group in groups] == ["database", "web"]
    assert [group["serverList"] for group in groups] == [group["serverList"] for group in GROUPS]

    found = sms.get_app(appId=app_id)
    for answer in (found, made):
        del answer["ResponseMetadata"]
    assert found == made
    return app_id, groups


def replication(sms, app_id, groups):
    parameters = {
        "seedTime": datetime.datetime.now(datetime.UTC).replace(microsecond=0) + datetime.timedelta(days=1),
        "frequency": 12,
        "runOnce": False,
        "licenseType": "BYOL",
        "numberOfRecentAmisToKeep": 3,
        "encrypted": True,
        "kmsKeyId": "alias/shop",
    }
    wanted = [
        {
            "serverGroupId": group["serverGroupId"],
            "serverReplicationConfigurations": [
                {"server": server, "serverReplicationParameters": parameters}
                for server in group["serverList"]
            ],
        }
        for group in groups
    ]
    sms.put_app_replication_configuration(appId=app_id, serverGroupReplicationConfigurations=wanted)
    found = sms.get_app_replication_configuration(appId=app_id)["serverGroupReplicationConfigurations"]
    assert found == wanted, found
    summary = sms.get_app(appId=app_id)["appSummary"]
    assert summary["replicationStatus"] == "READY_FOR_REPLICATION"
    assert summary["replicationConfigurationStatus"] == "CONFIGURED"


def launch_configuration(sms, app_id, groups):
    common = {**network(), "ec2KeyName": "shop", "instanceType": "m5.large"}
    wanted = [
        {
            "serverGroupId": group["serverGroupId"],
            "launchOrder": order,
            "serverLaunchConfigurations": [
                {"server": server, "logicalId": f"{group['name']}{number}", **common}
                for number, server in enumerate(group["serverList"])
            ],
        }
        for order, group in enumerate(groups)
    ]
    sms.put_app_launch_configuration(
        appId=app_id, roleName="sms-launch", serverGroupLaunchConfigurations=wanted
    )
    found = sms.get_app_launch_configuration(appId=app_id)
    assert (found["appId"], found["roleName"]) == (app_id, "sms-launch")
    assert found["serverGroupLaunchConfigurations"] == wanted, found
    # The role is one that is not there: the next request leaves it out, and it stays; so it is named empty.
    sms.put_app_launch_configuration(appId=app_id, roleName="", serverGroupLaunchConfigurations=wanted)
    summary = sms.get_app(appId=app_id)["appSummary"]
    assert summary["launchStatus"] == "READY_FOR_LAUNCH", summary
    assert summary["launchStatusMessage"] == f"waits for an image of {DATABASE}, {WEB}"
    return common


def template(sms, app_id):
    body = document(sms.generate_template(appId=app_id, templateFormat="JSON"))
    instances = body["Resources"]
    assert {instance["Type"] for instance in instances.values()} == {"AWS::EC2::Instance"}
    assert set(instances) == {"database0", "web0"}
    assert instances["web0"]["DependsOn"] == ["database0"], instances["web0"]
    assert instances["web0"]["Properties"]["InstanceType"] == "m5.large"
    assert {"Key": "CostCenter", "Value": "4711"} in instances["web0"]["Properties"]["Tags"]
    assert len(body["Parameters"]) == 2  # the images, which are not known yet
    where = sms.generate_template(appId=app_id, templateFormat="YAML")["s3Location"]
    assert where["key"].endswith(".yaml")
    assert b"AWS::EC2::Instance" in read(where)


def launched(sms, app_id):
    error = refused(sms.exceptions.OperationNotPermittedException, sms.launch_app, appId=app_id)
    assert f"{DATABASE}, {WEB}" in error
    for server_id in (DATABASE, WEB):
        set_image(app_id, server_id)
    sms.launch_app(appId=app_id)
    seen, summary = wait(sms, app_id, ("LAUNCHED", "LAUNCH_FAILED"))
    assert set(seen) <= {"VALIDATION_IN_PROGRESS", "LAUNCH_PENDING", "LAUNCH_IN_PROGRESS", "LAUNCHED"}, seen
    assert summary["launchStatus"] == "LAUNCHED", summary
    details = summary["launchDetails"]
    assert details["stackName"] == "sms-" + app_id
    assert details["latestLaunchTime"] >= summary["creationTime"]
    stack = aws("cloudformation").describe_stacks(StackName=details["stackId"])["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert {"Key": "CostCenter", "Value": "4711"} in stack["Tags"]
    assert set(instances(app_id)) == {"database0", "web0"}
    assert states(instances(app_id).values()) == {"running"}
    error = refused(sms.exceptions.OperationNotPermittedException, sms.delete_app, appId=app_id)
    assert "forceTerminateApp" in error


def added_server(sms, app_id, groups, common):
    """A third server, launched into the stack that runs, and validations after that launch."""
    web = {**groups[1], "serverList": [*groups[1]["serverList"], {"serverId": SECOND_WEB}]}
    changed = sms.update_app(appId=app_id, description="three servers", serverGroups=[groups[0], web])
    assert changed["appSummary"]["description"] == "three servers"
    assert changed["appSummary"]["totalServers"] == 3
    assert changed["appSummary"]["lastModified"] > changed["appSummary"]["creationTime"]
    new = {"server": {"serverId": SECOND_WEB}, "logicalId": "web1", **common}
    sms.put_app_launch_configuration(
        appId=app_id,
        serverGroupLaunchConfigurations=[
            {"serverGroupId": web["serverGroupId"], "serverLaunchConfigurations": [new]}
        ],
    )
    set_image(app_id, SECOND_WEB)

    instance_id = instances(app_id)["web0"]
    sms.put_app_validation_configuration(
        appId=app_id,
        appValidationConfigurations=[
            {
                "name": "shop-answers",
                "appValidationStrategy": "SSM",
                "ssmValidationParameters": {
                    "instanceId": instance_id,
                    "scriptType": "SHELL_SCRIPT",
                    "command": "curl --fail http://localhost/",
                    "executionTimeoutSeconds": 60,
                },
            }
        ],
        serverGroupValidationConfigurations=[
            {
                "serverGroupId": web["serverGroupId"],
                "serverValidationConfigurations": [
                    {
                        "server": {"serverId": SECOND_WEB},
                        "name": "web-boots",
                        "serverValidationStrategy": "USERDATA",
                        "userDataValidationParameters": {
                            "source": {"s3Location": {"bucket": "sms-app-scripts", "key": "boot.sh"}},
                            "scriptType": "SHELL_SCRIPT",
                        },
                    }
                ],
            }
        ],
    )
    put = sms.get_app_validation_configuration(appId=app_id)
    (script,) = put["appValidationConfigurations"]
    assert script["ssmValidationParameters"]["instanceId"] == instance_id
    (group,) = put["serverGroupValidationConfigurations"]
    boot = group["serverValidationConfigurations"][0]["validationId"]

    sms.launch_app(appId=app_id)
    seen, summary = wait(sms, app_id, ("LAUNCHED", "DELTA_LAUNCH_FAILED"))
    assert set(seen) <= {"DELTA_LAUNCH_IN_PROGRESS", "LAUNCHED"}, seen
    assert summary["launchStatus"] == "LAUNCHED", summary
    assert set(instances(app_id)) == {"database0", "web0", "web1"}

    sms.notify_app_validation_output(
        appId=app_id,
        notificationContext={"validationId": boot, "status": "FAILED", "statusMessage": "no disk"},
    )
    outputs = {}
    for _ in range(600):
        found = sms.get_app_validation_output(appId=app_id)["validationOutputList"]
        outputs = {output["name"]: output for output in found}
        if outputs["shop-answers"]["status"] in ("SUCCEEDED", "FAILED"):
            break
        time.sleep(0.1)
    assert outputs["shop-answers"]["status"] == "SUCCEEDED", outputs
    assert outputs["web-boots"]["status"] == "FAILED"
    assert outputs["web-boots"]["statusMessage"] == "no disk"
    assert outputs["web-boots"]["serverValidationOutput"]["server"]["serverId"] == SECOND_WEB


def change_set(sms, app_id, groups, common):
    bigger = {**common, "instanceType": "m5.xlarge"}
    server = {"server": {"serverId": DATABASE}, "logicalId": "database0", **bigger}
    sms.put_app_launch_configuration(
        appId=app_id,
        serverGroupLaunchConfigurations=[
            {"serverGroupId": groups[0]["serverGroupId"], "serverLaunchConfigurations": [server]}
        ],
    )
    set_image(app_id, WEB, NEWER_IMAGE)
    changes = document(sms.generate_change_set(appId=app_id, changesetFormat="JSON"))["changeSet"]["Changes"]
    found = {one["ResourceChange"]["LogicalResourceId"]: one["ResourceChange"] for one in changes}
    assert {name: change["Action"] for name, change in found.items()} == {
        "database0": "Modify",
        "web0": "Modify",
    }
    assert found["web0"]["Replacement"] == "True"
    where = sms.generate_change_set(appId=app_id, changesetFormat="YAML")["s3Location"]
    assert b"database0" in read(where)


def terminated(sms, app_id):
    refused(sms.exceptions.OperationNotPermittedException, sms.delete_app_launch_configuration, appId=app_id)
    servers = instances(app_id).values()
    sms.terminate_app(appId=app_id)
    seen, summary = wait(sms, app_id, ("TERMINATED", "TERMINATE_FAILED"))
    assert set(seen) <= {"TERMINATE_IN_PROGRESS", "TERMINATED"}, seen
    assert summary["launchStatus"] == "TERMINATED", summary
    assert states(servers) == {"terminated"}
    sms.delete_app_validation_configuration(appId=app_id)
    assert sms.get_app_validation_output(appId=app_id)["validationOutputList"] == []
    sms.delete_app_launch_configuration(appId=app_id)
    sms.delete_app_replication_configuration(appId=app_id)
    summary = sms.get_app(appId=app_id)["appSummary"]
    assert summary["launchConfigurationStatus"] == summary["replicationConfigurationStatus"]
    assert summary["launchStatus"] == summary["replicationStatus"] == "READY_FOR_CONFIGURATION"
    sms.delete_app(appId=app_id)
    gone(sms, app_id)


def by_force(sms):
    made = sms.create_app(name="short", serverGroups=[{"serverList": [{"serverId": SHORT}]}])
    app_id, (group,) = made["appSummary"]["appId"], made["serverGroups"]
    server = {"server": {"serverId": SHORT}, "instanceType": "t3.micro", **network()}
    sms.put_app_launch_configuration(
        appId=app_id,
        serverGroupLaunchConfigurations=[
            {"serverGroupId": group["serverGroupId"], "serverLaunchConfigurations": [server]}
        ],
    )
    set_image(app_id, SHORT)
    sms.launch_app(appId=app_id)
    _, summary = wait(sms, app_id, ("LAUNCHED", "LAUNCH_FAILED"))
    assert summary["launchStatus"] == "LAUNCHED", summary
    servers = instances(app_id).values()
    sms.delete_app(appId=app_id, forceStopAppReplication=True, forceTerminateApp=True)
    for _ in range(600):
        if not sms.list_apps(appIds=[app_id])["apps"]:
            break
        time.sleep(0.1)
    gone(sms, app_id)
    assert states(servers) == {"terminated"}


def gone(sms, app_id):
    error = refused(sms.exceptions.InvalidParameterException, sms.get_app, appId=app_id)
    assert app_id in error


def wait(sms, app_id, ends):
    """Return the launch statuses that were seen, and the last summary."""
    seen, summary = [], {}
    for _ in range(600):
        summary = sms.get_app(appId=app_id)["appSummary"]
        seen.append(summary["launchStatus"])
        if summary["launchStatus"] in ends:
            break
        time.sleep(0.1)
    return seen, summary


def read(where):
    return aws("s3").get_object(Bucket=where["bucket"], Key=where["key"])["Body"].read()


def document(answer):
    return json.loads(read(answer["s3Location"]))


def instances(app_id):
    """Return the instances of an application's stack: logical id -> instance id."""
    found = aws("cloudformation").describe_stack_resources(StackName="sms-" + app_id)
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found["StackResources"]}


def states(instance_ids):
    """Return the states that instances are in."""
    found = aws("ec2").describe_instances(InstanceIds=list(instance_ids))["Reservations"]
    return {instance["State"]["Name"] for one in found for instance in one["Instances"]}


if __name__ == "__main__":
    main()
