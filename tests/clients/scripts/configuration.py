"""Every member of every configuration, put and read back; parts that are changed, and what must not be."""

import datetime
import uuid

import boto3
from common import ENDPOINT, refused

FIRST, SECOND = sorted("s-" + uuid.uuid4().hex[:8] for _ in range(2))
SCRIPT = {"bucket": "sms-app-scripts", "key": "boot/web server.sh"}
LAUNCH = {
    "logicalId": "Web1",
    "vpc": "vpc-0a1b2c3d4e5f60718",
    "subnet": "subnet-0a1b2c3d4e5f60718",
    "securityGroup": "sg-0a1b2c3d4e5f60718",
    "ec2KeyName": "shop key",
    "userData": {"s3Location": SCRIPT},
    "instanceType": "m5.large",
    "associatePublicIpAddress": True,
    "iamInstanceProfileName": "web",
    "configureScript": {"bucket": "sms-app-scripts", "key": "configure.sh"},
    "configureScriptType": "SHELL_SCRIPT",
}
REPLICATION = {
    "seedTime": datetime.datetime.now(datetime.UTC).replace(microsecond=0) + datetime.timedelta(hours=1),
    "frequency": 24,
    "runOnce": False,
    "licenseType": "AWS",
    "numberOfRecentAmisToKeep": 270,
    "encrypted": True,
    "kmsKeyId": "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
}
SSM = {
    "source": {"s3Location": SCRIPT},
    "instanceId": "i-0a1b2c3d4e5f60718",
    "scriptType": "SHELL_SCRIPT",
    "command": "sh 'web server.sh' --all",
    "executionTimeoutSeconds": 28_800,
    "outputS3BucketName": "sms-app-output",
}


def main():
    sms = boto3.client("sms", endpoint_url=ENDPOINT)
    servers = [{"serverId": one, "serverType": "VIRTUAL_MACHINE"} for one in (FIRST, SECOND)]
    made = sms.create_app(name="configuration", serverGroups=[{"name": "web", "serverList": servers}])
    app_id, group = made["appSummary"]["appId"], made["serverGroups"][0]["serverGroupId"]
    try:
        launch(sms, app_id, group, servers)
        replication(sms, app_id, group, servers)
        validation(sms, app_id, group, servers)
        moved(sms, app_id, group, servers)
    finally:
        sms.delete_app(appId=app_id)


def launch(sms, app_id, group, servers):
    first = {"server": servers[0], **LAUNCH}
    second = {**first, "server": servers[1], "logicalId": "Web2", "associatePublicIpAddress": False}
    wanted = [
        {"serverGroupId": group, "launchOrder": 7, "serverLaunchConfigurations": [first, second]},
    ]
    asked = {"roleName": "launcher", "autoLaunch": True, "serverGroupLaunchConfigurations": wanted}
    sms.put_app_launch_configuration(appId=app_id, **asked)
    found = sms.get_app_launch_configuration(appId=app_id)
    del found["ResponseMetadata"]
    assert found == {"appId": app_id, **asked}, found
    summary = sms.get_app(appId=app_id)["appSummary"]
    assert summary["launchStatus"] == "READY_FOR_LAUNCH", summary

    # A server that is named is configured anew, its neighbour stays as it is.
    short = {"server": servers[1], "instanceType": "m5.large"}
    sms.put_app_launch_configuration(
        appId=app_id,
        serverGroupLaunchConfigurations=[{"serverGroupId": group, "serverLaunchConfigurations": [short]}],
    )
    found = sms.get_app_launch_configuration(appId=app_id)
    assert (found["roleName"], found["autoLaunch"]) == ("launcher", True)
    (configured,) = found["serverGroupLaunchConfigurations"]
    assert configured["launchOrder"] == 7
    assert configured["serverLaunchConfigurations"] == [first, short]
    summary = sms.get_app(appId=app_id)["appSummary"]
    assert summary["launchStatus"] == "CONFIGURATION_INVALID"
    assert "no subnet" in summary["launchStatusMessage"]
    refused(sms.exceptions.OperationNotPermittedException, sms.launch_app, appId=app_id)

    sms.delete_app_launch_configuration(appId=app_id)
    found = sms.get_app_launch_configuration(appId=app_id)
    assert not found.get("serverGroupLaunchConfigurations")
    assert sms.get_app(appId=app_id)["appSummary"]["launchStatus"] == "READY_FOR_CONFIGURATION"


def replication(sms, app_id, group, servers):
    def put(*parameters):
        wanted = [
            {
                "serverGroupId": group,
                "serverReplicationConfigurations": [
                    {"server": server, "serverReplicationParameters": one}
                    for server, one in zip(servers, parameters, strict=False)
                ],
            }
        ]
        sms.put_app_replication_configuration(appId=app_id, serverGroupReplicationConfigurations=wanted)
        found = sms.get_app_replication_configuration(appId=app_id)["serverGroupReplicationConfigurations"]
        assert found == wanted, found
        return sms.get_app(appId=app_id)["appSummary"]

    once = {"seedTime": REPLICATION["seedTime"], "runOnce": True}
    assert put(REPLICATION)["replicationStatus"] == "CONFIGURATION_INVALID"
    assert put(REPLICATION, once)["replicationStatus"] == "READY_FOR_REPLICATION"
    rare = put({**REPLICATION, "frequency": 25}, once)
    assert rare["replicationStatus"] == "CONFIGURATION_INVALID"
    assert "25" in rare["replicationStatusMessage"]
    sms.delete_app_replication_configuration(appId=app_id)
    found = sms.get_app_replication_configuration(appId=app_id)
    assert not found.get("serverGroupReplicationConfigurations")


def validation(sms, app_id, group, servers):
    script = {"name": "all", "appValidationStrategy": "SSM", "ssmValidationParameters": SSM}
    boot = {
        "server": servers[0],
        "name": "boot",
        "serverValidationStrategy": "USERDATA",
        "userDataValidationParameters": {
            "source": {"s3Location": SCRIPT},
            "scriptType": "POWERSHELL_SCRIPT",
        },
    }
    sms.put_app_validation_configuration(
        appId=app_id,
        appValidationConfigurations=[script],
        serverGroupValidationConfigurations=[
            {"serverGroupId": group, "serverValidationConfigurations": [boot]}
        ],
    )
    found = sms.get_app_validation_configuration(appId=app_id)
    (script_put,) = found["appValidationConfigurations"]
    assert script_put == {**script, "validationId": script_put["validationId"]}
    (group_put,) = found["serverGroupValidationConfigurations"]
    (boot_put,) = group_put["serverValidationConfigurations"]
    assert boot_put == {**boot, "validationId": boot_put["validationId"]}
    outputs = sms.get_app_validation_output(appId=app_id)["validationOutputList"]
    assert [(one["name"], one["status"]) for one in outputs] == [
        ("all", "READY_FOR_VALIDATION"),
        ("boot", "READY_FOR_VALIDATION"),
    ]
    said = {"validationId": "val-00000000000000000", "status": "SUCCEEDED"}
    wrong = sms.exceptions.InvalidParameterException
    refused(wrong, sms.notify_app_validation_output, appId=app_id, notificationContext=said)
    said = {"validationId": boot_put["validationId"], "status": "FINE"}
    refused(wrong, sms.notify_app_validation_output, appId=app_id, notificationContext=said)


def moved(sms, app_id, group, servers):
    """The groups are others: a server moves, and takes its configuration along; one leaves."""
    wanted = [
        {
            "serverGroupId": group,
            "launchOrder": 1,
            "serverLaunchConfigurations": [{"server": servers[0], **LAUNCH}],
        }
    ]
    sms.put_app_launch_configuration(appId=app_id, serverGroupLaunchConfigurations=wanted)
    changed = sms.update_app(
        appId=app_id, serverGroups=[{"serverGroupId": group}, {"name": "new", "serverList": servers[:1]}]
    )
    names = {
        one.get("name"): [server["serverId"] for server in one.get("serverList", [])]
        for one in changed["serverGroups"]
    }
    assert names["new"] == [FIRST], names
    found = sms.get_app_launch_configuration(appId=app_id)["serverGroupLaunchConfigurations"]
    configured = [one for each in found for one in each.get("serverLaunchConfigurations", [])]
    assert {"server": servers[0], **LAUNCH} in configured, configured
    # Whoever has left may join another application.
    other = sms.create_app(name="other", serverGroups=[{"serverList": servers[1:]}])["appSummary"]["appId"]
    sms.delete_app(appId=other)


if __name__ == "__main__":
    main()
