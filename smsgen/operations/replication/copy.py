"""Copies a disk into a snapshot: the use case.

    result = copy_disk(request, source, world, goes_on=lease.keep, report=show)

Call it again with the same request after anything: a kill, a full disk, a network that was away, a stop. It goes on
where the manifest ends if the source is still the one that it began with (`DiskSource.mark`), and begins a new snapshot
on the same parent if not. A request that is done already gives its result again, and asks nothing of the source.

The next run of the same disk names this result's `manifest` as its `base`: it then sends only what changed. Without
tracking by the source everything allocated is read and compared with the base's SHA-256s; with it only what the source
says changed is read, unless `full`. Zeros are written where the base had data, and only there.

What comes out is what the disk was at one moment, or an error: before a snapshot is completed, the source is asked
whether it changed, grew, or is gone (`DiskSource.check`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from smsgen.errors import SmsgenError
from smsgen.operations.ports.disks import DiskSource, Extent
from smsgen.operations.ports.snapshots import BLOCK, ManifestTaken, SnapshotLost
from smsgen.operations.replication.begin import begun, started
from smsgen.operations.replication.carry import Carried, Carrier, carry_all
from smsgen.operations.replication.complete import completed, verified
from smsgen.operations.replication.flight import Flight
from smsgen.operations.replication.going import Going
from smsgen.operations.replication.journal import Journal
from smsgen.operations.replication.manifest import (
    Manifest,
    ManifestHeader,
    ManifestSummary,
    base_entries,
    blocks_in_all,
    end_segment,
    given_up_segment,
    total,
)
from smsgen.operations.replication.plan import blocks_in, steps
from smsgen.operations.replication.records import CopyProgress, CopyRequest, CopyResult, CopyWorld, Paused


def reads_all(run_number: int, every: int) -> bool:
    """Return whether the run of this number (from 1) reads all of a disk, whatever the source's tracking says, and so
    mends what that missed: the first, and every `every`-th after it.
    """
    return every > 0 and run_number % every == 1 % every


def copy_disk(
    request: CopyRequest,
    source: DiskSource,
    world: CopyWorld,
    *,
    goes_on: Callable[[], bool] = lambda: True,
    report: Callable[[CopyProgress], None] = lambda _: None,
) -> CopyResult:
    """Copy a disk into a snapshot, or go on with it; return the snapshot once EBS completed it.

    `goes_on` is asked at least once a second and a block, by this thread: False stops in good order (Paused), and what
    it raises (a lease that is lost) stops without another word to AWS or to the manifest; blocks that are under way
    take at most a minute more. `report` is called by this thread, often.

    Raises SourceChanged, SourceUnreadable, Paused, CopyFailed, VerifyFailed, ManifestTaken, and ServiceError where AWS
    refuses.
    """
    manifest = begun(request, source, world)
    if manifest.summary is not None:
        return _result(manifest, manifest.summary)
    manifest, journal = started(manifest, world)
    tally = _copied(manifest, journal, source, world, goes_on, report)
    report(CopyProgress("completing"))
    completed(manifest, journal, world, goes_on)
    report(CopyProgress("verifying"))
    verified_blocks = verified(manifest, journal, request, world, goes_on)
    sums = total(world.manifests, manifest.name)
    summary = ManifestSummary(
        sums.put, sums.zeros, sums.kept, tally.repaired, tally.bytes_read, verified_blocks
    )
    journal.append(end_segment(summary))
    return _result(manifest, summary)


def _result(manifest: Manifest, summary: ManifestSummary) -> CopyResult:
    snapshot = manifest.header.snapshot
    return CopyResult(manifest.name, manifest.snapshot_id, snapshot.gib, snapshot.parent, summary)


class _Tally:
    """What was done since this call began."""

    def __init__(self, journal: Journal, report: Callable[[CopyProgress], None], expected: int) -> None:
        self._journal = journal
        self._report = report
        self._expected = expected
        self.bytes_read = self.repaired = self._done = self._sent = 0

    def note(self, carried: Carried) -> None:
        """Take what came of a block."""
        self._journal.add(carried.block, carried.entry)
        self._done += 1
        self._sent += carried.entry is not None and carried.entry.put
        self.bytes_read += carried.bytes_read
        self.repaired += carried.repaired
        done, sent = self._done * BLOCK, self._sent * BLOCK
        self._report(CopyProgress("copying", done, max(self._expected * BLOCK, done), sent, done - sent))


def _copied(
    manifest: Manifest,
    journal: Journal,
    source: DiskSource,
    world: CopyWorld,
    goes_on: Callable[[], bool],
    report: Callable[[CopyProgress], None],
) -> _Tally:
    """Carry all blocks that are not done yet; the manifest then covers the disk. Raises Paused."""
    header, first = manifest.header, manifest.done
    changed = _changed(header, source)
    full = header.full or changed is None
    carrier = Carrier(
        source,
        world.snapshots,
        manifest.snapshot_id,
        world.clock,
        account=world.account,
        own=Flight(world.in_flight),
        line=world.line,
        room=world.room,
        may_put=world.may_put,
    )
    planned = steps(
        source.allocated(),
        changed,
        base_entries(world.manifests, header.base, first=first),
        full=full,
        first=first,
    )
    expected = _count(source.allocated() if full or changed is None else changed, first)
    tally = _Tally(journal, report, expected)
    going = Going(goes_on, world)
    try:
        finished = carry_all(planned, carrier, tally.note, in_flight=world.in_flight, goes_on=going)
    except SnapshotLost as lost:
        journal.append(given_up_segment(str(lost)))
        raise
    except ManifestTaken:
        raise
    except SmsgenError as error:
        if error is not going.error:
            journal.flush()
        raise
    if not finished:
        journal.flush()
        raise Paused(going.until)
    source.check()
    journal.flush(blocks_in_all(header))
    return tally


def _changed(header: ManifestHeader, source: DiskSource) -> list[Extent] | None:
    changed = source.changed(header.base_mark) if header.base_mark else None
    return None if changed is None else list(changed)


def _count(extents: Iterable[Extent], first: int) -> int:
    return sum(1 for _ in blocks_in(extents, first))
