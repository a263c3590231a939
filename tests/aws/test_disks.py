"""EBS direct by our own requests, against the stand-in that refuses what AWS refuses."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256

import pytest

from smsgen.aws.clients import AwsSettings, Clients
from smsgen.aws.ebs.disks import TIMEOUT_MINUTES, EbsSnapshots
from smsgen.errors import ServiceError
from smsgen.operations.ports.snapshots import (
    BLOCK,
    NewSnapshot,
    SnapshotLost,
    SnapshotThrottled,
    Throttled,
    TryAgain,
)

pytest.importorskip("moto.server", reason="moto comes with smsgen[dev]")
from tests.servers.aws import Aws, running

REGION = "eu-central-1"
DATA = bytes(range(256)) * (BLOCK // 256)
DIGEST = sha256(DATA).digest()


@pytest.fixture(scope="module")
def server() -> Iterator[Aws]:
    with running() as aws:
        yield aws


@pytest.fixture
def aws(server: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    server.control.begin_anew()
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    return server


@pytest.fixture
def snapshots(aws: Aws) -> EbsSnapshots:
    return EbsSnapshots(Clients(AwsSettings(region=REGION, endpoint_url=aws.url)))


def started(snapshots: EbsSnapshots, token: str = "t", **more: object) -> str:
    return snapshots.start(NewSnapshot(1, token, **more))  # type: ignore[arg-type] # any field


def linear(*blocks: bytes) -> bytes:
    return sha256(b"".join(sha256(block).digest() for block in blocks)).digest()


def test_a_snapshot_is_written_sealed_and_read_back(snapshots: EbsSnapshots) -> None:
    tags = (("Name", "shop"), ("SMSJobId", "sms-job-1"))
    snapshot_id = started(snapshots, tags=tags, description="d" * 300)
    snapshots.put(snapshot_id, 3, DATA, DIGEST)
    snapshots.put(snapshot_id, 2047, bytes(BLOCK), sha256(bytes(BLOCK)).digest())
    pending = snapshots.find(snapshot_id)
    assert pending is not None
    assert (pending.state, pending.gib) == ("pending", 1)
    snapshots.complete(snapshot_id, count=2, checksum=linear(DATA, bytes(BLOCK)))
    completed = snapshots.find(snapshot_id)
    assert completed is not None
    assert completed.state == "completed"
    blocks = dict(snapshots.blocks(snapshot_id))
    assert sorted(blocks) == [3, 2047]
    assert snapshots.get(snapshot_id, 3, blocks[3]) == DATA
    described = snapshots._clients.client("ec2").describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"][0]
    assert {tag["Key"]: tag["Value"] for tag in described["Tags"]} == dict(tags)
    snapshots.delete(snapshot_id)
    snapshots.delete(snapshot_id)
    assert snapshots.find(snapshot_id) is None


def test_the_same_token_starts_no_second_snapshot(snapshots: EbsSnapshots) -> None:
    assert started(snapshots) == started(snapshots) != started(snapshots, "other")


def test_a_child_inherits_its_parents_blocks_and_encryption(snapshots: EbsSnapshots) -> None:
    parent = started(snapshots, encrypted=True)
    snapshots.put(parent, 1, DATA, DIGEST)
    snapshots.complete(parent, count=1, checksum=linear(DATA))
    child = started(snapshots, "2", parent=parent, encrypted=True)
    snapshots.complete(child, count=0, checksum=b"")
    assert [index for index, _ in snapshots.blocks(child)] == [1]
    described = snapshots._clients.client("ec2").describe_snapshots(SnapshotIds=[child])["Snapshots"][0]
    assert described["Encrypted"]


def test_a_key_by_id_or_alias_becomes_its_arn(snapshots: EbsSnapshots) -> None:
    kms = snapshots._clients.client("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/replica", TargetKeyId=key["KeyId"])
    for name in (key["KeyId"], "alias/replica", key["Arn"]):
        assert snapshots._key_arn(name) == key["Arn"]
    snapshot_id = started(snapshots, encrypted=True, kms_key_id="alias/replica")
    described = snapshots._clients.client("ec2").describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"][0]
    assert described["KmsKeyId"] == key["Arn"]
    with pytest.raises(ServiceError, match="cannot find KMS key alias/none"):
        started(snapshots, "2", encrypted=True, kms_key_id="alias/none")


@pytest.mark.parametrize(
    ("kind", "more", "error"),
    [
        ("throttle", {"reason": "ACCOUNT_THROTTLED"}, Throttled),
        ("throttle", {"reason": "RESOURCE_LEVEL_THROTTLE"}, SnapshotThrottled),
        ("error", {}, TryAgain),
        ("reset", {}, TryAgain),
        ("lost", {}, TryAgain),
        ("denied", {}, ServiceError),
        ("expired", {}, ServiceError),
        ("quota", {}, ServiceError),
    ],
)
def test_a_put_that_fails_says_of_which_kind(
    kind: str, more: dict[str, str], error: type[ServiceError], aws: Aws, snapshots: EbsSnapshots
) -> None:
    snapshot_id = started(snapshots)
    aws.control.fail("ebs:PutSnapshotBlock", kind, **more)
    with pytest.raises(ServiceError) as raised:
        snapshots.put(snapshot_id, 0, DATA, DIGEST)
    assert type(raised.value) is error
    assert "cannot write block 0" in str(raised.value)
    assert "AKIA" not in str(raised.value)
    assert aws.control.count("ebs:PutSnapshotBlock") == 1  # once: who copies knows whether it may again
    snapshots.put(snapshot_id, 0, DATA, DIGEST)
    assert aws.control.read_back(snapshot_id).data() == [0]


def test_what_aws_refuses_for_good_is_no_reason_to_try_again(snapshots: EbsSnapshots) -> None:
    snapshot_id = started(snapshots)
    for arguments in ((0, DATA, sha256(b"other").digest()), (2048, DATA, DIGEST), (0, DATA[1:], DIGEST)):
        with pytest.raises(ServiceError) as raised:
            snapshots.put(snapshot_id, *arguments)
        assert type(raised.value) is ServiceError


def test_a_snapshot_that_takes_no_blocks_is_lost(aws: Aws, snapshots: EbsSnapshots) -> None:
    with pytest.raises(SnapshotLost):
        snapshots.put("snap-0123456789abcdef0", 0, DATA, DIGEST)
    sealed = started(snapshots)
    snapshots.complete(sealed, count=0, checksum=b"")
    with pytest.raises(SnapshotLost):
        snapshots.put(sealed, 0, DATA, DIGEST)
    with pytest.raises(SnapshotLost):
        snapshots.complete(sealed, count=0, checksum=b"")
    late = started(snapshots, "2")
    aws.control.advance(TIMEOUT_MINUTES * 60 + 1)
    with pytest.raises(SnapshotLost):
        snapshots.put(late, 0, DATA, DIGEST)
    found = snapshots.find(late)
    assert found is not None
    assert found.state == "error"


def test_a_wrong_count_or_checksum_is_refused(snapshots: EbsSnapshots) -> None:
    snapshot_id = started(snapshots)
    snapshots.put(snapshot_id, 0, DATA, DIGEST)
    for count, checksum in ((2, linear(DATA)), (1, linear(DATA, DATA))):
        with pytest.raises(ServiceError) as raised:
            snapshots.complete(snapshot_id, count=count, checksum=checksum)
        assert type(raised.value) is ServiceError
    snapshots.complete(snapshot_id, count=1, checksum=linear(DATA))


def test_pages_of_blocks_that_are_empty_do_not_end_the_list(aws: Aws, snapshots: EbsSnapshots) -> None:
    snapshot_id = started(snapshots)
    for index in range(5):
        snapshots.put(snapshot_id, index, DATA, DIGEST)
    snapshots.complete(snapshot_id, count=5, checksum=linear(*[DATA] * 5))
    aws.control.limit(empty_pages=2)
    for _ in range(3):
        assert [index for index, _ in snapshots.blocks(snapshot_id)] == [0, 1, 2, 3, 4]


def test_the_body_is_not_hashed_a_second_time_for_the_signature(
    snapshots: EbsSnapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot_id = started(snapshots)
    snapshots.put(snapshot_id, 0, DATA, DIGEST)
    sent = []
    connections = snapshots._blocks._connections
    assert connections is not None
    put = connections.put
    monkeypatch.setattr(connections, "put", lambda *request: sent.append(request) or put(*request))
    snapshots.put(snapshot_id, 1, DATA, DIGEST)
    headers = {name.lower(): value for name, value in sent[0][1].items()}
    assert headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD"
    assert headers["x-amz-checksum"] == b64encode(DIGEST).decode()
    assert "x-amz-checksum;" in headers["authorization"]
    assert headers["user-agent"].startswith("smsgen")


def test_what_is_signed_is_what_botocore_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime

    import botocore.auth
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    from smsgen.aws.ebs.signing import HeaderSigner

    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: at)
    credentials = Credentials("AKIAIOSFODNN7EXAMPLE", "secret", token="token-of-a-session")
    headers = {
        "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD",
        "x-amz-checksum": "a+b/=",
        "x-amz-data-length": "5",
    }
    url, path = "https://ebs.eu-central-1.amazonaws.com", "/snapshots/snap-1/blocks/7"
    theirs = AWSRequest("PUT", url + path, headers)
    SigV4Auth(credentials, "ebs", "eu-central-1").add_auth(theirs)
    ours = HeaderSigner(credentials, "ebs", "eu-central-1").sign("PUT", url, path, headers)
    assert ours["Authorization"] == theirs.headers["Authorization"]
    assert ours["X-Amz-Security-Token"] == "token-of-a-session"
