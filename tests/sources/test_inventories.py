"""Connectors: folders of images, RVTools exports and CSV files, and what makes a server impossible to replicate."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from smsgen.model.replicating.catalog import Connector
from smsgen.operations.ports.disks import ImageFolder, SourceUnreadable
from smsgen.operations.ports.inventories import ConnectorUnreadable
from smsgen.sources.inventories import SourceInventories

INFO = [
    [
        "VM",
        "Powerstate",
        "Template",
        "Disks",
        "Firmware",
        "Datacenter",
        "Folder",
        "VM ID",
        "VI SDK Server",
        "VI SDK UUID",
    ],
    ["db01", "poweredOn", "False", "2", "efi", "DC1", "shop", "vm-101", "vc.example.com", "uuid-1"],
    ["base", "poweredOff", "True", "1", "bios", "DC1", "", "vm-102", "vc.example.com", "uuid-1"],
    ["raw01", "poweredOn", "False", "1", "bios", "DC1", "", "vm-103", "vc.example.com", "uuid-1"],
    ["ind01", "poweredOn", "False", "1", "bios", "DC1", "", "vm-104", "vc.example.com", "uuid-1"],
]
DISKS = [
    ["VM", "Raw", "Disk Mode", "VM ID", "VI SDK UUID"],
    ["db01", "False", "persistent", "vm-101", "uuid-1"],
    ["db01", "False", "persistent", "vm-101", "uuid-1"],
    ["raw01", "True", "persistent", "vm-103", "uuid-1"],
    ["ind01", "False", "independent_persistent", "vm-104", "uuid-1"],
]


def no_secret(reference: str) -> str:
    raise AssertionError(reference)


def no_bucket(connector: Connector) -> ImageFolder:
    """Refuse to open a folder in S3: none of these connectors has one."""
    raise AssertionError(connector.location)


def read(kind: str, path: Path) -> dict[str, tuple[str, int, str]]:
    """What a connector finds: VM id -> name, disks, why not."""
    found = SourceInventories(no_bucket, no_secret).servers(Connector("c-1", kind, str(path), "uuid-1", "vc"))
    return {one.vm_id: (one.vm_name, one.disks, one.refused) for one in found}


def archive(path: Path, sheets: dict[str, list[list[str]]], separator: str = ",") -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, rows in sheets.items():
            file.writestr(name, "\ufeff" + "\r\n".join(separator.join(row) for row in rows))
    return path


EXPECTED = {
    "vm-101": ("db01", 2, ""),
    "vm-103": ("raw01", 1, "a disk of it is a raw device map"),
    "vm-104": ("ind01", 1, "a disk of it is independent: it is in no snapshot"),
}


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("name", ["{}.csv", "RVTools_tab{}.csv"])
def test_an_rvtools_export_as_csv(tmp_path: Path, name: str, separator: str) -> None:
    sheets = {name.format("vInfo"): INFO, name.format("vDisk"): DISKS}
    assert read("rvtools", archive(tmp_path / "rvtools.zip", sheets, separator)) == EXPECTED


def test_an_rvtools_workbook(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl comes with smsgen[inventory]")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in (("vInfo", INFO), ("vDisk", DISKS), ("vHost", [["Host"]])):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = tmp_path / "rvtools.xlsx"
    book.save(path)
    assert read("rvtools", path) == EXPECTED
    (server, *_) = SourceInventories(no_bucket, no_secret).servers(Connector("c-1", "rvtools", str(path)))
    assert (server.vm_manager_id, server.vm_manager_name) == ("uuid-1", "vc.example.com")
    assert (server.vm_path, server.firmware) == ("/DC1/shop/db01", "EFI")


def test_a_csv_file(tmp_path: Path) -> None:
    path = tmp_path / "servers.csv"
    path.write_text(
        "VMID,vmName,guest,disks,rawDisks,application,colour\n"
        'vm-1,"db, 01",Ubuntu 22.04,2,no,shop,blue\n'
        "\nvm-2,,,,yes,,\n"
    )
    assert read("csv", path) == {
        "vm-1": ("db, 01", 2, ""),
        "vm-2": ("vm-2", 0, "a disk of it is a raw device map"),
    }


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("csv", b"name\nx\n", "servers:2: vmId is empty"),
        ("csv", b"vmId,disks\nvm-1,two\n", "servers:2: disks is 'two'"),
        ("csv", b"vmId,vmName\n,x\n", "servers:2: vmId is empty"),
        ("csv", b"vmId,vmManagerType\nvm-1,XEN\n", "vmManagerType is 'XEN'"),
        ("csv", b'vmId\n"a', "servers:2"),
        ("csv", b"\0" * 8, "is no text"),
        ("csv", b"", "no row of it is the header"),
        ("rvtools", b"nothing", "no sheet vInfo"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path: Path, kind: str, content: bytes, words: str) -> None:
    path = tmp_path / "servers"
    path.write_bytes(content)
    with pytest.raises(ConnectorUnreadable, match=words):
        read(kind, path)


@pytest.mark.parametrize("kind", ["images", "csv", "rvtools"])
def test_what_is_not_there_is_told(tmp_path: Path, kind: str) -> None:
    with pytest.raises(ConnectorUnreadable, match="nothing"):
        read(kind, tmp_path / "nothing")


@pytest.mark.parametrize("kind", ["csv", "rvtools"])
@pytest.mark.parametrize("what", ["pipe", "device", "folder"])
def test_what_is_no_file_is_told_at_once(tmp_path: Path, kind: str, what: str) -> None:
    """A pipe that nobody writes to would be waited for, and /dev/zero read until the memory is full."""
    path = {"pipe": tmp_path / "pipe", "device": Path("/dev/zero"), "folder": tmp_path}[what]
    if what == "pipe":
        os.mkfifo(path)
    with pytest.raises(ConnectorUnreadable, match="is not a regular file"):
        read(kind, path)


@pytest.mark.parametrize("damage", ["checksum", "password", "data"])
def test_a_damaged_archive_is_told(tmp_path: Path, damage: str) -> None:
    path = archive(tmp_path / "a.zip", {"RVTools_tabvInfo.csv": INFO})
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    if damage == "checksum":
        content[at + 16] ^= 1
    elif damage == "password":
        content[at + 8] |= 1
        content[6] |= 1
    else:
        content[60] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ConnectorUnreadable, match=r"tabvInfo\.csv cannot be read"):
        read("rvtools", path)


def test_a_damaged_workbook_is_told(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl", reason="openpyxl comes with smsgen[inventory]")
    path = archive(tmp_path / "a.xlsx", {"xl/workbook.xml": [["<no xml"]], "[Content_Types].xml": [["<x/>"]]})
    with pytest.raises(ConnectorUnreadable, match="no workbook that can be read"):
        read("rvtools", path)


def test_a_server_whose_disk_nobody_can_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "noise.vmdk").write_bytes(b"\x93" * 100_000)
    (tmp_path / "cut.qcow2").write_bytes(b"QFI\xfb")
    found = read("images", tmp_path)
    assert "noise.vmdk" in found["noise"][2]
    assert "cut.qcow2" in found["cut"][2]


def test_an_archive_without_vinfo_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConnectorUnreadable, match="no sheet vInfo"):
        read("rvtools", archive(tmp_path / "a.zip", {"other.csv": INFO}))


def test_a_folder_of_images(tmp_path: Path) -> None:
    (tmp_path / "web01.img").write_bytes(bytes(1 << 20))
    (tmp_path / "db01").mkdir()
    for name in ("b.img", "a.img"):
        (tmp_path / "db01" / name).write_bytes(bytes(1 << 20))
    (tmp_path / "broken.ova").write_bytes(b"no archive")
    found = read("images", tmp_path)
    assert (found["web01"], found["db01"]) == (("web01", 1, ""), ("db01", 2, ""))
    assert "no OVA that can be read" in found["broken"][2]
    connector = Connector("c-1", "images", str(tmp_path))
    disks = SourceInventories(no_bucket, no_secret).disks(connector, "db01")
    assert [disk.name for disk in disks] == ["a.img", "b.img"]
    source = disks[0].open()
    assert source.size == 1 << 20
    source.release()
    for vm_id, words in (("gone", "no server gone"), ("broken", "broken cannot be read")):
        with pytest.raises(SourceUnreadable, match=words):
            SourceInventories(no_bucket, no_secret).disks(connector, vm_id)
