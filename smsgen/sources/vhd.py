"""VHD (Virtual PC, Azure): fixed, and dynamic with one table of blocks and a bitmap of sectors before each.

The format: "Virtual Hard Disk Image Format Specification", Microsoft, 2006
(https://learn.microsoft.com/en-us/windows/win32/vstor/about-vhd).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from smsgen.operations.ports.disks import BadImage, StoredBytes
from smsgen.sources.layout import SECTOR, Layout, Run, Table, Tables, checked_size, within
from smsgen.sources.qcow2 import clipped
from smsgen.sources.raw import Flat

MAGIC = b"conectix"

_FOOTER = struct.Struct(">8sIIQIIIIQQIII16s")
_DYNAMIC = struct.Struct(">8sQQIIII")
_FIXED, _GROWING, _DIFFERENCING = 2, 3, 4
_UNUSED = 0xFFFF_FFFF


class VhdHeader(NamedTuple):
    """What the footer says: sizes and offsets in bytes; `kind` is 2 for a fixed disk, 3 for a dynamic one."""

    size: int
    kind: int
    more: int


def read_footer(storage: StoredBytes) -> VhdHeader:
    """Return what a VHD's footer says; raises BadImage where it is damaged or the disk rests on another."""
    within(storage, 0, SECTOR, "the footer")
    footer = storage.read(storage.length - SECTOR, SECTOR)
    if footer[:8] != MAGIC:
        hint = "copy it again: the end of the file may be missing"
        raise BadImage(f"{storage.name} does not end with a VHD's footer", hint=hint)
    _sum(storage, footer, 64, "footer")
    fields = _FOOTER.unpack_from(footer)
    kind, size, more = fields[11], fields[9], fields[3]
    return _supported(storage, VhdHeader(checked_size(size), kind, more))


def _supported(storage: StoredBytes, header: VhdHeader) -> VhdHeader:
    if header.kind == _DIFFERENCING:
        raise BadImage(
            f"{storage.name} is a differencing disk: it rests on another image",
            hint="merge it with its parent first (Merge-VHD)",
        )
    if header.kind not in (_FIXED, _GROWING):
        raise BadImage(f"{storage.name}: a disk of type {header.kind} is none of VHD's")
    return header


def _sum(storage: StoredBytes, block: bytes, at: int, what: str) -> None:
    """Raise BadImage where the checksum at `at` is not the complement of the sum of all other bytes."""
    told = int.from_bytes(block[at : at + 4])
    if told != ~(sum(block) - sum(block[at : at + 4])) & 0xFFFF_FFFF:
        raise BadImage(f"{storage.name}: the checksum of its {what} is wrong", hint="copy the image again")


def open_vhd(storage: StoredBytes) -> Layout:
    """Return the layout of a VHD; raises BadImage."""
    header = read_footer(storage)
    if header.kind == _FIXED:
        return Flat(storage, size=header.size)
    return Dynamic(storage, header)


class Dynamic:
    """A dynamic VHD's layout; see `layout.Layout`."""

    def __init__(self, storage: StoredBytes, footer: VhdHeader) -> None:
        within(storage, footer.more, 1024, "the header of a dynamic disk")
        header = storage.read(footer.more, 1024)
        magic, _, table, _, entries, block, _ = _DYNAMIC.unpack_from(header)
        if magic != b"cxsparse":
            raise BadImage(f"{storage.name}: the header of a dynamic disk is missing")
        _sum(storage, header, 36, "header")
        if block < SECTOR * 8 or block & (block - 1) or block > 1 << 28:
            raise BadImage(f"{storage.name}: blocks of {block:,} bytes are none of VHD's")
        if entries * block < footer.size:
            raise BadImage(f"{storage.name}: its table of {entries:,} blocks does not cover its disk")
        self.size = footer.size
        self.unit = block
        blocks = -(-footer.size // block)
        self._storage = storage
        self._table = Table(within(storage, table, blocks * 4, "the table of blocks"), blocks)
        self._tables = Tables(storage, width=4, big_endian=True, empty=_UNUSED)
        bitmap = block // SECTOR // 8
        self._bitmap = -(-bitmap // SECTOR) * SECTOR
        self._sectors = lru_cache(maxsize=256)(self._read_sectors)

    def runs(self, start: int, stop: int) -> Iterator[Run]:
        """Yield a run for each piece of a block that was written."""
        stop = min(stop, self.size)
        for index, sector in self._tables.entries(self._table, start // self.unit, -(-stop // self.unit)):
            if not sector:
                raise BadImage(f"{self._storage.name}: a block would stand where the footer does")
            yield from self._written(index, sector * SECTOR, start, stop)

    def _written(self, index: int, bitmap: int, start: int, stop: int) -> Iterator[Run]:
        for first, last in self._sectors(bitmap):
            begin = index * self.unit + first * SECTOR
            length = min((last - first) * SECTOR, self.size - begin)
            if length > 0 and begin < stop and begin + length > start:
                offset = bitmap + self._bitmap + first * SECTOR
                within(self._storage, offset, length, "a block")
                yield clipped(Run(begin, length, self._storage, offset), start, stop)

    def _read_sectors(self, offset: int) -> tuple[tuple[int, int], ...]:
        """Return from which sector to which a block was written, by the bitmap that stands before it."""
        length = max(self.unit // SECTOR // 8, 1)
        within(self._storage, offset, length, "the bitmap of a block")
        bits = self._storage.read(offset, length)
        if bits.count(0xFF) == length:
            return ((0, self.unit // SECTOR),)
        text = "".join(f"{byte:08b}" for byte in bits)
        return tuple(_stretches(text))


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Yield (first, after) of each row of ones."""
    at = text.find("1")
    while at >= 0:
        end = text.find("0", at)
        end = len(text) if end < 0 else end
        yield at, end
        at = text.find("1", end)
