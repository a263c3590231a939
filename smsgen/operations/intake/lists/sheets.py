"""The bytes of a file -> the sheets in it: a CSV file is one, a workbook and a ZIP of CSV files have several."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from posixpath import basename
from typing import Any, NamedTuple

from smsgen.operations.intake.lists.csv_text import Rows, csv_rows
from smsgen.operations.intake.lists.listing import not_a_list
from smsgen.operations.intake.lists.workbook import Workbook, check_size

LARGEST = 64 << 20
"""Bytes of a file that is read as a list."""

_MOST_MEMBER = 128 << 20


class Sheet(NamedTuple):
    """One table: its name (`vInfo`, "" for a CSV file), what it is called in messages, and what reads it.

    `rows` gives the rows that hold anything, with their numbers from 1, and what separates the cells ("": nothing).
    """

    name: str
    file: str
    rows: Callable[[], tuple[Rows, str]]
    visible: bool = True


def sheets_of(content: bytes, file: str) -> tuple[Sheet, ...]:
    """Return the sheets of a file, told by its content; raises InvalidInput (NOT_A_LIST)."""
    if not content.startswith(b"PK"):
        return (Sheet("", file, lambda: csv_rows(content, file)),)
    check_size(content, file)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.namelist()
    if "xl/workbook.xml" in members or "[Content_Types].xml" in members:
        return _of_workbook(Workbook(content, file), file)
    names = [name for name in members if name.lower().endswith(".csv") and not basename(name).startswith(".")]
    return tuple(
        Sheet(_stem(name), f"{file}/{name}", _member(content, file, name))
        for name in names
        if not name.startswith("__MACOSX/")
    )


def _stem(name: str) -> str:
    """Return the name of a sheet of which a CSV file was made: `RVTools_tabvInfo.csv` -> `vInfo`."""
    stem = basename(name)[:-4]
    return stem[11:] if stem.lower().startswith("rvtools_tab") else stem


def _of_workbook(book: Workbook, file: str) -> tuple[Sheet, ...]:
    return tuple(
        Sheet(name, f"{file}/{name}", _of_sheet(book, sheet), visible)
        for name, visible, sheet in book.sheets()
    )


def _of_sheet(book: Workbook, sheet: Any) -> Callable[[], tuple[Rows, str]]:
    return lambda: (book.rows(sheet), "")


def _member(content: bytes, file: str, name: str) -> Callable[[], tuple[Rows, str]]:
    def rows() -> tuple[Rows, str]:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(name) as member:
                unpacked = member.read(_MOST_MEMBER + 1)
        # BadZipFile, zlib.error, struct.error, RuntimeError for a password, ValueError for a seek: anything may come.
        except Exception as error:
            why = " ".join(str(error).split())[:200] or type(error).__name__
            raise not_a_list(file, 1, f"{name} cannot be read: {why}", "make the ZIP again") from None
        if len(unpacked) > _MOST_MEMBER:
            hint = "split it into several files"
            raise not_a_list(file, 1, f"{name} unpacks to more than {_MOST_MEMBER >> 20} MiB", hint)
        return csv_rows(unpacked, f"{file}/{name}")

    return rows
