"""A skip in CI fails unless its reason is listed."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.skips import MAY_SKIP

ROOT = Path(__file__).parents[1]
IN_A_TEST = 'import pytest\ndef test_it() -> None:\n    pytest.skip("{reason}")\n'
OF_A_FILE = (
    'import pytest\npytest.importorskip("no_such_module", reason="{reason}")\ndef test_it() -> None: ...\n'
)


def reasons() -> Iterator[str]:
    """Yield the reasons of all skips in the tests, but for packages that `make test` installs."""
    for file in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("pytest.skip", "pytest.mark.skipif"):
                given = [one.value for one in node.keywords if one.arg == "reason"] or node.args[:1]
                yield from (ast.unparse(one) for one in given)


def test_every_reason_for_which_a_test_skips_is_listed() -> None:
    found = list(reasons())
    assert len(found) > 10
    assert [one for one in found if not any(part in one for part in MAY_SKIP)] == []


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
