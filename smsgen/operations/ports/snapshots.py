"""The ports of where disks go: snapshots that are written block by block, and manifests that say what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple, Protocol

from smsgen.errors import ServiceError, SmsgenError

BLOCK = 512 << 10
"""Bytes of a block of a snapshot: what EBS direct puts and gets, always whole."""

GIB = 1 << 30


class Scope(Enum):
    """Whose rate was exceeded: the account's, which all disks share, or one snapshot's."""

    ACCOUNT = "ACCOUNT"
    SNAPSHOT = "SNAPSHOT"


class TryAgain(ServiceError):
    """A call failed that may succeed in a moment: AWS's own error, a connection that broke, a write that was late."""


class Throttled(TryAgain):
    """AWS takes no more calls for the moment."""

    scope = Scope.ACCOUNT


class SnapshotThrottled(Throttled):
    """AWS takes no more blocks of this snapshot for the moment."""

    scope = Scope.SNAPSHOT


class SnapshotLost(ServiceError):
    """The snapshot is not there, or takes no blocks any more: it timed out, was deleted, or is complete. One that was
    just started may be told of like this for the first seconds.
    """


class ManifestTaken(SmsgenError):
    """Another worker writes this manifest: what this one knows of it is out of date. It must stop at once."""


class NewSnapshot(NamedTuple):
    """A snapshot to start. `token`: the same one, with the same words, starts no second snapshot.

    A snapshot with a `parent` inherits its encryption; without one, `kms_key_id` (id, alias or ARN; "" the account's
    default key) counts where `encrypted`.
    """

    gib: int
    token: str
    parent: str = ""
    description: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    encrypted: bool = False
    kms_key_id: str = ""


class SnapshotInfo(NamedTuple):
    """How a snapshot stands: `state` is pending, completed, error, recoverable or recovering; `message` tells why."""

    snapshot_id: str
    state: str
    gib: int
    message: str = ""


class Snapshots(Protocol):
    """Snapshots of EBS. Every method raises ServiceError where AWS refuses; many threads may call at once."""

    def start(self, request: NewSnapshot) -> str:
        """Start a snapshot, and return its id."""

    def put(self, snapshot_id: str, index: int, block: bytes, digest: bytes) -> None:
        """Write a block, once: BLOCK bytes and their SHA-256. Raises Throttled, TryAgain and SnapshotLost.

        Tries no second time: who copies knows whether it still may.
        """

    def complete(self, snapshot_id: str, *, count: int, checksum: bytes) -> None:
        """Seal a snapshot of `count` blocks; `checksum` is the SHA-256 of their SHA-256s by ascending index, or empty.

        Raises SnapshotLost where it takes no blocks any more: it may be sealed already.
        """

    def find(self, snapshot_id: str) -> SnapshotInfo | None:
        """Return how a snapshot stands; None where there is none."""

    def blocks(self, snapshot_id: str) -> Iterator[tuple[int, str]]:
        """Yield (index, token) of every block of a completed snapshot, its parents' too, by ascending index."""

    def get(self, snapshot_id: str, index: int, token: str) -> bytes:
        """Return a block of a completed snapshot; raises ServiceError where it came damaged."""

    def delete(self, snapshot_id: str) -> None:
        """Delete a snapshot, pending or completed; nothing happens where there is none."""


class Manifests(Protocol):
    """Files that only grow, a segment at a time. Names are made of letters, digits, `-`, `_`, `.` and `/`."""

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the names of all manifests in a folder, sorted."""

    def append(self, name: str, number: int, segment: bytes) -> None:
        """Write segment `number` (from 0, each once, in order) whole or not at all; once this returns, it stays.

        Raises ManifestTaken where that number was written by another, and SmsgenError where it cannot be written.
        """

    def segments(self, name: str) -> Iterator[bytes]:
        """Yield the segments in order; none where there is no such manifest. A torn last one is left out."""

    def delete(self, name: str) -> None:
        """Delete a manifest; nothing happens where there is none."""
