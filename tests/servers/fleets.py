"""Servers that run already, in the shapes of EC2's answers: thirteen of them, in which every property occurs."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

Item = dict[str, Any]
ACCOUNT = "123456789012"
ZONE = "eu-central-1a"
GROUP, SECOND = "sg-0a1b2c3d4e5f60718", "sg-0b1b2c3d4e5f60718"
SUBNET = "subnet-0a1b2c3d4e5f60718"
VPC = "vpc-0a1b2c3d4e5f60718"
KEY = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/0a1b2c3d-0000-0000-0000-000000000000"
HOST = "h-0a1b2c3d4e5f60718"


class Planted:
    """What `control.plant` takes: a fleet of instances with all that is theirs."""

    def __init__(self) -> None:
        self.parts: dict[str, Item] = {
            name: {} for name in ("instances", "volumes", "addresses", "attributes", "credits", "images")
        }

    def add(self, number: int, name: str = "", **more: Any) -> str:
        """Add a server, plain but for `more`: DescribeInstances' keys, `attributes`, `credits`, `disks`, `address`."""
        instance_id = f"i-{number:017x}"
        attributes = more.pop("attributes", {})
        cpu_credits, disks, address = more.pop("credits", ""), more.pop("disks", ()), more.pop("address", "")
        tags = {"Name": name or f"server{number:03d}", **more.pop("tags", {})}
        interfaces = more.pop("interfaces", 1)
        item = instance(instance_id, number) | more
        item["NetworkInterfaces"] += [
            interface(number, f"10.1.{n}.{number % 250}", n) for n in range(1, interfaces)
        ]
        item["NetworkInterfaces"][0]["Groups"] = item["SecurityGroups"]
        item["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        root = volume(f"vol-{number:015x}00", instance_id, item["RootDeviceName"], size=30)
        volumes = [
            root,
            *(volume(f"vol-{number:015x}{n:02x}", instance_id, **d) for n, d in enumerate(disks, 1)),
        ]
        item["BlockDeviceMappings"] = [_mapping(each) for each in volumes]
        if address:
            self._address(item, address, number)
        self.parts["instances"][instance_id] = item
        self.parts["attributes"][instance_id] = attributes
        self.parts["volumes"].update({each["VolumeId"]: each for each in volumes})
        self.parts["images"][item["ImageId"]] = {
            "RootDeviceName": item["RootDeviceName"],
            "State": "available",
        }
        if cpu_credits:
            self.parts["credits"][instance_id] = cpu_credits
        return instance_id

    def _address(self, item: Item, public_ip: str, number: int) -> None:
        allocation = f"eipalloc-{number:017x}"
        item["PublicIpAddress"] = public_ip
        interface = item["NetworkInterfaces"][0]
        interface["Association"] = {"IpOwnerId": ACCOUNT, "PublicIp": public_ip}
        self.parts["addresses"][allocation] = {
            "AllocationId": allocation,
            "AssociationId": f"eipassoc-{number:017x}",
            "PublicIp": public_ip,
            "Domain": "vpc",
            "InstanceId": item["InstanceId"],
            "NetworkInterfaceId": interface["NetworkInterfaceId"],
            "PrivateIpAddress": item["PrivateIpAddress"],
            "Tags": [{"Key": "Name", "Value": "address"}],
        }


def instance(instance_id: str, number: int) -> Item:
    """Return an instance as DescribeInstances shows one that was launched with little said."""
    address = f"10.0.{number // 250 % 250}.{number % 250 + 4}"
    return {
        "InstanceId": instance_id,
        "ImageId": "ami-0a1b2c3d4e5f60718",
        "InstanceType": "m6i.large",
        "State": {"Code": 16, "Name": "running"},
        "LaunchTime": "2025-06-01T08:00:00Z",
        "Placement": {"AvailabilityZone": ZONE, "GroupName": "", "Tenancy": "default"},
        "Monitoring": {"State": "disabled"},
        "SubnetId": SUBNET,
        "VpcId": VPC,
        "PrivateIpAddress": address,
        "PrivateDnsName": f"ip-{address.replace('.', '-')}.eu-central-1.compute.internal",
        "Architecture": "x86_64",
        "RootDeviceName": "/dev/sda1",
        "RootDeviceType": "ebs",
        "EbsOptimized": True,
        "EnaSupport": True,
        "SourceDestCheck": True,
        "SecurityGroups": [{"GroupId": GROUP, "GroupName": "servers"}],
        "NetworkInterfaces": [interface(number, address)],
        "CpuOptions": {"CoreCount": 1, "ThreadsPerCore": 2},
        "HibernationOptions": {"Configured": False},
        "EnclaveOptions": {"Enabled": False},
        "MetadataOptions": {
            "State": "applied",
            "HttpTokens": "optional",
            "HttpPutResponseHopLimit": 1,
            "HttpEndpoint": "enabled",
            "HttpProtocolIpv6": "disabled",
            "InstanceMetadataTags": "disabled",
        },
        "PrivateDnsNameOptions": {
            "HostnameType": "ip-name",
            "EnableResourceNameDnsARecord": False,
            "EnableResourceNameDnsAAAARecord": False,
        },
        "MaintenanceOptions": {"AutoRecovery": "default"},
        "CapacityReservationSpecification": {"CapacityReservationPreference": "open"},
    }


def interface(number: int, address: str, index: int = 0) -> Item:
    """Return a network interface of an instance."""
    return {
        "NetworkInterfaceId": f"eni-{index:02x}{number:015x}",
        "SubnetId": SUBNET,
        "VpcId": VPC,
        "PrivateIpAddress": address,
        "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": address}],
        "Groups": [{"GroupId": GROUP, "GroupName": "servers"}],
        "SourceDestCheck": True,
        "Attachment": {
            "AttachmentId": f"eni-attach-{index:02x}{number:015x}",
            "DeviceIndex": index,
            "DeleteOnTermination": index == 0,
            "Status": "attached",
        },
    }


def volume(volume_id: str, instance_id: str, device: str, size: int = 100, **more: Any) -> Item:
    """Return a volume as DescribeVolumes shows it, attached."""
    kept = more.pop("kept", False)
    tags = [{"Key": key, "Value": value} for key, value in more.pop("tags", {}).items()]
    kind = more.get("VolumeType", "gp3")
    item = {
        "VolumeId": volume_id,
        "AvailabilityZone": ZONE,
        "Size": size,
        "VolumeType": kind,
        "Encrypted": False,
        "State": "in-use",
        "SnapshotId": "",
        "Attachments": [
            {
                "VolumeId": volume_id,
                "InstanceId": instance_id,
                "Device": device,
                "State": "attached",
                "DeleteOnTermination": not kept,
            }
        ],
        "Tags": tags,
    }
    speed = {"gp3": {"Iops": 3000, "Throughput": 125}, "gp2": {"Iops": max(100, 3 * size)}}
    return item | speed.get(kind, {}) | more


def _mapping(item: Item) -> Item:
    [attached] = item["Attachments"]
    ebs = {
        "VolumeId": item["VolumeId"],
        "Status": "attached",
        "DeleteOnTermination": attached["DeleteOnTermination"],
    }
    return {"DeviceName": attached["Device"], "Ebs": ebs}


def text(script: str) -> str:
    """Return user data as EC2 holds it."""
    return base64.b64encode(script.encode()).decode()


PROFILE = {"Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/servers/web-profile", "Id": "AIPAEXAMPLE"}
STRICT = {
    "State": "applied",
    "HttpTokens": "required",
    "HttpPutResponseHopLimit": 2,
    "HttpEndpoint": "enabled",
    "HttpProtocolIpv6": "disabled",
    "InstanceMetadataTags": "enabled",
}
DATA = {"device": "/dev/sdf", "size": 200, "VolumeType": "gp3", "Iops": 6000, "Throughput": 250, "kept": True}
LOCKED = {
    "device": "xvdb",
    "size": 50,
    "VolumeType": "io2",
    "Iops": 5000,
    "Encrypted": True,
    "KmsKeyId": KEY,
    "kept": True,
}
NAMES = {
    "HostnameType": "resource-name",
    "EnableResourceNameDnsARecord": True,
    "EnableResourceNameDnsAAAARecord": False,
}
SHAPES: dict[str, Item] = {
    "bare": {},
    "linux web": {
        "KeyName": "ops",
        "IamInstanceProfile": PROFILE,
        "SecurityGroups": [{"GroupId": SECOND, "GroupName": "b"}, {"GroupId": GROUP, "GroupName": "a"}],
        "Monitoring": {"State": "enabled"},
        "attributes": {"userData": text("#!/bin/bash\nyum -y update\n")},
        "tags": {"Role": "web", "CostCenter": "4711"},
    },
    "windows": {
        "Platform": "windows",
        "PlatformDetails": "Windows",
        "InstanceType": "m6i.xlarge",
        "CpuOptions": {"CoreCount": 2, "ThreadsPerCore": 2},
        "attributes": {
            "userData": text("<powershell>\r\nSet-TimeZone UTC\r\n</powershell>\r\n<persist>true</persist>"),
            "disableApiTermination": True,
        },
    },
    "bursting": {"InstanceType": "t3.small", "credits": "unlimited"},
    "thrifty": {
        "InstanceType": "t2.micro",
        "credits": "standard",
        "EbsOptimized": False,
        "CpuOptions": {"CoreCount": 1, "ThreadsPerCore": 1},
    },
    "database": {
        "InstanceType": "r6i.2xlarge",
        "CpuOptions": {"CoreCount": 2, "ThreadsPerCore": 1},
        "disks": [DATA, LOCKED | {"tags": {"Backup": "daily"}}],
        "attributes": {"disableApiTermination": True, "instanceInitiatedShutdownBehavior": "stop"},
        "MetadataOptions": STRICT,
    },
    "appliance": {
        "SourceDestCheck": False,
        "address": "203.0.113.7",
        "attributes": {"instanceInitiatedShutdownBehavior": "terminate"},
    },
    "two interfaces": {"interfaces": 2, "address": "203.0.113.8"},
    "hibernating": {
        "HibernationOptions": {"Configured": True},
        "MetadataOptions": STRICT
        | {"HttpEndpoint": "disabled", "HttpPutResponseHopLimit": 64, "InstanceMetadataTags": "disabled"},
    },
    "enclave": {
        "InstanceType": "m5.xlarge",
        "EnclaveOptions": {"Enabled": True},
        "CpuOptions": {"CoreCount": 2, "ThreadsPerCore": 2},
    },
    "dedicated": {"Placement": {"AvailabilityZone": ZONE, "GroupName": "", "Tenancy": "dedicated"}},
    "on a host": {
        "Placement": {
            "AvailabilityZone": ZONE,
            "GroupName": "",
            "Tenancy": "host",
            "HostId": HOST,
            "Affinity": "host",
        }
    },
    "in a placement group": {
        "Placement": {"AvailabilityZone": ZONE, "GroupName": "cluster", "Tenancy": "default"},
        "PrivateDnsNameOptions": NAMES,
    },
}
"""Name -> what is special about it. The values in DescribeInstances' words are those that its answers have."""


def fleet(shapes: Iterable[str], copies: int = 1) -> Planted:
    """Return a fleet: so many of each shape, numbered from 1."""
    planted, number = Planted(), 0
    for shape in shapes:
        for _ in range(copies):
            number += 1
            special = dict(SHAPES[shape])
            tags = {"App": "shop", "Shape": shape, **special.pop("tags", {})}
            if "address" in special:
                special["address"] = f"203.0.113.{number % 250}"
            planted.add(number, f"{shape.replace(' ', '-')}-{number:03d}", tags=tags, **special)
    return planted
