"""Sixty-four clients at once, what each was told, and how long it waited for it."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from typing import Any

from tests.clients.wire import Answered, Wire

CLIENTS = 64


class Times:
    """How long answers took, by operation; for many threads."""

    def __init__(self) -> None:
        self._seconds: dict[str, list[float]] = defaultdict(list)
        self._lock = threading.Lock()

    def add(self, operation: str, seconds: float) -> None:
        """Note an answer."""
        with self._lock:
            self._seconds[operation].append(seconds)

    def lines(self, title: str) -> list[str]:
        """Return a table of percentiles, by operation."""
        everything = [one for some in self._seconds.values() for one in some]
        rows = [*sorted(self._seconds.items()), ("all", everything)]
        heads = f"{title:<40} {'answers':>7} {'p50':>7} {'p99':>7} {'most':>7}  milliseconds"
        return [heads, *(_row(name, sorted(seconds)) for name, seconds in rows)]


def _row(name: str, seconds: list[float]) -> str:
    p50, p99, most = (seconds[ceil(len(seconds) * part) - 1] * 1e3 for part in (0.5, 0.99, 1.0))
    return f"{name:<40} {len(seconds):>7} {p50:>7.0f} {p99:>7.0f} {most:>7.0f}"


class Client:
    """One of the crowd: `number` is 0 to 63."""

    def __init__(self, number: int, url: str, times: Times) -> None:
        self.number = number
        self._wire, self._times = Wire(url), times

    def call(self, operation: str, /, **members: Any) -> Answered:
        """Call an operation. An answer that blames the server (5xx) fails the test, whatever was asked."""
        began = time.perf_counter()
        answered = self._wire.call(operation, **members)
        self._times.add(operation, time.perf_counter() - began)
        assert answered.status < 500, (operation, members, answered)
        return answered

    def done(self, operation: str, /, **members: Any) -> dict[str, Any]:
        """Call an operation that must succeed."""
        answered = self.call(operation, **members)
        assert answered.status == 200, (operation, members, answered)
        return answered.body

    def close(self) -> None:
        """Hang up."""
        self._wire.close()


def crowd(urls: Sequence[str], times: Times, act: Callable[[Client], None]) -> None:
    """Let all clients act at the same time, by turns at each of the servers; raises what one of them raised."""
    together = threading.Barrier(CLIENTS)

    def one(number: int) -> None:
        client = Client(number, urls[number % len(urls)], times)
        together.wait()
        try:
            act(client)
        finally:
            client.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        for over in [pool.submit(one, number) for number in range(CLIENTS)]:
            over.result()
