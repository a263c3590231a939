"""Strict JSON: what RFC 8259 lets through beyond reason is refused, not read as something else."""

from __future__ import annotations

import json
import re
from typing import Any

# A text, or what Python's writer makes of a number that is none, or a number that may be too large.
_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*"|(-?Infinity|NaN|-?\d[\d.]*(?:[eE]\+?\d+)?)')
_HALF = re.compile(r"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]..")


class Refused(Exception):
    """JSON that no reader of YAML may be asked about: `code`, `message`, `hint`, and the `offset` in the text."""

    def __init__(self, code: str, message: str, hint: str, offset: int) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.offset = code, message, hint, offset


def loads(text: str) -> Any:
    """Read JSON. Raises ValueError or RecursionError where it is none, or has a key twice.

    Raises Refused for numbers that are not finite (NaN, Infinity, 1e400), and for `\\ud800` and the like without the
    other half of the character, which cannot be written to any file.
    """
    try:
        data = json.loads(text, object_pairs_hook=_unique, parse_constant=_infinite, parse_float=_finite)
    except _InfiniteError as error:
        written = str(error)
        places = (match.start(1) for match in _NUMBER.finditer(text) if match.group(1) == written)
        hint = "quote it if it is text; JSON and CloudFormation have no such number"
        message = f"{written} is not a finite number"
        raise Refused("NOT_FINITE", message, hint, next(places, 0)) from None
    half = _HALF.search(text) if "\\u" in text else None
    if half and not _is_utf8(data):
        hint = "write the character itself, or both of its halves"
        raise Refused("CONTROL_CHARACTER", f"{half.group()[:6]} is half of a character", hint, half.start())
    return data


class _InfiniteError(Exception):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key stands twice")
    return members


def _infinite(name: str) -> Any:
    raise _InfiniteError(name)


def _finite(text: str) -> float:
    number = float(text)
    return number if abs(number) < float("inf") else _infinite(text)


def _is_utf8(data: Any) -> bool:
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
