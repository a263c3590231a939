"""The one way in which smsgen writes a file: whole or not at all, and never through a link that somebody planted.

A regular file is replaced at once, where a symbolic link to it leads, and keeps its mode and its owner. Anything else
(a device, a pipe) is written in place: it cannot be replaced, or would be lost.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# os.path and not pathlib: see `disk`.
# ruff: noqa: PTH101, PTH103, PTH105, PTH108, PTH116, PTH118, PTH119, PTH120, PTH123

_TRIES = 100


def write_file(path: str, content: bytes, *, replace: bool = True) -> None:
    """Write a file; missing folders are made.

    Raises OSError where it cannot be written, FileExistsError where it is there and `replace` is false.
    """
    if _is_in_place(path, replace=replace):
        with open(os.open(path, os.O_WRONLY), "wb") as file:
            file.write(content)
        return
    with replacing(path, replace=replace) as beside, open(beside, "wb") as file:
        file.write(content)


@contextmanager
def replacing(path: str, *, private: bool = False, replace: bool = True) -> Iterator[str]:
    """Yield the path of an empty file to fill, which takes the place of `path` when the block ends well.

    `path`: a regular file, a link to one, or nothing yet. `private`: a new one is for its owner only. Where the block
    raises, `path` stays what it was. Raises OSError.
    """
    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    os.makedirs(folder, exist_ok=True)
    # Nobody reads it before it is whole: what it replaces may be for its owner only.
    mode = 0o600 if private or os.path.lexists(target) else 0o666  # of a new file, less what the umask takes
    beside = _new_file(folder, os.path.basename(target), mode)
    try:
        yield beside
        _like(target, beside)
        _put(beside, target, replace=replace)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(beside)


def _is_in_place(path: str, *, replace: bool) -> bool:
    """Whether there is something that is no regular file; raises FileExistsError where it may not be written at all."""
    if not replace and os.path.lexists(path):
        raise FileExistsError(path)
    try:
        kind = os.stat(path).st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(path)
    return not stat.S_ISREG(kind)


def _new_file(folder: str, name: str, mode: int) -> str:
    """Make an empty file that nobody can have foreseen, and give its path."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    for _ in range(_TRIES):
        beside = os.path.join(folder, f".{name[:40]}.{os.urandom(8).hex()}.tmp")
        with suppress(FileExistsError):
            os.close(os.open(beside, flags, mode))
            return beside
    raise FileExistsError(f"no free name beside {name}")


def _like(target: str, beside: str) -> None:
    """Give a new file the mode of the one it will replace, and its owner where that is allowed."""
    with suppress(FileNotFoundError):
        old, new = os.stat(target), os.stat(beside)
        if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid) and hasattr(os, "chown"):
            with suppress(PermissionError):
                os.chown(beside, old.st_uid, old.st_gid)
        os.chmod(beside, stat.S_IMODE(old.st_mode))


def _put(beside: str, target: str, *, replace: bool) -> None:
    if replace:
        os.replace(beside, target)
        return
    try:
        os.link(beside, target)  # unlike a rename, it fails where somebody made the file meanwhile
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            raise FileExistsError(target) from None
        os.replace(beside, target)
