"""Use case: carry out what LaunchApp, TerminateApp and DeleteApp began, one job at a time, by one worker at a time.

    lease ──▶ KINDS[job.kind] ──▶ over: its outcome is written, and the job forgotten, in one commit
                   │
                   ├──▶ AWS in trouble, worker stopped: given back, to be taken up again after a while
                   └──▶ lease lost: nothing more is done; another worker goes on

A worker can be killed at any moment. The next one looks at what the store says was begun, and at what CloudFormation
says of it, and goes on from there: it finishes what runs, and never begins it a second time.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from smsgen.errors import PASSING, ServiceError, SmsgenError
from smsgen.operations.apps.notices import NOTIFY
from smsgen.operations.apps.replicated import END
from smsgen.operations.apps.world import Busy, UnknownApp, World
from smsgen.operations.jobs import (
    catalog_import,
    end_replication,
    launch,
    notify,
    replication,
    schedule,
    start_replication,
    termination,
    validation,
)
from smsgen.operations.jobs.lease import Kind, Lease, NotHere, Stopped, Superseded
from smsgen.operations.ports.store import LeaseLost, StoreError
from smsgen.operations.replication import apps, catalog, jobs

KINDS: dict[str, Kind[Any]] = {
    "launch": launch.LAUNCH,
    "terminate": termination.TERMINATE,
    "delete": termination.DELETE,
    "validate": validation.VALIDATE,
    catalog.IMPORT: catalog_import.IMPORT_CATALOG,
    apps.START: start_replication.START_REPLICATION,
    jobs.SCHEDULE: schedule.SCHEDULE,
    jobs.REPLICATE: replication.REPLICATE,
    END: end_replication.END_REPLICATION,
    NOTIFY: notify.NOTIFICATION,
}
"""Kind of a job -> how it is carried out."""

LAUNCHES = ("launch", "terminate", "delete")
"""Kinds of jobs that somebody waits for: workers of their own take them, so that long ones hold up none."""

SHORT = (jobs.SCHEDULE, apps.START, END, catalog.IMPORT)
"""Kinds of jobs of replication that copy nothing: they are over soon, and so wait for no copy."""

REPLICATIONS = (jobs.REPLICATE,)
"""Kinds of jobs that go on for hours."""

VALIDATIONS = ("validate",)
"""Kinds of jobs that mostly wait: a validation goes on until its scripts have ended, or servers have reported."""

NOTICES = (NOTIFY,)
"""Kinds of jobs that nothing waits for, however long EventBridge takes."""

POOLS = (LAUNCHES, VALIDATIONS, SHORT, REPLICATIONS, NOTICES)
"""Kinds of jobs that share workers."""

_log = logging.getLogger("smsgen.jobs")

_FIRST_PAUSE = 5.0
_LONGEST_PAUSE = 300.0


def carry_out_one(
    world: World, worker: str, kinds: Sequence[str] = tuple(KINDS), *, without: Sequence[str] = ()
) -> bool:
    """Lease one job of these kinds and carry it out; return False where there is none to take.

    `worker` is the name that the lease is under; jobs on subjects in `without` are left to others. Raises StoreError
    where the store fails (the lease then ends by itself), and NotHere once the job is given back.
    """
    job = world.store.lease(worker, kinds=kinds, seconds=world.settings.lease, without=without)
    if job is None:
        return False
    kind = KINDS[job.kind]
    lease = kind.hold(world, job)
    try:
        _attempt(world, lease, kind)
    except LeaseLost:
        _log.info("job %s of %s went on to another worker", job.job_id, job.subject)
    except (Superseded, UnknownApp):
        world.store.finish(lease.job)
    except NotHere:
        world.store.give_back(lease.job, anew=True)
        raise
    except Stopped:
        world.store.give_back(lease.job, anew=True)
    return True


def _attempt(world: World, lease: Lease, kind: Kind[Any]) -> None:
    """Carry a job out; what goes wrong is either tried again later, or written as its failure."""
    try:
        lease.require_wanted()
        kind.carry_out(world, lease)
    except (LeaseLost, Superseded, UnknownApp, NotHere, Stopped, StoreError):
        raise
    except ServiceError as error:
        if error.kind in PASSING and lease.job.attempt < world.settings.attempts:
            _later(world, lease, kind, str(error))
        else:
            kind.fail(world, lease, _words(kind, error))
    except Busy as error:
        _later(world, lease, kind, str(error))
    except SmsgenError as error:
        kind.fail(world, lease, _words(kind, error))
    except Exception as error:
        _log.exception("job %s (%s) of %s failed", lease.job.job_id, lease.job.kind, lease.job.subject)
        if lease.job.attempt < world.settings.attempts:
            _later(world, lease, kind, "")
        else:
            kind.fail(world, lease, f"internal error ({type(error).__name__})")


def _words(kind: Kind[Any], error: SmsgenError) -> str:
    """Return what went wrong, and what to do where the kind says that, too."""
    return f"{error}: {error.hint}" if error.hint and kind.says_what_to_do else str(error)


def _later(world: World, lease: Lease, kind: Kind[Any], why: str) -> None:
    """Give the job back for a while that grows with each attempt."""
    pause = min(_FIRST_PAUSE * 2 ** max(0, lease.job.attempt - 1), _LONGEST_PAUSE)
    pause *= 1 + world.clock.jitter() / 4
    if why:
        kind.note(lease, f"{why}; trying again")
    world.store.give_back(lease.job, delay=pause)
