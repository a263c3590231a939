"""smsgen explain as it is run."""

import subprocess
import sys

import pytest

from smsgen.cli import run
from smsgen.report.codes import CODES


def test_a_code_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "bad_id", "EC2.8"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("BAD_ID (error): ")
    assert "\nEC2.8 (warning): " in shown.out
    assert shown.err == ""


def test_without_a_code_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain"]) == 0
    shown = capsys.readouterr().out
    assert all(f"\n  {code} " in shown for code in CODES)


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("BAD_IDD", "did you mean BAD_ID?"),
        ("xyzzy", "`smsgen explain` lists them"),
        ("E3012", "it is a rule of cfn-lint: https://"),
    ],
)
def test_an_unknown_code_is_a_wrong_command_line(
    code: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", "BAD_ID", code]) == 64
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"there is no code '{code}'" in shown.err
    assert hint in shown.err


@pytest.mark.parametrize("command", ["generate-template", "validate"])
def test_other_commands_do_not_load_the_table(command: str) -> None:
    code = (
        "import sys; from smsgen.cli import run; run(sys.argv[1:]);"
        "sys.exit(any(name.startswith(('smsgen.report.codes', 'smsgen.report.graph')) for name in sys.modules))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, command, "samples/single.yaml"], capture_output=True, check=False
    )
    assert ended.returncode == 0
