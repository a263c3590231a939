"""Nothing unseen reaches a terminal: escapes, C1 and bidi controls from names, files and templates are written out."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.cli import LAYOUT, run, terminal
from smsgen.errors import Diagnostic, Location, visible
from smsgen.operations.ports.records import StackEvent, StackInfo
from smsgen.operations.stacks.request import Place
from smsgen.report import html, markdown, text
from tests.changes.stacks import create

ROOT = Path(__file__).parent.parent.parent
EVIL = "\x1b]0;title\x07\x1b[2J\x1b[31m\x9b1mA\u202eB\u2066C\u200f\x85\u061c"
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


@given(st.text(), st.sampled_from(["", LAYOUT]))
def test_a_text_that_is_made_visible_holds_nothing_unseen(said: str, keep: str) -> None:
    made = visible(said, keep)
    assert not UNSEEN.search(made)
    assert ("\n" in made) <= bool(keep)
    assert visible(made, keep) == made
    assert not said.isprintable() or made == said


def test_what_people_write_names_with_stays() -> None:
    assert visible("Größe 東京　第1 😀 Ω\xa0é") == "Größe 東京　第1 😀 Ω\xa0é"
    assert visible("\x1b[31m\u202e\x85\n") == "\\x1b[31m\\u202e\\x85\\n"


@given(st.text(), st.text(), st.text())
def test_a_diagnostic_is_two_lines_whatever_it_names(file: str, message: str, hint: str) -> None:
    said = Diagnostic("CODE", message, hint, location=Location(file, 1, 2)).render()
    assert said.count("\n") == bool(hint)
    assert not UNSEEN.search(said)


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an application file and a template whose names and values are full of it."""
    monkeypatch.chdir(tmp_path)
    name = EVIL.replace("/", "")
    (tmp_path / f"{name}.yaml").write_text(
        'name: "a\\u202e\\x85b"\nserverGroups: [{name: "\\u2066\\u061cg", serverList: [{serverId: "\\e[2Js"}]}]\n'
        '"\\e[1m\\u202ekey": 1\n'
    )
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": EVIL, EVIL: EVIL}}},
        "Parameters": {EVIL: {"Type": "String", "Default": EVIL, "AllowedPattern": "[a-z]+"}},
    }
    (tmp_path / "bad.json").write_text(json.dumps(template))
    del template["Parameters"]
    (tmp_path / "good.json").write_text(json.dumps(template))
    (tmp_path / f"{name}.json").write_text("[")
    return tmp_path


COMMANDS = [
    ("validate", "APP"),
    ("generate-template", "APP"),
    ("graph", "APP"),
    ("generate-change-set", "APP", "--offline"),
    ("generate-change-set", "--template", "bad.json", "--offline"),
    ("generate-change-set", "--template", "good.json", "--offline"),
    ("generate-change-set", "--template", "good.json", "--deployed", "bad.json", "--offline"),
    ("generate-change-set", "--template", f"{EVIL}.json", "--offline"),
    ("generate-change-set", "--template", "good.json", "--parameter", f"{EVIL}=x", "--offline"),
    ("generate-change-set", "--template", "good.json", "--fail-on", EVIL),
    ("validate", f"{EVIL}.missing"),
    ("explain", EVIL),
    (EVIL,),
    ("generate-template", "APP", f"--{EVIL}"),
    ("import-app", "APP", "--to-file", "out.yaml"),
    ("init", "shop", "-o", f"{EVIL}.new"),
]


@pytest.mark.parametrize(
    "command", COMMANDS, ids=lambda command: " ".join(command).encode("ascii", "replace").decode()
)
def test_no_command_writes_what_is_unseen_to_a_terminal(
    hostile: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    out, err = Tty(), Tty()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setenv("NO_COLOR", "1")
    run([word.replace("APP", f"{EVIL}.yaml") for word in command])
    said = out.getvalue() + err.getvalue()
    assert said
    assert not UNSEEN.search(said), repr(said)


def test_our_own_colours_reach_a_terminal_and_nothing_else_does(
    hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", out := Tty())
    assert run(["generate-change-set", "--template", "good.json", "--offline", "--show-added"]) == 0
    colours = re.compile(r"\x1b\[[0-9;]*m")
    assert colours.search(out.getvalue())
    assert not UNSEEN.search(colours.sub("", out.getvalue()))


def test_data_in_a_file_or_a_pipe_stays_what_it_is(hostile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["generate-change-set", "--template", "good.json", "--offline", "--output", "json"]
    assert run(command) == 0
    assert "\u202e" in capsys.readouterr().out
    assert run([*command, "-o", "out.json"]) == 0
    assert "\u202e" in Path("out.json").read_text()


@pytest.mark.parametrize("render", [text.render, markdown.render, html.render])
def test_no_report_holds_what_is_unseen(render: object) -> None:
    change_set = create(
        {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": EVIL}}}}
    )
    change_set = change_set._replace(stack_name=EVIL, status_reason=EVIL)
    made = render(change_set)  # type: ignore[operator] # one of three functions
    assert not UNSEEN.search(made.replace("@\u200b", "")), repr(made)[:3000]
    assert "\\u202e" in made.replace("\\\\", "\\")


def test_the_views_of_a_launch_hold_nothing_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    for name in ("CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    made = Tty()
    monkeypatch.setattr(terminal, "sys", SimpleNamespace(stderr=made, stdin=Tty("y\n")))
    event = StackEvent(
        "1", "arn", "s", "Web1", "i", "AWS::EC2::Instance", "CREATE_FAILED", time=0.0, reason=EVIL
    )
    places = {"Web1": Place(1, f"[red]{EVIL}", EVIL)}
    terminal.PlainView(places).event(event)
    talk = terminal.Terminal(yes=False, render=str)
    talk.note(EVIL)
    assert talk.confirm(EVIL)
    assert not UNSEEN.search(made.getvalue())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "300")
    view = terminal.LiveView(StackInfo(EVIL, "arn", "CREATE_IN_PROGRESS"), places)
    view.event(event)
    view.close()
    drawn = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", made.getvalue())
    assert not UNSEEN.search(drawn.replace("\r", "")), repr(drawn)
    assert "[red]" in drawn  # a name is no markup


def test_the_servers_log_is_ascii() -> None:
    from smsgen.server.http.logs import JsonLines

    record = logging.LogRecord("n", logging.WARNING, "f", 1, "%s", (EVIL,), None)
    assert JsonLines().format(record).isascii()
    assert not UNSEEN.search(JsonLines().format(record))


def test_every_command_writes_by_the_two_functions() -> None:
    homes = {"__init__.py", "terminal.py"}
    others = [path for path in (ROOT / "smsgen" / "cli").glob("*.py") if path.name not in homes]
    found = [path.name for path in others if re.search(r"std(out|err)\.write|print\(", path.read_text())]
    assert len(others) > 20
    assert found == []
