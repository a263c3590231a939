"""qcow2, versions 2 and 3: two levels of tables, clusters plain, zero, or compressed by deflate or zstd.

The format: https://gitlab.com/qemu-project/qemu/-/blob/master/docs/interop/qcow2.rst
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from smsgen.operations.ports.disks import BadImage, StoredBytes
from smsgen.sources.layout import SECTOR, Run, Table, Tables, checked_size, within

MAGIC = b"QFI\xfb"

_HEADER = struct.Struct(">4sIQIIQIIQQIIQ")
_MORE = struct.Struct(">QQQII")
_OFFSET = 0x00FF_FFFF_FFFF_FE00
_COMPRESSED = 1 << 62
_ZERO = 1
_DIRTY, _CORRUPT, _DATA_FILE, _COMPRESSION, _SUBCLUSTERS = 1, 2, 4, 8, 16
_UNPACKED = "`qemu-img convert -O qcow2 FROM TO` writes one that smsgen reads"


class Qcow2Header(NamedTuple):
    """What of the header tells where data stand; offsets and sizes in bytes."""

    size: int
    cluster: int
    l1_offset: int
    l1_entries: int
    zstd: bool
    version: int


def read_qcow2_header(storage: StoredBytes) -> Qcow2Header:
    """Return the header of a qcow2 image; raises BadImage where it is damaged, encrypted, or names other files."""
    within(storage, 0, _HEADER.size, "the header")
    fields = _HEADER.unpack(storage.read(0, _HEADER.size))
    magic, version, backing, _, bits, size, crypt, l1_entries, l1_offset = fields[:9]
    if magic != MAGIC or version not in (2, 3):
        raise BadImage(f"{storage.name} is no qcow2 image of version 2 or 3", hint=_UNPACKED)
    if backing:
        raise BadImage(
            f"{storage.name} rests on another image (a backing file)",
            hint="`qemu-img convert -O qcow2 FROM TO` makes one image of them",
        )
    if crypt:
        raise BadImage(f"{storage.name} is encrypted", hint="decrypt it with qemu-img convert")
    if not 9 <= bits <= 21:
        raise BadImage(f"{storage.name}: clusters of 2^{bits} bytes are none of qcow2's")
    zstd = _features(storage) if version == 3 else False
    header = Qcow2Header(checked_size(size), 1 << bits, l1_offset, l1_entries, zstd, version)
    covered = (1 << bits) * ((1 << bits) // 8)
    if l1_entries * covered < size or l1_entries > size // covered + 64:
        raise BadImage(f"{storage.name}: its table of {l1_entries:,} entries does not fit its disk")
    within(storage, l1_offset, l1_entries * 8, "the table of tables")
    return header


def _features(storage: StoredBytes) -> bool:
    """Check the features that a reader must know; return whether clusters are compressed by zstd."""
    within(storage, _HEADER.size, _MORE.size, "the header")
    incompatible, _, _, _, length = _MORE.unpack(storage.read(_HEADER.size, _MORE.size))
    if incompatible & _DATA_FILE:
        raise BadImage(
            f"{storage.name} keeps its data in another file", hint="convert it with qemu-img on its own host"
        )
    if incompatible & _CORRUPT:
        raise BadImage(
            f"{storage.name} is marked corrupt", hint="`qemu-img check -r all` mends what can be mended"
        )
    if incompatible & ~(_DIRTY | _COMPRESSION):
        raise BadImage(f"{storage.name} uses features of qcow2 that smsgen does not read", hint=_UNPACKED)
    if not incompatible & _COMPRESSION:
        return False
    kind = storage.read(within(storage, 104, 1, "the header"), 1)[0] if length > 104 else 0
    if kind > 1:
        raise BadImage(f"{storage.name}: compression {kind} is none of qcow2's")
    return kind == 1


class Qcow2:
    """A qcow2 image's layout; see `layout.Layout`. Raises BadImage."""

    def __init__(self, storage: StoredBytes) -> None:
        self.header = read_qcow2_header(storage)
        self.size = self.header.size
        self.unit = self.header.cluster
        self._storage = storage
        self._tables = Tables(storage, width=8, big_endian=True)
        self._unpack = _unzstd if self.header.zstd else _inflate
        shift = 62 - (self.unit.bit_length() - 1 - 8)
        self._packed_offset = (1 << shift) - 1
        self._packed_shift = shift

    def runs(self, start: int, stop: int) -> Iterator[Run]:
        """Yield a run for each cluster that holds data."""
        stop = min(stop, self.size)
        per_table = self.unit // 8
        first, last = start // self.unit, -(-stop // self.unit)
        top = Table(self.header.l1_offset, self.header.l1_entries)
        for index, entry in self._tables.entries(top, first // per_table, -(-last // per_table)):
            table = Table(self._cluster(entry & _OFFSET, "a table of clusters"), per_table)
            begin = max(first - index * per_table, 0)
            end = min(last - index * per_table, per_table)
            for at, cluster, count in self._tables.stretches(table, begin, end, self.unit):
                for run in self._runs((index * per_table + at) * self.unit, cluster, count):
                    yield clipped(run, start, stop)

    def _runs(self, start: int, entry: int, count: int) -> Iterator[Run]:
        """Yield the runs of `count` clusters, whose entries grow by a cluster each from the first one."""
        if entry & _COMPRESSED:
            for number in range(count):
                yield self._compressed(start + number * self.unit, entry + number * self.unit)
        elif not (entry & _ZERO and self.header.version == 3) and entry & _OFFSET:
            length = min(count * self.unit, self.size - start)
            offset = self._cluster(entry & _OFFSET, "a cluster")
            yield Run(start, length, self._storage, within(self._storage, offset, length, "a cluster"))

    def _compressed(self, start: int, entry: int) -> Run:
        offset = entry & self._packed_offset
        sectors = ((entry & (_COMPRESSED - 1)) >> self._packed_shift) + 1
        packed = sectors * SECTOR - offset % SECTOR
        packed = min(packed, self._storage.length - offset)  # the last one may end before its sector does
        within(self._storage, offset, max(packed, 1), "a compressed cluster")
        length = min(self.unit, self.size - start)
        return Run(start, length, self._storage, offset, self._unpack, packed, self.unit)

    def _cluster(self, offset: int, what: str) -> int:
        if offset % self.unit or not offset:
            raise BadImage(f"{self._storage.name}: {what} stands at byte {offset:,}, where no cluster begins")
        return offset


def clipped(run: Run, start: int, stop: int) -> Run:
    """Return what of a run lies between `start` and `stop`."""
    begin, end = max(run.start, start), min(run.start + run.length, stop)
    ahead = begin - run.start
    if run.unpack is None:
        return run._replace(start=begin, length=end - begin, offset=run.offset + ahead)
    return run._replace(start=begin, length=end - begin, skip=run.skip + ahead)


def _inflate(storage: StoredBytes, offset: int, packed: int, length: int) -> bytes:
    """Inflate a cluster: deflate without a header (RFC 1951); what stands after its end belongs to the next one."""
    try:
        unpacked = zlib.decompressobj(-15).decompress(storage.read(offset, packed), length)
    except zlib.error as error:
        raise BadImage(
            f"{storage.name}: a compressed cluster at byte {offset:,} is damaged: {error}"
        ) from None
    return _whole(unpacked, storage, offset, length)


def _unzstd(storage: StoredBytes, offset: int, packed: int, length: int) -> bytes:
    try:
        import zstandard
    except ImportError:
        raise BadImage(
            f"{storage.name} is compressed by zstd, and zstandard is not installed",
            hint="pip install zstandard",
        ) from None
    try:
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
            storage.read(offset, packed)
        )
        unpacked = reader.read(length)
    except zstandard.ZstdError as error:
        raise BadImage(
            f"{storage.name}: a compressed cluster at byte {offset:,} is damaged: {error}"
        ) from None
    return _whole(unpacked, storage, offset, length)


def _whole(unpacked: bytes, storage: StoredBytes, offset: int, length: int) -> bytes:
    if len(unpacked) != length:
        raise BadImage(f"{storage.name}: a compressed cluster at byte {offset:,} is damaged: it is too short")
    return unpacked
