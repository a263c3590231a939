"""Read a list: find its header, give its columns their meaning, and every row to the rows or to the left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple

from smsgen.errors import Diagnostic, Location, Severity, SmsgenError, UsageError
from smsgen.operations.intake.lists import rvtools
from smsgen.operations.intake.lists.cells import MOST_CPUS, mebibytes, whole_number
from smsgen.operations.intake.lists.columns import COLUMNS, plain_header, unit_of
from smsgen.operations.intake.lists.csv_text import Rows
from smsgen.operations.intake.lists.listing import (
    ListedRow,
    Listing,
    cell_left_out,
    not_a_list,
    row_left_out,
    title_of,
)
from smsgen.operations.intake.lists.reader import UNREAD, Meaning, Reader
from smsgen.operations.intake.lists.readers import READERS, reader_for
from smsgen.operations.intake.lists.sheets import Sheet, sheets_of

_HEADER_WITHIN = 30
_MOST_ROWS = 250_000
_CONTROL = re.compile("[\x00-\x1f\x7f]")


class ListOptions(NamedTuple):
    """What the user says of a list: its kind ("": told by its columns), and column of ours -> its header there."""

    kind: str = ""
    columns: Mapping[str, str] = {}


class _Table(NamedTuple):
    """A sheet whose header is found: on line `line`; `rows` are those below it."""

    sheet: Sheet
    reader: Reader
    header: Sequence[str]
    line: int
    rows: Rows
    decimal_comma: bool


class _Plan(NamedTuple):
    """Which cells are read: index and column of ours; the unit of memory; headers that nothing is read of."""

    cells: tuple[tuple[int, str], ...]
    memory_unit: str
    unread: tuple[str, ...]


def read_list(content: bytes, file: str, asked: ListOptions) -> Listing:
    """Read the bytes of a list, named `file` in messages.

    Raises InvalidInput (NOT_A_LIST) for what is no list, UsageError where `asked` names a column that is not there.
    """
    sheets = sheets_of(content, file)
    tables = list(_tables(sheets, asked))
    if not tables:
        raise _nothing_found(sheets, file, asked)
    order = list(READERS)
    kind = min((table.reader.kind for table in tables), key=order.index)
    chosen = [table for table in tables if table.reader.kind == kind]
    listings = [_listing(table, asked, sheets) for table in chosen]
    passed_over = chain.from_iterable(_passed_over(sheets, chosen))
    return Listing(
        kind,
        tuple(chain.from_iterable(listing.rows for listing in listings)),
        (*passed_over, *chain.from_iterable(listing.diagnostics for listing in listings)),
        sum(listing.counted for listing in listings),
    )


# --- Sheets and headers -------------------------------------------------------------------------------------------


def _tables(sheets: Iterable[Sheet], asked: ListOptions) -> Iterator[_Table]:
    for sheet in sheets:
        if sheet.visible:
            table = _table(sheet, asked)
            if table is not None:
                yield table


def _table(sheet: Sheet, asked: ListOptions) -> _Table | None:
    """Return the sheet with its header: the first of its rows that a reader knows, or that --columns names."""
    rows, separator = sheet.rows()
    for line, row in islice(rows, _HEADER_WITHIN):
        reader = reader_for(row, sheet.name, asked.kind)
        if reader is None and asked.columns and not asked.kind and _names_all(row, asked.columns):
            reader = READERS["csv"]
        if reader is not None:
            comma = separator == ";" or _is_german(row)
            return _Table(sheet, reader, row, line, rows, comma)
    return None


def _names_all(row: Sequence[str], columns: Mapping[str, str]) -> bool:
    return set(map(plain_header, columns.values())) <= set(map(plain_header, row))


_GERMAN_WORDS = (
    "rechnername rechner servernamen maschine hostnamen anwendung anwendungsname applikation applikationsname"
    " fachanwendung fachverfahren welle migrationswelle ebene schicht rolle gruppe servergruppe kerne cpukerne"
    " prozessoren anzahlcpu anzahlcpus arbeitsspeicher hauptspeicher speicher betriebssystem ipadresse"
)
"""Headers of ours by which a list shows that it was written by Germans, and its numbers too."""


def _is_german(header: Iterable[str]) -> bool:
    german = frozenset(_GERMAN_WORDS.split())
    return any(plain_header(text) in german for text in header)


def _nothing_found(sheets: Sequence[Sheet], file: str, asked: ListOptions) -> SmsgenError:
    wanted = READERS[asked.kind].sheet if asked.kind else ""
    if wanted and not any(sheet.name.lower() == wanted.lower() for sheet in sheets if sheet.name):
        hint = f"export all of {asked.kind} to xlsx or CSV" if len(sheets) != 1 or sheets[0].name else ""
        return not_a_list(
            file, 1, f"it has no sheet {wanted}", hint or "give the xlsx, or the ZIP of its CSV files"
        )
    hint = (
        f"give the header a row of its own, with names such as {', '.join(list(COLUMNS)[:5])};"
        " or say what its columns are: --columns name=VM,application=System"
    )
    return not_a_list(file, 1, "no row of it is the header of a list of servers", hint)


def _passed_over(sheets: Sequence[Sheet], chosen: Sequence[_Table]) -> Iterator[list[Diagnostic]]:
    """Yield what says which sheets are not read; of RVTools' it is known what they hold."""
    read = {table.sheet.name for table in chosen}
    for sheet in sheets:
        if sheet.name in read or chosen[0].reader.sheet:
            continue
        why = "has no header that is known" if sheet.visible else "is hidden"
        message = f"the sheet {sheet.name} {why}: nothing of it is read"
        hint = (
            "give the header a row of its own" if sheet.visible else "show it in the workbook, if it is meant"
        )
        yield [
            Diagnostic("SHEET_NOT_READ", message, hint, Severity.WARNING, location=Location(sheet.file, 1, 1))
        ]


# --- Columns ------------------------------------------------------------------------------------------------------


def _plan(header: Sequence[str], meaning: Callable[[str], Meaning], columns: Mapping[str, str]) -> _Plan:
    asked_for = {plain_header(theirs): column for column, theirs in columns.items()}
    best: dict[str, tuple[bool, int, int]] = {}
    meanings = []
    for index, text in enumerate(header):
        asked = asked_for.get(plain_header(text))
        found = meaning(text)
        known = found._replace(column=asked) if asked else found
        known = UNREAD if not asked and known.column in columns else known
        meanings.append(known)
        if known.column:
            rank = (not asked, known.rank, index)
            best[known.column] = min(best.get(known.column, rank), rank)
    indices = {index: column for column, (_, _, index) in best.items()}
    memory = best.get("memory")
    return _Plan(
        tuple(sorted(indices.items())),
        _memory_unit(header, meanings, memory[2]) if memory else "",
        tuple(text.strip() for index, text in enumerate(header) if index not in indices and text.strip()),
    )


def _memory_unit(header: Sequence[str], meanings: Sequence[Meaning], index: int) -> str:
    return meanings[index].unit or unit_of(plain_header(header[index]))[1]


def _check_columns(table: _Table, columns: Mapping[str, str]) -> None:
    there = set(map(plain_header, table.header))
    missing = [theirs for theirs in columns.values() if plain_header(theirs) not in there]
    if missing:
        hint = f"its columns: {', '.join(text.strip() for text in table.header if text.strip())[:600]}"
        raise UsageError(f"{table.sheet.file} has no column {', '.join(missing)}", hint=hint)


# --- Rows ---------------------------------------------------------------------------------------------------------


def _listing(table: _Table, asked: ListOptions, sheets: Sequence[Sheet]) -> Listing:
    _check_columns(table, asked.columns)
    plan = _plan(table.header, table.reader.meaning, asked.columns)
    diagnostics = list(_unread(table, plan))
    rows, counted = [], 0
    complete = _completing(table, sheets)
    for line, values in _values(table, plan):
        counted += 1
        location = Location(table.sheet.file, line, 1)
        why, hint = table.reader.leaves_out(values)
        if why:
            diagnostics.append(row_left_out(location, f"{title_of(values)}: {why}", hint))
            continue
        if "memory" in values or "cpus" in values:
            diagnostics += _normal_sizes(values, plan.memory_unit, table.decimal_comma, location)
        rows.append(ListedRow(location, complete(values)))
    return Listing(table.reader.kind, tuple(rows), tuple(diagnostics), counted)


def _values(table: _Table, plan: _Plan) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the line of each row that is not empty, and column of ours -> text, without the empty cells."""
    width = max((index for index, _ in plan.cells), default=0) + 1
    number = 0
    for line, row in table.rows:
        if len(row) < width:
            row = row + [""] * (width - len(row))  # noqa: PLW2901 - the same row, as long as its header
        values = {column: text for index, column in plan.cells if (text := row[index].strip())}
        if not values and not "".join(row).strip():
            continue
        number += 1
        if number > _MOST_ROWS:
            message = f"the list has more than {_MOST_ROWS:,} rows"
            raise not_a_list(table.sheet.file, line, message, "split it into several lists")
        untidy = [column for column, text in values.items() if text[0] in "='" or not text.isprintable()]
        for column in untidy:
            values[column] = _tidy(values[column])
            if not values[column]:
                del values[column]
        yield line, values


def _tidy(text: str) -> str:
    """Return a cell on one line, without control characters and what is put around text (`="0012"`, `'=x`)."""
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    elif text.startswith("'") and text[1:2] in tuple("=+-@'"):
        text = text[1:]
    return " ".join(_CONTROL.sub(" ", text).split())


def _unread(table: _Table, plan: _Plan) -> Iterator[Diagnostic]:
    if plan.unread and table.reader.kind != "rvtools":
        message = f"not read: the columns {', '.join(plan.unread)}"[:2000]
        location = Location(table.sheet.file, table.line, 1)
        hint = "--columns says which column means what; docs/inventories.md lists those that are read"
        yield Diagnostic("COLUMNS_NOT_READ", message, hint, Severity.INFO, location=location)


def _normal_sizes(values: dict[str, str], unit: str, comma: bool, location: Location) -> Iterator[Diagnostic]:
    """Write CPUs as a whole number and memory in MiB; a text that is neither is taken out, and told."""
    cpus, memory = values.get("cpus"), values.get("memory")
    if memory is not None:
        size = mebibytes(memory, unit, decimal_comma=comma)
        if size is None:
            del values["memory"]
            yield cell_left_out(
                location, f"{title_of(values)}: {memory!r} is no memory", "write it as 16 GiB"
            )
        else:
            values["memory"] = str(size)
    if cpus is not None:
        count = whole_number(cpus, most=MOST_CPUS, decimal_comma=comma)
        if not count:
            del values["cpus"]
            yield cell_left_out(
                location, f"{title_of(values)}: {cpus!r} is no number of CPUs", "write it as 4"
            )
        else:
            values["cpus"] = str(count)


def _completing(table: _Table, sheets: Sequence[Sheet]) -> Callable[[dict[str, str]], Mapping[str, str]]:
    """Return what adds to a row what other sheets, and other columns, say of the server."""
    if table.reader.kind != "rvtools":
        return table.reader.complete
    disks = rvtools.disks_of(_disk_rows(sheets))

    def complete(values: dict[str, str]) -> Mapping[str, str]:
        key = values.get("vmManagerId", ""), values.get("vmId") or values.get("name", "")
        return table.reader.complete({**values, **disks.get(key, {})})

    return complete


def _disk_rows(sheets: Sequence[Sheet]) -> Iterator[Mapping[str, str]]:
    for sheet in sheets:
        if sheet.name.lower() == rvtools.DISKS.lower():
            rows, _ = sheet.rows()
            _, header = next(rows, (0, []))
            plan = _plan(header, rvtools.disk_meaning, {})
            for _, row in rows:
                yield {column: row[index].strip() for index, column in plan.cells if index < len(row)}
