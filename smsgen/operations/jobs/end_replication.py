"""The end of a replication job that is deleted, as a job: what of it is under way goes, its images stay."""

from __future__ import annotations

from smsgen.model.managed import ManagedApp
from smsgen.model.replicating.jobs import (
    JobEvent,
    JobState,
    ReplicationJob,
    ReplicationRun,
    RunEvent,
    RunState,
    job_after,
    run_after,
)
from smsgen.model.replication import STEPS, ReplicationEvent, ReplicationStatus, advance_replication
from smsgen.operations.apps.readiness import cut
from smsgen.operations.apps.replicated import followed, jobs_of, owner_of, with_job
from smsgen.operations.apps.world import World
from smsgen.operations.jobs.lease import Kind, Superseded
from smsgen.operations.jobs.record_lease import RecordLease, ignore
from smsgen.operations.ports.replication_store import Write
from smsgen.operations.ports.store import Change
from smsgen.operations.replication.jobs import ticketed
from smsgen.operations.replication.run import forget_run

_ALL = 1_000_000


def _carry_out(world: World, lease: RecordLease) -> None:
    _require_deleting(lease)
    lease.write(lambda: _breaking_off(world, lease))
    job = lease.replication_job()
    if job.runs:
        _clear(world, lease, job)
    lease.write(lambda: _ended(world, lease), done=True)


def _require_deleting(lease: RecordLease) -> ReplicationJob:
    job = lease.replication_job()
    if job.state is not JobState.DELETING:
        raise Superseded(f"the replication job {job.replication_job_id} is {job.state} now")
    return job


def _run(world: World, job: ReplicationJob) -> ReplicationRun | None:
    return world.store.replication_run(job.run_id) if job.run_id else None


def _breaking_off(world: World, lease: RecordLease) -> Change:
    run = _run(world, _require_deleting(lease))
    if run is None or run.state not in (RunState.PENDING, RunState.ACTIVE):
        return Change(None, None)
    return Change(None, None, records=(Write(run, run_after(run, RunEvent.DELETE)),))


def _clear(world: World, lease: RecordLease, job: ReplicationJob) -> None:
    """Delete the job's manifests, and the snapshots that no image was made of."""
    for run in world.store.replication_runs(job.replication_job_id, limit=_ALL):
        if run.state not in (RunState.MISSED, RunState.DELETED):
            lease.keep()
            forget_run(job, run, world.copying(), world.clock)


def _ended(world: World, lease: RecordLease) -> Change:
    before = _require_deleting(lease)
    now = world.clock.now()
    after = job_after(before, JobEvent.ENDED)._replace(run_id="", since=now)
    after, ticket = ticketed(world, after)
    run = _run(world, before)
    runs: tuple[Write, ...] = ()
    if run is not None and run.state is RunState.DELETING:
        runs = (Write(run, run_after(run, RunEvent.ENDED, completed=now)),)
    app = owner_of(world, before.server_id)
    return Change(
        app,
        _told(world, app, after, now) if app else None,
        jobs=ticket,
        records=(Write(before, after), *runs),
    )


def _told(world: World, app: ManagedApp, job: ReplicationJob, now: float) -> ManagedApp:
    there = jobs_of(world, app)
    if there[job.server_id].replication_job_id != job.replication_job_id:
        return app  # the server has another job by now
    return followed(with_job(app, job), {**there, job.server_id: job}, now)


def _fail(world: World, lease: RecordLease, message: str) -> None:
    def decide() -> Change:
        before = _require_deleting(lease)
        app = owner_of(world, before.server_id)
        after = before._replace(message=cut(message))
        return Change(app, _stop_failed(app, message) if app else None, records=(Write(before, after),))

    lease.write(decide, done=True)


def _stop_failed(app: ManagedApp, message: str) -> ManagedApp:
    status = app.replication.status
    if status is not ReplicationStatus.REPLICATION_STOPPING or ReplicationEvent.FAIL not in STEPS[status]:
        return app
    after = advance_replication(status, ReplicationEvent.FAIL)
    return app._replace(replication=app.replication._replace(status=after, message=cut(message)))


END_REPLICATION = Kind(RecordLease, _carry_out, ignore, _fail)
