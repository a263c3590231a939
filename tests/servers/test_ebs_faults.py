"""EBS direct's stand-in under load and with faults: what collides, comes late, comes too often, or is made to fail."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ConnectionClosedError

from tests.aws.faults import FaultProxy
from tests.servers.aws import Aws
from tests.servers.aws.blocks import BLOCK
from tests.servers.aws.faults import KINDS
from tests.servers.aws.fixtures import (
    ABSENT,
    Clients,
    Refused,
    block,
    checksum,
    clients_of,
    invalid,
    put_arguments,
    refusal,
    stored,
)


@contextmanager
def half_sent(url: str, snapshot_id: str, index: int, data: bytes) -> Iterator[Callable[[], int]]:
    """Send half a block; gives what sends the rest and gives the answer's status."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.putrequest("PUT", f"/snapshots/{snapshot_id}/blocks/{index}")
    scope = "AKIAI44QH8DHBEXAMPLE/20260101/eu-central-1/ebs/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}",
        "Content-Length": str(len(data)),
        "x-amz-Data-Length": str(len(data)),
        "x-amz-Checksum": checksum(data),
        "x-amz-Checksum-Algorithm": "SHA256",
    }
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders(data[: BLOCK // 2])

    def rest() -> int:
        connection.send(data[BLOCK // 2 :])
        answer = connection.getresponse()
        answer.read()
        return answer.status

    try:
        yield rest
    finally:
        connection.close()


def test_two_writes_of_a_block_at_once_conflict(aws: Aws, clients: Clients) -> None:
    ebs = clients("ebs")
    snapshot_id = stored(ebs, {}, complete=False)
    with half_sent(aws.url, snapshot_id, 5, block(1)) as rest:
        other = partial(ebs.put_snapshot_block, **put_arguments(snapshot_id, 5, block(2)))
        while aws.control.count("ebs:PutSnapshotBlock") < 1:
            time.sleep(0.01)
        assert refusal(other) == invalid("CONFLICTING_BLOCK_UPDATE")
        ebs.put_snapshot_block(**put_arguments(snapshot_id, 6, block(2)))  # another block is no conflict
        assert rest() == 201
    other()
    assert aws.control.read_back(snapshot_id).at(5) == block(2)


def test_a_block_that_takes_too_long_to_arrive_is_refused(aws: Aws, clients: Clients) -> None:
    snapshot_id = stored(clients("ebs"), {}, complete=False)
    with half_sent(aws.url, snapshot_id, 5, block(1)) as rest:
        while aws.control.count("ebs:PutSnapshotBlock") < 1:
            time.sleep(0.01)
        aws.control.advance(61)
        assert rest() == 400
    assert aws.control.writes(snapshot_id) == {}


def test_the_rates_of_account_and_snapshot_are_held_apart(aws: Aws, clients: Clients) -> None:
    ebs = clients("ebs")
    aws.control.stop_clock()
    aws.control.limit(puts_per_second=3, snapshot_puts_per_second=2, starts_per_second=2)
    first, second = stored(ebs, {}, complete=False), stored(ebs, {}, complete=False)
    throttled = partial(Refused, 400, "RequestThrottledException")
    assert refusal(lambda: ebs.start_snapshot(VolumeSize=1)) == throttled("ACCOUNT_THROTTLED")

    def put(snapshot_id: str) -> None:
        ebs.put_snapshot_block(**put_arguments(snapshot_id, 0, block(1)))

    put(first), put(first)
    assert refusal(lambda: put(first)) == throttled("RESOURCE_LEVEL_THROTTLE")
    assert refusal(lambda: put(second)) == throttled("ACCOUNT_THROTTLED")
    aws.control.advance(1)
    put(second)


FAULTS = {
    "absent": ABSENT,
    "conflict": invalid("CONFLICTING_BLOCK_UPDATE"),
    "late": invalid("WRITE_REQUEST_TIMEOUT"),
    "throttle": Refused(400, "RequestThrottledException", "DEPENDENCY_REQUEST_THROTTLED"),
    "error": Refused(500, "InternalServerException", None),
    "denied": Refused(403, "AccessDeniedException", "UNAUTHORIZED_ACCOUNT"),
    "quota": Refused(402, "ServiceQuotaExceededException", "DEPENDENCY_SERVICE_QUOTA_EXCEEDED"),
    "expired": Refused(403, "ExpiredTokenException", None),
    "skew": Refused(403, "InvalidSignatureException", None),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_call_fails_as_it_is_told(kind: str, aws: Aws, clients: Clients) -> None:
    ebs = clients("ebs")
    snapshot_id = stored(ebs, {}, complete=False)
    put = partial(ebs.put_snapshot_block, **put_arguments(snapshot_id, 0, block(1)))
    reason = "DEPENDENCY_REQUEST_THROTTLED" if kind == "throttle" else ""
    if kind == "kill":
        return  # test_aws_process.py: it takes a process of its own
    aws.control.fail("ebs:Put*", kind, at=2, times=2, every=2, reason=reason)
    for number in (1, 2, 3, 4, 5, 6):
        if kind == "slow" or number not in (2, 4):
            put()
        elif kind in FAULTS:
            assert refusal(put) == FAULTS[kind]
        else:
            with pytest.raises(ConnectionClosedError):
                put()
    took_effect = 4 if kind in FAULTS or kind == "reset" else 6
    assert aws.control.writes(snapshot_id) == {0: took_effect}
    assert aws.control.count("ebs:PutSnapshotBlock") == 6


def test_other_calls_fail_as_they_are_told_too(aws: Aws, clients: Clients) -> None:
    s3, ec2 = clients("s3"), clients("ec2")
    place = {"CreateBucketConfiguration": {"LocationConstraint": "eu-central-1"}}
    aws.control.fail("s3:CreateBucket", "lost")
    aws.control.fail("ec2:DescribeSnapshots", "throttle")
    aws.control.fail("ec2:DescribeImages", "lost")
    aws.control.fail("ec2:DescribeVolumes", "slow", seconds=0.1)
    with pytest.raises(ConnectionClosedError):
        s3.create_bucket(Bucket="images", **place)
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["images"]
    assert refusal(ec2.describe_snapshots).code == "RequestLimitExceeded"
    assert ec2.describe_snapshots()["Snapshots"] == []
    with pytest.raises(ConnectionClosedError):
        ec2.describe_images()
    assert ec2.describe_volumes()["Volumes"] == []


def test_the_proxy_of_the_other_tests_stands_before_it_and_knows_its_calls(aws: Aws) -> None:
    address = urlsplit(aws.url)
    with FaultProxy(address.hostname or "", address.port or 0) as proxy:
        ebs = clients_of(proxy.url)("ebs")
        snapshot_id = stored(ebs, {0: block(1)}, complete=False)
        proxy.fail("ebs:CompleteSnapshot", "throttle")
        complete = partial(ebs.complete_snapshot, SnapshotId=snapshot_id, ChangedBlocksCount=1)
        assert refusal(complete).code == "ThrottlingException"
        complete()
        assert proxy.names() == [f"ebs:{name}Snapshot{rest}" for name, rest in NAMES]


NAMES = (("Start", ""), ("Put", "Block"), ("Complete", ""), ("Complete", ""))
