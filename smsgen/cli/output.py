"""Where a command's data goes: to the file of `-o`, or to stdout; and in which format, where nobody says one."""

from __future__ import annotations

from smsgen.cli import put


def put_out(text: str, path: str | None, *, drawn: bool = False) -> None:
    """Write a text to the file `path`, whole or not at all, or to stdout where there is none; see `put`."""
    if not path:
        put(text, drawn=drawn)
        return
    from smsgen import wiring

    wiring.files().write(path, text.encode())


def format_for(path: str | None, asked: str | None) -> str:
    """Return the format of a document: what was asked for, else JSON for a file of that ending, else YAML."""
    return asked or ("json" if path and path.endswith(".json") else "yaml")
