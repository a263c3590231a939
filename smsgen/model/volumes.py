"""What EBS makes: sizes, operations and throughput by volume type (EC2 API reference, EbsBlockDevice)."""

from collections.abc import Iterator
from typing import NamedTuple

from smsgen.errors import Path
from smsgen.model.launch import Volume
from smsgen.model.problems import Problems

DEFAULT_TYPE = "gp3"
ROOT_DEVICES = ("/dev/sda1", "/dev/xvda", "/dev/sda")
"""The names that images give their root volume; the first is that of SMS's, and of VM Import/Export's."""


class VolumeType(NamedTuple):
    """Limits of a volume type: sizes in GiB, operations a second (None: not chosen), and those a GiB."""

    least_size: int
    most_size: int
    least_iops: int | None = None
    most_iops: int | None = None
    iops_per_gib: int | None = None
    iops_needed: bool = False


TYPES = {
    "gp3": VolumeType(1, 65_536, 3_000, 80_000, 500),
    "gp2": VolumeType(1, 16_384),
    "io2": VolumeType(4, 65_536, 100, 256_000, 1_000, True),
    "io1": VolumeType(4, 16_384, 100, 64_000, 50, True),
    "st1": VolumeType(125, 16_384),
    "sc1": VolumeType(125, 16_384),
    "standard": VolumeType(1, 1_024),
}

Fault = tuple[str, str, str, str]
"""Code, field, message, hint."""


def volume_problems(volume: Volume, path: Path, problems: Problems) -> None:
    """Say what about the volume at `path` EBS would refuse."""
    if volume.type == "":
        return  # of no type that is known: already said
    for check in (_nothing_else, _size, _iops, _throughput, _encryption, _lifetime):
        for code, field, message, hint in check(volume):
            problems.add(code, (*path, field), message, hint, at_key=code == "CONFLICT")


def _nothing_else(volume: Volume) -> Iterator[Fault]:
    """Refuse what is said of a device that is not made: one that is there, an instance store, or none."""
    ways = {
        "volumeId": volume.volume_id,
        "virtualName": volume.virtual_name,
        "noDevice": volume.no_device or None,
    }
    named = [name for name, value in ways.items() if value is not None]
    rest = volume._replace(volume_id=None, virtual_name=None, no_device=False)
    if named and (len(named) > 1 or rest != Volume(volume.device)):
        message = f"{named[0]} and anything else about the volume contradict each other"
        yield "CONFLICT", named[0], message, "keep the device and one of volumeId, virtualName, noDevice"


def _limits(volume: Volume) -> tuple[str, VolumeType]:
    name = volume.type or DEFAULT_TYPE
    return name, TYPES[name]


def _size(volume: Volume) -> Iterator[Fault]:
    name, limits = _limits(volume)
    if volume.size is not None and not limits.least_size <= volume.size <= limits.most_size:
        message = f"a volume of type {name} cannot have {volume.size:,} GiB"
        yield "BAD_VOLUME", "size", message, f"{name} takes {limits.least_size:,} to {limits.most_size:,} GiB"
    if name in ("st1", "sc1") and volume.device in ROOT_DEVICES:
        yield "BAD_VOLUME", "type", f"{volume.device} is the root volume, and {name} cannot boot", "use gp3"


def _iops(volume: Volume) -> Iterator[Fault]:
    name, limits = _limits(volume)
    iops = volume.iops
    if iops is None:
        if limits.iops_needed:
            yield (
                "MISSING_FIELD",
                "type",
                f"a volume of type {name} needs iops",
                f"from {limits.least_iops:,}",
            )
        return
    if limits.least_iops is None or limits.most_iops is None or limits.iops_per_gib is None:
        yield (
            "CONFLICT",
            "iops",
            f"the operations of a volume of type {name} are not chosen",
            "remove iops, or use gp3",
        )
    elif not limits.least_iops <= iops <= limits.most_iops:
        hint = f"{name} takes {limits.least_iops:,} to {limits.most_iops:,}"
        yield "BAD_VOLUME", "iops", f"a volume of type {name} cannot have {iops:,} operations a second", hint
    elif volume.size is not None and iops > max(limits.least_iops, volume.size * limits.iops_per_gib):
        message = f"{iops:,} operations a second are too many for {volume.size:,} GiB of type {name}"
        yield "BAD_VOLUME", "iops", message, f"{name} takes at most {limits.iops_per_gib:,} a GiB"


def _throughput(volume: Volume) -> Iterator[Fault]:
    if volume.throughput is None:
        return
    name, _ = _limits(volume)
    most = (volume.iops or 3_000) // 4
    if name != "gp3":
        yield (
            "CONFLICT",
            "throughput",
            f"the throughput of a volume of type {name} is not chosen",
            "use gp3, or remove it",
        )
    elif volume.throughput > most:
        message = f"{volume.throughput:,} MiB/s are too many for {volume.iops or 3_000:,} operations a second"
        yield "BAD_VOLUME", "throughput", message, f"at most a quarter of iops: {most:,} here"


def _encryption(volume: Volume) -> Iterator[Fault]:
    if volume.encrypted is False and volume.kms_key_id is not None:
        message = "kmsKeyId and encrypted: false contradict each other"
        yield "CONFLICT", "kmsKeyId", message, "remove one of the two"


def _lifetime(volume: Volume) -> Iterator[Fault]:
    if not volume.retain:
        if volume.tags is not None:
            message = "a volume has tags of its own only with retain: true"
            yield "CONFLICT", "tags", message, "a volume of the instance takes the server's tags"
        return
    if volume.delete_on_termination:
        message = "retain and deleteOnTermination contradict each other"
        yield "CONFLICT", "deleteOnTermination", message, "a retained volume outlives its server"
    if volume.device in ROOT_DEVICES:
        message = f"{volume.device} is the root volume, which belongs to the server and cannot be retained"
        yield "CONFLICT", "retain", message, "make the server stateful, or say deleteOnTermination: false"
    elif volume.size is None and volume.snapshot_id is None:
        message = "a retained volume needs a size or a snapshotId"
        yield "MISSING_FIELD", "retain", message, "EBS makes it apart from the image"
