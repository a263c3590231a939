"""What a reader is: how to tell its lists by their columns, what these mean, and which rows are no servers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from smsgen.operations.intake.lists.columns import column_of


class Meaning(NamedTuple):
    """What a column of a list means: the column of ours, the unit of its numbers, and how plainly it is called so.

    Of several that mean the same, the one with the lowest `rank` is read.
    """

    column: str
    unit: str = ""
    rank: int = 0


UNREAD = Meaning("")
"""A column that means nothing to us."""

Values = Mapping[str, str]


class Reader(NamedTuple):
    """How lists of one kind are read.

    `kind`: as `--from` names it. `tells`: whether a row, as plain headers, is the header of such a list. `meaning`:
    header as it is written -> what it means. `leaves_out`: row -> why it is no server to migrate, and what to do (two
    empty texts: it is one). `sheet`: the only sheet that has servers, "" where any may. `complete`: row -> the row with
    what follows of it.
    """

    kind: str
    tells: Callable[[frozenset[str]], bool]
    meaning: Callable[[str], Meaning]
    leaves_out: Callable[[Values], tuple[str, str]]
    sheet: str = ""
    complete: Callable[[dict[str, str]], dict[str, str]] = lambda values: values


def takes_all(_: Values) -> tuple[str, str]:
    """Take every row for a server."""
    return "", ""


def named(columns: Mapping[str, Meaning], normal: Callable[[str], str]) -> Callable[[str], Meaning]:
    """Return what finds the meaning of a header in a table by its normal form."""
    return lambda header: columns.get(normal(header), UNREAD)


def by_words(header: str) -> Meaning:
    """Return what a header means by what people call our columns."""
    family, colon, key = header.strip().partition(":")
    known = _FAMILIES.get(family.lower(), "") if colon and key else ""
    return Meaning(f"{known}:{key}") if known else Meaning(*column_of(header))


_FAMILIES = {"tag": "tag", "apptag": "appTag"}
"""Columns of one tag each: `tag:Owner`, and of the application, `appTag:CostCenter`."""


def has_all(*plain: str) -> Callable[[frozenset[str]], bool]:
    """Return what tells a header that has all of these columns."""
    return frozenset(plain).issubset


def first_filled(values: Values, columns: Sequence[str]) -> str:
    """Return the first of several columns' texts that is not empty."""
    return next((values[column] for column in columns if values.get(column)), "")
