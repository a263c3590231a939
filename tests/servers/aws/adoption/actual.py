"""What a read handler would tell of a resource of the fleet: its properties, as CloudFormation compares them for drift.

Written from EC2's answers and the resource schemas, apart from smsgen's own table, which is held against it.
"""

from __future__ import annotations

from typing import Any

from tests.servers.aws.adoption.fleet import BURSTING, Fleet

Properties = dict[str, Any]


def properties(fleet: Fleet, type_name: str, physical_id: str) -> Properties | None:
    """Return the properties of a resource as they are; None where it is gone or unknown here."""
    reader = _READERS.get(type_name)
    return reader(fleet, physical_id) if reader else None


def _instance(fleet: Fleet, instance_id: str) -> Properties | None:
    item = fleet.instances.get(instance_id)
    if item is None or item["State"]["Name"] == "terminated":
        return None
    held = fleet.attributes.get(instance_id, {})
    placement = item.get("Placement", {})
    told: Properties = {
        "ImageId": item.get("ImageId"),
        "InstanceType": item.get("InstanceType"),
        "KeyName": item.get("KeyName"),
        "SubnetId": item.get("SubnetId"),
        "SecurityGroupIds": [group["GroupId"] for group in item.get("SecurityGroups", ())],
        "PrivateIpAddress": item.get("PrivateIpAddress"),
        "AvailabilityZone": placement.get("AvailabilityZone"),
        "Tenancy": placement.get("Tenancy"),
        "Affinity": placement.get("Affinity"),
        "HostId": placement.get("HostId"),
        "HostResourceGroupArn": placement.get("HostResourceGroupArn"),
        "PlacementGroupName": placement.get("GroupName"),
        # The name, not the ARN: coverage-roadmap#1383.
        "IamInstanceProfile": item.get("IamInstanceProfile", {}).get("Arn", "").rpartition("/")[2] or None,
        "UserData": held.get("userData"),
        "Tags": [tag for tag in item.get("Tags", ()) if not tag["Key"].startswith("aws:")],
        "Monitoring": item.get("Monitoring", {}).get("State") in ("enabled", "pending"),
        "DisableApiTermination": held.get("disableApiTermination", False),
        "InstanceInitiatedShutdownBehavior": held.get("instanceInitiatedShutdownBehavior", "stop"),
        "EbsOptimized": item.get("EbsOptimized", False),
        "SourceDestCheck": item.get("SourceDestCheck", True),
        "MetadataOptions": {k: v for k, v in item.get("MetadataOptions", {}).items() if k != "State"},
        "CpuOptions": {k: v for k, v in item.get("CpuOptions", {}).items() if v is not None},
        "HibernationOptions": item.get("HibernationOptions", {"Configured": False}),
        "EnclaveOptions": item.get("EnclaveOptions", {"Enabled": False}),
        "PrivateDnsNameOptions": item.get("PrivateDnsNameOptions"),
    }
    if item["InstanceType"].startswith(BURSTING):
        told["CreditSpecification"] = {"CPUCredits": fleet.credits.get(instance_id, "standard")}
    return {name: value for name, value in told.items() if value is not None}


def _volume(fleet: Fleet, volume_id: str) -> Properties | None:
    item = fleet.volumes.get(volume_id)
    if item is None:
        return None
    names = (
        "AvailabilityZone",
        "Size",
        "VolumeType",
        "Iops",
        "Throughput",
        "Encrypted",
        "KmsKeyId",
        "SnapshotId",
    )
    told = {name: item[name] for name in names if item.get(name) not in (None, "")}
    return told | {"Tags": [tag for tag in item.get("Tags", ()) if not tag["Key"].startswith("aws:")]}


def _attachment(fleet: Fleet, physical_id: str) -> Properties | None:
    volume_id, _, instance_id = physical_id.partition("|")
    for attached in fleet.volumes.get(volume_id, {}).get("Attachments", ()):
        if attached["InstanceId"] == instance_id:
            return {"VolumeId": volume_id, "InstanceId": instance_id, "Device": attached["Device"]}
    return None


def _interface_attachment(fleet: Fleet, attachment_id: str) -> Properties | None:
    for item in fleet.instances.values():
        for interface in item.get("NetworkInterfaces", ()):
            attached = interface["Attachment"]
            if attached["AttachmentId"] == attachment_id:
                return {
                    "DeviceIndex": str(attached["DeviceIndex"]),
                    "InstanceId": item["InstanceId"],
                    "NetworkInterfaceId": interface["NetworkInterfaceId"],
                    "DeleteOnTermination": attached["DeleteOnTermination"],
                }
    return None


def _address(fleet: Fleet, public_ip: str) -> Properties | None:
    for item in fleet.addresses.values():
        if item["PublicIp"] == public_ip:
            told = {"Domain": "vpc", "InstanceId": item.get("InstanceId")}
            tags = [tag for tag in item.get("Tags", ()) if not tag["Key"].startswith("aws:")]
            return {name: value for name, value in told.items() if value} | {"Tags": tags}
    return None


_READERS = {
    "AWS::EC2::Instance": _instance,
    "AWS::EC2::Volume": _volume,
    "AWS::EC2::VolumeAttachment": _attachment,
    "AWS::EC2::EIP": _address,
    "AWS::EC2::NetworkInterfaceAttachment": _interface_attachment,
}
