"""What the load tests share, and their report: the percentiles, at the end of pytest's own words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.clients.conftest import aws_url
from tests.load.crowd import Times
from tests.servers.postgres import postgres

__all__ = ["aws_url", "postgres"]

pytest.importorskip("uvicorn", reason="uvicorn comes with smsgen[server]")
pytest.importorskip("moto.server", reason="moto comes with smsgen[dev]")


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Callable[[str, Times], None]:
    """Put a table of times into the report."""

    def put(title: str, times: Times) -> None:
        for line in times.lines(title):
            record_property("load", line)

    return put
