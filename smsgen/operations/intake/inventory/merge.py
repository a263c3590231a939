"""Merge an import into a file that somebody has edited since the last one; comments and layout of the file stay.

ruamel.yaml reads and writes the file with all that YAML does not count. What it wrote is read again, and held against
what the same merge makes of plain data: a file is never changed in another way than was decided.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, NamedTuple

from smsgen.errors import Diagnostic, InvalidInput, Location, Severity, SmsgenError, install_hint
from smsgen.model.load import load
from smsgen.operations.intake.inventory.comments import move_trailing, set_comment, take_comment
from smsgen.operations.intake.inventory.entries import AppEntry
from smsgen.operations.intake.inventory.three_way import Sides, Tree, merge_documents
from smsgen.text.source import parse


class MergedFile(NamedTuple):
    """The merged text of a file, and its conflicts."""

    text: bytes
    diagnostics: tuple[Diagnostic, ...]


def merge(before: AppEntry, there: bytes, entry: AppEntry, path: str) -> MergedFile:
    """Return the text of a file with what an import changes from `before` to `entry`, and the conflicts.

    Raises InvalidInput where what is there is no application file, SmsgenError where it cannot be edited.
    """
    load(there, path)  # raises where there is nothing to merge with
    sides = Sides(_plain(before.text), _plain_of(there, path), _plain(entry.text))
    expected = _plain_of(there, path)
    plain = Tree(expected, _plain(entry.text), _no_comment, _no_comment, _no_comment)
    merge_documents(sides, (before, entry), plain)
    text, conflicts = _round_trip(sides, (before, entry), there)
    text = _with_comments(text, before.head, entry.head)
    merged = text.replace("\n", "\r\n").encode() if b"\r\n" in there else text.encode()
    _check(merged, expected, path)
    return MergedFile(merged, tuple(_told(conflict, path) for conflict in conflicts))


def _plain(text: str) -> Any:
    return _plain_of(text.encode(), "")


def _plain_of(text: bytes, path: str) -> Any:
    """Return a document in which nothing is shared, as aliases share it."""
    import json

    return json.loads(json.dumps(parse(text, path).data))


def _no_comment(*_: Any) -> None:
    """Plain data has no comments."""


def _round_trip(sides: Sides, entries: tuple[AppEntry, AppEntry], there: bytes) -> tuple[str, list[Any]]:
    try:
        from ruamel.yaml import YAML
    except ImportError:
        hint = install_hint("inventory")
        raise SmsgenError(
            "ruamel.yaml, which edits files that have comments, is not installed", hint=hint
        ) from None
    text = there.decode("utf-8-sig").replace("\r\n", "\n")
    editor = YAML()
    editor.preserve_quotes = True
    editor.width = 1 << 20
    offset = _dash_offset(text)
    editor.indent(mapping=2, sequence=offset + 2, offset=offset)
    document, new = editor.load(text), editor.load(entries[1].text)
    conflicts = merge_documents(sides, entries, Tree(document, new, set_comment, take_comment, move_trailing))
    out = io.StringIO()
    editor.dump(document, out)
    return out.getvalue(), conflicts


def _dash_offset(text: str) -> int:
    """Return how far the groups of an application file are indented, 2 where that does not show."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("serverGroups:"):
            first = next((each for each in lines if each.strip() and not each.lstrip().startswith("#")), "")
            if first.lstrip(" ").startswith("- "):
                return len(first) - len(first.lstrip(" "))
            break
    return 2


def _with_comments(text: str, before: str, new: str) -> str:
    """Return a text with the lines about wave, account and Region as they are now, where nobody changed them."""
    for name in ("# Wave: ", "# Account and Region: "):
        old, own = (
            next((line for line in head.splitlines() if line.startswith(name)), "") for head in (before, new)
        )
        if old and old != own:
            text = text.replace(f"{old}\n", f"{own}\n" if own else "", 1)
    return text


def _check(merged: bytes, expected: Mapping[str, Any], path: str) -> None:
    try:
        same = _plain_of(merged, path) == expected
    except InvalidInput:
        same = False
    if not same:
        hint = "write out its anchors and aliases, or import into another folder and compare"
        raise SmsgenError(
            f"{path} cannot be merged: what is changed in one place would change in others", hint=hint
        )


def _told(conflict: Any, path: str) -> Diagnostic:
    message = f"{conflict.what} was changed here, and the list says {conflict.says}"
    hint = "what stands in the file stays, with a comment: decide, and remove that"
    return Diagnostic("MERGE_CONFLICT", message, hint, Severity.WARNING, location=Location(path, 1, 1))
