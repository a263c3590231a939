"""What is told to EventBridge goes with the commit that it tells of: as a record, and a job that sends it."""

from __future__ import annotations

from collections.abc import Callable

from smsgen.model.replicating.notices import MISSED, Notice, notice_of
from smsgen.operations.ports.protocols import Clock
from smsgen.operations.ports.replication_store import Write
from smsgen.operations.ports.store import Change, Job

NOTIFY = "notify"
"""Kind of a queued job: an event is sent."""


def with_notices(change: Change, bus: str, clock: Clock, new_id: Callable[[int], str]) -> Change:
    """Return a change with what is told of it on a bus, "" for none: nothing is told then.

    The events of one replication job are sent one after another. Of runs that were missed meanwhile, one is told of.
    """
    notices = [found for one in change.records if (found := notice_of(one.before, one.after))] if bus else []
    late = [one for one in notices if one.state == MISSED][:-1]
    notices = [one for one in notices if one not in late]
    if not notices:
        return change
    now = clock.now()
    notices.sort(key=lambda one: not one.replication_run_id)  # a job pauses because of its run
    told = [one._replace(notice_id=f"notice-{new_id(17)}", bus=bus, time=now) for one in notices]
    return change._replace(
        records=(*change.records, *(Write(None, notice) for notice in told)),
        jobs=(*change.jobs, *(_sending(notice, now, new_id) for notice in told)),
    )


def _sending(notice: Notice, now: float, new_id: Callable[[int], str]) -> Job:
    lane = f"notices/{notice.replication_job_id}"
    return Job(f"job-{new_id(17)}", NOTIFY, notice.notice_id, lane, created=now)
