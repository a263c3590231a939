"""VMDK: one sparse file (monolithicSparse, streamOptimized), or a descriptor and its extents beside it.

The format: "Virtual Disk Format 5.0", VMware technical note; what a descriptor says is read in `vmdk_descriptor`.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from smsgen.operations.ports.disks import BadImage, StoredBytes
from smsgen.sources.layout import SECTOR, Run, Table, Tables, checked_size, within
from smsgen.sources.qcow2 import clipped

MAGIC = b"KDMV"

_HEADER = struct.Struct("<4sIIQQQQIQQQB4sH")
_MARKER = struct.Struct("<QI")
_AT_END = 0xFFFF_FFFF_FFFF_FFFF
_ZERO_GRAINS, _COMPRESSED, _MARKERS = 1 << 2, 1 << 16, 1 << 17
_FOOTER = -1024


class VmdkHeader(NamedTuple):
    """What the header of a sparse extent says; offsets and sizes in bytes."""

    size: int
    grain: int
    descriptor: int
    descriptor_length: int
    per_table: int
    directory: int
    compressed: bool
    zero_grains: bool
    streamed: bool


def read_vmdk_header(storage: StoredBytes) -> VmdkHeader:
    """Return the header of a sparse extent, or its footer where that has the directory; raises BadImage."""
    header = _unpack(storage, within(storage, 0, SECTOR, "the header"))
    if header.directory == _AT_END * SECTOR:
        header = _unpack(storage, within(storage, storage.length + _FOOTER, SECTOR, "the footer"))
        if header.directory == _AT_END * SECTOR:
            raise BadImage(f"{storage.name}: its footer does not tell where its directory is")
    return header


def _unpack(storage: StoredBytes, at: int) -> VmdkHeader:
    fields = _HEADER.unpack_from(storage.read(at, SECTOR))
    magic, version, flags, capacity, grain, descriptor, length, per_table, _, directory = fields[:10]
    if magic != MAGIC or not 1 <= version <= 3:
        hint = "copy the image again: its end may be missing"
        raise BadImage(f"{storage.name} is no sparse VMDK of version 1 to 3", hint=hint)
    if not 8 <= grain <= 4096 or grain & (grain - 1):
        raise BadImage(f"{storage.name}: grains of {grain:,} sectors are none of VMDK's")
    if not 1 <= per_table <= 65_536:
        raise BadImage(f"{storage.name}: tables of {per_table:,} grains are none of VMDK's")
    if flags & _COMPRESSED and fields[13] != 1:
        raise BadImage(f"{storage.name}: compression {fields[13]} is none of VMDK's")
    return VmdkHeader(
        checked_size(capacity * SECTOR),
        grain * SECTOR,
        descriptor * SECTOR,
        length * SECTOR,
        per_table,
        directory * SECTOR,
        bool(flags & _COMPRESSED),
        bool(flags & _ZERO_GRAINS),
        bool(flags & _COMPRESSED) and bool(flags & _MARKERS),
    )


class SparseExtent:
    """The layout of one sparse file: a directory of tables of grains; see `layout.Layout`. Raises BadImage."""

    def __init__(self, storage: StoredBytes) -> None:
        self.header = header = read_vmdk_header(storage)
        self.size = header.size
        self.unit = header.grain
        self._storage = storage
        self._tables = Tables(storage, width=4, big_endian=False, pages=512)
        covered = header.grain * header.per_table
        self._directory = -(-header.size // covered)
        within(storage, header.directory, self._directory * 4, "the directory of grains")

    def runs(self, start: int, stop: int) -> Iterator[Run]:
        """Yield a run for each grain that holds data."""
        stop = min(stop, self.size)
        per_table = self.header.per_table
        first, last = start // self.unit, -(-stop // self.unit)
        top = Table(self.header.directory, self._directory)
        for index, table in self._tables.entries(top, first // per_table, -(-last // per_table)):
            begin = max(first - index * per_table, 0)
            end = min(last - index * per_table, per_table)
            grains = Table(table * SECTOR, per_table)
            for at, sector, count in self._tables.stretches(grains, begin, end, self.unit // SECTOR):
                for run in self._runs((index * per_table + at) * self.unit, sector, count):
                    yield clipped(run, start, stop)

    def _runs(self, start: int, sector: int, count: int) -> Iterator[Run]:
        """Yield the runs of `count` grains that follow each other from a sector on."""
        if sector == 1 and self.header.zero_grains:  # a grain of zeros
            start, sector, count = start + self.unit, 1 + self.unit // SECTOR, count - 1
        if self.header.compressed:
            for number in range(count):
                yield self._compressed(start + number * self.unit, sector * SECTOR + number * self.unit)
        elif count:
            length = min(count * self.unit, self.size - start)
            offset = within(self._storage, sector * SECTOR, length, "a grain")
            yield Run(start, length, self._storage, offset)

    def _compressed(self, start: int, offset: int) -> Run:
        length = min(self.unit, self.size - start)
        within(self._storage, offset, _MARKER.size + 1, "a compressed grain")
        return Run(start, length, self._storage, offset, _Inflate(start // SECTOR), 0, self.unit)


class _Inflate(NamedTuple):
    """How a grain is compressed: a marker (the sector it is of, and its length), then a stream of zlib (RFC 1950)."""

    sector: int

    def __call__(self, storage: StoredBytes, offset: int, packed: int, length: int) -> bytes:
        sector, size = _MARKER.unpack(storage.read(offset, _MARKER.size))
        if sector != self.sector:
            raise BadImage(f"{storage.name}: the grain of sector {self.sector:,} says it is {sector:,}'s")
        if size > length + length // 2 + 1024:
            raise BadImage(
                f"{storage.name}: a compressed grain of {size:,} bytes is longer than it was before"
            )
        within(storage, offset + _MARKER.size, size, "a compressed grain")
        try:
            unpacked = zlib.decompressobj().decompress(storage.read(offset + _MARKER.size, size), length)
        except zlib.error as error:
            raise BadImage(f"{storage.name}: the grain at byte {offset:,} is damaged: {error}") from None
        return unpacked.ljust(
            length, b"\0"
        )  # the last grain of a disk may be stored as long as the disk goes
