"""EC2's calls on a planted fleet, as operations of moto's EC2; moto answers them where no fleet is planted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses import EC2Response

from tests.servers.aws.adoption.fleet import BURSTING, Fleet, filtered
from tests.servers.aws.adoption.sessions import Sessions

Method = Callable[..., Any]
MADE = datetime(2025, 6, 1, 8, tzinfo=UTC)


def fleet_calls(fleet: Fleet, sessions: Sessions) -> dict[str, Method]:
    """Return EC2's operations, by moto's names for them."""

    def page(response: EC2Response, items: list[Any], key: str) -> ActionResult:
        start = int(response._get_param("NextToken") or 0)
        most = int(response._get_param("MaxResults") or 1000)
        following = str(start + most) if len(items) > start + most else None
        return ActionResult({key: items[start : start + most], "NextToken": following})

    def describe_instances(response: EC2Response) -> ActionResult:
        items = filtered(iter(fleet.instances.values()), response._get_param("Filters", []))
        for instance_id in response._get_param("InstanceIds", []):
            fleet.instance(instance_id)
        wanted = response._get_param("InstanceIds", []) or [item["InstanceId"] for item in items]
        reservations = [
            {"ReservationId": f"r-{item['InstanceId'][2:]}", "OwnerId": "123456789012", "Instances": [item]}
            for item in items
            if item["InstanceId"] in wanted
        ]
        return page(response, reservations, "Reservations")

    def describe_volumes(response: EC2Response) -> ActionResult:
        items = filtered(iter(fleet.volumes.values()), response._get_param("Filters", []))
        wanted = response._get_param("VolumeIds", [])
        shown = [item for item in items if not wanted or item["VolumeId"] in wanted]
        if len(shown) < len(wanted):
            raise EC2ClientError("InvalidVolume.NotFound", "The volume does not exist")
        return page(response, shown, "Volumes")

    def describe_addresses(response: EC2Response) -> ActionResult:
        return ActionResult(
            {"Addresses": filtered(iter(fleet.addresses.values()), response._get_param("Filters", []))}
        )

    def describe_images(response: EC2Response) -> ActionResult:
        images = [{"ImageId": name, "CreationDate": MADE, **image} for name, image in fleet.images.items()]
        return ActionResult({"Images": filtered(iter(images), response._get_param("Filters", []))})

    def describe_instance_attribute(response: EC2Response) -> ActionResult:
        instance_id, name = response._get_param("InstanceId"), response._get_param("Attribute")
        fleet.instance(instance_id)
        held = fleet.attributes.get(instance_id, {})
        value = held.get(
            name, {"instanceInitiatedShutdownBehavior": "stop", "userData": None}.get(name, False)
        )
        told = {} if value is None else {"Value": value}
        return ActionResult({"InstanceId": instance_id, name[0].upper() + name[1:]: told})

    def describe_instance_credit_specifications(response: EC2Response) -> ActionResult:
        ids = response._get_param("InstanceIds", [])
        for instance_id in ids:
            kind = fleet.instance(instance_id)["InstanceType"]
            if not kind.startswith(BURSTING):
                message = f"The instance {instance_id} of type {kind} does not support credit specification."
                raise EC2ClientError("UnsupportedOperation", message)
        items = [{"InstanceId": each, "CpuCredits": fleet.credits.get(each, "standard")} for each in ids]
        return page(response, items, "InstanceCreditSpecifications")

    def create_tags(response: EC2Response) -> EmptyResult:
        sessions.check(response, "ec2:CreateTags")
        tags = {tag["Key"]: tag.get("Value", "") for tag in response._get_param("Tags", [])}
        if any(key.startswith("aws:") for key in tags):
            raise EC2ClientError("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved")
        for resource_id in response._get_param("Resources", []):
            fleet.tag(resource_id, tags)
        return EmptyResult()

    def delete_tags(response: EC2Response) -> EmptyResult:
        sessions.check(response, "ec2:DeleteTags")
        keys = {tag["Key"] for tag in response._get_param("Tags", [])}
        for resource_id in response._get_param("Resources", []):
            fleet.untag(resource_id, keys)
        return EmptyResult()

    def run_instances(response: EC2Response) -> ActionResult:
        sessions.check(response, "ec2:RunInstances")
        tags = [tag for each in response._get_param("TagSpecifications", []) for tag in each["Tags"]]
        said = {
            "ImageId": response._get_param("ImageId"),
            "InstanceType": response._get_param("InstanceType"),
        }
        instance_id = fleet.launch(said | {"Tags": tags})
        return ActionResult({"Instances": [fleet.instances[instance_id]]})

    def terminate_instances(response: EC2Response) -> ActionResult:
        ids = response._get_param("InstanceIds", [])
        for instance_id in ids:
            fleet.instance(instance_id)["State"] = {"Code": 48, "Name": "terminated"}
        return ActionResult({"TerminatingInstances": [{"InstanceId": each} for each in ids]})

    def create_volume(response: EC2Response) -> ActionResult:
        tags = [tag for each in response._get_param("TagSpecifications", []) for tag in each["Tags"]]
        volume_id = f"vol-{len(fleet.volumes) + 1:017x}"
        fleet.volumes[volume_id] = {
            "VolumeId": volume_id,
            "AvailabilityZone": response._get_param("AvailabilityZone"),
            "Size": int(response._get_param("Size")),
            "VolumeType": response._get_param("VolumeType"),
            "State": "available",
            "Iops": 3000,
            "Throughput": 125,
            "Encrypted": False,
            "Attachments": [],
            "Tags": tags,
        }
        return ActionResult(fleet.volumes[volume_id])

    def attach_volume(response: EC2Response) -> ActionResult:
        sessions.check(response, "ec2:AttachVolume")
        names = {name: response._get_param(name) for name in ("VolumeId", "InstanceId", "Device")}
        volume = fleet.volumes[names["VolumeId"]]
        attached = {**names, "State": "attached", "DeleteOnTermination": False}
        volume.update(State="in-use", Attachments=[attached])
        mapping = {
            "DeviceName": names["Device"],
            "Ebs": {"VolumeId": names["VolumeId"], "Status": "attached"},
        }
        fleet.instance(names["InstanceId"]).setdefault("BlockDeviceMappings", []).append(mapping)
        return ActionResult(attached)

    def delete_volume(response: EC2Response) -> EmptyResult:
        fleet.volumes.pop(response._get_param("VolumeId"))
        return EmptyResult()

    own = {
        "run_instances": run_instances,
        "terminate_instances": terminate_instances,
        "create_volume": create_volume,
        "attach_volume": attach_volume,
        "delete_volume": delete_volume,
        "describe_instances": describe_instances,
        "describe_volumes": describe_volumes,
        "describe_addresses": describe_addresses,
        "describe_images": describe_images,
        "describe_instance_attribute": describe_instance_attribute,
        "describe_instance_credit_specifications": describe_instance_credit_specifications,
        "create_tags": create_tags,
        "delete_tags": delete_tags,
    }
    return {name: _either(fleet, method, getattr(EC2Response, name)) for name, method in own.items()}


def _either(fleet: Fleet, planted: Method, motos: Method) -> Method:
    def answer(response: Any) -> Any:
        return planted(response) if fleet else motos(response)

    return answer
