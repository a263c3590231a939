"""Lines of text no wider than a terminal, with hanging indents; colours go with their words."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

LEAST_WIDTH = 40
"""Narrower than this, lines are of this width: a terminal breaks them where it likes."""


class Span(NamedTuple):
    """A text of a line, and its colour (the parameters of SGR, "" for none)."""

    text: str
    colour: str = ""


class _Word(NamedTuple):
    gap: str
    text: str
    colour: str


def wrapped(parts: tuple[Span, ...], width: int, hang: int) -> Iterator[tuple[Span, ...]]:
    """Yield a line as lines of at most `width` columns, all but the first indented by `hang`; 0 wraps nothing.

    It is broken at spaces, and within a word only where this is longer than a line.
    """
    if not width or columns("".join(part.text for part in parts)) <= width:
        yield parts
        return
    width = max(width, LEAST_WIDTH)
    words: list[_Word] = []
    used = 0
    for word in _words(parts):
        for piece in _pieces(word, width - hang):
            size = columns(piece.gap) + columns(piece.text)
            if words and used + size > width:
                yield _joined(words)
                words, used = [piece._replace(gap=" " * hang)], hang + columns(piece.text)
            else:
                words.append(piece)
                used += size
    if words:
        yield _joined(words)


def _words(parts: tuple[Span, ...]) -> Iterator[_Word]:
    gap = ""
    for part in parts:
        for token in re.findall(r" +|[^ ]+", part.text):
            if token.startswith(" "):
                gap += token
            else:
                yield _Word(gap, token, part.colour)
                gap = ""


def _pieces(word: _Word, room: int) -> Iterator[_Word]:
    """Yield a word in pieces of at most `room` columns."""
    gap, text = word.gap, word.text
    while columns(text) > room:
        end = len(text)
        while columns(text[:end]) > room:
            end -= max(1, (columns(text[:end]) - room) // 2)
        yield _Word(gap, text[:end], word.colour)
        gap, text = "", text[end:]
    yield _Word(gap, text, word.colour)


def _joined(words: list[_Word]) -> tuple[Span, ...]:
    return tuple(
        Span("".join(f"{word.gap}{word.text}" for word in same), colour)
        for colour, same in (
            (colour, list(group)) for colour, group in groupby(words, lambda word: word.colour)
        )
    )


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes: East Asian wide letters take two, combining ones none."""
    if text.isascii():
        return len(text)
    import unicodedata  # only what is no ASCII needs its table

    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )
