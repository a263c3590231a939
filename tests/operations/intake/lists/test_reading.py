"""Lists of every kind, told by their columns, with the quirks of those who write them."""

from __future__ import annotations

import pytest

from smsgen.errors import InvalidInput, Severity
from smsgen.operations.intake.lists.listing import Listing
from smsgen.operations.intake.lists.reading import ListOptions, read_list
from tests.inventories import (
    ENGLISH,
    GERMAN,
    JAPANESE,
    Machine,
    cmf_rows,
    csv_bytes,
    estate,
    mgn_rows,
    migration_hub_rows,
    plain_rows,
    rvtools_sheets,
    xlsx_bytes,
    zip_bytes,
)

MACHINES = estate(9, applications=2)


def read(content: bytes, kind: str = "", columns: dict[str, str] | None = None) -> Listing:
    return read_list(content, "list", ListOptions(kind, columns or {}))


def codes(listing: Listing) -> list[str]:
    return [one.code for one in listing.diagnostics]


def has_openpyxl() -> None:
    pytest.importorskip("openpyxl", reason="openpyxl comes with smsgen[inventory]")


KINDS = {
    "mgn": lambda: csv_bytes(mgn_rows(MACHINES)),
    "cmf": lambda: csv_bytes(cmf_rows(MACHINES), encoding="utf-8-sig"),
    "migration-hub": lambda: csv_bytes(migration_hub_rows(MACHINES)),
    "rvtools": lambda: zip_bytes(rvtools_sheets(MACHINES)),
    "csv": lambda: csv_bytes(plain_rows(MACHINES)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_is_told_by_its_columns(kind: str) -> None:
    listing = read(KINDS[kind]())
    assert listing.kind == kind
    rows = [row.values for row in listing.rows]
    assert [row["name"] for row in rows] == [machine.name for machine in MACHINES]
    told = [row.get("application") or row["applications"] for row in rows]
    assert told == [machine.application for machine in MACHINES]
    assert [row["wave"] for row in rows] == [machine.wave for machine in MACHINES]
    assert listing.counted == len(listing.rows) + codes(listing).count("ROW_LEFT_OUT")


@pytest.mark.parametrize("kind", ["migration-hub", "rvtools", "csv"])
def test_cpus_and_memory_are_read_in_their_units(kind: str) -> None:
    rows = [row.values for row in read(KINDS[kind]()).rows]
    assert [(int(row["cpus"]), int(row["memory"])) for row in rows] == [
        (machine.cpus, machine.memory) for machine in MACHINES
    ]


# --- Text -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("header", [ENGLISH, GERMAN, JAPANESE], ids=["en", "de", "ja"])
def test_encodings_separators_and_languages(separator: str, encoding: str, header: tuple[str, ...]) -> None:
    machines = [machine._replace(application="Büro 日本") for machine in MACHINES]
    listing = read(csv_bytes(plain_rows(machines, header), separator=separator, encoding=encoding))
    assert [row.values["memory"] for row in listing.rows] == [str(machine.memory) for machine in machines]
    assert {row.values["application"] for row in listing.rows} == {"Büro 日本"}
    assert [row.location.line for row in listing.rows] == list(range(2, 2 + len(machines)))


@pytest.mark.parametrize(
    ("encoding", "header", "application"),
    [
        ("cp1252", GERMAN, "Größenübersicht Büro €"),
        ("cp1252", GERMAN, "Füße"),
        ("cp932", JAPANESE, "販売管理システム"),
        ("cp932", JAPANESE, "ｿﾞｰﾝ①"),
    ],
)
def test_encodings_of_eight_bits(encoding: str, header: tuple[str, ...], application: str) -> None:
    machines = [machine._replace(application=application) for machine in MACHINES]
    listing = read(csv_bytes(plain_rows(machines, header), separator=";", encoding=encoding))
    assert {row.values["application"] for row in listing.rows} == {application}


def test_excels_own_first_line_says_the_separator() -> None:
    listing = read(b"sep=;\r\nname;application\r\ndb,01;shop\r\n")
    assert [(row.values["name"], row.location.line) for row in listing.rows] == [("db,01", 3)]


def test_quotes_and_line_breaks_in_cells() -> None:
    content = b'name,application,os\n"db ""main"" 01",shop,"two\nlines"\n\n="0012",shop,\n'
    rows = read(content).rows
    assert [row.values["name"] for row in rows] == ['db "main" 01', "0012"]
    assert rows[0].values["guest"] == "two lines"
    assert [row.location.line for row in rows] == [2, 5]


def test_a_list_may_have_a_title_above_its_header() -> None:
    content = b"Inventory of June,,\n,,\nname,application,tier\ndb01,shop,db\n"
    assert [row.values["name"] for row in read(content).rows] == ["db01"]


@pytest.mark.parametrize(
    ("cell", "memory"),
    [
        ("16 GB", 16384),
        ("16GiB", 16384),
        ("16384 MB", 16384),
        ("16384", 16384),
        ("16", 16384),
        ("16.384 MB", 16384),
        ("1.024,5 MB", 1024),
        ("0,5 TB", 524288),
        ("\uff11\uff16 \uff27\uff22", 16384),
        ("16'384 MB", 16384),
    ],
)
def test_memory_as_germans_write_it(cell: str, memory: int) -> None:
    (row,) = read(f"Rechnername;Anwendung;Speicher\ndb01;shop;{cell}\n".encode()).rows
    assert row.values["memory"] == str(memory)


@pytest.mark.parametrize(
    ("cell", "memory"), [("16,384 MB", 16384), ("1.5 GB", 1536), ("1,5 GB", 1536), ("16,384", 16384)]
)
def test_memory_as_others_write_it(cell: str, memory: int) -> None:
    (row,) = read(f'name,application,memory\ndb01,shop,"{cell}"\n'.encode()).rows
    assert row.values["memory"] == str(memory)


@pytest.mark.parametrize("cell", ["much", "-4 GB", "0", "nan", "inf", "1e9 GB", "4 4 4 GB GB", "9" * 400])
def test_what_is_no_memory_is_told_and_the_server_taken(cell: str) -> None:
    listing = read(f"name,application,memory,cpus\ndb01,shop,{cell},many\n".encode())
    assert "memory" not in listing.rows[0].values
    assert codes(listing) == ["CELL_LEFT_OUT", "CELL_LEFT_OUT"]


def test_columns_that_mean_nothing_are_told_once() -> None:
    listing = read(b"name,application,Rack,Server\ndb01,shop,R1,x\ndb02,shop,R2,y\n")
    (one,) = listing.diagnostics
    assert (one.code, one.severity) == ("COLUMNS_NOT_READ", Severity.INFO)
    assert "Rack, Server" in one.message
    assert listing.rows[0].values["name"] == "db01"


def test_columns_say_what_the_headers_do_not() -> None:
    content = b"A,B,C\ndb01,shop,10.0.0.1\n"
    (row,) = read(content, columns={"name": "A", "application": "b", "ip": "C"}).rows
    assert row.values == {"name": "db01", "application": "shop", "ip": "10.0.0.1"}


# --- What is no list ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no row of it is the header"),
        (b"Rack\nR1\n", "no row of it is the header"),
        (b'name,application\n"db01,shop\n', "no CSV"),
        (b"\x00" * 200, "is no text"),
        (b"a\x81 b" * 20, "neither UTF-8"),
        (b"PK\x03\x04" + b"x" * 100, "cannot be read"),
        (b"name,application\n" + b"x" * 200_000 + b",shop\n", "field larger"),
    ],
)
def test_what_is_no_list_is_told(content: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as error:
        read(content)
    assert [one.code for one in error.value.diagnostics] == ["NOT_A_LIST"]


# --- RVTools and workbooks ------------------------------------------------------------------------------------------


def test_templates_and_placeholders_are_left_out_of_rvtools() -> None:
    sheets = rvtools_sheets(MACHINES[:1])
    sheets["vInfo"][1][3] = "True"
    listing = read(zip_bytes(sheets))
    assert (listing.rows, listing.counted) == ((), 2)
    assert [one.message for one in listing.diagnostics] == [
        f"{MACHINES[0].name}: it is a placeholder of Site Recovery Manager",
        "tmpl-rhel8: it is a template",
    ]


@pytest.mark.parametrize("unit", ["MiB", "MB"])
def test_a_workbook_of_rvtools(unit: str) -> None:
    has_openpyxl()
    listing = read(xlsx_bytes(rvtools_sheets(MACHINES, unit=unit)))
    assert listing == read(zip_bytes(rvtools_sheets(MACHINES, unit=unit)))._replace(
        rows=listing.rows, diagnostics=listing.diagnostics
    )
    row = listing.rows[0].values
    assert row["vmPath"] == f"/DC1/{MACHINES[0].application}/{MACHINES[0].name}"
    assert (row["disks"], row["vmManagerName"]) == ("2", "vc01.corp.example")
    assert listing.rows[0].location.file == "list/vInfo"


def test_merged_cells_hold_their_value_in_each_row() -> None:
    has_openpyxl()
    rows = [
        ["Application", "Tier", "Server"],
        ["Shop", "database", "db01"],
        ["", "", "db02"],
        ["", "web", "web01"],
        ["Store", "web", "web02"],
    ]
    content = xlsx_bytes({"Servers": rows}, merged={"Servers": ["A2:A4", "B2:B3"]})
    assert [(row.values["application"], row.values["group"]) for row in read(content).rows] == [
        ("Shop", "database"),
        ("Shop", "database"),
        ("Shop", "web"),
        ("Store", "web"),
    ]


def test_hidden_sheets_are_not_read_and_told() -> None:
    has_openpyxl()
    sheets = {"old": plain_rows(MACHINES[:2]), "new": plain_rows(MACHINES[2:]), "notes": [["to do"]]}
    listing = read(xlsx_bytes(sheets, hidden=["old"]))
    assert len(listing.rows) == len(MACHINES) - 2
    assert [one.message for one in listing.diagnostics if one.code == "SHEET_NOT_READ"] == [
        "the sheet old is hidden: nothing of it is read",
        "the sheet notes has no header that is known: nothing of it is read",
    ]


def test_formulas_count_by_the_value_they_had() -> None:
    has_openpyxl()
    content = xlsx_bytes({"a": [["name", "application", "memory"], ["db01", "shop", "=2*8"]]})
    (row,) = read(content).rows  # nobody has calculated it: there is no value
    assert "memory" not in row.values
    cached = replaced(content, b"<v></v>", b"<v>16</v>", b"<v />", b"<v>16</v>", b"<v/>", b"<v>16</v>")
    assert read(cached).rows[0].values["memory"] == "16384"


def replaced(content: bytes, *pairs: bytes) -> bytes:
    """A workbook with other bytes in its sheets."""
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            for before, after in zip(pairs[::2], pairs[1::2], strict=True) if "sheets/" in name else ():
                data = data.replace(before, after)
            new.writestr(name, data)
    return out.getvalue()


def test_two_vcenters_with_equal_names() -> None:
    other = [Machine(*machine)._replace(vcenter="other") for machine in MACHINES]
    listing = read(zip_bytes(rvtools_sheets([*MACHINES, *other])))
    assert len({(row.values["vmManagerId"], row.values["vmId"]) for row in listing.rows}) == 18
