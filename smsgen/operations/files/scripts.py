"""The boot scripts that an application file names by `userData.file`, read from beside it."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import TYPE_CHECKING, NamedTuple

from smsgen.errors import Diagnostic, Path, SmsgenError
from smsgen.model.app import App
from smsgen.model.view import view

if TYPE_CHECKING:  # Protocols are slow to make
    from smsgen.operations.ports.protocols import Files

MAX_SCRIPT_BYTES = 1_048_576
"""Far more than EC2 takes as user data: whether a script fits is known once it is composed, or uploaded."""


class Scripts(NamedTuple):
    """Name in `userData.file` -> its bytes (b"" where it cannot be read), and what is wrong, by path."""

    content: dict[str, bytes]
    diagnostics: tuple[Diagnostic, ...]


def read_scripts(app: App, file: str, files: Files, refused: Container[Path] = ()) -> Scripts:
    """Read every script once. `file`: the application file's path, `-` for standard input. Raises nothing.

    `refused`: places in the file whose values are wrong; what they name is not looked for.
    """
    content: dict[str, bytes] = {}
    problems = []
    for name, at in _named(app):
        content[name] = b""
        if at in refused or at[:-1] in refused:
            continue
        try:
            content[name] = files.read_within(files.beside(file, name), file, max_bytes=MAX_SCRIPT_BYTES)
        except SmsgenError as error:
            hint = (
                "the path starts at the folder of the application file"
                if error.hint
                else "put a longer script in S3, under s3Location"
            )
            problems.append(Diagnostic("SCRIPT_FILE", str(error), hint, path=at))
    return Scripts(content, tuple(problems))


def no_scripts(app: App) -> Scripts:
    """Return what there is of scripts beside an application that stands in no file: none, and each one is missed."""
    problems = [
        Diagnostic("SCRIPT_FILE", f"there is no file {name} beside a kept application", _IN_S3, path=at)
        for name, at in _named(app)
    ]
    return Scripts({}, tuple(problems))


_IN_S3 = "put the script in S3, under s3Location"


def _named(app: App) -> Iterator[tuple[str, Path]]:
    """Yield each name under `userData.file` once, and the first place where it stands."""
    known = set()
    for path, launch, _ in view(app).launches:
        name = launch.user_data.file if launch.user_data else None
        if name is not None and name not in known:
            known.add(name)
            yield name, (*path, "userData", "file")
