"""EBS direct's stand-in does what EBS direct does, for boto3's own client."""

from __future__ import annotations

import gc
import io
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.servers.aws import Aws
from tests.servers.aws.blocks import BLOCK, GIB, ZEROS
from tests.servers.aws.fixtures import (
    Clients,
    block,
    checksum,
    linear,
    put_arguments,
    stored,
)


def test_blocks_put_and_completed_are_read_back(aws: Aws, clients: Clients) -> None:
    ebs = clients("ebs")
    blocks = {0: block(1), 5: ZEROS, 2047: block(2)}
    started = ebs.start_snapshot(VolumeSize=1, Description="disk", Tags=[{"Key": "server", "Value": "db01"}])
    snapshot_id = started["SnapshotId"]
    assert (started["Status"], started["BlockSize"], started["VolumeSize"]) == ("pending", BLOCK, 1)
    for index, data in blocks.items():
        answer = ebs.put_snapshot_block(**put_arguments(snapshot_id, index, data, Progress=40))
        assert (answer["Checksum"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (checksum(data), 201)
    answer = ebs.complete_snapshot(
        SnapshotId=snapshot_id,
        ChangedBlocksCount=3,
        Checksum=linear(blocks),
        ChecksumAlgorithm="SHA256",
        ChecksumAggregationMethod="LINEAR",
    )
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    listed = ebs.list_snapshot_blocks(SnapshotId=snapshot_id)
    assert (listed["VolumeSize"], listed["BlockSize"]) == (1, BLOCK)
    read = {}
    for each in listed["Blocks"]:
        got = ebs.get_snapshot_block(SnapshotId=snapshot_id, **each)
        read[each["BlockIndex"]] = got["BlockData"].read()
        assert (got["DataLength"], got["Checksum"]) == (BLOCK, checksum(read[each["BlockIndex"]]))
    assert read == blocks
    assert aws.control.data(snapshot_id) == [0, 2047]


def test_ec2_knows_a_snapshot_through_its_states(aws: Aws, clients: Clients) -> None:
    ebs, ec2 = clients("ebs"), clients("ec2")

    def state() -> tuple[str, str]:
        snapshot = ec2.describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"][0]
        return snapshot["State"], snapshot["Progress"]

    snapshot_id = stored(ebs, {}, complete=False, Description="disk", Tags=[{"Key": "a", "Value": "b"}])
    assert state() == ("pending", "0%")
    ebs.put_snapshot_block(**put_arguments(snapshot_id, 7, block(7), Progress=60))
    assert state() == ("pending", "60%")
    aws.control.limit(completion_seconds=30)
    ebs.complete_snapshot(SnapshotId=snapshot_id, ChangedBlocksCount=1)
    assert state() == ("pending", "60%")
    aws.control.advance(31)
    assert state() == ("completed", "100%")
    snapshots = ec2.describe_snapshots(Filters=[{"Name": "tag:a", "Values": ["b"]}])["Snapshots"]
    assert [(each["SnapshotId"], each["VolumeSize"], each["Description"]) for each in snapshots] == [
        (snapshot_id, 1, "disk")
    ]
    ec2.create_tags(Resources=[snapshot_id], Tags=[{"Key": "later", "Value": "too"}])
    assert len(ec2.describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"][0]["Tags"]) == 2
    ec2.delete_snapshot(SnapshotId=snapshot_id)
    with pytest.raises(ebs.exceptions.ResourceNotFoundException):
        ebs.list_snapshot_blocks(SnapshotId=snapshot_id)


def test_a_child_reads_as_its_parents_with_its_own_blocks_over_them(
    aws: Aws, clients: Clients, tmp_path: Path
) -> None:
    ebs, ec2 = clients("ebs"), clients("ec2")
    first = stored(ebs, {0: block(1), 1: block(2), 9: block(3)})
    second = stored(ebs, {1: block(4), 9: ZEROS, 2048: block(5)}, ParentSnapshotId=first, VolumeSize=2)
    ec2.delete_snapshot(SnapshotId=first)  # what its children need stays
    image = tmp_path / "image"
    with image.open("wb") as file:
        for index, data in {0: block(1), 1: block(4), 2048: block(5)}.items():
            file.seek(index * BLOCK)
            file.write(data)
    reader = aws.control.read_back(second)
    with image.open("rb") as file:
        assert reader.differences(file) == []
    assert (reader.size, reader.data()) == (2 * GIB, [0, 1, 2048])
    buffered = io.BufferedReader(reader)
    buffered.seek(BLOCK - 8)
    assert buffered.read(16) == block(1)[:8] + block(4)[:8]
    assert aws.control.writes(second) == {1: 1, 9: 1, 2048: 1}


def test_the_reader_sees_every_block_that_is_not_as_in_the_image(
    aws: Aws, clients: Clients, tmp_path: Path
) -> None:
    snapshot_id = stored(clients("ebs"), {0: block(1), 3: block(3)})
    image = tmp_path / "image"
    with image.open("wb") as file:
        file.write(block(2))
        file.seek(7 * BLOCK)
        file.write(b"x")
    with image.open("rb") as file:
        assert aws.control.read_back(snapshot_id).differences(file) == [0, 3, 7]


def test_changed_blocks_are_those_written_between_two_snapshots(aws: Aws, clients: Clients) -> None:
    ebs = clients("ebs")
    first = stored(ebs, {0: block(1), 1: block(2)})
    second = stored(ebs, {1: block(9)}, ParentSnapshotId=first)
    third = stored(ebs, {1: block(2), 4: block(4)}, ParentSnapshotId=second)

    def changed(before: str, after: str) -> list[tuple[int, bool, bool]]:
        blocks = ebs.list_changed_blocks(FirstSnapshotId=before, SecondSnapshotId=after)["ChangedBlocks"]
        return [
            (each["BlockIndex"], "FirstBlockToken" in each, "SecondBlockToken" in each) for each in blocks
        ]

    assert changed(first, second) == [(1, True, True)]
    assert changed(second, third) == [(1, True, True), (4, False, True)]
    assert changed(first, third) == [(1, True, True), (4, False, True)]
    assert changed(first, first) == []


def test_a_block_may_come_from_a_file(aws: Aws, clients: Clients) -> None:
    ebs = clients("ebs")
    snapshot_id = stored(ebs, {}, complete=False)
    arguments = put_arguments(snapshot_id, 4, block(4)) | {"BlockData": io.BytesIO(block(4))}
    ebs.put_snapshot_block(**arguments)
    assert aws.control.read_back(snapshot_id).at(4) == block(4)


def test_whoever_asks_whether_data_is_wanted_is_told_at_once(aws: Aws, clients: Clients) -> None:
    snapshot_id = stored(clients("ebs"), {}, complete=False)
    address = urlsplit(aws.url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        connection.sendall(
            f"PUT /snapshots/{snapshot_id}/blocks/0 HTTP/1.1\r\nHost: x\r\nContent-Length: {BLOCK}\r\n"
            "Expect: 100-continue\r\n\r\n".encode()
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")


def test_pages_are_walked_by_their_tokens_and_may_be_empty(aws: Aws, clients: Clients) -> None:
    ebs = clients("ebs")
    aws.control.limit(empty_pages=2, puts_per_second=0, snapshot_puts_per_second=0)
    snapshot_id = stored(ebs, dict.fromkeys(range(250), ZEROS))
    indexes: list[int] = []
    sizes: list[int] = []
    more: dict[str, str] = {"StartingBlockIndex": 3}  # type: ignore[dict-item] # boto3 wants a number here
    while more:
        page = ebs.list_snapshot_blocks(SnapshotId=snapshot_id, MaxResults=100, **more)
        indexes += [each["BlockIndex"] for each in page["Blocks"]]
        sizes.append(len(page["Blocks"]))
        more = {"NextToken": page["NextToken"]} if "NextToken" in page else {}
    assert indexes == list(range(3, 250))
    assert 0 in sizes[:-1]


def test_the_same_start_again_gives_the_same_snapshot(aws: Aws, clients: Clients) -> None:
    ebs = clients("ebs")
    started = [ebs.start_snapshot(VolumeSize=1, ClientToken="token")["SnapshotId"] for _ in range(2)]
    assert started[0] == started[1]
    assert ebs.start_snapshot(VolumeSize=1)["SnapshotId"] != started[0]


def test_zeros_and_blocks_that_are_the_same_are_kept_once_and_make_room_when_they_go(
    aws: Aws, clients: Clients
) -> None:
    ebs, ec2 = clients("ebs"), clients("ec2")
    spool = aws.control.state.spool
    before, held = spool.size, spool.size - spool.room
    first = stored(ebs, {0: block(901), 1: block(901), 2: ZEROS, 3: block(903)}, VolumeSize=16384)
    assert spool.size - before <= 2 * BLOCK
    assert spool.size - spool.room == held + 2 * BLOCK
    ec2.delete_snapshot(SnapshotId=first)
    deadline = time.monotonic() + 30
    while spool.size - spool.room > held:  # the thread that answered may hold the snapshot a moment longer
        assert time.monotonic() < deadline, "what no snapshot holds any more makes no room"
        gc.collect()  # moto's records stand in circles
        time.sleep(0.01)
    size = spool.size
    stored(ebs, {0: block(911), 1: block(912)})
    assert spool.size == size
