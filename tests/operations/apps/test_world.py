"""Many writers of one application at once: each reads, decides and commits until nobody interferes."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from smsgen.local.clock import SystemClock
from smsgen.model.managed import ManagedApp
from smsgen.operations.apps.turns import Turns
from smsgen.operations.apps.world import MissingParameter, required
from smsgen.operations.replication.set_images import set_images
from tests.operations.worlds import Site

SERVERS = tuple(f"s-{n:08x}" for n in range(24))


@pytest.mark.parametrize("kind", ["fake", "sqlite", "postgresql"])
def test_many_writers_lose_nothing(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    site = Site()
    if kind != "fake":
        store = pytest.importorskip("smsgen.store", reason="SQLAlchemy comes with smsgen[server]")
        url = f"sqlite:///{tmp_path}/store.db"
        if kind == "postgresql":
            url = request.getfixturevalue("postgres").new_database()
        site = Site(lambda now: store.open_store(url, clock=now))
    with closing(site.store):
        world = replace(site.world, clock=SystemClock())

        def write(server: str) -> None:
            # As a server of its own: those in one process take turns, and would hardly meet.
            alone = replace(world, turns=Turns())
            set_images(alone, app_id, {server: f"ami-{server[2:]}"})

        app_id = site.create(groups=(("web", 0, SERVERS),)).app.app_id
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(write, SERVERS))
        (group,) = site.app(app_id).app.server_groups
        assert [server.image_id for server in group.server_list] == [f"ami-{one[2:]}" for one in SERVERS]


def test_writers_of_one_process_take_turns() -> None:
    """Nobody who waited decides in vain: of many, each reads the application once."""
    site = Site()
    app_id = site.create(groups=(("web", 0, SERVERS),)).app.app_id
    read = Counter[str]()

    find = site.store.app

    def counted(one: str) -> ManagedApp | None:
        read[one] += 1
        found: ManagedApp | None = find(one)
        time.sleep(0.001)  # for the others to come
        return found

    site.store.app = counted
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: set_images(site.world, app_id, {one: f"ami-{one[2:]}"}), SERVERS))
    assert read[app_id] == len(SERVERS)


def test_what_is_needed_and_not_there_is_named() -> None:
    assert required("x", "name") == "x"
    for nothing in (None, ""):
        with pytest.raises(MissingParameter, match="the parameter name"):
            required(nothing, "name")
