"""A run of a replication job, as a job: the server's disks become snapshots, those an image, and all are told of it.

    begin ──▶ copy each disk (some at once) ──▶ register or import ──▶ retire old images ──▶ end

A worker may be killed at any moment. The next one finds the run ACTIVE and goes on: each disk where its manifest ends,
an import by its task's id, an image by its name.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from smsgen.errors import SmsgenError
from smsgen.model.managed import ManagedApp
from smsgen.model.replicating.jobs import (
    RUNNABLE,
    JobEvent,
    ReplicationJob,
    ReplicationRun,
    RunEvent,
    RunState,
    job_after,
    run_after,
)
from smsgen.model.replication import ReplicationStatus
from smsgen.model.status import STEPS as LAUNCH_STEPS
from smsgen.model.status import LaunchEvent, LaunchStatus
from smsgen.operations.apps.configure_launch import root_devices_of, with_images
from smsgen.operations.apps.launching import launch_begun
from smsgen.operations.apps.readiness import cut, without_image
from smsgen.operations.apps.replicated import followed, jobs_of, owner_of, run_began, with_job
from smsgen.operations.apps.world import World
from smsgen.operations.jobs.lease import KeptClock, Kind, NotHere, Stopped, Superseded
from smsgen.operations.jobs.record_lease import RecordLease
from smsgen.operations.ports.replication_store import Write
from smsgen.operations.ports.snapshots import ManifestTaken
from smsgen.operations.ports.store import Change, Job, LeaseLost
from smsgen.operations.replication.jobs import ticketed
from smsgen.operations.replication.machines import reader_of
from smsgen.operations.replication.making.retention import drop_copies, retire
from smsgen.operations.replication.records import Paused
from smsgen.operations.replication.run import RunWorld, Told, carry_out_run, forget_run
from smsgen.operations.replication.schedule import next_look

_ALL = 1_000_000
_LOOK = 0.5
"""Seconds between two looks at whether the copy goes on."""

_AUTO_LAUNCH = (LaunchStatus.READY_FOR_LAUNCH,)
_LAUNCHING = (
    LaunchStatus.VALIDATION_IN_PROGRESS,
    LaunchStatus.LAUNCH_PENDING,
    LaunchStatus.LAUNCH_IN_PROGRESS,
    LaunchStatus.DELTA_LAUNCH_IN_PROGRESS,
)


class RunLease(RecordLease):
    """The hold on the work of a replication job's run."""

    def require_wanted(self) -> None:
        """Raise Superseded where the job has no run to carry out any more, or is being deleted."""
        self.run()

    def run(self) -> ReplicationRun:
        """Return the run that is to be carried out; raises Superseded."""
        job = self.replication_job()
        run = self._kept.store.replication_run(job.run_id) if job.run_id else None
        if job.state not in RUNNABLE or run is None:
            raise Superseded(f"the replication job {job.replication_job_id} is {job.state} now")
        return run

    def change_run(self, change: Callable[[ReplicationRun], ReplicationRun]) -> ReplicationRun:
        """Change the run, and return it; raises Superseded."""

        def decide() -> Change:
            before = self.run()
            after = change(before)
            return Change(None, None, records=() if after == before else (Write(before, after),))

        self.write(decide)
        return self.run()


def _carry_out(world: World, lease: RunLease) -> None:
    _leave_to_its_reader(world, lease)
    lease.write(lambda: _beginning(world, lease))
    job, run = lease.replication_job(), lease.run()
    try:
        image = carry_out_run(job, run, _run_world(world, lease, job))
    except Paused as paused:
        delay = max(1.0, paused.until - world.clock.now())
        if paused.until:
            lease.change_run(lambda run: run._replace(message="it goes on in the hours that are open"))
        world.store.give_back(lease.job, delay=delay, anew=True)
        return
    except ManifestTaken as error:
        raise LeaseLost(str(error)) from None
    lease.check()
    _retire(world, job, image)
    if image.bases:
        drop_copies(job, world.copying(), keep=(*image.bases, *image.snapshots))
    lease.write(lambda: _ending(world, lease, image), done=True)


def _leave_to_its_reader(world: World, lease: RunLease) -> None:
    """Raise NotHere where another machine reads the disks, and this one does not."""
    job = lease.replication_job()
    connector = world.store.connector(job.connector_id) if job.connector_id else None
    machine = reader_of(world, connector) if connector else ""
    if connector and machine:
        why = f"waiting for {machine}, which reads {connector.location}"
        lease.change_run(lambda run: run._replace(message=cut(why)))
        raise NotHere(job.replication_job_id, why)


def _run_world(world: World, lease: RunLease, job: ReplicationJob) -> RunWorld:
    looked_at = world.clock.now()

    def goes_on() -> bool:
        nonlocal looked_at
        if not 0 <= world.clock.now() - looked_at < _LOOK:
            try:
                world.clock.sleep(0.001)
            except Stopped:
                return False  # what was put is written down first
            lease.keep()
            looked_at = world.clock.now()
        return True

    def noted(told: Told) -> None:
        lease.change_run(
            lambda run: run._replace(
                stage=told.stage,
                stage_progress=told.progress,
                task_id=told.task_id,
                target=told.target or run.target,
                disks=told.disks or run.disks,
            )
        )

    return RunWorld(
        world.copying(),
        world.inventories,
        world.clock,
        world.store.connector(job.connector_id) if job.connector_id else None,
        goes_on,
        lease.require_wanted,
        noted,
        lease.holds,
        KeptClock(world.clock, lease, world.settings.lease / 3),
    )


# --- Begin --------------------------------------------------------------------------------------------------


def _beginning(world: World, lease: RunLease) -> Change:
    run, before = lease.run(), lease.replication_job()
    now = world.clock.now()
    begun = job_after(before, JobEvent.BEGIN)
    if begun.first_run is None:  # its 90 days begin now
        begun = begun._replace(first_run=now)
    age = world.settings.replication_age
    same = next_look(begun, age=age) == next_look(before, age=age)
    after, ticket = (begun, ()) if same else ticketed(world, begun)
    app = owner_of(world, before.server_id)
    return Change(
        app,
        run_began(app) if app else None,
        jobs=ticket,
        records=(
            Write(before, after),
            Write(
                run,
                run_after(run, RunEvent.BEGIN, stage=run.stage or "Reading the server's disks", message=""),
            ),
        ),
    )


# --- End ----------------------------------------------------------------------------------------------------


def _retire(world: World, job: ReplicationJob, image: Told) -> None:
    keep = job.parameters.number_of_recent_amis_to_keep or 0
    if not keep:
        return
    copying = world.copying()
    app = owner_of(world, job.server_id)
    if app is not None and app.launch.status in _LAUNCHING:
        return  # what waits for its launch order has no instance yet: the next run retires what is too old
    needed = (
        {server.image_id for group in app.app.server_groups for server in group.server_list} if app else set()
    )
    # The image of the last launch stays as well: a stack may still stand on it (`in_use` tells instances).
    retire(
        job.replication_job_id,
        copying.images,
        copying.snapshots,
        keep=keep,
        needed={*needed, image.ami_id, job.latest_ami_id},
        bases=image.snapshots,
    )


def _ending(world: World, lease: RunLease, image: Told) -> Change:
    run, before = lease.run(), lease.replication_job()
    now = world.clock.now()
    event = JobEvent.COMPLETE if before.parameters.run_once else JobEvent.SUCCEED
    after = job_after(before, event, "")._replace(
        run_id="",
        failures=0,
        latest_ami_id=image.ami_id,
        latest_time=now,
        bases=image.bases or before.bases,
    )
    if event is JobEvent.COMPLETE:
        after = after._replace(next_run=None, ticket="")
    done = run_after(
        run,
        RunEvent.SUCCEED,
        ami_id=image.ami_id,
        snapshots=image.snapshots,
        completed=now,
        stage="Completed",
        stage_progress=image.progress,
        disks=(),
        message=image.message,
    )
    app, told, jobs = _told(world, after, now, image.ami_id)
    gone = _gone(world, after) if before.parameters.number_of_recent_amis_to_keep else ()
    return Change(app, told, jobs=jobs, records=(Write(before, after), Write(run, done), *gone))


def _gone(world: World, job: ReplicationJob) -> tuple[Write, ...]:
    """Return what is written of the runs whose images retention has deleted."""
    there = {image.image_id for image in world.copying().images.of_job(job.replication_job_id)}
    runs = world.store.replication_runs(job.replication_job_id, limit=_ALL)
    return tuple(
        Write(run, run_after(run_after(run, RunEvent.DELETE), RunEvent.ENDED))
        for run in runs
        if run.state is RunState.COMPLETED and run.ami_id not in there and not run.recorded
    )


def _told(
    world: World, job: ReplicationJob, now: float, ami_id: str
) -> tuple[ManagedApp | None, ManagedApp | None, tuple[Job, ...]]:
    """Return the application of the job's server before and after, and the launch that begins by itself."""
    before = owner_of(world, job.server_id)
    if before is None:
        return None, None, ()
    after = with_job(before, job)
    if ami_id:
        images = {job.server_id: ami_id}
        after = with_images(after, images, root_devices_of(world.lookups.root_devices, after.app, images))
    after = followed(after, {**jobs_of(world, after), job.server_id: job}, now)
    if not _launches(before, after):
        return before, after, ()
    launched, launch = launch_begun(world, after)
    return before, launched, (launch,)


def _launches(before: ManagedApp, after: ManagedApp) -> bool:
    """Whether the application is launched by itself now: autoLaunch, once its replication is complete."""
    status = after.launch.status
    return (
        after.replication.status is ReplicationStatus.REPLICATED
        and before.replication.status is not ReplicationStatus.REPLICATED
        and bool(after.launch.auto_launch)
        and status in _AUTO_LAUNCH
        and LaunchEvent.LAUNCH in LAUNCH_STEPS[status]
        and not without_image(after.app)
    )


# --- Fail ---------------------------------------------------------------------------------------------------


def _note(lease: RunLease, message: str) -> None:
    lease.change_run(lambda run: run._replace(message=cut(message)))


def _fail(world: World, lease: RunLease, message: str) -> None:
    lease.check()  # a worker that lost it must not delete what its successor goes on with
    job, run = lease.replication_job(), lease.run()
    with suppress(SmsgenError):  # what is left over goes with the job
        forget_run(job, run, world.copying(), world.clock)
    lease.write(lambda: _failing(world, lease, message), done=True)


def _failing(world: World, lease: RunLease, message: str) -> Change:
    run, before = lease.run(), lease.replication_job()
    now = world.clock.now()
    failures = before.failures + 1
    left = world.settings.max_failures - failures
    event, words = _after_failure(before, left)
    after = job_after(before, event, cut(f"{message}; {words}"))._replace(
        run_id="", failures=failures, since=now
    )
    ticket: tuple[Job, ...] = ()
    if event is JobEvent.PAUSE:
        after, ticket = ticketed(world, after._replace(next_run=None))
    elif event is JobEvent.FAIL:
        after = after._replace(next_run=None, ticket="")
    failed = run_after(run, RunEvent.FAIL, message=cut(message), completed=now)
    app, told, jobs = _told(world, after, now, "")
    return Change(app, told, jobs=(*ticket, *jobs), records=(Write(before, after), Write(run, failed)))


def _after_failure(job: ReplicationJob, left: int) -> tuple[JobEvent, str]:
    if job.parameters.run_once:
        return JobEvent.FAIL, "it ran once, and does not run again"
    if left <= 0:
        return JobEvent.PAUSE, "the job is paused; UpdateReplicationJob or a run on demand takes it up again"
    return JobEvent.LOSE, f"{left} more failed run{'s' if left > 1 else ''} in a row pause the job"


REPLICATE = Kind(RunLease, _carry_out, _note, _fail, says_what_to_do=True)
