"""What `aws sms get-app` and its like printed of an application of two groups; a number tells applications apart."""

import json
from typing import Any

Data = dict[str, Any]


def app_id(number: int = 1) -> str:
    return f"app-{number:017x}"


def server_id(number: int, at: int) -> str:
    return f"s-{number:04x}{at:04x}"


def listed(number: int, at: int) -> Data:
    """A server as every answer lists it."""
    return {
        "serverId": server_id(number, at),
        "serverType": "VIRTUAL_MACHINE",
        "vmServer": {
            "vmServerAddress": {"vmManagerId": "4f1b", "vmId": f"vm-{number}-{at}"},
            "vmName": f"web{number}{at}",
            "vmManagerName": "vcenter",
            "vmManagerType": "VSPHERE",
            "vmPath": f"/Datacenters/DC1/vm/web{at}",
        },
        "replicationJobId": f"sms-job-{at:08x}",
        "replicationJobTerminated": at == 2,
    }


def get_app(number: int = 1, **summary: Any) -> Data:
    """GetApp's answer; `summary` goes into its appSummary."""
    return {
        "appSummary": {
            "appId": app_id(number),
            "name": f"shop {number}",
            "description": "",
            "status": "ACTIVE",
            "replicationStatus": "READY_FOR_REPLICATION",
            "launchStatus": "READY_FOR_LAUNCH",
            "launchDetails": {},
            "creationTime": 1556697600.5,
            "lastModified": 1556697700.0,
            "roleName": "sms",
            "totalServerGroups": 2,
            "totalServers": 3,
            **summary,
        },
        "serverGroups": [
            {
                "serverGroupId": f"group-{number}-a",
                "name": "database",
                "serverList": [listed(number, 1), listed(number, 2)],
            },
            {"serverGroupId": f"group-{number}-b", "name": "web", "serverList": [listed(number, 3)]},
        ],
        "tags": [{"key": "CostCenter", "value": "4711"}],
    }


def launch(number: int, at: int) -> Data:
    """How one server is launched."""
    return {
        "server": listed(number, at),
        "logicalId": f"Server{at}",
        "vpc": "vpc-12345678",
        "subnet": "subnet-12345678",
        "securityGroup": "sg-12345678",
        "ec2KeyName": "keys",
        "userData": {"s3Location": {"bucket": "sms-app-scripts", "key": f"{at}.sh"}},
        "instanceType": "m5.large",
        "associatePublicIpAddress": at == 3,
    }


def get_launch(number: int = 1) -> Data:
    """GetAppLaunchConfiguration's answer."""
    return {
        "appId": app_id(number),
        "roleName": "sms-launch",
        "autoLaunch": False,
        "serverGroupLaunchConfigurations": [
            {
                "serverGroupId": f"group-{number}-a",
                "launchOrder": 0,
                "serverLaunchConfigurations": [launch(number, 1), launch(number, 2)],
            },
            {
                "serverGroupId": f"group-{number}-b",
                "launchOrder": 1,
                "serverLaunchConfigurations": [launch(number, 3)],
            },
        ],
    }


def get_replication(number: int = 1) -> Data:
    """GetAppReplicationConfiguration's answer."""
    said = {"seedTime": 1556697600.0, "frequency": 12, "runOnce": False, "licenseType": "BYOL"}
    groups = {"a": (1, 2), "b": (3,)}
    return {
        "serverGroupReplicationConfigurations": [
            {
                "serverGroupId": f"group-{number}-{group}",
                "serverReplicationConfigurations": [
                    {"server": listed(number, at), "serverReplicationParameters": dict(said)}
                    for at in servers
                ],
            }
            for group, servers in groups.items()
        ]
    }


def text(data: Any) -> bytes:
    """As the AWS CLI prints it."""
    return (json.dumps(data, indent=4) + "\n").encode()


class Given:
    """Files in memory (port Files)."""

    def __init__(self, **files: Any) -> None:
        self.files = {name: one if isinstance(one, bytes) else text(one) for name, one in files.items()}

    def read(self, path: str, *, max_bytes: int) -> bytes:
        assert len(self.files[path]) <= max_bytes
        return self.files[path]

    def read_within(self, path: str, document: str, *, max_bytes: int) -> bytes:
        return self.read(path, max_bytes=max_bytes)

    def beside(self, path: str, name: str) -> str:
        return name
