"""What stands in a cell: numbers as people of several countries write them, sizes, lists, tags, yes and no."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

MIB = {
    "kib": 1 / 1024,
    "kb": 1 / 1024,
    "mib": 1,
    "mb": 1,
    "gib": 1024,
    "gb": 1024,
    "tib": 1 << 20,
    "tb": 1 << 20,
}
"""Unit -> MiB. Hypervisors and spreadsheets write MB and GB and mean MiB and GiB."""

_NUMBER = re.compile(r"[-+]?\d[\d.,' ]*")
_SIZE = re.compile(r"(.*?)(kib|kb|mib|mb|gib|gb|tib|tb|k|m|g|t)?")
_LONG = {"k": "kib", "m": "mib", "g": "gib", "t": "tib"}
_GROUPS = {",": re.compile(r"\d{1,3}(?:,\d{3})+"), ".": re.compile(r"\d{1,3}(?:\.\d{3})+")}
_LISTED = re.compile(r"[;,|\s]+")
_YES = frozenset({"true", "yes", "1", "x", "y", "ja", "j", "wahr", "はい", "有", "○"})
_SMALLEST_MIB = 256
"""A memory without unit is of MiB from here on, and of GiB below: no server has 255 MiB, and few have 256 GiB."""

MOST_CPUS = 4096
MOST_MIB = 64 << 20


def is_yes(text: str) -> bool:
    """Return whether a cell says yes."""
    return text.strip().casefold() in _YES


def entries_in(text: str) -> list[str]:
    """Return the entries of a cell that lists several."""
    return [entry for entry in _LISTED.split(text) if entry]


@lru_cache(4096)
def number(text: str, *, decimal_comma: bool = False) -> float | None:
    """Return the number in a cell, None where there is none.

    Thousands may be grouped by points, commas, spaces or apostrophes. `decimal_comma`: what `1.024` and `1,5` are is
    said by the list, which then writes as Germans do.
    """
    written = normalize("NFKC", text).strip().replace("\xa0", " ")
    if not _NUMBER.fullmatch(written):
        return None
    written = written.replace("'", "").replace(" ", "")
    thousands, decimal = (".", ",") if decimal_comma else (",", ".")
    whole, _, fraction = written.partition(decimal)
    if thousands in whole:
        if not _GROUPS[thousands].fullmatch(whole):
            whole, decimal, fraction = (*written.partition(thousands),)
            if fraction.count(".") + fraction.count(","):
                return None
        whole = whole.replace(thousands, "")
    try:
        return float(f"{whole}.{fraction or 0}")
    except ValueError:
        return None


@lru_cache(4096)
def whole_number(text: str, *, most: int, decimal_comma: bool = False) -> int | None:
    """Return the whole number from 0 to `most` in a cell, None where there is none."""
    value = number(text, decimal_comma=decimal_comma)
    return int(value) if value is not None and 0 <= value <= most and value == int(value) else None


@lru_cache(4096)
def mebibytes(text: str, unit: str = "", *, decimal_comma: bool = False) -> int | None:
    """Return the MiB of memory in a cell, None where there is no such number.

    `unit`: that of the column; one in the cell wins. Without any, numbers below 256 are GiB, others MiB.
    """
    match = _SIZE.fullmatch(normalize("NFKC", text).strip().casefold())
    value = number(match[1].strip(), decimal_comma=decimal_comma) if match else None
    if match is None or value is None:
        return None
    unit = _LONG.get(match[2] or "", match[2] or "") or unit or ("gib" if value < _SMALLEST_MIB else "mib")
    size = value * MIB[unit]
    return int(size) if 1 <= size <= MOST_MIB else None


def tag_pairs(text: str) -> dict[str, str]:
    """Return the tags of a cell: `key=value;key=value` or `key:value, key:value`; the first of a key counts."""
    pairs: dict[str, str] = {}
    sign = "=" if "=" in text else ":"
    for entry in re.split(r"[;,\n]", text):
        key, _, value = entry.partition(sign)
        if key.strip():
            pairs.setdefault(key.strip(), value.strip())
    return pairs


def one_line(text: str) -> str:
    """Return a cell without line breaks and needless spaces, for what is a name."""
    return " ".join(text.split())
