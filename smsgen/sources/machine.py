"""A folder or an OVA that holds a server: its name, firmware, guest and disks, as its OVF descriptor tells.

Without a descriptor, the folder's name is the server's, and its images' names tell the order of the disks.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Callable, Container, Iterator
from pathlib import Path
from typing import NamedTuple

from smsgen.errors import SmsgenError
from smsgen.operations.ports.disks import BadImage, StoredBytes
from smsgen.sources.disk_image import DiskImage, format_of, nothing_beside, open_image, open_stored
from smsgen.sources.ovf import LONGEST, Envelope, read_ovf
from smsgen.sources.stored import FileBytes, PieceOfBytes

_MOST_MEMBERS = 4096
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


def machines_in(folder: str | Path) -> Iterator[MachineImage]:
    """Yield the servers of a folder: each folder and OVA in it, and each image that stands in it by itself.

    One that is refused says so and hides no other. Raises BadImage where the folder itself cannot be read.
    """
    for path in sorted(_listed(Path(folder))):
        if path.is_symlink():
            continue  # what leads elsewhere is no part of the folder
        if path.is_dir() or path.suffix.lower() == ".ova":
            machine = _opened(path)
            if machine.disks or machine.refused:
                yield machine
        elif _is_image(path.name):
            yield MachineImage(path.stem, (_file_disk(path),))


def _opened(path: Path) -> MachineImage:
    try:
        return open_machine(path)
    except SmsgenError as error:
        return MachineImage(path.stem if path.is_file() else path.name, (), refused=str(error))


def open_machine(path: str | Path) -> MachineImage:
    """Return the server that a folder or an OVA is; raises SourceUnreadable and BadImage."""
    place = Path(path)
    return _ova(place) if place.suffix.lower() == ".ova" else _folder(place)


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise BadImage(
            f"cannot read the folder {folder}: {error.strerror}", hint="check the path, and who may read it"
        ) from None


def _folder(folder: Path) -> MachineImage:
    names = {path.name: path for path in _listed(folder) if path.is_file() and not path.is_symlink()}
    descriptors = sorted(name for name in names if name.lower().endswith(".ovf"))
    if not descriptors:
        images = sorted((name for name in names if _is_image(name)), key=_natural)
        return MachineImage(folder.name, tuple(_file_disk(names[name]) for name in images))
    envelope = _envelope(FileBytes(names[descriptors[0]]))
    return _described(envelope, str(folder), names.keys(), lambda name: _file_disk(names[name]))


def _ova(path: Path) -> MachineImage:
    members = _members(path)
    descriptors = sorted(name for name in members if name.lower().endswith(".ovf"))
    if not descriptors:
        raise BadImage(f"{path} holds no OVF descriptor", hint="it may be cut off: copy it again")
    envelope = _envelope(_member(path, descriptors[0], *members[descriptors[0]]))

    def disk(name: str) -> MachineDisk:
        return MachineDisk(name, lambda: _open_member(path, name, *members[name]))

    return _described(envelope, str(path), members.keys(), disk)


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


def _members(path: Path) -> dict[str, tuple[int, int]]:
    """Return where the files of an OVA stand in it: name -> (offset, length). Nothing is taken out."""
    members: dict[str, tuple[int, int]] = {}
    try:
        with tarfile.open(path, "r:") as archive:
            for member in archive:
                if member.isreg() and not member.issparse():
                    members[member.name.removeprefix("./")] = (member.offset_data, member.size)
                if len(members) > _MOST_MEMBERS:
                    raise BadImage(f"{path} holds more than {_MOST_MEMBERS:,} files")
    except (tarfile.TarError, OSError, ValueError, OverflowError) as error:
        raise BadImage(f"{path} is no OVA that can be read: {error}", hint="copy it again") from None
    return members


def _member(path: Path, name: str, offset: int, length: int) -> PieceOfBytes:
    whole = FileBytes(path)
    try:
        return PieceOfBytes(whole, name, offset, length)
    except BaseException:
        whole.close()
        raise


def _open_member(path: Path, name: str, offset: int, length: int) -> DiskImage:
    member = _member(path, name, offset, length)
    try:
        return open_stored(member, format_of(name), nothing_beside)
    except BaseException:
        member.close()
        raise


def _file_disk(path: Path) -> MachineDisk:
    return MachineDisk(path.name, lambda: open_image(path))


def _is_image(name: str) -> bool:
    return bool(format_of(name)) and not name.startswith(".") and not _FLAT_EXTENT.search(name.lower())


def _natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """Return what puts disk2 before disk10."""
    return tuple(
        (0, int(part)) if part.isdecimal() else (1, part) for part in re.split(r"(\d+)", name.lower()) if part
    )
