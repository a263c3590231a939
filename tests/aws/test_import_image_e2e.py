"""Replication by ImportImage, from files and from S3 itself, through the whole of smsgen, on a stand-in for AWS."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smsgen import wiring
from smsgen.aws.clients import AwsSettings, Clients
from smsgen.aws.iam.actions import action_of
from smsgen.aws.iam.policy import policy
from smsgen.model.managed import ReplicationParameters
from smsgen.model.replicating.catalog import Connector
from smsgen.model.replicating.jobs import ReplicationJob, ReplicationRun
from smsgen.model.replication import ReplicationTarget
from smsgen.operations.apps.world import World
from smsgen.operations.jobs.carry_out import KINDS, carry_out_one
from smsgen.operations.ports.copying import CopySettings
from smsgen.operations.replication import catalog, jobs
from smsgen.operations.replication.making.choose import choose_target_of_job
from smsgen.store import SqlStore

pytest.importorskip("moto.server", reason="moto comes with smsgen[dev]")
from tests.servers.aws import Aws, running
from tests.servers.aws.fixtures import make_import_role
from tests.sources.images import KINDS as IMAGES
from tests.sources.images import MIB, convert, needs_qemu, write_sparse

REGION = "eu-central-1"
TARGET = ReplicationTarget.IMPORT_IMAGE
ONCE = ReplicationParameters(run_once=True)
BUCKET = f"sms-app-{REGION}-123456789012"


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
    # A pause of AWS's pace would be a minute.
    monkeypatch.setattr("smsgen.local.clock.SystemClock.sleep", lambda *_: None)
    make_import_role(Clients(AwsSettings(region=REGION, endpoint_url=server.url)).client("iam"))
    return server


class Site:
    """A store, and the world over the stand-in."""

    def __init__(self, aws: Aws, store: SqlStore, settings: CopySettings | None = None) -> None:
        self.store = store
        self.clients = Clients(AwsSettings(region=REGION, endpoint_url=aws.url))
        self.world: World = wiring.world(store, self.clients, copy_settings=settings)

    def work(self) -> None:
        while carry_out_one(self.world, "worker", tuple(kind for kind in KINDS)):
            pass

    def connect(self, location: str) -> str:
        catalog.connect(self.world, Connector("", "images", location, "vc-1"))
        catalog.import_server_catalog(self.world)
        self.work()
        (server,), _ = catalog.get_servers(self.world, limit=10)
        return server.server_id

    def replicate(self, server_id: str, **more: Any) -> ReplicationJob:
        made = jobs.create_replication_job(self.world, server_id, ONCE._replace(**more))
        choose_target_of_job(self.world, made.replication_job_id, TARGET)
        return made

    def run(self, made: ReplicationJob) -> ReplicationRun:
        (run, *_) = self.store.replication_runs(made.replication_job_id, limit=9)
        return run

    def left(self) -> list[str]:
        """What stands in the bucket, in any version or half uploaded."""
        s3 = self.clients.client("s3")
        versions = s3.list_object_versions(Bucket=BUCKET)
        names = [one["Key"] for kind in ("Versions", "DeleteMarkers") for one in versions.get(kind, ())]
        return names + [one["Key"] for one in s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", ())]


@pytest.fixture
def site(aws: Aws) -> Iterator[Site]:
    store = wiring.store("sqlite://")
    yield Site(aws, store)
    store.close()


def folder_of_db01(folder: Path, ending: str) -> Path:
    path = folder / "vms" / "db01" / f"disk-1{ending}"
    path.parent.mkdir(parents=True)
    return path


def images(site: Site) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = site.clients.client("ec2").describe_images(Owners=["self"])["Images"]
    return answer


def disks_of(aws: Aws, site: Site, image_id: str, raws: list[Path]) -> list[list[int]]:
    """The blocks of an image's disks that are not those of raw disks."""
    (image,) = (one for one in images(site) if one["ImageId"] == image_id)
    snapshots = [one["Ebs"]["SnapshotId"] for one in image["BlockDeviceMappings"]]
    assert len(snapshots) == len(raws)
    different = []
    for snapshot, raw in zip(snapshots, raws, strict=True):
        with raw.open("rb") as file:
            different.append(aws.control.read_back(snapshot).differences(file))
    return different


@needs_qemu
@pytest.mark.parametrize("kind", ["raw", "qcow2", "vmdk", "vmdk, streamOptimized", "vhd", "vhdx"])
def test_a_disk_of_every_format_is_uploaded_and_imported(
    kind: str, aws: Aws, site: Site, tmp_path: Path
) -> None:
    raw = write_sparse(tmp_path / "disk.raw", 24 * MIB)
    convert(raw, folder_of_db01(tmp_path, IMAGES[kind].ending), IMAGES[kind])
    made = site.replicate(site.connect(str(tmp_path / "vms")))
    aws.control.heal()
    site.work()
    run = site.run(made)
    assert (run.state, run.target) == ("COMPLETED", TARGET), run.message
    assert "import-image: it is chosen for the job" in run.message
    assert disks_of(aws, site, run.ami_id, [raw]) == [[]]
    (image,) = images(site)
    assert {"SMSJobId": made.replication_job_id, "Name": "db01"}.items() <= {
        tag["Key"]: tag["Value"] for tag in image["Tags"]
    }.items()
    assert site.left() == []
    assert aws.control.count("ebs:*") == 0
    assert_permitted(aws)


def assert_permitted(aws: Aws) -> None:
    """All that was called is allowed by the policies for a server that replicates."""
    called = {action_of(name.partition(":")[2]) for name in aws.control.state.calls}
    allowed = {
        action
        for use in ("serve", "replicate")
        for statement in policy(use)["Statement"]
        for action in statement["Action"]
    }
    assert called <= allowed, called - allowed


def test_several_disks_are_one_image_in_their_order(aws: Aws, site: Site, tmp_path: Path) -> None:
    raws = []
    for number in (1, 2, 10):
        path = tmp_path / "vms" / "db01" / f"disk-{number}.raw"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes([number]) * MIB)
        raws.append(path)
    made = site.replicate(site.connect(str(tmp_path / "vms")))
    site.work()
    assert disks_of(aws, site, site.run(made).ami_id, raws) == [[], [], []]


@needs_qemu
def test_images_in_s3_are_replicated_both_ways(aws: Aws, site: Site, tmp_path: Path) -> None:
    raw = write_sparse(tmp_path / "disk.raw", 24 * MIB)
    image = convert(raw, tmp_path / "disk.vmdk", IMAGES["vmdk, streamOptimized"])
    s3 = site.clients.client("s3")
    s3.create_bucket(Bucket="exports", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="exports", Key="vms/db01/disk.vmdk", Body=image.read_bytes())
    aws.control.heal()
    made = site.replicate(site.connect("s3://exports/vms"), run_once=None, frequency=24)
    site.work()
    run = site.run(made)
    assert disks_of(aws, site, run.ami_id, [raw]) == [[]]
    choose_target_of_job(site.world, made.replication_job_id, ReplicationTarget.EBS_DIRECT)
    jobs.start_on_demand_run(site.world, made.replication_job_id)
    site.work()
    run = site.run(made)
    assert (run.state, run.target) == ("COMPLETED", ReplicationTarget.EBS_DIRECT), run.message
    with raw.open("rb") as file:
        assert aws.control.read_back(run.snapshots[0]).differences(file) == []
    assert_permitted(aws)


FAILURES = {
    "unsupported kernel": "Unsupported kernel",
    "unknown os": "Unknown OS",
    "no access": "do not have access",
    "no partitions": "valid partitions",
    "first boot": "failed to boot",
    "server": "Internal server error",
}


@pytest.mark.parametrize("failure", FAILURES)
def test_an_import_that_fails_says_why_and_leaves_nothing(
    failure: str, aws: Aws, site: Site, tmp_path: Path
) -> None:
    folder_of_db01(tmp_path, ".raw").write_bytes(b"x" * MIB)
    made = site.replicate(site.connect(str(tmp_path / "vms")))
    aws.control.fail_import(failure)
    site.work()
    run = site.run(made)
    assert run.state == "FAILED"
    assert FAILURES[failure] in run.message
    assert site.left() == []
    assert images(site) == []


def test_a_role_that_is_not_there_is_told_before_a_byte_is_sent(aws: Aws, site: Site, tmp_path: Path) -> None:
    folder_of_db01(tmp_path, ".raw").write_bytes(b"x" * MIB)
    made = site.replicate(site.connect(str(tmp_path / "vms")))
    site.clients.client("iam").delete_role(RoleName="vmimport")
    aws.control.heal()
    site.work()
    run = site.run(made)
    assert (run.state, "there is no role vmimport" in run.message) == ("FAILED", True)
    assert "smsgen iam-policy vmimport" in run.message
    assert aws.control.count("s3:*") == 0


def test_an_import_that_somebody_cancels_is_a_failed_run(aws: Aws, site: Site, tmp_path: Path) -> None:
    folder_of_db01(tmp_path, ".raw").write_bytes(b"x" * MIB)
    made = site.replicate(site.connect(str(tmp_path / "vms")))
    aws.control.fail_import("User requested cancellation", at="booting")
    site.work()
    run = site.run(made)
    assert (run.state, "cancellation" in run.message, "run it again" in run.message) == ("FAILED", True, True)


def test_an_image_that_changes_while_it_is_uploaded_fails_its_run_and_leaves_nothing(
    aws: Aws, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder_of_db01(tmp_path, ".raw")
    path.write_bytes(random.Random(1).randbytes(12 * MIB))
    monkeypatch.setattr("smsgen.aws.uploads.PART", 5 * MIB)
    made = site.replicate(site.connect(str(tmp_path / "vms")))
    begin = site.clients.client("s3").meta.events

    def written(**_: Any) -> None:
        os.utime(path, ns=(1, 1))

    begin.register("before-call.s3.UploadPart", written)
    site.work()
    run = site.run(made)
    assert (run.state, "changed while it was read" in run.message) == ("FAILED", True)
    assert site.left() == []


WORKER = """
import sys
from smsgen import wiring
from smsgen.aws import uploads
from smsgen.aws.clients import AwsSettings, Clients
from smsgen.local.clock import SystemClock
from smsgen.operations.apps.world import Settings
from smsgen.operations.jobs.carry_out import carry_out_one
SystemClock.sleep = lambda *_: None
uploads.PART = 5 << 20
store = wiring.store(sys.argv[2])
clients = Clients(AwsSettings(region="eu-central-1", endpoint_url=sys.argv[1]))
world = wiring.world(store, clients, settings=Settings(lease=60.0))
sys.stdin.readline()
while carry_out_one(world, sys.argv[3]):
    pass
"""


@pytest.mark.parametrize(
    ("call", "at"),
    [
        ("s3:UploadPart", 2),
        ("s3:CompleteMultipartUpload", 1),
        ("ec2:ImportImage", 1),
        ("ec2:DescribeImportImageTasks", 4),
        ("ec2:CreateTags", 1),
        ("s3:DeleteObjects", 1),
    ],
)
def test_a_run_that_is_killed_anywhere_ends_with_one_image(
    call: str, at: int, aws: Aws, tmp_path: Path
) -> None:
    path = folder_of_db01(tmp_path, ".raw")
    path.write_bytes(random.Random(1).randbytes(22 * MIB))
    url = f"sqlite:///{tmp_path}/store.db"
    store = wiring.store(url)
    site = Site(aws, store)
    made = site.replicate(site.connect(str(tmp_path / "vms")))
    command = [sys.executable, "-c", WORKER, aws.url, url]
    killed = subprocess.Popen([*command, "first"], stdin=subprocess.PIPE)
    aws.control.heal()
    aws.control.fail(call, "kill", at=at, pid=killed.pid)
    killed.communicate(b"go\n", timeout=60)
    assert killed.returncode == -signal.SIGKILL
    sent = aws.control.count("s3:UploadPart")
    aws.control.heal()
    give_up_leases(tmp_path / "store.db")
    subprocess.run([*command, "second"], input=b"go\n", check=True, timeout=60)
    run = site.run(made)
    assert run.state == "COMPLETED", run.message
    assert disks_of(aws, site, run.ami_id, [path]) == [[]]
    assert [image["ImageId"] for image in images(site)] == [run.ami_id]
    assert site.left() == []
    assert aws.control.count("s3:UploadPart") <= (4 if call == "s3:UploadPart" else 0), sent
    store.close()


def give_up_leases(file: Path) -> None:
    """Let the leases of who was killed end now: what they last for has its own tests."""
    connection = sqlite3.connect(file)
    with connection:
        assert connection.execute("update jobs set until = 0 where owner <> ''").rowcount == 1
    connection.close()
