"""Which blocks of a disk are read, which are kept as they are, which become zeros: ranges and a base -> steps.

Zeros are written only where the base had data: what a snapshot never got reads as zeros already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from smsgen.operations.ports.disks import Extent
from smsgen.operations.ports.snapshots import BLOCK, GIB
from smsgen.operations.replication.manifest import Entry


class Step(NamedTuple):
    """What to do about a block, named by its index.

    `known`: the SHA-256 that the base has of it; None where the base reads as zeros. `read`: the source may hold data
    there; else it is zeros. `keep`: it did not change. `tracked`: the source's own tracking says that it changed.
    """

    block: int
    known: bytes | None = None
    read: bool = True
    keep: bool = False
    tracked: bool = True


_ALLOCATED, _CHANGED, _BASE = range(3)


def blocks_of(size: int) -> int:
    """Return how many blocks hold so many bytes."""
    return -(-size // BLOCK)


def gib_of(size: int) -> int:
    """Return the size of the volume that holds so many bytes, in GiB."""
    return -(-size // GIB)


def steps(
    allocated: Iterable[Extent],
    changed: Iterable[Extent] | None,
    base: Iterable[Entry],
    *,
    full: bool,
    first: int = 0,
) -> Iterator[Step]:
    """Yield the steps of a copy from block `first` on, in the order of the disk.

    `changed` None, or `full`: every block that is allocated is read, whatever the tracking says. `base` yields the
    entries of the last copy, from `first` on.
    """
    tracking = changed is not None
    found = merge(
        ((index, _ALLOCATED, b"") for index in blocks_in(allocated, first)),
        ((index, _CHANGED, b"") for index in blocks_in(changed or (), first)),
        ((entry.block, _BASE, entry.digest) for entry in base),
    )
    for index, parts in groupby(found, itemgetter(0)):
        told = {kind: digest for _, kind, digest in parts}
        step = Step(index, told.get(_BASE), _ALLOCATED in told, tracked=not tracking or _CHANGED in told)
        if full or step.tracked:
            yield step
        elif step.known is not None:
            yield step._replace(keep=True, read=False)


def blocks_in(extents: Iterable[Extent], first: int = 0) -> Iterator[int]:
    """Yield the indexes of all blocks that ranges touch, from `first` on, each once and ascending."""
    following = first
    for extent in extents:
        start = max(extent.start // BLOCK, following)
        stop = blocks_of(extent.start + extent.length)
        if start < stop:
            yield from range(start, stop)
            following = stop
