"""Uploads a disk for ImportImage: the use case. Call it again with the same name after anything; it goes on."""

from __future__ import annotations

from collections.abc import Callable

from smsgen.operations.ports.images import ImportedDisk, UploadProgress, Uploads
from smsgen.operations.ports.inventories import FoundDisk
from smsgen.operations.replication.going import Going
from smsgen.operations.replication.records import CopyWorld, Paused


def upload_disk(
    disk: FoundDisk,
    name: str,
    uploads: Uploads,
    world: CopyWorld,
    *,
    goes_on: Callable[[], bool] = lambda: True,
    report: Callable[[UploadProgress], None] = lambda _: None,
) -> ImportedDisk:
    """Upload a disk as a file that ImportImage takes, and return where it stands; its ending is put to the name.

    The line and the hours of `world` hold for it. Raises SourceChanged, SourceUnreadable, Paused, and ServiceError
    where S3 refuses.
    """
    going = Going(goes_on, world)
    if not going():
        raise Paused(going.until)
    file = disk.open_file()
    try:
        location = uploads.upload(
            file.content,
            f"{name}.{file.format.lower()}",
            goes_on=going,
            report=report,
            take=world.line.take,
        )
    finally:
        file.content.close()
    if location is None:
        raise Paused(going.until)
    return ImportedDisk(location=location, format=file.format)
