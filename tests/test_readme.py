"""The README is run: its commands work as they stand, and its file is a file smsgen reads."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
OFFLINE = [
    line
    for language, block in BLOCKS
    if language == "console"
    for line in re.findall(r"^\$ (smsgen .*)", block, re.MULTILINE)
]


def smsgen(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "smsgen", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_there_are_commands_and_files_to_run() -> None:
    languages = {language for language, _ in BLOCKS}
    assert {"console", "yaml", "python"} <= languages
    assert len(OFFLINE) >= 4


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A folder as a reader of the README has it: the samples, and the file shown, under the name it is used by."""
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    (tmp_path / "shop.yaml").write_text(next(block for language, block in BLOCKS if language == "yaml"))
    return tmp_path


def test_the_console_commands_work_in_their_order(workplace: Path) -> None:
    for line in OFFLINE:
        # `# 2` at the end of a line is the exit code it is shown with.
        command, _, expected = line.partition("  # exit code ")
        ended = smsgen(*shlex.split(command)[1:], cwd=workplace)
        assert ended.returncode == int(expected or 0), f"{line}\n{ended.stdout}\n{ended.stderr}"


def test_the_python_example_runs(workplace: Path) -> None:
    script = next(block for language, block in BLOCKS if language == "python")
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=workplace, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout


def test_the_file_by_example_is_what_the_schema_allows(workplace: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema comes with smsgen[dev]")
    yaml = pytest.importorskip("yaml")
    schema = json.loads(smsgen("schema", cwd=workplace).stdout)
    jsonschema.validate(yaml.safe_load((workplace / "shop.yaml").read_text()), schema)
