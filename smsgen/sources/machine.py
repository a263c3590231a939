"""A folder or an OVA that holds a server: its name, firmware, guest and disks, as its OVF descriptor tells.

Without a descriptor, the folder's name is the server's, and its images' names tell the order of the disks.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Callable, Container, Iterator
from functools import partial
from pathlib import Path, PurePath
from typing import NamedTuple

from smsgen.errors import PASSING, ServiceError, SmsgenError
from smsgen.operations.ports.disks import BadImage, ImageFolder, StoredBytes
from smsgen.sources.disk_image import DiskImage, format_of, nothing_beside, open_stored
from smsgen.sources.ovf import LONGEST, Envelope, read_ovf
from smsgen.sources.stored import LocalFolder, PieceOfBytes, ReadableBytes
from smsgen.sources.vmdk_descriptor import Beside

_MOST_MEMBERS = 4096
_READ_AHEAD = 64 << 10
_FLAT_EXTENT = re.compile(r"-(flat|[sf]\d{3,}|delta|ctk|rdm|rdmp|sesparse)\.vmdk$")


class MachineDisk(NamedTuple):
    """A disk of a server: the name of its file, and what opens it (raises SourceUnreadable and BadImage)."""

    name: str
    open: Callable[[], DiskImage]


class MachineImage(NamedTuple):
    """A server that stands in files. `firmware` is BIOS or EFI; `guest` what its descriptor calls its system.

    `refused` says why no disk of it can be read, in one sentence; "" where nothing is known against it.
    """

    name: str
    disks: tuple[MachineDisk, ...]
    firmware: str = "BIOS"
    guest: str = ""
    refused: str = ""


def machines_in(folder: str | Path | ImageFolder) -> Iterator[MachineImage]:
    """Yield the servers of a folder: each folder and OVA in it, and each image that stands in it by itself.

    One that is refused says so and hides no other. Raises SourceUnreadable where the folder itself cannot be read.
    """
    for read in readers_in(_place(folder)):
        machine = read()
        if machine.disks or machine.refused:
            yield machine


def readers_in(place: ImageFolder) -> Iterator[Callable[[], MachineImage]]:
    """Yield what reads each server of a folder, as `machines_in`: many may be read at once, where that helps.

    A folder without images gives a server that has no disks and is not refused: it is none. Raises SourceUnreadable.
    """
    for inner in place.folders():
        yield partial(_unless_refused, inner.name, partial(_in_folder, inner))
    for name in place.files():
        if name.lower().endswith(".ova"):
            yield partial(_unless_refused, PurePath(name).stem, partial(_in_ova, place, name))
        elif _is_image(name):
            yield partial(MachineImage, PurePath(name).stem, (_disk(place, name),))


def open_machine(path: str | Path) -> MachineImage:
    """Return the server that a folder or an OVA is; raises SourceUnreadable and BadImage."""
    place = Path(path)
    if place.suffix.lower() == ".ova":
        return _in_ova(LocalFolder(place.parent), place.name)
    return _in_folder(LocalFolder(place))


def _place(folder: str | Path | ImageFolder) -> ImageFolder:
    return LocalFolder(folder) if isinstance(folder, str | Path) else folder


def _unless_refused(name: str, machine: Callable[[], MachineImage]) -> MachineImage:
    try:
        return machine()
    except SmsgenError as error:
        if passes(error):
            raise
        return MachineImage(name, (), refused=str(error))


def passes(error: SmsgenError) -> bool:
    """Return whether an error says nothing of an image: S3 is away for a moment, or throttles."""
    return isinstance(error, ServiceError) and error.kind in PASSING


def _in_folder(folder: ImageFolder) -> MachineImage:
    names = folder.files()
    descriptors = [name for name in names if name.lower().endswith(".ovf")]
    if not descriptors:
        images = sorted(filter(_is_image, names), key=_natural)
        return MachineImage(folder.name, tuple(_disk(folder, name) for name in images))
    envelope = _envelope(folder.open(descriptors[0]))
    return _described(envelope, folder.name, names, lambda name: _disk(folder, name))


def _disk(folder: ImageFolder, name: str) -> MachineDisk:
    return MachineDisk(name, lambda: _opened(folder.open(name), name, folder.open))


def _opened(storage: StoredBytes, name: str, beside: Beside) -> DiskImage:
    try:
        return open_stored(storage, format_of(name), beside)
    except BaseException:
        storage.close()
        raise


def _in_ova(folder: ImageFolder, file: str) -> MachineImage:
    members = _members(folder.open(file))
    descriptors = sorted(name for name in members if name.lower().endswith(".ovf"))
    if not descriptors:
        raise BadImage(f"{file} holds no OVF descriptor", hint="it may be cut off: copy it again")

    def member(name: str) -> PieceOfBytes:
        return _member(folder.open(file), name, *members[name])

    def disk(name: str) -> MachineDisk:
        return MachineDisk(name, lambda: _opened(member(name), name, nothing_beside))

    return _described(_envelope(member(descriptors[0])), file, members.keys(), disk)


def _described(
    envelope: Envelope, where: str, names: Container[str], disk: Callable[[str], MachineDisk]
) -> MachineImage:
    for name in envelope.files:
        if name not in names:
            raise BadImage(
                f"{where}: its descriptor names a disk {name!r} that does not stand beside it",
                hint="copy all files of the export into one folder",
            )
    return MachineImage(envelope.name, tuple(map(disk, envelope.files)), envelope.firmware, envelope.guest)


def _envelope(storage: StoredBytes) -> Envelope:
    try:
        if storage.length > LONGEST:
            raise BadImage(f"{storage.name} is larger than {LONGEST // 2**20} MiB: no OVF descriptor is")
        return read_ovf(storage.read(0, storage.length), storage.name)
    finally:
        storage.close()


def _members(storage: StoredBytes) -> dict[str, tuple[int, int]]:
    """Return where the files of an OVA stand in it: name -> (offset, length). Nothing is taken out."""
    members: dict[str, tuple[int, int]] = {}
    try:
        with (
            io.BufferedReader(ReadableBytes(storage), _READ_AHEAD) as file,
            tarfile.open(fileobj=file, mode="r:") as archive,
        ):
            for member in archive:
                if member.isreg() and not member.issparse():
                    members[member.name.removeprefix("./")] = (member.offset_data, member.size)
                if len(members) > _MOST_MEMBERS:
                    raise BadImage(f"{storage.name} holds more than {_MOST_MEMBERS:,} files")
    except (tarfile.TarError, OSError, ValueError, OverflowError) as error:
        raise BadImage(f"{storage.name} is no OVA that can be read: {error}", hint="copy it again") from None
    finally:
        storage.close()
    return members


def _member(whole: StoredBytes, name: str, offset: int, length: int) -> PieceOfBytes:
    try:
        return PieceOfBytes(whole, name, offset, length)
    except BaseException:
        whole.close()
        raise


def _is_image(name: str) -> bool:
    return bool(format_of(name)) and not name.startswith(".") and not _FLAT_EXTENT.search(name.lower())


def _natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """Return what puts disk2 before disk10."""
    return tuple(
        (0, int(part)) if part.isdecimal() else (1, part) for part in re.split(r"(\d+)", name.lower()) if part
    )
