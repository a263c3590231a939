"""ImportImage, ImportSnapshot and what goes with them, as operations of moto's EC2.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ImportImage.html and
https://docs.aws.amazon.com/vm-import/latest/userguide/troubleshooting-vm-import-export.html (the texts).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses import EC2Response

from tests.servers.aws.containers import FORMATS
from tests.servers.aws.images import usable_snapshot
from tests.servers.aws.imports import Import, ImportTask, Source
from tests.servers.aws.state import State

Fields = Mapping[str, Any]


class _Rule(NamedTuple):
    """`breaks` tells whether a request breaks it."""

    breaks: Callable[[Fields], bool]
    code: str
    message: str


def _has_snapshot(fields: Fields) -> bool:
    return any("SnapshotId" in container for container in fields["DiskContainers"])


_RULES = (
    _Rule(lambda fields: not fields["DiskContainers"], "MissingParameter", "A disk container is required."),
    _Rule(
        lambda fields: any(_places(container) != 1 for container in fields["DiskContainers"]),
        "InvalidParameterCombination",
        "A disk container names either an object in S3 or a snapshot.",
    ),
    _Rule(
        lambda fields: any(
            "SnapshotId" not in container and str(container.get("Format")).upper() not in FORMATS
            for container in fields["DiskContainers"]
        ),
        "InvalidParameter",
        "Parameter disk-image-size=0 has an invalid format",
    ),
    _Rule(
        lambda fields: fields.get("LicenseType") not in (None, "AWS", "BYOL"),
        "InvalidParameterValue",
        "The license type must be AWS or BYOL.",
    ),
    _Rule(
        lambda fields: str(fields.get("Platform", "linux")).lower() not in ("windows", "linux"),
        "InvalidParameterValue",
        "The platform must be Windows or Linux.",
    ),
    _Rule(
        lambda fields: fields.get("BootMode") not in (None, "legacy-bios", "uefi"),
        "InvalidParameterValue",
        "The uefi-preferred boot mode isn't supported for importing images.",
    ),
    _Rule(
        lambda fields: "KmsKeyId" in fields and not fields.get("Encrypted"),
        "InvalidParameterCombination",
        "If a KmsKeyId is specified, the Encrypted flag must also be set.",
    ),
    _Rule(
        lambda fields: (
            fields.get("BootMode") == "uefi"
            and bool(fields.get("Encrypted") or fields.get("LicenseSpecifications"))
        ),
        "InvalidParameterCombination",
        "An import that boots by UEFI can be neither encrypted nor have license configurations.",
    ),
    _Rule(
        lambda fields: (
            fields.get("BootMode") == "uefi" and _has_snapshot(fields) and "Platform" not in fields
        ),
        "MissingParameter",
        "An import of snapshots that boots by UEFI needs the platform.",
    ),
)

_ECHOED = ("Description", "Architecture", "Encrypted", "KmsKeyId", "LicenseType", "Platform", "BootMode")


def _places(container: Fields) -> int:
    return sum(key in container for key in ("UserBucket", "Url", "SnapshotId"))


def import_answers(state: State) -> dict[str, Callable[..., Any]]:
    """Return the operations, by moto's names for them."""

    def import_image(response: EC2Response) -> ActionResult:
        fields = _fields(
            response, "DiskContainers", *_ECHOED, "LicenseSpecifications", "RoleName", "Hypervisor"
        )
        fields["DiskContainers"] = fields.get("DiskContainers", [])
        task = _begun(response, state, "ami", fields, "import-image-task")
        return ActionResult(_image_task(task))

    def import_snapshot(response: EC2Response) -> ActionResult:
        fields = _fields(response, "DiskContainer", "Description", "Encrypted", "KmsKeyId", "RoleName")
        fields["DiskContainers"] = [fields.pop("DiskContainer", {})]
        task = _begun(response, state, "snap", fields, "import-snapshot-task")
        return ActionResult(_snapshot_task(task))

    def describe_import_image_tasks(response: EC2Response) -> ActionResult:
        return ActionResult({"ImportImageTasks": [_image_task(task) for task in _asked(response, "ami")]})

    def describe_import_snapshot_tasks(response: EC2Response) -> ActionResult:
        return ActionResult(
            {"ImportSnapshotTasks": [_snapshot_task(task) for task in _asked(response, "snap")]}
        )

    def cancel_import_task(response: EC2Response) -> ActionResult:
        task_id = response._get_param("ImportTaskId", "")
        response.error_on_dryrun()
        task = _task(response, task_id)
        before = task.status
        if before not in ("active", "deleting"):
            raise EC2ClientError("IncorrectState", f"The task {task_id} is {before}")
        task.cancel()
        return ActionResult({"ImportTaskId": task_id, "PreviousState": before, "State": "deleting"})

    return {
        "import_image": import_image,
        "import_snapshot": import_snapshot,
        "describe_import_image_tasks": describe_import_image_tasks,
        "describe_import_snapshot_tasks": describe_import_snapshot_tasks,
        "cancel_import_task": cancel_import_task,
    }


def tags_of(response: EC2Response, kind: str) -> dict[str, str]:
    """Return the tags that a request gives to one kind of resource."""
    tags: dict[str, str] = response._parse_tag_specification().get(kind, {})
    return tags


def _fields(response: EC2Response, *names: str) -> dict[str, Any]:
    values = {name: response._get_param(name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _tasks(response: EC2Response) -> dict[str, ImportTask]:
    tasks: dict[str, ImportTask] = vars(response.ec2_backend).setdefault("_import_tasks", {})
    return tasks


def _begun(response: EC2Response, state: State, kind: str, fields: Fields, resource: str) -> ImportTask:
    """Begin a task, or give the one that the same request began; raises EC2ClientError."""
    response.error_on_dryrun()
    _check(response, fields)
    tokens = vars(response.ec2_backend).setdefault("_import_tokens", {})
    token = response._get_param("ClientToken")
    with state.lock:
        earlier = tokens.get(token)
        if earlier and earlier[0] != fields:
            raise EC2ClientError(
                "IdempotentParameterMismatch", "The client token was used for another request."
            )
        if earlier:
            same: ImportTask = earlier[1]
            return same
        tasks = _tasks(response)
        if sum(task.status == "active" for task in tasks.values()) >= state.limits.import_tasks:
            raise EC2ClientError("ResourceCountLimitExceeded", "Too many import tasks are active.")
        task = ImportTask(response.ec2_backend, state, _import(kind, fields))
        task.tags = tags_of(response, resource)
        tasks[task.id] = task
        if token:
            tokens[token] = (fields, task)
        return task


def _check(response: EC2Response, fields: Fields) -> None:
    for rule in _RULES:
        if rule.breaks(fields):
            raise EC2ClientError(rule.code, rule.message)
    _check_role(response, fields.get("RoleName", "vmimport"))
    for container in fields["DiskContainers"]:
        if "SnapshotId" in container:
            usable_snapshot(response.ec2_backend, container["SnapshotId"])
        else:
            _check_bucket(response, _place(container)[0])


def _check_role(response: EC2Response, name: str) -> None:
    from moto.iam.models import iam_backends

    roles = iam_backends[response.current_account]["aws"].roles.values()
    if name not in {role.name for role in roles}:
        message = (
            f"The service role {name} does not exist or does not have sufficient permissions "
            "for the service to continue"
        )
        raise EC2ClientError("InvalidParameter", message)


def _check_bucket(response: EC2Response, name: str) -> None:
    from moto.s3.models import s3_backends

    bucket = s3_backends[response.current_account]["aws"].buckets.get(name)
    if bucket is None:
        raise EC2ClientError("InvalidParameter", "Invalid S3 source location")
    if bucket.region_name != response.region:
        raise EC2ClientError("InvalidParameter", "The given S3 bucket is not local to the Region")


def _place(container: Fields) -> tuple[str, str]:
    """Return the bucket and the key of a container; of a URL, be it s3:// or https://BUCKET.s3…."""
    if "UserBucket" in container:
        return container["UserBucket"].get("S3Bucket", ""), container["UserBucket"].get("S3Key", "")
    url = urlsplit(container["Url"])
    return url.netloc.partition(".")[0], unquote(url.path.lstrip("/"))


def _import(kind: str, fields: Fields) -> Import:
    key = fields.get("KmsKeyId") or ("aws-ebs" if fields.get("Encrypted") else None)
    return Import(
        kind,
        tuple(_source(container) for container in fields["DiskContainers"]),
        {name: fields[name] for name in _ECHOED if name in fields},
        platform=fields.get("Platform"),
        architecture=fields.get("Architecture", "x86_64"),
        boot_mode=fields.get("BootMode"),
        kms_key=key,
    )


def _source(container: Fields) -> Source:
    if "SnapshotId" in container:
        return Source(dict(container), snapshot_id=container["SnapshotId"])
    bucket, key = _place(container)
    return Source(dict(container), container["Format"].upper(), bucket, key)


def _task(response: EC2Response, task_id: str) -> ImportTask:
    task = _tasks(response).get(task_id)
    if task is None:
        raise EC2ClientError("InvalidConversionTaskId", f"The import task ID '{task_id}' does not exist")
    return task


def _asked(response: EC2Response, kind: str) -> Sequence[ImportTask]:
    """Return the tasks that a request describes."""
    response.error_on_dryrun()
    task_ids = response._get_param("ImportTaskIds", [])
    if task_ids:
        return [_task(response, task_id) for task_id in task_ids]
    states = response._filters_from_querystring().get("task-state")
    tasks = [task for task in _tasks(response).values() if task.request.kind == kind]
    return [task for task in tasks if not states or task.status in states]


def _image_task(task: ImportTask) -> dict[str, Any]:
    looked = task.look()
    count = max(len(task.request.sources), len(task.snapshot_ids))  # an archive may hold several disks
    fields = {
        "ImportTaskId": task.id,
        "SnapshotDetails": [_detail(task, number, looked) for number in range(count)],
        "Tags": _tags(task),
    }
    image = {"ImageId": task.image_id} if task.image_id else {}
    return fields | task.request.fields | image | looked


def _detail(task: ImportTask, number: int, looked: Fields) -> dict[str, Any]:
    sources, snapshot_ids = task.request.sources, task.snapshot_ids
    snapshot = {"SnapshotId": snapshot_ids[number]} if number < len(snapshot_ids) else {}
    status = "completed" if looked["Status"] == "completed" else "active"
    return {"Status": status} | sources[min(number, len(sources) - 1)].fields | snapshot


def _snapshot_task(task: ImportTask) -> dict[str, Any]:
    looked = task.look()
    detail = _detail(task, 0, looked) | looked
    return {
        "ImportTaskId": task.id,
        "Description": task.request.fields.get("Description"),
        "SnapshotTaskDetail": detail,
        "Tags": _tags(task),
    }


def _tags(task: ImportTask) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in task.tags.items()]
