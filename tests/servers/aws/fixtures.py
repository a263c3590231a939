"""The stand-in for tests: import `aws`, `aws_server` and `clients` in a conftest; and what they do with it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

import pytest

from tests.servers.aws import Aws, running
from tests.servers.aws.blocks import BLOCK

REGION = "eu-central-1"
Clients = Callable[[str], Any]


@pytest.fixture(scope="module")
def aws_server() -> Iterator[Aws]:
    """A stand-in, for the tests of a module: while it runs, moto in this process does what it does."""
    with running() as server:
        yield server


@pytest.fixture
def aws(aws_server: Aws) -> Aws:
    """The module's stand-in, with nothing in it and all switches as they are from the start."""
    aws_server.control.begin_anew()
    return aws_server


@pytest.fixture
def clients(aws: Aws) -> Clients:
    """boto3's clients for it by name; they try once."""
    return clients_of(aws.url)


@cache
def _session() -> Any:
    """Return the session that all clients share with what botocore has read: parsing EC2's model takes a second."""
    import boto3

    return boto3.Session("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")


@cache
def clients_of(url: str, region: str = REGION) -> Clients:
    """Return clients for an endpoint by name."""
    from botocore.config import Config

    # What botocore itself would refuse has to reach the stand-in.
    config = Config(retries={"total_max_attempts": 1}, max_pool_connections=64, parameter_validation=False)
    return cache(lambda service: _session().client(service, region, endpoint_url=url, config=config))


def block(number: int) -> bytes:
    """Return a block of data that is no other number's, and never of zeros."""
    return (1 << 32 | number).to_bytes(8, "big") * (BLOCK // 8)


def checksum(data: bytes) -> str:
    """Return a SHA-256 as EBS direct writes it."""
    return b64encode(sha256(data).digest()).decode()


def linear(blocks: dict[int, bytes]) -> str:
    """Return the LINEAR checksum over all blocks of a snapshot."""
    return checksum(b"".join(sha256(blocks[index]).digest() for index in sorted(blocks)))


def put_arguments(snapshot_id: str, index: int, data: bytes, **others: Any) -> dict[str, Any]:
    """Return PutSnapshotBlock's arguments, these ones otherwise."""
    arguments: dict[str, Any] = {
        "SnapshotId": snapshot_id,
        "BlockIndex": index,
        "BlockData": data,
        "DataLength": len(data),
        "Checksum": checksum(data),
        "ChecksumAlgorithm": "SHA256",
    }
    return arguments | others


def stored(ebs: Any, blocks: dict[int, bytes], *, complete: bool = True, **start: Any) -> str:
    """Make a snapshot of these blocks and give its id; 1 GiB where nothing else is said."""
    snapshot_id: str = ebs.start_snapshot(**({"VolumeSize": 1} | start))["SnapshotId"]
    for index, data in blocks.items():
        ebs.put_snapshot_block(**put_arguments(snapshot_id, index, data))
    if complete:
        ebs.complete_snapshot(SnapshotId=snapshot_id, ChangedBlocksCount=len(blocks))
    return snapshot_id


HVM = {"VirtualizationType": "hvm", "Architecture": "x86_64", "EnaSupport": True}


def mapped(snapshot_id: str, device: str = "/dev/sda1", **ebs: Any) -> dict[str, Any]:
    """Return the mapping of a device to a snapshot."""
    return {"DeviceName": device, "Ebs": {"SnapshotId": snapshot_id} | ebs}


def registered(ec2: Any, *mappings: dict[str, Any], **more: Any) -> str:
    """Register an image that today's instances boot, and give its id."""
    arguments = {"Name": "db01", "RootDeviceName": "/dev/sda1", "BlockDeviceMappings": mappings} | HVM | more
    image_id: str = ec2.register_image(**arguments)["ImageId"]
    return image_id


def make_import_role(iam: Any) -> None:
    """Make the role that VM Import/Export works with: without it, every import is refused."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "vmie.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:Externalid": "vmimport"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [trust]}
    iam.create_role(RoleName="vmimport", AssumeRolePolicyDocument=json.dumps(policy))


class Refused(NamedTuple):
    """How a call was refused: HTTP status, code, and reason where there is one."""

    status: int
    code: str
    reason: str | None


def refusal(call: Callable[[], Any]) -> Refused:
    """Return how a call was refused."""
    from botocore.exceptions import ClientError

    with pytest.raises(ClientError) as raised:
        call()
    answer = raised.value.response
    status = answer["ResponseMetadata"]["HTTPStatusCode"]
    return Refused(status, answer["Error"]["Code"], answer.get("Reason"))


def invalid(reason: str) -> Refused:
    """Return how a ValidationException refuses."""
    return Refused(400, "ValidationException", reason)


ABSENT = Refused(404, "ResourceNotFoundException", "SNAPSHOT_NOT_FOUND")
UNKNOWN = "snap-0123456789abcdef0"
