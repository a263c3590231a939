"""The port of what is replicated: disks that are read, and the ways in which reading them fails.

A copy (`operations.replication.copy`) takes a DiskSource, asks which ranges hold something, reads them block by block
from many threads, and asks at the end whether the disk is still what it was. Adapters stand in `smsgen/sources/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from smsgen.errors import SmsgenError


class SourceUnreadable(SmsgenError):
    """A disk cannot be read: it is missing, forbidden, or its medium fails. Trying again later may help."""


class BadImage(SourceUnreadable):
    """An image is refused for good: damaged, of a format that is not read, or made of what stands elsewhere."""


class SourceChanged(SmsgenError):
    """A disk is not what it was when it was opened: what was read of it must not become a snapshot."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(
            f"{name} changed while it was read: {what}",
            hint="stop what writes to it, or copy from a snapshot of it; the next run begins anew",
        )


class Extent(NamedTuple):
    """A range of a disk, in bytes."""

    start: int
    length: int


class DiskSource(Protocol):
    """A disk as it stands at one moment. Many threads may read at once."""

    @property
    def size(self) -> int:
        """Bytes of the disk; need not be a multiple of anything."""

    @property
    def mark(self) -> str:
        """What names this state of the disk: `changed` of a later source takes it, and a copy that was killed goes on
        only where it is the same. "" where the source cannot tell: such a copy begins anew.
        """

    def allocated(self) -> Iterator[Extent]:
        """Yield where the disk may hold something, in order and without overlaps; the rest reads as zeros."""

    def changed(self, since: str) -> Iterator[Extent] | None:
        """Return what may have changed since an earlier mark, in order; None where the source cannot tell."""

    def read(self, start: int, length: int) -> bytes:
        """Return exactly so many bytes, all within the disk; raises SourceUnreadable and SourceChanged."""

    def check(self) -> None:
        """Raise SourceChanged where the disk is no longer what was opened: written to, gone, replaced, grown."""

    def release(self) -> None:
        """Close what was opened; a second time does nothing. Nobody reads any more."""


class ImageFolder(Protocol):
    """A folder that images stand in, on a disk or below a prefix of a bucket. What leads out of it is no part of it."""

    name: str

    def files(self) -> tuple[str, ...]:
        """Return the bare names of its files, sorted; raises SourceUnreadable, and ServiceError."""

    def folders(self) -> tuple[ImageFolder, ...]:
        """Return the folders in it, sorted."""

    def open(self, name: str) -> StoredBytes:
        """Open a file by its bare name; raises SourceUnreadable, BadImage, and ServiceError."""


class StoredBytes(Protocol):
    """Bytes that an image is made of, wherever they are stored: a file, a member of an OVA, an object in S3.

    Many threads may read at once.
    """

    name: str
    length: int

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly so many bytes; raises SourceUnreadable, and SourceChanged where they end before."""

    def data(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield (start, stop) of what of a range is no hole, in order; a hole reads as zeros."""

    def fingerprint(self) -> str:
        """Return what is another one whenever the bytes are."""

    def check(self) -> None:
        """Raise SourceChanged where the bytes are not what was opened."""

    def close(self) -> None:
        """Close what was opened; a second time does nothing."""


class DiskFile(NamedTuple):
    """A disk as a file that ImportImage takes. `format`: RAW, VHD, VHDX or VMDK (streamOptimized)."""

    format: str
    content: StoredBytes
