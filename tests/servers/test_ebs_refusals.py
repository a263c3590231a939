"""EBS direct's stand-in refuses what EBS direct refuses: with its codes, statuses and reasons, and changing nothing."""

from __future__ import annotations

import http.client
from functools import partial
from urllib.parse import urlsplit

import pytest

from tests.servers.aws import Aws
from tests.servers.aws.blocks import BLOCK, ZEROS
from tests.servers.aws.fixtures import (
    ABSENT,
    UNKNOWN,
    Clients,
    Refused,
    block,
    checksum,
    invalid,
    linear,
    put_arguments,
    refusal,
    stored,
)
from tests.servers.aws.refusals import STATUS

COMMON = {
    "ExpiredTokenException",
    "InvalidSignatureException",
    "SerializationException",
    "UnknownOperationException",
}
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
MANY_TAGS = [{"Key": f"tag{number}", "Value": ""} for number in range(51)]
OTHER = block(2)


PUTS = {
    "another block's checksum": ({"Checksum": checksum(OTHER)}, "INVALID_PARAMETER_VALUE"),
    "a checksum that is no Base64": ({"Checksum": "===="}, "INVALID_PARAMETER_VALUE"),
    "a length that is not 512 KiB": ({"DataLength": 524_287}, "INVALID_PARAMETER_VALUE"),
    "data shorter than its length": (
        {"BlockData": b"x" * 512, "Checksum": checksum(b"x" * 512)},
        "INVALID_PARAMETER_VALUE",
    ),
    "data longer than its length": (
        {"BlockData": ZEROS + b"x", "Checksum": checksum(ZEROS + b"x")},
        "INVALID_PARAMETER_VALUE",
    ),
    "an index past the end": ({"BlockIndex": 2048}, "INVALID_BLOCK"),
    "another algorithm": ({"ChecksumAlgorithm": "SHA512"}, "INVALID_PARAMETER_VALUE"),
    "a progress above 100": ({"Progress": 101}, "INVALID_PARAMETER_VALUE"),
    "an id that is none": ({"SnapshotId": "vol-0123"}, "INVALID_SNAPSHOT_ID"),
}

STARTS = {
    "no size": ({"VolumeSize": 0}, "INVALID_VOLUME_SIZE"),
    "a size too large": ({"VolumeSize": 65_537}, "INVALID_VOLUME_SIZE"),
    "a time-out too short": ({"Timeout": 9}, "INVALID_PARAMETER_VALUE"),
    "a time-out too long": ({"Timeout": 4_321}, "INVALID_PARAMETER_VALUE"),
    "a description too long": ({"Description": "x" * 256}, "INVALID_PARAMETER_VALUE"),
    "a token too long": ({"ClientToken": "x" * 256}, "INVALID_PARAMETER_VALUE"),
    "a token with a space": ({"ClientToken": "a b"}, "INVALID_PARAMETER_VALUE"),
    "51 tags": ({"Tags": MANY_TAGS}, "INVALID_TAG"),
    "a tag twice": ({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}, "INVALID_TAG"),
    "a tag of AWS's own": ({"Tags": [{"Key": "aws:x", "Value": ""}]}, "INVALID_TAG"),
    "a key's alias": (
        {"Encrypted": True, "KmsKeyArn": "arn:aws:kms:eu-central-1:123456789012:alias/ebs"},
        "INVALID_CUSTOMER_KEY",
    ),
    "a key without encryption": ({"KmsKeyArn": KEY, "Encrypted": False}, "INVALID_PARAMETER_VALUE"),
}

CHILDREN = {
    "a parent with Encrypted": ({"Encrypted": True}, "INVALID_PARAMETER_VALUE"),
    "a parent with Encrypted, be it false": ({"Encrypted": False}, "INVALID_PARAMETER_VALUE"),
    "a parent with a key": ({"KmsKeyArn": KEY}, "INVALID_PARAMETER_VALUE"),
    "less room than the parent has": ({"VolumeSize": 1}, "INVALID_VOLUME_SIZE"),
}

DATA = {0: block(1), 3: block(2), 9: ZEROS}
LINEAR = {"ChecksumAlgorithm": "SHA256", "ChecksumAggregationMethod": "LINEAR"}
COMPLETIONS = {
    "a count too low": {"ChangedBlocksCount": 2},
    "a count too high": {"ChangedBlocksCount": 4},
    "a checksum in another order": LINEAR | {"Checksum": linear({0: block(2), 3: block(1), 9: ZEROS})},
    "a checksum of the data": LINEAR | {"Checksum": checksum(b"".join(DATA.values()))},
    "another algorithm": LINEAR | {"Checksum": linear(DATA), "ChecksumAlgorithm": "SHA512"},
    "another aggregation": LINEAR | {"Checksum": linear(DATA), "ChecksumAggregationMethod": "TREE"},
    "a checksum without its method": {"Checksum": linear(DATA), "ChecksumAlgorithm": "SHA256"},
}


def test_codes_and_statuses_are_those_of_the_service_model(clients: Clients) -> None:
    model = clients("ebs").meta.service_model
    documented = {shape.name: shape.metadata["error"]["httpStatusCode"] for shape in model.error_shapes}
    assert {code: status for code, status in STATUS.items() if code not in COMMON} == documented


@pytest.mark.parametrize("case", PUTS)
def test_a_block_is_refused(case: str, aws: Aws, clients: Clients) -> None:
    ebs = clients("ebs")
    snapshot_id = stored(ebs, {}, complete=False)
    wrong, reason = PUTS[case]
    arguments = put_arguments(snapshot_id, 0, block(1)) | {"DataLength": BLOCK} | wrong
    assert refusal(lambda: ebs.put_snapshot_block(**arguments)) == invalid(reason)
    assert aws.control.writes(snapshot_id) == {}


@pytest.mark.parametrize("case", STARTS)
def test_a_start_is_refused(case: str, aws: Aws, clients: Clients) -> None:
    ebs = clients("ebs")
    wrong, reason = STARTS[case]
    assert refusal(lambda: ebs.start_snapshot(**({"VolumeSize": 1} | wrong))) == invalid(reason)
    assert aws.control.snapshots() == []


@pytest.mark.parametrize("case", CHILDREN)
def test_a_child_is_refused(case: str, clients: Clients) -> None:
    ebs = clients("ebs")
    parent = stored(ebs, {0: block(1)}, VolumeSize=2)
    wrong, reason = CHILDREN[case]
    arguments = {"VolumeSize": 2, "ParentSnapshotId": parent} | wrong
    assert refusal(lambda: ebs.start_snapshot(**arguments)) == invalid(reason)


def test_a_parent_has_to_be_there_and_completed(clients: Clients) -> None:
    ebs = clients("ebs")
    pending = stored(ebs, {}, complete=False)
    start = partial(ebs.start_snapshot, VolumeSize=1)
    assert refusal(lambda: start(ParentSnapshotId=pending)) == invalid("INVALID_SNAPSHOT_ID")
    assert refusal(lambda: start(ParentSnapshotId=UNKNOWN)) == ABSENT
    assert refusal(lambda: start(ParentSnapshotId="ami-0123")) == invalid("INVALID_SNAPSHOT_ID")


def test_encryption_is_the_parents_and_by_default_the_accounts(clients: Clients) -> None:
    ebs, ec2 = clients("ebs"), clients("ec2")
    plain = stored(ebs, {})
    encrypted = stored(ebs, {}, Encrypted=True, KmsKeyArn=KEY)
    assert ebs.start_snapshot(VolumeSize=1, ParentSnapshotId=encrypted)["KmsKeyArn"] == KEY
    ec2.enable_ebs_encryption_by_default()
    assert ebs.start_snapshot(VolumeSize=1)["SseType"] == "sse-kms"
    start = partial(ebs.start_snapshot, VolumeSize=1, ParentSnapshotId=plain)
    assert refusal(start) == invalid("INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("case", COMPLETIONS)
def test_a_completion_is_refused_and_the_snapshot_stays_open(case: str, clients: Clients) -> None:
    ebs = clients("ebs")
    snapshot_id = stored(ebs, DATA, complete=False)
    complete = partial(ebs.complete_snapshot, SnapshotId=snapshot_id)
    wrong = {"ChangedBlocksCount": 3} | COMPLETIONS[case]
    assert refusal(lambda: complete(**wrong)) == invalid("INVALID_PARAMETER_VALUE")
    complete(ChangedBlocksCount=3, Checksum=linear(DATA), **LINEAR)


def test_a_wrong_completion_may_be_found_later_and_ends_in_error(aws: Aws, clients: Clients) -> None:
    ebs, ec2 = clients("ebs"), clients("ec2")
    aws.control.limit(late_verdict=True, completion_seconds=5)
    snapshot_id = stored(ebs, DATA, complete=False)
    assert ebs.complete_snapshot(SnapshotId=snapshot_id, ChangedBlocksCount=2)["Status"] == "pending"
    aws.control.advance(6)
    snapshot = ec2.describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"][0]
    assert (snapshot["State"], "3 blocks were written" in snapshot["StateMessage"]) == ("error", True)


def test_nothing_is_written_or_completed_after_the_completion(aws: Aws, clients: Clients) -> None:
    ebs = clients("ebs")
    aws.control.limit(completion_seconds=60)
    snapshot_id = stored(ebs, {0: block(1)})
    late = put_arguments(snapshot_id, 1, block(1))
    complete = partial(ebs.complete_snapshot, SnapshotId=snapshot_id, ChangedBlocksCount=1)
    for seconds in (0, 61):  # still pending, completed
        aws.control.advance(seconds)
        assert refusal(lambda: ebs.put_snapshot_block(**late)) == invalid("INVALID_SNAPSHOT_ID")
        assert refusal(complete) == invalid("INVALID_SNAPSHOT_ID")
    assert aws.control.writes(snapshot_id) == {0: 1}


def test_a_token_belongs_to_one_request(clients: Clients) -> None:
    ebs = clients("ebs")
    ebs.start_snapshot(VolumeSize=1, ClientToken="token", Description="a")
    for other in ({"VolumeSize": 2}, {"Description": "b"}, {"Timeout": 10}):
        arguments = {"VolumeSize": 1, "ClientToken": "token", "Description": "a"} | other
        assert refusal(partial(ebs.start_snapshot, **arguments)) == Refused(409, "ConflictException", None)


def test_pending_snapshots_are_counted(aws: Aws, clients: Clients) -> None:
    ebs, ec2 = clients("ebs"), clients("ec2")
    aws.control.limit(pending_snapshots=2)
    first = stored(ebs, {}, complete=False)
    second = stored(ebs, {}, complete=False)
    start = partial(ebs.start_snapshot, VolumeSize=1)
    assert refusal(start) == Refused(400, "ConcurrentLimitExceededException", None)
    ebs.complete_snapshot(SnapshotId=first, ChangedBlocksCount=0)
    start()
    assert refusal(start).code == "ConcurrentLimitExceededException"
    ec2.delete_snapshot(SnapshotId=second)
    start()


def test_a_snapshot_is_not_there_for_the_first_seconds(aws: Aws, clients: Clients) -> None:
    ebs = clients("ebs")
    aws.control.limit(visible_after=20)
    snapshot_id = stored(ebs, {}, complete=False)
    put = partial(ebs.put_snapshot_block, **put_arguments(snapshot_id, 0, block(1)))
    assert refusal(put) == ABSENT
    aws.control.advance(21)
    put()


def test_a_snapshot_just_completed_may_not_be_readable_yet(aws: Aws, clients: Clients) -> None:
    ebs = clients("ebs")
    aws.control.limit(readable_after=20)
    snapshot_id = stored(ebs, {0: block(1)})
    assert refusal(lambda: ebs.list_snapshot_blocks(SnapshotId=snapshot_id)) == ABSENT
    aws.control.advance(21)
    assert len(ebs.list_snapshot_blocks(SnapshotId=snapshot_id)["Blocks"]) == 1


def test_a_snapshot_that_nothing_comes_for_ends_in_error(aws: Aws, clients: Clients) -> None:
    ebs, ec2 = clients("ebs"), clients("ec2")
    aws.control.stop_clock()
    snapshot_id = stored(ebs, {}, complete=False, Timeout=10)
    aws.control.advance(9 * 60)
    ebs.put_snapshot_block(**put_arguments(snapshot_id, 0, block(1)))
    aws.control.advance(9 * 60)  # of inactivity: the put counts, the age does not
    ebs.put_snapshot_block(**put_arguments(snapshot_id, 1, block(2)))
    aws.control.advance(10 * 60 + 1)
    assert ec2.describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"][0]["State"] == "error"
    late = put_arguments(snapshot_id, 2, block(3))
    assert refusal(lambda: ebs.put_snapshot_block(**late)) == invalid("INVALID_SNAPSHOT_ID")
    complete = partial(ebs.complete_snapshot, SnapshotId=snapshot_id, ChangedBlocksCount=2)
    assert refusal(complete) == invalid("INVALID_SNAPSHOT_ID")
    start = partial(ebs.start_snapshot, VolumeSize=1, ParentSnapshotId=snapshot_id)
    assert refusal(start) == invalid("INVALID_SNAPSHOT_ID")


def test_only_completed_snapshots_can_be_read(clients: Clients) -> None:
    ebs = clients("ebs")
    pending, completed = stored(ebs, {0: block(1)}, complete=False), stored(ebs, {0: block(1)})
    token = ebs.list_snapshot_blocks(SnapshotId=completed)["Blocks"][0]["BlockToken"]
    for call in (
        lambda: ebs.list_snapshot_blocks(SnapshotId=pending),
        lambda: ebs.list_changed_blocks(FirstSnapshotId=completed, SecondSnapshotId=pending),
        lambda: ebs.get_snapshot_block(SnapshotId=pending, BlockIndex=0, BlockToken=token),
    ):
        assert refusal(call) == invalid("INVALID_SNAPSHOT_ID")
    assert refusal(lambda: ebs.list_snapshot_blocks(SnapshotId=UNKNOWN)) == ABSENT


def test_what_is_listed_and_read_is_checked(aws: Aws, clients: Clients) -> None:
    ebs = clients("ebs")
    first, stranger = stored(ebs, dict.fromkeys(range(101), ZEROS)), stored(ebs, {0: block(1)})
    page = ebs.list_snapshot_blocks(SnapshotId=first, MaxResults=100)
    more, block_token = page["NextToken"], page["Blocks"][0]["BlockToken"]
    get = partial(ebs.get_snapshot_block, SnapshotId=first, BlockIndex=0)
    listing = partial(ebs.list_snapshot_blocks, SnapshotId=first)
    changes = partial(ebs.list_changed_blocks, SecondSnapshotId=first)
    assert refusal(lambda: listing(MaxResults=10_001)) == invalid("INVALID_PARAMETER_VALUE")
    assert refusal(lambda: listing(NextToken="bm9uZQ==")) == invalid("INVALID_PAGE_TOKEN")
    assert refusal(lambda: listing(NextToken=block_token)) == invalid("INVALID_PAGE_TOKEN")
    assert refusal(lambda: get(BlockToken="bm9uZQ==")) == invalid("INVALID_BLOCK_TOKEN")
    assert refusal(lambda: get(BlockIndex=1, BlockToken=block_token)) == invalid("INVALID_BLOCK_TOKEN")
    assert refusal(changes) == invalid("INVALID_PARAMETER_VALUE")
    assert refusal(lambda: changes(FirstSnapshotId=stranger)) == invalid("UNRELATED_SNAPSHOTS")
    aws.control.advance(61 * 60)
    assert refusal(lambda: listing(NextToken=more)) == invalid("INVALID_PAGE_TOKEN")
    get(BlockToken=block_token)
    aws.control.advance(7 * 24 * 60 * 60)
    assert refusal(lambda: get(BlockToken=block_token)) == invalid("INVALID_BLOCK_TOKEN")


def test_what_is_no_call_of_ebs_direct_is_told_so(aws: Aws) -> None:
    connection = http.client.HTTPConnection(urlsplit(aws.url).netloc, timeout=60)
    scope = "AKIAI44QH8DHBEXAMPLE/20260101/eu-central-1/ebs/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}"}
    for method, path, body, status in (
        ("DELETE", "/snapshots", "", 404),
        ("POST", "/snapshots", "no json", 400),
        ("POST", "/snapshots", '{"VolumeSize": "1"}', 400),
        ("PUT", "/snapshots/snap-0/blocks/x", "", 404),
    ):
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        assert (answer.status, answer.read() != b"no answer") == (status, True)
    connection.close()
