"""How long pages of the console take with 10,000 applications, at the server: `python -m bench.console`."""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from statistics import median

from bench.row import Row
from tests.clients.serving import environment, serving
from tests.clients.wire import Wire
from tests.console.browsing import entrance
from tests.console.surfing import Surfer

APPLICATIONS = 10_000
CLIENTS = 8
TIMES = 7
MOST_SECONDS = 0.2
"""Of a page (issue: each of them). The one number here that is no ratio: people do not wait in ratios."""


def measure() -> Mapping[str, float]:
    """Return page -> the median of how many seconds it took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serving(folder, "--console", "--no-auth", "--workers", "0", env=environment(folder)) as server:
            with ThreadPoolExecutor(CLIENTS) as pool:
                numbers = [range(first, APPLICATIONS, CLIENTS) for first in range(CLIENTS)]
                for over in [pool.submit(_make, server.url, some) for some in numbers]:
                    over.result()
            surfer = Surfer(server.url)
            surfer.get(entrance(server).removeprefix(server.url))
            return {page: _seconds(surfer, path) for page, path in _pages(surfer).items()}


def rows() -> Iterator[Row]:
    """Compare the slowest page with what it may take."""
    seconds = measure()
    note = ", ".join(f"{page} {taken * 1e3:.0f} ms" for page, taken in seconds.items())
    title = f"console: slowest page of {APPLICATIONS:,} applications / 200 ms"
    yield Row(title, max(seconds.values()) / MOST_SECONDS, 1.0, note)


def _make(url: str, numbers: range) -> None:
    with closing(Wire(url)) as wire:
        for number in numbers:
            groups = [{"name": "web", "serverList": [{"serverId": f"s-{number:08x}"}]}]
            assert wire.call("CreateApp", name=f"shop {number:05}", serverGroups=groups).status == 200


def _pages(surfer: Surfer) -> Mapping[str, str]:
    first = surfer.get("/console/apps").text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    app = re.search(r'href="(/console/apps/app-[^"]+)"', first)
    assert following
    assert app
    return {
        "list": "/console/apps",
        "next page": following[1].replace("&amp;", "&"),
        "search": f"/console/apps?search={APPLICATIONS - 1:05}",
        "search in vain": "/console/apps?search=nowhere",
        "application": app[1],
        "edit": f"{app[1]}/edit",
        "catalog": "/console/catalog",
        "jobs": "/console/jobs",
    }


def _seconds(surfer: Surfer, path: str) -> float:
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        assert surfer.get(path).status == 200
        taken.append(time.perf_counter() - began)
    return median(taken)


if __name__ == "__main__":
    row = next(rows())
    print(f"{row.measured:.2f} {row.note}")
    sys.exit(0 if row.holds else 1)
