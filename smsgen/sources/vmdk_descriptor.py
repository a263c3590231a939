"""The text that tells what a VMDK is made of, and the layout of all its extents in a row.

Extents are looked for under their bare names in the descriptor's own folder, and nowhere else: a name that leads
elsewhere would put any file of this machine into a customer's image.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from smsgen.operations.ports.disks import BadImage, StoredBytes
from smsgen.sources.layout import SECTOR, Layout, Run, checked_size
from smsgen.sources.raw import Flat
from smsgen.sources.vmdk import MAGIC, SparseExtent

LONGEST = 1 << 20
"""Bytes of the longest descriptor that is read."""

_MOST_EXTENTS = 32_768
_EXTENT = re.compile(r'(RW|RDONLY|NOACCESS)\s+(\d{1,18})\s+(\w+)(?:\s+"([^"]*)"(?:\s+(\d{1,18}))?.*)?$')
_VALUE = re.compile(r'(\w+)\s*=\s*"?([^"]*)"?$')
_NO_PARENT = "ffffffff"

Beside = Callable[[str], StoredBytes]
"""Opens a file of the image's own folder by its bare name."""


class VmdkExtent(NamedTuple):
    """A line of the descriptor: how many bytes, of which kind, in which file, from which byte of it."""

    length: int
    kind: str
    file: str
    offset: int


class Descriptor(NamedTuple):
    """What the text says."""

    create_type: str
    parent: str
    extents: tuple[VmdkExtent, ...]


def read_descriptor(text: bytes, name: str) -> Descriptor:
    """Return what a descriptor says; raises BadImage where the image rests on another, or on what is no extent."""
    values: dict[str, str] = {}
    extents: list[VmdkExtent] = []
    for line in text.split(b"\0", 1)[0].decode("utf-8", "replace").splitlines():
        row = line.strip()
        if match := _EXTENT.match(row):
            extents.append(
                VmdkExtent(int(match[2]) * SECTOR, match[3], match[4] or "", int(match[5] or 0) * SECTOR)
            )
        elif match := _VALUE.match(row):
            values[match[1].lower()] = match[2].strip()
        if len(extents) > _MOST_EXTENTS:
            raise BadImage(f"{name}: its descriptor names more than {_MOST_EXTENTS:,} extents")
    descriptor = Descriptor(values.get("createtype", ""), values.get("parentcid", _NO_PARENT), tuple(extents))
    if descriptor.parent.lower() != _NO_PARENT or "parentfilenamehint" in values:
        raise BadImage(
            f"{name} rests on another image (it is a snapshot's, or a linked clone's)",
            hint="consolidate the virtual machine's disks, or export it anew",
        )
    return descriptor


def open_vmdk(storage: StoredBytes, beside: Beside) -> tuple[Layout, tuple[StoredBytes, ...]]:
    """Return the layout of a VMDK and the files it is made of; raises BadImage."""
    if storage.read(0, min(4, storage.length)) == MAGIC:
        extent = SparseExtent(storage)
        _check_embedded(storage, extent)
        return extent, (storage,)
    if storage.length > LONGEST:
        hint = "a file of bare data that a descriptor names is no image by itself: give the descriptor"
        raise BadImage(f"{storage.name} is no VMDK that smsgen reads", hint=hint)
    text = storage.read(0, storage.length)
    if b"disk descriptorfile" not in text[:512].lower():
        raise BadImage(
            f"{storage.name} is no VMDK that smsgen reads", hint="`qemu-img info` may tell what it is"
        )
    descriptor = read_descriptor(text, storage.name)
    parts, storages = _parts(storage, descriptor, beside)
    return Row(parts), (storage, *storages)


def _check_embedded(storage: StoredBytes, extent: SparseExtent) -> None:
    header = extent.header
    if not header.descriptor:
        return
    if header.descriptor_length > LONGEST or header.descriptor + header.descriptor_length > storage.length:
        raise BadImage(f"{storage.name}: its descriptor does not stand in the file")
    text = storage.read(header.descriptor, header.descriptor_length)
    descriptor = read_descriptor(text, storage.name)
    kinds = {one.kind for one in descriptor.extents}
    if len(descriptor.extents) > 1 or not kinds <= {"SPARSE"}:
        raise BadImage(f"{storage.name}: its descriptor names other files than itself")


def _parts(
    storage: StoredBytes, descriptor: Descriptor, beside: Beside
) -> tuple[tuple[tuple[int, Layout | None], ...], tuple[StoredBytes, ...]]:
    if not descriptor.extents:
        raise BadImage(f"{storage.name}: its descriptor names no extents")
    opened: dict[str, StoredBytes] = {}
    parts: list[tuple[int, Layout | None]] = []
    try:
        for extent in descriptor.extents:
            parts.append((extent.length, _part(storage, extent, opened, beside)))
    except BaseException:
        for file in opened.values():
            file.close()
        raise
    return tuple(parts), tuple(opened.values())


def _part(
    storage: StoredBytes, extent: VmdkExtent, opened: dict[str, StoredBytes], beside: Beside
) -> Layout | None:
    checked_size(extent.length)
    if extent.kind == "ZERO":
        return None
    if extent.kind not in ("FLAT", "VMFS", "SPARSE"):
        raise BadImage(
            f"{storage.name}: extents of kind {extent.kind} are not read",
            hint="export the virtual machine as OVA or OVF, which writes streamOptimized disks",
        )
    if not extent.file or extent.file in (".", "..") or re.search(r"[/\\\0]", extent.file):
        raise BadImage(
            f"{storage.name}: its descriptor names an extent elsewhere: {extent.file!r}",
            hint="all files of an image stand in one folder, under their bare names",
        )
    if extent.file in opened and extent.kind == "SPARSE":
        raise BadImage(f"{storage.name}: its descriptor names {extent.file} twice")
    if extent.file not in opened:
        opened[extent.file] = beside(extent.file)
    return _extent_layout(opened[extent.file], extent)


def _extent_layout(file: StoredBytes, extent: VmdkExtent) -> Layout:
    if extent.kind != "SPARSE":
        return Flat(file, size=extent.length, offset=extent.offset)
    layout = SparseExtent(file)
    if layout.size < extent.length:
        raise BadImage(f"{file.name} has {layout.size:,} bytes, and its descriptor says {extent.length:,}")
    return layout


class Row:
    """Layouts in a row; see `layout.Layout`."""

    unit = 0

    def __init__(self, parts: tuple[tuple[int, Layout | None], ...]) -> None:
        self.size = checked_size(sum(length for length, _ in parts))
        self._parts = parts

    def runs(self, start: int, stop: int) -> Iterator[Run]:
        """Yield what holds data, part after part."""
        at = 0
        for length, layout in self._parts:
            begin, end = max(start - at, 0), min(stop - at, length)
            if layout is not None and begin < end:
                for run in layout.runs(begin, end):
                    yield run._replace(start=run.start + at)
            at += length
