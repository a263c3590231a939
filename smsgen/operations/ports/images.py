"""The ports of what comes of snapshots: images of EC2, and the imports that convert guests into them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import NamedTuple, Protocol

from smsgen.model.launch import S3Location
from smsgen.operations.ports.disks import StoredBytes

JOB_TAG = "SMSJobId"
RUN_TAG = "SMSRunId"

Tags = tuple[tuple[str, str], ...]


class ImageDisk(NamedTuple):
    """A disk of an image: its device ("/dev/sda1" is the root's) and the completed snapshot that it begins as."""

    device: str
    snapshot_id: str


class NewImage(NamedTuple):
    """An image to register, of snapshots as they are; the root disk first. `efi`: the guest boots by UEFI.

    `name` is unique in an account and Region: 3 to 128 of A-Z a-z 0-9 ( ) [ ] space . / - ' @ _.
    """

    name: str
    disks: tuple[ImageDisk, ...]
    description: str = ""
    tags: Tags = ()
    architecture: str = "x86_64"
    efi: bool = False


class ImageInfo(NamedTuple):
    """How an image stands. `state`: available, pending, failed, …; `created`: ISO 8601, as EC2 has it."""

    image_id: str
    name: str
    state: str
    created: str
    snapshot_ids: tuple[str, ...]
    tags: Tags = ()

    def tag(self, key: str) -> str:
        """Return a tag's value, "" where there is none."""
        return dict(self.tags).get(key, "")


class ImportedDisk(NamedTuple):
    """A disk to convert: a completed snapshot, or an object in S3 in a `format` that ImportImage takes (OVA, VHD, VHDX,
    VMDK that is streamOptimized, RAW).
    """

    snapshot_id: str = ""
    location: S3Location | None = None
    format: str = ""


class NewImport(NamedTuple):
    """An import to begin; the root disk first. The same `token` begins no second one.

    `platform`: Windows or Linux; `license_type`: AWS or BYOL, "" for AWS's choice; `boot_mode`: legacy-bios, uefi, or
    "" for what the disk says; `role`: that VM Import/Export assumes, "" for vmimport.
    """

    token: str
    disks: tuple[ImportedDisk, ...]
    description: str = ""
    tags: Tags = ()
    platform: str = ""
    license_type: str = ""
    architecture: str = "x86_64"
    boot_mode: str = ""
    encrypted: bool = False
    kms_key_id: str = ""
    role: str = ""


class ImportState(Enum):
    """Where an import stands, of all the words that AWS has for it."""

    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class ImportTask(NamedTuple):
    """How an import stands. `message` is AWS's own (converting, ClientError: …); `progress` is in percent."""

    task_id: str
    state: ImportState
    message: str = ""
    progress: int = 0
    image_id: str = ""


class Images(Protocol):
    """Images of EC2. Every method raises ServiceError where AWS refuses."""

    def register(self, image: NewImage) -> str:
        """Register an image, and return its id; where one of that name and those snapshots is there already, its id."""

    def find(self, image_id: str) -> ImageInfo | None:
        """Return how an image stands; None where there is none."""

    def of_job(self, job_id: str) -> tuple[ImageInfo, ...]:
        """Return this account's images whose tag SMSJobId names the job, the oldest first."""

    def in_use(self, image_ids: Iterable[str]) -> frozenset[str]:
        """Return those of the images that instances were launched from which are not terminated."""

    def tag(self, resource_ids: Iterable[str], tags: Tags) -> None:
        """Put tags on images and snapshots."""

    def deregister(self, image_id: str) -> None:
        """Deregister an image; its snapshots stay. Nothing happens where there is none."""

    def begin_import(self, request: NewImport) -> str:
        """Begin to convert disks into an image, and return the task's id."""

    def import_task(self, task_id: str) -> ImportTask | None:
        """Return how an import stands; None where AWS knows none of that id."""

    def cancel_import(self, task_id: str) -> None:
        """End an import that is under way; nothing happens where it is not."""

    def role_problem(self, role: str) -> str:
        """Return why VM Import/Export cannot work with a role ("" is vmimport), "" where nothing is against it."""


class UploadProgress(NamedTuple):
    """How far an upload is, in bytes: in S3, in all, and sent since it was called (the rest was there)."""

    done: int
    expected: int
    sent: int


class Uploads(Protocol):
    """Image files in a bucket, for imports. Every method raises ServiceError where S3 refuses."""

    def upload(
        self,
        source: StoredBytes,
        name: str,
        *,
        goes_on: Callable[[], bool],
        report: Callable[[UploadProgress], None],
        take: Callable[[int], bool] = lambda _: True,
    ) -> S3Location | None:
        """Upload a file under a name, in parallel parts with their checksums; return where it stands.

        What stands there is called by the name and by the content's fingerprint. So a file that is there already is not
        sent again, and an upload that was broken off goes on: parts that are there with the same bytes are not sent
        again either. `goes_on` is asked every second, and where it says no, None is returned; `report` is called after
        each part, and `take` before so many bytes go over the line, by many threads. Raises SourceChanged where the
        file is not what was opened, and BadImage where it is too large.
        """

    def forget(self, folder: str) -> None:
        """Abort what is being uploaded into a folder of names, and delete what was; an empty one may be named."""
