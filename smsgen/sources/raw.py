"""RAW: the disk itself, byte for byte; holes of the file are zeros."""

from __future__ import annotations

from collections.abc import Iterator

from smsgen.operations.ports.disks import StoredBytes
from smsgen.sources.layout import Run, checked_size, within


class Flat:
    """One piece of a file that is the disk; see `layout.Layout`. RAW, VHD's fixed disks, VMDK's flat extents."""

    unit = 0

    def __init__(self, storage: StoredBytes, *, size: int | None = None, offset: int = 0) -> None:
        self.size = checked_size(storage.length if size is None else size)
        self._storage = storage
        self._offset = within(storage, offset, self.size, "the disk")

    def runs(self, start: int, stop: int) -> Iterator[Run]:
        """Yield what is asked for, in one piece."""
        if start < stop:
            yield Run(start, stop - start, self._storage, self._offset + start)
