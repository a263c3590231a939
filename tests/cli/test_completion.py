"""smsgen completion: scripts that shells take, and that complete."""

import shutil
import subprocess
from pathlib import Path

import pytest

from smsgen.cli import COMMANDS, run
from smsgen.cli.completion import SHELLS

shtab = pytest.importorskip("shtab", reason="shtab comes with smsgen[completion]")


@pytest.fixture(params=SHELLS)
def script(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> str:
    assert run(["completion", request.param]) == 0
    return capsys.readouterr().out


def test_every_shell_is_told_of_every_command(script: str) -> None:
    assert [command for command in COMMANDS if command not in script] == []


@pytest.mark.parametrize(
    ("typed", "offered"),
    [(("grap",), "graph"), (("graph", "--form"), "--format"), (("graph", "--format", "mer"), "mermaid")],
)
def test_bash_completes(
    typed: tuple[str, ...], offered: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["completion", "bash"]) == 0
    (tmp_path / "smsgen.bash").write_text(capsys.readouterr().out)
    words = " ".join(("smsgen", *typed))
    asked = (
        f"source smsgen.bash; COMP_WORDS=({words}); COMP_CWORD={len(typed)}; COMP_LINE='{words}'; "
        '_shtab_smsgen; echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "-c", asked], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.stdout.split(), done.stderr) == ([offered], "")


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_completes_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "fish"]) == 0
    (tmp_path / "smsgen.fish").write_text(capsys.readouterr().out)
    (tmp_path / "shop.yaml").touch()
    asked = 'source smsgen.fish; complete -C "smsgen graph sh"'
    done = subprocess.run(
        ["fish", "--no-config", "-c", asked],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout.split()[:1] == ["shop.yaml"], done.stderr


def test_an_old_shtab_is_an_error_that_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shtab, "SUPPORTED_SHELLS", ["bash", "zsh", "tcsh"])
    assert run(["completion", "fish"]) == 1
    shown = capsys.readouterr()
    assert (shown.out, shown.err.count("\n")) == ("", 2)
    assert "'.[completion]'" in shown.err
