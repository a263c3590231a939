"""When the runs of a replication job fall due: pure functions of the job and a time.

A job has one ticket at most: a queued job (`jobs/schedule.py`) that is taken when something of it falls due. Whoever
changes when that is queues another ticket; the old one finds itself outdated, and does nothing.
"""

from __future__ import annotations

from smsgen.model.replicating.jobs import DAY, HOUR, RUNNABLE, JobState, ReplicationJob

PAUSED_FOR = 4 * DAY
"""For how long a paused job can be taken up again (SMS User Guide, "Replicating VMs")."""

SHOWN_FOR = 7 * DAY
"""For how long a job that is deleted is still shown."""

ON_DEMAND = 2
"""Runs on demand in 24 hours (SMS User Guide, "Replicating VMs")."""


def first_due(seed: float, now: float) -> float:
    """Return when the first run begins: at the seed time, at once where that is past."""
    return max(seed, now)


def following(job: ReplicationJob, due: float, now: float) -> float | None:
    """Return when the scheduled run after the one of `due` begins, which is never in the past; None: there is none."""
    if job.parameters.run_once or not job.parameters.frequency:
        return None
    period = job.parameters.frequency * HOUR
    return due + period * max(1, int((now - due) // period) + 1)


MOST_MISSED = 90 * 24
"""Runs that are recorded as missed at most: as many as a job can have in its 90 days."""


def due_times(job: ReplicationJob, due: float, now: float) -> tuple[float, ...]:
    """Return when runs of the schedule fell due from `due` until `now`, the latest one last; there is always one."""
    if job.parameters.run_once or not job.parameters.frequency:
        return (due,)
    period = job.parameters.frequency * HOUR
    count = max(0, int((now - due) // period))
    return tuple(due + period * number for number in range(max(0, count - MOST_MISSED), count + 1))


def next_look(job: ReplicationJob, *, age: float) -> float | None:
    """Return when something of the job falls due: a run, its end (`age` seconds), that of a pause; None: never."""
    if job.state is JobState.DELETED:
        return job.since + SHOWN_FOR
    if job.state is JobState.PAUSED_ON_FAILURE:
        return job.since + PAUSED_FOR
    if job.state not in RUNNABLE:
        return None
    ends = [job.first_run + age] if job.first_run is not None else []
    return min([*ends, *([] if job.next_run is None else [job.next_run])], default=None)


def recent(job: ReplicationJob, now: float) -> tuple[float, ...]:
    """Return when the on-demand runs of the last 24 hours were asked for."""
    return tuple(asked for asked in job.on_demand if now - asked < DAY)
