"""An RVTools export: the workbook (xlsx, by openpyxl), or the ZIP of its sheets as CSV.

Sheets and columns as RVTools names them (https://www.robware.net/rvtools): vInfo has a row a VM, vDisk a row a disk.
Capitals and spaces around names do not count, and columns that a version of RVTools does not have are empty.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from smsgen.operations.ports.inventories import ConnectorUnreadable, FoundServer
from smsgen.sources.csv_inventory import number_of, open_regular, refused_for, yes

Row = Mapping[str, str]

_LONGEST = 512 << 20
_SHEETS = ("vinfo", "vdisk")


def read_rvtools(path: str) -> tuple[FoundServer, ...]:
    """Return the VMs of an export, templates apart; raises ConnectorUnreadable."""
    sheets = _workbook(path) if path.lower().endswith(".xlsx") else _archive(path)
    if "vinfo" not in sheets:
        raise ConnectorUnreadable(f"{path} has no sheet vInfo", hint="export all of RVTools to xlsx or CSV")
    disks: dict[tuple[str, str], list[Row]] = {}
    for row in sheets.get("vdisk", ()):
        disks.setdefault(_key(row), []).append(row)
    return tuple(
        _server(row, disks.get(_key(row), []), path)
        for row in sheets["vinfo"]
        if _cell(row, "VM") and not yes(_cell(row, "Template")) and not yes(_cell(row, "SRM Placeholder"))
    )


def _key(row: Row) -> tuple[str, str]:
    return _cell(row, "VI SDK UUID"), _cell(row, "VM ID") or _cell(row, "VM")


def _cell(row: Row, name: str) -> str:
    return row.get(name.lower(), "")


def _server(row: Row, disks: list[Row], path: str) -> FoundServer:
    folder = "/".join(part for part in ("", _cell(row, "Datacenter"), _cell(row, "Folder")) if part)
    return FoundServer(
        _cell(row, "VI SDK UUID"),
        _cell(row, "VM ID") or _cell(row, "VM"),
        _cell(row, "VM"),
        _cell(row, "VI SDK Server"),
        "VSPHERE",
        f"/{folder}/{_cell(row, 'VM')}",
        _cell(row, "OS according to the VMware Tools")
        or _cell(row, "OS according to the configuration file"),
        _cell(row, "Firmware").upper(),
        len(disks) or number_of(_cell(row, "Disks"), path, "Disks"),
        refused=refused_for(
            raw=any(yes(_cell(disk, "Raw")) for disk in disks),
            independent=any("independent" in _cell(disk, "Disk Mode").lower() for disk in disks),
        ),
    )


# --- Files --------------------------------------------------------------------------------------------------


def _workbook(path: str) -> dict[str, list[Row]]:
    try:
        from openpyxl import load_workbook
    except ImportError:
        hint = "pip install 'smsgen[inventory]'; or export to CSV and give the ZIP of its files"
        raise ConnectorUnreadable("openpyxl, which reads xlsx, is not installed", hint=hint) from None
    with _checked(path) as file:
        try:
            book = load_workbook(file, read_only=True, data_only=True)
            return {
                sheet.title.lower(): list(_rows(sheet.iter_rows(values_only=True)))
                for sheet in book.worksheets
                if sheet.title.lower() in _SHEETS
            }
        # openpyxl has no errors of its own for a damaged workbook: anything may come.
        except Exception as error:
            raise ConnectorUnreadable(f"{path} is no workbook that can be read: {_why(error)}") from None


def _archive(path: str) -> dict[str, list[Row]]:
    with _checked(path) as file, zipfile.ZipFile(file) as archive:
        names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
        sheets = {
            Path(name).stem.lower().rpartition("tab")[2]: name for name in names
        }  # RVTools_tabvInfo.csv
        return {sheet: _sheet(archive, sheets[sheet], path) for sheet in _SHEETS if sheet in sheets}


def _sheet(archive: zipfile.ZipFile, name: str, path: str) -> list[Row]:
    try:
        text = archive.read(name).decode("utf-8-sig", "replace")
        return list(_rows(csv.reader(io.StringIO(text), _dialect(text))))
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, csv.Error) as error:
        # RuntimeError: it wants a password, or is packed in a way that Python does not know.
        raise ConnectorUnreadable(f"{path}: {name} cannot be read: {_why(error)}") from None


def _why(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _dialect(text: str) -> type[csv.Dialect]:
    class Dialect(csv.excel):
        delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","

    return Dialect


@contextmanager
def _checked(path: str) -> Iterator[BinaryIO]:
    """Open a ZIP; raises ConnectorUnreadable for what is none, or is too large once it is unpacked."""
    try:
        file = open_regular(path)
    except OSError as error:
        raise ConnectorUnreadable(f"cannot read {path}: {error.strerror}", hint="check the path") from None
    with file:
        try:
            with zipfile.ZipFile(file) as archive:
                size = sum(member.file_size for member in archive.infolist())
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
            hint = "give the xlsx of RVTools, or the ZIP of its CSV files"
            raise ConnectorUnreadable(f"{path} is neither xlsx nor ZIP", hint=hint) from None
        if size > _LONGEST:
            raise ConnectorUnreadable(f"{path} unpacks to more than {_LONGEST >> 20} MiB")
        yield file


def _rows(rows: Iterable[Iterable[object]]) -> Iterator[Row]:
    names: list[str] | None = None
    for row in rows:
        cells = ["" if value is None else str(value).strip() for value in row]
        if names is None:
            names = [cell.lower() for cell in cells]
        elif any(cells):
            yield dict(zip(names, cells, strict=False))
