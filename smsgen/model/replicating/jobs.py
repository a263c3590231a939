"""Replication jobs and their runs, in SMS's words: what they hold, which states there are, which steps lead where.

The names are those of the SMS API (ReplicationJob, ReplicationRun, 2018-11-26). The steps between the states were never
published; the tables are ours, in the order that the SMS user guide tells. Times are seconds since the epoch; None and
"" mean that there is nothing to say.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import NamedTuple

from smsgen.model.app import VmServer
from smsgen.model.managed import ReplicationParameters
from smsgen.model.replication import ReplicationTarget
from smsgen.model.status import step

HOUR = 3600.0
DAY = 86_400.0


class JobState(StrEnum):
    """ReplicationJob.state of the SMS API."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    FAILED = "FAILED"
    DELETING = "DELETING"
    DELETED = "DELETED"
    COMPLETED = "COMPLETED"
    PAUSED_ON_FAILURE = "PAUSED_ON_FAILURE"
    FAILING = "FAILING"


class JobEvent(Enum):
    """What moves a replication job from one state to the next."""

    BEGIN = "a run of it begins"
    SUCCEED = "a run gives an image"
    COMPLETE = "its only run gives an image"
    LOSE = "a run fails, and another one follows"
    PAUSE = "too many runs fail, one after another"
    FAIL = "it fails for good"
    RESUME = "it is taken up again"
    DELETE = "it is deleted"
    ENDED = "nothing of it is under way any more"


_J, _JE = JobState, JobEvent
_ENDING = {_JE.DELETE: _J.DELETING}
_GOING = {
    _JE.SUCCEED: _J.ACTIVE,
    _JE.COMPLETE: _J.COMPLETED,
    _JE.LOSE: _J.FAILING,
    _JE.PAUSE: _J.PAUSED_ON_FAILURE,
    _JE.FAIL: _J.FAILED,
    **_ENDING,
}

JOB_STEPS: dict[JobState, dict[JobEvent, JobState]] = {
    _J.PENDING: {**_GOING, _JE.BEGIN: _J.ACTIVE},
    _J.ACTIVE: {**_GOING, _JE.BEGIN: _J.ACTIVE},
    # Its last run failed. It stays so until one succeeds.
    _J.FAILING: {**_GOING, _JE.BEGIN: _J.FAILING},
    _J.PAUSED_ON_FAILURE: {_JE.RESUME: _J.ACTIVE, **_ENDING},
    _J.FAILED: _ENDING,
    _J.COMPLETED: _ENDING,
    _J.DELETING: {_JE.ENDED: _J.DELETED},
    _J.DELETED: {},
}
"""State -> event -> next state. A pair that is not here is refused."""

LIVING = frozenset((_J.PENDING, _J.ACTIVE, _J.FAILING, _J.PAUSED_ON_FAILURE, _J.DELETING))
"""Something may be under way, or to come."""

RUNNABLE = frozenset((_J.PENDING, _J.ACTIVE, _J.FAILING))
"""Runs begin."""

TERMINATED = frozenset((_J.FAILED, _J.DELETED))
"""Server.replicationJobTerminated: "Indicates whether the replication job is deleted or failed"."""


class RunState(StrEnum):
    """ReplicationRun.state of the SMS API."""

    PENDING = "PENDING"
    MISSED = "MISSED"
    ACTIVE = "ACTIVE"
    FAILED = "FAILED"
    COMPLETED = "COMPLETED"
    DELETING = "DELETING"
    DELETED = "DELETED"


class RunEvent(Enum):
    """What moves a run from one state to the next."""

    BEGIN = "it begins"
    MISS = "it falls due while another one is under way"
    SUCCEED = "it gives an image"
    FAIL = "it fails"
    DELETE = "it is broken off, or its image is to go"
    ENDED = "nothing of it is left"


_R, _RE = RunState, RunEvent

RUN_STEPS: dict[RunState, dict[RunEvent, RunState]] = {
    _R.PENDING: {
        _RE.BEGIN: _R.ACTIVE,
        _RE.MISS: _R.MISSED,
        _RE.FAIL: _R.FAILED,
        _RE.DELETE: _R.DELETING,
    },
    _R.ACTIVE: {
        _RE.BEGIN: _R.ACTIVE,  # another worker goes on with it
        _RE.SUCCEED: _R.COMPLETED,
        _RE.FAIL: _R.FAILED,
        _RE.DELETE: _R.DELETING,
    },
    _R.MISSED: {},
    _R.FAILED: {},
    _R.COMPLETED: {_RE.DELETE: _R.DELETING},
    _R.DELETING: {_RE.ENDED: _R.DELETED},
    _R.DELETED: {},
}
"""State -> event -> next state. A pair that is not here is refused."""

UNDER_WAY = frozenset((_R.PENDING, _R.ACTIVE))


class RunType(StrEnum):
    """ReplicationRun.type of the SMS API."""

    ON_DEMAND = "ON_DEMAND"
    AUTOMATIC = "AUTOMATIC"


class ReplicationJob(NamedTuple):
    """The replication of one server.

    `parameters` is as in an application's configuration; its seed time is the first run's. `next_run` is when the
    next scheduled run begins; `ticket` the queued job that sees to it. `run_id` is the run that is pending or under
    way; `runs` how many there were, `begun` how many of them were carried out (None: all). `failures`: failed runs,
    one after another. `on_demand`: when the runs of the last day were asked for. `first_run`: when the first run
    began. `since`: when it was paused or deleted. `bases`: the manifests that the next run builds upon, by disk.
    `target`: where its disks go, where that is chosen.
    """

    replication_job_id: str
    server_id: str
    vm_server: VmServer = VmServer()
    connector_id: str = ""
    guest: str = ""
    firmware: str = ""
    parameters: ReplicationParameters = ReplicationParameters()
    role_name: str = ""
    description: str = ""
    state: JobState = JobState.PENDING
    message: str = ""
    latest_ami_id: str = ""
    latest_time: float | None = None
    next_run: float | None = None
    ticket: str = ""
    run_id: str = ""
    runs: int = 0
    failures: int = 0
    on_demand: tuple[float, ...] = ()
    first_run: float | None = None
    since: float = 0.0
    bases: tuple[str, ...] = ()
    target: ReplicationTarget | None = None
    begun: int | None = None
    created: float = 0.0
    version: int = 0


class DiskProgress(NamedTuple):
    """How far a disk of a run is, since a worker took it up: bytes looked at (`done`), of so many (`expected`, 0: not
    known), which were sent, or needed no sending (`skipped`). `rate`: bytes looked at a second.
    """

    name: str
    phase: str = "waiting"
    done: int = 0
    expected: int = 0
    sent: int = 0
    skipped: int = 0
    rate: float = 0.0


class ReplicationRun(NamedTuple):
    """A run of a job. `number` counts from 1.

    `task_id`: the import that makes its image. `snapshots`: what its disks became; `disks`: how far they are.
    `recorded`: somebody else made its image, which is not the job's to delete. `target`: where its disks go.
    """

    replication_run_id: str
    replication_job_id: str
    number: int
    state: RunState = RunState.PENDING
    type: RunType = RunType.AUTOMATIC
    stage: str = ""
    stage_progress: str = ""
    message: str = ""
    ami_id: str = ""
    scheduled: float = 0.0
    completed: float | None = None
    description: str = ""
    encrypted: bool | None = None
    kms_key_id: str | None = None
    task_id: str = ""
    snapshots: tuple[str, ...] = ()
    disks: tuple[DiskProgress, ...] = ()
    recorded: bool | None = None
    target: ReplicationTarget | None = None
    version: int = 0


def is_living(job: ReplicationJob) -> bool:
    """Return whether the job keeps its server: one that is deleted, and of which nothing is under way, does not."""
    return job.state in LIVING and (job.state is not JobState.DELETING or bool(job.run_id))


def is_terminated(job: ReplicationJob) -> bool:
    """Return whether the job is deleted or failed."""
    return job.state in TERMINATED


def job_after(job: ReplicationJob, event: JobEvent, message: str | None = None) -> ReplicationJob:
    """Return a job after an event, with its message where there is one; raises IllegalStep."""
    state = step(JOB_STEPS, job.state, event, what="a replication job")
    return job._replace(state=state, message=job.message if message is None else message)


def run_after(run: ReplicationRun, event: RunEvent, **fields: object) -> ReplicationRun:
    """Return a run after an event, with other fields; raises IllegalStep."""
    state = step(RUN_STEPS, run.state, event, what="a replication run")
    return run._replace(state=state, **fields)  # type: ignore[arg-type] # fields of a run, by their names
