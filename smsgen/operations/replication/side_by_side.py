"""The disks of one server, some of them at once, and the words about how far they are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

from smsgen.model.replicating.jobs import DiskProgress
from smsgen.operations.ports.inventories import FoundDisk
from smsgen.operations.ports.protocols import Clock
from smsgen.operations.replication.records import CopyProgress, Paused

T = TypeVar("T")

_EVERY = 2.0
"""Seconds between two words about how far a run is."""

Tell = Callable[[str, tuple[DiskProgress, ...]], None]
"""Gets how far disks are, in words and by disk."""

DiskWork = Callable[[int, FoundDisk, Callable[[], bool], Callable[[CopyProgress], None]], T]
"""What is done with a disk, by its number from 0: `goes_on` is asked meanwhile, and its progress is told."""


class SideBySide(Generic[T]):
    """Work on each disk of a server. `tell` gets how far all of them are, now and then."""

    def __init__(self, work: DiskWork[T], clock: Clock, *, goes_on: Callable[[], bool], tell: Tell) -> None:
        self._work = work
        self._clock = clock
        self._goes_on = goes_on
        self._tell = tell
        self._turn = threading.Lock()
        self._failed = threading.Event()
        self._far: list[DiskProgress] = []
        self._said_at = clock.now()

    def results(self, disks: tuple[FoundDisk, ...], at_once: int) -> list[T]:
        """Return what came of each disk, in their order; raises the first error, after the others have stopped."""
        self._far = [DiskProgress(disk.name) for disk in disks]
        with ThreadPoolExecutor(max(1, min(at_once, len(disks))), thread_name_prefix="smsgen-disk") as pool:
            futures = [pool.submit(self._one, number, disk) for number, disk in enumerate(disks)]
            wait(futures, return_when=FIRST_EXCEPTION)
            if any(future.done() and future.exception() for future in futures):
                self._failed.set()
        return _results(futures)

    def _one(self, number: int, disk: FoundDisk) -> T:
        if self._failed.is_set():
            raise Paused
        began = self._clock.now()
        result = self._work(
            number,
            disk,
            lambda: self._goes_on() and not self._failed.is_set(),
            lambda progress: self._report(number, progress, began),
        )
        with self._turn:
            self._far[number] = self._far[number]._replace(phase="done")
        return result

    def _report(self, number: int, progress: CopyProgress, began: float) -> None:
        now = self._clock.now()
        with self._turn:
            self._far[number] = _advanced(self._far[number], progress, now - began)
            if now - self._said_at < _EVERY:
                return
            self._said_at = now
            disks = tuple(self._far)
        self._tell(progress_of(disks), disks)


def _results(futures: list[Future[T]]) -> list[T]:
    errors = [error for future in futures if (error := future.exception())]
    # What stopped the others comes first: they only stopped because of it.
    for error in sorted(errors, key=lambda error: isinstance(error, Paused) and not error.until):
        raise error
    return [future.result() for future in futures]


def _advanced(before: DiskProgress, progress: CopyProgress, seconds: float) -> DiskProgress:
    if not progress.done:  # what was copied stays to be seen
        return before._replace(phase=progress.phase)
    rate = progress.done / seconds if seconds > 0 else 0.0
    return DiskProgress(before.name, *progress, rate)


def minutes_left(disk: DiskProgress) -> int | None:
    """Return in how many minutes a disk is copied, at least 1; None where that is not known, or done."""
    left = disk.expected - disk.done
    return max(1, round(left / disk.rate / 60)) if disk.rate and left > 0 else None


def progress_of(disks: tuple[DiskProgress, ...]) -> str:
    """Return how far disks are, in words: `disk 1: copying 40 %; 35 MiB/s, about 3 min left, …`."""
    words = ", ".join(
        f"disk {number}: {one.phase}{f' {100 * one.done // one.expected} %' if one.expected else ''}"
        for number, one in enumerate(disks, 1)
    )
    rate = sum(one.rate for one in disks if one.done < one.expected)
    minutes = max((minutes_left(one) or 0 for one in disks), default=0)
    left = f", about {minutes} min left" if minutes else ""
    sent, skipped = sum(one.sent for one in disks), sum(one.skipped for one in disks)
    return f"{words}; {rate / 2**20:.0f} MiB/s{left}, {sent >> 20:,} MiB sent, {skipped >> 20:,} MiB skipped"
