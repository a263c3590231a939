"""Files in parallel parts, and manifests as objects: against S3 as moto has it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smsgen.aws import uploads
from smsgen.aws.clients import AwsSettings, Clients
from smsgen.aws.manifests import S3Manifests
from smsgen.aws.uploads import MOST_PARTS, PART, S3Uploads, _parts
from smsgen.errors import ServiceError
from smsgen.model.launch import S3Location
from smsgen.operations.ports.disks import SourceChanged
from smsgen.operations.ports.images import UploadProgress
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


def uploads_to(clients: Clients, bucket: str = "images") -> S3Uploads:
    return S3Uploads(clients, lambda: S3Location(bucket, "vm/"))


def send(clients: Clients, path: Path, stop_after: int = 99) -> tuple[Any, list[UploadProgress]]:
    """Upload a file; `stop_after` is how often it is told to go on before the next part."""
    source, told, left = FileBytes(path), [], iter(range(stop_after))
    try:
        location = uploads_to(clients).upload(
            source,
            "job-1/run-1/shop.raw",
            goes_on=lambda: next(left, None) is not None,
            report=told.append,
        )
    finally:
        source.close()
    return location, told


def stored(clients: Clients, location: S3Location) -> bytes:
    content: bytes = clients.client("s3").get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
    return content


def left_over(clients: Clients) -> list[str]:
    """What stands in the bucket, in any version or half uploaded."""
    s3 = clients.client("s3")
    versions = s3.list_object_versions(Bucket="images")
    names = [one["Key"] for kind in ("Versions", "DeleteMarkers") for one in versions.get(kind, ())]
    return names + [one["Key"] for one in s3.list_multipart_uploads(Bucket="images").get("Uploads", ())]


def test_a_file_is_uploaded_in_parts(clients: Clients, image: Path) -> None:
    location, told = send(clients, image)
    assert location.bucket == "images"
    assert location.key.startswith("vm/job-1/run-1/shop-")
    assert location.key.endswith(".raw")
    assert stored(clients, location) == image.read_bytes()
    length = image.stat().st_size
    assert told[-1] == (length, length, length)


def test_an_upload_that_was_broken_off_sends_only_what_is_missing(
    server: Aws, clients: Clients, image: Path
) -> None:
    location, _ = send(clients, image, stop_after=3)
    assert location is None
    sent = server.control.count("s3:UploadPart")
    assert sent == 3
    location, told = send(clients, image)
    assert server.control.count("s3:UploadPart") == 5
    assert told[-1].sent == image.stat().st_size - 3 * 5 * MIB
    assert stored(clients, location) == image.read_bytes()


def test_a_part_that_s3_holds_otherwise_is_sent_again(server: Aws, clients: Clients, image: Path) -> None:
    send(clients, image, stop_after=2)
    s3 = clients.client("s3")
    (upload,) = s3.list_multipart_uploads(Bucket="images")["Uploads"]
    place = {"Bucket": "images", "Key": upload["Key"], "UploadId": upload["UploadId"]}
    s3.upload_part(**place, PartNumber=1, Body=b"x" * 5 * MIB, ChecksumAlgorithm="SHA256")
    location, told = send(clients, image)
    assert stored(clients, location) == image.read_bytes()
    assert told[-1].sent == image.stat().st_size - 5 * MIB


def test_the_same_file_again_is_not_sent_again(server: Aws, clients: Clients, image: Path) -> None:
    location, _ = send(clients, image)
    server.control.heal()
    again, told = send(clients, image)
    assert again == location
    assert told[-1].sent == 0
    assert server.control.count("s3:UploadPart") == server.control.count("s3:CreateMultipartUpload") == 0


def test_another_content_stands_elsewhere_and_all_of_a_run_is_forgotten(
    clients: Clients, image: Path
) -> None:
    clients.client("s3").put_bucket_versioning(Bucket="images", VersioningConfiguration={"Status": "Enabled"})
    clients.client("s3").put_object(Bucket="images", Key="vm/job-1/run-10/other", Body=b"stays")
    send(clients, image)
    with image.open("r+b") as file:
        file.write(b"changed")
    other, _ = send(clients, image, stop_after=2)
    assert other is None
    assert len(left_over(clients)) == 3
    uploads_to(clients).forget("job-1/run-1")
    uploads_to(clients).forget("job-1/run-1")
    assert left_over(clients) == ["vm/job-1/run-10/other"]


def test_a_file_that_changes_meanwhile_is_not_completed(clients: Clients, image: Path) -> None:
    source = FileBytes(image)

    def write(_: UploadProgress) -> None:
        with image.open("ab") as file:
            file.write(b"more")

    with pytest.raises(SourceChanged):
        uploads_to(clients).upload(source, "shop.raw", goes_on=lambda: True, report=write)
    source.close()
    assert clients.client("s3").list_objects_v2(Bucket="images").get("KeyCount") == 0


def test_an_upload_that_another_worker_completed_is_taken_as_it_is(
    server: Aws, clients: Clients, image: Path
) -> None:
    """A worker that lost its lease may come to the end before its successor does."""
    send(clients, image, stop_after=3)
    source = FileBytes(image)

    def complete(progress: UploadProgress) -> None:
        if progress.done < 3 * 5 * MIB:
            send(clients, image)

    location = uploads_to(clients).upload(
        source, "job-1/run-1/shop.raw", goes_on=lambda: True, report=complete
    )
    source.close()
    assert location is not None
    assert stored(clients, location) == image.read_bytes()


@pytest.mark.parametrize(
    ("call", "kind"),
    [("s3:UploadPart", "reset"), ("s3:UploadPart", "error"), ("s3:CompleteMultipartUpload", "lost")],
)
def test_faults_that_pass_are_outlived(
    call: str, kind: str, server: Aws, clients: Clients, image: Path
) -> None:
    server.control.fail(call, kind, times=2)
    location, _ = send(clients, image)
    assert stored(clients, location) == image.read_bytes()


def test_a_bucket_that_is_not_there_or_refuses_is_an_error_in_one_sentence(
    server: Aws, clients: Clients, image: Path
) -> None:
    source = FileBytes(image)
    with pytest.raises(ServiceError, match="cannot upload"):
        uploads_to(clients, "none-of-ours").upload(source, "x", goes_on=lambda: True, report=lambda _: None)
    server.control.fail("s3:CreateMultipartUpload", "denied")
    with pytest.raises(ServiceError, match="may not s3:PutObject"):
        uploads_to(clients).upload(source, "x", goes_on=lambda: True, report=lambda _: None)
    source.close()


def test_the_line_is_asked_for_each_byte_and_memory_holds_a_piece_of_each_part(
    clients: Clients, image: Path
) -> None:
    taken: list[int] = []

    def take(count: int) -> bool:
        taken.append(count)
        return True

    source = FileBytes(image)
    uploads_to(clients).upload(source, "x", goes_on=lambda: True, report=lambda _: None, take=take)
    source.close()
    assert sum(taken) >= image.stat().st_size
    assert max(taken) <= MIB


UPLOAD = """
import sys
from pathlib import Path
from smsgen.aws import uploads
from smsgen.aws.clients import AwsSettings, Clients
from smsgen.model.launch import S3Location
from smsgen.sources.stored import FileBytes
uploads.PART = 5 << 20
clients = Clients(AwsSettings(region="eu-central-1", endpoint_url=sys.argv[1]))
to = uploads.S3Uploads(clients, lambda: S3Location("images", "vm"))
sys.stdin.readline()
source = FileBytes(Path(sys.argv[2]))
print(to.upload(source, "job-1/run-1/shop.raw", goes_on=lambda: True, report=lambda _: None).key)
"""


@pytest.mark.parametrize(
    ("call", "at", "again"),
    [
        ("s3:CreateMultipartUpload", 1, 5),
        ("s3:UploadPart", 1, 4),
        ("s3:UploadPart", 3, 4),
        ("s3:UploadPart", 5, 4),
        ("s3:CompleteMultipartUpload", 1, 0),
    ],
)
def test_killed_at_any_point_it_goes_on_from_the_parts_that_s3_has(
    call: str, at: int, again: int, server: Aws, clients: Clients, image: Path
) -> None:
    """At most what was under way, four parts, is sent again."""
    command = [sys.executable, "-c", UPLOAD, server.url, str(image)]
    killed = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    server.control.fail(call, "kill", at=at, pid=killed.pid)
    killed.communicate("go\n", timeout=60)
    assert killed.returncode == -signal.SIGKILL
    server.control.heal()
    done = subprocess.run(command, input="go\n", capture_output=True, text=True, check=True, timeout=60)
    assert server.control.count("s3:UploadPart") <= again
    assert stored(clients, S3Location("images", done.stdout.strip())) == image.read_bytes()
    assert left_over(clients) == [done.stdout.strip()]


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
