"""The stores that every behaviour is tested on: SQLite in a file and in memory, and PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from smsgen.store import SqlStore, open_store
from tests.servers.postgres import Postgres, postgres
from tests.store.nursery import Nursery
from tests.store.time import NOW

__all__ = ["postgres"]

EVERYWHERE = ("sqlite-file", "sqlite-memory", "postgresql")
SHARED = ("sqlite-file", "postgresql")
"""Those that several processes can have open."""


def _url(kind: str, request: pytest.FixtureRequest) -> str:
    if kind == "sqlite-memory":
        return "sqlite://"
    if kind == "sqlite-file":
        folder: Path = request.getfixturevalue("tmp_path")
        return f"sqlite:///{folder}/data/store.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture(params=EVERYWHERE)
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a database that is empty."""
    return _url(request.param, request)


@pytest.fixture(params=SHARED)
def shared_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database that is empty, and that several processes can have open."""
    return _url(request.param, request)


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    """An empty store."""
    NOW.time = 0.0
    made = open_store(url, clock=NOW)
    yield made
    made.close()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """What starts processes that write to a store."""
    nursery = Nursery()
    yield nursery
    nursery.close()
