"""VM Import/Export's stand-in: disk images and snapshots become images, step by step, or fail as they do at AWS."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.servers.aws import Aws
from tests.servers.aws.blocks import BLOCK
from tests.servers.aws.fixtures import (
    REGION,
    UNKNOWN,
    Clients,
    block,
    clients_of,
    make_import_role,
    refusal,
    stored,
)
from tests.servers.aws.imports import MESSAGES, STEPS

BUCKET = "images-of-ours"
RAW = block(1) + bytes(BLOCK) + block(3)[:1000]


@pytest.fixture
def ec2(clients: Clients) -> Any:
    """EC2 with a bucket and the role that VM Import/Export works with."""
    clients("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    make_import_role(clients("iam"))
    return clients("ec2")


def source(clients: Clients, key: str, data: bytes, container: str = "RAW") -> dict[str, Any]:
    """Upload an image and give its disk container."""
    clients("s3").put_object(Bucket=BUCKET, Key=key, Body=data)
    return {"Format": container, "UserBucket": {"S3Bucket": BUCKET, "S3Key": key}}


def begun(ec2: Any, *containers: dict[str, Any], **more: Any) -> str:
    task_id: str = ec2.import_image(DiskContainers=containers, **more)["ImportTaskId"]
    return task_id


def look(ec2: Any, task_id: str) -> dict[str, Any]:
    task: dict[str, Any] = ec2.describe_import_image_tasks(ImportTaskIds=[task_id])["ImportImageTasks"][0]
    return task


def ended(ec2: Any, task_id: str) -> dict[str, Any]:
    """Look until a task has ended, and give how."""
    while (task := look(ec2, task_id))["Status"] not in ("completed", "deleted"):
        pass
    return task


def test_a_raw_image_goes_through_all_steps_and_becomes_an_image(
    aws: Aws, clients: Clients, ec2: Any
) -> None:
    container = source(clients, "db01.raw", RAW)
    tags = [{"ResourceType": "import-image-task", "Tags": [{"Key": "SMSJobId", "Value": "sms-job-1"}]}]
    first = ec2.import_image(
        DiskContainers=[container],
        Description="db01",
        Platform="Linux",
        LicenseType="BYOL",
        TagSpecifications=tags,
    )
    states = [(first["Status"], first["StatusMessage"], int(first["Progress"]))]
    while (task := look(ec2, first["ImportTaskId"]))["Status"] == "active":
        assert "ImageId" not in task
        states.append((task["Status"], task["StatusMessage"], int(task["Progress"])))
    assert states == [("active", *step) for step in STEPS]
    assert (task["Status"], task["Description"], task["Platform"]) == ("completed", "db01", "Linux")
    assert task["Tags"] == tags[0]["Tags"]
    detail = task["SnapshotDetails"][0]
    assert (detail["Status"], detail["UserBucket"]["S3Key"], detail["Format"]) == (
        "completed",
        "db01.raw",
        "RAW",
    )
    image = ec2.describe_images(ImageIds=[task["ImageId"]])["Images"][0]
    assert (image["Name"], image["State"], image["RootDeviceName"]) == (
        task["ImportTaskId"],
        "available",
        "/dev/sda1",
    )
    assert image["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"] == detail["SnapshotId"]
    with io.BufferedReader(aws.control.read_back(detail["SnapshotId"])) as disk:
        assert disk.read(len(RAW) + 8) == RAW + bytes(8)


def test_snapshots_are_converted_and_stay(aws: Aws, clients: Clients, ec2: Any) -> None:
    root, data = stored(clients("ebs"), {0: block(1)}), stored(clients("ebs"), {5: block(2)}, VolumeSize=2)
    task_id = begun(ec2, {"SnapshotId": root}, {"SnapshotId": data}, Platform="Windows", LicenseType="AWS")
    task = ended(ec2, task_id)
    snapshot_ids = [detail["SnapshotId"] for detail in task["SnapshotDetails"]]
    assert [aws.control.data(each) for each in snapshot_ids] == [[0], [5]]
    assert ec2.describe_images(ImageIds=[task["ImageId"]])["Images"][0]["Platform"] == "windows"
    assert set(snapshot_ids) & {root, data} == set()
    ec2.delete_snapshot(SnapshotId=root)


def test_the_steps_may_go_by_the_clock_and_show_in_the_status(aws: Aws, clients: Clients, ec2: Any) -> None:
    aws.control.stop_clock()
    aws.control.limit(import_seconds=900, import_status_words=True)
    task_id = begun(ec2, source(clients, "db01.raw", RAW))
    states = []
    for _ in range(4):
        states.append(look(ec2, task_id)["Status"])
        aws.control.advance(301)
    assert states == ["active", "converting", "active", "completed"]


@pytest.mark.parametrize("name", MESSAGES)
def test_an_import_fails_as_it_is_told(name: str, aws: Aws, clients: Clients, ec2: Any) -> None:
    aws.control.fail_import(name, at="booting")
    task_id = begun(ec2, source(clients, "db01.raw", RAW))
    states = []
    while (task := look(ec2, task_id))["Status"] != "deleted":
        states.append((task["Status"], task["StatusMessage"]))
    assert states[-1] == ("deleting", MESSAGES[name])
    assert (task["StatusMessage"], "ImageId" in task, "Progress" in task) == (MESSAGES[name], False, False)
    assert aws.control.snapshots() == []
    assert (
        ended(ec2, begun(ec2, source(clients, "db01.raw", RAW)))["Status"] == "completed"
    )  # only the next one


IMAGES = {
    "zeros": ("RAW", bytes(BLOCK), "ClientError: No valid partitions. Not a valid volume."),
    "a VMDK that does not stream": (
        "VMDK",
        b"KDMV" + bytes(600) + b'createType="monolithicSparse"',
        "ClientError: Disk validation failed [Unsupported VMDK File Format]",
    ),
    "a VHD that is none": ("VHD", RAW, "ClientError: Disk validation failed [Unsupported VHD File Format]"),
    "a VHDX that is none": (
        "VHDX",
        RAW,
        "ClientError: Disk validation failed [Unsupported VHDX File Format]",
    ),
    "an OVA that is none": ("OVA", RAW, "ClientError: Disk validation failed [Unsupported OVA format]"),
}


@pytest.mark.parametrize("case", IMAGES)
def test_an_image_that_cannot_be_read_fails(case: str, clients: Clients, ec2: Any) -> None:
    container, data, message = IMAGES[case]
    task = ended(ec2, begun(ec2, source(clients, "image", data, container)))
    assert (task["Status"], task["StatusMessage"]) == ("deleted", message)


def test_an_object_that_is_not_there_fails(ec2: Any) -> None:
    missing = {"Format": "RAW", "UserBucket": {"S3Bucket": BUCKET, "S3Key": "nowhere"}}
    assert "404 Not Found" in ended(ec2, begun(ec2, missing))["StatusMessage"]


def _ova(*members: tuple[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, data in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return archive.getvalue()


def test_an_archive_of_chunks_fails(clients: Clients, ec2: Any) -> None:
    archive = _ova(("db01.ovf", b"<Envelope/>"), ("disk1.vmdk.000000000", b"x"))
    task = ended(ec2, begun(ec2, source(clients, "db01.ova", archive, "ova")))
    assert "OVA with chunked disk files is not supported" in task["StatusMessage"]


@pytest.mark.skipif(
    shutil.which("qemu-img") is None, reason="qemu-img is not installed (apt-get install qemu-utils)"
)
@pytest.mark.parametrize(
    ("container", "qemu"), [("VHD", "vpc"), ("VHDX", "vhdx"), ("VMDK", "vmdk"), ("OVA", "vmdk")]
)
def test_every_format_is_read(
    container: str, qemu: str, aws: Aws, clients: Clients, ec2: Any, tmp_path: Path
) -> None:
    raw, image = tmp_path / "raw", tmp_path / "image"
    raw.write_bytes(RAW.ljust(8 * BLOCK, b"\0"))
    words = ["-o", "subformat=streamOptimized"] if qemu == "vmdk" else []
    command = ["qemu-img", "convert", "-f", "raw", "-O", qemu, *words, str(raw), str(image)]
    subprocess.run(command, check=True, timeout=60)
    data = image.read_bytes()
    if container == "OVA":
        data = _ova(("db01.ovf", b"<Envelope/>"), ("disk1.vmdk", data), ("disk2.vmdk", data))
    task = ended(ec2, begun(ec2, source(clients, "image", data, container)))
    assert len(task["SnapshotDetails"]) == (2 if container == "OVA" else 1)
    for detail in task["SnapshotDetails"]:
        with raw.open("rb") as file:
            assert aws.control.read_back(detail["SnapshotId"]).differences(file) == []


OBJECT = {"Format": "RAW", "UserBucket": {"S3Bucket": BUCKET, "S3Key": "db01.raw"}}
REQUESTS: dict[str, tuple[dict[str, Any], str]] = {
    "no disk": ({"DiskContainers": []}, "MissingParameter"),
    "two places of one disk": (
        {"DiskContainers": [OBJECT | {"SnapshotId": UNKNOWN}]},
        "InvalidParameterCombination",
    ),
    "a format that is none": ({"DiskContainers": [OBJECT | {"Format": "qcow2"}]}, "InvalidParameter"),
    "a bucket that is not there": (
        {"DiskContainers": [{"Format": "RAW", "Url": "s3://nobodys/db01.raw"}]},
        "InvalidParameter",
    ),
    "a snapshot that is not there": (
        {"DiskContainers": [{"SnapshotId": UNKNOWN}]},
        "InvalidSnapshot.NotFound",
    ),
    "a license that is none": ({"LicenseType": "GPL"}, "InvalidParameterValue"),
    "a platform that is none": ({"Platform": "Plan 9"}, "InvalidParameterValue"),
    "a boot mode that cannot be asked for": ({"BootMode": "uefi-preferred"}, "InvalidParameterValue"),
    "a key without encryption": ({"KmsKeyId": "alias/ebs"}, "InvalidParameterCombination"),
    "UEFI with encryption": ({"BootMode": "uefi", "Encrypted": True}, "InvalidParameterCombination"),
    "another role": ({"RoleName": "nobody"}, "InvalidParameter"),
}


@pytest.mark.parametrize("case", REQUESTS)
def test_a_request_is_refused(case: str, ec2: Any) -> None:
    wrong, code = REQUESTS[case]
    assert refusal(lambda: ec2.import_image(**({"DiskContainers": [OBJECT]} | wrong))).code == code
    assert ec2.describe_import_image_tasks()["ImportImageTasks"] == []


def test_a_snapshot_has_to_be_completed_and_a_uefi_guests_platform_known(clients: Clients, ec2: Any) -> None:
    ebs = clients("ebs")
    pending, root = stored(ebs, {}, complete=False), stored(ebs, {0: block(1)})
    assert refusal(lambda: begun(ec2, {"SnapshotId": pending})).code == "IncorrectState"
    uefi = partial(begun, ec2, {"SnapshotId": root}, BootMode="uefi")
    assert refusal(uefi).code == "MissingParameter"
    image_id = ended(ec2, uefi(Platform="Linux"))["ImageId"]
    assert ec2.describe_images(ImageIds=[image_id])["Images"][0]["BootMode"] == "uefi"


def test_a_bucket_of_another_region_is_refused(aws: Aws, ec2: Any) -> None:
    clients_of(aws.url, "us-west-2")("s3").create_bucket(
        Bucket="far", CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    far = {"Format": "RAW", "Url": "s3://far/db01.raw"}
    assert refusal(lambda: begun(ec2, far)).code == "InvalidParameter"


def test_a_task_is_cancelled_once(aws: Aws, clients: Clients, ec2: Any) -> None:
    task_id = begun(ec2, source(clients, "db01.raw", RAW))
    answer = ec2.cancel_import_task(ImportTaskId=task_id)
    assert (answer["PreviousState"], answer["State"]) == ("active", "deleting")
    assert ended(ec2, task_id)["Status"] == "deleted"
    assert refusal(lambda: ec2.cancel_import_task(ImportTaskId=task_id)).code == "IncorrectState"
    assert (
        refusal(lambda: ec2.cancel_import_task(ImportTaskId="import-ami-0")).code == "InvalidConversionTaskId"
    )
    assert aws.control.snapshots() == []


def test_a_token_belongs_to_one_import_and_tasks_are_counted(aws: Aws, clients: Clients, ec2: Any) -> None:
    container = source(clients, "db01.raw", RAW)
    aws.control.limit(import_tasks=2)
    once = partial(begun, ec2, container, ClientToken="token")
    assert once() == once()
    assert refusal(lambda: once(Description="other")).code == "IdempotentParameterMismatch"
    begun(ec2, container)
    assert refusal(lambda: begun(ec2, container)).code == "ResourceCountLimitExceeded"


def test_a_disk_becomes_a_snapshot(aws: Aws, clients: Clients, ec2: Any) -> None:
    answer = ec2.import_snapshot(DiskContainer=source(clients, "data.raw", RAW), Description="data")
    task_id = answer["ImportTaskId"]
    assert (answer["SnapshotTaskDetail"]["Status"], answer["SnapshotTaskDetail"]["Progress"]) == (
        "active",
        "3",
    )
    describe = partial(ec2.describe_import_snapshot_tasks, ImportTaskIds=[task_id])
    while (detail := describe()["ImportSnapshotTasks"][0]["SnapshotTaskDetail"])["Status"] == "active":
        pass
    assert detail["Status"] == "completed"
    assert aws.control.data(detail["SnapshotId"]) == [0, 2]
