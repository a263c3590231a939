"""Images that stand in S3, read in place."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from smsgen.aws.clients import AwsSettings, Clients
from smsgen.aws.stored_objects import S3Folder, S3Object
from smsgen.errors import ServiceError
from smsgen.operations.ports.disks import SourceChanged
from smsgen.sources.machine import machines_in

pytest.importorskip("moto.server", reason="moto comes with smsgen[dev]")
from tests.servers.aws import Aws, running
from tests.sources.images import KINDS, MIB, convert, needs_qemu, whole, write_sparse
from tests.sources.test_machine import disks, ova, text

REGION = "eu-central-1"


@pytest.fixture(scope="module")
def server() -> Iterator[Aws]:
    with running() as aws:
        yield aws


@pytest.fixture
def clients(server: Aws, monkeypatch: pytest.MonkeyPatch) -> Clients:
    server.control.begin_anew()
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    made = Clients(AwsSettings(region=REGION, endpoint_url=server.url))
    made.client("s3").create_bucket(Bucket="images", CreateBucketConfiguration={"LocationConstraint": REGION})
    return made


def put(clients: Clients, key: str, content: bytes) -> None:
    clients.client("s3").put_object(Bucket="images", Key=key, Body=content)


@needs_qemu
def test_servers_of_a_prefix_are_found_and_read_bit_for_bit(clients: Clients, tmp_path: Path) -> None:
    raw = write_sparse(tmp_path / "disk.raw", 16 * MIB)
    for kind in ("qcow2, deflated", "vmdk, streamOptimized", "vhdx"):
        path = convert(raw, tmp_path / f"image{KINDS[kind].ending}", KINDS[kind])
        put(clients, f"vms/{kind.split(',')[0]}/disk{KINDS[kind].ending}", path.read_bytes())
    contents = disks(tmp_path)
    members = {"shop.ovf": text().encode(), **{name: (tmp_path / name).read_bytes() for name in contents}}
    put(clients, "vms/shop.ova", ova(tmp_path / "shop.ova", members).read_bytes())
    put(clients, "vms/bad.ova", b"no archive")
    put(clients, "elsewhere/other.raw", b"x" * 512)
    machines = {machine.name: machine for machine in machines_in(S3Folder(clients, "images", "vms"))}
    assert sorted(machines) == ["bad", "qcow2", "shop", "vhdx", "vmdk"]
    assert "no OVA" in machines["bad"].refused
    for name in ("qcow2", "vmdk", "vhdx"):
        image = machines[name].disks[0].open()
        assert whole(image) == raw.read_bytes()
        image.check()
        image.release()
    assert machines["shop"].firmware == "EFI"
    for disk in machines["shop"].disks:
        image = disk.open()
        assert whole(image) == contents[disk.name]
        image.release()


def test_any_piece_of_an_object_reads_as_it_stands(clients: Clients) -> None:
    content = random.Random(1).randbytes(3 * MIB + 100)
    put(clients, "disk.raw", content)
    stored = S3Object(clients, "images", "disk.raw")
    chance = random.Random(2)
    for _ in range(40):
        start = chance.randrange(len(content))
        length = min(chance.choice([1, 512, 70_000, MIB, 2 * MIB]), len(content) - start)
        assert stored.read(start, length) == content[start : start + length]
    assert list(stored.data(0, 10)) == [(0, 10)]
    stored.close()


def test_an_object_that_changes_or_vanishes_is_noticed(clients: Clients) -> None:
    put(clients, "disk.raw", b"x" * 1000)
    stored = S3Object(clients, "images", "disk.raw")
    stored.check()
    before = stored.fingerprint()
    put(clients, "disk.raw", b"y" * 1000)
    with pytest.raises(SourceChanged, match="written to"):
        stored.check()
    with pytest.raises(SourceChanged):
        stored.read(0, 10)
    assert S3Object(clients, "images", "disk.raw").fingerprint() != before
    clients.client("s3").delete_object(Bucket="images", Key="disk.raw")
    with pytest.raises(SourceChanged, match="gone"):
        stored.check()
    with pytest.raises(ServiceError, match=r"cannot read s3://images/disk\.raw"):
        S3Object(clients, "images", "disk.raw")
