"""What a list says: rows by the names of our columns, and what was not read of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from smsgen.errors import Diagnostic, InvalidInput, Location, Severity


class ListedRow(NamedTuple):
    """A row: where it stands, and column of ours (`columns.COLUMNS`) -> the text of its cell, never an empty one."""

    location: Location
    values: Mapping[str, str]


class Listing(NamedTuple):
    """The rows of one file that are servers, in its order; what was left out; of what kind the file is.

    `counted`: how many rows there are, empty ones apart: `len(rows)`, and the rows that diagnostics leave out.
    """

    kind: str
    rows: tuple[ListedRow, ...]
    diagnostics: tuple[Diagnostic, ...]
    counted: int


def title_of(values: Mapping[str, str]) -> str:
    """Return what people call the server of a row."""
    columns = ("name", "fqdn", "vmId", "serverId", "ip")
    return next((values[column] for column in columns if values.get(column)), "this row")


def row_left_out(location: Location, message: str, hint: str) -> Diagnostic:
    """Return what says that a row is in no application file, and why."""
    return Diagnostic("ROW_LEFT_OUT", message, hint, Severity.WARNING, location=location)


def cell_left_out(location: Location, message: str, hint: str) -> Diagnostic:
    """Return what says that the server of a row is taken, without the value of one cell."""
    return Diagnostic("CELL_LEFT_OUT", message, hint, Severity.WARNING, location=location)


def not_a_list(file: str, line: int, message: str, hint: str) -> InvalidInput:
    """Return the exception for a file that no reader can read as a list of servers."""
    return InvalidInput([Diagnostic("NOT_A_LIST", message, hint, location=Location(file, line, 1))])
