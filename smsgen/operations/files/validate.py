"""Check application files without AWS: the file, its scripts, what is made of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from smsgen.errors import Diagnostic, InvalidInput, Location, SmsgenError
from smsgen.operations.files.generate_template import generate_template

if TYPE_CHECKING:  # Protocols are slow to make
    from smsgen.operations.ports.protocols import Files


def validate(paths: Iterable[str], *, files: Files, profile: str | None = None) -> tuple[Diagnostic, ...]:
    """Give every problem of every file, in the order given; without an ERROR among them, all compile.

    `paths`: application files, `-` for standard input. `profile`: in place of the files' own.
    """
    return tuple(found for path in paths for found in _check(path, files, profile))


def _check(path: str, files: Files, profile: str | None) -> tuple[Diagnostic, ...]:
    """Give what reading and compiling show: missing scripts, values that do not fit together, weakened defaults."""
    try:
        return generate_template(path, files=files, profile=profile).warnings
    except InvalidInput as error:
        return error.diagnostics
    except SmsgenError as error:
        return (Diagnostic("UNREADABLE", str(error), error.hint, location=Location(path, 1, 1)),)
