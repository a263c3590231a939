"""Servers that stand in folders and OVAs."""

import io
import tarfile
from pathlib import Path

import pytest

from smsgen.operations.ports.disks import BadImage, SourceChanged, SourceUnreadable
from smsgen.sources.machine import MachineImage, machines_in, open_machine
from smsgen.sources.ovf import read_ovf
from tests.sources.images import KINDS, MIB, convert, needs_qemu, whole, write_sparse

OVF = """<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
  xmlns:vmw="http://www.vmware.com/schema/ovf">
  <References>
    <File ovf:href="shop-2.vmdk" ovf:id="file2"/>
    <File ovf:href="shop-1.vmdk" ovf:id="file1"{file}/>
  </References>
  <DiskSection>
    <Info>Disks</Info>
    <Disk ovf:capacity="16" ovf:diskId="vmdisk1" ovf:fileRef="file1"{disk}/>
    <Disk ovf:capacity="16" ovf:diskId="vmdisk2" ovf:fileRef="file2"/>
  </DiskSection>
  <VirtualSystem ovf:id="vm-1">
    <Name>shop</Name>
    <OperatingSystemSection ovf:id="94"><Info>OS</Info><Description>Ubuntu Linux (64-bit)</Description>
    </OperatingSystemSection>
    <VirtualHardwareSection>
      <Item><rasd:InstanceID>3</rasd:InstanceID><rasd:ResourceType>6</rasd:ResourceType></Item>
      <Item>
        <rasd:AddressOnParent>10</rasd:AddressOnParent><rasd:HostResource>ovf:/disk/vmdisk2</rasd:HostResource>
        <rasd:InstanceID>9</rasd:InstanceID><rasd:Parent>3</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType>
      </Item>
      <Item>
        <rasd:AddressOnParent>2</rasd:AddressOnParent><rasd:HostResource>ovf:/disk/vmdisk1</rasd:HostResource>
        <rasd:InstanceID>8</rasd:InstanceID><rasd:Parent>3</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType>
      </Item>
      <vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="{firmware}"/>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
"""


def text(*, file: str = "", disk: str = "", firmware: str = "efi") -> str:
    return OVF.format(file=file, disk=disk, firmware=firmware)


def disks(folder: Path) -> dict[str, bytes]:
    """Write shop-1.vmdk and shop-2.vmdk; give what they hold."""
    contents = {}
    for number in (1, 2):
        raw = write_sparse(folder / "content", 8 * MIB, seed=number, pieces=9)
        name = f"shop-{number}.vmdk"
        contents[name] = raw.read_bytes()
        convert(raw, folder / name, KINDS["vmdk, streamOptimized"])
        raw.unlink()
    return contents


def ova(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


@needs_qemu
@pytest.mark.parametrize("packed", [False, True])
def test_a_described_server_has_its_name_firmware_and_disks_in_order(packed: bool, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    contents = disks(folder)
    (folder / "shop.ovf").write_text(text())
    place = folder
    if packed:
        files = {name: (folder / name).read_bytes() for name in ("shop.ovf", "shop-2.vmdk", "shop-1.vmdk")}
        place = ova(tmp_path / "shop.ova", files)
    machine = open_machine(place)
    assert (machine.name, machine.firmware, machine.guest) == ("shop", "EFI", "Ubuntu Linux (64-bit)")
    assert [disk.name for disk in machine.disks] == ["shop-1.vmdk", "shop-2.vmdk"]
    for disk in machine.disks:
        image = disk.open()
        assert whole(image) == contents[disk.name]
        image.check()
        image.release()


@needs_qemu
def test_an_ova_that_changes_while_a_disk_is_read_is_noticed(tmp_path: Path) -> None:
    contents = disks(tmp_path)
    files = {"shop.ovf": text().encode(), **{name: (tmp_path / name).read_bytes() for name in contents}}
    path = ova(tmp_path / "shop.ova", files)
    image = open_machine(path).disks[0].open()
    with path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(SourceChanged):
        image.check()
    image.release()


def test_a_folder_without_a_descriptor_has_its_disks_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "db-1"
    folder.mkdir()
    for name in ("disk10.raw", "disk2.raw", "disk1.raw", "notes.txt", ".hidden.raw", "disk1-flat.vmdk"):
        (folder / name).write_bytes(b"x" * 512)
    (folder / "link.raw").symlink_to(folder / "notes.txt")
    machine = open_machine(folder)
    assert machine.name == "db-1"
    assert [disk.name for disk in machine.disks] == ["disk1.raw", "disk2.raw", "disk10.raw"]
    assert machine.firmware == "BIOS"


def test_all_servers_of_a_folder_are_found(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "root.raw").write_bytes(b"x" * 512)
    (tmp_path / "empty").mkdir()
    (tmp_path / "db.raw").write_bytes(b"x" * 512)
    (tmp_path / "elsewhere").symlink_to("/etc")
    found = {machine.name: [disk.name for disk in machine.disks] for machine in machines_in(tmp_path)}
    assert found == {"web": ["root.raw"], "db": ["db.raw"]}
    (tmp_path / "bad.ova").write_bytes(b"no archive")
    refused = {machine.name: machine.refused for machine in machines_in(tmp_path) if machine.refused}
    assert list(refused) == ["bad"]
    assert "no OVA" in refused["bad"]
    with pytest.raises(SourceUnreadable, match="cannot read the folder"):
        list(machines_in(tmp_path / "none"))


@pytest.mark.parametrize(
    ("descriptor", "what"),
    [
        (
            text().replace("<Envelope", "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><Envelope"),
            "DOCTYPE",
        ),
        ("<Envelope>", "cannot be read|can be read"),
        (text().replace("VirtualSystem", "Other"), "describes 0 servers"),
        (text(file=' ovf:compression="gzip"'), "compressed"),
        (text(file=' ovf:chunkSize="1000"'), "compressed"),
        (text(disk=' ovf:parentRef="vmdisk2"'), "rests on another"),
        (text().replace('ovf:fileRef="file1"', ""), "has no file"),
        (text().replace("ovf:/disk/vmdisk1", "ovf:/disk/none"), "not described"),
        (text().replace('href="shop-1.vmdk"', 'href="../secret.vmdk"'), "stands elsewhere"),
        (text().replace('href="shop-1.vmdk"', 'href="http://example.com/x"'), "stands elsewhere"),
    ],
)
def test_a_hostile_descriptor_is_refused(descriptor: str, what: str, tmp_path: Path) -> None:
    (tmp_path / "shop.ovf").write_text(descriptor)
    with pytest.raises(BadImage, match=what):
        open_machine(tmp_path)


def test_a_descriptor_whose_disks_are_missing_says_which(tmp_path: Path) -> None:
    (tmp_path / "shop.ovf").write_text(text())
    with pytest.raises(BadImage, match=r"shop-1\.vmdk"):
        open_machine(tmp_path)


def test_no_ova_is_no_server(tmp_path: Path) -> None:
    path = tmp_path / "shop.ova"
    path.write_bytes(b"no archive" * 100)
    with pytest.raises(BadImage, match="no OVA"):
        open_machine(path)
    with pytest.raises(BadImage, match="no OVF descriptor"):
        open_machine(ova(path, {"readme.txt": b"x"}))


def test_a_member_that_would_end_after_the_archive_is_refused(tmp_path: Path) -> None:
    path = ova(
        tmp_path / "shop.ova", {"shop.ovf": text().encode(), "shop-1.vmdk": bytes(MIB), "shop-2.vmdk": b"x"}
    )
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"shop-1.vmdk\0") + 4096])
    try:
        machine: MachineImage = open_machine(path)
    except BadImage:
        return
    with pytest.raises(BadImage):
        machine.disks[0].open()


def test_bios_is_what_a_descriptor_without_firmware_means() -> None:
    assert read_ovf(text(firmware="bios").encode(), "shop.ovf").firmware == "BIOS"
