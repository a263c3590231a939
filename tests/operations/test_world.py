"""Many writers of one application at once: each reads, decides and commits until nobody interferes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from smsgen.clock import SystemClock
from smsgen.operations.configure_app import set_image
from smsgen.operations.world import MissingParameter, required
from tests.operations.worlds import Site

SERVERS = tuple(f"s-{n:08x}" for n in range(24))


@pytest.mark.parametrize("kind", ["fake", "sqlite"])
def test_many_writers_lose_nothing(kind: str, tmp_path: Path) -> None:
    site = Site()
    if kind == "sqlite":
        store = pytest.importorskip("smsgen.store", reason="SQLAlchemy comes with smsgen[server]")
        site = Site(store.open_store(f"sqlite:///{tmp_path}/store.db"))
    with closing(site.store):
        world = site.world._replace(clock=SystemClock())
        app_id = site.create(groups=(("web", 0, SERVERS),)).app.app_id
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda one: set_image(world, app_id, one, f"ami-{one[2:]}"), SERVERS))
        (group,) = site.app(app_id).app.server_groups
        assert [server.image_id for server in group.server_list] == [f"ami-{one[2:]}" for one in SERVERS]


def test_what_is_needed_and_not_there_is_named() -> None:
    assert required("x", "name") == "x"
    for nothing in (None, ""):
        with pytest.raises(MissingParameter, match="the parameter name"):
            required(nothing, "name")
