"""The stores that the operations of the SMS API are tested on: one in memory, and SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.operations.worlds import Site
from tests.servers.postgres import postgres

__all__ = ["postgres"]


@pytest.fixture(params=["fake", "sqlite"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """An account without applications."""
    if request.param == "fake":
        yield Site()
        return
    store = pytest.importorskip("smsgen.store", reason="SQLAlchemy comes with smsgen[server]")
    made = Site(lambda now: store.open_store("sqlite://", clock=now))
    with closing(made.store):
        yield made
