"""The Files and Revisions ports on the local disk and the local git repository."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress

from smsgen.errors import NoSuchFile, SmsgenError
from smsgen.local.replacing import write_file
from smsgen.operations.ports.revisions import NotAtRevision

# os.path and not pathlib, here and in `replacing`: importing pathlib costs the cold start 5 ms.
# ruff: noqa: PTH100, PTH118, PTH120, PTH123

FOLDER = "SMSGEN_FOLDER"
"""Environment variable: a folder of files that somebody else wrote, say a pull request's.

What stands in it is read and written in it only, wherever links lead; what a file names may stand anywhere in it, and
not beside the file only.
"""

_HERE_ONLY = os.O_NOFOLLOW if hasattr(os, "O_NOFOLLOW") else 0
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_IN_STEPS = os.open in os.supports_dir_fd


class DiskFiles:
    """Files on the local disk; see `operations.ports.Files`. Standard input is read once, and kept."""

    _stdin: bytes | None = None

    def read(self, path: str, *, max_bytes: int) -> bytes:
        """Return a file's bytes; never reads more than `max_bytes` + 1 of them into memory."""
        try:
            if path == "-":
                content = self._standard_input(max_bytes)
            else:
                folder = _folder_of(path)
                with os.fdopen(_open_within(path, folder), "rb") if folder else open(path, "rb") as file:
                    content = file.read(max_bytes + 1)
        except (OSError, ValueError) as error:
            raise _cannot("read", path, error) from None
        return _bounded(content, path, max_bytes)

    def find(self, path: str, *, max_bytes: int) -> bytes | None:
        """Return a file's bytes, None where there is nothing of that name."""
        return self.read(path, max_bytes=max_bytes) if os.path.lexists(path) else None

    def read_within(self, path: str, document: str, *, max_bytes: int) -> bytes:
        """Return the bytes of a regular file in the folder of `document`, or below it, where links may lead, too."""
        folder = os.environ.get(FOLDER) or os.path.dirname("" if document == "-" else document) or "."
        try:
            with os.fdopen(_open_within(path, folder), "rb") as file:
                return _bounded(file.read(max_bytes + 1), path, max_bytes)
        except (OSError, ValueError) as error:
            raise _cannot("read", path, error) from None

    def write(self, path: str, content: bytes, *, replace: bool = True) -> None:
        """Replace a regular file whole or not at all, with its mode; write anything else in place."""
        try:
            folder = _folder_of(path)
            if folder:
                _steps(path, folder)
            write_file(path, content, replace=replace)
        except FileExistsError:
            hint = "give another name, or --force to overwrite it"
            raise SmsgenError(f"{path} is there already", hint=hint) from None
        except (OSError, ValueError) as error:
            raise _cannot("write", path, error) from None

    def beside(self, path: str, name: str) -> str:
        """Return the path of `name` in the folder of `path`; standard input stands in the current folder."""
        return os.path.join(os.path.dirname("" if path == "-" else path), name)

    def _standard_input(self, max_bytes: int) -> bytes:
        if DiskFiles._stdin is None:
            DiskFiles._stdin = sys.stdin.buffer.read(max_bytes + 1)
        return DiskFiles._stdin


class GitRevisions:
    """Files at a git revision, through `git cat-file`; see `operations.ports.Revisions`."""

    def read(self, ref: str, path: str, *, max_bytes: int) -> bytes:
        """Return `path`, as seen from the current folder, at revision `ref`; a link is followed within the revision."""
        relative = os.path.relpath(path)
        if ref.startswith("-") or ":" in ref or not ref.isprintable():
            raise SmsgenError(f"{ref!r} is not a git revision", hint="give a branch, a tag or a commit")
        if "\n" in relative:
            raise SmsgenError(
                f"cannot read {path} at {ref}: no file in git that smsgen reads has such a name"
            )
        kind, content = _git_object(f"{ref}:./{relative}", max_bytes + 1, f"{path} at {ref}")
        if kind == "blob":
            return _bounded(content, f"{path} at {ref}", max_bytes)
        if kind == "missing" and _git_object(f"{ref}^{{commit}}", 0, ref)[0] == "commit":
            raise NotAtRevision(f"there is no file {path} at {ref}")
        raise SmsgenError(
            f"cannot read {path} at {ref}: {_WHY_NOT.get(kind, 'it is not a file')}",
            hint="`git fetch` the revision first?" if kind == "missing" else "",
        )


_WHY_NOT = {
    "missing": "there is no such revision",
    "symlink": "it is a link that leads out of the repository",
    "dangling": "it is a link to nothing",
    "loop": "it is a link to itself",
    "tree": "it is a folder",
}
"""What git says in place of an object -> our words (git-cat-file(1), --follow-symlinks)."""


def _git_object(name: str, most: int, what: str) -> tuple[str, bytes]:
    """Return the kind of an object and at most `most` of its bytes; raises SmsgenError where git cannot be asked."""
    import subprocess

    command = ["git", "cat-file", "--batch", "--follow-symlinks"]
    try:
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as git:
            if not (git.stdin and git.stdout and git.stderr):
                raise AssertionError("the pipes were asked for")
            with suppress(BrokenPipeError):  # outside a repository git ends at once, and says so
                git.stdin.write(os.fsencode(name) + b"\n")
                git.stdin.close()
            words = git.stdout.readline().split()
            content = git.stdout.read(min(most, int(words[-1]))) if len(words) == 3 else b""
            complaint = b"" if words else git.stderr.read(4096)
            git.kill()
    except FileNotFoundError:
        raise SmsgenError("git is not installed", hint="install git, or give --deployed") from None
    if not words:
        reason = complaint.decode("utf-8", "replace").strip().partition("\n")[0].removeprefix("fatal: ")
        if "is outside repository" in reason:
            raise NotAtRevision(f"cannot read {what}: {reason}")
        raise SmsgenError(f"cannot read {what}: {reason or 'git does not answer'}")
    return _kind(words), content


def _kind(words: list[bytes]) -> str:
    """Return `blob` or `tree` of `OID KIND SIZE`; of what is no object, the word that says why, first or last."""
    if len(words) == 3 and words[1] in (b"blob", b"tree", b"commit", b"tag"):
        return words[1].decode()
    return "missing" if words[-1] == b"missing" else words[0].decode("utf-8", "replace")


class _Outside(OSError):
    """A path leads out of the folder that it must stay in."""


def _folder_of(path: str) -> str:
    """Return $SMSGEN_FOLDER where `path` stands in it, as it is written; "" for any other place."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return ""
    place = os.path.abspath(path)
    roots = (os.path.abspath(folder), os.path.realpath(folder))
    return folder if any(place.startswith(os.path.join(root, "")) for root in roots) else ""


def _steps(path: str, folder: str) -> list[str]:
    """Return the way from a folder to where a path leads; raises OSError where that is outside, or git's own."""
    way = os.path.relpath(os.path.realpath(path), os.path.realpath(folder))
    steps = way.replace(os.sep, "/").split("/")
    if os.pardir in steps or ".git" in [step.lower() for step in steps]:
        raise _Outside("it leads out of the folder that it has to stay in")
    return steps


def _open_within(path: str, folder: str) -> int:
    """Open a regular file for reading, and give its descriptor; raises OSError where it is none, or not in `folder`.

    Links are resolved first. Then each step is opened from the one before and follows no link: who puts one there
    meanwhile gets an error, and not another file.
    """
    steps, root = _steps(path, folder), os.path.realpath(folder)
    if not _IN_STEPS:
        return _regular(os.open(os.path.join(root, *steps), os.O_RDONLY | _AT_ONCE))
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for step in steps[:-1]:
            above, at = at, os.open(step, os.O_RDONLY | os.O_DIRECTORY | _HERE_ONLY, dir_fd=at)
            os.close(above)
        return _regular(os.open(steps[-1], os.O_RDONLY | _AT_ONCE | _HERE_ONLY, dir_fd=at))
    finally:
        os.close(at)


def _regular(descriptor: int) -> int:
    kind = os.fstat(descriptor).st_mode
    if stat.S_ISREG(kind):
        return descriptor
    os.close(descriptor)
    if stat.S_ISDIR(kind):
        raise IsADirectoryError("it is a directory")
    raise OSError("it is not a regular file")


def _bounded(content: bytes, path: str, max_bytes: int) -> bytes:
    if len(content) <= max_bytes:
        return content
    limit = f"{max_bytes // 2**20} MiB" if max_bytes >= 2**20 else f"{max_bytes:,} bytes"
    raise SmsgenError(f"{path} is larger than {limit}", hint="this is not a file smsgen reads")


def _cannot(what: str, path: str, error: OSError | ValueError) -> SmsgenError:
    kind = NoSuchFile if isinstance(error, FileNotFoundError) else SmsgenError
    return kind(f"cannot {what} {path}: {_reason(error)}", hint=_hint(error))


def _reason(error: OSError | ValueError) -> str:
    return ((error.strerror if isinstance(error, OSError) else "") or str(error)).lower()


def _hint(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "check the path; relative paths start at the current folder"
    if isinstance(error, IsADirectoryError):
        return "give a file, not a folder"
    if isinstance(error, _Outside):
        return f"copy the file into that folder; {FOLDER} names another that links may lead into"
    return "check the permissions" if isinstance(error, PermissionError) else ""
