"""What VM Import/Export makes of disk images: their formats told apart, their bytes as blocks.

Formats but RAW are read by qemu-img; where it is not installed, the blocks of such a disk are unknown and none is kept.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from tests.servers.aws.blocks import BLOCK, GIB, ZEROS, Disk, Spool

FORMATS = ("OVA", "RAW", "VHD", "VHDX", "VMDK")
_QEMU = {"VHD": "vpc", "VHDX": "vhdx", "VMDK": "vmdk"}


class Unreadable(Exception):
    """An image that VM Import/Export fails on; the text is the task's StatusMessage."""


def _invalid(detail: str) -> Unreadable:
    return Unreadable(f"ClientError: Disk validation failed [{detail}]")


@contextmanager
def s3_object(account: str, bucket: str, key: str) -> Iterator[IO[bytes]]:
    """Yield an object's bytes as a file; raises Unreadable."""
    from moto.s3.models import s3_backends

    try:
        stored: Any = s3_backends[account]["aws"].get_object(bucket, key)
    except Exception:
        stored = None
    if stored is None:
        # Seen at AWS for 403: https://github.com/keithvassallomt/windows10-ec2/issues/3
        raise _invalid("We do not have access to the given resource. Reason 404 Not Found")
    with tempfile.TemporaryFile() as copy:
        with stored.lock:
            stored._value_buffer.seek(0)
            shutil.copyfileobj(stored._value_buffer, copy, BLOCK)
        copy.seek(0)
        yield copy


def check(image: IO[bytes], container: str) -> None:
    """Raise Unreadable for an image that is not of the format it is said to be."""
    image.seek(0)
    if not _IS[container](image):
        name = "OVA format" if container == "OVA" else f"{container} File Format"
        raise _invalid(f"Unsupported {name}")
    image.seek(0)


def _starts(magic: bytes) -> Callable[[IO[bytes]], bool]:
    return lambda image: image.read(len(magic)) == magic


def _is_vmdk(image: IO[bytes]) -> bool:
    """Tell a VMDK that streams: its descriptor stands in the file and says so."""
    return image.read(4) == b"KDMV" and b'createType="streamOptimized"' in image.read(65_536)


def _is_vhd(image: IO[bytes]) -> bool:
    size = image.seek(0, 2)
    image.seek(max(0, size - 512))
    return image.read(8) == b"conectix"


def _is_ova(image: IO[bytes]) -> bool:
    try:
        with tarfile.open(fileobj=image, mode="r:") as archive:
            return any(name.endswith(".ovf") for name in archive.getnames())
    except tarfile.TarError:
        return False


_IS: dict[str, Callable[[IO[bytes]], bool]] = {
    "RAW": lambda image: bool(image.read(1)),
    "VHD": _is_vhd,
    "VHDX": _starts(b"vhdxfile"),
    "VMDK": _is_vmdk,
    "OVA": _is_ova,
}


def disks(image: IO[bytes], container: str, spool: Spool) -> list[Disk]:
    """Return the disks in an image; raises Unreadable."""
    if container == "OVA":
        return [disk for member in _members(image) for disk in disks(member, "VMDK", spool)]
    check(image, container)
    if container == "RAW":
        return [_disk(image, spool)]
    with tempfile.TemporaryDirectory(prefix="smsgen-import-") as name:
        source, raw = Path(name, "image"), Path(name, "raw")
        with source.open("wb") as file:
            shutil.copyfileobj(image, file, BLOCK)
        command = ["qemu-img", "convert", "-f", _QEMU[container], "-O", "raw", source, raw]
        if shutil.which("qemu-img") is None:
            return [Disk(max(1, -(-source.stat().st_size // GIB)))]
        done = subprocess.run([*map(str, command)], capture_output=True, check=False, timeout=600)
        if done.returncode:
            raise Unreadable("ClientError: Uncompressed data has invalid length")
        with raw.open("rb") as file:
            return [_disk(file, spool)]


def _members(image: IO[bytes]) -> Iterator[IO[bytes]]:
    """Yield an OVA's disks, in the archive's order; raises Unreadable."""
    check(image, "OVA")
    with tarfile.open(fileobj=image, mode="r:") as archive:
        for name in archive.getnames():
            if name.rpartition(".")[2].isdigit():
                raise _invalid("OVF file parsing error: OVA with chunked disk files is not supported")
            member = archive.extractfile(name) if name.endswith(".vmdk") else None
            if member:
                yield member


def _disk(image: IO[bytes], spool: Spool) -> Disk:
    size = image.seek(0, 2)
    image.seek(0)
    disk = Disk(max(1, -(-size // GIB)))
    for index in range(-(-size // BLOCK)):
        data = image.read(BLOCK).ljust(BLOCK, b"\0")
        if data != ZEROS:
            disk.own[index] = spool.keep(sha256(data).digest(), data)
    if not disk.own:
        raise Unreadable("ClientError: No valid partitions. Not a valid volume.")
    return disk
