"""How a copy ends: the snapshot is sealed, waited for, and read back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256

from smsgen.errors import SmsgenError
from smsgen.operations.ports.snapshots import SnapshotLost, Snapshots
from smsgen.operations.ports.waiting import Backoff, Pace
from smsgen.operations.replication.journal import Journal
from smsgen.operations.replication.manifest import (
    ZERO_DIGEST,
    Entry,
    Manifest,
    entries,
    given_up_segment,
    total,
)
from smsgen.operations.replication.records import CopyFailed, CopyRequest, CopyWorld, Paused

COMPLETION = Pace(first=1.0, longest=10.0, deadline=6 * 3600.0)
"""How long EBS is waited for to complete a snapshot."""


class VerifyFailed(SmsgenError):
    """A snapshot does not hold what was copied into it."""

    def __init__(self, snapshot_id: str, index: int, what: str) -> None:
        super().__init__(
            f"snapshot {snapshot_id} is not what was copied: block {index:,} {what}",
            hint="start another run: it begins a new snapshot",
        )


def completed(manifest: Manifest, journal: Journal, world: CopyWorld, goes_on: Callable[[], bool]) -> None:
    """Seal the snapshot and wait until EBS completed it; raises CopyFailed, and Paused."""
    sums = total(world.manifests, manifest.name)
    with suppress(
        SnapshotLost
    ):  # it may be sealed already, by this copy before it was killed: its state says so
        world.snapshots.complete(
            manifest.snapshot_id, count=sums.put, checksum=sums.checksum if sums.put else b""
        )
    backoff = Backoff(world.clock, COMPLETION, goes_on)
    while True:
        snapshot = world.snapshots.find(manifest.snapshot_id)
        if snapshot is not None and snapshot.state == "completed":
            return
        if snapshot is None or snapshot.state == "error":
            why = snapshot.message if snapshot else "it is gone"
            journal.append(given_up_segment(why))
            raise CopyFailed(
                f"EBS did not complete snapshot {manifest.snapshot_id}: {why}", hint="run it again"
            )
        if not goes_on():
            raise Paused
        if not backoff.wait():
            raise CopyFailed(
                f"EBS does not complete snapshot {manifest.snapshot_id}", hint="run it again later"
            )


def verified(
    manifest: Manifest, journal: Journal, request: CopyRequest, world: CopyWorld, goes_on: Callable[[], bool]
) -> int:
    """Read blocks back as the request says, and return how many; raises VerifyFailed, and gives the snapshot up."""
    if not request.verify_every:
        return 0
    whole = entries(world.manifests, manifest.name)
    try:
        return verify(
            world.snapshots, manifest.snapshot_id, whole, every=request.verify_every, goes_on=goes_on
        )
    except VerifyFailed as failure:
        journal.append(given_up_segment(str(failure)))
        raise


def verify(
    snapshots: Snapshots,
    snapshot_id: str,
    entries: Iterator[Entry],
    *,
    every: int,
    goes_on: Callable[[], bool],
) -> int:
    """Compare which blocks a completed snapshot has with its manifest, and read every `every`-th of them back.

    Returns how many were read. Raises VerifyFailed at the first difference, and what `goes_on` and reading raise.
    """
    count = 0
    for number, (index, token, digest) in enumerate(_pairs(snapshots, snapshot_id, entries)):
        if number % every:
            continue
        goes_on()
        if sha256(snapshots.get(snapshot_id, index, token)).digest() != digest:
            raise VerifyFailed(snapshot_id, index, "holds other bytes")
        count += 1
    return count


def _pairs(
    snapshots: Snapshots, snapshot_id: str, entries: Iterator[Entry]
) -> Iterator[tuple[int, str, bytes]]:
    """Yield (index, token, digest) of the blocks; zeros that were written may be left out by the snapshot.

    Raises VerifyFailed where one side has a block that the other has not.
    """
    blocks = snapshots.blocks(snapshot_id)
    block = next(blocks, None)
    for entry in entries:
        if block is not None and block[0] < entry.block:
            break
        if block is not None and block[0] == entry.block:
            yield entry.block, block[1], entry.digest
            block = next(blocks, None)
        elif entry.digest != ZERO_DIGEST:
            raise VerifyFailed(snapshot_id, entry.block, "is missing")
    if block is not None:
        raise VerifyFailed(snapshot_id, block[0], "was never copied")
