"""ImportImage and ImportSnapshot: tasks that go their way step by step, or fail.

https://docs.aws.amazon.com/vm-import/latest/userguide/import-vm-image.html. The steps between `pending` and `completed`
are what others saw: https://blog.zhaw.ch/icclab/walk-through-importing-virtual-machine-images-into-ec2/.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import uuid4

from tests.servers.aws.blocks import Disk
from tests.servers.aws.containers import Unreadable, disks, s3_object
from tests.servers.aws.images import Registration, StoredImage
from tests.servers.aws.snapshots import StoredSnapshot, completed
from tests.servers.aws.state import State

STEPS = (
    ("pending", 2),
    ("validating", 19),
    ("validated", 19),
    ("converting", 28),
    ("updating", 39),
    ("updated", 49),
    ("booting", 56),
    ("booted", 66),
    ("preparing ami", 76),
)
"""An active task's StatusMessage and Progress, in their order; then it is completed."""

SNAPSHOT_STEPS = (("pending", 3), ("validating", 15), ("validated", 19), ("downloading/converting", 22))

STATUS_WORDS = ("validating", "validated", "converting", "updating")
"""Those of the steps that the guide lists as values of Status; the service has been seen to say `active` all along."""

MOST_VOLUMES = 21

MESSAGES = {
    "unsupported kernel": "ClientError: Unsupported kernel version 5.4.66-gentoo-x86_64",
    "unknown os": "ClientError: Unknown OS / Missing OS files.",
    "unsupported format": "ClientError: Disk validation failed [Unsupported VMDK File Format]",
    "no access": (
        "ClientError: Disk validation failed "
        "[We do not have access to the given resource. Reason 403 Forbidden]"
    ),
    "no partitions": "ClientError: No valid partitions. Not a valid volume.",
    "fstab": "ClientError: Invalid configuration - Could not read fstab",
    "first boot": (
        "FirstBootFailure: This import request failed because the Windows instance failed to boot and establish "
        "network connectivity."
    ),
    "server": "ServerError: Internal server error",
}
"""Texts of failures that were seen at AWS or stand in its guide, by a name for them."""


class Source(NamedTuple):
    """A disk container: an object in S3 or a snapshot. `fields` are as they are described again."""

    fields: dict[str, Any]
    container: str = "RAW"
    bucket: str = ""
    key: str = ""
    snapshot_id: str = ""


class Import(NamedTuple):
    """An ImportImage, or an ImportSnapshot (`kind` "snap"), as it came."""

    kind: str
    sources: tuple[Source, ...]
    fields: dict[str, Any]
    platform: str | None = None
    architecture: str = "x86_64"
    boot_mode: str | None = None
    kms_key: str | None = None


class ImportTask:
    """A task. `look` moves it, by one step or by the clock, and tells how it stands."""

    def __init__(self, backend: Any, state: State, request: Import) -> None:
        self.id = f"import-{request.kind}-{uuid4().hex[:17]}"
        self.request = request
        self.tags: dict[str, str] = {}
        self.image_id: str | None = None
        self.snapshot_ids: list[str] = []
        self._backend = backend
        self._state = state
        self._steps = STEPS if request.kind == "ami" else SNAPSHOT_STEPS
        self._began = state.clock.now()
        self._step = -1
        self._status = "active"
        self._failure = ""
        self._planned = state.import_failures.pop(0) if state.import_failures else ("", "")

    @property
    def status(self) -> str:
        """Return active, deleting, deleted or completed."""
        return self._status

    def look(self) -> dict[str, Any]:
        """Return Status, StatusMessage and Progress, as they are from now on."""
        if self._status == "deleting":
            self._status = "deleted"
        if self._status == "active":
            self._advance()
        if self._status != "active":
            return {"Status": self._status} | ({"StatusMessage": self._failure} if self._failure else {})
        message, progress = self._steps[self._step]
        by_word = self._state.limits.import_status_words and message in STATUS_WORDS
        status = message if by_word else "active"
        return {"Status": status, "StatusMessage": message, "Progress": str(progress)}

    def cancel(self) -> None:
        """End a task that is active."""
        self._status, self._failure = "deleting", "User requested cancellation"

    def _advance(self) -> None:
        seconds = self._state.limits.import_seconds
        if seconds is None:
            target = self._step + 1
        else:
            elapsed = self._state.clock.now() - self._began
            target = int(len(self._steps) * elapsed / seconds) if seconds else len(self._steps)
        while self._status == "active" and self._step < target:
            self._step += 1
            self._enter()

    def _enter(self) -> None:
        failure, at = self._planned
        if self._step >= len(self._steps):
            return self._finish()
        if failure and self._steps[self._step][0] == at:
            self._fail(failure)
        return None

    def _fail(self, message: str) -> None:
        self._status, self._failure = "deleting", message

    def _finish(self) -> None:
        try:
            filled = [disk for source in self.request.sources for disk in self._disks(source)]
        except Unreadable as error:
            return self._fail(str(error))
        if len(filled) > MOST_VOLUMES:
            return self._fail(f"ClientError: {len(filled)} volumes are more than {MOST_VOLUMES}")
        snapshots = [self._snapshot(disk) for disk in filled]
        self.snapshot_ids = [snapshot.id for snapshot in snapshots]
        if self.request.kind == "ami":
            self.image_id = self._image(snapshots).id
        self._status = "completed"
        return None

    def _disks(self, source: Source) -> list[Disk]:
        if source.snapshot_id:
            snapshot = self._backend.snapshots.get(source.snapshot_id)
            if not isinstance(snapshot, StoredSnapshot):
                raise Unreadable(f"ClientError: The snapshot '{source.snapshot_id}' does not exist.")
            return [Disk(snapshot.disk.gib, snapshot.disk)]
        with s3_object(self._backend.account_id, source.bucket, source.key) as image:
            return disks(image, source.container, self._state.spool)

    def _snapshot(self, disk: Disk) -> StoredSnapshot:
        text = f"Created by AWS-VMImport service for {self.id}"
        return completed(self._backend, self._state, disk, description=text, kms_key=self.request.kms_key)

    def _image(self, snapshots: list[StoredSnapshot]) -> StoredImage:
        """Make the image: its name is the task's id."""
        devices = ("/dev/sda1", *(f"/dev/sd{chr(letter)}" for letter in range(ord("f"), ord("z"))))
        pairs = zip(devices, snapshots, strict=False)
        mappings = [{"DeviceName": device, "Ebs": {"SnapshotId": each.id}} for device, each in pairs]
        registration = Registration(
            name=self.id,
            mappings=mappings,
            description=f"AWS-VMImport service: {self.request.platform or 'Linux'} - {self.id}",
            virtualization="hvm",
            architecture=self.request.architecture,
            ena=True,
            boot_mode=self.request.boot_mode,
            platform="windows" if (self.request.platform or "").lower() == "windows" else None,
        )
        image = StoredImage(self._backend, registration)
        self._backend.amis[image.id] = image
        return image
