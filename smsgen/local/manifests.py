"""The Manifests port in a folder of this machine, or of a network file system: one file a manifest, which only grows.

Each segment is framed by its number, its length and its CRC-32, so that what a kill or a full disk left half-written is
seen and written over. A lock on the file keeps two workers from writing the same segment.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from smsgen.errors import SmsgenError
from smsgen.operations.ports.snapshots import ManifestTaken

_FRAME = struct.Struct("<4sIII")
_MAGIC = b"smsg"
_NAME = re.compile(r"[\w.-]+(/[\w.-]+)*", re.ASCII)
_ENDING = ".manifest"


class _End(NamedTuple):
    """Where the last whole segment ends, and the number of the next one."""

    offset: int = 0
    number: int = 0


class FolderManifests:
    """Manifests in a folder; see `operations.ports.snapshots.Manifests`."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        self._ends: dict[str, _End] = {}

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the names in a folder, sorted."""
        place = self._folder / _checked(folder)
        return tuple(
            sorted(f"{folder}/{path.name.removesuffix(_ENDING)}" for path in place.glob(f"*{_ENDING}"))
        )

    def append(self, name: str, number: int, segment: bytes) -> None:
        """Write a segment and bring it to the disk; raises ManifestTaken."""
        path = self._path(name)
        with _errors(f"cannot write the manifest {path}"):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(
                os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b", buffering=0
            ) as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                end = self._end(name, file)
                if end.number != number:
                    raise ManifestTaken(
                        f"another worker writes the manifest {name}", hint="this one stops; the other goes on"
                    )
                self._write(name, file, end, segment)
            if number == 0:
                _bring_to_disk(path.parent)

    def segments(self, name: str) -> Iterator[bytes]:
        """Yield the segments that are whole."""
        path = self._path(name)
        with _errors(f"cannot read the manifest {path}"):
            try:
                file = path.open("rb")
            except FileNotFoundError:
                return
            with file:
                for _, segment in _frames(file, _End()):
                    yield segment

    def delete(self, name: str) -> None:
        """Delete a manifest."""
        with _errors(f"cannot delete the manifest {name}"):
            self._path(name).unlink(missing_ok=True)
        self._ends.pop(name, None)

    def _path(self, name: str) -> Path:
        return self._folder / f"{_checked(name)}{_ENDING}"

    def _end(self, name: str, file: BinaryIO) -> _End:
        """Return where to write, from where this process knows the file up to."""
        end = self._ends.get(name, _End())
        for following, _ in _frames(file, end):
            end = following
        return end

    def _write(self, name: str, file: BinaryIO, end: _End, segment: bytes) -> None:
        frame = _FRAME.pack(_MAGIC, end.number, len(segment), zlib.crc32(segment)) + segment
        try:
            if os.pwrite(file.fileno(), frame, end.offset) != len(frame):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            file.truncate(end.offset + len(frame))
            os.fsync(file.fileno())
        except OSError:
            file.truncate(end.offset)
            raise
        self._ends[name] = _End(end.offset + len(frame), end.number + 1)


def _frames(file: BinaryIO, end: _End) -> Iterator[tuple[_End, bytes]]:
    """Yield (where it ends, segment) of each whole segment after `end`."""
    file.seek(end.offset)
    while len(head := file.read(_FRAME.size)) == _FRAME.size:
        magic, number, length, crc = _FRAME.unpack(head)
        if magic != _MAGIC or number != end.number:
            return
        segment = file.read(length)
        if len(segment) != length or zlib.crc32(segment) != crc:
            return
        end = _End(end.offset + _FRAME.size + length, number + 1)
        yield end, segment


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name) or any(part.strip(".") == "" for part in name.split("/")):
        raise ValueError(f"{name!r} is no name of a manifest")
    return name


def _bring_to_disk(folder: Path) -> None:
    """Bring a folder's list of files to the disk: a new file is lost otherwise when the power goes."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _errors(doing: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SmsgenError(
            f"{doing}: {error.strerror}", hint="make room, or check who may write there"
        ) from None
