"""How long answers take where many read and write at once, in `smsgen serve` on SQLite: `python -m bench.mixed`.

Each client makes applications, configures, reads and changes them. SQLite has one writer at a time: what is measured is
how much longer than a reader a writer waits.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

from bench.row import Row
from tests.clients.serving import environment, serving
from tests.clients.wire import Wire

CLIENTS = 16
APPLICATIONS = 20
"""That each client makes."""

READS = 3
MOST = 4.0
"""A writer's time by a reader's; 7 to 12 where each writes in a transaction of its own."""

Seconds = Mapping[str, list[float]]


def measure() -> Seconds:
    """Return operation -> how long each of its answers took, in seconds."""
    seconds: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            serving(folder, "--workers", "0", env=environment(folder)) as server,
            ThreadPoolExecutor(CLIENTS) as pool,
        ):
            for over in [pool.submit(_act, server.url, number, seconds) for number in range(CLIENTS)]:
                over.result()
    return seconds


def rows() -> Iterator[Row]:
    """Compare a writer's median with a reader's, in the same crowd."""
    seconds = measure()
    note = ", ".join(f"{name} {median(each) * 1e3:.0f} ms" for name, each in seconds.items())
    written = median([*seconds["CreateApp"], *seconds["PutAppLaunchConfiguration"]])
    title = f"serve: a write / a read, {CLIENTS} clients that do both"
    yield Row(title, written / median(seconds["GetApp"]), MOST, note)


def _act(url: str, number: int, seconds: dict[str, list[float]]) -> None:
    with closing(Wire(url)) as wire:

        def call(operation: str, **members: Any) -> Any:
            request = wire.request(operation, members)
            began = time.perf_counter()
            status, body = wire.send(request)
            seconds[operation].append(time.perf_counter() - began)
            if status != 200:
                raise RuntimeError(f"{operation}: {status}: {body[:200]!r}")
            return json.loads(body or b"{}")

        for turn in range(APPLICATIONS):
            servers = [{"serverId": f"s-{number:04x}{turn:03x}{at}"} for at in range(5)]
            made = call("CreateApp", name=f"shop-{number}-{turn}", serverGroups=[{"serverList": servers}])
            app_id, (group,) = made["appSummary"]["appId"], made["serverGroups"]
            launches = [{"serverGroupId": group["serverGroupId"], "launchOrder": turn}]
            call("PutAppLaunchConfiguration", appId=app_id, serverGroupLaunchConfigurations=launches)
            for _ in range(READS):
                call("GetApp", appId=app_id)


def main() -> int:
    """Print the row; 1 where it is missed."""
    (row,) = rows()
    print(f"{row.name:<62} {row.measured:.2f}  {row.note}")
    return int(not row.holds)


if __name__ == "__main__":
    sys.exit(main())
