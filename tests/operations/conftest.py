"""The stores that the operations of the SMS API are tested on: one in memory, and SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.operations.fake_store import FakeStore
from tests.operations.worlds import Site
from tests.servers.postgres import postgres

__all__ = ["postgres"]


@pytest.fixture(params=["fake", "sqlite"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """An account without applications."""
    if request.param == "fake":
        yield Site(FakeStore())
        return
    store = pytest.importorskip("smsgen.store", reason="SQLAlchemy comes with smsgen[server]")
    with closing(store.open_store("sqlite://")) as opened:
        yield Site(opened)
