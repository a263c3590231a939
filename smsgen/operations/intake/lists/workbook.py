"""A workbook (xlsx) as rows of text: visible sheets, the values that formulas had, and what merged cells hold.

openpyxl reads a row at a time. What it would do for ever (rows and columns that a file only claims) ends here.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from smsgen.errors import SmsgenError, install_hint
from smsgen.operations.intake.lists.csv_text import Rows
from smsgen.operations.intake.lists.listing import not_a_list

_MOST_SHEET = 512 << 20
_MOST_STRINGS = 128 << 20
_MOST_ROWS = 1 << 20
_MOST_CELLS = 32_000_000
_MOST_MERGED = 100_000
_TAIL = 8 << 20
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')
_END_OF_ROWS = re.compile(rb"</(?:\w+:)?sheetData>|<(?:\w+:)?sheetData/>")
_FAILED = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})


class MergedCells(NamedTuple):
    """Cells of one column that were made one: rows from 1, column from 0."""

    first: int
    last: int
    column: int


class Workbook:
    """An open workbook; `file` is its name in messages. Raises InvalidInput (NOT_A_LIST) wherever it is damaged."""

    def __init__(self, content: bytes, file: str) -> None:
        self._content = content
        self._file = file
        check_size(content, file)
        self._book = self._open()

    def _open(self) -> Any:
        try:
            from openpyxl import load_workbook
        except ImportError:
            hint = f"{install_hint('inventory')}; or save the list as CSV"
            raise SmsgenError("openpyxl, which reads xlsx, is not installed", hint=hint) from None
        try:
            return load_workbook(io.BytesIO(self._content), read_only=True, data_only=True)
        # openpyxl has no errors of its own for a damaged workbook: anything may come.
        except Exception as error:
            raise self._damaged(error) from None

    def sheets(self) -> Iterator[tuple[str, bool, Any]]:
        """Yield the name of each sheet of cells, whether people see it, and what `rows` takes."""
        for sheet in self._book.worksheets:
            yield sheet.title, sheet.sheet_state == "visible", sheet

    def rows(self, sheet: Any) -> Rows:
        """Yield the rows of a sheet that hold anything, with their numbers."""
        cells = 0
        try:
            merged = self._merged(sheet)
            sheet.reset_dimensions()
            for number, row in filled(self._raw(sheet), merged):
                cells += len(row)
                if cells > _MOST_CELLS:
                    hint = "save the rows that are servers as CSV"
                    raise not_a_list(self._file, number, "the sheet has too many cells", hint)
                yield number, row
        except SmsgenError:
            raise
        except Exception as error:  # as above: of a damaged sheet, anything may come
            raise self._damaged(error) from None

    def _raw(self, sheet: Any) -> Rows:
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            if number > _MOST_ROWS:
                return
            yield number, [cell_text(value) for value in row] if row else []

    def _merged(self, sheet: Any) -> list[MergedCells]:
        """Return what is merged over several rows; openpyxl does not say it while it reads by rows."""
        from openpyxl.utils import column_index_from_string

        with zipfile.ZipFile(io.BytesIO(self._content)) as archive, archive.open(_path_of(sheet)) as xml:
            tail = after_rows(iter(lambda: xml.read(1 << 20), b""))
        merged = [
            MergedCells(int(first), int(last), column_index_from_string(column.decode()) - 1)
            for column, first, last in _MERGED.findall(tail)[:_MOST_MERGED]
        ]
        return sorted(area for area in merged if area.last > area.first)

    def _damaged(self, error: Exception) -> SmsgenError:
        why = " ".join(str(error).split())[:200] or type(error).__name__
        return not_a_list(
            self._file, 1, f"this is no workbook that can be read: {why}", "save it again as xlsx or CSV"
        )


def check_size(content: bytes, file: str) -> None:
    """Raise InvalidInput for a workbook that is no ZIP, or that unpacks to more than is read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sizes = {member.filename: member.file_size for member in archive.infolist()}
    except Exception as error:  # of a damaged ZIP, anything may come
        raise not_a_list(file, 1, f"this ZIP cannot be read: {error}", "save it again") from None
    largest = max(sizes.values(), default=0)
    if largest > _MOST_SHEET or sizes.get("xl/sharedStrings.xml", 0) > _MOST_STRINGS:
        message = f"it unpacks to more than {_MOST_SHEET >> 20} MiB"
        raise not_a_list(file, 1, message, "save the rows that are servers as CSV")


def _path_of(sheet: Any) -> str:
    path: str = sheet._worksheet_path
    return path.removeprefix("/")


def after_rows(chunks: Iterable[bytes]) -> bytes:
    """Return what follows the rows in the XML of a sheet, at most 8 MiB of it."""
    tail, kept = b"", False
    for chunk in chunks:
        tail += chunk
        if not kept:
            end = _END_OF_ROWS.search(tail)
            kept = end is not None
            tail = tail[end.start() :] if end else tail[-64:]
        if len(tail) > _TAIL:
            break
    return tail if kept else b""


def filled(rows: Rows, merged: list[MergedCells]) -> Rows:
    """Yield rows with the value of merged cells in each of their rows; empty rows are left out."""
    ahead = iter(merged)
    area = next(ahead, None)
    current: dict[int, tuple[int, str]] = {}
    for number, row in rows:
        while area is not None and area.first <= number:
            if area.first == number and area.column < len(row):
                current[area.column] = area.last, row[area.column]
            area = next(ahead, None)
        for column, (last, text) in list(current.items()):
            if number > last:
                del current[column]
            elif any(row):
                row.extend([""] * (column + 1 - len(row)))
                row[column] = row[column] or text
        if any(row):
            yield number, row


def cell_text(value: object) -> str:
    """Return a cell's value as people see it: no fraction where there is none, no time where there is none."""
    if value is None:
        return ""
    if isinstance(value, str):
        return "" if value in _FAILED else value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1 << 53:
        return str(int(value))
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
