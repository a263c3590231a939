"""What the user sees while a stack is followed, and who is asked."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest

from smsgen.cli import terminal
from smsgen.errors import UsageError
from smsgen.operations.ports.records import StackEvent, StackInfo
from smsgen.operations.stacks.request import Place

STACK = StackInfo("sms-app-shop", "arn:stack", "CREATE_IN_PROGRESS")
PLACES = {"Web1": Place(1, "web", "web01"), "Db1": Place(0, "database", "db01")}
DONE = StackEvent(
    "e1", "arn:stack", "sms-app-shop", "Db1", "i-1", "AWS::EC2::Instance", "CREATE_COMPLETE", time=3661.0
)
FAILED = DONE._replace(event_id="e2", logical_id="Web1", status="CREATE_FAILED", reason="no [capacity]")


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def tty(monkeypatch: pytest.MonkeyPatch) -> Tty:
    for name in ("CI", "NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "160")
    made = Tty()
    # Not sys.stderr itself: pytest puts its own there between a fixture and its test.
    monkeypatch.setattr(terminal, "sys", SimpleNamespace(stderr=made, stdin=Tty("y\n")))
    return made


def ask(*, yes: bool = False) -> bool:
    return terminal.Terminal(yes=yes, render=str).confirm("Execute it?")


def test_yes_is_not_asked() -> None:
    assert ask(yes=True)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("y\n", True), ("YES \n", True), ("\n", False), ("n\n", False), ("", False), ("yep\n", False)],
)
def test_only_a_yes_is_a_yes(tty: Tty, monkeypatch: pytest.MonkeyPatch, typed: str, answer: bool) -> None:
    monkeypatch.setattr(terminal.sys, "stdin", Tty(typed))
    assert ask() is answer
    assert tty.getvalue() == "Execute it? [y/N] "


@pytest.mark.parametrize("why", ["stdin", "stderr", "CI"])
def test_nobody_is_asked_without_a_terminal_or_in_ci(
    tty: Tty, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "CI":
        monkeypatch.setenv("CI", "true")
    else:
        monkeypatch.setattr(terminal.sys, why, io.StringIO("y\n"))
    with pytest.raises(UsageError) as caught:
        ask()
    assert "--yes" in caught.value.hint


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_a_log_gets_plain_lines(tty: Tty, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    view = terminal.live_view(STACK, PLACES)
    view.event(DONE)
    view.pulse(STACK)
    view.event(FAILED)
    view.close()
    assert tty.getvalue().splitlines() == [
        "01:01:01  CREATE_COMPLETE               AWS::EC2::Instance  Db1 (launch order 0)",
        "01:01:01  CREATE_FAILED                 AWS::EC2::Instance  Web1 (launch order 1)  no [capacity]",
    ]


def test_a_terminal_gets_a_table_by_launch_order_and_keeps_failures(tty: Tty) -> None:
    view = terminal.live_view(STACK, PLACES)
    view.event(DONE)
    view.event(FAILED)
    view.pulse(STACK._replace(status="ROLLBACK_IN_PROGRESS"))
    view.close()
    said = tty.getvalue()
    assert said.index("database") < said.index("web01")
    assert "ROLLBACK_IN_PROGRESS" in said
    assert "no [capacity]" in said
    assert "\x1b[" in said


def test_no_color_is_honoured(tty: Tty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    view = terminal.live_view(STACK, PLACES)
    view.event(FAILED)
    view.close()
    assert not any(f"\x1b[{code}" in tty.getvalue() for code in ("31m", "1;31m", "1;33m", "32m"))
