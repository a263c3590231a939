"""Disk images as sources: one class for all formats, and the table of which format a file is read as.

    open_image("disk.qcow2")   the DiskSource of one image, checked: nothing in it leads elsewhere, and its metadata fit

The format goes by the ending of the name, and what stands in the file must agree. It is never guessed at: a guest can
write what looks like a header into the first sector of its RAW disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

from smsgen.operations.ports.disks import BadImage, Extent, StoredBytes
from smsgen.sources.layout import Layout, Packing, Run, check, coalesced
from smsgen.sources.qcow2 import MAGIC as QCOW2_MAGIC
from smsgen.sources.qcow2 import Qcow2
from smsgen.sources.raw import Flat
from smsgen.sources.stored import FileBytes
from smsgen.sources.vhd import open_vhd
from smsgen.sources.vhdx import Vhdx
from smsgen.sources.vmdk_descriptor import Beside, open_vmdk

Opened = tuple[Layout, tuple[StoredBytes, ...]]
"""A layout, and all files it is made of."""

ENDINGS = {
    ".raw": "RAW",
    ".dd": "RAW",
    ".img": "RAW",
    ".vmdk": "VMDK",
    ".vhd": "VHD",
    ".vpc": "VHD",
    ".vhdx": "VHDX",
    ".qcow2": "QCOW2",
}
"""Ending of a file's name -> format."""

_UNPACKED = 32
"""How many unpacked units are kept: a read of 512 KiB may need a cluster of 2 MiB four times."""


def _raw(storage: StoredBytes, _: Beside) -> Opened:
    if storage.name.endswith(".img") and storage.read(0, min(4, storage.length)) == QCOW2_MAGIC:
        hint = "name it .qcow2 if it is one, and .raw if it is a disk whose first sector looks like one"
        raise BadImage(f"{storage.name} is called .img, and begins like qcow2", hint=hint)
    return Flat(storage), (storage,)


_FORMATS: dict[str, Callable[[StoredBytes, Beside], Opened]] = {
    "RAW": _raw,
    "VMDK": open_vmdk,
    "VHD": lambda storage, _: (open_vhd(storage), (storage,)),
    "VHDX": lambda storage, _: (Vhdx(storage), (storage,)),
    "QCOW2": lambda storage, _: (Qcow2(storage), (storage,)),
}


def format_of(name: str) -> str:
    """Return the format a file is read as, by the ending of its name, or "" where it is none of an image."""
    return ENDINGS.get(PurePath(name).suffix.lower(), "")


def open_image(path: str | Path, *, format: str = "") -> DiskImage:  # noqa: A002 - what everybody calls it
    """Return the source of an image file; release it at the end.

    `format` is RAW, VMDK, VHD, VHDX or QCOW2, and "" goes by the ending of the name. Raises SourceUnreadable where the
    file cannot be read, and BadImage where it is refused: of another format, damaged, or resting on other images.
    """
    place = Path(path)
    storage = FileBytes(place)
    try:
        return open_stored(storage, format or format_of(place.name), lambda name: _sibling(place, name))
    except BaseException:
        storage.close()
        raise


def open_stored(storage: StoredBytes, format: str, beside: Beside) -> DiskImage:  # noqa: A002 - as above
    """Return the source of an image wherever it is stored; `beside` opens what its descriptor names.

    Raises BadImage, and leaves closing `storage` to the caller where it does.
    """
    if format not in _FORMATS:
        raise BadImage(
            f"{storage.name}: its name does not tell its format", hint=f"name it {', '.join(sorted(ENDINGS))}"
        )
    layout, storages = _FORMATS[format](storage, beside)
    try:
        check(layout, storages)
    except BaseException:
        for extent in storages:
            extent.close()
        raise
    return DiskImage(layout, storages, format)


def nothing_beside(name: str) -> StoredBytes:
    """Refuse an extent: what has no folder has nothing beside it."""
    raise BadImage(f"the image is made of other files ({name}), which do not come with it")


def _sibling(image: Path, name: str) -> StoredBytes:
    return FileBytes(image.parent / name, follow=False)


class DiskImage:
    """An image of a disk; see `operations.ports.disks.DiskSource`. Many threads may read."""

    def __init__(self, layout: Layout, storages: tuple[StoredBytes, ...], format: str) -> None:  # noqa: A002 - as above
        self.size = layout.size
        self.format = format
        self.layout = layout
        self.storages = storages
        self._unpacked: Callable[[Any, Any, int, int, int], bytes] = lru_cache(maxsize=_UNPACKED)(_unpack)

    @property
    def mark(self) -> str:
        """Return what tells this image from any other, and from itself after a change."""
        return "|".join(storage.fingerprint() for storage in self.storages)

    def allocated(self) -> Iterator[Extent]:
        """Yield where the disk may hold something, in order; what lies between is zeros."""
        last = Extent(0, 0)
        for run in self._dense(0, self.size):
            if run.start == last.start + last.length:
                last = Extent(last.start, last.length + run.length)
                continue
            if last.length:
                yield last
            last = Extent(run.start, run.length)
        if last.length:
            yield last

    def changed(self, since: str) -> Iterator[Extent] | None:
        """Return None: an image does not tell what changed in it. The same image again is read again."""
        del since
        return None

    def read(self, start: int, length: int) -> bytes:
        """Return bytes of the disk; nothing is read where there are holes."""
        runs = list(self._dense(start, start + length))
        if len(runs) == 1 and runs[0].start == start and runs[0].length == length:
            return self._bytes(runs[0])
        content = bytearray(length)
        for run in runs:
            content[run.start - start : run.start - start + run.length] = self._bytes(run)
        return bytes(content)

    def check(self) -> None:
        """Raise SourceChanged where the image is not what was opened."""
        for storage in self.storages:
            storage.check()

    def release(self) -> None:
        """Close the files; a second time does nothing."""
        for storage in self.storages:
            storage.close()

    def _dense(self, start: int, stop: int) -> Iterator[Run]:
        """Yield the runs of a range, without what are holes of the file."""
        for run in coalesced(self.layout.runs(start, min(stop, self.size))):
            if run.unpack is not None:
                yield run
                continue
            for begin, end in run.storage.data(run.offset, run.offset + run.length):
                yield run._replace(start=run.start + begin - run.offset, length=end - begin, offset=begin)

    def _bytes(self, run: Run) -> bytes:
        if run.unpack is None:
            return run.storage.read(run.offset, run.length)
        unit = self._unpacked(run.unpack, run.storage, run.offset, run.packed, run.unit)
        return unit[run.skip : run.skip + run.length]


def _unpack(unpack: Packing, storage: StoredBytes, offset: int, packed: int, unit: int) -> bytes:
    return unpack(storage, offset, packed, unit)
