"""Which file of a disk ImportImage takes: its image as it is, or one that is made up of it.

https://docs.aws.amazon.com/vm-import/latest/userguide/prerequisites.html, "Image formats": RAW, VHD (fixed and
dynamic), VHDX, and VMDK that is streamOptimized.
"""

from __future__ import annotations

from collections.abc import Iterator

from smsgen.operations.ports.disks import DiskFile, DiskSource, Extent
from smsgen.sources.disk_image import DiskImage
from smsgen.sources.dynamic_vhd import LARGEST, DynamicVhd
from smsgen.sources.vmdk import SparseExtent

_TAKEN = ("VHD", "VHDX")


def importable(image: DiskImage, name: str) -> DiskFile:
    """Return the file to upload of an image; closing its content releases the image.

    VHD, VHDX, VMDK that is streamOptimized and RAW without holes go as they are. All else is sent as a dynamic VHD, and
    what is too large for one as RAW. Nothing is written to a disk for it.
    """
    if image.format in _TAKEN or _is_streamed(image) or _is_dense(image):
        return DiskFile(image.format, image.storages[0])
    return made_up(image, name)


def made_up(source: DiskSource, name: str) -> DiskFile:
    """Return a file that is made up of a disk; closing its content releases the disk."""
    if source.size <= LARGEST:
        return DiskFile("VHD", DynamicVhd(source, f"{name} as VHD"))
    return DiskFile("RAW", PlainDisk(source, f"{name} as RAW"))


def _is_streamed(image: DiskImage) -> bool:
    layout = image.layout
    return isinstance(layout, SparseExtent) and layout.header.streamed


def _is_dense(image: DiskImage) -> bool:
    """Whether it is RAW without a hole."""
    extents = image.allocated()
    whole = Extent(0, image.size)
    return image.format == "RAW" and next(extents, None) == whole and next(extents, None) is None


class PlainDisk:
    """A disk byte for byte; see `operations.ports.disks.StoredBytes`."""

    def __init__(self, source: DiskSource, name: str) -> None:
        self.name = name
        self.length = source.size
        self._source = source

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly so many bytes."""
        return self._source.read(offset, length)

    def data(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield all of it."""
        if start < stop:
            yield start, stop

    def fingerprint(self) -> str:
        """Return the disk's mark."""
        return f"raw:{self._source.mark}"

    def check(self) -> None:
        """Raise SourceChanged where the disk is not what was opened."""
        self._source.check()

    def close(self) -> None:
        """Release the disk."""
        self._source.release()
