"""One server -> its AWS::EC2::Instance, and the resources that are its own: volumes that outlive it, its signal.

Hardened defaults (profile `hardened`), each of which the file can override: IMDSv2 with hop limit 1, an encrypted gp3
root volume, detailed monitoring, EBS optimisation, tags on the volumes. A network interface is written only where a
public address is asked for or refused: it is a property that always replaces the instance.
"""

from typing import Any, NamedTuple

from smsgen.compiler import identity
from smsgen.compiler.parameters import Parameters
from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.tropo import (
    BlockDeviceMapping,
    CreationPolicy,
    EbsBlockDevice,
    GetAtt,
    Instance,
    MetadataOptions,
    NetworkInterfaceProperty,
    Ref,
    ResourceSignal,
    Tags,
    VolumeAttachment,
    WaitCondition,
    WaitConditionHandle,
)
from smsgen.compiler.tropo import Volume as EbsVolume
from smsgen.model.app import App
from smsgen.model.launch import Volume
from smsgen.model.rules import seconds
from smsgen.model.volumes import ROOT_DEVICES

ROOT_DEVICE = ROOT_DEVICES[0]
"""Images made by SMS and VM Import/Export name their root volume so; another is named under `volumes`."""

_NOT_EBS_OPTIMIZED = frozenset(
    ["c1", "c3", "cc1", "cc2", "cg1", "cr1", "g2", "hi1", "hs1", "i2", "m1", "m2", "m3", "r3", "t1", "t2"]
)
"""Families that refuse EbsOptimized or take it for some sizes only (EC2 user guide, "EBS-optimized instances")."""


class Part(NamedTuple):
    """A server's resources by logical id, and those of them that must be complete before the next launch order."""

    resources: dict[str, dict[str, Any]]
    waited_for: tuple[str, ...]


def build_server(
    server: ResolvedServer,
    logical_id: str,
    *,
    app: App,
    parameters: Parameters,
    depends_on: list[str],
    user_data: Any = None,
) -> Part:
    """Return the resources of one server. `user_data` is the finished value of the property, or None."""
    resources = {logical_id: _instance(server, logical_id, app, parameters, depends_on, user_data)}
    waited_for = [logical_id]
    for volume in retained(server):
        volume_id, attachment_id = volume_names(logical_id, volume)
        resources[volume_id], resources[attachment_id] = _retained(server, logical_id, volume, volume_id, app)
        waited_for.append(attachment_id)
    if signals_by_wait_condition(server):
        # A pair for each server, not a count for all: CloudFormation cannot update a WaitCondition, so a server that
        # joins its group must not touch those of the others.
        resources[handle_name(logical_id)] = WaitConditionHandle(handle_name(logical_id)).to_dict()
        resources[f"{logical_id}Ready"] = _wait_condition(server, logical_id)
        waited_for.append(f"{logical_id}Ready")
    return Part(resources, tuple(waited_for))


def resource_names(server: ResolvedServer, logical_id: str) -> tuple[str, ...]:
    """Return the logical ids of all that `build` makes of one server."""
    names = [logical_id, *(name for volume in retained(server) for name in volume_names(logical_id, volume))]
    if signals_by_wait_condition(server):
        names += [handle_name(logical_id), f"{logical_id}Ready"]
    return tuple(names)


def handle_name(logical_id: str) -> str:
    """Return the logical id of the handle that a server's boot script signals."""
    return f"{logical_id}Handle"


def volume_names(logical_id: str, volume: Volume) -> tuple[str, str]:
    """Return the logical ids of a retained volume and of its attachment, made from its device name."""
    device = "".join(part[:1].upper() + part[1:] for part in volume.device.removeprefix("/dev/").split("/"))
    name = f"{logical_id}Volume{''.join(c for c in device if c.isalnum())}"
    return name, f"{name}Attachment"


def retained(server: ResolvedServer) -> tuple[Volume, ...]:
    """Return the volumes that are resources of their own, by device."""
    volumes = (volume for volume in server.launch.volumes or () if volume.retain)
    return tuple(sorted(volumes, key=lambda volume: volume.device))


def signals_by_wait_condition(server: ResolvedServer) -> bool:
    """Return whether the server says that it is ready through a WaitCondition."""
    return server.launch.readiness is not None and server.launch.readiness.signal == "waitCondition"


def _instance(
    server: ResolvedServer,
    logical_id: str,
    app: App,
    parameters: Parameters,
    depends_on: list[str],
    user_data: Any,
) -> dict[str, Any]:
    launch = server.launch
    properties: dict[str, Any] = {
        "ImageId": parameters.image(server, logical_id),
        "InstanceType": parameters.instance_type(server),
        "Tags": Tags(server_tags(server, app, logical_id)),
        **_network(server, parameters),
        **_hardening(server, app.profile),
    }
    devices = _block_devices(server, app.profile)
    optional = {
        "KeyName": launch.ec2_key_name,
        "AvailabilityZone": launch.availability_zone,
        "Tenancy": launch.tenancy,
        "UserData": user_data,
        "IamInstanceProfile": _profile(server),
        "BlockDeviceMappings": devices or None,
        "DisableApiTermination": True if launch.stateful else None,
    }
    properties.update((name, value) for name, value in optional.items() if value is not None)
    attributes: dict[str, Any] = {"Metadata": {"smsgen": metadata(server)}}
    if depends_on:
        attributes["DependsOn"] = depends_on
    if launch.readiness is not None and launch.readiness.signal == "creationPolicy":
        signal = ResourceSignal(Count=1, Timeout=launch.readiness.timeout)
        attributes["CreationPolicy"] = CreationPolicy(ResourceSignal=signal)
    if launch.stateful:
        attributes.update(DeletionPolicy="Retain", UpdateReplacePolicy="Retain")
    instance: dict[str, Any] = Instance(logical_id, **properties, **attributes).to_dict()
    return instance


def _network(server: ResolvedServer, parameters: Parameters) -> dict[str, Any]:
    launch = server.launch
    subnet, groups = parameters.subnet(server), parameters.security_groups(server)
    address = {"PrivateIpAddress": launch.private_ip_address} if launch.private_ip_address else {}
    if launch.associate_public_ip_address is None:
        return {"SubnetId": subnet, "SecurityGroupIds": groups, **address}
    # AssociatePublicIpAddress lives only in the interface; with it, subnet, groups and address must move there.
    interface = NetworkInterfaceProperty(
        DeviceIndex="0",
        AssociatePublicIpAddress=launch.associate_public_ip_address,
        SubnetId=subnet,
        GroupSet=groups,
        **address,
    )
    return {"NetworkInterfaces": [interface]}


def _hardening(server: ResolvedServer, profile: str) -> dict[str, Any]:
    launch, hardened = server.launch, profile == "hardened"
    properties: dict[str, Any] = {}
    monitoring = launch.monitoring if launch.monitoring is not None else (True if hardened else None)
    if monitoring is not None:
        properties["Monitoring"] = monitoring
    optimized = launch.ebs_optimized
    if optimized is None and hardened:
        optimized = (launch.instance_type or "").partition(".")[0] not in _NOT_EBS_OPTIMIZED or None
    if optimized is not None:
        properties["EbsOptimized"] = optimized
    options = _metadata_options(server, hardened)
    if options:
        properties["MetadataOptions"] = MetadataOptions(**options)
    if hardened:
        properties["PropagateTagsToVolumeOnCreation"] = True
    return properties


def _metadata_options(server: ResolvedServer, hardened: bool) -> dict[str, Any]:
    asked = server.launch.metadata_options
    options: dict[str, Any] = {}
    if hardened:
        # Security Hub EC2.8; a hop limit of 1 keeps containers and proxies on the server away from the credentials.
        options = {"HttpEndpoint": "enabled", "HttpTokens": "required", "HttpPutResponseHopLimit": 1}
    if asked is not None:
        named = {
            "HttpTokens": asked.http_tokens,
            "HttpPutResponseHopLimit": asked.http_put_response_hop_limit,
            "HttpEndpoint": asked.http_endpoint,
            "InstanceMetadataTags": asked.instance_metadata_tags,
            "HttpProtocolIpv6": asked.http_protocol_ipv6,
        }
        options.update((name, value) for name, value in named.items() if value is not None)
    return options


def _profile(server: ResolvedServer) -> Any:
    if server.launch.iam_instance_profile_name:
        return server.launch.iam_instance_profile_name
    return Ref(identity.PROFILE) if server.launch.create_instance_profile else None


def _block_devices(server: ResolvedServer, profile: str) -> list[Any]:
    """Return the mappings by device. Volumes that outlive the server are not among them."""
    declared = server.launch.volumes
    hardened = profile == "hardened"
    # What only names the root volume says nothing in profile sms, which leaves the image's devices alone.
    volumes = [
        volume
        for volume in declared or ()
        if not volume.retain and (hardened or volume != Volume(volume.device))
    ]
    # `volumes: []` says that the image's own devices are to be left alone.
    if hardened and declared != () and not any(volume.device in ROOT_DEVICES for volume in declared or ()):
        volumes.append(Volume(device=ROOT_DEVICE))
    volumes.sort(key=lambda volume: volume.device)
    return [
        BlockDeviceMapping(DeviceName=volume.device, Ebs=EbsBlockDevice(**_ebs(volume, server, hardened)))
        for volume in volumes
    ]


def _ebs(volume: Volume, server: ResolvedServer, hardened: bool) -> dict[str, Any]:
    keep = volume.delete_on_termination
    if keep is None and (hardened or server.launch.stateful):
        keep = not server.launch.stateful
    named = {
        "VolumeSize": volume.size,
        "VolumeType": volume.type or ("gp3" if hardened else None),
        "Iops": volume.iops,
        "Throughput": volume.throughput,
        "Encrypted": volume.encrypted if volume.encrypted is not None else (True if hardened else None),
        "KmsKeyId": volume.kms_key_id,
        "SnapshotId": volume.snapshot_id,
        "DeleteOnTermination": keep,
    }
    return {name: value for name, value in named.items() if value is not None}


def _retained(
    server: ResolvedServer, logical_id: str, volume: Volume, volume_id: str, app: App
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the volume, which CloudFormation snapshots before it deletes it, and its attachment."""
    properties = {
        "AvailabilityZone": GetAtt(logical_id, "AvailabilityZone"),
        "VolumeType": volume.type or "gp3",
        "Encrypted": True if volume.encrypted is None else volume.encrypted,
        "Tags": Tags(server_tags(server, app, logical_id, name=f"{server.title} {volume.device}")),
    }
    named = {
        "Size": volume.size,
        "Iops": volume.iops,
        "Throughput": volume.throughput,
        "KmsKeyId": volume.kms_key_id,
        "SnapshotId": volume.snapshot_id,
    }
    properties.update((name, value) for name, value in named.items() if value is not None)
    resource = EbsVolume(volume_id, DeletionPolicy="Snapshot", UpdateReplacePolicy="Snapshot", **properties)
    attachment = VolumeAttachment(
        f"{volume_id}Attachment", Device=volume.device, InstanceId=Ref(logical_id), VolumeId=Ref(volume_id)
    )
    return resource.to_dict(), attachment.to_dict()


def _wait_condition(server: ResolvedServer, logical_id: str) -> dict[str, Any]:
    readiness = server.launch.readiness
    timeout = seconds(readiness.timeout) if readiness else None
    condition: dict[str, Any] = WaitCondition(
        f"{logical_id}Ready",
        DependsOn=[logical_id],
        Handle=Ref(handle_name(logical_id)),
        Timeout=str(timeout),
        Count=1,
    ).to_dict()
    return condition


def server_tags(server: ResolvedServer, app: App, logical_id: str, *, name: str = "") -> dict[str, str]:
    """Return the tags of a server's resources, sorted by key: a server's own win over the application's."""
    pairs = {
        "Name": name or server.title or logical_id,
        "smsgen:app": app.name,
        "smsgen:app-id": app.app_id,
        "smsgen:launch-order": str(server.launch_order),
    }
    more = {"smsgen:group": server.group.name, "smsgen:server-id": server.server.server_id}
    pairs.update((key, value) for key, value in more.items() if value)
    pairs.update((key, value) for key, value in app.tags)
    pairs.update((key, value) for key, value in server.launch.tags or ())
    return dict(sorted(pairs.items()))


def metadata(server: ResolvedServer) -> dict[str, Any]:
    """Return the Metadata that says which server a resource is, in the words of the application file."""
    vm = server.server.vm_server
    named = {
        "group": server.group.name,
        "launchOrder": server.launch_order,
        "serverId": server.server.server_id,
        "vmName": vm.vm_name,
        "vmId": vm.vm_server_address.vm_id,
        "vmManagerId": vm.vm_server_address.vm_manager_id,
        "replicationJobId": server.server.replication_job_id,
        "vpc": server.launch.vpc,
    }
    return {name: value for name, value in named.items() if value not in ("", None)}
