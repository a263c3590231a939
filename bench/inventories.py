"""What an import of a list of servers costs beside reading it with the csv module: `python -m bench inventories`.

Processor time of one process, its collector off, as commands have it. Lists of 20,000 servers in 1,000 applications, as
MGN exports them and as people keep them; the files of the applications are written. Rounds of all take turns; medians
count.
"""

from __future__ import annotations

import csv
import gc
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from bench.row import Row
from smsgen.local.disk import DiskFiles
from smsgen.operations.intake.inventory.import_inventory import plan_import, write_import
from smsgen.operations.intake.lists.reading import ListOptions, read_list
from tests.inventories import csv_bytes, estate, mgn_rows, plain_rows

SERVERS = 20_000
ROUNDS = 5
MOST_TIMES_CSV = 3.0
"""The goal for an import, of what csv.DictReader takes; what Python can do is MOST_OF_TODAY."""

MOST_READING = 4.0
MOST_OF_TODAY = 30.0
MOST_GROWTH = 1.6


def rows() -> Iterator[Row]:
    """Time imports of lists against csv.DictReader on the same files, and against lists of a tenth."""
    with tempfile.TemporaryDirectory() as folder:
        for kind, write in (("MGN", mgn_rows), ("plain", plain_rows)):
            path, small = Path(folder, f"{kind}.csv"), Path(folder, f"{kind}-small.csv")
            path.write_bytes(csv_bytes(write(estate(SERVERS))))
            small.write_bytes(csv_bytes(write(estate(SERVERS // 10))))
            yield from _rows(kind, path, small)


def _rows(kind: str, path: Path, small: Path) -> Iterator[Row]:
    by_csv, read, imported, few = _medians(
        lambda: _by_csv(path), lambda: _read(path), lambda: _import(path), lambda: _import(small)
    )
    note = f"{imported * 1e3:.0f} ms, csv.DictReader {by_csv * 1e3:.0f} ms; {MOST_TIMES_CSV:g} is the goal"
    yield Row(f"import of 20,000 servers ({kind}) / csv.DictReader", imported / by_csv, MOST_OF_TODAY, note)
    note = f"{read * 1e3:.0f} ms: told, checked, and in our columns"
    yield Row(f"reading such a list ({kind}) / csv.DictReader", read / by_csv, MOST_READING, note)
    growth = imported / SERVERS / (few / (SERVERS // 10))
    yield Row(f"import ({kind}), time a server: 20,000 / 2,000", growth, MOST_GROWTH)


def _medians(*measured: Callable[[], None]) -> list[float]:
    taken: list[list[float]] = [[] for _ in measured]
    gc.disable()
    try:
        for _ in range(ROUNDS):
            for work, seconds in zip(measured, taken, strict=True):
                begun = time.process_time()
                work()
                seconds.append(time.process_time() - begun)
                gc.collect()
    finally:
        gc.enable()
    return [median(seconds) for seconds in taken]


def _by_csv(path: Path) -> None:
    with path.open(newline="", encoding="utf-8") as file:
        list(csv.DictReader(file))


def _read(path: Path) -> None:
    read_list(path.read_bytes(), str(path), ListOptions())


def _import(path: Path) -> None:
    folder = tempfile.mkdtemp(dir=path.parent)
    write_import(plan_import([str(path)], f"{folder}/apps", DiskFiles(), ListOptions()), DiskFiles())
