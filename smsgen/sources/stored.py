"""The bytes of image files: regular files only, by pread, with their holes; and pieces of them (members of an OVA)."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from smsgen.operations.ports.disks import BadImage, SourceChanged, SourceUnreadable, StoredBytes


class FileBytes:
    """A file that is read and must not change meanwhile; see `operations.ports.disks.StoredBytes`.

    Without `follow`, a symbolic link is refused: what an image names must stand where it is.
    """

    def __init__(self, path: str | Path, *, follow: bool = True) -> None:
        self.name = str(path)
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
        try:
            self._file = os.open(path, flags)
        except OSError as error:
            raise _unreadable(self.name, error) from None
        self._status = os.fstat(self._file)
        if not stat.S_ISREG(self._status.st_mode):
            os.close(self._file)
            raise BadImage(f"{path} is not a regular file", hint="give the image as a file")
        self.length = self._status.st_size

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly `length` bytes; raises SourceChanged where the file ends before."""
        pieces, end = [], offset + length
        while offset < end:
            try:
                piece = os.pread(self._file, end - offset, offset)
            except OSError as error:
                raise _unreadable(self.name, error) from None
            if not piece:
                raise SourceChanged(self.name, "it became shorter")
            pieces.append(piece)
            offset += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def data(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield (start, stop) of what is no hole of the file, by SEEK_DATA and SEEK_HOLE."""
        while start < stop:
            try:
                begin = os.lseek(self._file, start, os.SEEK_DATA)
                end = os.lseek(self._file, begin, os.SEEK_HOLE)
            except OSError as error:
                if error.errno == errno.ENXIO:  # a hole to the end of the file
                    return
                begin, end = start, stop  # a file system that cannot tell
            if begin >= stop:
                return
            yield begin, min(end, stop)
            start = end

    def fingerprint(self) -> str:
        """Return what changes whenever the file does: size, inode, and both of its times, to the nanosecond."""
        return _fingerprint(self._status)

    def check(self) -> None:
        """Raise SourceChanged where the file, or what stands under its name, is not what was opened."""
        if _fingerprint(os.fstat(self._file)) != self.fingerprint():
            raise SourceChanged(self.name, "it was written to")
        try:
            there = Path(self.name).stat()
        except OSError:
            raise SourceChanged(self.name, "it is gone") from None
        if (there.st_dev, there.st_ino) != (self._status.st_dev, self._status.st_ino):
            raise SourceChanged(self.name, "another file took its place")

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class PieceOfBytes:
    """A piece of other bytes, such as a member of an OVA, in place."""

    def __init__(self, whole: StoredBytes, name: str, start: int, length: int) -> None:
        if start < 0 or length < 0 or start + length > whole.length:
            raise BadImage(f"{whole.name}: {name} would end after the end of the file")
        self.name = f"{whole.name}: {name}"
        self.length = length
        self._whole = whole
        self._start = start

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly `length` bytes."""
        if offset < 0 or offset + length > self.length:
            raise BadImage(f"{self.name} ends at byte {self.length:,}")
        return self._whole.read(self._start + offset, length)

    def data(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield (start, stop) of what is no hole."""
        for begin, end in self._whole.data(self._start + start, self._start + stop):
            yield begin - self._start, end - self._start

    def fingerprint(self) -> str:
        """Return the whole's, and which piece it is."""
        return f"{self._whole.fingerprint()}+{self._start}:{self.length}"

    def check(self) -> None:
        """Raise SourceChanged where the whole is not what was opened."""
        self._whole.check()

    def close(self) -> None:
        """Close the whole."""
        self._whole.close()


def _fingerprint(status: os.stat_result) -> str:
    return f"{status.st_size}:{status.st_ino}:{status.st_mtime_ns}:{status.st_ctime_ns}"


def _unreadable(name: str, error: OSError) -> SourceUnreadable:
    if error.errno == errno.ELOOP:
        return BadImage(f"{name} is a symbolic link", hint="put the file itself there")
    return SourceUnreadable(
        f"cannot read {name}: {error.strerror}", hint="check the path, and who may read it"
    )
