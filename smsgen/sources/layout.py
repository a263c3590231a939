"""Where an image's bytes stand: runs, tables that are read a page at a time, and what no image may claim."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, Protocol

from smsgen.operations.ports.disks import BadImage, StoredBytes

LARGEST = 64 << 40
"""Bytes of the largest disk: EBS's 64 TiB."""

SECTOR = 512


class Packing(Protocol):
    """How a unit of a disk is compressed where it stands."""

    def __call__(self, storage: StoredBytes, offset: int, packed: int, length: int) -> bytes:
        """Return the `length` bytes of the unit whose `packed` bytes stand at `offset`; raises BadImage."""


class Run(NamedTuple):
    """Bytes of a disk, and where they stand.

    `start`, `length`: on the disk, in bytes. `offset`: in `storage`. `unpack` (None: stored plainly) gives the unit
    that the run is a piece of: the unit is `unit` bytes long, `packed` where it stands (0: its own header tells), and
    the run begins `skip` bytes into it.
    """

    start: int
    length: int
    storage: StoredBytes
    offset: int
    unpack: Packing | None = None
    packed: int = 0
    unit: int = 0
    skip: int = 0


class Layout(Protocol):
    """What an image's metadata says."""

    @property
    def size(self) -> int:
        """Bytes of the disk."""

    @property
    def unit(self) -> int:
        """Bytes that the image maps at once, no two units at the same place; 0 where it is one piece."""

    def runs(self, start: int, stop: int) -> Iterator[Run]:
        """Yield what holds data from byte `start` to `stop`, in order; the rest is zeros. Raises BadImage."""


def checked_size(size: int) -> int:
    """Return the size of a disk, in bytes; raises BadImage where EBS has none of that size."""
    if not 0 < size <= LARGEST:
        raise BadImage(f"the image says that its disk has {size:,} bytes", hint="EBS takes up to 64 TiB")
    return size


def within(storage: StoredBytes, offset: int, length: int, what: str) -> int:
    """Return `offset`; raises BadImage where `length` bytes from there do not all stand in the image."""
    if offset < 0 or length < 0 or offset + length > storage.length:
        raise BadImage(
            f"{storage.name}: {what} would end at byte {offset + length:,}, and the file has {storage.length:,}",
            hint="copy the image again: it may have been cut off on its way",
        )
    return offset


def coalesced(runs: Iterator[Run]) -> Iterator[Run]:
    """Yield runs with those joined that follow each other on the disk and where they stand."""
    last: Run | None = None
    for run in runs:
        if last is not None:
            if _follows(last, run):
                last = last._replace(length=last.length + run.length)
                continue
            yield last
        last = run
    if last is not None:
        yield last


def _follows(last: Run, run: Run) -> bool:
    return (
        run.unpack is None is last.unpack
        and run.start == last.start + last.length
        and run.offset == last.offset + last.length
        and run.storage is last.storage
    )


class Table(NamedTuple):
    """Where a table stands, and how many entries it has."""

    offset: int
    length: int


class Tables:
    """Tables of unsigned integers in an image, `width` (4 or 8) bytes an entry; the pages last used are kept.

    `empty`: the value of an entry that tells of nothing.
    """

    _PAGE = 8192

    def __init__(
        self, storage: StoredBytes, *, width: int, big_endian: bool, empty: int = 0, pages: int = 32
    ) -> None:
        self._storage = storage
        self._width = width
        self._empty = empty
        self._code = {4: "I", 8: "Q"}[width]
        self._swap = big_endian != (sys.byteorder == "big")
        self._page = lru_cache(maxsize=pages)(self._read)

    def entries(self, table: Table, first: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield (index, value) of those entries from `first` to `stop` that tell of something."""
        for start, values in self._pages(table, first, stop):
            if values.count(self._empty) != len(values):
                for index, value in enumerate(values, start):
                    if value != self._empty:
                        yield index, value

    def stretches(self, table: Table, first: int, stop: int, step: int) -> Iterator[tuple[int, int, int]]:
        """Yield (index, value, count) of entries that tell of something, `count` in a row that grow by `step` each."""
        for start, values in self._pages(table, first, stop):
            length = len(values)
            if values.count(self._empty) == length:
                continue
            if self._is_row(values, step):
                yield start, values[0], length
            else:
                yield from self._rows(start, values, step)

    def _is_row(self, values: array[int], step: int) -> bool:
        """Whether all grow by `step` each: told a hundred times as fast as by looking at each of them."""
        first, last = values[0], values[-1]
        row = range(first, last + 1, step)
        return len(row) == len(values) and self._empty not in row and values == array(self._code, row)

    def _rows(self, start: int, values: array[int], step: int) -> Iterator[tuple[int, int, int]]:
        index = count = begun = 0
        following = self._empty
        for index, value in enumerate(values, start):
            if count and value == following and value != self._empty:
                count += 1
            else:
                if count:
                    yield index - count, begun, count
                begun, count = value, int(value != self._empty)
            following = value + step
        if count:
            yield index + 1 - count, begun, count

    def _pages(self, table: Table, first: int, stop: int) -> Iterator[tuple[int, array[int]]]:
        """Yield (index of the first one, values) of the entries asked for, page by page."""
        while first < stop:
            begin = first // self._PAGE * self._PAGE
            end = min(begin + self._PAGE, table.length)
            values = self._page(table.offset + begin * self._width, end - begin)
            yield first, values[first - begin : min(stop, end) - begin]
            first = end

    def _read(self, offset: int, count: int) -> array[int]:
        within(self._storage, offset, count * self._width, "a table of its metadata")
        values = array(self._code)
        values.frombytes(self._storage.read(offset, count * self._width))
        if self._swap:
            values.byteswap()
        return values


_MOST_UNITS = 32 << 20


def check(layout: Layout, storages: tuple[StoredBytes, ...]) -> None:
    """Walk through all of an image's metadata; raises BadImage where data stand outside of the file, where two places
    of the disk share one of the file, and where there is more data than the file can hold. Reads no data.
    """
    held = {id(storage): _Held(storage, layout.unit) for storage in storages}
    end = 0
    for run in coalesced(layout.runs(0, layout.size)):
        if run.start < end or run.start + run.length > layout.size:
            raise BadImage(f"{run.storage.name}: its metadata tell twice of the same place of the disk")
        end = run.start + run.length
        held[id(run.storage)].take(run)


class _Held:
    """What of a file is taken by data of the disk."""

    def __init__(self, storage: StoredBytes, unit: int) -> None:
        self._storage = storage
        self._unit = unit
        units = storage.length // unit + 1 if unit else 0
        self._taken = bytearray(units if units <= _MOST_UNITS else 0)
        self._left = storage.length
        self._last = -1

    def take(self, run: Run) -> None:
        if run.unpack is not None:
            self._left -= max(run.packed, SECTOR * 2) - SECTOR  # two may share a sector
        else:
            within(self._storage, run.offset, run.length, "data of the disk")
            self._left -= run.length
            self._mark(run)
        if self._left < 0:
            raise BadImage(f"{self._storage.name}: its metadata tell of more data than the file holds")

    def _mark(self, run: Run) -> None:
        """Mark where units begin: two units that begin less than a unit apart overlap."""
        if not self._taken or run.start // self._unit == self._last:
            return  # another piece of a unit that is marked
        self._last = (run.start + run.length - 1) // self._unit
        first = (run.offset - run.start % self._unit) // self._unit
        stop = first + max(1, run.length // self._unit)
        if any(self._taken[first:stop]):
            raise BadImage(
                f"{self._storage.name}: its metadata put two places of the disk at one of the file"
            )
        self._taken[first:stop] = b"\1" * (stop - first)
