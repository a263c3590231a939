"""Images of snapshots, registered and imported, and retention: against the stand-in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from smsgen.aws.clients import AwsSettings, Clients
from smsgen.aws.ebs.disks import EbsSnapshots
from smsgen.aws.images import Ec2Images
from smsgen.errors import ServiceError, SmsgenError
from smsgen.model.launch import S3Location
from smsgen.operations.ports.images import ImageDisk, ImportedDisk, ImportTask, NewImage, NewImport
from smsgen.operations.replication.making.images import (
    ImportFailed,
    image_name,
    import_image,
    register_image,
)
from smsgen.operations.replication.making.retention import retire
from smsgen.operations.replication.making.targets import Route, route_for
from smsgen.operations.replication.records import Paused
from tests.operations.replication.fakes import StillClock

pytest.importorskip("moto.server", reason="moto comes with smsgen[dev]")
from tests.servers.aws import Aws, running
from tests.servers.aws.fixtures import block, put_arguments
from tests.servers.aws.imports import MESSAGES, STEPS

REGION = "eu-central-1"
JOB = "sms-job-0123456789abcdef"
TAGS = (("SMSJobId", JOB), ("SMSRunId", "run-1"))


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
    made.client("iam").create_role(
        RoleName="vmimport", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17"})
    )
    return made


@pytest.fixture
def images(clients: Clients) -> Ec2Images:
    return Ec2Images(clients)


def snapshot(clients: Clients, number: int = 1, *, complete: bool = True, **start: Any) -> str:
    ebs = clients.client("ebs")
    snapshot_id: str = ebs.start_snapshot(VolumeSize=1, **start)["SnapshotId"]
    ebs.put_snapshot_block(**put_arguments(snapshot_id, number, block(number)))
    if complete:
        ebs.complete_snapshot(SnapshotId=snapshot_id, ChangedBlocksCount=1)
    return snapshot_id


def new_image(name: str, *snapshot_ids: str, **more: Any) -> NewImage:
    devices = ("/dev/sda1", "/dev/sdf", "/dev/sdg")
    disks = (ImageDisk(device, one) for device, one in zip(devices, snapshot_ids, strict=False))
    return NewImage(name, tuple(disks), tags=TAGS, **more)


def register(images: Ec2Images, name: str, *snapshot_ids: str) -> str:
    return register_image(new_image(name, *snapshot_ids), images, StillClock())


def test_snapshots_become_an_image_that_launches(clients: Clients, images: Ec2Images) -> None:
    root, data = snapshot(clients), snapshot(clients, 2)
    image_id = register(images, "shop 1", root, data)
    info = images.find(image_id)
    assert info is not None
    assert (info.state, info.name, info.snapshot_ids) == ("available", "shop 1", (root, data))
    assert (info.tag("SMSJobId"), info.tag("none")) == (JOB, "")
    described = clients.client("ec2").describe_images(ImageIds=[image_id])["Images"][0]
    assert (described["VirtualizationType"], described["Architecture"], described["EnaSupport"]) == (
        "hvm",
        "x86_64",
        True,
    )
    assert [m["Ebs"]["DeleteOnTermination"] for m in described["BlockDeviceMappings"]] == [False, True]
    clients.client("ec2").run_instances(ImageId=image_id, MinCount=1, MaxCount=1, InstanceType="m5.large")


def test_the_same_registration_gives_the_same_image_and_another_ones_name_is_refused(
    clients: Clients, images: Ec2Images, server: Aws
) -> None:
    root = snapshot(clients)
    assert register(images, "shop 1", root) == register(images, "shop 1", root)
    with pytest.raises(ServiceError, match="already in use"):
        register(images, "shop 1", snapshot(clients, 2))


def test_a_snapshot_that_is_not_complete_becomes_no_image(clients: Clients, images: Ec2Images) -> None:
    with pytest.raises(ServiceError, match="pending"):
        register(images, "shop 1", snapshot(clients, complete=False))


def test_an_efi_guest_boots_by_uefi(clients: Clients, images: Ec2Images) -> None:
    image_id = images.register(new_image("shop 1", snapshot(clients), efi=True))
    assert clients.client("ec2").describe_images(ImageIds=[image_id])["Images"][0]["BootMode"] == "uefi"


# --- Imports --------------------------------------------------------------------------------------------------------


def imported(images: Ec2Images, *disks: ImportedDisk, **more: Any) -> str:
    platform = more.pop("platform", "Windows")
    request = NewImport(more.pop("token", "run-1"), disks, tags=TAGS, platform=platform, license_type="AWS")
    return import_image(request, images, StillClock(), name="shop run-1", **more)


def test_snapshots_are_converted_through_all_states_and_the_image_has_name_and_tags(
    clients: Clients, images: Ec2Images
) -> None:
    root, data = snapshot(clients), snapshot(clients, 2)
    noted: list[str] = []
    looks: list[ImportTask] = []
    image_id = imported(
        images,
        ImportedDisk(root),
        ImportedDisk(data),
        noted=noted.append,
        report=looks.append,
    )
    assert [task.message for task in looks][:-1] == [message for message, _ in STEPS][1:]
    assert len(noted) == 1
    info = images.find(image_id)
    assert info is not None
    assert (info.tag("SMSJobId"), info.tag("Name"), info.state) == (JOB, "shop run-1", "available")
    assert set(info.snapshot_ids).isdisjoint({root, data})
    assert [one.image_id for one in images.of_job(JOB)] == [image_id]
    tagged = clients.client("ec2").describe_snapshots(SnapshotIds=list(info.snapshot_ids))["Snapshots"]
    assert all({"Key": "SMSJobId", "Value": JOB} in one["Tags"] for one in tagged)


def test_an_import_that_is_under_way_is_gone_on_with(clients: Clients, images: Ec2Images) -> None:
    disk = ImportedDisk(snapshot(clients))
    noted: list[str] = []
    with pytest.raises(Paused):
        imported(images, disk, noted=noted.append, goes_on=lambda: False)
    image_id = imported(images, disk, task_id=noted[0])
    assert images.find(image_id) is not None
    tasks = clients.client("ec2").describe_import_image_tasks()["ImportImageTasks"]
    assert len(tasks) == 1


def test_an_image_of_s3_is_imported(clients: Clients, images: Ec2Images) -> None:
    s3 = clients.client("s3")
    s3.create_bucket(Bucket="images", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="images", Key="shop.raw", Body=block(1))
    disk = ImportedDisk(location=S3Location("images", "shop.raw"), format="RAW")
    assert images.find(imported(images, disk, platform="Linux")) is not None


@pytest.mark.parametrize("name", MESSAGES)
def test_a_failed_import_gives_awss_reason_and_what_to_do(
    name: str, server: Aws, clients: Clients, images: Ec2Images
) -> None:
    server.control.fail_import(name, at="converting")
    with pytest.raises(ImportFailed) as failed:
        imported(images, ImportedDisk(snapshot(clients)))
    assert MESSAGES[name] in str(failed.value)
    assert failed.value.hint


def test_too_many_disks_are_no_import(images: Ec2Images) -> None:
    with pytest.raises(ImportFailed, match="22 disks"):
        imported(images, *[ImportedDisk("snap-1")] * 22)


def test_an_import_can_be_cancelled(clients: Clients, images: Ec2Images) -> None:
    task_id = images.begin_import(NewImport("t", (ImportedDisk(snapshot(clients)),), platform="Linux"))
    images.cancel_import(task_id)
    images.cancel_import(task_id)
    with pytest.raises(ImportFailed, match="cancel"):
        imported(images, task_id=task_id)
    assert images.import_task("import-ami-0123456789abcdef0") is None


# --- Retention ------------------------------------------------------------------------------------------------------


def test_retention_leaves_what_is_kept_launched_and_built_upon(clients: Clients, images: Ec2Images) -> None:
    ids, snapshot_ids = [], []
    for number in range(1, 7):
        parent = {"ParentSnapshotId": snapshot_ids[-1]} if snapshot_ids else {}
        snapshot_ids.append(snapshot(clients, number, **parent))
        ids.append(register(images, f"shop {number}", snapshot_ids[-1]))
    ec2 = clients.client("ec2")
    ec2.run_instances(ImageId=ids[1], MinCount=1, MaxCount=1, InstanceType="m5.large")
    gone = ec2.run_instances(ImageId=ids[2], MinCount=1, MaxCount=1, InstanceType="m5.large")
    ec2.terminate_instances(InstanceIds=[gone["Instances"][0]["InstanceId"]])
    snapshots = EbsSnapshots(clients)
    went = retire(JOB, images, snapshots, keep=2, needed=[ids[3]], bases=[snapshot_ids[0]])
    assert [one.image_id for one in went] == [ids[0], ids[2]]
    assert [one.image_id for one in images.of_job(JOB)] == [ids[1], ids[3], ids[4], ids[5]]
    assert [snapshots.find(one) is not None for one in snapshot_ids] == [True, True, False, True, True, True]
    assert len(dict(snapshots.blocks(snapshot_ids[5]))) == 6  # a chain loses nothing with a parent
    assert retire(JOB, images, snapshots, keep=0) == ()


def test_a_snapshot_that_another_image_has_is_left(clients: Clients, images: Ec2Images) -> None:
    shared = snapshot(clients)
    first = register(images, "shop 1", shared)
    second = register(images, "shop 2", shared)
    other = images.register(NewImage("another's", (ImageDisk("/dev/sda1", shared),)))
    snapshots = EbsSnapshots(clients)
    (went,) = retire(JOB, images, snapshots, keep=1)
    assert (went.image_id, went.snapshot_ids) == (first, ())
    images.deregister(second)
    images.deregister(second)
    third = register(images, "shop 3", snapshot(clients, 3))
    register(images, "shop 4", shared)
    retire(JOB, images, snapshots, keep=1)
    assert images.find(third) is None
    assert snapshots.find(shared) is not None
    assert images.find(other) is not None


# --- Names and routes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("server_name", ["shop", "Ünïcode ✓ & more", "x" * 300, ""])
def test_a_name_is_one_that_ec2_takes(server_name: str) -> None:
    from tests.servers.aws.images import NAME

    name = image_name(server_name, JOB, "sms-run-0123456789abcdef")
    assert NAME.fullmatch(name)
    assert name.endswith("sms-run-0123456789abcdef")


@pytest.mark.parametrize(
    ("guest", "license_type", "override", "route"),
    [
        ("Microsoft Windows Server 2019 (64-bit)", "", "", Route.IMPORT),
        ("Microsoft Windows Server 2019 (64-bit)", "BYOL", "", Route.IMPORT),
        ("Microsoft Windows Server 2019 (64-bit)", "", "register", Route.REGISTER),
        ("Ubuntu Linux (64-bit)", "", "", Route.REGISTER),
        ("Ubuntu Linux (64-bit)", "", "import", Route.IMPORT),
        ("Red Hat Enterprise Linux 9 (64-bit)", "BYOL", "", Route.REGISTER),
        ("CentOS 6 (64-bit)", "", "", Route.IMPORT),
        ("Red Hat Enterprise Linux 9 (64-bit)", "AWS", "", Route.IMPORT),
        ("", "", "", Route.IMPORT),
        ("FreeBSD", "", "", Route.IMPORT),
    ],
)
def test_the_way_a_guest_goes(guest: str, license_type: str, override: str, route: Route) -> None:
    choice = route_for(guest, license_type=license_type, override=override)
    assert choice.route is route
    assert choice.why


def test_an_image_that_fails_is_an_error(clients: Clients, images: Ec2Images, server: Aws) -> None:
    server.control.limit(pending_images=True)
    pending = snapshot(clients, complete=False)
    image_id = images.register(new_image("shop 1", pending))
    server.control.advance(61 * 60)
    with pytest.raises(SmsgenError, match="failed"):
        register_image(new_image("shop 1", pending), images, StillClock())
    assert images.find(image_id) is not None
