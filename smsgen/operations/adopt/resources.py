"""A live server as the resources of a template: what its stack says of it, and what identifies each for an import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from smsgen.cfn.intrinsics import call
from smsgen.compiler.servers.addresses import address_names
from smsgen.compiler.servers.devices import volume_names
from smsgen.compiler.servers.interfaces import interface_names
from smsgen.model.launch import Volume
from smsgen.model.launching.network import AttachedInterface, ElasticAddress
from smsgen.operations.adopt.properties import (
    attached_beside_first,
    instance_properties,
    own_address,
    settable_tags,
    volume_properties,
)
from smsgen.operations.ports.adoption import LiveServer

INSTANCE = "AWS::EC2::Instance"
SECRET = "sha256"
"""The key under which a snapshot holds what stands for user data."""


class LiveResource(NamedTuple):
    """A resource that exists: its type, what identifies it, and its properties in CloudFormation's words.

    `attributes`: what GetAtt gives of it, as far as templates ask for that.
    """

    type: str
    identifier: Mapping[str, str]
    properties: Mapping[str, Any]
    attributes: Mapping[str, str] = {}


def resources_of(
    server: LiveServer, logical_id: str, asked: frozenset[str] = frozenset()
) -> dict[str, LiveResource]:
    """Return the resources of a server by the logical ids that a compiled template gives them."""
    instance_id = server.instance_id
    zone = {"AvailabilityZone": server.instance.get("Placement", {}).get("AvailabilityZone", "")}
    properties = instance_properties(server, asked)
    resources = {logical_id: LiveResource(INSTANCE, {"InstanceId": instance_id}, properties, zone)}
    for volume, device in data_volumes(server):
        volume_id = str(volume["VolumeId"])
        name, attachment = volume_names(logical_id, Volume(device))
        both = {"VolumeId": volume_id, "InstanceId": instance_id}
        resources[name] = LiveResource("AWS::EC2::Volume", {"VolumeId": volume_id}, volume_properties(volume))
        resources[attachment] = LiveResource("AWS::EC2::VolumeAttachment", both, {**both, "Device": device})
    for interface in attached_beside_first(server):
        index = interface["Attachment"]["DeviceIndex"]
        _, attachment = interface_names(logical_id, AttachedInterface(index))
        resources[attachment] = _interface_attachment(server, interface)
    address = own_address(server)
    if address is not None:
        [name] = address_names(logical_id, ElasticAddress())
        resources[name] = _elastic_address(server, address)
    return resources


def _interface_attachment(server: LiveServer, interface: Mapping[str, Any]) -> LiveResource:
    """Return the attachment of a further interface; the interface itself stays outside of the stack."""
    attachment = interface["Attachment"]
    properties = {
        "DeviceIndex": str(attachment["DeviceIndex"]),
        "InstanceId": server.instance_id,
        "NetworkInterfaceId": interface["NetworkInterfaceId"],
        "DeleteOnTermination": bool(attachment.get("DeleteOnTermination", False)),
    }
    identifier = {"AttachmentId": attachment["AttachmentId"]}
    return LiveResource("AWS::EC2::NetworkInterfaceAttachment", identifier, properties)


def _elastic_address(server: LiveServer, address: Mapping[str, Any]) -> LiveResource:
    identifier = {key: str(address[key]) for key in ("PublicIp", "AllocationId")}
    tags = settable_tags(address.get("Tags"))
    properties: dict[str, Any] = {"InstanceId": server.instance_id} | ({"Tags": tags} if tags else {})
    return LiveResource("AWS::EC2::EIP", identifier, properties)


def data_volumes(server: LiveServer) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield the volumes of a server but for its root, and their devices, by device."""
    devices = []
    for volume in server.volumes:
        for attached in volume.get("Attachments", ()):
            if attached["InstanceId"] == server.instance_id and attached["Device"] != server.instance.get(
                "RootDeviceName"
            ):
                devices.append((str(attached["Device"]), volume))
    yield from ((volume, device) for device, volume in sorted(devices, key=lambda pair: pair[0]))


def masked(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties as a snapshot and a report hold them: a digest stands for user data, which may be secret."""
    if not isinstance(properties.get("UserData"), str):
        return dict(properties)
    return {**properties, "UserData": {SECRET: sha256(properties["UserData"].encode()).hexdigest()}}


def evaluated(properties: Any, live: Mapping[str, LiveResource]) -> Any:
    """Return what a template says of a resource, its references to the others replaced by what they are.

    `live`: logical id -> what exists. What cannot be worked out stays as it is.
    """
    if isinstance(properties, list):
        return [evaluated(value, live) for value in properties]
    called = call(properties)
    if called is None:
        if isinstance(properties, dict):
            return {key: evaluated(value, live) for key, value in properties.items()}
        return properties
    return _worked_out(*called, properties, live)


def _worked_out(function: str, argument: Any, whole: Any, live: Mapping[str, LiveResource]) -> Any:
    if function == "Fn::Base64" and isinstance(argument, str):
        from base64 import b64encode

        return b64encode(argument.encode()).decode("ascii")
    if function == "Ref" and argument in live:
        return "|".join(live[argument].identifier.values())
    if function == "Fn::GetAtt":
        name, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
        return live[name].attributes.get(attribute, whole) if name in live else whole
    return whole
