"""Applications and the replication jobs of their servers: how one tells of the other, and how jobs are deleted.

Pure functions but for the ids that the world gives; `operations/replication` decides when they are used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from smsgen.model.app import App, Server
from smsgen.model.managed import ManagedApp
from smsgen.model.replicating.jobs import (
    LIVING,
    RUNNABLE,
    JobEvent,
    JobState,
    ReplicationJob,
    is_terminated,
    job_after,
)
from smsgen.model.replication import STEPS, ReplicationEvent, ReplicationStatus, advance_replication
from smsgen.operations.apps.readiness import cut
from smsgen.operations.apps.world import Kept
from smsgen.operations.ports.replication_store import Write
from smsgen.operations.ports.store import Job

END = "end-replication"
"""Kind of a queued job: what is deleted of a replication comes to its end."""

_IN_PROGRESS = (
    ReplicationStatus.REPLICATION_IN_PROGRESS,
    ReplicationStatus.DELTA_REPLICATION_IN_PROGRESS,
)


def server_ids(managed: ManagedApp) -> tuple[str, ...]:
    """Return the ids of an application's servers."""
    return tuple(server.server_id for group in managed.app.server_groups for server in group.server_list)


def each_server(app: App, change: Callable[[Server], Server]) -> App:
    """Return an application with each of its servers changed."""
    groups = tuple(
        group._replace(server_list=tuple(map(change, group.server_list))) for group in app.server_groups
    )
    return app._replace(server_groups=groups)


def jobs_of(kept: Kept, managed: ManagedApp) -> Mapping[str, ReplicationJob]:
    """Return server id -> its replication job, of an application's servers that have one."""
    return kept.store.jobs_of_servers(server_ids(managed))


def owner_of(kept: Kept, server_id: str) -> ManagedApp | None:
    """Return the application that a server is in, or None."""
    owner = kept.store.owners([server_id]).get(server_id)
    return kept.store.app(owner) if owner else None


def with_job(managed: ManagedApp, job: ReplicationJob) -> ManagedApp:
    """Return an application that names a server's replication job, and says whether it is deleted or has failed."""
    app = each_server(
        managed.app,
        lambda server: (
            server._replace(replication_job_id=job.replication_job_id)
            if server.server_id == job.server_id
            else server
        ),
    )
    others = tuple(one for one in managed.replication.terminated if one != job.server_id)
    terminated = (*others, job.server_id) if is_terminated(job) else others
    return managed._replace(app=app, replication=managed.replication._replace(terminated=terminated))


def run_began(managed: ManagedApp) -> ManagedApp:
    """Return an application as it stands once a run of one of its servers has begun."""
    return _stepped(managed, ReplicationEvent.RUN, "")


def followed(managed: ManagedApp, jobs: Mapping[str, ReplicationJob], now: float) -> ManagedApp:
    """Return an application in the status that the jobs of its servers (server id -> job) have brought it to."""
    status = managed.replication.status
    mine = [jobs[server_id] for server_id in server_ids(managed) if server_id in jobs]
    if status is ReplicationStatus.REPLICATION_STOPPING:
        ended = all(job.state not in LIVING for job in mine)
        return _stepped(managed, ReplicationEvent.STOPPED, "") if ended else managed
    if status not in _IN_PROGRESS or not all(map(_is_settled, mine)):
        return managed
    event = _outcome(mine, len(server_ids(managed)))
    after = _stepped(managed, event, cut("; ".join(job.message for job in mine if job.message)))
    if event is ReplicationEvent.SUCCEED:
        after = after._replace(replication=after.replication._replace(latest_time=now))
    return after


def _is_settled(job: ReplicationJob) -> bool:
    """Whether nothing of the job is under way, and its first run is behind it."""
    return not job.run_id and (job.first_run is not None or job.state not in RUNNABLE)


def _outcome(jobs: list[ReplicationJob], servers: int) -> ReplicationEvent:
    good = [job for job in jobs if job.latest_ami_id and not job.failures and not is_terminated(job)]
    if len(good) == servers:
        return ReplicationEvent.SUCCEED
    return ReplicationEvent.SUCCEED_IN_PART if good else ReplicationEvent.FAIL


def _stepped(managed: ManagedApp, event: ReplicationEvent, message: str) -> ManagedApp:
    status = managed.replication.status
    if event not in STEPS[status]:
        return managed
    after = advance_replication(status, event)
    return managed._replace(replication=managed.replication._replace(status=after, message=message))


def deleting(kept: Kept, before: ReplicationJob, message: str = "") -> tuple[Write, tuple[Job, ...]]:
    """Return what is written and queued to delete a job."""
    after = job_after(before, JobEvent.DELETE, message)._replace(next_run=None, ticket="")
    return Write(before, after), (end_of(kept, before),)


def end_of(kept: Kept, job: ReplicationJob) -> Job:
    """Return the work that brings a deleted job to its end, after what of it is under way."""
    lane = job.replication_job_id
    return Job(f"job-{kept.new_id(17)}", END, lane, lane, created=kept.clock.now())


def deleting_all(kept: Kept, managed: ManagedApp) -> tuple[tuple[Write, ...], tuple[Job, ...]]:
    """Return what is written and queued to delete the replication jobs of an application's servers.

    The end of one that is being deleted is queued again where that failed.
    """
    writes: list[Write] = []
    queued: list[Job] = []
    for job in jobs_of(kept, managed).values():
        if job.state is JobState.DELETING:
            ends = any(one.kind == END for one in kept.store.jobs(job.replication_job_id))
            queued += () if ends else (end_of(kept, job),)
        elif job.state in LIVING:
            write, work = deleting(kept, job)
            writes.append(write)
            queued += work
    return tuple(writes), tuple(queued)
