"""Check application files without AWS: the file, its scripts, what is made of it."""

from __future__ import annotations

from collections.abc import Iterable

from smsgen.errors import Diagnostic, InvalidInput, Location, SmsgenError
from smsgen.model.load import Loaded, load
from smsgen.operations.ports import Files
from smsgen.operations.scripts import read_scripts
from smsgen.source import MAX_BYTES


def validate(paths: Iterable[str], *, files: Files, profile: str | None = None) -> tuple[Diagnostic, ...]:
    """Give every problem of every file, in the order given; without an ERROR among them, all compile.

    `paths`: application files, `-` for standard input. `profile`: in place of the files' own.
    """
    return tuple(found for path in paths for found in _check(path, files, profile))


def _check(path: str, files: Files, profile: str | None) -> tuple[Diagnostic, ...]:
    try:
        loaded = load(files.read(path, max_bytes=MAX_BYTES), path, profile=profile)
    except InvalidInput as error:
        return error.diagnostics
    except SmsgenError as error:
        return (Diagnostic("UNREADABLE", str(error), error.hint, location=Location(path, 1, 1)),)
    return loaded.source.place((*loaded.warnings, *_compile(loaded, path, files)))


def _compile(loaded: Loaded, path: str, files: Files) -> tuple[Diagnostic, ...]:
    """Give what only compiling shows: missing scripts, values that do not fit together, weakened defaults."""
    from smsgen.compiler import compile_app

    scripts = read_scripts(loaded.app, path, files)
    try:
        compiled = compile_app(loaded.app, scripts=scripts.content)
    except InvalidInput as error:
        return (*scripts.diagnostics, *error.diagnostics)
    return (*scripts.diagnostics, *compiled.diagnostics)
