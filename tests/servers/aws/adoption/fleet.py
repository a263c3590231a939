"""Instances, volumes and addresses as EC2 describes them: planted by who tests, changed by EC2's calls."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

from moto.ec2.exceptions import EC2ClientError

Item = dict[str, Any]
BURSTING = ("t2.", "t3.", "t3a.", "t4g.")
KINDS = ("instances", "volumes", "addresses")


class Fleet:
    """What is there. `instances` and the like are in the shape of EC2's answers, by their ids.

    `attributes`: instance -> what DescribeInstanceAttribute tells, by EC2's names. `credits`: instance -> CpuCredits.
    `mgn`: what MGN lists, by operation; None for an account that MGN does not know.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin with nothing; whoever holds this object keeps it."""
        self.instances: dict[str, Item] = {}
        self.volumes: dict[str, Item] = {}
        self.addresses: dict[str, Item] = {}
        self.attributes: dict[str, Item] = {}
        self.credits: dict[str, str] = {}
        self.images: dict[str, Item] = {}
        self.mgn: dict[str, list[Item]] | None = None
        self.made = 0

    def __bool__(self) -> bool:
        return bool(self.instances)

    def plant(self, **parts: Any) -> None:
        """Add to what is there, by the names of the attributes."""
        for name, items in parts.items():
            if name == "mgn":
                self.mgn = {**(self.mgn or {}), **items}
            else:
                getattr(self, name).update(copy.deepcopy(items))

    def instance(self, instance_id: str) -> Item:
        """Return an instance; raises EC2's error where there is none."""
        if instance_id not in self.instances:
            message = f"The instance ID '{instance_id}' does not exist"
            raise EC2ClientError("InvalidInstanceID.NotFound", message)
        return self.instances[instance_id]

    def launch(self, properties: Item) -> str:
        """Run an instance as CloudFormation does; who adopts wants to see none."""
        self.made += 1
        instance_id = f"i-f{self.made:016x}"
        self.instances[instance_id] = {
            "InstanceId": instance_id,
            "State": {"Code": 16, "Name": "running"},
            "Placement": {"AvailabilityZone": "eu-central-1a", "Tenancy": "default"},
            "Monitoring": {"State": "disabled"},
            "RootDeviceName": "/dev/xvda",
            "RootDeviceType": "ebs",
            "SourceDestCheck": True,
            "ImageId": properties.get("ImageId", ""),
            "InstanceType": properties.get("InstanceType", "m1.small"),
            "SubnetId": properties.get("SubnetId", "subnet-0a1b2c3d4e5f60718"),
            "Tags": properties.get("Tags", []),
            "SecurityGroups": [
                {"GroupId": group} for group in properties.get("SecurityGroupIds", ["sg-0a1b2c3d4e5f60718"])
            ],
        }
        return instance_id

    def tag(self, resource_id: str, tags: dict[str, str]) -> None:
        """Set tags of an instance, a volume or an address."""
        for kind in KINDS:
            item = getattr(self, kind).get(resource_id)
            if item is not None:
                held = {tag["Key"]: tag["Value"] for tag in item.get("Tags", ())} | tags
                item["Tags"] = [{"Key": key, "Value": value} for key, value in held.items()]

    def untag(self, resource_id: str, keys: set[str]) -> None:
        """Take tags away."""
        for kind in KINDS:
            item = getattr(self, kind).get(resource_id)
            if item is not None:
                item["Tags"] = [tag for tag in item.get("Tags", ()) if tag["Key"] not in keys]


def filtered(items: Iterator[Item], filters: list[Item]) -> list[Item]:
    """Return the items that all filters let pass. Raises EC2's error for a wrong filter, or over 200 values."""
    for each in filters:
        if len(each["Values"]) > 200:
            raise EC2ClientError(
                "FilterLimitExceeded", "The maximum number of filter values specified is 200"
            )
    tests = [(_values_of(each["Name"]), _pattern(each["Values"])) for each in filters]
    return [
        item
        for item in items
        if all(any(pattern.fullmatch(value) for value in values(item)) for values, pattern in tests)
    ]


def _pattern(values: list[str]) -> re.Pattern[str]:
    joined = "|".join(re.escape(value).replace(r"\*", ".*").replace(r"\?", ".") for value in values)
    return re.compile(joined, re.DOTALL)


def _values_of(name: str) -> Callable[[Item], list[str]]:
    if name.startswith("tag:"):
        key = name.removeprefix("tag:")
        return lambda item: [tag["Value"] for tag in item.get("Tags", ()) if tag["Key"] == key]
    if name not in _FILTERS:
        raise EC2ClientError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return _FILTERS[name]


_FILTERS: dict[str, Callable[[Item], list[str]]] = {
    "instance-id": lambda item: [item.get("InstanceId", "")],
    "instance-state-name": lambda item: [item["State"]["Name"]],
    "attachment.instance-id": lambda item: [each["InstanceId"] for each in item.get("Attachments", ())],
    "tag-key": lambda item: [tag["Key"] for tag in item.get("Tags", ())],
    "public-ip": lambda item: [item.get("PublicIp", "")],
    "volume-id": lambda item: [item.get("VolumeId", "")],
    "image-id": lambda item: [item.get("ImageId", "")],
}
