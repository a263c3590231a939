"""What a copy is asked for, what it needs, what comes of it, and how it ends without a snapshot."""

from __future__ import annotations

from collections.abc import Callable
from threading import BoundedSemaphore
from typing import NamedTuple

from smsgen.errors import SmsgenError
from smsgen.operations.ports.protocols import Clock
from smsgen.operations.ports.snapshots import Manifests, Snapshots
from smsgen.operations.replication.flight import Flight, Hours, Line
from smsgen.operations.replication.manifest import ManifestSummary


class CopyRequest(NamedTuple):
    """What to copy. `disk` names the disk and `run` the run in manifests (letters, digits, `-`, `_`, `.`, and `/`).

    `base`: the manifest of the last result, "" for a first copy. `full`: read all although the source tracks changes.
    `verify_every`: read every so many blocks of the completed snapshot back; 0 for none. `encrypted` and `kms_key_id`
    (id, alias or ARN) are as in `NewSnapshot`; with other ones than the base's, a new chain of snapshots begins.
    """

    disk: str
    run: str
    base: str = ""
    full: bool = False
    verify_every: int = 0
    description: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    encrypted: bool = False
    kms_key_id: str = ""


class CopyWorld(NamedTuple):
    """What a copy needs. `account` is shared by all disks that are copied into one account, `line` by all of a site.

    `in_flight`: blocks of one disk under way at most, each in up to 1.5 MiB of memory. `hours`: None for any.
    `room`: a place in it is taken by every block that is held, of all copies that share it; None for no bound.
    `may_put`: whether a block may be put now, asked by many threads; a block waits as long as it may not.
    """

    snapshots: Snapshots
    manifests: Manifests
    clock: Clock
    account: Flight
    line: Line
    hours: Hours | None = None
    in_flight: int = 32
    room: BoundedSemaphore | None = None
    may_put: Callable[[], bool] = lambda: True


class CopyResult(NamedTuple):
    """A snapshot that is complete. `manifest` is the next run's base; `parent` "" where the snapshot begins a chain."""

    manifest: str
    snapshot_id: str
    gib: int
    parent: str
    summary: ManifestSummary


class CopyProgress(NamedTuple):
    """How far a copy is: bytes looked at and bytes to look at (0: not known), bytes sent, bytes that needed no sending.

    `phase`: copying, completing or verifying.
    """

    phase: str
    done: int = 0
    expected: int = 0
    sent: int = 0
    skipped: int = 0


class Paused(SmsgenError):
    """The copy stopped where it can go on: it was told to, or its hours are over (`until`: when they begin again)."""

    def __init__(self, until: float = 0.0) -> None:
        super().__init__("the copy stopped for now", hint="the same request goes on with it")
        self.until = until


class CopyFailed(SmsgenError):
    """EBS could not complete the snapshot: the next try begins a new one."""
