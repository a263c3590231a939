"""A server that answers for years: what requests leave behind is collected, that of refused ones too."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from tests.clients.serving import environment, serving
from tests.clients.wire import Wire

WARM, TURNS = 150, 400
MOST = 2.0
"""MB that the turns may add; without Python's collector of cycles they add five."""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Linux shows the memory of a process")
def test_requests_leave_nothing_behind(tmp_path: Path) -> None:
    with serving(tmp_path, env=environment(tmp_path)) as server, closing(Wire(server.url)) as wire:
        group = {"serverList": [{"serverId": "s-12345678"}]}
        app_id = wire.call("CreateApp", name="shop", serverGroups=[group]).body["appSummary"]["appId"]

        def turn(number: int) -> None:
            assert wire.call("GetApp", appId=app_id).status == 200
            assert wire.call("UpdateApp", appId=app_id, description=str(number)).status == 200
            assert wire.call("GetApp", appId="app-00000000000000000").status == 400
            assert wire.call("CreateApp", name=5).status == 400
            assert wire.call("UpdateApp", appId=app_id, serverGroups=[{"serverList": [{}]}]).status == 400

        for number in range(WARM):
            turn(number)
        before = megabytes(server.process.pid)
        for number in range(TURNS):
            turn(number)
        assert megabytes(server.process.pid) - before < MOST


def megabytes(process: int) -> float:
    """Return the memory that a process holds."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * 4096 / 1e6
