"""File -> list -> file, and list -> file -> list."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.cli import run
from smsgen.local.disk import DiskFiles
from smsgen.model.load import load
from smsgen.operations.intake.inventory.export import export_inventory
from tests.inventories import (
    cmf_rows,
    csv_bytes,
    estate,
    mgn_rows,
    migration_hub_rows,
    plain_rows,
    rvtools_sheets,
    zip_bytes,
)
from tests.operations.intake.inventory.test_laws import ROW, contents, imported

MACHINES = estate(40, applications=4)
LISTS = {
    "mgn.csv": lambda: csv_bytes(mgn_rows(MACHINES)),
    "cmf.csv": lambda: csv_bytes(cmf_rows(MACHINES), encoding="utf-8-sig"),
    "hub.csv": lambda: csv_bytes(migration_hub_rows(MACHINES)),
    "rvtools.zip": lambda: zip_bytes(rvtools_sheets(MACHINES)),
    "plain.csv": lambda: csv_bytes(plain_rows(MACHINES)),
}


def without_comments(folder: Path) -> dict[str, NamedTuple]:
    return {path.name: load(path.read_bytes(), path.name).app for path in folder.glob("*.yaml")}


@pytest.mark.parametrize("name", LISTS)
def test_a_file_becomes_a_list_becomes_the_same_file(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(LISTS[name]())
    first, second, back = tmp_path / "first", tmp_path / "second", tmp_path / "back.csv"
    assert run(["import-inventory", str(tmp_path / name), "-o", str(first)]) == 0
    assert run(["export-inventory", *map(str, sorted(first.glob("*.yaml"))), "-o", str(back)]) == 0
    assert run(["import-inventory", str(back), "-o", str(second), "--strict"]) == 0
    assert without_comments(second) == without_comments(first)
    assert len(without_comments(first)) == 4
    again = export_inventory(map(str, sorted(second.glob("*.yaml"))), DiskFiles())
    assert again.text.encode() == back.read_bytes()


@given(st.lists(ROW, max_size=8))
def test_whatever_is_imported_comes_back(rows: list[tuple[str, ...]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "again").mkdir()
        if not imported(folder, rows).files:
            return
        exported = export_inventory(map(str, sorted((folder / "apps").glob("*.yaml"))), DiskFiles())
        table = list(csv.reader(io.StringIO(exported.text.removeprefix("\ufeff"), newline="")))
        imported(folder / "again", [tuple(row) for row in table[1:]], header=tuple(table[0]))
        assert without_comments(folder / "again" / "apps") == without_comments(folder / "apps")
        assert contents(folder)


def test_what_no_column_says_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export-inventory", "samples/scripts.yaml"]) == 0
    shown = capsys.readouterr()
    assert "not in the list: " in shown.err
    assert "userData" in shown.err
    assert shown.out.startswith("\ufeffapplication,")
