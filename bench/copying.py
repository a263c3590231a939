"""What copying a disk costs beside its parts: `python -m bench copying`.

The stand-in for EBS direct (tests/servers/aws) runs in a process of its own and speaks TLS, as AWS does. What is
counted is the processor time of the process that copies, all its threads together, for a block of 512 KiB; against
boto3's put_snapshot_block with the checksum that it wants, and against hashlib's SHA-256 of the same bytes. Rounds of
all of them take turns; medians count.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from statistics import median
from threading import Lock
from unittest.mock import patch

from bench.row import ROOT, Row
from smsgen.aws.clients import AwsSettings, Clients
from smsgen.aws.ebs.disks import EbsSnapshots
from smsgen.local.clock import SystemClock
from smsgen.local.manifests import FolderManifests
from smsgen.operations.replication.copy import copy_disk
from smsgen.operations.replication.flight import Flight, Line
from smsgen.operations.replication.records import CopyRequest, CopyWorld
from smsgen.sources.disk_image import open_image
from smsgen.sources.stored import FileBytes

MIB = 1 << 20
BLOCK = 512 << 10
BLOCKS = 512
BLOCKS_OF_A_RERUN = 1024
"""256 and 512 MiB: what a run asks of AWS besides (start, complete, describe) is the same for any disk."""

ROUNDS = 5
IN_FLIGHT = 8

MOST_OF_BOTO3 = 0.65
MOST_OF_HASHLIB = 4.5
LEAST_OF_STREAMING = 0.7
MOST_A_BLOCK = 1.5 * MIB
MOST_BESIDE = 100 * MIB
MOST_GROWTH = 1.1
MOST_READ = 1.05

_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextmanager
def aws(folder: Path) -> Iterator[str]:
    """Serve the stand-in over TLS; give its URL. boto3 trusts it from then on."""
    from tests.servers.aws import started
    from tests.servers.certificate import write_certificate

    certificate = write_certificate(folder)
    os.environ.update(_ENVIRONMENT, AWS_CA_BUNDLE=str(certificate))
    with started("--tls-cert", str(certificate), "--tls-key", str(folder / "key.pem")) as server:
        server.control.do("limit", puts_per_second=0, snapshot_puts_per_second=0)
        yield server.url


def processor_time(work: Callable[[], object]) -> float:
    """Return the seconds of processor time that this process spends on some work, all threads together."""
    began = time.process_time()
    work()
    return time.process_time() - began


def write(path: Path, blocks: int, *, every: int = 1) -> None:
    """Write a RAW disk of blocks that no other has, with holes between them."""
    chance = random.Random(blocks)
    with path.open("wb") as file:
        for number in range(blocks):
            file.seek(number * every * BLOCK)
            file.write(chance.randbytes(BLOCK))


def world(url: str, folder: Path, in_flight: int = IN_FLIGHT) -> CopyWorld:
    """Return what a copy stands on; clients are made, as boto3's own is before it is timed."""
    clock = SystemClock()
    clients = Clients(AwsSettings(region="eu-central-1", endpoint_url=url))
    clients.client("ec2")
    line = Line(clock)
    flight = Flight(in_flight)
    manifests = FolderManifests(folder)
    return CopyWorld(EbsSnapshots(clients), manifests, clock, flight, line, in_flight=in_flight)


def copy(path: Path, site: CopyWorld, run: str, base: str = "") -> str:
    """Copy a disk; give its manifest."""
    image = open_image(path)
    try:
        return copy_disk(CopyRequest("bench/disk", run, base), image, site).manifest
    finally:
        image.release()


class Boto3:
    """What there is to compare with: boto3's own client, from as many threads."""

    def __init__(self, url: str) -> None:
        import boto3
        from botocore.config import Config

        config = Config(max_pool_connections=IN_FLIGHT)
        self._ebs = boto3.client("ebs", region_name="eu-central-1", endpoint_url=url, config=config)

    def put_all(self, path: Path) -> None:
        """Put every block of a disk, with its checksum."""
        snapshot_id = self._ebs.start_snapshot(VolumeSize=1)["SnapshotId"]
        with path.open("rb") as file, ThreadPoolExecutor(IN_FLIGHT) as workers:

            def put(index: int) -> None:
                block = os.pread(file.fileno(), BLOCK, index * BLOCK)
                self._ebs.put_snapshot_block(
                    SnapshotId=snapshot_id,
                    BlockIndex=index,
                    BlockData=block,
                    DataLength=BLOCK,
                    Checksum=b64encode(sha256(block).digest()).decode(),
                    ChecksumAlgorithm="SHA256",
                )

            list(workers.map(put, range(BLOCKS)))


def hash_all(path: Path) -> None:
    """Hash a disk, a block at a time."""
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            sha256(block).digest()


def cost() -> Iterator[Row]:
    """Processor time of a block that is sent, and the time of a run that sends none."""
    with tempfile.TemporaryDirectory() as name, aws(Path(name)) as url:
        folder = Path(name)
        disk = folder / "disk.raw"
        write(disk, BLOCKS)
        boto3 = Boto3(url)
        boto3.put_all(disk)
        site = world(url, folder / "manifests")
        copy(disk, site, "warm")
        ours, theirs, hashing = [], [], []
        for number in range(ROUNDS):
            run = f"run-{number}"
            theirs.append(processor_time(lambda: boto3.put_all(disk)))
            ours.append(processor_time(lambda run=run: copy(disk, site, run)))
            hashing.append(processor_time(lambda: hash_all(disk)))
    block, by_boto3, hashed = (median(one) / BLOCKS * 1e3 for one in (ours, theirs, hashing))
    note = f"{block:.2f} ms a block, boto3 {by_boto3:.2f} ms"
    yield Row("copy, processor time / boto3's put_snapshot_block", block / by_boto3, MOST_OF_BOTO3, note)
    note = f"{block:.2f} ms a block, hashlib {hashed:.2f} ms"
    yield Row("copy, processor time / hashlib's SHA-256", block / hashed, MOST_OF_HASHLIB, note)


def rerun() -> Iterator[Row]:
    """Time a run that sends nothing, because nothing changed."""
    with tempfile.TemporaryDirectory() as name, aws(Path(name)) as url:
        disk = Path(name) / "disk.raw"
        write(disk, BLOCKS_OF_A_RERUN)
        site = world(url, Path(name) / "manifests")
        base = copy(disk, site, "first")
        unchanged, streaming = [], []
        for number in range(ROUNDS):
            began = time.perf_counter()
            hash_all(disk)
            middle = time.perf_counter()
            copy(disk, site, f"again-{number}", base)
            streaming.append(middle - began)
            unchanged.append(time.perf_counter() - middle)
    size = BLOCKS_OF_A_RERUN * BLOCK / 1e6
    again, stream = size / median(unchanged), size / median(streaming)
    note = f"{again:.0f} MB/s, hashlib alone {stream:.0f} MB/s"
    yield Row("copy of an unchanged disk, rate / hashlib's", again / stream, LEAST_OF_STREAMING, note, True)


def reading() -> Iterator[Row]:
    """Count the bytes that a first copy and an unchanged one read of a disk with holes, beside what it holds."""
    counted, turn, read = [0], Lock(), FileBytes.read

    def count(file: FileBytes, offset: int, length: int) -> bytes:
        data = read(file, offset, length)
        with turn:
            counted[0] += len(data)
        return data

    with tempfile.TemporaryDirectory() as name, aws(Path(name)) as url:
        disk = Path(name) / "disk.raw"
        write(disk, BLOCKS, every=3)
        site = world(url, Path(name) / "manifests")
        with patch.object(FileBytes, "read", count):
            first = copy(disk, site, "first")
            of_first = counted[0]
            copy(disk, site, "again", first)
        allocated = disk.stat().st_blocks * 512
    most = max(of_first, counted[0] - of_first)
    note = f"{most / MIB:.0f} MiB read of {allocated / MIB:.0f} that are not holes"
    yield Row("copy, bytes read / bytes allocated", most / allocated, MOST_READ, note)


_HOLDING = """
import sys
from pathlib import Path
from bench.copying import copy, world
path, url, folder, in_flight = sys.argv[1:]
copy(Path(path), world(url, Path(folder), int(in_flight)), "1")
status = Path("/proc/self/status").read_text()
print(status.partition("VmHWM:")[2].split()[0])
"""


def held(path: Path, url: str, folder: Path, in_flight: int) -> int:
    """Return the most memory that a process holds which copies a disk, in bytes (VmHWM of Linux)."""
    command = [sys.executable, "-c", _HOLDING, str(path), url, str(folder), str(in_flight)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=os.environ)
    return int(done.stdout) * 1024


def memory() -> Iterator[Row]:
    """Memory by the size of the disk, and by the blocks under way."""
    with tempfile.TemporaryDirectory() as name, aws(Path(name)) as url:
        folder = Path(name)
        small, large = folder / "small.raw", folder / "large.raw"
        write(small, 200)
        write(large, 400, every=400)  # 78 GiB, most of it holes
        of_small = held(small, url, folder / "1", 8)
        of_large = held(large, url, folder / "2", 8)
        of_many = held(small, url, folder / "3", 64)
    note = f"{of_large / MIB:.0f} MiB for 78 GiB, {of_small / MIB:.0f} MiB for 0.1 GiB"
    yield Row("copy, memory: a disk of 78 GiB / of 0.1 GiB", of_large / of_small, MOST_GROWTH, note)
    allowed = 64 * MOST_A_BLOCK + MOST_BESIDE
    note = f"{of_many / MIB:.0f} MiB with 64 blocks under way, {allowed / MIB:.0f} allowed"
    yield Row("copy, memory / 1.5 MiB a block under way and 100 MiB", of_many / allowed, 1.0, note)


def rows() -> Iterator[Row]:
    """Yield all rows."""
    yield from cost()
    yield from rerun()
    yield from reading()
    yield from memory()
