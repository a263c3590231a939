"""The Clock port on the machine's own clock."""

from __future__ import annotations

import random
import time


class SystemClock:
    """Time that really passes; see `operations.ports.Clock`."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait; Ctrl-C ends it at once."""
        time.sleep(seconds)

    def jitter(self) -> float:
        """Return a random number of at least 0 and below 1."""
        return random.random()
