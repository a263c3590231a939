"""replicationStatus in SMS's words: which states there are, and which steps lead where.

The names are those of the SMS API (AppSummary.replicationStatus, 2018-11-26; PARTIALLY_REPLICATED came later). The
steps between them were never published; the table is ours, in the order that the SMS user guide tells: configure,
start, replicate again and again, stop.
"""

from __future__ import annotations

from enum import Enum, StrEnum

from smsgen.model.status import step


class ReplicationTarget(StrEnum):
    """Where a server's disks go (ours: SMS had one way): into EBS snapshots, or as files to ImportImage."""

    EBS_DIRECT = "ebs-direct"
    IMPORT_IMAGE = "import-image"


class ReplicationStatus(StrEnum):
    """AppSummary.replicationStatus of the SMS API."""

    READY_FOR_CONFIGURATION = "READY_FOR_CONFIGURATION"
    CONFIGURATION_IN_PROGRESS = "CONFIGURATION_IN_PROGRESS"
    CONFIGURATION_INVALID = "CONFIGURATION_INVALID"
    READY_FOR_REPLICATION = "READY_FOR_REPLICATION"
    VALIDATION_IN_PROGRESS = "VALIDATION_IN_PROGRESS"
    REPLICATION_PENDING = "REPLICATION_PENDING"
    REPLICATION_IN_PROGRESS = "REPLICATION_IN_PROGRESS"
    REPLICATED = "REPLICATED"
    PARTIALLY_REPLICATED = "PARTIALLY_REPLICATED"
    DELTA_REPLICATION_IN_PROGRESS = "DELTA_REPLICATION_IN_PROGRESS"
    DELTA_REPLICATED = "DELTA_REPLICATED"
    DELTA_REPLICATION_FAILED = "DELTA_REPLICATION_FAILED"
    REPLICATION_FAILED = "REPLICATION_FAILED"
    REPLICATION_STOPPING = "REPLICATION_STOPPING"
    REPLICATION_STOP_FAILED = "REPLICATION_STOP_FAILED"
    REPLICATION_STOPPED = "REPLICATION_STOPPED"


class ReplicationEvent(Enum):
    """What moves an application from one replication status to the next."""

    CONFIGURE = "its replication configuration is put"
    ACCEPT = "what was given is found valid"
    REJECT = "what was given is found invalid"
    FORGET = "its replication configuration is deleted"
    START = "its replication is started"
    RUN = "a run begins"
    SUCCEED = "a run gives an image of every server"
    SUCCEED_IN_PART = "a run gives an image of some servers"
    FAIL = "a run, or the stop, fails"
    STOP = "its replication is stopped"
    STOPPED = "the replication job of every server has ended"


_S, _E = ReplicationStatus, ReplicationEvent
_CONFIGURABLE = {_E.CONFIGURE: _S.CONFIGURATION_IN_PROGRESS, _E.FORGET: _S.READY_FOR_CONFIGURATION}
_STOPPABLE = {_E.STOP: _S.REPLICATION_STOPPING}
_RUNNING = {
    _E.SUCCEED_IN_PART: _S.PARTIALLY_REPLICATED,
    **_STOPPABLE,
}

STEPS: dict[ReplicationStatus, dict[ReplicationEvent, ReplicationStatus]] = {
    _S.READY_FOR_CONFIGURATION: _CONFIGURABLE,
    # What was put is kept, and judged at once; a crash may part the two.
    _S.CONFIGURATION_IN_PROGRESS: {
        **_CONFIGURABLE,
        _E.ACCEPT: _S.READY_FOR_REPLICATION,
        _E.REJECT: _S.CONFIGURATION_INVALID,
    },
    _S.CONFIGURATION_INVALID: _CONFIGURABLE,
    _S.READY_FOR_REPLICATION: {**_CONFIGURABLE, _E.START: _S.VALIDATION_IN_PROGRESS},
    _S.VALIDATION_IN_PROGRESS: {
        _E.ACCEPT: _S.REPLICATION_PENDING,
        _E.REJECT: _S.CONFIGURATION_INVALID,
        _E.FAIL: _S.REPLICATION_FAILED,
        **_STOPPABLE,
    },
    _S.REPLICATION_PENDING: {
        _E.RUN: _S.REPLICATION_IN_PROGRESS,
        _E.FAIL: _S.REPLICATION_FAILED,
        **_STOPPABLE,
    },
    _S.REPLICATION_IN_PROGRESS: {_E.SUCCEED: _S.REPLICATED, _E.FAIL: _S.REPLICATION_FAILED, **_RUNNING},
    # The jobs of all servers go on: the next run begins by the schedule, or on demand.
    _S.REPLICATED: {_E.RUN: _S.DELTA_REPLICATION_IN_PROGRESS, **_STOPPABLE},
    _S.PARTIALLY_REPLICATED: {_E.RUN: _S.DELTA_REPLICATION_IN_PROGRESS, **_STOPPABLE},
    _S.DELTA_REPLICATION_IN_PROGRESS: {
        _E.SUCCEED: _S.DELTA_REPLICATED,
        _E.FAIL: _S.DELTA_REPLICATION_FAILED,
        **_RUNNING,
    },
    _S.DELTA_REPLICATED: {_E.RUN: _S.DELTA_REPLICATION_IN_PROGRESS, **_STOPPABLE},
    _S.DELTA_REPLICATION_FAILED: {_E.RUN: _S.DELTA_REPLICATION_IN_PROGRESS, **_STOPPABLE},
    _S.REPLICATION_FAILED: {
        **_CONFIGURABLE,
        _E.START: _S.VALIDATION_IN_PROGRESS,
        _E.RUN: _S.REPLICATION_IN_PROGRESS,
        **_STOPPABLE,
    },
    _S.REPLICATION_STOPPING: {_E.STOPPED: _S.REPLICATION_STOPPED, _E.FAIL: _S.REPLICATION_STOP_FAILED},
    _S.REPLICATION_STOP_FAILED: _STOPPABLE,
    _S.REPLICATION_STOPPED: {**_CONFIGURABLE, _E.START: _S.VALIDATION_IN_PROGRESS},
}
"""Status -> event -> next status. A pair that is not here is refused."""


def advance_replication(status: ReplicationStatus, event: ReplicationEvent) -> ReplicationStatus:
    """Return the replicationStatus after `event`; raises IllegalStep where `STEPS` does not have the pair."""
    return step(STEPS, status, event)


def is_running(status: ReplicationStatus) -> bool:
    """Return whether there are replication jobs that would have to be stopped first."""
    return _E.STOP in STEPS[status] or _E.STOPPED in STEPS[status]
