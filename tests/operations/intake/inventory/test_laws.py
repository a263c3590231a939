"""Laws of imports: no row is lost, files validate, equal lists give equal files, and nothing changes that need not."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from smsgen.local.disk import DiskFiles
from smsgen.model.load import load
from smsgen.model.names import logical_id
from smsgen.operations.files.validate import validate
from smsgen.operations.intake.inventory.import_inventory import ImportPlan, plan_import, write_import
from smsgen.operations.intake.lists.reading import ListOptions
from tests.inventories import csv_bytes

HEADER = (
    *("name", "application", "wave", "tier", "launchOrder", "cpus", "memory", "subnet", "securityGroups"),
    *("privateIpAddress", "instanceType", "serverId", "vmId", "vmManagerId", "logicalId", "tags", "os"),
)
NASTY = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cs"]),
    min_size=1,
    max_size=12,
)


def often(*values: str) -> st.SearchStrategy[str]:
    return st.one_of(st.sampled_from(values), st.sampled_from(values), NASTY)


ROW = st.tuples(
    often("db01", "db-01", "DB 01", "web01", "データベース", "", "0012", "yes"),
    often("Shop", "shop", "Shop!", "", "null"),
    often("", "Wave 1", "Wave 2", "Pilot"),
    often("", "database", "web", "Web", "# none"),
    often("", "0", "1", "-1", "two"),
    often("", "4", "0", "9999", "1,5"),
    often("", "16 GB", "much", "99 TB"),
    often("", "subnet-0a1b2c3d4e5f60718", "subnet-1"),
    often("", "sg-0a1b2c3d4e5f60718", "sg-0a1b2c3d4e5f60718;sg-0a1b2c3d4e5f60719", "sg-1"),
    often("", "10.0.0.1", "10.0.0.2", "10.0.0.256"),
    often("", "m7i.large", "M7I.large", "m7i.tiny"),
    often("", "s-12345678", "s-23456789", "s-1"),
    often("", "vm-1", "vm-2"),
    often("", "vc1", "vc2"),
    often("", "", "Database", "no id"),
    often("", "a=b", "a=b;a=c", "Name=x", "aws:x=y", "tier:web, zone:1"),
    often("", "Windows Server 2019", "Ubuntu"),
)
ROWS = st.lists(ROW, max_size=12)


def imported(folder: Path, rows: list[tuple[str, ...]], header: tuple[str, ...] = HEADER) -> ImportPlan:
    path = folder / "list.csv"
    path.write_bytes(csv_bytes([header, *rows]))
    plan = plan_import([str(path)], str(folder / "apps"), DiskFiles(), ListOptions("csv"))
    write_import(plan, DiskFiles())
    return plan


def contents(folder: Path) -> dict[str, bytes]:
    apps = folder / "apps"
    return {path.name: path.read_bytes() for path in apps.iterdir()} if apps.exists() else {}


def ids(folder: Path) -> dict[tuple[str, str], str]:
    """Application, and what a server is known by -> its logical id."""
    known = {}
    for path in (folder / "apps").glob("*.yaml"):
        app = load(path.read_bytes(), path.name).app
        for group in app.server_groups:
            for server in group.server_list:
                known[app.name, server.server_id or str(server.vm_server)] = logical_id(
                    server, server.launch.logical_id
                )
    return known


@given(ROWS)
def test_every_row_is_a_server_or_told_and_files_validate(rows: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan = imported(folder, rows)
        left_out = [one for one in plan.diagnostics if one.code == "ROW_LEFT_OUT"]
        assert plan.rows == plan.servers + len(left_out)
        assert plan.rows == sum(any(cell.strip() for cell in row) for row in rows)
        found = validate([file.path for file in plan.files.values()], files=DiskFiles())
        assert [one for one in found if one.severity.value == "error"] == []
        assert len(ids(folder)) == plan.servers
        before = contents(folder)
        assert [file.change.value for file in imported(folder, rows).files.values()] == ["same"] * len(
            plan.files
        )
        assert contents(folder) == before


@given(ROWS, st.randoms())
def test_the_order_of_rows_does_not_matter(rows: list[tuple[str, ...]], draw: object) -> None:
    """...where no row says again, and otherwise, what another says: then the first counts."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        plan = imported(Path(one), rows)
        if any("it is the server of" in each.message for each in plan.diagnostics):
            return
        if any("is the address of row" in each.message for each in plan.diagnostics):
            return
        shuffled = list(rows)
        draw.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis calls it object
        imported(Path(other), shuffled)
        assert contents(Path(one)) == contents(Path(other))


def without_addresses(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Where a server that is gone has the address of a new one, `validate` says so, and a person decides."""
    at = HEADER.index("privateIpAddress")
    return [(*row[:at], "", *row[at + 1 :]) for row in rows]


@given(ROWS.map(without_addresses), ROWS.map(without_addresses))
def test_a_second_list_renames_nobody(rows: list[tuple[str, ...]], more: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if not imported(folder, rows).files:
            return
        before = ids(folder)
        plan = imported(folder, more)
        after = ids(folder)
        assert {key: after[key] for key in before if key in after} == {
            key: before[key] for key in before if key in after
        }
        found = validate([file.path for file in plan.files.values()], files=DiskFiles())
        assert [one for one in found if one.severity.value == "error"] == []
