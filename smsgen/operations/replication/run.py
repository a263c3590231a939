"""What is done for a run: all disks of a server are copied, and their snapshots become one image.

Whatever it is called with once more after a kill, it goes on from what manifests, tasks and names say.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import cache
from threading import BoundedSemaphore
from typing import Any, NamedTuple, TypeVar

from smsgen.errors import SmsgenError
from smsgen.model.replicating.catalog import MOST_VOLUMES, Connector
from smsgen.model.replicating.jobs import DiskProgress, ReplicationJob, ReplicationRun
from smsgen.model.replication import ReplicationTarget
from smsgen.operations.ports.copying import Copying
from smsgen.operations.ports.disks import SourceUnreadable
from smsgen.operations.ports.images import (
    JOB_TAG,
    RUN_TAG,
    ImageDisk,
    ImportedDisk,
    ImportTask,
    NewImage,
    NewImport,
    UploadProgress,
)
from smsgen.operations.ports.inventories import FoundDisk, Inventories
from smsgen.operations.ports.protocols import Clock
from smsgen.operations.replication.begin import forget
from smsgen.operations.replication.copy import copy_disk, reads_all
from smsgen.operations.replication.flight import Flight, Hours, Line
from smsgen.operations.replication.making.images import (
    MOST_IMPORTED,
    image_name,
    import_image,
    register_image,
    require_role,
    stage_of,
    too_many_disks,
)
from smsgen.operations.replication.making.targets import (
    TargetChoice,
    check_import,
    import_platform,
    target_for,
)
from smsgen.operations.replication.making.upload import upload_disk
from smsgen.operations.replication.manifest import ManifestSummary, read_manifest
from smsgen.operations.replication.records import CopyProgress, CopyRequest, CopyResult, CopyWorld
from smsgen.operations.replication.side_by_side import DiskWork, SideBySide

T = TypeVar("T")

_IN_FLIGHT = 64
"""Blocks under way into one account at most; `Flight` finds out how many it takes."""

_IN_MEMORY = 2 * _IN_FLIGHT
"""Blocks that are held in memory at most: those under way, and those that are read and wait for their turn."""

_DEVICES = ("/dev/sda1", *(f"/dev/sd{letter}" for letter in "bcdefghijklmnopqrstuvwxyz"))


class Told(NamedTuple):
    """How a run stands: its stage and progress in words, and by disk; its import; where its disks go; at the end what
    came of it.
    """

    stage: str = ""
    progress: str = ""
    task_id: str = ""
    ami_id: str = ""
    message: str = ""
    snapshots: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    target: ReplicationTarget | None = None
    disks: tuple[DiskProgress, ...] = ()


class RunWorld(NamedTuple):
    """What a run needs. `goes_on` keeps the lease, and `may_put` says whether it holds; `require_wanted` raises where
    nobody wants the run any more. Pauses of `patient` keep the lease, too.
    """

    copying: Copying
    inventories: Inventories
    clock: Clock
    connector: Connector | None
    goes_on: Callable[[], bool]
    require_wanted: Callable[[], None]
    noted: Callable[[Told], None]
    may_put: Callable[[], bool]
    patient: Clock


def carry_out_run(job: ReplicationJob, run: ReplicationRun, world: RunWorld) -> Told:
    """Copy a server's disks and make an image of them; return what came of it.

    Raises what `copy_disk`, `upload_disk`, `register_image` and `import_image` raise, and SourceUnreadable where
    nothing reads the server's disks.
    """
    if world.connector is None:
        raise SourceUnreadable(
            "the connector that reads its disks is gone", hint="connect it again, and create the job anew"
        )
    choice = target_for(job, world.copying.settings)
    if choice.imports:
        check_import(job, choice.target)
        require_role(_role(job), world.copying.images)
    disks = world.inventories.disks(world.connector, job.vm_server.vm_server_address.vm_id)
    if not disks:
        raise SourceUnreadable(f"{job.vm_server.vm_name} has no disks that can be read")
    world.noted(Told("Reading the server's disks", choice.why, run.task_id, target=choice.target))
    carry_out = _by_snapshots if choice.target is ReplicationTarget.EBS_DIRECT else _by_uploads
    return carry_out(job, run, world, choice, disks)


def _by_snapshots(
    job: ReplicationJob,
    run: ReplicationRun,
    world: RunWorld,
    choice: TargetChoice,
    disks: tuple[FoundDisk, ...],
) -> Told:
    results = _copied(job, run, world, disks)
    snapshots = tuple(result.snapshot_id for result in results)
    world.noted(Told("Creating the image", choice.why, run.task_id))
    if choice.imports:
        ami_id = _imported(job, run, world, tuple(ImportedDisk(snapshot) for snapshot in snapshots))
    else:
        ami_id = _registered(job, run, world, snapshots)
    sums = [result.summary for result in results]
    told = (
        f"blocks of 512 KiB: {sum(one.put for one in sums):,} sent, "
        f"{sum(one.kept for one in sums):,} kept, {sum(one.repaired for one in sums):,} repaired"
    )
    full = reads_all(run.number, world.copying.settings.read_all_every)
    return Told(
        progress=told,
        ami_id=ami_id,
        message="; ".join((choice.why, *_checked(sums, full=full))),
        snapshots=snapshots,
        bases=tuple(result.manifest for result in results),
    )


def _checked(sums: list[ManifestSummary], *, full: bool) -> Iterator[str]:
    """Yield what was done beside copying what changed."""
    if full:
        yield "everything on its disks was read"
    if any(one.verified for one in sums):
        yield f"{sum(one.verified for one in sums):,} blocks were read back, and are what was copied"


def _by_uploads(
    job: ReplicationJob,
    run: ReplicationRun,
    world: RunWorld,
    choice: TargetChoice,
    disks: tuple[FoundDisk, ...],
) -> Told:
    if len(disks) > MOST_IMPORTED:
        raise too_many_disks(len(disks))
    told = "files were uploaded before"
    imported: tuple[ImportedDisk, ...] = ()
    if not run.task_id:  # else the import goes on by itself
        done, told = _uploaded(job, run, world, disks)
        imported = tuple(done)
        world.noted(Told("Creating the image", choice.why, run.task_id))
    ami_id = _imported(job, run, world, imported)
    world.copying.uploads.forget(upload_folder(job, run))
    return Told(progress=told, ami_id=ami_id, message=choice.why)


# --- Disks --------------------------------------------------------------------------------------------------


@cache
def _flight(snapshots: Hashable) -> Flight:
    """Return the one window of all copies through a port: an account's throttles are all disks' own."""
    return Flight(_IN_FLIGHT)


@cache
def _room(snapshots: Hashable) -> BoundedSemaphore:
    """Return the room for blocks of all copies through a port: what a process holds does not grow with its disks."""
    return BoundedSemaphore(_IN_MEMORY)


@cache
def _line(snapshots: Hashable, clock: Any, mbps: float) -> Line:
    """Return the one line of all copies through a port."""
    return Line(clock, mbps)


def copy_world(copying: Copying, clock: Clock) -> CopyWorld:
    """Return what a copy needs, with the window and the line that all copies through these ports share."""
    settings, account, shared_clock = copying.settings, _shared(copying.snapshots), _shared(clock)
    return CopyWorld(
        copying.snapshots,
        copying.manifests,
        clock,
        _flight(account),
        _line(account, shared_clock, settings.max_mbps),
        Hours.parse(settings.hours, settings.timezone) if settings.hours else None,
        room=_room(account),
    )


def _shared(port: Any) -> Any:
    """Return a port as what it is known by: it stands for its account, or its machine."""
    return port


def disk_name(job: ReplicationJob, number: int) -> str:
    """Return what a disk of a job's server is called in manifests."""
    return f"{job.replication_job_id}/disk-{number}"


def upload_folder(job: ReplicationJob, run: ReplicationRun) -> str:
    """Return the folder of a run's uploads."""
    return f"{job.replication_job_id}/{run.replication_run_id}"


def forget_run(job: ReplicationJob, run: ReplicationRun, copying: Copying, clock: Clock) -> None:
    """Delete what a run left that nobody carries out: manifests, uploads, snapshots that no image was made of."""
    world = copy_world(copying, clock)
    if run.target is ReplicationTarget.IMPORT_IMAGE:
        if run.task_id and not run.ami_id:
            copying.images.cancel_import(run.task_id)
        copying.uploads.forget(upload_folder(job, run))
        return
    for number in range(MOST_VOLUMES):
        disk = disk_name(job, number)
        if not run.ami_id:
            for name in copying.manifests.names(f"{disk}/{run.replication_run_id}"):
                manifest = read_manifest(copying.manifests, name)
                if manifest is not None and manifest.snapshot_id:
                    copying.snapshots.delete(manifest.snapshot_id)
        forget(disk, run.replication_run_id, world)


def _copied(
    job: ReplicationJob, run: ReplicationRun, world: RunWorld, disks: tuple[FoundDisk, ...]
) -> list[CopyResult]:
    def copy(
        number: int, disk: FoundDisk, goes_on: Callable[[], bool], report: Callable[[CopyProgress], None]
    ) -> CopyResult:
        source = disk.open()
        try:
            request = _copy_request(job, run, world.copying, number, disk)
            at = copy_world(world.copying, world.clock)._replace(may_put=world.may_put)
            return copy_disk(request, source, at, goes_on=goes_on, report=report)
        finally:
            source.release()

    return _side_by_side(copy, "Copying disks", run, world).results(disks, world.copying.settings.disks)


def _copy_request(
    job: ReplicationJob, run: ReplicationRun, copying: Copying, number: int, disk: FoundDisk
) -> CopyRequest:
    return CopyRequest(
        disk_name(job, number),
        run.replication_run_id,
        base=job.bases[number] if number < len(job.bases) else "",
        full=reads_all(job.begun or run.number, copying.settings.read_all_every),
        verify_every=copying.settings.verify_every,
        description=f"smsgen: {job.vm_server.vm_name} {disk.name}"[:255],
        tags=_tags(job, run),
        encrypted=bool(job.parameters.encrypted),
        kms_key_id=job.parameters.kms_key_id or "",
    )


def _uploaded(
    job: ReplicationJob, run: ReplicationRun, world: RunWorld, disks: tuple[FoundDisk, ...]
) -> tuple[list[ImportedDisk], str]:
    """Return the uploaded disks, and what was sent, in words."""
    sent = [UploadProgress(0, 0, 0)] * len(disks)

    def upload(
        number: int, disk: FoundDisk, goes_on: Callable[[], bool], report: Callable[[CopyProgress], None]
    ) -> ImportedDisk:
        def told(progress: UploadProgress) -> None:
            sent[number] = progress
            report(CopyProgress("uploading", *progress, progress.done - progress.sent))

        at = copy_world(world.copying, world.clock)
        name = f"{upload_folder(job, run)}/disk-{number}"
        return upload_disk(disk, name, world.copying.uploads, at, goes_on=goes_on, report=told)

    done = _side_by_side(upload, "Uploading disks", run, world).results(disks, world.copying.settings.disks)
    formats = ", ".join(disk.format for disk in done)
    total, new = sum(one.expected for one in sent), sum(one.sent for one in sent)
    return done, f"files of {total >> 20:,} MiB ({formats}): {new >> 20:,} MiB sent"


def _side_by_side(work: DiskWork[T], stage: str, run: ReplicationRun, world: RunWorld) -> SideBySide[T]:
    def tell(progress: str, disks: tuple[DiskProgress, ...]) -> None:
        world.require_wanted()
        world.noted(Told(stage, progress, run.task_id, disks=disks))

    return SideBySide(work, world.clock, goes_on=world.goes_on, tell=tell)


# --- The image ----------------------------------------------------------------------------------------------


def _tags(job: ReplicationJob, run: ReplicationRun) -> tuple[tuple[str, str], ...]:
    return (
        ("Name", job.vm_server.vm_name or job.server_id),
        ("SMSServerId", job.server_id),
        (JOB_TAG, job.replication_job_id),
        (RUN_TAG, run.replication_run_id),
    )


def _name(job: ReplicationJob, run: ReplicationRun) -> str:
    server = job.vm_server.vm_name or job.server_id
    return image_name(server, job.replication_job_id, run.replication_run_id)


def _registered(job: ReplicationJob, run: ReplicationRun, world: RunWorld, snapshots: tuple[str, ...]) -> str:
    if len(snapshots) > len(_DEVICES):
        raise SmsgenError(f"the server has {len(snapshots)} disks, and at most {len(_DEVICES)} get a device")
    image = NewImage(
        _name(job, run),
        tuple(ImageDisk(device, snapshot) for device, snapshot in zip(_DEVICES, snapshots, strict=False)),
        run.description or job.description,
        _tags(job, run),
        efi=job.firmware == "EFI",
    )
    return register_image(image, world.copying.images, world.patient, goes_on=world.goes_on)


def _role(job: ReplicationJob) -> str:
    return job.role_name if job.role_name != "sms" else ""


def _imported(
    job: ReplicationJob, run: ReplicationRun, world: RunWorld, disks: tuple[ImportedDisk, ...]
) -> str:
    task_id = run.task_id

    def noted(begun: str) -> None:
        nonlocal task_id
        task_id = begun
        world.noted(Told("Importing the image", "begun", begun))

    def report(task: ImportTask) -> None:
        world.require_wanted()
        world.noted(Told("Importing the image", stage_of(task), task.task_id))

    by_files = any(disk.location for disk in disks)  # a snapshot's encryption is its own
    request = NewImport(
        run.replication_run_id,
        disks,
        run.description or job.description,
        _tags(job, run),
        platform=import_platform(job.guest),
        license_type=job.parameters.license_type or "",
        boot_mode="uefi" if job.firmware == "EFI" else "",
        encrypted=by_files and bool(job.parameters.encrypted),
        kms_key_id=(job.parameters.kms_key_id or "") if by_files else "",
        role=_role(job),
    )
    return import_image(
        request,
        world.copying.images,
        world.patient,
        name=_name(job, run),
        task_id=task_id,
        noted=noted,
        goes_on=world.goes_on,
        report=report,
    )
