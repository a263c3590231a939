"""From a vCenter to an image: connected, imported and replicated by the API, and read back bit for bit."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

import smsgen
from tests.clients.serving import KEYS, environment, run, run_smsgen, serving
from tests.migration import stand_in
from tests.servers.vcenter import SECRET, USER, vcenter
from tests.sources.vcenter.test_vcenter import MIB

BLOCK = 524_288


def test_a_server_of_a_vcenter_becomes_an_image(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    with vcenter(pytestconfig.cache.mkdir("vcenter"), machines=2) as source, stand_in() as url:
        env = environment(
            tmp_path,
            AWS_ENDPOINT_URL_EC2=url,
            SMSGEN_STORE=f"sqlite:///{tmp_path}/store.db",
            VCENTER_PASSWORD=SECRET,
        )
        words = ("connect", "vcenter", source.address, "--user", USER, "--secret")
        refused = run(
            sys.executable, "-m", "smsgen", *words, SECRET, "--thumbprint", source.thumbprint, env=env
        )
        assert (refused.returncode, SECRET in refused.stderr + refused.stdout) == (1, False), refused.stderr
        run_smsgen(*words, "env:VCENTER_PASSWORD", "--thumbprint", source.thumbprint, env=env)
        assert SECRET.encode() not in (tmp_path / "store.db").read_bytes()
        with serving(
            tmp_path, "--no-auth", "--endpoint-url", url, "--image-route", "register", env=env
        ) as server:
            sms = smsgen.client("sms", endpoint_url=server.url, **KEYS)
            sms.import_server_catalog()
            wait(lambda: sms.get_servers()["serverCatalogStatus"], "AVAILABLE")
            found = sorted(sms.get_servers()["serverList"], key=lambda one: one["vmServer"]["vmName"])
            assert [one["vmServer"]["vmName"] for one in found] == ["DC0_C0_RP0_VM0", "DC0_C0_RP0_VM1"]
            assert sms.get_connectors()["connectorList"][0]["status"] == "HEALTHY"
            vm_id = found[0]["vmServer"]["vmServerAddress"]["vmId"]
            content = os.urandom(3 * MIB) + bytes(9 * MIB) + os.urandom(MIB)
            source.write_disk(vm_id, content)
            running = replicated(sms, found[0]["serverId"])
            assert running["state"] == "FAILED"
            assert "is poweredOn" in running["statusMessage"]
            source.power(vm_id, on=False)
            run_of = replicated(sms, found[0]["serverId"])
            assert run_of["state"] == "COMPLETED", run_of
        ec2, ebs = (boto3.client(name, endpoint_url=url, **KEYS) for name in ("ec2", "ebs"))
        (image,) = ec2.describe_images(ImageIds=[run_of["amiId"]])["Images"]
        snapshot_id = image["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]
        read = bytearray(len(content))
        for block in ebs.list_snapshot_blocks(SnapshotId=snapshot_id)["Blocks"]:
            at = block["BlockIndex"] * BLOCK
            data = ebs.get_snapshot_block(SnapshotId=snapshot_id, **block)["BlockData"].read()
            read[at : at + BLOCK] = data[: len(content) - at]
        assert read == content


def replicated(sms: Any, server_id: str) -> dict[str, str]:
    """Replicate a server once, and give the run once it is over; the job is deleted."""
    job_id = sms.create_replication_job(serverId=server_id, seedReplicationTime=time.time(), runOnce=True)[
        "replicationJobId"
    ]
    deadline = time.monotonic() + 120
    run_of: dict[str, str] = {}
    while run_of.get("state") not in ("COMPLETED", "FAILED"):
        assert time.monotonic() < deadline, run_of
        time.sleep(0.2)
        run_of = next(iter(sms.get_replication_runs(replicationJobId=job_id)["replicationRunList"]), {})
    sms.delete_replication_job(replicationJobId=job_id)
    wait(
        lambda: str(len([one for one in jobs(sms, job_id) if one["state"] not in ("DELETED", "DELETING")])),
        "0",
    )
    return run_of


def jobs(sms: Any, job_id: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = sms.get_replication_jobs(replicationJobId=job_id)["replicationJobList"]
    return found


def wait(ask: Callable[[], str], wanted: str) -> None:
    deadline = time.monotonic() + 60
    while (told := ask()) != wanted:
        assert time.monotonic() < deadline, told
        time.sleep(0.1)
