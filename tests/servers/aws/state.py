"""What all parts of the stand-in share: the clock, the limits, the faults to come, the blocks, the calls so far."""

from __future__ import annotations

import threading
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.servers.aws.adoption.fleet import Fleet
from tests.servers.aws.adoption.sessions import Sessions
from tests.servers.aws.adoption.stacks import Stacks
from tests.servers.aws.blocks import Spool
from tests.servers.aws.faults import Faults


class Clock:
    """The machine's clock, moved by whoever tests."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._stopped: float | None = None

    def now(self) -> float:
        """Return the seconds since 1970."""
        return (time.time() if self._stopped is None else self._stopped) + self._ahead

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self._ahead += seconds

    def stop(self) -> None:
        """Let it stand still, until `run`; `advance` still moves it."""
        self._stopped = time.time()

    def run(self) -> None:
        """Let it run again, on the machine's time."""
        self._stopped, self._ahead = None, 0.0


class Limits(NamedTuple):
    """AWS's quotas and times. Numbers that AWS documents are its own; 0 calls a second mean: as many as you like.

    https://docs.aws.amazon.com/general/latest/gr/ebs-service.html
    """

    pending_snapshots: int = 100
    starts_per_second: int = 10
    completes_per_second: int = 10
    puts_per_second: int = 1000
    """Of an account."""
    snapshot_puts_per_second: int = 1000
    """To one snapshot."""
    gets_per_second: int = 1000
    lists_per_second: int = 50

    visible_after: float = 0.0
    """Seconds until EBS direct knows a snapshot that was just started: early puts are told 404."""
    readable_after: float = 0.0
    """Seconds until EBS direct lists the blocks of a snapshot that was just completed."""
    completion_seconds: float = 0.0
    """From CompleteSnapshot to the state `completed`; no block is taken meanwhile."""
    late_verdict: bool = False
    """A wrong count or checksum is accepted by CompleteSnapshot, and the snapshot ends in state `error`."""
    write_seconds: float = 60.0
    """For a block's data to arrive; later ones are refused with WRITE_REQUEST_TIMEOUT."""
    empty_pages: int = 0
    """Every n-th page of blocks is empty although more follow, as AWS allows itself; 0: none."""

    pending_images: bool = False
    """RegisterImage takes snapshots that are not completed; the image is pending until they are."""
    import_seconds: float | None = None
    """What an import takes; None: every look at the task moves it one step."""
    import_tasks: int = 20
    """Import tasks of a Region that are active."""
    import_status_words: bool = False
    """Status says converting, validated and the like, as the guide has it, and not `active` all along."""


class State:
    """One stand-in's. `faults` and `calls` are shared by threads; `lock` guards what is counted."""

    def __init__(self, folder: Path | None = None) -> None:
        self.clock = Clock()
        self.limits = Limits()
        self.faults = Faults()
        self.spool = Spool(folder)
        self.calls: Counter[str] = Counter()
        self.pages = 0
        self.import_failures: list[tuple[str, str]] = []
        self.lock = threading.RLock()
        self.fleet = Fleet()
        self.sessions = Sessions()
        self.stacks = Stacks(self.fleet, self.sessions)

    def reset(self) -> None:
        """Forget limits, faults and counts, and let the clock run on the machine's time."""
        self.limits = Limits()
        self.faults.heal()
        self.calls.clear()
        self.pages = 0
        self.import_failures.clear()
        self.clock.run()
        self.fleet.forget()
        self.sessions.forget()
        self.stacks.forget()
