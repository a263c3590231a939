"""`.smsgen-import.json`: what the last import wrote into a folder, one application a line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from smsgen.errors import SmsgenError
from smsgen.operations.intake.inventory.entries import AppEntry, GroupEntry, ServerEntry

FILE = ".smsgen-import.json"
LARGEST = 512 << 20
_VERSION = 1


def dump_kept(entries: Mapping[str, AppEntry]) -> bytes:
    """Return the text of the file: application's name -> what was written of it."""
    lines = [
        f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(_plain(entries[name]), ensure_ascii=False)}"
        for name in sorted(entries)
    ]
    apps = ",\n".join(lines)
    return f'{{"version": {_VERSION}, "apps": {{\n{apps}\n}}}}\n'.encode(errors="backslashreplace")


def _plain(entry: AppEntry) -> list[Any]:
    return [entry.file, entry.head, entry.groups]


def load_kept(content: bytes, path: str) -> dict[str, AppEntry]:
    """Return what `dump_kept` wrote; raises SmsgenError for anything else."""
    try:
        document = json.loads(content)
        if document["version"] == _VERSION:
            return {name: _entry(plain) for name, plain in document["apps"].items()}
        why = f"it is of version {document['version']}"
    except (ValueError, TypeError, LookupError, RecursionError):
        why = "it is not what an import writes"
    hint = "take it from version control again; without it, import into a folder of its own"
    raise SmsgenError(f"{path} cannot be read: {why}", hint=hint)


def _entry(plain: Any) -> AppEntry:
    file, head, groups = plain
    if (
        not isinstance(file, str)
        or not isinstance(head, str)
        or "/" in file
        or "\\" in file
        or file in ("", ".", "..")
    ):
        raise ValueError(file)
    return AppEntry(file, head, tuple(_group(*group) for group in groups))


def _group(name: str, head: str, servers: list[Any]) -> GroupEntry:
    return GroupEntry(_text(name), _text(head), tuple(_server(*server) for server in servers))


def _server(keys: list[str], logical_id: str, text: str) -> ServerEntry:
    return ServerEntry(tuple(map(_text, keys)), _text(logical_id), _text(text))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
