"""What falls due of a replication job, as a job: the ticket that was queued for it (`replication/schedule.py`)."""

from __future__ import annotations

from collections.abc import Iterable

from smsgen.model.replicating.jobs import (
    DAY,
    JobState,
    ReplicationJob,
    ReplicationRun,
    RunEvent,
    RunType,
    run_after,
)
from smsgen.operations.apps.replicated import deleting
from smsgen.operations.apps.world import World
from smsgen.operations.jobs.lease import Kind, Superseded
from smsgen.operations.jobs.record_lease import RecordLease, ignore
from smsgen.operations.ports.replication_store import Write
from smsgen.operations.ports.store import Change, Job
from smsgen.operations.replication.jobs import begun_run, new_run, ticketed
from smsgen.operations.replication.schedule import PAUSED_FOR, due_times, following, next_look

_ALL = 1_000_000


def _carry_out(world: World, lease: RecordLease) -> None:
    early = _due(world, lease) - world.clock.now()
    if early > 0:  # the database's clock is ahead of this machine's
        world.store.give_back(lease.job, delay=early)
        return
    lease.write(lambda: _decide(world, lease), done=True)


def _due(world: World, lease: RecordLease) -> float:
    job = lease.replication_job()
    due = next_look(job, age=world.settings.replication_age)
    if job.ticket != lease.job.job_id or due is None:
        raise Superseded("another ticket was queued meanwhile")
    return due


def _decide(world: World, lease: RecordLease) -> Change:
    _due(world, lease)
    job, now = lease.replication_job(), world.clock.now()
    if job.state is JobState.DELETED:
        runs = world.store.replication_runs(job.replication_job_id, limit=_ALL)
        return Change(None, None, records=(Write(job, None), *(Write(run, None) for run in runs)))
    if job.state is JobState.PAUSED_ON_FAILURE:
        return _deleting(world, job, f"it was paused for {PAUSED_FOR / DAY:.0f} days")
    if job.first_run is not None and now >= job.first_run + world.settings.replication_age:
        return _deleting(world, job, f"it went on for {world.settings.replication_age / DAY:.0f} days")
    return _run_due(world, job, now)


def _deleting(world: World, job: ReplicationJob, message: str) -> Change:
    write, queued = deleting(world, job, message)
    return Change(None, None, jobs=queued, records=(write,))


def _run_due(world: World, before: ReplicationJob, now: float) -> Change:
    """Begin the run that is due now; those before it that nobody began, and all while one is under way, are missed."""
    *earlier, due = due_times(before, before.next_run or now, now)
    work: tuple[Job, ...] = ()
    if before.run_id:
        message = f"the run {before.run_id} was still under way"
        after, runs = _missed(world, before, (*earlier, due), message)
    else:
        after, runs = _missed(world, before, earlier, "nobody was there to begin it")
        after, run, work = begun_run(world, after, RunType.AUTOMATIC, due)
        runs = (*runs, run)
    after, ticket = ticketed(world, after._replace(next_run=following(after, due, now)))
    records = (Write(before, after), *(Write(None, run) for run in runs))
    return Change(None, None, jobs=(*work, *ticket), records=records)


def _missed(
    world: World, job: ReplicationJob, dues: Iterable[float], message: str
) -> tuple[ReplicationJob, tuple[ReplicationRun, ...]]:
    """Return a job with the runs that it has missed, and those."""
    runs: list[ReplicationRun] = []
    for due in dues:
        run = new_run(world, job, RunType.AUTOMATIC, due)
        runs.append(run_after(run, RunEvent.MISS, message=message))
        job = job._replace(runs=run.number, begun=job.runs if job.begun is None else job.begun)
    return job, tuple(runs)


def _fail(world: World, lease: RecordLease, message: str) -> None:
    """Look again in an hour: a schedule does not end because something of it failed."""
    world.store.give_back(lease.job, delay=3600.0)


SCHEDULE = Kind(RecordLease, _carry_out, ignore, _fail)
