"""smsgen graph as it is run."""

from pathlib import Path

import pytest

from smsgen.cli import run

SAMPLE = str(Path(__file__).parent.parent.parent / "samples" / "windows.yaml")
BEGINNINGS = {"svg": "<svg ", "mermaid": "flowchart TB\n", "dot": "digraph smsgen {\n"}


@pytest.mark.parametrize("output", BEGINNINGS)
def test_a_picture_goes_to_stdout(output: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["graph", SAMPLE, "--format", output]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith(BEGINNINGS[output])
    assert shown.err == ""


@pytest.mark.parametrize(
    ("name", "output"), [("a.svg", "svg"), ("a.MMD", "mermaid"), ("a.gv", "dot"), ("a", "svg")]
)
def test_the_ending_of_the_file_says_the_format(name: str, output: str, tmp_path: Path) -> None:
    assert run(["graph", SAMPLE, "-o", str(tmp_path / name)]) == 0
    assert (tmp_path / name).read_text().startswith(BEGINNINGS[output])


def test_format_wins_over_the_ending(tmp_path: Path) -> None:
    assert run(["graph", SAMPLE, "-o", str(tmp_path / "a.txt"), "--format", "dot"]) == 0
    assert (tmp_path / "a.txt").read_text().startswith(BEGINNINGS["dot"])


def test_a_file_with_problems_is_no_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yaml").write_text("name: a\nserverGroups: [{serverList: [{serverId: s-1}]}]\n")
    assert run(["graph", str(tmp_path / "a.yaml")]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "BAD_ID" in shown.err


def test_warnings_go_to_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "name: a\nserverGroups: [{serverList: [{serverId: s-12345678, launch: {monitoring: false}}]}]\n"
    (tmp_path / "a.yaml").write_text(text)
    assert run(["graph", str(tmp_path / "a.yaml")]) == 0
    shown = capsys.readouterr()
    assert "NO_MONITORING" in shown.err
    assert shown.out.startswith("<svg ")
