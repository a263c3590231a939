"""Sixty-four clients write at once, then every server is killed: what they were told was done is there, once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.clients.serving import environment, serving, start
from tests.load.crowd import Client, Times, crowd
from tests.load.ledger import Ledger
from tests.servers.postgres import Postgres

Report = Callable[[str, Times], None]


def test_one_server_on_sqlite(tmp_path: Path, report: Report) -> None:
    report("one server on SQLite", survived(tmp_path, f"sqlite:///{tmp_path}/store.db", 1))


def test_two_servers_on_postgresql(tmp_path: Path, postgres: Postgres, report: Report) -> None:
    report("two servers on PostgreSQL", survived(tmp_path, postgres.new_database(), 2))


def survived(folder: Path, store: str, count: int) -> Times:
    ledger, times = Ledger(), Times()
    servers = [start(folder, env=environment(folder), store=store) for _ in range(count)]
    try:
        crowd([server.url for server in servers], times, ledger.act)
    finally:
        for server in servers:
            server.kill()
    with (
        serving(folder, env=environment(folder), store=store) as again,
        closing(Client(0, again.url, Times())) as client,
    ):
        ledger.check(client)
    return times
