"""Images of snapshots that EBS direct made. moto's EC2 holds them: DescribeImages, CreateTags and the like are moto's.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RegisterImage.html; the errors' texts are EC2's own where
they are known, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html has the codes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.amis import Ami
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.utils import random_ami_id

NAME = re.compile(r"[A-Za-z0-9()\[\] ./\-'@_]{3,128}")
Mapping = dict[str, Any]


class Registration(NamedTuple):
    """A RegisterImage as it came. What is not given is EC2's default: paravirtual, i386, without ENA."""

    name: str
    mappings: Sequence[Mapping]
    root: str = "/dev/sda1"
    description: str = ""
    virtualization: str = "paravirtual"
    architecture: str = "i386"
    ena: bool = False
    boot_mode: str | None = None
    platform: str | None = None


class StoredImage(Ami):
    """An image of snapshots; it is pending or failed as long as one of them is."""

    def __init__(self, backend: Any, registration: Registration) -> None:
        self._switched = ""
        self.mappings = [_completed(backend, mapping) for mapping in registration.mappings]
        super().__init__(
            backend,
            random_ami_id(),
            name=registration.name,
            description=registration.description,
            virtualization_type=registration.virtualization,
            architecture=registration.architecture,
            platform=registration.platform,
            root_device_type="ebs",
            root_device_name=registration.root,
            image_location=f"{backend.account_id}/{registration.name}",
            hypervisor="xen",
        )
        self.boot_mode = registration.boot_mode  # type: ignore[assignment] # absent where nobody said one
        self.ena_support = registration.ena
        del backend.snapshots[self.ebs_snapshot.id]  # moto makes one of its own for every image

    @property
    def block_device_mappings(self) -> list[Mapping]:
        return self.mappings

    @property
    def snapshot_ids(self) -> list[str]:
        """Return the ids of the snapshots that it needs."""
        return [mapping["Ebs"]["SnapshotId"] for mapping in self.mappings if _snapshot_id(mapping)]

    def get_filter_value(self, filter_name: str, method_name: str | None = None) -> Any:
        if filter_name == "block-device-mapping.snapshot-id":
            return self.snapshot_ids
        return super().get_filter_value(filter_name, method_name)

    @property
    def state(self) -> str:
        """Return available, pending, failed or disabled."""
        states = {self.ec2_backend.snapshots[each].status for each in self.snapshot_ids}
        if "error" in states:
            return "failed"
        return "pending" if "pending" in states else self._switched or "available"

    @state.setter
    def state(self, state: str) -> None:
        """DisableImage and EnableImage."""
        self._switched = state


def _snapshot_id(mapping: Mapping) -> str | None:
    snapshot_id: str | None = mapping.get("Ebs", {}).get("SnapshotId")
    return snapshot_id


def _completed(backend: Any, mapping: Mapping) -> Mapping:
    """Return a mapping with what EC2 adds from its snapshot."""
    snapshot = backend.snapshots.get(_snapshot_id(mapping))
    if snapshot is None:
        return mapping
    added = {"VolumeSize": snapshot.volume_size, "VolumeType": "standard", "DeleteOnTermination": True}
    return mapping | {"Ebs": added | mapping["Ebs"] | {"Encrypted": snapshot.encrypted}}


def register(backend: Any, registration: Registration, *, pending: bool) -> StoredImage:
    """Register an image; raises EC2ClientError. `pending`: its snapshots need not be completed yet."""
    _check_name(backend, registration.name)
    for mapping in registration.mappings:
        _check_mapping(backend, mapping, pending=pending)
        _check_encryption(mapping)
    devices = [mapping.get("DeviceName") for mapping in registration.mappings]
    if len(set(devices)) < len(devices):
        raise EC2ClientError("InvalidBlockDeviceMapping", "A device is mapped twice.")
    roots = [each for each in registration.mappings if each.get("DeviceName") == registration.root]
    if not roots or not _snapshot_id(roots[0]):
        raise EC2ClientError(
            "InvalidBlockDeviceMapping", f"No snapshot for the root device {registration.root}"
        )
    image = StoredImage(backend, registration)
    backend.amis[image.id] = image
    return image


def _check_name(backend: Any, name: str) -> None:
    if not NAME.fullmatch(name):
        message = (
            "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, "
            "'(', ')', '.', '-', '/' and '_'"
        )
        raise EC2ClientError("InvalidAMIName.Malformed", message)
    images = list(backend.amis.values())
    namesake = next((ami for ami in images if ami.name == name and ami.owner_id == backend.account_id), None)
    if namesake:
        raise EC2ClientError(
            "InvalidAMIName.Duplicate", f"AMI name {name} is already in use by AMI {namesake.id}"
        )


def _check_mapping(backend: Any, mapping: Mapping, *, pending: bool) -> None:
    """Refuse a mapping of a snapshot that is not there, not completed, or used wrongly."""
    snapshot_id = _snapshot_id(mapping)
    if snapshot_id is None:
        return
    snapshot = usable_snapshot(backend, snapshot_id, pending=pending)
    size = mapping["Ebs"].get("VolumeSize")
    if size is not None and int(size) < snapshot.volume_size:
        message = (
            f"Volume of size {size}GB is smaller than snapshot '{snapshot_id}', "
            f"expect size >= {snapshot.volume_size}GB"
        )
        raise EC2ClientError("InvalidBlockDeviceMapping", message)


def _check_encryption(mapping: Mapping) -> None:
    """Refuse what only a launch may say: whether a volume is encrypted whose snapshot is named."""
    if _snapshot_id(mapping) and mapping["Ebs"].get("Encrypted") is not None:
        message = (
            f"The encrypted flag cannot be specified since device {mapping.get('DeviceName')} "
            "has a snapshot specified."
        )
        raise EC2ClientError("InvalidBlockDeviceMapping", message)


def usable_snapshot(backend: Any, snapshot_id: str, *, pending: bool = False) -> Any:
    """Return a snapshot that volumes can be made of; raises EC2ClientError."""
    snapshot = backend.snapshots.get(snapshot_id)
    if snapshot is None:
        message = f"The snapshot '{snapshot_id}' does not exist."
        raise EC2ClientError("InvalidSnapshot.NotFound", message)
    allowed = ("completed", "pending") if pending else ("completed",)
    if snapshot.status not in allowed:
        raise EC2ClientError("IncorrectState", f"Snapshot is in invalid state - {snapshot.status}")
    return snapshot


class _Need(NamedTuple):
    """What a type of instance needs of an image: `refuses` tells where they do not fit."""

    refuses: Callable[[StoredImage, dict[str, Any]], bool]
    code: str
    message: str


_NEEDS = (
    _Need(
        lambda image, kind: image.virtualization_type not in kind["SupportedVirtualizationTypes"],
        "InvalidParameterCombination",
        "Virtualization type 'hvm' is required for instances of type '{kind}'. "
        "Ensure that you are using an AMI with virtualization type 'hvm'.",
    ),
    _Need(
        lambda image, kind: image.architecture not in kind["ProcessorInfo"]["SupportedArchitectures"],
        "InvalidParameterValue",
        "The architecture of the specified instance type '{kind}' does not match the architecture "
        "'{image.architecture}' of the specified AMI.",
    ),
    _Need(
        lambda image, kind: kind["NetworkInfo"]["EnaSupport"] == "required" and not image.ena_support,
        "InvalidParameterCombination",
        "Enhanced networking with the Elastic Network Adapter (ENA) is required for the '{kind}' instance type. "
        "Ensure that you are using an AMI that is enabled for ENA.",
    ),
    _Need(
        lambda image, kind: image.boot_mode == "uefi" and "uefi" not in kind.get("SupportedBootModes", ()),
        "InvalidParameterCombination",
        "The '{kind}' instance type does not support the boot mode 'uefi'.",
    ),
)


def launch_mappings(
    backend: Any, image_id: str, instance_type: str | None, mappings: Sequence[Mapping]
) -> list[Mapping]:
    """Return the mappings that an image is launched with, these ones over its own; raises EC2ClientError."""
    if image_id in backend.deleted_amis:
        raise EC2ClientError("InvalidAMIID.NotFound", f"The image id '[{image_id}]' does not exist")
    image = backend.amis.get(image_id)
    merged = list(mappings)
    if isinstance(image, StoredImage):
        _check_launch(image, instance_type)
        own = {mapping["DeviceName"]: _as_asked(mapping) for mapping in image.mappings}
        asked = {mapping["DeviceName"]: mapping for mapping in mappings}
        merged = list((own | {name: _over(own.get(name), asked[name]) for name in asked}).values())
    for mapping in merged:
        _check_mapping(backend, mapping, pending=False)
    return merged


def _check_launch(image: StoredImage, instance_type: str | None) -> None:
    if image.state != "available":
        # https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-ami.html
        message = f"AMI {image.id} is {image.state}, and cannot be run"
        raise EC2ClientError("InvalidAMIID.Unavailable", message)
    kind = INSTANCE_TYPES.get(instance_type or "")
    for need in _NEEDS:
        if kind and need.refuses(image, kind):
            raise EC2ClientError(need.code, need.message.format(kind=instance_type, image=image))


def _as_asked(mapping: Mapping) -> Mapping:
    """Return an image's mapping as a launch would ask for it: whether it is encrypted, its snapshot says."""
    return mapping | {
        "Ebs": {key: value for key, value in mapping.get("Ebs", {}).items() if key != "Encrypted"}
    }


def _over(own: Mapping | None, mapping: Mapping) -> Mapping:
    """Return a launch's mapping over the image's: what it leaves out, the image says."""
    if own is None:
        return mapping
    values = {key: value for key, value in mapping.get("Ebs", {}).items() if value is not None}
    return own | mapping | {"Ebs": own.get("Ebs", {}) | values}
