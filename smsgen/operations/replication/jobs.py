"""Use cases: make, change, show and delete replication jobs; begin a run on demand.

An operation decides on the job as it is kept and commits the job, its run and the work that is queued, at once. What
they lead to happens in the background (`operations/jobs/replication.py`, `schedule.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from smsgen.model.managed import ReplicationParameters
from smsgen.model.replicating.catalog import CatalogServer, CatalogStatus
from smsgen.model.replicating.jobs import (
    RUNNABLE,
    JobEvent,
    JobState,
    ReplicationJob,
    ReplicationRun,
    RunType,
    is_living,
    job_after,
)
from smsgen.model.replicating.rules import MAX_AHEAD, licence_problem, problems
from smsgen.model.replication import ReplicationTarget
from smsgen.operations.apps.encryption import key_problem
from smsgen.operations.apps.replicated import deleting, owner_of, with_job
from smsgen.operations.apps.world import BadParameter, Kept, NotPermitted, World, commit_decided
from smsgen.operations.ports.replication_store import Write
from smsgen.operations.ports.store import Change, Job
from smsgen.operations.replication.catalog import catalog_now
from smsgen.operations.replication.refusals import (
    JobExists,
    NoConnectors,
    NotReplicable,
    TooManyRuns,
    UnknownJob,
)
from smsgen.operations.replication.schedule import ON_DEMAND, first_due, following, next_look, recent

REPLICATE, SCHEDULE = "replicate", "schedule-replication"
"""Kinds of queued jobs: a run is carried out; something of a job falls due."""


COUNTED = "replications"
"""What whoever makes a replication job takes turns at: in this process none is made above the limit."""


class JobUpdate(NamedTuple):
    """What UpdateReplicationJob says; None where it says nothing."""

    frequency: int | None = None
    next_run: float | None = None
    license_type: str | None = None
    role_name: str | None = None
    description: str | None = None
    number_of_recent_amis_to_keep: int | None = None
    encrypted: bool | None = None
    kms_key_id: str | None = None


# --- Make ---------------------------------------------------------------------------------------------------


def create_replication_job(
    world: World,
    server_id: str,
    parameters: ReplicationParameters,
    *,
    role_name: str = "",
    description: str = "",
) -> ReplicationJob:
    """Begin to replicate a server, and return the job.

    Raises NoConnectors, NotReplicable, JobExists, BadParameter, NotPermitted where there are too many jobs, and
    ServiceError where AWS does not tell of the key.
    """
    created: list[ReplicationJob] = []
    unfit = key_problem(parameters, world.keys)

    def decide() -> Change:
        server = replicable(world, server_id)
        _check(parameters, server.guest, world.clock.now(), unfit)
        there = world.store.jobs_of_servers([server_id]).get(server_id)
        if there and is_living(there):
            raise JobExists(server_id, there.replication_job_id)
        check_room(world, 1)
        job, queued = new_replication_job(world, server, parameters, role_name, description)
        created[:] = [job]
        app = owner_of(world, server_id)
        return Change(
            app,
            with_job(app, job) if app else None,
            jobs=queued,
            records=(Write(None, job),),
        )

    commit_decided(world, COUNTED, decide)
    return created[0]


def replicable(world: World, server_id: str) -> CatalogServer:
    """Return a server of the catalog that can be replicated; raises NoConnectors, BadParameter and NotReplicable."""
    if not world.store.connectors(limit=1):
        raise NoConnectors
    shown = catalog_now(world).status in (CatalogStatus.AVAILABLE, CatalogStatus.IMPORTING)
    server = world.store.server(server_id) if shown else None
    if server is None:
        raise BadParameter(
            f"the server {server_id} is not in the server catalog; ImportServerCatalog reads it"
        )
    if server.refused:
        raise _not_replicable(server)
    return server


def _check(parameters: ReplicationParameters, guest: str, now: float, unfit: str) -> None:
    """Raise BadParameter with all that is wrong; `unfit` is what is wrong with the key."""
    licence = licence_problem(guest, parameters.license_type)
    wrong = [*problems(parameters, now), *filter(None, (licence, unfit))]
    if wrong:
        raise BadParameter("; ".join(wrong))


def check_room(world: World, more: int) -> None:
    """Raise NotPermitted where so many more replication jobs are too many."""
    most = world.settings.max_replications
    if world.store.living_jobs() + more > most:
        raise NotPermitted(
            f"at most {most} servers are replicated at a time", hint="delete a replication job first"
        )


def new_replication_job(
    world: World,
    server: CatalogServer,
    parameters: ReplicationParameters,
    role_name: str = "",
    description: str = "",
    target: ReplicationTarget | None = None,
) -> tuple[ReplicationJob, tuple[Job, ...]]:
    """Return a new job for a server, and its ticket, which is to be queued."""
    now = world.clock.now()
    job = ReplicationJob(
        f"sms-job-{world.new_id(8)}",
        server.server_id,
        server.vm_server,
        server.reader,
        server.guest,
        server.firmware,
        parameters,
        role_name,
        description,
        next_run=first_due(parameters.seed_time or now, now),
        target=target,
        created=now,
    )
    return ticketed(world, job)


def ticketed(world: World, job: ReplicationJob) -> tuple[ReplicationJob, tuple[Job, ...]]:
    """Return a job with a ticket for when something of it falls due next, and that ticket, which is to be queued."""
    due = next_look(job, age=world.settings.replication_age)
    if due is None:
        return job._replace(ticket=""), ()
    ticket = f"job-{world.new_id(17)}"
    # A lane of its own: an outdated ticket holds up none.
    queued = Job(ticket, SCHEDULE, job.replication_job_id, ticket, until=due, created=world.clock.now())
    return job._replace(ticket=ticket), (queued,)


# --- Show ---------------------------------------------------------------------------------------------------


def find_job(world: Kept, job_id: str, error: Callable[[str], Exception] = UnknownJob) -> ReplicationJob:
    """Return a replication job; raises `error` of its id where there is none."""
    job = world.store.replication_job(job_id)
    if job is None:
        raise error(job_id)
    return job


def no_job(job_id: str) -> BadParameter:
    """Return what operations raise that have no error of their own for a job that is not there."""
    return BadParameter(f"there is no replication job {job_id}")


# --- Change -------------------------------------------------------------------------------------------------


def update_replication_job(world: World, job_id: str, wanted: JobUpdate) -> ReplicationJob:
    """Change a job's settings, and take it up again where it is paused; return it.

    A run that is under way keeps what it began with. Raises UnknownJob, BadParameter, NotPermitted where no run follows
    any more, NotReplicable where one should, of a server that cannot be replicated any more, and ServiceError where AWS
    does not tell of the key.
    """
    ended: list[ReplicationJob] = []
    unfit = ""
    if wanted.encrypted or wanted.kms_key_id:
        unfit = key_problem(_updated(find_job(world, job_id).parameters, wanted), world.keys)

    def decide() -> Change:
        before = find_job(world, job_id)
        now = world.clock.now()
        after = before._replace(
            parameters=_updated(before.parameters, wanted),
            role_name=before.role_name if wanted.role_name is None else wanted.role_name,
            description=before.description if wanted.description is None else wanted.description,
        )
        _require_going(before, "UpdateReplicationJob")
        _check(after.parameters._replace(seed_time=None), after.guest, now, unfit)
        queued: tuple[Job, ...] = ()
        after = _resumed(after)
        next_run = _next_run(before, after, wanted, now)
        if next_run != before.next_run or after.state != before.state:
            _require_replicable(world, before.server_id)
            after, queued = ticketed(world, after._replace(next_run=next_run))
        ended[:] = [after]
        return Change(None, None, jobs=queued, records=(Write(before, after),))

    commit_decided(world, job_id, decide)
    return ended[0]


def _require_replicable(world: World, server_id: str) -> None:
    """Raise NotReplicable where the catalog says so; a server that is in no catalog may be in the next one again."""
    server = world.store.server(server_id)
    if server is not None and server.refused:
        raise _not_replicable(server)


def _not_replicable(server: CatalogServer) -> NotReplicable:
    name = server.vm_server.vm_name
    return NotReplicable(f"the server {server.server_id} ({name}) cannot be replicated: {server.refused}")


def _updated(parameters: ReplicationParameters, wanted: JobUpdate) -> ReplicationParameters:
    if wanted.frequency is not None and parameters.run_once:
        raise BadParameter("the replication job runs once; it has no frequency")
    fields = ("frequency", "license_type", "number_of_recent_amis_to_keep", "encrypted", "kms_key_id")
    changes = {name: getattr(wanted, name) for name in fields if getattr(wanted, name) is not None}
    if changes.get("encrypted") is False:
        changes.setdefault("kms_key_id", None)
    return parameters._replace(**changes)


def _next_run(before: ReplicationJob, after: ReplicationJob, wanted: JobUpdate, now: float) -> float | None:
    if wanted.next_run is not None:
        if wanted.next_run - now > MAX_AHEAD:
            raise BadParameter("nextReplicationRunStartTime is more than 30 days ahead")
        if before.parameters.run_once and before.runs:
            raise BadParameter("the replication job runs once, and has begun to")
        return max(wanted.next_run, now)
    paused = before.state is JobState.PAUSED_ON_FAILURE
    return now if paused else after.next_run


def _require_going(job: ReplicationJob, operation: str) -> None:
    if job.state not in RUNNABLE and job.state is not JobState.PAUSED_ON_FAILURE:
        raise NotPermitted(
            f"the replication job {job.replication_job_id} does not take {operation} while it is {job.state}"
        )


def _resumed(job: ReplicationJob) -> ReplicationJob:
    if job.state is not JobState.PAUSED_ON_FAILURE:
        return job
    return job_after(job, JobEvent.RESUME, "")._replace(failures=0)


def start_on_demand_run(world: World, job_id: str, *, description: str = "") -> ReplicationRun:
    """Begin a run now, and return it; raises BadParameter, NotPermitted where a run is under way, TooManyRuns."""
    started: list[ReplicationRun] = []

    def decide() -> Change:
        writes, queued, run = on_demand(world, find_job(world, job_id, no_job), description)
        started[:] = [run]
        return Change(None, None, jobs=queued, records=writes)

    commit_decided(world, job_id, decide)
    return started[0]


def on_demand(
    world: World, before: ReplicationJob, description: str
) -> tuple[tuple[Write, ...], tuple[Job, ...], ReplicationRun]:
    """Return what is written and queued for a run on demand, and the run; raises as `start_on_demand_run`."""
    now = world.clock.now()
    _require_going(before, "StartOnDemandReplicationRun")
    if before.run_id:
        raise NotPermitted(f"the run {before.run_id} of {before.replication_job_id} is not over yet")
    asked = recent(before, now)
    if len(asked) >= ON_DEMAND:
        raise TooManyRuns(f"{before.replication_job_id} had {len(asked)} runs on demand within 24 hours")
    after, run, queued = begun_run(world, _resumed(before), RunType.ON_DEMAND, now, description)
    after = after._replace(on_demand=(*asked, now))
    if after.state != before.state:
        after, ticket = ticketed(world, after._replace(next_run=following(after, now, now)))
        queued += ticket
    return (Write(before, after), Write(None, run)), queued, run


def begun_run(
    world: World, job: ReplicationJob, kind: RunType, scheduled: float, description: str = ""
) -> tuple[ReplicationJob, ReplicationRun, tuple[Job, ...]]:
    """Return a job with a new run that is pending, that run, and the work that is to be queued for it."""
    run = new_run(world, job, kind, scheduled)._replace(description=description)
    lane = job.replication_job_id
    queued = Job(f"job-{world.new_id(17)}", REPLICATE, lane, lane, created=world.clock.now())
    begun = (job.runs if job.begun is None else job.begun) + 1
    return job._replace(run_id=run.replication_run_id, runs=run.number, begun=begun), run, (queued,)


def new_run(kept: Kept, job: ReplicationJob, kind: RunType, scheduled: float) -> ReplicationRun:
    """Return a pending run of a job, numbered after its last one."""
    return ReplicationRun(
        f"sms-run-{kept.new_id(8)}",
        job.replication_job_id,
        job.runs + 1,
        type=kind,
        scheduled=scheduled,
        encrypted=job.parameters.encrypted,
        kms_key_id=job.parameters.kms_key_id,
    )


# --- Delete -------------------------------------------------------------------------------------------------


def delete_replication_job(world: World, job_id: str) -> None:
    """Begin to delete a job: no run follows, what is under way is broken off, images stay. Raises UnknownJob."""

    def decide() -> Change:
        before = find_job(world, job_id)
        if before.state is JobState.DELETED:
            raise UnknownJob(job_id)
        if before.state is JobState.DELETING:
            return Change(None, None)
        write, queued = deleting(world, before)
        return Change(None, None, jobs=queued, records=(write,))

    commit_decided(world, job_id, decide)
