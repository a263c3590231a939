"""What the user sees while servers are replicated: on a terminal, narrow or not, and in CI."""

from __future__ import annotations

import io
import re

import pytest

from smsgen.cli import replication_view
from smsgen.cli.replication_view import EVERY, PlainReplication, ServerRun, replication_table
from smsgen.model.app import VmServer
from smsgen.model.replicating.jobs import DiskProgress, ReplicationJob, ReplicationRun, RunState

MIB = 1 << 20
JOB = ReplicationJob("sms-job-1", "s-1", VmServer(vm_name="db01"), "c-1")
COPYING = DiskProgress("sda", "copying", 400 * MIB, 1000 * MIB, 100 * MIB, 300 * MIB, 2.0 * MIB)
RUN = ReplicationRun(
    "sms-run-1",
    "sms-job-1",
    1,
    RunState.ACTIVE,
    stage="Copying disks",
    stage_progress="words",
    disks=(COPYING, DiskProgress("sdb")),
)


def drawn(width: int, *servers: ServerRun) -> list[str]:
    from rich.console import Console

    stream = io.StringIO()
    Console(file=stream, width=width).print(replication_table("app-1  STATUS", "why", servers, width))
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_a_terminal_shows_each_disk_with_rate_time_left_and_what_was_skipped() -> None:
    title, heads, first, second = drawn(120, ServerRun("db01", JOB, RUN))
    assert title == "app-1  STATUS  why"
    assert heads.split() == ["server", "disk", "phase", "done", "rate", "left", "sent", "skipped"]
    words = "db01 sda copying 40 % 2 MiB/s 5 min 100 MiB 300 MiB"
    assert first.split() == words.split()
    assert second.split() == ["sdb", "waiting"]


def test_a_narrow_terminal_shows_what_matters_most_and_no_line_is_too_long() -> None:
    lines = drawn(40, ServerRun("db01", JOB, RUN._replace(message="it goes on in the hours that are open")))
    assert lines[1].split() == ["server", "disk", "phase", "done"]
    assert max(map(len, lines)) <= 40
    assert "it goes on in the hours" in " ".join(lines)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(replication_view, "say", lines.append)
    return lines


def test_in_ci_news_is_a_line_at_once_and_progress_a_line_every_now_and_then(said: list[str]) -> None:
    clock = [1000.0]
    view = PlainReplication(lambda: clock[0])

    def show(run: ReplicationRun) -> list[str]:
        before = len(said)
        view.show("app-1", "", [ServerRun("db01", JOB, run)])
        return said[before:]

    first = show(RUN)
    assert first[0] == "app-1"
    assert "db01: sda, copying, 40 %, 2 MiB/s, 5 min left, 100 MiB sent, 300 MiB skipped" in first[1]
    further = RUN._replace(disks=(COPYING._replace(done=500 * MIB), DiskProgress("sdb")))
    assert show(further) == []
    clock[0] += EVERY
    assert "50 %" in show(further)[0]
    clock[0] += EVERY
    assert show(further) == []  # nothing is others now
    assert show(further._replace(stage="Creating the image", stage_progress="registering")) == [
        "db01: ACTIVE: Creating the image: registering"
    ]
    assert show(further._replace(state=RunState.FAILED, stage="", message="no such disk")) == [
        "db01: FAILED: no such disk"
    ]


def test_names_of_servers_cannot_move_the_cursor() -> None:
    lines = drawn(120, ServerRun("db\x1b[2J", JOB, RUN))
    assert all("\x1b" not in line for line in lines)


def test_rows_are_a_table_on_a_terminal_and_lines_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    import smsgen.cli
    from smsgen.cli import terminal

    class Tty(io.StringIO):
        def isatty(self) -> bool:
            return True

    def shown(stream: io.StringIO, **environment: str) -> str:
        for name in ("CI", "NO_COLOR", "TERM", "COLUMNS"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"TERM": "xterm", "COLUMNS": "60", **environment}.items():
            monkeypatch.setenv(name, value)
        for module in (terminal, smsgen.cli):
            monkeypatch.setattr(module, "sys", SimpleNamespace(stdout=stream))
        terminal.put_rows(("id", "state"), [("a-1", "[red]ACTIVE")])
        return stream.getvalue()

    table = re.sub(r"\x1b\[[01]m", "", shown(Tty(), NO_COLOR="1"))  # bold is no colour
    assert [line.split() for line in table.splitlines()] == [["id", "state"], ["a-1", "[red]ACTIVE"]]
    assert shown(Tty(), CI="true") == shown(io.StringIO()) == "a-1\t[red]ACTIVE\n"
