"""How many blocks are under way at once, and how fast: what AWS takes, what the line is given, and at which hours."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from smsgen.errors import SmsgenError
from smsgen.operations.ports.protocols import Clock


class Flight:
    """As many calls at once as AWS takes: one more whenever a whole window succeeded, a third fewer when throttled.

    All disks of an account share one, and each snapshot has its own, because AWS counts both.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._window = float(most)
        self._under_way = 0
        self._of_last_cut = 0
        self._changed = threading.Condition()

    @property
    def window(self) -> int:
        """How many calls may be under way now."""
        return max(1, int(self._window))

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait until one more call may begin, and hold its place; one that raises nothing was taken."""
        with self._changed:
            while self._under_way >= int(self._window):
                self._changed.wait()
            self._under_way += 1
        taken = False
        try:
            yield
            taken = True
        finally:
            with self._changed:
                self._under_way -= 1
                if taken:
                    self._of_last_cut -= 1
                    self._window = min(self._most, self._window + 1 / self._window)
                self._changed.notify(2)  # a window that grows has room for one more

    def throttled(self) -> None:
        """Note that a call was throttled; all that were under way together count as one."""
        with self._changed:
            self._of_last_cut -= 1
            if self._of_last_cut <= 0:
                self._window = max(1.0, self._window * 2 / 3)
                self._of_last_cut = self._under_way


class Hours(NamedTuple):
    """The hours at which blocks may go: from `start` until before `stop` of every day, over midnight where `stop` is
    earlier; times of the wall clock in `timezone` (IANA).
    """

    start: time
    stop: time
    timezone: str = "UTC"

    @classmethod
    def parse(cls, text: str, timezone: str = "UTC") -> Hours:
        """Return the hours that "22:00-06:00" means; raises SmsgenError."""
        try:
            start, stop = (time.fromisoformat(part.strip()) for part in text.split("-"))
            ZoneInfo(timezone)
        except (ValueError, OSError, LookupError):
            hint = "write them as 22:00-06:00, and the time zone as Europe/Berlin"
            raise SmsgenError(f"{text!r} in {timezone!r} are no hours of a day", hint=hint) from None
        return cls(start, stop, timezone)

    def opens(self, now: float) -> float:
        """Return when blocks may go, in seconds since the epoch: `now` where they may already."""
        there = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(self.timezone))
        at = there.time()
        over_midnight = self.stop <= self.start
        inside = (at >= self.start or at < self.stop) if over_midnight else self.start <= at < self.stop
        if inside:
            return now
        day = there.date() + timedelta(days=at >= self.start)
        return datetime.combine(day, self.start, ZoneInfo(self.timezone)).timestamp()


class Line:
    """The line that blocks go over: at most `mbps` megabits a second (0: as fast as it goes), all disks together."""

    def __init__(self, clock: Clock, mbps: float = 0.0) -> None:
        self._clock = clock
        self._bytes_per_second = mbps * 1e6 / 8
        self._free_at = 0.0
        self._lock = threading.Lock()

    def take(self, count: int, leaves: Callable[[], bool] = lambda: False) -> bool:
        """Wait until so many bytes may go, and return True; False as soon as `leaves` says so."""
        if not self._bytes_per_second:
            return True
        with self._lock:
            begin = max(self._clock.now(), self._free_at)
            self._free_at = begin + count / self._bytes_per_second
        while (left := begin - self._clock.now()) > 0:
            if leaves():
                return False
            self._clock.sleep(min(left, 1.0))
        return True
