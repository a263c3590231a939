"""The generated table of what cannot change in place: fresh, and quick to load."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_table_is_what_the_generator_makes() -> None:
    pytest.importorskip("cfnlint", reason="the schemas come with cfn-lint")
    from tools import recreation

    stale = "cfn-lint's schemas moved on: run `python -m tools recreation`"
    assert (ROOT / recreation.FILE).read_text(encoding="utf-8") == recreation.generate(), stale


def test_predicting_imports_nothing_heavy() -> None:
    heavy = "{'cfnlint', 'boto3', 'dataclasses', 'inspect', 'troposphere', 'jinja2', 'msgspec'}"
    code = f"import sys, smsgen.changes; sys.exit(' '.join(sorted({heavy} & sys.modules.keys())) or 0)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
