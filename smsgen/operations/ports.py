"""What the use cases need from the world: Protocols, so that a use case is a function of its arguments."""

from __future__ import annotations

from typing import Protocol


class Files(Protocol):
    """The user's files."""

    def read(self, path: str, *, max_bytes: int) -> bytes:
        """Give a file's bytes (`-` is standard input).

        Raises SmsgenError with one sentence where it is missing, a directory, unreadable or over `max_bytes`.
        """

    def write(self, path: str, content: bytes) -> None:
        """Write a file whole or not at all (beside it, then renamed); missing folders are made."""

    def beside(self, path: str, name: str) -> str:
        """Give the path of `name` as seen from the folder of `path`."""


class Revisions(Protocol):
    """The user's files as they were at a git revision."""

    def read(self, ref: str, path: str, *, max_bytes: int) -> bytes:
        """Give a file's bytes at `ref`; raises SmsgenError where git, the revision or the file is missing."""
