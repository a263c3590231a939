"""Writers that come at the same time write together: one of them for all who wait, the others get what came of it.

Who comes while nobody writes leads: it takes all that is waiting, its own first of all, and then appoints the first of
those that came meanwhile. Nobody waits for a lock to hear that its own work is over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event, Lock
from typing import Any, TypeVar

from smsgen.operations.ports.store import StoreError

T = TypeVar("T")


class PendingWrite:
    """What one writer wants to be done (`work`, which the leader runs), and what came of it."""

    def __init__(self, work: Callable[..., Any]) -> None:
        self.work = work
        self.called = Event()
        self.is_over = False
        self._result: Any = None
        self._error: BaseException | None = None

    def succeed(self, result: Any) -> None:
        """Keep what it gives."""
        self._result, self.is_over = result, True

    def fail(self, error: BaseException) -> None:
        """Keep what it raises."""
        self._error, self.is_over = error, True

    def result(self) -> Any:
        """Return what it gives, or raise what it raises."""
        if self._error is not None:
            raise self._error
        if not self.is_over:  # the leader was interrupted
            raise StoreError("the write was interrupted", hint="try again")
        return self._result


class Together:
    """The writers of one database. `write_all` does the work of several, and keeps what came of each."""

    def __init__(self, write_all: Callable[[Sequence[PendingWrite]], None]) -> None:
        self._write_all = write_all
        self._lock = Lock()
        self._waiting: list[PendingWrite] = []
        self._is_led = False

    def write(self, work: Callable[..., T]) -> T:
        """Have the work done, by this thread or another; give what it gives, or raise what it raises."""
        mine = PendingWrite(work)
        with self._lock:
            self._waiting.append(mine)
            leads, self._is_led = not self._is_led, True
        if not leads:
            mine.called.wait()
        if not mine.is_over and mine in self._waiting:
            self._lead()
        result: T = mine.result()
        return result

    def _lead(self) -> None:
        with self._lock:
            together, self._waiting = self._waiting, []
        try:
            self._write_all(together)
        finally:
            with self._lock:
                self._is_led = bool(self._waiting)
                successor = self._waiting[:1]
            for writer in (*together, *successor):
                writer.called.set()
