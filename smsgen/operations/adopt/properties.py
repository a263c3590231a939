"""What of a live instance goes into a template, property by property.

The rule: what can change in place is declared as it is, for an update would set it; what is create-only is declared
only where it says something; what can only be written is never declared. Sources: the schema of AWS::EC2::Instance,
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-instance.html, and
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from smsgen.operations.ports.adoption import LiveServer


class Property(NamedTuple):
    """A property: the field of a launch configuration that says it (`placement.hostId` is one inside another), and its
    value in CloudFormation's words.

    `read` gives None where it is not to be declared. `on_request`: it is declared only where the user asks for that.
    """

    name: str
    field: str
    read: Callable[[LiveServer], Any]
    on_request: bool = False


def primary(server: LiveServer) -> Mapping[str, Any]:
    """Return the first network interface, whose groups and subnet are the instance's; empty where there is none."""
    interfaces = server.instance.get("NetworkInterfaces", ())
    return next((one for one in interfaces if one.get("Attachment", {}).get("DeviceIndex") == 0), {})


def attached_beside_first(server: LiveServer) -> list[Mapping[str, Any]]:
    """Return the network interfaces beside the first, by their index."""
    interfaces = server.instance.get("NetworkInterfaces", ())
    further = [each for each in interfaces if each.get("Attachment", {}).get("DeviceIndex", 0) != 0]
    return sorted(further, key=lambda each: int(each["Attachment"]["DeviceIndex"]))


def own_address(server: LiveServer) -> Mapping[str, Any] | None:
    """Return the elastic address of the instance itself: of its first interface's first address; None without one."""
    first = primary(server)
    for address in server.addresses:
        of_the_first = address.get("NetworkInterfaceId") in (None, first.get("NetworkInterfaceId"))
        if of_the_first and address.get("PrivateIpAddress") in (None, first.get("PrivateIpAddress")):
            return address
    return None


def settable_tags(tags: Any) -> list[dict[str, str]]:
    """Return tags without AWS's own, which nobody can set, by key."""
    pairs = {tag["Key"]: tag.get("Value", "") for tag in tags or () if not tag["Key"].startswith("aws:")}
    return [{"Key": key, "Value": value} for key, value in sorted(pairs.items())]


def _told(key: str) -> Callable[[LiveServer], Any]:
    return lambda server: server.instance.get(key) or None


def _placed(key: str, default: str = "") -> Callable[[LiveServer], Any]:
    def read(server: LiveServer) -> Any:
        value = server.instance.get("Placement", {}).get(key) or default
        return None if value == default else value

    return read


def _groups(server: LiveServer) -> list[str]:
    """Return the groups of the first interface in their order; other interfaces have groups of their own."""
    groups = primary(server).get("Groups") or server.instance.get("SecurityGroups", ())
    return [group["GroupId"] for group in groups]


def _profile(server: LiveServer) -> str | None:
    """Return the profile's name: what CloudFormation reads back; an ARN would be drift (coverage-roadmap#1383)."""
    return server.instance.get("IamInstanceProfile", {}).get("Arn", "").rpartition("/")[2] or None


def _metadata_options(server: LiveServer) -> dict[str, Any] | None:
    keys = (
        "HttpTokens",
        "HttpPutResponseHopLimit",
        "HttpEndpoint",
        "InstanceMetadataTags",
        "HttpProtocolIpv6",
    )
    options = server.instance.get("MetadataOptions", {})
    return {key: options[key] for key in keys if key in options} or None


def _source_dest_check(server: LiveServer) -> bool | None:
    """Return it where there is one interface: with several it belongs to each of them, and not to the instance."""
    if len(server.instance.get("NetworkInterfaces", ())) > 1:
        return None
    return bool(server.instance.get("SourceDestCheck", True))


def _cpu_options(server: LiveServer) -> dict[str, int] | None:
    """Return cores and threads where they are not what the type has; where that is unknown, nothing is declared."""
    options = server.instance.get("CpuOptions", {})
    cores, threads = options.get("CoreCount"), options.get("ThreadsPerCore")
    default = server.cpu.get("DefaultCores"), server.cpu.get("DefaultThreadsPerCore")
    if not server.cpu or cores is None or (cores, threads) == default:
        return None
    return {"CoreCount": cores, "ThreadsPerCore": threads}


def _switched(key: str, inner: str) -> Callable[[LiveServer], Any]:
    return lambda server: {inner: True} if server.instance.get(key, {}).get(inner) else None


def _dns_options(server: LiveServer) -> dict[str, Any] | None:
    options = server.instance.get("PrivateDnsNameOptions") or {}
    usual = {
        "HostnameType": "ip-name",
        "EnableResourceNameDnsARecord": False,
        "EnableResourceNameDnsAAAARecord": False,
    }
    named = {key: options.get(key, default) for key, default in usual.items()}
    return None if named == usual else named


PROPERTIES = (
    Property("ImageId", "imageId", _told("ImageId")),
    Property("InstanceType", "instanceType", _told("InstanceType")),
    Property("KeyName", "ec2KeyName", _told("KeyName")),
    Property("SubnetId", "subnet", _told("SubnetId")),
    Property("SecurityGroupIds", "securityGroups", lambda server: _groups(server) or None),
    Property("PrivateIpAddress", "privateIpAddress", _told("PrivateIpAddress"), on_request=True),
    Property("IamInstanceProfile", "iamInstanceProfileName", _profile),
    Property("UserData", "userData", lambda server: server.attributes.get("userData") or None),
    Property("Tags", "tags", lambda server: settable_tags(server.instance.get("Tags")) or None),
    Property(
        "Monitoring",
        "monitoring",
        lambda server: server.instance.get("Monitoring", {}).get("State") in ("enabled", "pending"),
    ),
    Property(
        "DisableApiTermination",
        "disableApiTermination",
        lambda server: bool(server.attributes.get("disableApiTermination", False)),
    ),
    Property(
        "InstanceInitiatedShutdownBehavior",
        "instanceInitiatedShutdownBehavior",
        lambda server: server.attributes.get("instanceInitiatedShutdownBehavior", "stop"),
    ),
    Property("EbsOptimized", "ebsOptimized", lambda server: bool(server.instance.get("EbsOptimized", False))),
    Property("SourceDestCheck", "sourceDestCheck", _source_dest_check),
    Property(
        "CreditSpecification",
        "creditSpecification",
        lambda server: {"CPUCredits": server.cpu_credits} if server.cpu_credits else None,
    ),
    Property("MetadataOptions", "metadataOptions", _metadata_options),
    Property("CpuOptions", "cpuOptions", _cpu_options),
    Property("HibernationOptions", "hibernationOptions", _switched("HibernationOptions", "Configured")),
    Property("EnclaveOptions", "enclaveOptions", _switched("EnclaveOptions", "Enabled")),
    Property("Tenancy", "tenancy", _placed("Tenancy", "default")),
    Property("Affinity", "placement.affinity", _placed("Affinity", "default")),
    Property("HostId", "placement.hostId", _placed("HostId")),
    Property("HostResourceGroupArn", "placement.hostResourceGroupArn", _placed("HostResourceGroupArn")),
    Property("PlacementGroupName", "placement.groupName", _placed("GroupName")),
    Property("PrivateDnsNameOptions", "privateDnsNameOptions", _dns_options),
)
"""All that is declared. Never: AvailabilityZone and BlockDeviceMappings (subnet and volumes say it, and mappings are
false drift), NetworkInterfaces, LaunchTemplate, LicenseSpecifications, Ipv6Addresses, Ipv6AddressCount,
PropagateTagsToVolumeOnCreation, AdditionalInfo.
"""


def instance_properties(server: LiveServer, asked: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return the properties of a live instance as a template says them. `asked`: names of those on request."""
    values = {
        each.name: each.read(server) for each in PROPERTIES if not each.on_request or each.name in asked
    }
    return {name: value for name, value in values.items() if value is not None}


def volume_properties(volume: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of a live volume as a template says them; its zone is its instance's."""
    kind = volume["VolumeType"]
    told: dict[str, Any] = {
        "AvailabilityZone": volume.get("AvailabilityZone"),
        "VolumeType": kind,
        "Size": volume["Size"],
        "Encrypted": bool(volume.get("Encrypted", False)),
        "KmsKeyId": volume.get("KmsKeyId") or None,
        "Iops": volume.get("Iops") if kind in ("gp3", "io1", "io2") else None,
        "Throughput": volume.get("Throughput") if kind == "gp3" else None,
        "Tags": settable_tags(volume.get("Tags")) or None,
    }
    return {name: value for name, value in told.items() if value is not None}
