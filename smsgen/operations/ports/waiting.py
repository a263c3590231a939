"""Waiting for AWS: back-off with jitter, and an end to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from smsgen.operations.ports.protocols import Clock


class Pace(NamedTuple):
    """How to wait, in seconds: the first pause, the longest pause, and for how long altogether."""

    first: float = 2.0
    longest: float = 15.0
    deadline: float = 600.0

    def within(self, deadline: float) -> Pace:
        """Return the same pace with another deadline."""
        return self._replace(deadline=deadline)


class Backoff:
    """Pauses that grow by half up to the longest, each with up to a quarter of chance on top.

    `between` is called every second of a pause: it keeps a lease that is shorter than the pause, and may raise.
    """

    def __init__(self, clock: Clock, pace: Pace, between: Callable[[], object] | None = None) -> None:
        self._clock = clock
        self._pace = pace
        self._between = between
        self._pause = pace.first
        self._end = clock.now() + pace.deadline

    def reset(self) -> None:
        """Begin again with the first pause, because there was news; the end stays where it is."""
        self._pause = self._pace.first

    def wait(self) -> bool:
        """Pause once and give True, or give False at once where the time is up."""
        left = self._end - self._clock.now()
        if left <= 0:
            return False
        self._sleep(min(self._pause * (1 + self._clock.jitter() / 4), left))
        self._pause = min(self._pause * 1.5, self._pace.longest)
        return True

    def _sleep(self, seconds: float) -> None:
        if self._between is None:
            return self._clock.sleep(seconds)
        while seconds > 0:  # counted here: a clock that is set back meanwhile must not lengthen the pause
            self._clock.sleep(min(seconds, 1.0))
            seconds -= 1.0
            self._between()
        return None
