"""Carries blocks from a disk to a snapshot: many at once, done in the order of the disk."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from hashlib import sha256
from typing import NamedTuple

from smsgen.errors import ServiceError, SmsgenError
from smsgen.operations.ports.disks import DiskSource, SourceUnreadable
from smsgen.operations.ports.protocols import Clock
from smsgen.operations.ports.snapshots import BLOCK, Scope, SnapshotLost, Snapshots, Throttled, TryAgain
from smsgen.operations.replication.flight import Flight, Line
from smsgen.operations.replication.manifest import ZERO_DIGEST, ZEROS, Entry
from smsgen.operations.replication.plan import Step

VISIBLE_AFTER = 120.0
"""Seconds in which EBS direct may not know a snapshot yet that was just started."""

PATIENCE = 900.0
"""Seconds for which a block is tried again and again before the copy gives up for now."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 15.0
_LOOK_AGAIN = 0.1


class Carried(NamedTuple):
    """What came of a step: the entry for the manifest (None: zeros that nobody ever wrote), and the bytes read."""

    block: int
    entry: Entry | None
    bytes_read: int = 0
    repaired: bool = False


class Halted(SmsgenError):
    """Another block failed, or the copy stops: this one was not put."""

    def __init__(self) -> None:
        super().__init__("the copy stopped before this block")


class Carrier:
    """Reads blocks, and puts those that are not as the base has them. Many threads may carry at once."""

    def __init__(
        self,
        source: DiskSource,
        snapshots: Snapshots,
        snapshot_id: str,
        clock: Clock,
        *,
        account: Flight,
        own: Flight,
        line: Line,
        room: threading.BoundedSemaphore | None = None,
        may_put: Callable[[], bool] = lambda: True,
    ) -> None:
        self._source = source
        self._snapshots = snapshots
        self._snapshot_id = snapshot_id
        self._clock = clock
        self._flights = {Scope.ACCOUNT: account, Scope.SNAPSHOT: own}
        self._line = line
        self._room: AbstractContextManager[object] = nullcontext() if room is None else room
        self._may_put = may_put
        self._visible_by = clock.now() + VISIBLE_AFTER
        self._halted = threading.Event()
        self._leaving = threading.Event()

    def halt(self) -> None:
        """Let no further block be put; those under way end by themselves."""
        self._leaving.set()
        self._halted.set()

    def leave(self) -> None:
        """Let no block wait any more, for the line or for another try; those that need not wait are still put."""
        self._leaving.set()

    def carry(self, step: Step) -> Carried:
        """Do what a step says; raises Halted, and what reading and putting raise."""
        with self._room:
            return self._carried(step)

    def _carried(self, step: Step) -> Carried:
        if self._halted.is_set():
            raise Halted
        content, count = self._read(step) if step.read else (ZEROS, 0)
        if content == ZEROS:
            digest = ZERO_DIGEST
            if step.known is None:
                return Carried(step.block, None, count)
        else:
            digest = sha256(content).digest()
        if digest == step.known:
            return Carried(step.block, Entry(step.block, False, digest), count)
        self._put(step.block, content, digest)
        return Carried(step.block, Entry(step.block, True, digest), count, repaired=not step.tracked)

    def _read(self, step: Step) -> tuple[bytes, int]:
        start = step.block * BLOCK
        count = min(BLOCK, self._source.size - start)
        content = self._source.read(start, count)
        return (content if count == BLOCK else content.ljust(BLOCK, b"\0")), count

    def _put(self, block: int, content: bytes, digest: bytes) -> None:
        began, pause = self._clock.now(), _FIRST_PAUSE
        while True:
            try:
                return self._try(block, content, digest)
            except (TryAgain, SnapshotLost) as error:
                if self._is_final(error, began):
                    raise
            if self._leaving.is_set():
                raise Halted
            self._clock.sleep(pause * (1 + self._clock.jitter()))
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _try(self, block: int, content: bytes, digest: bytes) -> None:
        if not self._line.take(BLOCK, self._leaving.is_set):
            raise Halted
        own, account = self._flights[Scope.SNAPSHOT], self._flights[Scope.ACCOUNT]
        with own.slot(), account.slot():
            self._require_leave()
            try:
                self._snapshots.put(self._snapshot_id, block, content, digest)
            except Throttled as throttled:
                self._flights[throttled.scope].throttled()
                raise

    def _require_leave(self) -> None:
        """Wait until a block may be put; raises Halted as soon as none will be."""
        while not self._may_put():
            if self._leaving.is_set():
                raise Halted
            self._clock.sleep(_LOOK_AGAIN)
        if self._halted.is_set():
            raise Halted

    def _is_final(self, error: ServiceError, began: float) -> bool:
        now = self._clock.now()
        return now > self._visible_by if isinstance(error, SnapshotLost) else now - began > PATIENCE


Pending = deque[tuple[Step, "Future[Carried] | None"]]

_MOST_PENDING = 4096
_PATIENT = 1.0


def carry_all(
    steps: Iterator[Step],
    carrier: Carrier,
    done: Callable[[Carried], None],
    *,
    in_flight: int,
    goes_on: Callable[[], bool],
) -> bool:
    """Carry all steps, at most `in_flight` at once, and hand what came of them to `done` in the order of the disk.

    `goes_on` is asked at every block and every second: where it says no, what is under way is brought to its end, what
    waits is left, and False is returned. Where it raises, no further block is put, and nothing more is handed to
    `done`. Where reading or putting raises, what was done before that block is handed on first.
    """
    pending: Pending = deque()
    with _workers(in_flight, carrier) as workers:
        try:
            if _feed(steps, workers.submit, carrier, pending, done, in_flight, goes_on):
                while pending:
                    _take(pending, done, goes_on)
                return True
            carrier.leave()
            wait([future for _, future in pending if future is not None])
            _take_what_is_done(pending, done)
            return False
        except (ServiceError, SourceUnreadable):
            carrier.halt()
            _take_what_is_done(pending, done)
            raise


def _feed(
    steps: Iterator[Step],
    submit: Callable[..., Future[Carried]],
    carrier: Carrier,
    pending: Pending,
    done: Callable[[Carried], None],
    in_flight: int,
    goes_on: Callable[[], bool],
) -> bool:
    under_way = 0
    for step in steps:
        if not goes_on():
            return False
        future = None if step.keep else submit(carrier.carry, step)
        under_way += future is not None
        pending.append((step, future))
        while under_way >= in_flight or len(pending) >= _MOST_PENDING:
            under_way -= _take(pending, done, goes_on)
    return True


def _take(pending: Pending, done: Callable[[Carried], None], goes_on: Callable[[], bool]) -> bool:
    """Hand the first one on, once it is done; return whether it was carried (and not merely kept)."""
    step, future = pending[0]
    if future is None:
        carried = Carried(step.block, Entry(step.block, False, step.known or ZERO_DIGEST))
    else:
        carried = _waited(future, goes_on)
    pending.popleft()
    done(carried)
    return future is not None


def _waited(future: Future[Carried], goes_on: Callable[[], bool]) -> Carried:
    while not future.done():
        with suppress(TimeoutError):
            future.exception(timeout=_PATIENT)
        goes_on()  # keeps the lease; a stop is seen before the next block
    return future.result()


def _take_what_is_done(pending: Pending, done: Callable[[Carried], None]) -> None:
    """Hand on what was done before the block that failed, so that it is not done again."""
    for step, future in pending:
        if future is not None and (not future.done() or future.cancelled() or future.exception()):
            return
        done(
            future.result()
            if future
            else Carried(step.block, Entry(step.block, False, step.known or ZERO_DIGEST))
        )


@contextmanager
def _workers(count: int, carrier: Carrier) -> Iterator[ThreadPoolExecutor]:
    workers = ThreadPoolExecutor(count, thread_name_prefix="smsgen-copy")
    try:
        yield workers
    except BaseException:
        carrier.halt()
        raise
    finally:
        workers.shutdown(wait=True, cancel_futures=True)
