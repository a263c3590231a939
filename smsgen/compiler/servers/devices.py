"""The block devices of a server: mappings of its instance, and volumes that outlive it, which are resources.

Profile `hardened` encrypts all of them, the root volume among them, and makes them gp3, where the file does not say
otherwise.
"""

from __future__ import annotations

from typing import Any

from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.servers.lifetime import policies
from smsgen.compiler.servers.tags import own_tags
from smsgen.compiler.tropo import (
    BlockDeviceMapping,
    EbsBlockDevice,
    GetAtt,
    Ref,
    Tags,
    VolumeAttachment,
)
from smsgen.compiler.tropo import Volume as EbsVolume
from smsgen.model.app import App
from smsgen.model.launch import Volume
from smsgen.model.volumes import ROOT_DEVICES

ROOT_DEVICE = ROOT_DEVICES[0]
"""Images made by SMS and VM Import/Export name their root volume so; another is named under `volumes`."""

_SNAPSHOT = {"DeletionPolicy": "Snapshot", "UpdateReplacePolicy": "Snapshot"}


def device_names(server: ResolvedServer, logical_id: str) -> tuple[str, ...]:
    """Return the logical ids of what `retained_volumes` makes."""
    names: list[str] = []
    for volume in apart(server):
        name, attachment = volume_names(logical_id, volume)
        names += [attachment] if volume.volume_id else [name, attachment]
    return tuple(names)


def volume_names(logical_id: str, volume: Volume) -> tuple[str, str]:
    """Return the logical ids of a retained volume and of its attachment, made from its device name."""
    device = "".join(part[:1].upper() + part[1:] for part in volume.device.removeprefix("/dev/").split("/"))
    name = f"{logical_id}Volume{''.join(c for c in device if c.isalnum())}"
    return name, f"{name}Attachment"


def is_made(volume: Volume) -> bool:
    """Return whether a volume is made for the server: no instance store, none that is there, and not none at all."""
    return not (volume.volume_id or volume.virtual_name or volume.no_device)


def is_apart(volume: Volume) -> bool:
    """Return whether a volume is attached to the instance, not mapped by it."""
    return volume.retain or volume.volume_id is not None


def apart(server: ResolvedServer) -> tuple[Volume, ...]:
    """Return the volumes that are attached, by device: those that outlive the server, and those that were there."""
    volumes = (volume for volume in server.launch.volumes or () if is_apart(volume))
    return tuple(sorted(volumes, key=lambda volume: volume.device))


def block_devices(server: ResolvedServer, profile: str) -> list[Any]:
    """Return the mappings by device. Volumes that outlive the server are not among them."""
    declared = server.launch.volumes
    hardened = profile == "hardened"
    # What only names the root volume says nothing in other profiles, which leave the image's devices alone.
    volumes = [
        volume
        for volume in declared or ()
        if not is_apart(volume) and (hardened or volume != Volume(volume.device))
    ]
    # `volumes: []` says that the image's own devices are to be left alone.
    if hardened and declared != () and not any(volume.device in ROOT_DEVICES for volume in declared or ()):
        volumes.append(Volume(device=ROOT_DEVICE))
    volumes.sort(key=lambda volume: volume.device)
    return [
        BlockDeviceMapping(DeviceName=volume.device, **_device(volume, server, hardened))
        for volume in volumes
    ]


def _device(volume: Volume, server: ResolvedServer, hardened: bool) -> dict[str, Any]:
    if volume.no_device:
        return {"NoDevice": {}}
    if volume.virtual_name:
        return {"VirtualName": volume.virtual_name}
    return {"Ebs": EbsBlockDevice(**_ebs(volume, server, hardened))}


def _ebs(volume: Volume, server: ResolvedServer, hardened: bool) -> dict[str, Any]:
    keep = volume.delete_on_termination
    if keep is None and (hardened or server.launch.stateful):
        keep = not server.launch.stateful
    return _given(
        VolumeSize=volume.size,
        VolumeType=volume.type or ("gp3" if hardened else None),
        Iops=volume.iops,
        Throughput=volume.throughput,
        Encrypted=volume.encrypted if volume.encrypted is not None else (True if hardened else None),
        KmsKeyId=volume.kms_key_id,
        SnapshotId=volume.snapshot_id,
        DeleteOnTermination=keep,
    )


def retained_volumes(server: ResolvedServer, logical_id: str, app: App) -> dict[str, dict[str, Any]]:
    """Return the volumes that outlive the server, and the attachments of those and of others, by logical id.

    CloudFormation snapshots a volume before it deletes it, unless all that is the server's own is kept.
    """
    resources: dict[str, dict[str, Any]] = {}
    kept = policies(server)
    for volume in apart(server):
        name, attachment = volume_names(logical_id, volume)
        if volume.volume_id is None:
            properties = _volume(server, logical_id, volume, app)
            resources[name] = EbsVolume(name, **(kept or _SNAPSHOT), **properties).to_dict()
        resources[attachment] = VolumeAttachment(
            attachment,
            Device=volume.device,
            InstanceId=Ref(logical_id),
            VolumeId=volume.volume_id or Ref(name),
            **kept,
        ).to_dict()
    return resources


def _volume(server: ResolvedServer, logical_id: str, volume: Volume, app: App) -> dict[str, Any]:
    plain = app.profile == "plain"
    tags = own_tags(server, app, f"{server.title} {volume.device}", volume.tags)
    return _given(
        AvailabilityZone=GetAtt(logical_id, "AvailabilityZone"),
        VolumeType=volume.type or (None if plain else "gp3"),
        Encrypted=(None if plain else True) if volume.encrypted is None else volume.encrypted,
        Tags=Tags(tags) if tags else None,
        Size=volume.size,
        Iops=volume.iops,
        Throughput=volume.throughput,
        KmsKeyId=volume.kms_key_id,
        SnapshotId=volume.snapshot_id,
    )


def _given(**properties: Any) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value is not None}
