"""Snapshots become an image: registered as they are, or converted by VM Import/Export.

    image_name       what an image is called
    register_image   snapshots of a guest that is EC2-ready -> an image that is available
    import_image     snapshots or uploaded files of any other guest -> an image that is available

Both may be called again with the same arguments after anything: the image, or the import under way, is found again.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from smsgen.errors import SmsgenError
from smsgen.operations.ports.images import Images, ImportState, ImportTask, NewImage, NewImport
from smsgen.operations.ports.protocols import Clock
from smsgen.operations.ports.waiting import Backoff, Pace
from smsgen.operations.replication.records import Paused

REGISTERING = Pace(first=2.0, longest=15.0, deadline=3600.0)
IMPORTING = Pace(first=5.0, longest=60.0, deadline=24 * 3600.0)
"""How long an image is waited for: what comes of registering is there in minutes, of an import in hours."""

MOST_IMPORTED = 21
"""Disks that ImportImage takes (SMS took 22)."""


def image_name(server: str, job_id: str, run_id: str) -> str:
    """Return the name of a run's image, of the characters and the length that EC2 takes; the ids make it unique."""
    tail = f" {job_id} {run_id}"
    cleaned = re.sub(r"[^A-Za-z0-9()\[\] ./\-'@_]+", "-", server).strip()
    return f"{cleaned[: 128 - len(tail)].strip()}{tail}".strip()


class ImportFailed(SmsgenError):
    """VM Import/Export could not make an image; the message is AWS's, the hint what helps."""


_HINTS = (
    (
        "Unsupported kernel",
        "the guest's kernel is none that AWS imports: --target ebs-direct, and --image-route register",
    ),
    (
        "Unknown OS",
        "no system is found on the first disk: check the order of the disks, or register it as it is",
    ),
    ("File Format", "export the disk as streamOptimized VMDK, VHD, VHDX or RAW, or copy it into a snapshot"),
    (
        "do not have access",
        "let the role vmimport read the bucket, and use its key: `smsgen iam-policy vmimport`",
    ),
    ("valid partitions", "the first disk holds no partitions: check the order of the disks"),
    ("fstab", "let /etc/fstab name disks by UUID, then run it again"),
    ("FirstBootFailure", "see what AWS asks of Windows before an import (sysprep, drivers, remote desktop)"),
    ("invalid length", "the image is damaged: export it again"),
    ("ancellation", "somebody cancelled it: run it again"),
    ("deleted", "somebody ended it, or AWS did without a reason: run it again"),
    ("ServerError", "run it again"),
)

IMPORT_STAGES = {
    "pending": "it waits for its turn",
    "validating": "the disks are checked",
    "validated": "the disks are fine",
    "converting": "the disks become EBS volumes",
    "updating": "the guest gets what EC2 needs",
    "updated": "the guest has what EC2 needs",
    "preparing to boot": "the guest is about to boot",
    "booting": "the guest boots, to see whether it does",
    "booted": "the guest has booted",
    "preparing ami": "the image is made",
}
"""What VM Import/Export says of an import that is under way -> what that means. Some words are of its guide, the rest
was seen: https://docs.aws.amazon.com/vm-import/latest/userguide/vmimport-image-import.html
"""


def stage_of(task: ImportTask) -> str:
    """Return how far an import is: AWS's word, its percents, and what the word means where that is known."""
    meaning = IMPORT_STAGES.get(task.message)
    percent = f" {task.progress} %" if task.progress else ""
    return f"{task.message}{percent}{f': {meaning}' if meaning else ''}".strip()


def too_many_disks(count: int) -> ImportFailed:
    """Return what is raised for a server of more disks than an import takes."""
    return ImportFailed(
        f"the server has {count} disks, and an import takes {MOST_IMPORTED}",
        hint="register it as it is, or import without the disks that it does not boot from",
    )


def require_role(role: str, images: Images) -> None:
    """Raise ImportFailed where VM Import/Export cannot work with a role ("" is vmimport): better now than in hours."""
    problem = images.role_problem(role)
    if problem:
        raise ImportFailed(
            problem,
            hint="make it as docs/replication.md says: trust vmie.amazonaws.com, and allow it what "
            "`smsgen iam-policy vmimport` prints",
        )


def register_image(
    image: NewImage, images: Images, clock: Clock, *, goes_on: Callable[[], bool] = lambda: True
) -> str:
    """Register an image of completed snapshots, and return its id once it is available.

    Raises Paused where `goes_on` says no, SmsgenError where the image fails, and ServiceError.
    """
    image_id = images.register(image)
    return _available(image_id, images, clock, goes_on)


def import_image(
    request: NewImport,
    images: Images,
    clock: Clock,
    *,
    name: str,
    task_id: str = "",
    noted: Callable[[str], None] = lambda _: None,
    goes_on: Callable[[], bool] = lambda: True,
    report: Callable[[ImportTask], None] = lambda _: None,
) -> str:
    """Convert disks into an image, and return its id once it is available, with its `name` and tags on it.

    `task_id` is the import that is under way, "" to begin one, which is handed to `noted` first. `report` gets every
    look at it. Raises ImportFailed with AWS's reason, Paused where `goes_on` says no (the import goes on by itself),
    and ServiceError.
    """
    if not task_id:
        if len(request.disks) > MOST_IMPORTED:
            raise too_many_disks(len(request.disks))
        task_id = images.begin_import(request)
        noted(task_id)
    image_id = _imported(task_id, images, clock, goes_on, report)
    info = images.find(image_id)
    images.tag([image_id, *(info.snapshot_ids if info else ())], (("Name", name), *request.tags))
    return _available(image_id, images, clock, goes_on)


def _imported(
    task_id: str,
    images: Images,
    clock: Clock,
    goes_on: Callable[[], bool],
    report: Callable[[ImportTask], None],
) -> str:
    backoff, message = Backoff(clock, IMPORTING), ""
    while True:
        task = images.import_task(task_id)
        if task is None:
            raise ImportFailed(f"AWS knows no import {task_id} any more", hint="run it again")
        report(task)
        if task.state is ImportState.COMPLETED:
            return task.image_id
        if task.state is ImportState.FAILED:
            raise _failed(task)
        if task.message != message:
            message = task.message
            backoff.reset()
        _wait(backoff, goes_on, f"the import {task_id} is still {message}")


def _failed(task: ImportTask) -> ImportFailed:
    hints = (hint for words, hint in _HINTS if words in task.message)
    default = (
        "https://docs.aws.amazon.com/vm-import/latest/userguide/vmimport-troubleshooting.html tells more"
    )
    return ImportFailed(f"the import {task.task_id} failed: {task.message}", hint=next(hints, default))


def _available(image_id: str, images: Images, clock: Clock, goes_on: Callable[[], bool]) -> str:
    backoff = Backoff(clock, REGISTERING)
    while True:
        image = images.find(image_id)
        if image is not None and image.state == "available":
            return image_id
        if image is not None and image.state != "pending":
            raise SmsgenError(
                f"image {image_id} is {image.state}", hint="look at its snapshots, and run it again"
            )
        _wait(backoff, goes_on, f"image {image_id} is still not available")


def _wait(backoff: Backoff, goes_on: Callable[[], bool], late: str) -> None:
    if not goes_on():
        raise Paused
    if not backoff.wait():
        raise SmsgenError(f"{late} after {IMPORTING.deadline / 3600:.0f} hours", hint="run it again")
