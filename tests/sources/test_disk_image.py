"""Images of every format, against what qemu-img makes of them."""

import random
import re
from pathlib import Path

import pytest

from smsgen.operations.ports.disks import BadImage, Extent, SourceChanged, SourceUnreadable
from smsgen.sources.disk_image import open_image
from tests.sources.images import KINDS, MIB, convert, needs_qemu, only_allocated, qemu, whole, write_sparse


@needs_qemu
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [16 * MIB, 33 * MIB + 1024])
def test_an_image_reads_as_qemu_reads_it(kind: str, size: int, tmp_path: Path) -> None:
    raw = write_sparse(tmp_path / "disk.raw", size, seed=size)
    path = convert(raw, tmp_path / f"image{KINDS[kind].ending}", KINDS[kind])
    qemu("convert", "-f", KINDS[kind].options[1], "-O", "raw", path, tmp_path / "qemu.raw")
    expected = (tmp_path / "qemu.raw").read_bytes()
    image = open_image(path)
    assert image.size == len(expected)
    assert whole(image) == expected
    assert only_allocated(image) == expected
    image.release()


@needs_qemu
@pytest.mark.parametrize("kind", KINDS)
def test_a_piece_of_any_length_reads_as_it_stands(kind: str, tmp_path: Path) -> None:
    raw = write_sparse(tmp_path / "disk.raw", 8 * MIB, pieces=12)
    expected = raw.read_bytes()
    image = open_image(convert(raw, tmp_path / f"image{KINDS[kind].ending}", KINDS[kind]))
    chance = random.Random(7)
    for _ in range(200):
        start = chance.randrange(len(expected))
        length = min(chance.choice([1, 3, 512, 70_000, 3 * MIB]), len(expected) - start)
        assert image.read(start, length) == expected[start : start + length]
    image.release()


@needs_qemu
@pytest.mark.parametrize("kind", KINDS)
def test_little_more_is_read_than_is_allocated(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = write_sparse(tmp_path / "disk.raw", 64 * MIB, pieces=60)
    image = open_image(convert(raw, tmp_path / f"image{KINDS[kind].ending}", KINDS[kind]))
    allocated = sum(extent.length for extent in image.allocated())
    bytes_read = 0

    def counted(file: int, length: int, offset: int) -> bytes:
        nonlocal bytes_read
        content = pread(file, length, offset)
        bytes_read += len(content)
        return content

    from os import pread

    monkeypatch.setattr("os.pread", counted)
    whole(image)
    assert bytes_read <= allocated * 1.05 + 1 * MIB  # tables, for an image as small as this
    image.release()


@needs_qemu
def test_an_image_of_nothing_has_nothing_allocated(tmp_path: Path) -> None:
    for kind in KINDS.values():
        path = tmp_path / f"empty{kind.ending}"
        if "raw" in kind.options or any(re.search("fixed|prealloc|Flat", one) for one in kind.options):
            continue  # qemu-img writes the first 4 KiB of what is as large as its disk
        qemu("create", "-q", "-f", kind.options[1], *(o for o in kind.options[2:] if o != "-c"), path, "1G")
        image = open_image(path)
        assert list(image.allocated()) == [], kind
        image.release()
        for made in tmp_path.iterdir():
            made.unlink()


def test_holes_of_a_raw_disk_are_not_allocated(tmp_path: Path) -> None:
    path = tmp_path / "disk.raw"
    with path.open("wb") as file:
        file.truncate(64 * MIB)
        file.seek(8 * MIB)
        file.write(b"x" * 4096)
    image = open_image(path)
    assert list(image.allocated()) == [Extent(8 * MIB, 4096)]
    assert image.read(8 * MIB - 1, 3) == b"\0xx"
    assert image.changed(image.mark) is None
    image.release()
    image.release()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda path: path.open("r+b").write(b"y"), "written to"),
        (lambda path: path.open("ab").write(b"y"), "written to"),
        (lambda path: path.rename(path.with_suffix(".old")), "written to|gone"),
        (lambda path: path.write_bytes(b""), "written to"),
    ],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_disk_that_changes_is_noticed(change: object, what: str, tmp_path: Path) -> None:
    path = tmp_path / "disk.raw"
    path.write_bytes(b"x" * MIB)
    image = open_image(path)
    image.check()
    before = image.mark
    change(path)  # type: ignore[operator] # a function of the table above
    with pytest.raises(SourceChanged, match=what):
        image.check()
    image.release()
    if path.exists() and path.stat().st_size:
        again = open_image(path)
        assert again.mark != before
        again.release()


def test_a_disk_that_became_shorter_is_noticed_by_the_read(tmp_path: Path) -> None:
    path = tmp_path / "disk.raw"
    path.write_bytes(b"x" * MIB)
    image = open_image(path)
    with path.open("r+b") as file:
        file.truncate(10)
    with pytest.raises(SourceChanged):
        image.storages[0].read(0, MIB)
    image.release()


def test_what_is_no_file_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="No such file"):
        open_image(tmp_path / "none.raw")
    with pytest.raises(BadImage, match="not a regular file"):
        open_image(tmp_path, format="RAW")
    (tmp_path / "disk.iso").write_bytes(b"x")
    with pytest.raises(BadImage, match="does not tell its format"):
        open_image(tmp_path / "disk.iso")
    (tmp_path / "disk.raw").write_bytes(b"")
    with pytest.raises(BadImage, match="0 bytes"):
        open_image(tmp_path / "disk.raw")
