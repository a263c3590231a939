"""The Images port on EC2 and VM Import/Export."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from smsgen.aws.clients import Clients
from smsgen.aws.errors import error_code, service_errors
from smsgen.errors import Refusal, refusal_of
from smsgen.operations.ports.images import (
    JOB_TAG,
    ImageInfo,
    ImportedDisk,
    ImportState,
    ImportTask,
    NewImage,
    NewImport,
    Tags,
)

IMPORT_ROLE = "vmimport"
"""What VM Import/Export assumes where an import names no role."""

_FILTER_VALUES = 200
_GONE = ("InvalidAMIID.NotFound", "InvalidAMIID.Unavailable")
_LIVING = ("pending", "running", "shutting-down", "stopping", "stopped")


class Ec2Images:
    """Images of one account and Region; see `operations.ports.images.Images`."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def register(self, image: NewImage) -> str:
        """Register an image; HVM, with ENA: what every current type of instance asks for."""
        with service_errors(f"cannot register the image {image.name}"):
            try:
                return str(self._ec2.register_image(**_registration(image))["ImageId"])
            except Exception as error:
                if error_code(error) != "InvalidAMIName.Duplicate":
                    raise
                there = self._namesake(image)
                if not there:
                    raise
                return there

    def find(self, image_id: str) -> ImageInfo | None:
        """Return how an image stands."""
        with service_errors(f"cannot read image {image_id}"):
            try:
                answer = self._ec2.describe_images(ImageIds=[image_id])
            except Exception as error:
                if error_code(error) in _GONE:
                    return None
                raise
        return next(map(_info, answer["Images"]), None)

    def of_job(self, job_id: str) -> tuple[ImageInfo, ...]:
        """Return the images of a job, the oldest first."""
        with service_errors(f"cannot list the images of {job_id}"):
            pages = self._ec2.get_paginator("describe_images").paginate(
                Owners=["self"], Filters=[{"Name": f"tag:{JOB_TAG}", "Values": [job_id]}]
            )
            images = [_info(image) for page in pages for image in page["Images"]]
        return tuple(sorted(images, key=lambda image: (image.created, image.name)))

    def in_use(self, image_ids: Iterable[str]) -> frozenset[str]:
        """Return those that instances were launched from which are not terminated."""
        states = {"Name": "instance-state-name", "Values": list(_LIVING)}
        used: set[str] = set()
        for some in _batches(image_ids):
            with service_errors("cannot list the instances of images"):
                filters = [{"Name": "image-id", "Values": some}, states]
                pages = self._ec2.get_paginator("describe_instances").paginate(Filters=filters)
                reservations = [reservation for page in pages for reservation in page["Reservations"]]
            used |= {str(one["ImageId"]) for reservation in reservations for one in reservation["Instances"]}
        return frozenset(used)

    def tag(self, resource_ids: Iterable[str], tags: Tags) -> None:
        """Put tags on images and snapshots."""
        ids = list(resource_ids)
        if ids and tags:
            with service_errors(f"cannot tag {', '.join(ids)}"):
                self._ec2.create_tags(Resources=ids, Tags=_tags(tags))

    def deregister(self, image_id: str) -> None:
        """Deregister an image."""
        with service_errors(f"cannot deregister image {image_id}"):
            try:
                self._ec2.deregister_image(ImageId=image_id)
            except Exception as error:
                if error_code(error) not in _GONE:
                    raise

    def begin_import(self, request: NewImport) -> str:
        """Begin to convert disks into an image."""
        with service_errors("cannot begin to import an image"):
            return str(self._ec2.import_image(**_import(request))["ImportTaskId"])

    def import_task(self, task_id: str) -> ImportTask | None:
        """Return how an import stands."""
        with service_errors(f"cannot read the import {task_id}"):
            try:
                answer = self._ec2.describe_import_image_tasks(ImportTaskIds=[task_id])
            except Exception as error:
                if error_code(error).startswith("InvalidConversionTaskId"):
                    return None
                raise
        return next(map(_task, answer["ImportImageTasks"]), None)

    def cancel_import(self, task_id: str) -> None:
        """End an import that is under way."""
        task = self.import_task(task_id)
        if task is not None and task.state is ImportState.ACTIVE:
            with service_errors(f"cannot cancel the import {task_id}"):
                self._ec2.cancel_import_task(ImportTaskId=task_id)

    def role_problem(self, role: str) -> str:
        """Return why VM Import/Export cannot work with a role; who may not look knows nothing against it."""
        name = (role or IMPORT_ROLE).rpartition("/")[2]
        with service_errors(f"cannot look at the role {name}"):
            try:
                found = self._clients.client("iam").get_role(RoleName=name)
            except Exception as error:
                if error_code(error) == "NoSuchEntity":
                    return f"there is no role {name}, which VM Import/Export assumes"
                if refusal_of(error_code(error)) is Refusal.DENIED:
                    return ""
                raise
        trust = json.dumps(found["Role"].get("AssumeRolePolicyDocument", {}))
        return "" if "vmie." in trust else f"the role {name} does not trust vmie.amazonaws.com"

    @property
    def _ec2(self) -> Any:
        return self._clients.client("ec2")

    def _namesake(self, image: NewImage) -> str:
        """Return the image of that name that has the same snapshots: an answer that was lost; "" for another's."""
        answer = self._ec2.describe_images(
            Owners=["self"], Filters=[{"Name": "name", "Values": [image.name]}]
        )
        snapshots = {disk.snapshot_id for disk in image.disks}
        same = (info for info in map(_info, answer["Images"]) if set(info.snapshot_ids) == snapshots)
        return next((info.image_id for info in same), "")


def _registration(image: NewImage) -> dict[str, Any]:
    # EC2's own defaults are paravirtual and i386, and RegisterImage refuses Encrypted where a snapshot is named.
    mappings = [
        {
            "DeviceName": disk.device,
            "Ebs": {"SnapshotId": disk.snapshot_id, "VolumeType": "gp3", "DeleteOnTermination": bool(number)},
        }
        for number, disk in enumerate(image.disks)
    ]
    request = {
        "Name": image.name,
        "Description": image.description[:255],
        "Architecture": image.architecture,
        "VirtualizationType": "hvm",
        "EnaSupport": True,
        "RootDeviceName": image.disks[0].device,
        "BlockDeviceMappings": mappings,
        "BootMode": "uefi" if image.efi else "legacy-bios",
    }
    if image.tags:
        request["TagSpecifications"] = [{"ResourceType": "image", "Tags": _tags(image.tags)}]
    return request


def _import(request: NewImport) -> dict[str, Any]:
    optional = {
        "Description": request.description[:255],
        "Platform": request.platform,
        "LicenseType": request.license_type,
        "BootMode": request.boot_mode,
        "RoleName": request.role,
        "Encrypted": request.encrypted,
        "KmsKeyId": request.kms_key_id if request.encrypted else "",
    }
    tags = [{"ResourceType": "import-image-task", "Tags": _tags(request.tags)}] if request.tags else []
    return {
        "ClientToken": request.token,
        "Architecture": request.architecture,
        "DiskContainers": list(map(_container, request.disks)),
        **({"TagSpecifications": tags} if tags else {}),
        **{name: value for name, value in optional.items() if value},
    }


def _container(disk: ImportedDisk) -> dict[str, Any]:
    if disk.location is None:
        return {"SnapshotId": disk.snapshot_id}
    bucket = {"S3Bucket": disk.location.bucket, "S3Key": disk.location.key}
    return {"Format": disk.format, "UserBucket": bucket}


def _info(image: dict[str, Any]) -> ImageInfo:
    mapped = (mapping.get("Ebs", {}).get("SnapshotId") for mapping in image.get("BlockDeviceMappings", ()))
    return ImageInfo(
        str(image["ImageId"]),
        str(image.get("Name", "")),
        str(image["State"]),
        str(image.get("CreationDate", "")),
        tuple(str(snapshot_id) for snapshot_id in mapped if snapshot_id),
        tuple((str(tag["Key"]), str(tag["Value"])) for tag in image.get("Tags", ())),
    )


_IMPORT_STATES = {
    **dict.fromkeys(("active", "validating", "validated", "converting", "updating"), ImportState.ACTIVE),
    "completed": ImportState.COMPLETED,
    **dict.fromkeys(("deleting", "deleted", "cancelling", "cancelled"), ImportState.FAILED),
}
"""Status of an import -> where it stands. One that failed is deleting, then deleted, and its message says why. AWS's
reference lists all but the last two, which CancelImportTask's words suggest; one that is not here is under way.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ImportImageTask.html
"""


def _task(task: dict[str, Any]) -> ImportTask:
    status = str(task.get("Status", ""))
    progress = str(task.get("Progress", ""))
    return ImportTask(
        str(task["ImportTaskId"]),
        _IMPORT_STATES.get(status, ImportState.ACTIVE),
        str(task.get("StatusMessage", "")) or status,
        int(progress) if progress.isdecimal() else 0,
        str(task.get("ImageId", "")),
    )


def _tags(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags]


def _batches(ids: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while some := list(islice(rest, _FILTER_VALUES)):
        yield some
