"""The bytes of image files: regular files only, by pread, with their holes; pieces of them, and folders of them."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


class LocalFolder:
    """A folder on this machine's disk; see `operations.ports.disks.ImageFolder`. Symbolic links are no part of it."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self.name = self._path.name

    def files(self) -> tuple[str, ...]:
        """Return the names of its regular files."""
        return tuple(path.name for path in self._listed() if path.is_file())

    def folders(self) -> tuple[LocalFolder, ...]:
        """Return the folders in it."""
        return tuple(LocalFolder(path) for path in self._listed() if path.is_dir())

    def open(self, name: str) -> FileBytes:
        """Open a file of it."""
        return FileBytes(self._path / name, follow=False)

    def _listed(self) -> list[Path]:
        try:
            return sorted(path for path in self._path.iterdir() if not path.is_symlink())
        except OSError as error:
            raise SourceUnreadable(
                f"cannot read the folder {self._path}: {error.strerror}",
                hint="check the path, and who may read it",
            ) from None


class ReadableBytes(io.RawIOBase):
    """Stored bytes as a file that can be read and sought in, for libraries that ask for one."""

    def __init__(self, stored: StoredBytes) -> None:
        self._stored = stored
        self._at = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place."""
        self._at = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._stored.length}[whence] + offset
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        """Read on, as much as fits."""
        count = max(0, min(len(buffer), self._stored.length - self._at))
        if count:
            buffer[:count] = self._stored.read(self._at, count)
        self._at += count
        return count


def _fingerprint(status: os.stat_result) -> str:
    return f"{status.st_size}:{status.st_ino}:{status.st_mtime_ns}:{status.st_ctime_ns}"


def _unreadable(name: str, error: OSError) -> SourceUnreadable:
    if error.errno == errno.ELOOP:
        return BadImage(f"{name} is a symbolic link", hint="put the file itself there")
    return SourceUnreadable(
        f"cannot read {name}: {error.strerror}", hint="check the path, and who may read it"
    )
