"""An event as a job: it is sent at least once, or the log says why not."""

from __future__ import annotations

import logging

from smsgen.model.replicating.notices import Notice, detail_of
from smsgen.operations.apps.world import World
from smsgen.operations.jobs.lease import Kind, Superseded
from smsgen.operations.jobs.record_lease import RecordLease, ignore
from smsgen.operations.ports.replication_store import Write
from smsgen.operations.ports.store import Change

_log = logging.getLogger("smsgen.jobs")


def _notice(world: World, lease: RecordLease) -> Notice:
    notice = world.store.notice(lease.job.subject)
    if notice is None:
        raise Superseded("it is sent already")
    return notice


def _carry_out(world: World, lease: RecordLease) -> None:
    world.events.send(_notice(world, lease))
    _forget(world, lease)


def _forget(world: World, lease: RecordLease) -> None:
    lease.write(lambda: Change(None, None, records=(Write(_notice(world, lease), None),)), done=True)


def _fail(world: World, lease: RecordLease, message: str) -> None:
    """Let an event go that cannot be sent: replication goes on whoever hears of it."""
    _log.warning("an event is not sent: %s (%s)", message, detail_of(_notice(world, lease)))
    _forget(world, lease)


NOTIFICATION = Kind(RecordLease, _carry_out, ignore, _fail)
