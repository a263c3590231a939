"""Images that are made to harm: refused before a byte of their disks is read, and in little memory."""

import os
import random
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smsgen.errors import SmsgenError
from smsgen.operations.ports.disks import BadImage
from smsgen.sources.disk_image import open_image
from tests.sources.images import BLOCK, KINDS, MIB, convert, descriptors, needs_qemu, qemu, write_sparse

SECRET = b"root:x:0:0:a file of this machine"


def patched(path: Path, *patches: tuple[int, bytes]) -> Path:
    with path.open("r+b") as file:
        for offset, content in patches:
            file.seek(offset if offset >= 0 else path.stat().st_size + offset)
            file.write(content)
    return path


def made(tmp_path: Path, kind: str, *, size: int = 8 * MIB) -> Path:
    raw = write_sparse(tmp_path / "disk.raw", size, pieces=12)
    return convert(raw, tmp_path / f"image{KINDS[kind].ending}", KINDS[kind])


def qcow2(
    path: Path,
    *,
    size: int = 8 * MIB,
    backing: int = 0,
    bits: int = 16,
    crypt: int = 0,
    l1: int = 1,
    incompatible: int = 0,
    version: int = 3,
    l1_table: tuple[int, ...] = (2 << 16,),
    l2_table: tuple[int, ...] = (),
    length: int = 1 << 20,
) -> Path:
    """A qcow2 image: the header in cluster 0, its table in 1, a table of clusters in 2, data from 3."""
    header = struct.pack(
        ">4sIQIIQIIQQIIQQQQII",
        *(b"QFI\xfb", version, backing, 8, bits, size, crypt, l1, 1 << 16, 0, 0, 0, 0),
        *(incompatible, 0, 0, 4, 112),
    )
    with path.open("wb") as file:
        file.truncate(length)
        file.write(header)
        file.seek(1 << 16)
        file.write(struct.pack(f">{len(l1_table)}Q", *l1_table))
        file.seek(2 << 16)
        file.write(struct.pack(f">{len(l2_table)}Q", *l2_table))
    return path


C = 1 << 16
QCOW2 = {
    "rests on another": {"backing": 512},
    "keeps its data in another file": {"incompatible": 4},
    "marked corrupt": {"incompatible": 2},
    "features of qcow2": {"incompatible": 16},
    "is encrypted": {"crypt": 2},
    r"clusters of 2\^40": {"bits": 40},
    "none of that size|has 0 bytes": {"size": 0},
    "EBS|18,446,744,073,709,551,615 bytes": {"size": 2**64 - 1},
    "does not fit its disk": {"size": 1 << 40, "l1": 1},
    "table of 4,294,967,295 entries": {"l1": 2**32 - 1},
    "version 2 or 3": {"version": 4},
    "where no cluster begins": {"l1_table": ((2 << 16) + 512,)},
    "the table of tables would end": {"size": 64 << 40, "l1": 131_072},
    "would end at byte": {"l1_table": (1 << 50,)},
    "a cluster would end": {"l2_table": (1 << 55,)},
    "two places of the disk at one": {"l2_table": (3 * C, 4 * C, 3 * C)},
    "a compressed cluster would end": {"l2_table": (1 << 62 | 1 << 40,)},
}


@pytest.mark.parametrize("what", QCOW2)
def test_a_hostile_qcow2_is_refused(what: str, tmp_path: Path) -> None:
    before = len(list(descriptors()))
    with pytest.raises(BadImage, match=what):
        open_image(qcow2(tmp_path / "image.qcow2", **QCOW2[what]))  # type: ignore[arg-type] # of the table above
    assert len(list(descriptors())) == before


def test_the_crafted_qcow2_is_one_without_the_fault(tmp_path: Path) -> None:
    image = open_image(qcow2(tmp_path / "image.qcow2", l2_table=(3 * C, 0, 4 * C)))
    assert image.size == 8 * MIB
    image.release()


def test_more_data_than_the_file_holds_is_refused(tmp_path: Path) -> None:
    """One table of clusters for all of the disk: a small file that says it is large."""
    tables = (2 << 16,) * 64
    table = tuple((3 + n) * C for n in range(8))
    path = qcow2(tmp_path / "image.qcow2", size=64 * 512 * MIB, l1=64, l1_table=tables, l2_table=table)
    with pytest.raises(BadImage, match=r"two places of the disk|more data than the file holds"):
        open_image(path)


def test_a_cluster_that_inflates_without_end_is_cut_off(tmp_path: Path) -> None:
    import zlib

    deflate = zlib.compressobj(9, zlib.DEFLATED, -12)
    bomb = deflate.compress(bytes(64 * MIB)) + deflate.flush()
    path = qcow2(tmp_path / "image.qcow2", l2_table=(1 << 62 | 127 << 54 | 3 * C,))
    patched(path, (3 * C, bomb))
    image = open_image(path)
    tracemalloc.start()
    assert image.read(0, C) == bytes(C)
    assert tracemalloc.get_traced_memory()[1] < 4 * MIB
    tracemalloc.stop()
    image.release()


@pytest.mark.parametrize("compressed", [b"", b"\xff" * 512])
def test_a_cluster_that_does_not_inflate_is_an_error(compressed: bytes, tmp_path: Path) -> None:
    image = open_image(
        patched(qcow2(tmp_path / "image.qcow2", l2_table=(1 << 62 | 3 * C,)), (3 * C, compressed))
    )
    with pytest.raises(BadImage, match="damaged"):
        image.read(0, 512)
    image.release()


# --- VMDK -----------------------------------------------------------------------------------------------------------

DESCRIPTOR = """# Disk DescriptorFile
version=1
CID=12345678
parentCID=ffffffff
createType="{kind}"

# Extent description
{extents}
"""


def descriptor(path: Path, *extents: str, kind: str = "monolithicFlat", more: str = "") -> Path:
    path.write_text(DESCRIPTOR.format(kind=kind, extents="\n".join(extents)) + more)
    return path


VMDK = {
    "an extent elsewhere: '/etc/passwd'": 'RW 8 FLAT "/etc/passwd" 0',
    "an extent elsewhere: '../secret'": 'RW 8 FLAT "../secret" 0',
    "an extent elsewhere: '..'": 'RW 8 FLAT ".." 0',
    "an extent elsewhere: ''": 'RW 8 FLAT "" 0',
    r"an extent elsewhere: 'C:\\": 'RW 8 FLAT "C:\\secret" 0',
    "is a symbolic link": 'RW 1 FLAT "link" 0',
    "not a regular file": 'RW 1 FLAT "pipe" 0',
    "No such file": 'RW 1 FLAT "none" 0',
    "the disk would end at byte": 'RW 999999 FLAT "short" 0',
    "kind VMFSRDM": 'RW 8 VMFSRDM "short" 0',
    "kind VMFSSPARSE": 'RW 8 VMFSSPARSE "short" 0',
    "no sparse VMDK": 'RW 8 SPARSE "short"',
    "says that its disk has": f"RW {10**17} ZERO",
    "names no extents": "",
    "rests on another image": 'RW 1 FLAT "short" 0\nparentFileNameHint="base.vmdk"',
    "more data than the file holds": 'RW 1 FLAT "short" 0\n' * 9,
}


@pytest.mark.parametrize("what", VMDK)
def test_a_hostile_descriptor_is_refused(what: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(SECRET * 1000)
    folder = tmp_path / "vm"
    folder.mkdir()
    (folder / "short").write_bytes(bytes(1024))
    (folder / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "pipe")
    before = len(list(descriptors()))
    with pytest.raises(SmsgenError, match=what):
        open_image(descriptor(folder / "disk.vmdk", VMDK[what]))
    assert len(list(descriptors())) == before


def test_a_snapshots_disk_is_refused(tmp_path: Path) -> None:
    path = descriptor(tmp_path / "disk.vmdk", "RW 1 ZERO")
    path.write_text(path.read_text().replace("parentCID=ffffffff", "parentCID=0badcafe"))
    with pytest.raises(BadImage, match="rests on another image"):
        open_image(path)


@needs_qemu
def test_a_sparse_file_whose_descriptor_names_others_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path, "vmdk")
    text = DESCRIPTOR.format(kind="monolithicFlat", extents='RW 16384 FLAT "/etc/passwd" 0')
    with pytest.raises(BadImage, match="names other files than itself"):
        open_image(patched(path, (512, text.encode().ljust(10_240, b"\0"))))


@needs_qemu
@pytest.mark.parametrize(
    ("kind", "patches", "what"),
    [
        ("vmdk", ((12, struct.pack("<Q", 1 << 50)),), "says that its disk has"),
        ("vmdk", ((12, struct.pack("<Q", 1 << 36)),), "would end at byte"),
        ("vmdk", ((20, struct.pack("<Q", 3)),), "grains of 3 sectors"),
        ("vmdk", ((44, struct.pack("<I", 0)),), "tables of 0 grains"),
        ("vmdk", ((44, struct.pack("<I", 2**32 - 1)),), "tables of 4,294,967,295 grains"),
        ("vmdk, streamOptimized", ((56, b"\xff" * 8),), "no sparse VMDK"),
        ("vmdk, streamOptimized", ((77, b"\7\0"),), "compression"),
        ("vhd", ((0, b"x"), (-512, b"x")), "does not end with"),
        ("vhd", ((-512 + 60, struct.pack(">I", 4)),), "checksum"),
        ("vhdx", ((0, b"x"),), "no header"),
        ("vhdx", ((65_536, b"x" * 4096), (131_072, b"x" * 4096)), "no header"),
        ("vhdx", ((192 << 10, b"x"), (256 << 10, b"x")), "regions are damaged"),
    ],
)
def test_a_damaged_image_is_refused(
    kind: str, patches: tuple[tuple[int, bytes], ...], what: str, tmp_path: Path
) -> None:
    with pytest.raises(BadImage, match=what):
        open_image(patched(made(tmp_path, kind), *patches))


@needs_qemu
@pytest.mark.parametrize("kind", ["qcow2", "vmdk", "vhd", "vhdx", "vmdk, streamOptimized", "vhd, fixed"])
def test_an_image_that_was_cut_off_is_refused(kind: str, tmp_path: Path) -> None:
    path = made(tmp_path, kind)
    os.truncate(path, path.stat().st_size * 2 // 3)
    with pytest.raises(BadImage):
        open_image(path)


@needs_qemu
@pytest.mark.parametrize(
    ("create", "name"),
    [
        (("-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2"), "top.qcow2"),
        (("-f", "qcow2", "-o", "data_file=data.raw", "8M"), "top.qcow2"),
        (("-f", "vmdk", "-b", "base.vmdk", "-F", "vmdk"), "top.vmdk"),
    ],
)
def test_what_rests_on_other_files_is_refused(
    create: tuple[str, ...], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    qemu("create", "-q", "-f", "qcow2", "base.qcow2", "8M")
    qemu("create", "-q", "-f", "vmdk", "base.vmdk", "8M")
    options = [one for one in create if not one.endswith("M")]
    qemu("create", "-q", *options, name, *(one for one in create if one.endswith("M")))
    with pytest.raises(BadImage, match="another"):
        open_image(name)


@needs_qemu
def test_a_directory_at_the_end_is_found_by_the_footer(tmp_path: Path) -> None:
    """As ESXi writes streamOptimized disks: the header does not tell yet where the directory will be."""
    path = made(tmp_path, "vmdk, streamOptimized")
    header = path.read_bytes()[:512]
    before = open_image(path)
    with path.open("ab") as file:
        file.write(struct.pack("<QII", 1, 0, 3).ljust(512, b"\0") + header + bytes(512))
    patched(path, (56, b"\xff" * 8))
    image = open_image(path)
    assert list(image.allocated()) == list(before.allocated())
    assert image.read(0, 8 * MIB) == before.read(0, 8 * MIB)
    image.release()
    before.release()
    with pytest.raises(BadImage, match="does not tell where"):
        open_image(patched(path, (-1024 + 56, b"\xff" * 8)))


def checksummed(block: bytearray, at: int) -> bytes:
    block[at : at + 4] = bytes(4)
    block[at : at + 4] = (~sum(block) & 0xFFFF_FFFF).to_bytes(4)
    return bytes(block)


@needs_qemu
def test_a_differencing_vhd_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path, "vhd")
    footer = bytearray(path.read_bytes()[-512:])
    footer[60:64] = (4).to_bytes(4)
    with pytest.raises(BadImage, match="differencing disk"):
        open_image(patched(path, (-512, checksummed(footer, 64))))


@needs_qemu
@pytest.mark.parametrize("block", [0, 3, 1 << 31])
def test_a_vhd_with_absurd_blocks_is_refused(block: int, tmp_path: Path) -> None:
    path = made(tmp_path, "vhd")
    header = bytearray(path.read_bytes()[512:1536])
    header[32:36] = block.to_bytes(4)
    with pytest.raises(BadImage, match="none of VHD's"):
        open_image(patched(path, (512, checksummed(header, 36))))


@needs_qemu
def test_a_sector_that_a_dynamic_vhd_never_wrote_is_zeros(tmp_path: Path) -> None:
    raw = tmp_path / "disk.raw"
    raw.write_bytes(b"x" * 4 * MIB)
    path = convert(raw, tmp_path / "image.vhd", KINDS["vhd"])
    content = path.read_bytes()
    first = int.from_bytes(content[1536:1540]) * 512
    image = open_image(patched(path, (first, b"\x00\x0f")))
    assert image.read(0, 17 * 512) == bytes(12 * 512) + b"x" * 5 * 512
    image.release()


@needs_qemu
def test_a_vhdx_that_was_not_closed_well_is_refused(tmp_path: Path) -> None:
    from smsgen.sources.vhdx import _crc32c

    path = made(tmp_path, "vhdx")
    for offset in (65_536, 131_072):
        header = bytearray(path.read_bytes()[offset : offset + 4096])
        header[48:64] = b"L" * 16
        header[4:8] = bytes(4)
        header[4:8] = _crc32c(bytes(header)).to_bytes(4, "little")
        patched(path, (offset, bytes(header)))
    with pytest.raises(BadImage, match="log waits"):
        open_image(path)


def test_the_crc_is_castagnolis() -> None:
    from smsgen.sources.vhdx import _crc32c

    assert _crc32c(b"123456789") == 0xE3069283


def test_a_raw_disk_that_begins_like_qcow2_stays_a_raw_disk(tmp_path: Path) -> None:
    path = qcow2(tmp_path / "disk.raw", backing=512)
    image = open_image(path)
    assert image.size == path.stat().st_size
    image.release()
    with pytest.raises(BadImage, match="begins like qcow2"):
        open_image(path.rename(tmp_path / "disk.img"))


# --- Any bytes ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("small")
    raw = write_sparse(folder / "disk.raw", 2 * MIB, pieces=6)
    kinds = [kind for kind in KINDS if kind != "raw" and "2 GB" not in kind and "flat" not in kind]
    return {
        kind: convert(raw, folder / f"{kind}{KINDS[kind].ending}", KINDS[kind]).read_bytes() for kind in kinds
    }


@needs_qemu
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32), count=st.integers(1, 6), data=st.data())
def test_any_damage_ends_in_bytes_or_in_an_error(
    seed: int, count: int, data: st.DataObject, small: dict[str, bytes], tmp_path: Path
) -> None:
    kind = data.draw(st.sampled_from(sorted(small)))
    content = bytearray(small[kind])
    chance = random.Random(seed)
    places: list[Callable[[], int]] = [
        lambda: chance.randrange(512),
        lambda: chance.randrange(min(len(content), 2 * MIB)),
        lambda: len(content) - 1 - chance.randrange(min(len(content), 1536)),
    ]
    for _ in range(count):
        at = chance.choice(places)()
        piece = chance.choice([bytes(8), b"\xff" * 8, chance.randbytes(4), b"\1"])
        content[at : at + len(piece)] = piece
    path = tmp_path / f"image{KINDS[kind].ending}"
    path.write_bytes(content)
    try:
        image = open_image(path)
    except SmsgenError:
        return
    try:
        for extent in image.allocated():
            for start in range(extent.start, extent.start + extent.length, BLOCK):
                assert image.read(start, min(BLOCK, image.size - start))
    except SmsgenError:
        pass
    finally:
        image.release()
