"""Writes down in a manifest which blocks are done, in the order of the disk, a stretch at a time."""

from __future__ import annotations

from smsgen.operations.ports.protocols import Clock
from smsgen.operations.ports.snapshots import Manifests
from smsgen.operations.replication.manifest import Entry, stretch_segment

MOST_PUT = 256
MOST_ENTRIES = 8192
MOST_SECONDS = 15.0
"""A stretch ends after so many blocks that were put, entries in all, or seconds: what is done again after a kill."""


class Journal:
    """The manifest's end. `number` is its next segment's, `first` the block from which nothing is written down yet."""

    def __init__(self, manifests: Manifests, name: str, clock: Clock, *, number: int, first: int) -> None:
        self._manifests = manifests
        self._name = name
        self._clock = clock
        self._number = number
        self._first = self._stop = first
        self._entries: list[Entry] = []
        self._put = 0
        self._since = clock.now()

    def add(self, block: int, entry: Entry | None) -> None:
        """Note that a block is done, and all before it; `entry` is None where the snapshot needs none of it."""
        self._stop = block + 1
        if entry is not None:
            self._entries.append(entry)
            self._put += entry.put
        if self._is_full():
            self.flush()

    def flush(self, stop: int | None = None) -> None:
        """Write down what is done, up to block `stop` where that is given."""
        stop = self._stop if stop is None else stop
        if stop > self._first:
            self.append(stretch_segment(self._first, stop, self._entries))
        self._first = self._stop = stop
        self._entries, self._put = [], 0
        self._since = self._clock.now()

    def append(self, segment: bytes) -> None:
        """Write a segment; raises ManifestTaken where another worker wrote it."""
        self._manifests.append(self._name, self._number, segment)
        self._number += 1

    def _is_full(self) -> bool:
        return (
            self._put >= MOST_PUT
            or len(self._entries) >= MOST_ENTRIES
            or self._clock.now() - self._since >= MOST_SECONDS
        )
