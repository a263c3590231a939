"""Doubles of images of EC2, and of what stands behind connectors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from smsgen.model.launch import S3Location
from smsgen.model.replicating.catalog import Connector
from smsgen.operations.ports.disks import DiskFile, StoredBytes
from smsgen.operations.ports.images import (
    ImageInfo,
    ImportState,
    ImportTask,
    NewImage,
    NewImport,
    UploadProgress,
)
from smsgen.operations.ports.inventories import ConnectorUnreadable, FoundDisk, FoundServer
from smsgen.sources.importable import PlainDisk
from tests.operations.replication.fakes import Disk


class FakeImages:
    """EC2's images in memory; an import is converted at the second look. `before_register` may raise."""

    def __init__(self) -> None:
        self.images: dict[str, ImageInfo] = {}
        self.registered: list[NewImage] = []
        self.imports: dict[str, NewImport] = {}
        self.looks: dict[str, int] = {}
        self.used: set[str] = set()
        self.before_register: Any = lambda: None
        self.import_fails = ""
        self.role_is_wrong = ""
        self._made = 0

    def register(self, image: NewImage) -> str:
        self.before_register()
        for there in self.images.values():
            if there.name == image.name:
                return there.image_id
        self.registered.append(image)
        return self._add(image.name, tuple(disk.snapshot_id for disk in image.disks), image.tags)

    def _add(self, name: str, snapshots: tuple[str, ...], tags: Any) -> str:
        self._made += 1
        image_id = f"ami-{self._made:017x}"
        created = f"2026-01-01T00:00:{self._made:02}Z"
        self.images[image_id] = ImageInfo(image_id, name, "available", created, snapshots, tuple(tags))
        return image_id

    def find(self, image_id: str) -> ImageInfo | None:
        return self.images.get(image_id)

    def of_job(self, job_id: str) -> tuple[ImageInfo, ...]:
        return tuple(image for image in self.images.values() if image.tag("SMSJobId") == job_id)

    def in_use(self, image_ids: Iterable[str]) -> frozenset[str]:
        return frozenset(image_ids) & self.used

    def tag(self, resource_ids: Iterable[str], tags: Any) -> None:
        for resource_id in resource_ids:
            if resource_id in self.images:
                image = self.images[resource_id]
                self.images[resource_id] = image._replace(tags=(*image.tags, *tags))

    def deregister(self, image_id: str) -> None:
        self.images.pop(image_id, None)

    def begin_import(self, request: NewImport) -> str:
        task_id = f"import-ami-{request.token}"
        self.imports[task_id] = request
        self.looks.setdefault(task_id, 0)
        return task_id

    def import_task(self, task_id: str) -> ImportTask | None:
        if task_id not in self.imports:
            return None
        self.looks[task_id] += 1
        if self.looks[task_id] < 2:
            return ImportTask(task_id, ImportState.ACTIVE, "converting", 30)
        if self.import_fails:
            return ImportTask(task_id, ImportState.FAILED, self.import_fails)
        disks = self.imports[task_id].disks
        snapshots = tuple(f"snap-of-{task_id}-{number}" for number in range(len(disks)))
        return ImportTask(task_id, ImportState.COMPLETED, "", 100, self._add(task_id, snapshots, ()))

    def role_problem(self, role: str) -> str:
        return self.role_is_wrong

    def cancel_import(self, task_id: str) -> None:
        self.imports.pop(task_id, None)


class FakeUploads:
    """A bucket in memory. `before_upload` may raise."""

    def __init__(self) -> None:
        self.files: dict[str, int] = {}
        self.forgotten: list[str] = []
        self.before_upload: Any = lambda: None

    def upload(
        self,
        source: StoredBytes,
        name: str,
        *,
        goes_on: Callable[[], bool],
        report: Callable[[UploadProgress], None],
        take: Callable[[int], bool] = lambda _: True,
    ) -> S3Location | None:
        self.before_upload()
        if not goes_on():
            return None
        source.check()
        take(source.length)
        new = name not in self.files
        self.files[name] = source.length
        report(UploadProgress(source.length, source.length, source.length if new else 0))
        return S3Location("images", name)

    def forget(self, folder: str) -> None:
        self.forgotten.append(folder)
        self.files = {name: size for name, size in self.files.items() if not name.startswith(f"{folder}/")}


def _same(disk: Disk) -> Disk:
    return disk


def _file(disk: Disk) -> DiskFile:
    return DiskFile("RAW", PlainDisk(disk, "disk"))


class FakeInventories:
    """`found`: location -> what stands there; `machines`: vm id -> its disks. A location that is not there fails.

    `elsewhere`: locations that this machine does not have.
    """

    def __init__(self) -> None:
        self.found: dict[str, list[FoundServer]] = {}
        self.machines: dict[str, list[Disk]] = {}
        self.elsewhere: set[str] = set()

    def servers(
        self, connector: Connector, *, between: Callable[[], None] = lambda: None
    ) -> tuple[FoundServer, ...]:
        between()
        if connector.location not in self.found:
            raise ConnectorUnreadable(f"there is no folder {connector.location}")
        return tuple(self.found[connector.location])

    def reads(self, connector: Connector) -> bool:
        return connector.location not in self.elsewhere

    def disks(self, connector: Connector, vm_id: str) -> tuple[FoundDisk, ...]:
        return tuple(
            FoundDisk(f"disk{number}", partial(_same, disk), partial(_file, disk))
            for number, disk in enumerate(self.machines.get(vm_id, ()))
        )
