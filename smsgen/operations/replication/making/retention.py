"""Which images of a job are too old, and what goes with them. Nothing goes that somebody still needs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from smsgen.errors import ServiceError
from smsgen.model.replicating.jobs import ReplicationJob
from smsgen.operations.ports.copying import Copying
from smsgen.operations.ports.images import ImageInfo, Images
from smsgen.operations.ports.snapshots import Snapshots
from smsgen.operations.replication.manifest import read_manifest


class Surplus(NamedTuple):
    """An image to deregister, and those of its snapshots to delete then."""

    image_id: str
    snapshot_ids: tuple[str, ...]


def surplus(
    images: Sequence[ImageInfo], *, keep: int, needed: Collection[str], bases: Collection[str]
) -> tuple[Surplus, ...]:
    """Return what of a job's images is too many: the oldest above `keep` (0: all are kept).

    `images` is the oldest first. `needed`: images that stay whatever their age (a launched stack's, an instance's).
    `bases`: snapshots that stay (the next run's parent). A snapshot that an image which stays has, stays too.
    """
    if keep <= 0:
        return ()
    going = [image for image in images[: max(0, len(images) - keep)] if image.image_id not in needed]
    gone = {image.image_id for image in going}
    held = {snapshot for image in images if image.image_id not in gone for snapshot in image.snapshot_ids}
    held |= set(bases)
    return tuple(
        Surplus(image.image_id, tuple(one for one in image.snapshot_ids if one not in held))
        for image in going
    )


def retire(
    job_id: str,
    images: Images,
    snapshots: Snapshots,
    *,
    keep: int,
    needed: Collection[str] = (),
    bases: Collection[str] = (),
) -> tuple[Surplus, ...]:
    """Deregister a job's oldest images above `keep` and delete their snapshots; return what went.

    Images that instances run from stay, as do those in `needed` (what templates and stacks name). Raises ServiceError;
    what went before it stays gone, and the next call goes on.
    """
    there = images.of_job(job_id)
    old = surplus(there, keep=keep, needed=needed, bases=bases)
    used = images.in_use(one.image_id for one in old)
    old = surplus(there, keep=keep, needed={*needed, *used}, bases=bases)
    for one in old:
        images.deregister(one.image_id)
        for snapshot_id in one.snapshot_ids:
            _delete(snapshots, snapshot_id)
    return old


def drop_copies(job: ReplicationJob, copying: Copying, *, keep: Collection[str]) -> None:
    """Delete what the last run copied and the next one does not build upon: its manifests, and those of its snapshots
    that no image holds, because the images were imported from them.

    `keep`: manifests and snapshots that stay. A snapshot that has children may go: EBS keeps the blocks that they need.
    Raises ServiceError; a second call goes on.
    """
    old = [name for name in job.bases if name not in keep]
    held = set(keep)
    if old:
        images = copying.images.of_job(job.replication_job_id)
        held |= {snapshot_id for image in images for snapshot_id in image.snapshot_ids}
    for name in old:
        manifest = read_manifest(copying.manifests, name)
        if manifest is not None and manifest.snapshot_id and manifest.snapshot_id not in held:
            _delete(copying.snapshots, manifest.snapshot_id)
        copying.manifests.delete(name)


def _delete(snapshots: Snapshots, snapshot_id: str) -> None:
    try:
        snapshots.delete(snapshot_id)
    except ServiceError as error:
        if error.code != "InvalidSnapshot.InUse":  # an image that this job does not know of
            raise
