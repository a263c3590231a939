"""Disk images for tests: made by qemu-img, which also says what each of them holds."""

import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from smsgen.sources.disk_image import DiskImage

MIB = 1 << 20
BLOCK = 512 << 10

needs_qemu = pytest.mark.skipif(
    shutil.which("qemu-img") is None, reason="qemu-img makes these images (Debian: qemu-utils)"
)


class Kind(NamedTuple):
    """A way to write an image: the ending of its name, and what qemu-img is told."""

    ending: str
    options: tuple[str, ...]


KINDS = {
    "raw": Kind(".raw", ("-O", "raw")),
    "qcow2": Kind(".qcow2", ("-O", "qcow2")),
    "qcow2, version 2": Kind(".qcow2", ("-O", "qcow2", "-o", "compat=0.10")),
    "qcow2, clusters of 512 bytes": Kind(".qcow2", ("-O", "qcow2", "-o", "cluster_size=512")),
    "qcow2, clusters of 2 MiB": Kind(".qcow2", ("-O", "qcow2", "-o", "cluster_size=2M")),
    "qcow2, deflated": Kind(".qcow2", ("-O", "qcow2", "-c")),
    "qcow2, deflated, clusters of 2 MiB": Kind(".qcow2", ("-O", "qcow2", "-c", "-o", "cluster_size=2M")),
    "qcow2, zstd": Kind(".qcow2", ("-O", "qcow2", "-c", "-o", "compression_type=zstd")),
    "qcow2, preallocated": Kind(".qcow2", ("-O", "qcow2", "-o", "preallocation=metadata")),
    "vmdk": Kind(".vmdk", ("-O", "vmdk")),
    "vmdk, streamOptimized": Kind(".vmdk", ("-O", "vmdk", "-o", "subformat=streamOptimized")),
    "vmdk, zeroed grains": Kind(".vmdk", ("-O", "vmdk", "-o", "zeroed_grain=on")),
    "vmdk, flat": Kind(".vmdk", ("-O", "vmdk", "-o", "subformat=monolithicFlat")),
    "vmdk, 2 GB, sparse": Kind(".vmdk", ("-O", "vmdk", "-o", "subformat=twoGbMaxExtentSparse")),
    "vmdk, 2 GB, flat": Kind(".vmdk", ("-O", "vmdk", "-o", "subformat=twoGbMaxExtentFlat")),
    "vhd": Kind(".vhd", ("-O", "vpc", "-o", "force_size=on")),
    "vhd, fixed": Kind(".vhd", ("-O", "vpc", "-o", "subformat=fixed,force_size=on")),
    "vhdx": Kind(".vhdx", ("-O", "vhdx")),
    "vhdx, fixed": Kind(".vhdx", ("-O", "vhdx", "-o", "subformat=fixed")),
    "vhdx, blocks of 1 MiB": Kind(".vhdx", ("-O", "vhdx", "-o", "block_size=1M")),
}
"""Name -> how it is written."""


def qemu(*arguments: str | Path) -> str:
    """Run qemu-img; give what it prints."""
    done = subprocess.run(["qemu-img", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_sparse(path: Path, size: int, *, seed: int = 1, pieces: int = 40) -> Path:
    """Write a RAW disk with data here and there: some that compresses, some that does not, zeros that are written."""
    chance = random.Random(seed)
    with path.open("wb") as file:
        file.truncate(size)
        for number in range(pieces):
            start = chance.randrange(size)
            length = min(chance.choice([1, 511, 4096, 65_536, 300_000, 2 * MIB]), size - start)
            kind = (lambda n: b"text of a file " * (n // 15 + 1), chance.randbytes, bytes)[number % 3]
            file.seek(start)
            file.write(kind(length)[:length])
    return path


def convert(raw: Path, to: Path, kind: Kind) -> Path:
    """Write an image of this kind from a RAW disk."""
    qemu("convert", "-f", "raw", *kind.options, raw, to)
    return to


def whole(image: DiskImage) -> bytes:
    """Return all of a disk, read by blocks of EBS's size."""
    return b"".join(
        image.read(start, min(BLOCK, image.size - start)) for start in range(0, image.size, BLOCK)
    )


def only_allocated(image: DiskImage) -> bytes:
    """Return the disk with nothing but what `allocated` tells."""
    content = bytearray(image.size)
    for extent in image.allocated():
        content[extent.start : extent.start + extent.length] = image.read(extent.start, extent.length)
    return bytes(content)


def descriptors() -> Iterator[str]:
    """Yield the file descriptors of this process that are open."""
    yield from map(str, Path("/proc/self/fd").iterdir())
