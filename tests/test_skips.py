"""A skip in CI fails unless its reason is listed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
IN_A_TEST = 'import pytest\ndef test_it() -> None:\n    pytest.skip("{reason}")\n'
OF_A_FILE = (
    'import pytest\npytest.importorskip("no_such_module", reason="{reason}")\ndef test_it() -> None: ...\n'
)


@pytest.mark.parametrize("text", [IN_A_TEST, OF_A_FILE])
@pytest.mark.parametrize(
    ("ci", "reason", "failed"),
    [
        ("true", "boto3 comes with smsgen[aws]", True),
        ("true", "../shared is not here", False),
        ("true", "fish is not installed", False),
        ("", "boto3 comes with smsgen[aws]", False),
    ],
)
def test_a_skip_in_ci_fails_unless_its_reason_is_listed(
    text: str, ci: str, reason: str, failed: bool, tmp_path: Path
) -> None:
    (tmp_path / "test_one.py").write_text(text.format(reason=reason))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.skips",
        "-p",
        "no:cacheprovider",
        "test_one.py",
    ]
    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert ("In CI a skip hides" in ended.stdout) == failed, ended.stdout
    assert (ended.returncode not in (0, 5)) == failed
