"""Lists that somebody made to break what reads them: bounded in memory and time, and told in a sentence."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.errors import InvalidInput, SmsgenError
from smsgen.operations.intake.lists.csv_out import csv_text, safe
from smsgen.operations.intake.lists.listing import Listing
from smsgen.operations.intake.lists.reading import ListOptions, read_list
from tests.inventories import estate, plain_rows, rvtools_sheets, xlsx_bytes, zip_bytes

MACHINES = estate(3)
SECONDS = 60
"""Far more than any of these takes, on a machine that has much else to do."""


def read(content: bytes) -> Listing:
    return read_list(content, "list", ListOptions())


@contextmanager
def bounded(mebibytes: int, *, seconds: int = SECONDS) -> Iterator[None]:
    tracemalloc.start()
    begun = time.monotonic()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < mebibytes << 20
        assert time.monotonic() - begun < seconds
    finally:
        tracemalloc.stop()


def workbook(change: Callable[[str], str], rows: list[list[object]] | None = None) -> bytes:
    """A workbook whose sheet is changed as text."""
    pytest.importorskip("openpyxl", reason="openpyxl comes with smsgen[inventory]")
    content = xlsx_bytes({"Servers": rows or plain_rows(MACHINES)})
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data.decode()).encode() if "sheets/sheet1" in name else data)
    return out.getvalue()


def before_end(text: str) -> Callable[[str], str]:
    return lambda xml: xml.replace("</sheetData>", f"{text}</sheetData>")


def test_hundreds_of_thousands_of_empty_rows() -> None:
    rows = "".join(f'<row r="{number}"/>' for number in range(5, 300_000))
    with bounded(200, seconds=300):
        assert len(read(workbook(before_end(rows))).rows) == len(MACHINES)


def test_a_row_that_is_said_to_be_far_below() -> None:
    with bounded(100):
        listing = read(workbook(before_end('<row r="999999999999"><c r="A1"><v>1</v></c></row>')))
    assert len(listing.rows) == len(MACHINES)


def test_rows_that_reach_far_to_the_right() -> None:
    rows = "".join(f'<row r="{number}"><c r="XFD{number}"><v>1</v></c></row>' for number in range(5, 20_000))
    with bounded(300), pytest.raises(InvalidInput, match="too many cells"):
        read(workbook(before_end(rows)))


def test_a_sheet_that_claims_to_be_as_large_as_can_be() -> None:
    def claim(xml: str) -> str:
        import re

        return re.sub('<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"', xml)

    with bounded(100):
        assert len(read(workbook(claim)).rows) == len(MACHINES)


def test_cells_that_are_merged_without_end() -> None:
    areas = "".join('<mergeCell ref="A2:A1048576"/>' for _ in range(50_000))

    def merge(xml: str) -> str:
        return xml.replace("</sheetData>", f"</sheetData><mergeCells>{areas}</mergeCells>")

    with bounded(200):
        assert len(read(workbook(merge)).rows) == len(MACHINES)


def test_entities_are_not_expanded() -> None:
    levels = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 12))
    doctype = f'<!DOCTYPE x [<!ENTITY e0 "ha">{levels}]>'

    def bomb(xml: str) -> str:
        xml = xml.partition("?>")[2] if xml.startswith("<?xml") else xml
        return f"{doctype}{xml}".replace(
            "</sheetData>", '<row r="9"><c r="A9" t="str"><v>&e11;</v></c></row></sheetData>'
        )

    with bounded(200), pytest.raises(SmsgenError):
        read(workbook(bomb))


def bomb(name: str, size: int, *, claims: int | None = None) -> bytes:
    """A ZIP of one member of so many zeros; in the directory it may claim to be smaller."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as member:
        for _ in range(size >> 20):
            member.write(bytes(1 << 20))
    content = bytearray(out.getvalue())
    if claims is not None:
        at = content.index(b"PK\x01\x02")
        content[at + 24 : at + 28] = claims.to_bytes(4, "little")
    return bytes(content)


@pytest.mark.parametrize("name", ["RVTools_tabvInfo.csv", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
@pytest.mark.parametrize("claims", [None, 1000])
def test_zip_bombs(name: str, claims: int | None) -> None:
    with bounded(400), pytest.raises(SmsgenError):
        read(bomb(name, 600 << 20, claims=claims))


def test_more_rows_than_are_read() -> None:
    content = b"name,application\n" + b"a,b\n" * 300_000
    with pytest.raises(InvalidInput, match="250,000 rows"):
        read(content)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_told(content: bytes) -> None:
    for start in (b"", b"name,application\n", b"PK\x03\x04"):
        try:
            listing = read(start + content)
        except SmsgenError:
            continue
        assert listing.counted >= len(listing.rows)


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_damaged_workbook_or_archive_is_read_or_told(at: int, byte: int) -> None:
    for content in DAMAGED:
        broken = bytearray(content)
        broken[at % len(broken)] = byte
        with suppress(SmsgenError):
            read(bytes(broken))


def damaged() -> list[bytes]:
    contents = [zip_bytes(rvtools_sheets(MACHINES))]
    with suppress(ImportError):
        contents.append(xlsx_bytes({"Servers": plain_rows(MACHINES)}))
    return contents


DAMAGED = damaged()


@given(st.lists(st.lists(st.text(max_size=8), min_size=1), max_size=4))
def test_no_cell_that_is_written_is_a_formula(rows: list[list[str]]) -> None:
    import csv

    for row in csv.reader(io.StringIO(csv_text(rows).removeprefix("\ufeff"), newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    assert safe("=1+1") == "'=1+1"
