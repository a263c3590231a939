"""The stand-in in a process of its own: one endpoint for all of AWS, switched from outside, under load, with clients
that are killed.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.aws.site import APP
from tests.programs import run
from tests.servers.aws import AwsProcess, started
from tests.servers.aws.blocks import ZEROS
from tests.servers.aws.fixtures import block, clients_of, mapped, put_arguments, registered, stored
from tests.servers.certificate import certificate

__all__ = ["certificate"]
ROOT = Path(__file__).parents[2]
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}
WRITER = """
import http.client, sys
from threading import Thread
from tests.servers.aws.fixtures import block, checksum

address, snapshot_id, first, count, threads = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
scope = "AWS4-HMAC-SHA256 Credential=AKIAI44QH8DHBEXAMPLE/20260101/eu-central-1/ebs/aws4_request"

def write(indexes):
    connection = http.client.HTTPConnection(address, timeout=60)
    for index in indexes:
        data = block(index)
        headers = {"Authorization": scope, "x-amz-Data-Length": str(len(data)), "x-amz-Checksum": checksum(data)}
        path = f"/snapshots/{snapshot_id}/blocks/{index}"
        connection.request("PUT", path, data, headers | {"x-amz-Checksum-Algorithm": "SHA256"})
        answer = connection.getresponse()
        assert answer.status == 201, answer.read()
        answer.read()

indexes = range(first, first + count)
writers = [Thread(target=write, args=(indexes[number::threads],)) for number in range(threads)]
[writer.start() for writer in writers]
[writer.join() for writer in writers]
"""
"""A worker that puts blocks. Nobody knows its key's secret, so that it need not sign."""


@pytest.fixture(scope="module")
def process() -> Iterator[AwsProcess]:
    with started() as server:
        yield server


def _writer(process: AwsProcess, snapshot_id: str, *numbers: int) -> subprocess.Popen[bytes]:
    words = [process.url.removeprefix("http://"), snapshot_id, *map(str, numbers)]
    return subprocess.Popen([sys.executable, "-c", WRITER, *words], cwd=ROOT)


def test_one_endpoint_serves_what_boto3_finds_by_its_variable(process: AwsProcess) -> None:
    script = (
        "import boto3\n"
        "boto3.client('s3').create_bucket(Bucket='images')\n"
        "print(boto3.client('ebs').start_snapshot(VolumeSize=1)['Status'])\n"
        "print(boto3.client('sts').get_caller_identity()['Account'])\n"
        "print(len(boto3.client('ec2').describe_snapshots(OwnerIds=['self'])['Snapshots']) > 0)\n"
    )
    environment = CREDENTIALS | {"AWS_ENDPOINT_URL": process.url, "AWS_DEFAULT_REGION": "us-east-1"}
    done = run(sys.executable, "-c", script, folder=ROOT, **environment)
    assert done.stdout.split() == ["pending", "123456789012", "True"], done.stderr


def test_several_workers_put_to_one_snapshot_at_once(process: AwsProcess) -> None:
    process.control.do("limit", puts_per_second=0, snapshot_puts_per_second=0)
    ebs = clients_of(process.url)("ebs")
    snapshot_id = stored(ebs, {}, complete=False)
    workers = [_writer(process, snapshot_id, first, 200, 8) for first in (0, 200, 400)]
    assert [worker.wait(timeout=300) for worker in workers] == [0, 0, 0]
    ebs.complete_snapshot(SnapshotId=snapshot_id, ChangedBlocksCount=600)
    assert process.control.do("data", snapshot_id=snapshot_id) == list(range(600))
    for index in (0, 199, 200, 599):
        assert process.control.block(snapshot_id, index) == block(index)
    assert process.control.block(snapshot_id, 600) == ZEROS


def test_a_snapshot_is_compared_with_its_image_from_outside(process: AwsProcess, tmp_path: Path) -> None:
    snapshot_id = stored(clients_of(process.url)("ebs"), {0: block(1), 4: block(2)}, complete=False)
    (tmp_path / "image").write_bytes(block(1) + bytes(3 * len(ZEROS)) + block(3))
    with (tmp_path / "image").open("rb") as image:
        assert process.control.differences(snapshot_id, image) == [4]


def test_an_application_is_launched_and_launched_again_with_new_images(
    process: AwsProcess, tmp_path: Path
) -> None:
    process.control.do("begin_anew")
    clients = clients_of(process.url)
    ebs, ec2 = clients("ebs"), clients("ec2")
    images = [registered(ec2, mapped(stored(ebs, {0: block(run)})), Name=f"run {run}") for run in (1, 2)]
    network = {
        "VPC": ec2.describe_vpcs()["Vpcs"][0]["VpcId"],
        "SUBNET": ec2.describe_subnets()["Subnets"][0]["SubnetId"],
        "GROUP": ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"],
        "app-ID": "app-0123456789abcdef0",
    }
    for image_id in images:
        text = APP.replace("ami-12345678", image_id)
        for name, value in network.items():
            text = text.replace(name, value)
        (tmp_path / "shop.yaml").write_text(text)
        options = ("--region", "eu-central-1", "--poll-seconds", "0.05", "--yes")
        words = ("-m", "smsgen", "launch-app", str(tmp_path / "shop.yaml"), *options)
        done = run(sys.executable, *words, folder=ROOT, **CREDENTIALS, AWS_ENDPOINT_URL=process.url)
        assert done.returncode == 0, done.stderr
        running = [{"Name": "instance-state-name", "Values": ["running"]}]
        reservations = ec2.describe_instances(Filters=running)["Reservations"]
        assert [each["Instances"][0]["ImageId"] for each in reservations] == [image_id] * 2


def test_it_serves_over_tls(certificate: Path) -> None:
    key = str(certificate.parent / "key.pem")
    script = (
        "import boto3\n"
        "from tests.servers.aws.fixtures import block, stored\n"
        "ebs = boto3.client('ebs', region_name='eu-central-1')\n"
        "print(stored(ebs, {3: block(3)}), boto3.client('s3').list_buckets()['Buckets'])\n"
    )
    with started("--tls-cert", str(certificate), "--tls-key", key) as server:
        assert server.url.startswith("https://")
        environment = CREDENTIALS | {"AWS_ENDPOINT_URL": server.url, "AWS_CA_BUNDLE": str(certificate)}
        done = run(sys.executable, "-c", script, folder=ROOT, **environment)
        snapshot_id, _, buckets = done.stdout.strip().partition(" ")
        assert (buckets, server.control.block(snapshot_id, 3)) == ("[]", block(3)), done.stderr


def test_a_worker_can_be_killed_at_a_call_and_its_block_counts(process: AwsProcess) -> None:
    ebs = clients_of(process.url)("ebs")
    snapshot_id = stored(ebs, {}, complete=False)
    with _writer(process, snapshot_id, 0, 100, 4) as worker:
        process.control.do("fail", call="ebs:PutSnapshotBlock", kind="kill", at=40, pid=worker.pid)
        assert worker.wait(timeout=300) == -9
    writes = process.control.do("writes", snapshot_id=snapshot_id)
    # Four are under way when the signal is sent, and each thread may begin one more before it arrives.
    assert 40 <= len(writes) <= 40 + 2 * 4
    assert set(writes.values()) == {1}
    # What was in flight holds no block for ever: another worker may put it.
    for index in range(100):
        ebs.put_snapshot_block(**put_arguments(snapshot_id, index, block(index)))
    ebs.complete_snapshot(SnapshotId=snapshot_id, ChangedBlocksCount=100)


def test_it_ends_with_whoever_started_it() -> None:
    script = (
        "import os\n"
        "from tests.servers.aws import started\n"
        "with started() as server:\n"
        "    print(server.url, flush=True)\n"
        "    os._exit(1)\n"
    )
    url = urlsplit(run(sys.executable, "-c", script, folder=ROOT).stdout.strip())
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection((url.hostname, url.port), timeout=60).close()
        except ConnectionError:
            return
        time.sleep(0.05)
    raise AssertionError(f"{url.geturl()} still answers")


def test_a_wrong_order_is_told_so(process: AwsProcess) -> None:
    with pytest.raises(ValueError, match="none of throttle"):
        process.control.do("fail", call="ebs:*", kind="hiccup")
    with pytest.raises(ValueError, match="kill whom"):
        process.control.do("fail", call="ebs:*", kind="kill")
    with pytest.raises(ValueError, match="puts_per_hour"):
        process.control.do("limit", puts_per_hour=1)
    with pytest.raises(ValueError, match="no step"):
        process.control.do("fail_import", message="fstab", at="the end")
    with pytest.raises(ValueError, match="nonsense"):
        process.control.do("nonsense")
