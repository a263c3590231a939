"""Blocks of 512 KiB, kept once each in a file that vanishes with the process; blocks of zeros cost nothing.

A Disk is the blocks of one snapshot over those of its parent. What no snapshot holds any more makes room in the file.
"""

from __future__ import annotations

import io
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from weakref import WeakValueDictionary

BLOCK = 524_288
GIB = 1 << 30
ZEROS = bytes(BLOCK)
ZEROS_DIGEST = sha256(ZEROS).digest()


class Block:
    """A block that is kept: its SHA-256, and where it stands."""

    __slots__ = ("__weakref__", "_free", "_place", "digest")

    def __init__(self, digest: bytes, place: int | None, free: list[int]) -> None:
        self.digest = digest
        self._place = place
        self._free = free

    def __del__(self) -> None:
        if self._place is not None:
            self._free.append(self._place)

    @property
    def place(self) -> int | None:
        """Return the offset in the file; None for zeros."""
        return self._place


class Spool:
    """The file. Threads may keep and read at once."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = tempfile.TemporaryFile(dir=folder, prefix="smsgen-blocks-")  # noqa: SIM115 - closed by close()
        self._free: list[int] = []
        self._end = 0
        self._blocks: WeakValueDictionary[bytes, Block] = WeakValueDictionary()
        self._lock = threading.Lock()
        self._zeros = Block(ZEROS_DIGEST, None, self._free)

    def keep(self, digest: bytes, data: bytes | bytearray) -> Block:
        """Keep a block of which this is the SHA-256."""
        if digest == ZEROS_DIGEST:
            return self._zeros
        known = self._blocks.get(digest)
        if known is not None:
            return known
        with self._lock:
            if self._free:
                place = self._free.pop()
            else:
                place, self._end = self._end, self._end + BLOCK
        block = Block(digest, place, self._free)
        os.pwrite(self._file.fileno(), data, place)
        self._blocks[digest] = block
        return block

    def read(self, block: Block) -> bytes:
        """Return a block's bytes."""
        return ZEROS if block.place is None else os.pread(self._file.fileno(), BLOCK, block.place)

    @property
    def size(self) -> int:
        """Return the file's size in bytes, with what is free in it."""
        return self._end

    @property
    def room(self) -> int:
        """Return how many bytes of it are free."""
        return len(self._free) * BLOCK

    def close(self) -> None:
        """Give everything up."""
        self._file.close()


class Disk:
    """The blocks of a snapshot. `own` are those put to it; the others are its parent's."""

    def __init__(self, gib: int, parent: Disk | None = None) -> None:
        self.gib = gib
        self.parent = parent
        self.own: dict[int, Block] = {}

    @property
    def count(self) -> int:
        """Return how many blocks there is room for."""
        return self.gib * GIB // BLOCK

    def lineage(self) -> Iterator[Disk]:
        """Yield this disk, its parent, and so on."""
        disk: Disk | None = self
        while disk is not None:
            yield disk
            disk = disk.parent

    def block(self, index: int) -> Block | None:
        """Return the block at an index; None where nobody ever wrote."""
        return next((disk.own[index] for disk in self.lineage() if index in disk.own), None)

    def written(self) -> dict[int, Disk]:
        """Return who wrote each block: by index, ascending."""
        writers: dict[int, Disk] = {}
        for disk in self.lineage():
            for index in list(disk.own):
                writers.setdefault(index, disk)
        return dict(sorted(writers.items()))


class DiskReader(io.RawIOBase):
    """A disk as a file that can be read and sought in, parents and all."""

    def __init__(self, disk: Disk, spool: Spool) -> None:
        self._disk = disk
        self._spool = spool
        self._at = 0
        self.size = disk.gib * GIB

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type] # any buffer: typeshed's own name is newer
        index, skip = divmod(self._at, BLOCK)
        size = max(0, min(len(view), BLOCK - skip, self.size - self._at))
        view[:size] = self.at(index)[skip : skip + size]
        self._at += size
        return size

    def at(self, index: int) -> bytes:
        """Return the block at an index; zeros where nobody ever wrote."""
        block = self._disk.block(index)
        return ZEROS if block is None else self._spool.read(block)

    def data(self) -> list[int]:
        """Return the indexes of the blocks that are not all zeros."""
        disk = self._disk
        return [index for index, writer in disk.written().items() if writer.own[index].place is not None]

    def differences(self, image: BinaryIO) -> list[int]:
        """Return the indexes of the blocks that are not as in a raw image."""
        return differences(self.data(), self.at, image)


def differences(data: list[int], at: Callable[[int], bytes], image: BinaryIO) -> list[int]:
    """Return the indexes of the blocks that are not as in a raw image; what is beyond its end has to be zeros.

    `data` are the indexes of the blocks that are not zeros, `at` gives a block. Of the image, only what is allocated is
    read.
    """
    end = image.seek(0, os.SEEK_END)
    indexes = set(data) | set(_allocated(image.fileno(), end))
    return [index for index in sorted(indexes) if at(index) != _block_of(image, index)]


def _block_of(image: BinaryIO, index: int) -> bytes:
    image.seek(index * BLOCK)
    return image.read(BLOCK).ljust(BLOCK, b"\0")


def _allocated(file: int, end: int) -> Iterator[int]:
    at = 0
    while at < end:
        try:
            at = os.lseek(file, at, os.SEEK_DATA)
        except OSError:  # ENXIO: nothing but a hole follows
            return
        hole = os.lseek(file, at, os.SEEK_HOLE)
        yield from range(at // BLOCK, (hole + BLOCK - 1) // BLOCK)
        at = hole
