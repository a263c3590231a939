"""Disks of servers that are replicated by `smsgen serve`, in front of a stand-in for AWS: one server, or several."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.clients.serving import SECRET, Server, environment, run_smsgen, start
from tests.clients.wire import Wire
from tests.servers.aws import AwsProcess

BLOCK = 512 << 10
IN_FLIGHT = 32
STRETCH = 256
"""Blocks of one disk under way at most, and of a segment of the journal: what is sent again after a kill."""

LEASE = 5
PATIENCE = 120.0

UNDER_WAY = ("PENDING", "ACTIVE")


class Replicating:
    """A folder of images, a store, and servers on it."""

    def __init__(self, folder: Path, aws: AwsProcess, store: str = "") -> None:
        self.folder, self.aws = folder, aws
        self.store = store or f"sqlite:///{folder}/store.db"
        self.images = folder / "images"
        self.images.mkdir()
        self.env = environment(folder, **dict.fromkeys(_ENDPOINTS, aws.url), SMSGEN_STORE=self.store)
        self.servers: list[Server] = []
        aws.control.do("begin_anew")
        aws.control.do("limit", puts_per_second=0, snapshot_puts_per_second=0)

    def disk(self, name: str, blocks: int) -> Path:
        """Write a disk of random bytes, one server's only one."""
        path = self.images / f"{name}.img"
        path.write_bytes(os.urandom(blocks * BLOCK))
        return path

    def connect(self) -> None:
        """Make the folder of images a connector."""
        run_smsgen("connect", "images", self.images, env=self.env)

    def serve(self, *options: str, folder: Path | None = None) -> Server:
        """Start one more server, in the folder of all where none is given."""
        more = ("--endpoint-url", self.aws.url, "--image-route", "register", "--lease", str(LEASE), *options)
        server = start(folder or self.folder, *more, env=self.env, store=self.store)
        self.servers.append(server)
        return server

    def call(self, operation: str, **members: Any) -> dict[str, Any]:
        """Call an operation of whichever server is there."""
        server = next(one for one in self.servers if one.process.poll() is None)
        with closing(Wire(server.url)) as wire:
            answered = wire.call(operation, **members)
        assert not answered.error, answered
        return answered.body

    def replicate(self) -> dict[str, str]:
        """Import the catalog and begin to replicate all that is in it; return VM -> id of its job."""
        if not self.call("GetServers").get("serverList"):
            self.call("ImportServerCatalog")
        wait_until(lambda: self.call("GetServers")["serverCatalogStatus"] == "AVAILABLE")
        return {
            server["vmServer"]["vmName"]: self.call(
                "CreateReplicationJob",
                serverId=server["serverId"],
                seedReplicationTime=time.time(),
                runOnce=True,
            )["replicationJobId"]
            for server in self.call("GetServers")["serverList"]
        }

    def run(self, job_id: str) -> dict[str, Any]:
        """Return the last run of a job; {} where none has begun."""
        runs = self.call("GetReplicationRuns", replicationJobId=job_id)["replicationRunList"]
        return dict(runs[0]) if runs else {}

    def completed(self, job_id: str) -> dict[str, Any]:
        """Wait for the end of a job's run, which must be a good one."""
        wait_until(lambda: self.run(job_id).get("state", "PENDING") not in UNDER_WAY)
        run = self.run(job_id)
        assert run["state"] == "COMPLETED", run
        return run

    def snapshot_of(self, ami_id: str) -> str:
        """Return the snapshot that an image of one disk is made of."""
        import boto3

        ec2 = boto3.client("ec2", endpoint_url=self.aws.url, **_keys(self.env))
        (image,) = ec2.describe_images(ImageIds=[ami_id])["Images"]
        return str(image["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"])

    def check(self, ami_id: str, disk: Path) -> dict[int, int]:
        """See that an image's snapshot is the disk, bit for bit; return how often each block was put."""
        snapshot_id = self.snapshot_of(ami_id)
        with disk.open("rb") as file:
            assert self.aws.control.differences(snapshot_id, file) == []
        return {int(at): n for at, n in self.aws.control.do("writes", snapshot_id=snapshot_id).items()}

    def close(self) -> None:
        """Stop what runs."""
        for server in self.servers:
            if server.process.poll() is None:
                server.stop()


_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_EC2", "AWS_ENDPOINT_URL_EBS")


def _keys(env: dict[str, str]) -> dict[str, str]:
    return {
        "aws_access_key_id": env["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": env["AWS_SECRET_ACCESS_KEY"],
        "region_name": env["AWS_DEFAULT_REGION"],
    }


def wait_until(true: Callable[[], Any], patience: float = PATIENCE) -> None:
    """Wait for something; fails the test where it takes too long."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


class Worker(NamedTuple):
    """`smsgen replicate --worker` as a process, and the file of what it says."""

    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        """Stop it, which must happen in good order."""
        self.process.terminate()
        code = self.process.wait(timeout=180)
        said = self.log.read_text()
        assert code == 0, said
        assert "Traceback" not in said, said
        assert SECRET not in said


@contextmanager
def working(site: Replicating, *options: str, folder: Path | None = None) -> Iterator[Worker]:
    """Run a worker in a folder, and stop it at the end where it still runs."""
    log = site.folder / f"worker-{len([*site.folder.glob('worker-*.log')])}.log"
    command = [sys.executable, "-m", "smsgen", "replicate", "--worker", "--endpoint-url", site.aws.url]
    command += ["--image-route", "register", "--lease", str(LEASE), *options]
    with log.open("w") as stderr:
        process = subprocess.Popen(command, env=site.env, stderr=stderr, cwd=folder or site.folder)
    worker = Worker(process, log)
    try:
        wait_until(lambda: "waiting for runs" in log.read_text() or process.poll() is not None)
        yield worker
    finally:
        if process.poll() is None:
            worker.stop()
