"""Files in parallel parts, and manifests as objects: against S3 as moto has it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smsgen.aws import uploads
from smsgen.aws.clients import AwsSettings, Clients
from smsgen.aws.manifests import S3Manifests
from smsgen.aws.uploads import MOST_PARTS, PART, S3Uploads, _parts
from smsgen.errors import ServiceError
from smsgen.operations.ports.disks import SourceChanged
from smsgen.operations.ports.snapshots import ManifestTaken
from smsgen.sources.stored import FileBytes

pytest.importorskip("moto.server", reason="moto comes with smsgen[dev]")
from tests.servers.aws import Aws, running

REGION = "eu-central-1"
MIB = 1 << 20
NAME = "job-1/sda/run-1/0001"


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


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of five parts, the last one short: parts of 5 MiB, S3's least."""
    monkeypatch.setattr(uploads, "PART", 5 * MIB)
    path = tmp_path / "disk.raw"
    path.write_bytes(random.Random(1).randbytes(22 * MIB + 7))
    return path


def send(clients: Clients, path: Path, stop_after: int = 99) -> tuple[Any, list[tuple[int, int]]]:
    source, told, left = FileBytes(path), [], iter(range(stop_after))
    try:
        location = S3Uploads(clients, "images", "vm/").upload(
            source,
            "shop.raw",
            goes_on=lambda: next(left, None) is not None,
            report=lambda done, of: told.append((done, of)),
        )
    finally:
        source.close()
    return location, told


def stored(clients: Clients) -> bytes:
    content: bytes = clients.client("s3").get_object(Bucket="images", Key="vm/shop.raw")["Body"].read()
    return content


def test_a_file_is_uploaded_in_parts(clients: Clients, image: Path) -> None:
    location, told = send(clients, image)
    assert tuple(location) == ("images", "vm/shop.raw")
    assert stored(clients) == image.read_bytes()
    assert told[-1] == (image.stat().st_size, image.stat().st_size)


@pytest.fixture
def sent_parts(clients: Clients) -> list[int]:
    """The numbers of the parts that are sent. ListParts gives their checksums, as S3 does and moto does not."""
    numbers: list[int] = []
    checksums: dict[int, str] = {}

    def sending(params: Any, **_: Any) -> None:
        number = int(params["query_string"]["partNumber"])
        numbers.append(number)
        checksums[number] = params["headers"]["x-amz-checksum-sha256"]

    def listed(parsed: Any, **_: Any) -> None:
        for part in parsed.get("Parts", ()):
            part["ChecksumSHA256"] = checksums[part["PartNumber"]]

    events = clients.client("s3").meta.events
    events.register("before-call.s3.UploadPart", sending)
    events.register("after-call.s3.ListParts", listed)
    return numbers


def test_an_upload_that_was_broken_off_sends_only_what_is_missing(
    clients: Clients, image: Path, sent_parts: list[int]
) -> None:
    location, _ = send(clients, image, stop_after=1)
    assert location is None
    sent_parts.clear()
    send(clients, image)
    assert sent_parts == [5]
    assert stored(clients) == image.read_bytes()


def test_parts_of_another_file_are_sent_again(clients: Clients, image: Path, sent_parts: list[int]) -> None:
    send(clients, image, stop_after=1)
    with image.open("r+b") as file:
        file.seek(7 * MIB)
        file.write(b"changed")
    sent_parts.clear()
    send(clients, image)
    assert sorted(sent_parts) == [2, 5]
    assert stored(clients) == image.read_bytes()


def test_a_file_that_changes_meanwhile_is_not_completed(clients: Clients, image: Path) -> None:
    source = FileBytes(image)

    def write(*_: int) -> None:
        with image.open("ab") as file:
            file.write(b"more")

    with pytest.raises(SourceChanged):
        S3Uploads(clients, "images", "vm").upload(source, "shop.raw", goes_on=lambda: True, report=write)
    source.close()
    assert clients.client("s3").list_objects_v2(Bucket="images").get("KeyCount") == 0


def test_a_bucket_that_is_not_there_is_an_error_in_one_sentence(clients: Clients, image: Path) -> None:
    source = FileBytes(image)
    with pytest.raises(ServiceError, match="cannot upload"):
        S3Uploads(clients, "none-of-ours").upload(source, "x", goes_on=lambda: True, report=lambda *_: None)
    source.close()


@pytest.mark.parametrize("length", [1, PART, PART + 1, 10 * PART, 1 << 40, 5 << 40])
def test_parts_are_no_more_than_s3_takes_and_cover_the_file(length: int) -> None:
    parts = list(_parts(length))
    assert len(parts) <= MOST_PARTS
    assert sum(part.length for part in parts) == length
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert all(part.length <= 5 << 30 for part in parts)


# --- Manifests ------------------------------------------------------------------------------------------------------


def test_segments_come_back_in_order(clients: Clients) -> None:
    manifests = S3Manifests(clients, "images", "manifests")
    for number in range(12):
        manifests.append(NAME, number, b"segment %d" % number)
    assert list(manifests.segments(NAME)) == [b"segment %d" % number for number in range(12)]
    manifests.append("job-1/sda/run-1/0002", 0, b"H")
    manifests.append("job-1/sda/run-2/0001", 0, b"H")
    assert manifests.names("job-1/sda/run-1") == (NAME, "job-1/sda/run-1/0002")
    assert manifests.names("job-1/sdb/run-1") == ()
    manifests.delete(NAME)
    assert list(manifests.segments(NAME)) == []


def test_a_segment_is_written_once(clients: Clients) -> None:
    manifests = S3Manifests(clients, "images")
    manifests.append(NAME, 0, b"H")
    manifests.append(NAME, 0, b"H")  # an answer that was lost
    with pytest.raises(ManifestTaken):
        S3Manifests(clients, "images").append(NAME, 0, b"H of another")
    assert list(manifests.segments(NAME)) == [b"H"]


def test_what_stands_behind_a_gap_is_left_out(clients: Clients) -> None:
    manifests = S3Manifests(clients, "images")
    for number in (0, 1, 3):
        manifests.append(NAME, number, b"%d" % number)
    assert list(manifests.segments(NAME)) == [b"0", b"1"]
