"""What is done for a run: all disks of a server are copied, and their snapshots become one image.

Whatever it is called with once more after a kill, it goes on from what manifests, tasks and names say.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from functools import cache
from typing import Any, NamedTuple

from smsgen.errors import SmsgenError
from smsgen.model.replicating.catalog import MOST_VOLUMES, Connector
from smsgen.model.replicating.jobs import ReplicationJob, ReplicationRun
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
)
from smsgen.operations.ports.inventories import FoundDisk, Inventories
from smsgen.operations.ports.protocols import Clock
from smsgen.operations.replication.begin import forget
from smsgen.operations.replication.copy import copy_disk, reads_all
from smsgen.operations.replication.flight import Flight, Hours, Line
from smsgen.operations.replication.images import (
    Route,
    image_name,
    import_image,
    register_image,
    route_for,
)
from smsgen.operations.replication.manifest import read_manifest
from smsgen.operations.replication.records import CopyProgress, CopyRequest, CopyResult, CopyWorld, Paused

_IN_FLIGHT = 64
"""Blocks under way into one account at most; `Flight` finds out how many it takes."""

_EVERY = 2.0
"""Seconds between two words about how far a run is."""

_DEVICES = ("/dev/sda1", *(f"/dev/sd{letter}" for letter in "bcdefghijklmnopqrstuvwxyz"))


class Told(NamedTuple):
    """How a run stands: its stage and progress in words; its import; and at the end what came of it."""

    stage: str = ""
    progress: str = ""
    task_id: str = ""
    ami_id: str = ""
    message: str = ""
    snapshots: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()


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

    Raises what `copy_disk`, `register_image` and `import_image` raise, and SourceUnreadable where nothing reads the
    server's disks.
    """
    if world.connector is None:
        raise SourceUnreadable(
            "the connector that reads its disks is gone", hint="connect it again, and create the job anew"
        )
    disks = world.inventories.disks(world.connector, job.vm_server.vm_server_address.vm_id)
    if not disks:
        raise SourceUnreadable(f"{job.vm_server.vm_name} has no disks that can be read")
    results = _Copies(job, run, world, len(disks)).copied(disks)
    snapshots = tuple(result.snapshot_id for result in results)
    choice = route_for(
        job.guest, license_type=job.parameters.license_type or "", override=world.copying.settings.route
    )
    how = "registering" if choice.route is Route.REGISTER else "importing"
    world.noted(Told("Creating the image", f"{how}, because {choice.why}", run.task_id))
    make = _registered if choice.route is Route.REGISTER else _imported
    ami_id = make(job, run, world, snapshots)
    sums = [result.summary for result in results]
    told = (
        f"blocks of 512 KiB: {sum(one.put for one in sums):,} sent, "
        f"{sum(one.kept for one in sums):,} kept, {sum(one.repaired for one in sums):,} repaired"
    )
    return Told(
        progress=told,
        ami_id=ami_id,
        message=f"{how}: {choice.why}",
        snapshots=snapshots,
        bases=tuple(result.manifest for result in results),
    )


# --- Disks --------------------------------------------------------------------------------------------------


@cache
def _flight(snapshots: Hashable) -> Flight:
    """Return the one window of all copies through a port: an account's throttles are all disks' own."""
    return Flight(_IN_FLIGHT)


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
    )


def _shared(port: Any) -> Any:
    """Return a port as what it is known by: it stands for its account, or its machine."""
    return port


def disk_name(job: ReplicationJob, number: int) -> str:
    """Return what a disk of a job's server is called in manifests."""
    return f"{job.replication_job_id}/disk-{number}"


def forget_run(job: ReplicationJob, run: ReplicationRun, copying: Copying, clock: Clock) -> None:
    """Delete the manifests of a run that nobody carries out, and the snapshots that no image was made of."""
    world = copy_world(copying, clock)
    for number in range(MOST_VOLUMES):
        disk = disk_name(job, number)
        if not run.ami_id:
            for name in copying.manifests.names(f"{disk}/{run.replication_run_id}"):
                manifest = read_manifest(copying.manifests, name)
                if manifest is not None and manifest.snapshot_id:
                    copying.snapshots.delete(manifest.snapshot_id)
        forget(disk, run.replication_run_id, world)


class _Copies:
    """The copies of one server's disks, some at once, and the words about them."""

    def __init__(self, job: ReplicationJob, run: ReplicationRun, world: RunWorld, count: int) -> None:
        self._job, self._run, self._world = job, run, world
        self._far: list[CopyProgress] = [CopyProgress("waiting")] * count
        self._turn = threading.Lock()
        self._failed = threading.Event()
        self._began = self._said_at = world.clock.now()

    def copied(self, disks: tuple[FoundDisk, ...]) -> list[CopyResult]:
        """Return what came of each disk, in their order; raises the first error, after the others have stopped."""
        at_once = max(1, min(self._world.copying.settings.disks, len(disks)))
        with ThreadPoolExecutor(at_once, thread_name_prefix="smsgen-disk") as pool:
            copies = [pool.submit(self._copy, number, disk) for number, disk in enumerate(disks)]
            wait(copies, return_when=FIRST_EXCEPTION)
            if any(copy.done() and copy.exception() for copy in copies):
                self._failed.set()
        return _results(copies)

    def _copy(self, number: int, disk: FoundDisk) -> CopyResult:
        if self._failed.is_set():
            raise Paused
        job, run = self._job, self._run
        source = disk.open()
        try:
            return copy_disk(
                CopyRequest(
                    disk_name(job, number),
                    run.replication_run_id,
                    base=job.bases[number] if number < len(job.bases) else "",
                    full=reads_all(run.number),
                    verify_every=self._world.copying.settings.verify_every,
                    description=f"smsgen: {job.vm_server.vm_name} {disk.name}"[:255],
                    tags=_tags(job, run),
                    encrypted=bool(job.parameters.encrypted),
                    kms_key_id=job.parameters.kms_key_id or "",
                ),
                source,
                copy_world(self._world.copying, self._world.clock)._replace(may_put=self._world.may_put),
                goes_on=self._goes_on,
                report=lambda progress: self._report(number, progress),
            )
        finally:
            source.release()

    def _goes_on(self) -> bool:
        return self._world.goes_on() and not self._failed.is_set()

    def _report(self, number: int, progress: CopyProgress) -> None:
        now = self._world.clock.now()
        with self._turn:
            self._far[number] = progress
            if now - self._said_at < _EVERY:
                return
            self._said_at = now
        self._world.require_wanted()
        self._world.noted(Told("Copying disks", progress_of(self._far, now - self._began), self._run.task_id))


def _results(copies: list[Future[CopyResult]]) -> list[CopyResult]:
    errors = [error for copy in copies if (error := copy.exception())]
    # What stopped the others comes first: they only stopped because of it.
    for error in sorted(errors, key=lambda error: isinstance(error, Paused) and not error.until):
        raise error
    return [copy.result() for copy in copies]


def progress_of(disks: list[CopyProgress], seconds: float) -> str:
    """Return how far disks are, in words: `disk 1: copying 40 %; 35 MiB/s, about 3 min left, …`."""
    words = ", ".join(
        f"disk {number}: {one.phase}{f' {100 * one.done // one.expected} %' if one.expected else ''}"
        for number, one in enumerate(disks, 1)
    )
    done, expected = sum(one.done for one in disks), sum(one.expected for one in disks)
    rate = done / seconds if seconds > 0 else 0.0
    left = (
        f", about {max(1, round((expected - done) / rate / 60))} min left" if rate and expected > done else ""
    )
    sent, skipped = sum(one.sent for one in disks), sum(one.skipped for one in disks)
    return f"{words}; {rate / 2**20:.0f} MiB/s{left}, {sent >> 20:,} MiB sent, {skipped >> 20:,} MiB skipped"


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


def _imported(job: ReplicationJob, run: ReplicationRun, world: RunWorld, snapshots: tuple[str, ...]) -> str:
    task_id = run.task_id

    def noted(begun: str) -> None:
        nonlocal task_id
        task_id = begun
        world.noted(Told("Importing the image", "begun", begun))

    def report(task: ImportTask) -> None:
        world.require_wanted()
        world.noted(Told("Importing the image", f"{task.message} {task.progress} %".strip(), task.task_id))

    request = NewImport(
        run.replication_run_id,
        tuple(ImportedDisk(snapshot) for snapshot in snapshots),
        run.description or job.description,
        _tags(job, run),
        platform="Windows" if "windows" in job.guest.lower() else "Linux" if job.guest else "",
        license_type=job.parameters.license_type or "",
        boot_mode="uefi" if job.firmware == "EFI" else "",
        role=job.role_name if job.role_name != "sms" else "",
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
