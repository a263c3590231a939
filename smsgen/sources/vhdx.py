"""VHDX (Hyper-V): regions, metadata, and one table of blocks between which those of bitmaps stand.

The format: [MS-VHDX], https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-vhdx
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from smsgen.operations.ports.disks import BadImage, StoredBytes
from smsgen.sources.layout import Run, Table, Tables, checked_size, within
from smsgen.sources.qcow2 import clipped

MAGIC = b"vhdxfile"

_MIB = 1 << 20
_HEADERS = (64 << 10, 128 << 10)
_REGIONS = (192 << 10, 256 << 10)
_HEADER = struct.Struct("<4sIQ16s16s16sHHIQ")
_ENTRY = struct.Struct("<16sQII")
_ITEM = struct.Struct("<16sIIII")

_BLOCKS = UUID("2dc27766-f623-4200-9d64-115e9bfd4a08")
_METADATA = UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e")
_FILE_PARAMETERS = UUID("caa16737-fa36-4d43-b3b6-33f0aa44e76b")
_DISK_SIZE = UUID("2fa54224-cd1b-4876-b211-5dbed83bf4b8")
_SECTOR_SIZE = UUID("8141bf1d-a96f-4709-ba47-f233a8faab5f")
_KNOWN = {
    _FILE_PARAMETERS,
    _DISK_SIZE,
    _SECTOR_SIZE,
    UUID("beca12ab-b2e6-4523-93ef-c309e000c746"),  # the disk's page 83 data
    UUID("cda348c7-445d-4471-9cc9-e9885251c556"),  # physical sector size
    UUID("a8d35f2d-b30b-454d-abf7-d3d84834ab0c"),  # parent locator
}
_HAS_PARENT = 2
_PRESENT, _PARTIAL = 6, 7


class Metadata(NamedTuple):
    """What the metadata say, in bytes."""

    size: int
    block: int
    sector: int


class Vhdx:
    """A VHDX image's layout; see `layout.Layout`. Raises BadImage."""

    def __init__(self, storage: StoredBytes) -> None:
        _closed_well(storage)
        regions = _regions(storage)
        metadata = _metadata(storage, *regions[_METADATA])
        self.size = metadata.size
        self.unit = metadata.block
        self._storage = storage
        self._ratio = (1 << 23) * metadata.sector // metadata.block
        blocks = -(-self.size // self.unit)
        entries = blocks + (blocks - 1) // self._ratio
        offset, room = regions[_BLOCKS]
        if entries * 8 > room:
            raise BadImage(f"{storage.name}: its table of blocks does not cover its disk")
        self._table = Table(within(storage, offset, entries * 8, "the table of blocks"), entries)
        self._tables = Tables(storage, width=8, big_endian=False)

    def runs(self, start: int, stop: int) -> Iterator[Run]:
        """Yield a run for each block that holds data."""
        stop = min(stop, self.size)
        first, last = start // self.unit, -(-stop // self.unit)
        bitmaps = self._ratio + 1  # every so many entries, the last one is a bitmap's
        begin, end = first + first // self._ratio, last + (last - 1) // self._ratio
        for at, entry in self._tables.entries(self._table, begin, end):
            if at % bitmaps == self._ratio:
                continue
            run = self._run((at - at // bitmaps) * self.unit, entry)
            if run is not None:
                yield clipped(run, start, stop)

    def _run(self, start: int, entry: int) -> Run | None:
        state, offset = entry & 7, (entry >> 20) * _MIB
        if state == _PARTIAL:
            raise _rests_on_another(self._storage)
        if state != _PRESENT:
            return None  # not there, zero, unmapped: zeros all
        length = min(self.unit, self.size - start)
        if offset < _MIB:
            raise BadImage(f"{self._storage.name}: a block would stand where the headers do")
        within(self._storage, offset, length, "a block")
        return Run(start, length, self._storage, offset)


def _rests_on_another(storage: StoredBytes) -> BadImage:
    return BadImage(
        f"{storage.name} is a differencing disk: it rests on another image",
        hint="merge it with its parent first (Merge-VHD)",
    )


def _closed_well(storage: StoredBytes) -> None:
    """Raise BadImage where the file is no VHDX, or its log waits to be replayed."""
    within(storage, 0, _REGIONS[1] + (64 << 10), "the headers")
    headers = []
    for offset in _HEADERS:
        block = storage.read(offset, 4096)
        if block[:4] == b"head" and _crc_holds(block):
            headers.append(_HEADER.unpack_from(block))
    if storage.read(0, 8) != MAGIC or not headers:
        raise BadImage(f"{storage.name} has no header of a VHDX that is whole", hint="copy the image again")
    newest = max(headers, key=lambda header: int(header[2]))
    if newest[5] != bytes(16):
        raise BadImage(
            f"{storage.name} was not closed well: its log waits to be replayed",
            hint="`qemu-img check -r all` on a copy of it, or attach and detach it in Hyper-V, replays the log",
        )


def _regions(storage: StoredBytes) -> dict[UUID, tuple[int, int]]:
    """Return the regions by their ids: (offset, length)."""
    for table in _REGIONS:
        block = storage.read(table, 64 << 10)
        if block[:4] == b"regi" and _crc_holds(block):
            break
    else:
        raise BadImage(f"{storage.name}: both tables of its regions are damaged", hint="copy the image again")
    count = int.from_bytes(block[8:12], "little")
    if count > 2047:
        raise BadImage(f"{storage.name}: a table of {count:,} regions is none of VHDX's")
    regions = {}
    for at in range(count):
        name, offset, length, required = _ENTRY.unpack_from(block, 16 + at * _ENTRY.size)
        region = UUID(bytes_le=name)
        if region in (_BLOCKS, _METADATA):
            regions[region] = (within(storage, offset, length, "a region"), length)
        elif required & 1:
            raise BadImage(f"{storage.name} has a region that smsgen does not know")
    if len(regions) != 2:
        raise BadImage(f"{storage.name}: its table of blocks or its metadata are missing")
    return regions


def _metadata(storage: StoredBytes, start: int, length: int) -> Metadata:
    within(storage, start, max(length, 64 << 10), "the metadata")
    table = storage.read(start, 64 << 10)
    count = int.from_bytes(table[10:12], "little")
    if table[:8] != b"metadata" or count > 2047:
        raise BadImage(f"{storage.name}: its metadata are damaged")
    items: dict[UUID, bytes] = {}
    for at in range(count):
        name, offset, size, flags, _ = _ITEM.unpack_from(table, 32 + at * _ITEM.size)
        item = UUID(bytes_le=name)
        if item not in _KNOWN and flags & 4:
            raise BadImage(f"{storage.name} has metadata that smsgen does not know")
        if item in (_FILE_PARAMETERS, _DISK_SIZE, _SECTOR_SIZE):
            within(storage, start + offset, 8, "an item of the metadata")
            items[item] = storage.read(start + offset, min(size, 8)).ljust(8, b"\0")
    return _sizes(storage, items)


def _sizes(storage: StoredBytes, items: dict[UUID, bytes]) -> Metadata:
    if len(items) != 3:
        raise BadImage(f"{storage.name}: its metadata are not whole")
    block, flags = struct.unpack("<II", items[_FILE_PARAMETERS])
    (size,) = struct.unpack("<Q", items[_DISK_SIZE])
    (sector,) = struct.unpack_from("<I", items[_SECTOR_SIZE])
    if flags & _HAS_PARENT:
        raise _rests_on_another(storage)
    if block & (block - 1) or not _MIB <= block <= 256 * _MIB or sector not in (512, 4096):
        raise BadImage(
            f"{storage.name}: blocks of {block:,} bytes of sectors of {sector:,} are none of VHDX's"
        )
    return Metadata(checked_size(size), block, sector)


def _crc_holds(block: bytes) -> bool:
    """Whether the CRC-32C at byte 4 is that of the block with zeros there."""
    return int.from_bytes(block[4:8], "little") == _crc32c(block[:4] + bytes(4) + block[8:])


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F6_3B78 if byte & 1 else 0)  # noqa: PLW2901 - the register that is shifted
        table.append(byte)
    return tuple(table)


_TABLE = _crc_table()


def _crc32c(block: bytes) -> int:
    """Return the CRC-32C (Castagnoli) of a block; zlib's is another polynomial."""
    crc = 0xFFFF_FFFF
    for byte in block:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFF_FFFF
