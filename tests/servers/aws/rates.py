"""Calls per second, by token buckets that hold one second's calls."""

from __future__ import annotations

import threading

from tests.servers.aws.refusals import throttled
from tests.servers.aws.state import State


class Rates:
    """The buckets of one account in one Region."""

    def __init__(self, state: State) -> None:
        self._clock = state.clock
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, bucket: str, per_second: int, reason: str = "ACCOUNT_THROTTLED") -> None:
        """Count a call; raises Refusal with this reason where it is one too many. 0 a second: no limit."""
        if not per_second:
            return
        with self._lock:
            now = self._clock.now()
            left, at = self._buckets.get(bucket, (float(per_second), now))
            left = min(float(per_second), left + max(0.0, now - at) * per_second)
            self._buckets[bucket] = (left if left < 1 else left - 1, now)
        if left < 1:
            raise throttled(reason)
