"""Waiting for AWS: back-off with jitter, and an end to it."""

from __future__ import annotations

from typing import NamedTuple

from smsgen.operations.ports.protocols import Clock


class Pace(NamedTuple):
    """How to wait, in seconds: the first pause, the longest pause, and for how long altogether."""

    first: float = 2.0
    longest: float = 15.0
    deadline: float = 600.0

    def within(self, deadline: float) -> Pace:
        """Give the same pace with another deadline."""
        return self._replace(deadline=deadline)


class Backoff:
    """Pauses that grow by half up to the longest, each with up to a quarter of chance on top."""

    def __init__(self, clock: Clock, pace: Pace) -> None:
        self._clock = clock
        self._pace = pace
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
        self._clock.sleep(min(self._pause * (1 + self._clock.jitter() / 4), left))
        self._pause = min(self._pause * 1.5, self._pace.longest)
        return True
