"""Reads a completed snapshot back, and compares it with its manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256

from smsgen.errors import SmsgenError
from smsgen.operations.ports.snapshots import Snapshots
from smsgen.operations.replication.manifest import ZERO_DIGEST, Entry


class VerifyFailed(SmsgenError):
    """A snapshot does not hold what was copied into it."""

    def __init__(self, snapshot_id: str, index: int, what: str) -> None:
        super().__init__(
            f"snapshot {snapshot_id} is not what was copied: block {index:,} {what}",
            hint="start another run: it begins a new snapshot",
        )


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
