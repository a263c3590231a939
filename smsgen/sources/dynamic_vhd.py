"""A disk as a dynamic VHD, made up as it is read: what ImportImage takes of a disk whose image it does not take.

    footer, header, table of blocks, then each block of 2 MiB that may hold something behind its bitmap, footer

Where everything stands follows from which blocks there are, so that any piece can be read at any time: parts of an
upload in parallel, and again after a break. Holes of the disk take no room.
The format: https://learn.microsoft.com/en-us/windows/win32/vstor/about-vhd; `vhd` reads it.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterable, Iterator
from hashlib import sha256

from smsgen.operations.ports.disks import DiskSource, Extent

LARGEST = 2040 << 30
"""Bytes of the largest disk that the format holds."""

BLOCK = 2 << 20
_SECTOR = 512
_UNUSED = 0xFFFF_FFFF
_BITMAP = b"\xff" * _SECTOR
_FIRST = 3 * _SECTOR
"""Where the table stands: behind a copy of the footer and the header of two sectors."""

_CYLINDERS = 65_535
_HEADS, _SECTORS = 16, 255


class DynamicVhd:
    """A disk as a file; see `operations.ports.disks.StoredBytes`."""

    def __init__(self, source: DiskSource, name: str) -> None:
        self.name = name
        self._source = source
        self._size = -(-source.size // _SECTOR) * _SECTOR
        self._blocks = array("I", _blocks(source.allocated()))
        self._count = -(-self._size // BLOCK)
        self._data = _FIRST + -(-self._count * 4 // _SECTOR) * _SECTOR
        self._head = self._footer() + self._header() + self._table()
        self._end = self._data + len(self._blocks) * (_SECTOR + BLOCK)
        self.length = self._end + _SECTOR

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly so many bytes."""
        pieces, end = [], offset + length
        while offset < end:
            piece = self._piece(offset, end - offset)
            pieces.append(piece)
            offset += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def data(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield all of it: what is a hole is not in the file."""
        if start < stop:
            yield start, stop

    def fingerprint(self) -> str:
        """Return the disk's mark: the same disk gives the same file."""
        return f"vhd:{self._source.mark}"

    def check(self) -> None:
        """Raise SourceChanged where the disk is not what was opened."""
        self._source.check()

    def close(self) -> None:
        """Release the disk."""
        self._source.release()

    def _piece(self, offset: int, most: int) -> bytes:
        """Return bytes from one place on: at least one, no more than asked for, none beyond what they belong to."""
        if offset < self._data:
            return self._head[offset : offset + most]
        if offset >= self._end:
            return self._footer()[offset - self._end : offset - self._end + most]
        number, at = divmod(offset - self._data, _SECTOR + BLOCK)
        if at < _SECTOR:
            return _BITMAP[at : at + most]
        return self._of_disk(self._blocks[number] * BLOCK + at - _SECTOR, min(most, BLOCK + _SECTOR - at))

    def _of_disk(self, start: int, length: int) -> bytes:
        count = max(0, min(length, self._source.size - start))
        content = self._source.read(start, count) if count else b""
        return content if count == length else content.ljust(length, b"\0")

    def _footer(self) -> bytes:
        # "win " and not "vpc ": readers then go by the size and not by the geometry, which is rounded.
        cylinders = min(_CYLINDERS, self._size // _SECTOR // (_HEADS * _SECTORS))
        footer = struct.pack(
            ">8sIIQI4sI4sQQHBBII16s",
            b"conectix",
            2,
            0x10000,
            _SECTOR,
            0,
            b"win ",
            0x0006_0001,
            b"Wi2k",
            self._size,
            self._size,
            cylinders,
            _HEADS,
            _SECTORS,
            3,
            0,
            sha256(self.fingerprint().encode()).digest()[:16],
        )
        return _summed(footer.ljust(_SECTOR, b"\0"), 64)

    def _header(self) -> bytes:
        header = struct.pack(
            ">8sQQIIII", b"cxsparse", 0xFFFF_FFFF_FFFF_FFFF, _FIRST, 0x10000, self._count, BLOCK, 0
        )
        return _summed(header.ljust(2 * _SECTOR, b"\0"), 36)

    def _table(self) -> bytes:
        sectors = array("I", [_UNUSED]) * self._count
        for number, block in enumerate(self._blocks):
            sectors[block] = (self._data + number * (_SECTOR + BLOCK)) // _SECTOR
        if sys.byteorder == "little":
            sectors.byteswap()
        return sectors.tobytes().ljust(self._data - _FIRST, b"\xff")


def _summed(block: bytes, at: int) -> bytes:
    return block[:at] + struct.pack(">I", ~sum(block) & 0xFFFF_FFFF) + block[at + 4 :]


def _blocks(extents: Iterable[Extent]) -> Iterator[int]:
    """Yield the numbers of the blocks that extents touch, each once, in order."""
    following = 0
    for extent in extents:
        last = (extent.start + extent.length - 1) // BLOCK
        yield from range(max(following, extent.start // BLOCK), last + 1)
        following = last + 1
