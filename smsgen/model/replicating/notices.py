"""What is told to EventBridge of replication jobs and their runs, in SMS's words.

SMS sent "Server Migration Job State Change" with `state`, `replication-job-id`, `replication-run-id` ("N/A" where there
is none), `ami-id` (where there is one) and `version` in its detail (SMS User Guide, "CloudWatch Events").
"""

from __future__ import annotations

from typing import NamedTuple

from smsgen.model.replicating.jobs import JobState, ReplicationJob, ReplicationRun, RunState

DETAIL_TYPE = "Server Migration Job State Change"
SOURCE = "smsgen"
"""AWS keeps sources that begin with `aws.` for itself: SMS's was aws.sms."""

MISSED = "Missed"

_OF_RUNS = {RunState.COMPLETED: "Completed", RunState.FAILED: "Failed", RunState.MISSED: MISSED}
_OF_JOBS = {JobState.DELETED: "Deleted", JobState.PAUSED_ON_FAILURE: "PausedOnFailure"}
"""State -> how an event calls it. A job that fails for good is told of by its run."""


class Notice(NamedTuple):
    """An event that is to be sent to an event bus. `time`: when it happened, in seconds since the epoch."""

    notice_id: str
    bus: str
    state: str
    replication_job_id: str
    replication_run_id: str = ""
    ami_id: str = ""
    time: float = 0.0
    version: int = 0


def notice_of(before: object, after: object) -> Notice | None:
    """Return what is told where a record becomes another (without id, bus and time); None where that is nothing."""
    if isinstance(after, ReplicationRun) and _is_news(before, after):
        state = _OF_RUNS.get(after.state)
        job_id, run_id = after.replication_job_id, after.replication_run_id
        return Notice("", "", state, job_id, run_id, after.ami_id) if state else None
    if isinstance(after, ReplicationJob) and _is_news(before, after):
        state = _OF_JOBS.get(after.state)
        return Notice("", "", state, after.replication_job_id) if state else None
    return None


def _is_news(before: object, after: ReplicationJob | ReplicationRun) -> bool:
    return not isinstance(before, (ReplicationJob, ReplicationRun)) or before.state is not after.state


def detail_of(notice: Notice) -> dict[str, str]:
    """Return the detail of an event, with SMS's keys."""
    detail = {
        "state": notice.state,
        "replication-run-id": notice.replication_run_id or "N/A",
        "replication-job-id": notice.replication_job_id,
        "version": "1.0",
    }
    return detail | ({"ami-id": notice.ami_id} if notice.ami_id else {})
