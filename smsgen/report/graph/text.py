"""Texts in a picture: without what no picture may hold, and no wider than their place.

No font is embedded, so a text's width is an upper bound: that of DejaVu Sans, which is wider than what systems draw
their interfaces in (San Francisco, Segoe UI, Roboto, Liberation Sans).
"""

from __future__ import annotations

import unicodedata

_WIDTHS = (
    ("ijl'|", 0.34),
    (" .,:;!I/\\", 0.36),
    ('()[]-frt`"', 0.47),
    ("JLTszcxkvy", 0.62),
    ("mwMW@%", 1.02),
    ("OQGDNHU&", 0.8),
    ("+=<>~^#", 0.85),
    ("ABCEFKPRSVXYZ_$*?", 0.73),
)
_EM = {letter: width for letters, width in _WIDTHS for letter in letters}
_EM["…"] = 1
_OTHER = 0.66
_MONO = 0.62
_BOLD = 1.12
_LONGEST = 1_000
_TAIL = 7
"""How much of a name's end is kept."""


def clean(text: str) -> str:
    """Return a text on one line, without control and direction characters: XML takes none of the former, and the latter
    would turn what stands beside it.
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def width(text: str, size: float, *, bold: bool = False, mono: bool = False) -> float:
    """Return an upper bound of a text's width, in the unit of `size`, its font's size."""
    return sum(_em(letter, mono) for letter in text) * size * (_BOLD if bold else 1)


def _em(letter: str, mono: bool) -> float:
    if unicodedata.combining(letter):
        return 0
    if letter > "\u02ff" and letter != "…":
        return 1.1 if mono or unicodedata.east_asian_width(letter) in "WF" or letter > "\uffff" else 1
    return _MONO if mono else _EM.get(letter, _OTHER)


def elide(text: str, room: float, size: float, *, bold: bool = False, mono: bool = False) -> str:
    """Return a text cleaned, and cut with an ellipsis where it is wider than `room`."""
    text = clean(text[:_LONGEST])
    if width(text, size, bold=bold, mono=mono) <= room:
        return text
    left = room - width("…", size, bold=bold, mono=mono)
    for at, letter in enumerate(text):
        left -= width(letter, size, bold=bold, mono=mono)
        if left < 0:
            return text[:at].rstrip() + "…"
    return text


def elide_name(text: str, room: float, size: float, *, bold: bool = False, mono: bool = False) -> str:
    """Return a server's name no wider than `room`: its domain goes first, then its middle.

    The names of a group differ at their ends: `prod-web-01.example.org`, `prod-web-02.example.org`.
    """
    text = clean(text[:_LONGEST])
    host = text.partition(".")[0] or text
    for whole in (text, f"{host}…"):
        if width(whole, size, bold=bold, mono=mono) <= room:
            return whole
    tail = host[-_TAIL:]
    left = room - width(tail, size, bold=bold, mono=mono)
    if left < width("m…", size, bold=bold, mono=mono):
        return elide(host, room, size, bold=bold, mono=mono)
    return elide(host, left, size, bold=bold, mono=mono) + tail
