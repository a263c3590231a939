"""What Prometheus is told: requests by operation and outcome, how long they take, how many are under way, work left.

https://prometheus.io/docs/practices/naming/. The registry is the endpoint's own: several may run in one process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily

CONTENT_TYPE = CONTENT_TYPE_LATEST
_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

Jobs = Callable[[], Mapping[str, int]]
"""Gives kind of work in the background -> how much of it is not over; asked when Prometheus asks."""


class Metrics:
    """The metrics of one endpoint; threads may share it."""

    def __init__(self, jobs: Jobs | None = None) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "smsgen_requests_total",
            "Requests of the SMS API, by operation and error code (OK: none).",
            ("operation", "code"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "smsgen_request_seconds",
            "Time from a request's headers to its answer.",
            ("operation",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._in_flight = Gauge(
            "smsgen_requests_in_flight", "Requests of the SMS API under way.", registry=self._registry
        )
        if jobs is not None:
            self._registry.register(_JobsCollector(jobs))

    def begin(self) -> None:
        """Count a request that is under way."""
        self._in_flight.inc()

    def end(self, operation: str, code: str, seconds: float) -> None:
        """Count a request that has been answered; `code` is its error, or ""."""
        self._in_flight.dec()
        self._requests.labels(operation, code or "OK").inc()
        self._seconds.labels(operation).observe(seconds)

    def text(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self._registry)


class _JobsCollector:
    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def describe(self) -> list[GaugeMetricFamily]:
        return [self._family()]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = self._family()
        for kind, count in self._jobs().items():
            family.add_metric([kind], count)
        yield family

    def _family(self) -> GaugeMetricFamily:
        return GaugeMetricFamily(
            "smsgen_jobs", "Work in the background that is not over, in the store.", labels=("kind",)
        )
