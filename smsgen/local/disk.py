"""The Files and Revisions ports on the local disk and the local git repository."""

from __future__ import annotations

import os
import sys

from smsgen.errors import SmsgenError


class DiskFiles:
    """Files on the local disk; see `operations.ports.Files`."""

    def read(self, path: str, *, max_bytes: int) -> bytes:
        """Give a file's bytes; never reads more than `max_bytes` + 1 of them into memory."""
        try:
            if path == "-":
                content = sys.stdin.buffer.read(max_bytes + 1)
            else:
                with open(path, "rb") as file:  # noqa: PTH123 - importing pathlib costs the cold start 5 ms
                    content = file.read(max_bytes + 1)
        except OSError as error:
            raise SmsgenError(f"cannot read {path}: {_reason(error)}", hint=_hint(error)) from None
        if len(content) > max_bytes:
            limit = f"{max_bytes // 2**20} MiB" if max_bytes >= 2**20 else f"{max_bytes:,} bytes"
            raise SmsgenError(f"{path} is larger than {limit}", hint="this is not a file smsgen reads")
        return content

    def write(self, path: str, content: bytes, *, replace: bool = True) -> None:
        """Write beside the target, then rename over it, so that a reader never sees half a file."""
        if not replace and os.path.lexists(path):
            raise SmsgenError(
                f"{path} is there already", hint="give another name, or --force to overwrite it"
            )
        folder, name = os.path.split(path)
        beside = os.path.join(folder, f".{name}.{os.getpid()}.tmp")  # noqa: PTH118 - see read()
        try:
            if folder:
                os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - see read()
            with open(beside, "wb") as file:  # noqa: PTH123 - see read()
                file.write(content)
            os.replace(beside, path)  # noqa: PTH105 - see read()
        except OSError as error:
            if os.path.exists(beside):  # noqa: PTH110 - see read()
                os.unlink(beside)  # noqa: PTH108 - see read()
            raise SmsgenError(f"cannot write {path}: {_reason(error)}", hint=_hint(error)) from None

    def beside(self, path: str, name: str) -> str:
        """Give the path of `name` in the folder of `path`; standard input stands in the current folder."""
        return os.path.join(os.path.dirname("" if path == "-" else path), name)  # noqa: PTH118, PTH120 - see read()


class GitRevisions:
    """Files at a git revision, through `git show`; see `operations.ports.Revisions`."""

    def read(self, ref: str, path: str, *, max_bytes: int) -> bytes:
        """Give `path`, as seen from the current folder, at revision `ref`."""
        import subprocess

        if ref.startswith("-") or ":" in ref:
            raise SmsgenError(f"{ref!r} is not a git revision", hint="give a branch, a tag or a commit")
        relative = os.path.relpath(path)
        try:
            shown = subprocess.run(
                ["git", "show", f"{ref}:./{relative}"], capture_output=True, check=False, timeout=60
            )
        except FileNotFoundError:
            raise SmsgenError("git is not installed", hint="install git, or give --deployed") from None
        except subprocess.TimeoutExpired:
            raise SmsgenError(f"git did not show {path} at {ref} within 60 s") from None
        if shown.returncode != 0:
            said = shown.stderr.decode("utf-8", "replace").strip().splitlines()
            reason = said[-1].removeprefix("fatal: ") if said else f"exit code {shown.returncode}"
            raise SmsgenError(
                f"cannot read {path} at {ref}: {reason}", hint="`git fetch` the revision first?"
            )
        if len(shown.stdout) > max_bytes:
            raise SmsgenError(f"{path} at {ref} is larger than {max_bytes // 2**20} MiB")
        return shown.stdout


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _hint(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "check the path; relative paths start at the current folder"
    if isinstance(error, IsADirectoryError):
        return "give a file, not a folder"
    return "check the permissions" if isinstance(error, PermissionError) else ""
