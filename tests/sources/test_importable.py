"""Files for ImportImage: images as they are, and dynamic VHDs that are made up as they are read."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.operations.ports.disks import DiskFile, Extent, SourceChanged
from smsgen.sources import importable as rules
from smsgen.sources.disk_image import open_image
from smsgen.sources.dynamic_vhd import DynamicVhd
from smsgen.sources.importable import importable
from tests.sources.images import KINDS, MIB, convert, needs_qemu, qemu, write_sparse

AS_THEY_ARE = {
    "vhd": "VHD",
    "vhd, fixed": "VHD",
    "vhdx": "VHDX",
    "vhdx, fixed": "VHDX",
    "vhdx, blocks of 1 MiB": "VHDX",
    "vmdk, streamOptimized": "VMDK",
}
NAMES = {"RAW": "raw", "VHD": "vpc", "VHDX": "vhdx", "VMDK": "vmdk"}


def written(file: DiskFile, path: Path, piece: int = 700_001) -> Path:
    """The file, as it would be uploaded."""
    content = file.content
    with path.open("wb") as target:
        for at in range(0, content.length, piece):
            target.write(content.read(at, min(piece, content.length - at)))
    return path


@needs_qemu
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_uploaded_holds_the_disk_bit_for_bit(kind: str, tmp_path: Path) -> None:
    raw = write_sparse(tmp_path / "disk.raw", 48 * MIB + 512)
    path = convert(raw, tmp_path / f"image{KINDS[kind].ending}", KINDS[kind])
    file = importable(open_image(path), path.name)
    assert file.format == AS_THEY_ARE.get(kind, "VHD")
    if kind in AS_THEY_ARE:
        assert file.content.length == path.stat().st_size
    upload = written(file, tmp_path / "upload")
    file.content.check()
    file.content.close()
    back = tmp_path / "back.raw"
    qemu("convert", "-f", NAMES[file.format], "-O", "raw", upload, back)
    assert back.read_bytes() == raw.read_bytes()


def test_a_raw_disk_without_holes_goes_as_it_is_and_with_holes_takes_no_room_for_them(tmp_path: Path) -> None:
    path = tmp_path / "disk.raw"
    path.write_bytes(random.Random(1).randbytes(3 * MIB + 5))
    file = importable(open_image(path), "disk.raw")
    assert (file.format, file.content.length) == ("RAW", 3 * MIB + 5)
    with path.open("r+b") as sparse:
        sparse.truncate(1 << 40)
    file = importable(open_image(path), "disk.raw")
    assert file.format == "VHD"
    assert file.content.length < 8 * MIB


def test_what_is_too_large_for_a_vhd_goes_as_raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "LARGEST", MIB)
    path = tmp_path / "disk.raw"
    with path.open("wb") as sparse:
        sparse.write(b"data")
        sparse.truncate(4 * MIB)
    file = importable(open_image(path), "disk.raw")
    assert (file.format, file.content.length) == ("RAW", 4 * MIB)
    assert file.content.read(0, 6) == b"data\0\0"
    with path.open("ab") as sparse:
        sparse.write(b"more")
    with pytest.raises(SourceChanged):
        file.content.check()


class Disk:
    """A disk with data where it says."""

    mark = "1"

    def __init__(self, size: int, extents: list[Extent]) -> None:
        self.size = size
        self._extents = extents

    def allocated(self) -> Iterator[Extent]:
        return iter(self._extents)

    def changed(self, since: str) -> None:
        return None

    def read(self, start: int, length: int) -> bytes:
        assert start >= 0
        assert start + length <= self.size
        return bytes((start + at) // 1000 % 251 for at in range(length))

    def check(self) -> None: ...

    def release(self) -> None: ...


@given(st.data())
def test_any_piece_reads_as_in_the_whole(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 9 * MIB))
    starts = sorted(data.draw(st.sets(st.integers(0, size - 1), min_size=1, max_size=4)))
    extents = [
        Extent(start, min(100_000, stop - start))
        for start, stop in zip(starts, [*starts[1:], size], strict=True)
    ]
    file = DynamicVhd(Disk(size, extents), "disk")
    offset = data.draw(st.integers(0, file.length - 1))
    length = data.draw(st.integers(1, min(file.length - offset, 5000)))
    middle = offset + length // 2
    assert len(file.read(offset, length)) == length
    assert file.read(offset, length) == file.read(offset, middle - offset) + file.read(
        middle, offset + length - middle
    )
    assert file.length % 512 == 0


def test_a_vhd_of_a_large_disk_takes_little_memory() -> None:
    source = Disk(2 << 40, [Extent(at << 30, 4096) for at in range(2040)])
    source.size = 2040 << 30
    tracemalloc.start()
    file = DynamicVhd(source, "disk")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 * MIB
    assert len(file.read(file.length - 512, 512)) == 512
