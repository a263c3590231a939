"""Copies of real images to the stand-in for EBS direct: every format, every fault, and workers that are killed."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from smsgen.aws.clients import AwsSettings, Clients
from smsgen.aws.ebs.disks import EbsSnapshots
from smsgen.errors import SmsgenError
from smsgen.local.clock import SystemClock
from smsgen.local.manifests import FolderManifests
from smsgen.operations.ports.disks import SourceChanged
from smsgen.operations.replication.copy import copy_disk
from smsgen.operations.replication.flight import Flight, Line
from smsgen.operations.replication.records import CopyRequest, CopyResult, CopyWorld
from smsgen.sources.disk_image import open_image
from smsgen.sources.machine import open_machine

pytest.importorskip("moto.server", reason="moto comes with smsgen[dev]")
from tests.servers.aws import Aws, AwsProcess, running, started
from tests.sources.images import BLOCK, KINDS, MIB, convert, needs_qemu, write_sparse
from tests.sources.test_machine import text as descriptor

GIB = 1 << 30
IN_FLIGHT = 8
STRETCH = 32
"""Blocks of a stretch of the journal in what is killed: a smaller disk then has several."""

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Aws]:
    with running() as aws:
        yield aws


@pytest.fixture
def aws(server: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    server.control.begin_anew()
    server.control.limit(puts_per_second=0, snapshot_puts_per_second=0)
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    return server


def world(url: str, folder: Path) -> CopyWorld:
    clock = SystemClock()
    clients = Clients(AwsSettings(region="eu-central-1", endpoint_url=url))
    return CopyWorld(
        EbsSnapshots(clients),
        FolderManifests(folder),
        clock,
        Flight(IN_FLIGHT),
        Line(clock),
        in_flight=IN_FLIGHT,
    )


def copy(path: Path, site: CopyWorld, run: str = "1", base: str = "", **more: int) -> CopyResult:
    image = open_machine(path).disks[0].open() if path.suffix == ".ova" else open_image(path)
    try:
        return copy_disk(CopyRequest("sms-job-1/sda", run, base, **more), image, site)  # type: ignore[arg-type] # any field
    finally:
        image.release()


def differences(aws: Aws, result: CopyResult, raw: Path) -> list[int]:
    with raw.open("rb") as file:
        return aws.control.read_back(result.snapshot_id).differences(file)


def written(raw: Path, path: Path, kind: str) -> None:
    """Write an image of a kind from a RAW disk; an OVA holds a streamed VMDK."""
    if kind == "ova":
        (path.parent / "shop.ovf").write_text(descriptor())
        second = write_sparse(path.parent / "second.raw", MIB)
        with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
            archive.add(path.parent / "shop.ovf", "shop.ovf")
            for name, disk in (("shop-1.vmdk", raw), ("shop-2.vmdk", second)):
                convert(disk, path.parent / name, KINDS["vmdk, streamOptimized"])
                archive.add(path.parent / name, name)
    elif kind != "raw":
        convert(raw, path, KINDS[kind])


@needs_qemu
@pytest.mark.parametrize(
    "kind",
    [
        "raw",
        "qcow2",
        "qcow2, deflated",
        "qcow2, zstd",
        "vmdk",
        "vmdk, streamOptimized",
        "vmdk, flat",
        "vmdk, 2 GB, sparse",
        "ova",
        "vhd",
        "vhd, fixed",
        "vhdx",
    ],
)
def test_a_large_sparse_image_becomes_a_snapshot_bit_for_bit_and_then_only_what_changed(
    kind: str, aws: Aws, tmp_path: Path
) -> None:
    raw = write_sparse(tmp_path / "disk.raw", 4 * GIB, pieces=60)
    path = raw if kind == "raw" else tmp_path / f"image{'.ova' if kind == 'ova' else KINDS[kind].ending}"
    site = world(aws.url, tmp_path / "manifests")
    written(raw, path, kind)
    first = copy(path, site, verify_every=5)
    assert differences(aws, first, raw) == []
    again = copy(path, site, "2", first.manifest)
    assert aws.control.writes(again.snapshot_id) == {}
    assert differences(aws, again, raw) == []
    changed = sorted(random.Random(3).sample(range(4 * GIB // BLOCK), 82))  # 1 %
    with raw.open("r+b") as file:
        for index in changed:
            file.seek(index * BLOCK + 4096)
            file.write(b"changed %d" % index)
    written(raw, path, kind)
    third = copy(path, site, "3", again.manifest, verify_every=1)
    assert sorted(aws.control.writes(third.snapshot_id)) == changed
    assert differences(aws, third, raw) == []


@needs_qemu
def test_what_becomes_zeros_is_sent_once_and_only_where_there_was_data(aws: Aws, tmp_path: Path) -> None:
    raw = tmp_path / "disk.raw"
    raw.write_bytes(b"x" * 4 * BLOCK)
    site = world(aws.url, tmp_path / "manifests")
    first = copy(raw, site)
    with raw.open("r+b") as file:
        file.write(bytes(BLOCK))
        file.truncate(3 * BLOCK)
    second = copy(raw, site, "2", first.manifest)
    assert sorted(aws.control.writes(second.snapshot_id)) == [0, 3]
    assert differences(aws, second, raw) == []
    third = copy(raw, site, "3", second.manifest)
    assert aws.control.writes(third.snapshot_id) == {}


def test_a_copy_outlives_every_fault_that_passes(aws: Aws, tmp_path: Path) -> None:
    raw = write_sparse(tmp_path / "disk.raw", 64 * MIB, pieces=30)
    aws.control.limit(visible_after=1.5, completion_seconds=1.0)
    for kind, every in (("throttle", 7), ("error", 11), ("reset", 13), ("lost", 17)):
        aws.control.fail("ebs:PutSnapshotBlock", kind, at=every, every=every, times=4)
    aws.control.fail("ebs:PutSnapshotBlock", "throttle", at=5, times=3, reason="RESOURCE_LEVEL_THROTTLE")
    aws.control.fail("ebs:StartSnapshot", "lost")
    aws.control.fail("ebs:CompleteSnapshot", "lost")
    result = copy(raw, world(aws.url, tmp_path / "manifests"))
    assert differences(aws, result, raw) == []
    assert aws.control.count("ebs:StartSnapshot") == 2


def test_a_rate_of_aws_is_kept_to(aws: Aws, tmp_path: Path) -> None:
    raw = tmp_path / "disk.raw"
    raw.write_bytes(random.Random(1).randbytes(100 * BLOCK))
    aws.control.limit(snapshot_puts_per_second=40)
    result = copy(raw, world(aws.url, tmp_path / "manifests"))
    assert differences(aws, result, raw) == []


def test_an_image_that_grows_or_changes_meanwhile_becomes_no_snapshot(aws: Aws, tmp_path: Path) -> None:
    raw = tmp_path / "disk.raw"
    raw.write_bytes(b"x" * 8 * BLOCK)
    image = open_image(raw)
    request = CopyRequest("sms-job-1/sda", "1")
    site = world(aws.url, tmp_path / "manifests")

    def grow(_: object) -> None:
        with raw.open("ab") as file:
            file.write(b"y" * BLOCK)

    with pytest.raises(SourceChanged):
        copy_disk(request, image, site, report=grow)
    image.release()
    assert aws.control.count("ebs:CompleteSnapshot") == 0
    assert differences(aws, copy(raw, site), raw) == []


# --- Kills ----------------------------------------------------------------------------------------------------------

WORKER = """
import sys
from pathlib import Path
from smsgen.operations.replication import journal
from tests.aws.test_copy_e2e import STRETCH, copy, world
journal.MOST_PUT = STRETCH
path, url, folder = sys.argv[1:]
result = copy(Path(path), world(url, Path(folder)))
print(result.snapshot_id)
"""


@pytest.fixture(scope="module")
def far() -> Iterator[AwsProcess]:
    """The stand-in in a process of its own."""
    with started() as aws:
        yield aws


def worker(raw: Path, url: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(raw), url, str(folder)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, **CREDENTIALS},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_worker_that_is_killed_again_and_again_loses_no_block(
    seed: int, far: AwsProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five kills each, at moments by chance: twenty in all."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    chance = random.Random(seed)
    blocks = 200
    raw = tmp_path / "disk.raw"
    raw.write_bytes(chance.randbytes(4096) + os.urandom(blocks * BLOCK - 4096))
    far.control.do("begin_anew")
    far.control.do("limit", puts_per_second=0, snapshot_puts_per_second=0)
    kills = 0
    for _ in range(5):
        process = worker(raw, far.url, tmp_path / "manifests")
        before = far.control.do("count", call="ebs:PutSnapshotBlock")
        target = before + chance.randrange(1, 70)
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if far.control.do("count", call="ebs:PutSnapshotBlock") >= target:
                break
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += 1
    with worker(raw, far.url, tmp_path / "manifests") as process:
        output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    writes = {
        int(index): count for index, count in far.control.do("writes", snapshot_id=output.strip()).items()
    }
    assert sorted(writes) == list(range(blocks))
    assert sum(writes.values()) - blocks <= kills * (IN_FLIGHT + STRETCH)
    site = world(far.url, tmp_path / "manifests")
    with raw.open("rb") as file:
        for index, token in site.snapshots.blocks(output.strip()):
            file.seek(index * BLOCK)
            assert site.snapshots.get(output.strip(), index, token) == file.read(BLOCK)


def test_one_of_two_workers_that_is_killed_loses_nothing_of_either(
    far: AwsProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two disks, two workers, one account: one is killed and goes on, the other never notices."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    far.control.do("begin_anew")
    far.control.do("limit", puts_per_second=0, snapshot_puts_per_second=0)
    disks = [tmp_path / "a.raw", tmp_path / "b.raw"]
    for disk in disks:
        disk.write_bytes(os.urandom(120 * BLOCK))
    folders = [tmp_path / "manifests-a", tmp_path / "manifests-b"]
    workers = [worker(disk, far.url, folder) for disk, folder in zip(disks, folders, strict=True)]
    deadline = time.monotonic() + 60
    while far.control.do("count", call="ebs:PutSnapshotBlock") < 60 and time.monotonic() < deadline:
        time.sleep(0.005)
    workers[0].send_signal(signal.SIGKILL)
    workers[0].communicate()
    workers[0] = worker(disks[0], far.url, folders[0])
    for process, disk in zip(workers, disks, strict=True):
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        with disk.open("rb") as file:
            assert far.control.differences(output.strip(), file) == []


def test_a_source_that_is_gone_is_an_error_in_one_sentence(aws: Aws, tmp_path: Path) -> None:
    with pytest.raises(SmsgenError, match="cannot read"):
        copy(tmp_path / "none.raw", world(aws.url, tmp_path / "manifests"))


class FullDisk:
    """The module `os` on a disk where so many bytes of a file find room."""

    def __init__(self, room: int) -> None:
        self._room = room

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)

    def pwrite(self, file: int, content: bytes, offset: int) -> int:
        count = os.pwrite(file, content[: max(0, self._room - offset)], offset)
        if count < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return count


@pytest.mark.parametrize("room", [0, 300, 1500])
def test_a_disk_that_is_full_stops_the_copy_in_one_sentence_and_then_it_goes_on(
    room: int, aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manifest's disk: so many bytes of a manifest find room."""
    raw = tmp_path / "disk.raw"
    raw.write_bytes(random.Random(1).randbytes(100 * BLOCK))
    site = world(aws.url, tmp_path / "manifests")
    # Of this process, only what writes manifests: the stand-in writes files, too.
    monkeypatch.setattr("smsgen.local.manifests.os", FullDisk(room))
    with pytest.raises(SmsgenError, match="No space left") as raised:
        copy(raw, site)
    assert "cannot write the manifest" in str(raised.value)
    monkeypatch.setattr("smsgen.local.manifests.os", os)
    assert differences(aws, copy(raw, world(aws.url, tmp_path / "manifests")), raw) == []
    assert len(aws.control.snapshots()) == 1
