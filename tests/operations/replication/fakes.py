"""Doubles of what a copy stands on: a disk in memory, snapshots that refuse what EBS direct refuses, manifests."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256

from smsgen.errors import ServiceError
from smsgen.operations.ports.disks import Extent, SourceChanged
from smsgen.operations.ports.snapshots import (
    BLOCK,
    GIB,
    ManifestTaken,
    NewSnapshot,
    SnapshotInfo,
    SnapshotLost,
)
from smsgen.operations.replication.flight import Flight, Line
from smsgen.operations.replication.records import CopyWorld

ZEROS = bytes(BLOCK)


def content(number: int) -> bytes:
    """Return a block that is no other number's; 0 is zeros."""
    return bytes([number % 256]) * BLOCK if number else ZEROS


class Disk:
    """A disk of blocks by index; `tracking` tells what changed since a mark, None for a source that cannot."""

    def __init__(
        self,
        blocks: dict[int, int],
        *,
        size: int = 16 * BLOCK,
        mark: str = "1",
        tracking: list[int] | None = None,
        allocated: list[int] | None = None,
    ) -> None:
        self.blocks = blocks
        self.size = size
        self.mark = mark
        self.reads: Counter[int] = Counter()
        self.changed_while_read = False
        self._tracking = tracking
        self._allocated = sorted(blocks if allocated is None else allocated)

    def allocated(self) -> Iterator[Extent]:
        for index in self._allocated:
            yield Extent(index * BLOCK, min(BLOCK, self.size - index * BLOCK))

    def changed(self, since: str) -> Iterator[Extent] | None:
        if self._tracking is None or not since:
            return None
        return iter([Extent(index * BLOCK, BLOCK) for index in sorted(self._tracking)])

    def read(self, start: int, length: int) -> bytes:
        assert start + length <= self.size
        self.reads[start // BLOCK] += 1
        return content(self.blocks.get(start // BLOCK, 0))[:length]

    def check(self) -> None:
        if self.changed_while_read:
            raise SourceChanged("disk", "it was written to")

    def release(self) -> None:
        pass


class Stored:
    """A snapshot."""

    def __init__(self, request: NewSnapshot, parent: Stored | None) -> None:
        self.request = request
        self.parent = parent
        self.own: dict[int, bytes] = {}
        self.puts: Counter[int] = Counter()
        self.state = "pending"

    def blocks(self) -> dict[int, bytes]:
        return {**(self.parent.blocks() if self.parent else {}), **self.own}


class FakeSnapshots:
    """EBS direct in memory. `before_put` and `after_put` may raise."""

    def __init__(self) -> None:
        self.stored: dict[str, Stored] = {}
        self.before_put: Callable[[str, int], None] = lambda *_: None
        self.after_put: Callable[[str, int], None] = lambda *_: None
        self.most_at_once = 0
        self._at_once = 0
        self._tokens: dict[str, str] = {}
        self._lock = threading.Lock()

    def start(self, request: NewSnapshot) -> str:
        if request.token in self._tokens:
            snapshot_id = self._tokens[request.token]
            assert self.stored[snapshot_id].request == request
            return snapshot_id
        parent = self.stored[request.parent] if request.parent else None
        if parent and (parent.state != "completed" or request.encrypted or request.gib < parent.request.gib):
            raise ServiceError("ValidationException", code="ValidationException")
        snapshot_id = f"snap-{len(self._tokens) + 1:017x}"
        self.stored[snapshot_id] = Stored(request, parent)
        self._tokens[request.token] = snapshot_id
        return snapshot_id

    def put(self, snapshot_id: str, index: int, block: bytes, digest: bytes) -> None:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            self.before_put(snapshot_id, index)
            assert len(block) == BLOCK
            assert sha256(block).digest() == digest
            snapshot = self.stored.get(snapshot_id)
            if snapshot is None or snapshot.state != "pending":
                raise SnapshotLost("no such snapshot", code="ResourceNotFoundException")
            assert index * BLOCK < snapshot.request.gib * GIB
            snapshot.own[index] = block
            snapshot.puts[index] += 1
            self.after_put(snapshot_id, index)
        finally:
            with self._lock:
                self._at_once -= 1

    def complete(self, snapshot_id: str, *, count: int, checksum: bytes) -> None:
        snapshot = self.stored[snapshot_id]
        if snapshot.state != "pending":
            raise SnapshotLost("not pending", code="ValidationException")
        linear = sha256(b"".join(sha256(snapshot.own[index]).digest() for index in sorted(snapshot.own)))
        if count != len(snapshot.own) or (checksum and checksum != linear.digest()):
            raise ServiceError("ValidationException: count or checksum", code="ValidationException")
        snapshot.state = "completed"

    def find(self, snapshot_id: str) -> SnapshotInfo | None:
        snapshot = self.stored.get(snapshot_id)
        return SnapshotInfo(snapshot_id, snapshot.state, snapshot.request.gib) if snapshot else None

    def blocks(self, snapshot_id: str) -> Iterator[tuple[int, str]]:
        yield from ((index, f"token-{index}") for index in sorted(self.stored[snapshot_id].blocks()))

    def get(self, snapshot_id: str, index: int, token: str) -> bytes:
        assert token == f"token-{index}"
        return self.stored[snapshot_id].blocks()[index]

    def delete(self, snapshot_id: str) -> None:
        self.stored.pop(snapshot_id, None)

    def holds(self, snapshot_id: str) -> dict[int, bytes]:
        """Return the blocks that are not zeros."""
        return {i: block for i, block in self.stored[snapshot_id].blocks().items() if block != ZEROS}


class FakeManifests:
    """Manifests in memory; `before_append` may raise."""

    def __init__(self) -> None:
        self.stored: dict[str, list[bytes]] = {}
        self.before_append: Callable[[str, int, bytes], None] = lambda *_: None

    def names(self, folder: str) -> tuple[str, ...]:
        return tuple(sorted(name for name in self.stored if name.rpartition("/")[0] == folder))

    def append(self, name: str, number: int, segment: bytes) -> None:
        self.before_append(name, number, segment)
        segments = self.stored.setdefault(name, [])
        if number != len(segments):
            raise ManifestTaken("another worker")
        segments.append(bytes(segment))

    def segments(self, name: str) -> Iterator[bytes]:
        yield from list(self.stored.get(name, ()))

    def delete(self, name: str) -> None:
        self.stored.pop(name, None)


class StillClock:
    """A clock that only sleeping moves."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self._now = now
        self._lock = threading.Lock()
        self.slept = 0.0

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._now += seconds
            self.slept += seconds

    def jitter(self) -> float:
        return 0.0


class Site:
    """All of them, and the world that a copy takes."""

    def __init__(self, *, in_flight: int = 4, mbps: float = 0.0) -> None:
        self.snapshots = FakeSnapshots()
        self.manifests = FakeManifests()
        self.clock = StillClock()
        self.world = CopyWorld(
            self.snapshots,
            self.manifests,
            self.clock,
            Flight(in_flight),
            Line(self.clock, mbps),
            in_flight=in_flight,
        )
