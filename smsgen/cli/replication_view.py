"""How far a replication is, for people: by server and disk, with rate, time left and what needed no sending.

On a terminal that is a table that is drawn anew (rich); in a pipe, in CI or with TERM=dumb a line where there is news,
and of what is under way every now and then. All of it goes to stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from smsgen.cli import say
from smsgen.cli.terminal import color, colored, live
from smsgen.errors import visible

if TYPE_CHECKING:
    from smsgen.model.replicating.jobs import DiskProgress, ReplicationJob, ReplicationRun

EVERY = 15.0
"""Seconds between two lines about the same server where there is nothing but progress to tell."""

STAGES = ("Copying disks", "Uploading disks")
"""Stages of a run in which its disks get on."""

_NARROW = 76
"""Columns of a terminal below which only what matters most is drawn."""


class ServerRun(NamedTuple):
    """A server, its replication job, and the job's last run, if any."""

    name: str
    job: ReplicationJob
    run: ReplicationRun | None


def replication_view(now: Callable[[], float]) -> LiveReplication | PlainReplication:
    """Return the view that suits what stderr is."""
    return LiveReplication() if live() else PlainReplication(now)


class DiskRow(NamedTuple):
    """What is shown of a disk, in words."""

    name: str
    phase: str
    percent: str
    rate: str
    left: str
    sent: str
    skipped: str


def disk_row(disk: DiskProgress) -> DiskRow:
    """Return what is shown of a disk."""
    from smsgen.operations.replication.side_by_side import minutes_left

    minutes = minutes_left(disk)
    return DiskRow(
        disk.name,
        disk.phase,
        f"{100 * disk.done // disk.expected} %" if disk.expected else "",
        f"{disk.rate / 2**20:.0f} MiB/s" if disk.rate and disk.done < disk.expected else "",
        f"{minutes} min left" if minutes else "",
        f"{disk.sent >> 20:,} MiB sent" if disk.done else "",
        f"{disk.skipped >> 20:,} MiB skipped" if disk.done else "",
    )


def _lines(server: ServerRun) -> Iterator[str]:
    """Yield what there is to say of a server: its run, and how far each disk is."""
    run = server.run
    if run is None:
        yield f"{server.name}: {server.job.state}"
        return
    disks = _copied_disks(run)
    stage = run.stage if run.state in ("PENDING", "ACTIVE") else ""
    words = [stage, "" if disks or run.state == "FAILED" else run.stage_progress, run.message]
    yield f"{server.name}: {run.state}: {': '.join(filter(None, words))}".rstrip(": ")
    for disk in disks:
        yield f"{server.name}: {', '.join(filter(None, disk_row(disk)))}"


def _copied_disks(run: ReplicationRun) -> tuple[DiskProgress, ...]:
    """Return how far the disks of a run are while they are copied."""
    return run.disks if run.stage in STAGES and run.state == "ACTIVE" else ()


class _Told(NamedTuple):
    """What was said last of a server: what would be news, all of it, and when."""

    news: str
    text: str
    at: float


class PlainReplication:
    """A line where there is news."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._told: dict[str, _Told] = {}

    def show(self, head: str, message: str, servers: Sequence[ServerRun]) -> None:
        """Say what is news."""
        self._tell("", f"{head}{message}", f"{head}: {message}" if message else head)
        for server in servers:
            news = (
                f"{server.run.state} {server.run.stage} {server.run.message}"
                if server.run
                else server.job.state
            )
            self._tell(server.job.server_id, news, "\n".join(_lines(server)))

    def _tell(self, subject: str, news: str, text: str) -> None:
        """Say a text at once where it is news, and where only its numbers are others every now and then."""
        last, now = self._told.get(subject), self._now()
        if last and (text == last.text or (news == last.news and 0 <= now - last.at < EVERY)):
            return
        self._told[subject] = _Told(news, text, now)
        say(text)

    def close(self) -> None:
        """Nothing is open."""


class LiveReplication:
    """A table of servers and their disks, drawn anew as they get on."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = Console(file=sys.stderr, no_color=not colored(), highlight=False)
        self._picture: Any = ""
        # rich puts the terminal right again at exit, also after Ctrl-C: `close` is called in every case.
        self._live = Live(console=self._console, auto_refresh=False, get_renderable=lambda: self._picture)
        self._live.start()

    def show(self, head: str, message: str, servers: Sequence[ServerRun]) -> None:
        """Draw how it stands."""
        self._picture = replication_table(head, message, servers, self._console.width)
        self._live.refresh()

    def close(self) -> None:
        """Leave the last picture on the screen."""
        self._live.stop()


_HEADINGS = ("server", "disk", "phase", "done", "rate", "left", "sent", "skipped")


def replication_table(head: str, message: str, servers: Sequence[ServerRun], width: int) -> Any:
    """Return the table of servers and disks, and below it what their runs say."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    kept = len(_HEADINGS) if width >= _NARROW else 4
    table = Table(box=None, pad_edge=False)
    for heading in _HEADINGS[:kept]:
        table.add_column(heading, overflow="fold")
    notes = []
    for server in servers:
        for row in _rows(server):
            table.add_row(*(Text(visible(cell)) for cell in row[:kept]))
        if server.run is not None and server.run.message:
            notes.append(f"{server.name}: {server.run.message}")
    title = Text(visible(f"{head}  {message}".rstrip()), style=f"bold {color(head)}".strip())
    return Group(title, table, *(Text(visible(note), style="dim") for note in notes))


def _rows(server: ServerRun) -> Iterator[tuple[str, ...]]:
    run = server.run
    for number, disk in enumerate(_copied_disks(run) if run else ()):
        row = disk_row(disk)
        left = row.left.removesuffix(" left")
        sent, skipped = row.sent.removesuffix(" sent"), row.skipped.removesuffix(" skipped")
        yield ("" if number else server.name, *row[:4], left, sent, skipped)
    if run is None or not _copied_disks(run):
        phase = f"{run.state} {run.stage}".strip() if run is not None else str(server.job.state)
        yield (server.name, "", phase, *([""] * 5))
