"""What an OVF descriptor says of its server: name, firmware, guest, and its disks in the order of their slots.

The format: DMTF DSP0243 (https://www.dmtf.org/standards/ovf), and VMware's `vmw:` additions for the firmware.
"""

from __future__ import annotations

from typing import NamedTuple
from xml.etree import ElementTree

from smsgen.operations.ports.disks import BadImage

LONGEST = 4 << 20
"""Bytes of the longest descriptor that is read."""

_DISK = "17"
_MOST_DISKS = 256


class Envelope(NamedTuple):
    """What a descriptor says; `files` are the names of the disks' files, the boot disk first."""

    name: str
    files: tuple[str, ...]
    firmware: str = "BIOS"
    guest: str = ""


def read_ovf(text: bytes, where: str) -> Envelope:
    """Return what a descriptor says; `where` names it in errors.

    Raises BadImage where it cannot be read, has a DOCTYPE, several servers, compressed or divided disks, or disks that
    are elsewhere.
    """
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise BadImage(f"{where}: an OVF descriptor has no DOCTYPE")
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise BadImage(f"{where} is no OVF descriptor that can be read: {error}") from None
    systems = [element for element in root.iter() if _local(element.tag) == "VirtualSystem"]
    if len(systems) != 1:
        raise BadImage(f"{where} describes {len(systems)} servers", hint="export each of them for itself")
    system = systems[0]
    return Envelope(
        _text(system, "Name") or _attribute(system, "id") or "server",
        _files(root, system, where),
        "EFI" if _firmware(system) == "efi" else "BIOS",
        _text(_child(system, "OperatingSystemSection"), "Description"),
    )


def _files(root: ElementTree.Element, system: ElementTree.Element, where: str) -> tuple[str, ...]:
    """Return the disks' files by controller and slot."""
    files = {_attribute(file, "id"): file for file in root.iter() if _local(file.tag) == "File"}
    disks = {_attribute(disk, "diskId"): disk for disk in root.iter() if _local(disk.tag) == "Disk"}
    items = [item for item in system.iter() if _local(item.tag) in ("Item", "StorageItem")]
    wanted = sorted((item for item in items if _text(item, "ResourceType") == _DISK), key=_slot)
    if len(wanted) > _MOST_DISKS:
        raise BadImage(f"{where} describes {len(wanted)} disks")
    return tuple(_file(item, files, disks, where) for item in wanted)


def _file(
    item: ElementTree.Element,
    files: dict[str, ElementTree.Element],
    disks: dict[str, ElementTree.Element],
    where: str,
) -> str:
    resource = _text(item, "HostResource")
    disk = disks.get(resource.rpartition("/")[2])
    if disk is None:
        raise BadImage(f"{where}: a disk of the server is not described ({resource!r})")
    if _attribute(disk, "parentRef"):
        raise BadImage(
            f"{where}: disk {resource!r} rests on another one", hint="consolidate it, then export again"
        )
    file = files.get(_attribute(disk, "fileRef"))
    if file is None:
        raise BadImage(
            f"{where}: disk {resource!r} has no file: it would be empty", hint="export it with its data"
        )
    if _attribute(file, "compression") not in ("", "identity") or _attribute(file, "chunkSize"):
        raise BadImage(f"{where}: a disk is compressed or divided into chunks", hint="export it without that")
    name = _attribute(file, "href")
    if "/" in name or "\\" in name or name in ("", ".", ".."):
        raise BadImage(
            f"{where}: a disk stands elsewhere: {name!r}", hint="all files stand beside the descriptor"
        )
    return name


def _slot(item: ElementTree.Element) -> tuple[int, int, int]:
    return tuple(_number(_text(item, name)) for name in ("Parent", "AddressOnParent", "InstanceID"))  # type: ignore[return-value] # three names, three numbers


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _firmware(system: ElementTree.Element) -> str:
    settings = (element for element in system.iter() if _local(element.tag) == "Config")
    return next(
        (_attribute(one, "value").lower() for one in settings if _attribute(one, "key") == "firmware"), ""
    )


def _child(element: ElementTree.Element, name: str) -> ElementTree.Element | None:
    return next((child for child in element if _local(child.tag) == name), None)


def _text(element: ElementTree.Element | None, name: str) -> str:
    child = _child(element, name) if element is not None else None
    return (child.text or "").strip() if child is not None else ""


def _attribute(element: ElementTree.Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if _local(key) == name), "").strip()


def _local(tag: object) -> str:
    """Return a name without its namespace, of which OVF has had several."""
    return str(tag).rpartition("}")[2]
