"""How a copy ends: the snapshot is sealed, waited for, and read back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from smsgen.operations.ports.snapshots import SnapshotLost
from smsgen.operations.ports.waiting import Backoff, Pace
from smsgen.operations.replication.journal import Journal
from smsgen.operations.replication.manifest import Manifest, entries, given_up_segment, total
from smsgen.operations.replication.records import CopyFailed, CopyRequest, CopyWorld, Paused
from smsgen.operations.replication.verify import VerifyFailed, verify

COMPLETION = Pace(first=1.0, longest=10.0, deadline=6 * 3600.0)
"""How long EBS is waited for to complete a snapshot."""


def completed(manifest: Manifest, journal: Journal, world: CopyWorld, goes_on: Callable[[], bool]) -> None:
    """Seal the snapshot and wait until EBS completed it; raises CopyFailed, and Paused."""
    sums = total(world.manifests, manifest.name)
    with suppress(
        SnapshotLost
    ):  # it may be sealed already, by this copy before it was killed: its state says so
        world.snapshots.complete(
            manifest.snapshot_id, count=sums.put, checksum=sums.checksum if sums.put else b""
        )
    backoff = Backoff(world.clock, COMPLETION)
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
