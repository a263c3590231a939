"""What Prometheus reads."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from smsgen.server.http.metrics import Metrics


def samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
    }


def test_prometheus_reads_what_is_counted() -> None:
    metrics = Metrics()
    metrics.begin()
    metrics.begin()
    metrics.end("GetApp", "", 0.003)
    found = samples(metrics)
    assert found["smsgen_requests_in_flight",] == 1
    assert found["smsgen_requests_total", "OK", "GetApp"] == 1
    assert found["smsgen_request_seconds_bucket", "0.002", "GetApp"] == 0
    assert found["smsgen_request_seconds_bucket", "0.005", "GetApp"] == 1


def test_work_left_is_asked_for_when_it_is_read() -> None:
    left = {"launch": 1}
    metrics = Metrics(lambda: left)
    assert samples(metrics)["smsgen_jobs", "launch"] == 1
    left["launch"] = 5
    left["terminate"] = 2
    found = samples(metrics)
    assert (found["smsgen_jobs", "launch"], found["smsgen_jobs", "terminate"]) == (5, 2)


def test_two_endpoints_in_one_process_count_for_themselves() -> None:
    one, other = Metrics(), Metrics()
    one.begin()
    one.end("GetApp", "", 0.1)
    assert ("smsgen_requests_total", "OK", "GetApp") not in samples(other)
