"""The files of the action, the workflow and the hooks: valid, without injections, calling nothing that can change."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.action.workflow import ACTION, ROOT

CI = ".github/workflows/ci.yml"
WORKFLOW = yaml.safe_load((ROOT / CI).read_text())
STEPS: list[dict[str, Any]] = [
    *ACTION["runs"]["steps"],
    *(step for job in WORKFLOW["jobs"].values() for step in job["steps"]),
]


@pytest.mark.parametrize(
    ("schema", "file"), [("vendor.github-actions", "action.yml"), ("vendor.github-workflows", CI)]
)
def test_a_file_is_what_githubs_schema_allows(schema: str, file: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, file],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_script_holds_an_expression() -> None:
    """What a pull request says would be run in it; it goes through the environment."""
    scripts = [step["run"] for step in STEPS if "run" in step]
    assert len(scripts) >= 6
    assert [script for script in scripts if "${{" in script] == []


def test_other_actions_are_called_by_their_commit() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert len(used) >= 4
    assert [one for one in used if not re.fullmatch(r"\./|[\w./-]+@[0-9a-f]{40}", one)] == []


def test_every_input_is_used_and_none_is_made_up() -> None:
    text = str(ACTION["runs"])
    assert set(re.findall(r"inputs\.([a-z-]+)", text)) == set(ACTION["inputs"])
    assert [name for name, one in ACTION["inputs"].items() if not one["description"]] == []


def test_every_output_is_one_that_a_step_sets() -> None:
    scripts = "".join(path.read_text() for path in (ROOT / "action").iterdir() if path.is_file())
    for one in ACTION["outputs"].values():
        (name,) = re.findall(r"steps\.[a-z]+\.outputs\.([a-z-]+)", one["value"])
        assert f'"{name}"' in scripts


def test_the_last_step_ends_with_the_status() -> None:
    assert ACTION["runs"]["steps"][-1]["env"] == {"STATUS": "${{ steps.check.outputs.exit-status }}"}


def test_the_token_goes_to_one_step_only() -> None:
    given = [step["id"] for step in ACTION["runs"]["steps"] if "inputs.token" in str(step)]
    assert given == ["comment"]


@pytest.mark.parametrize("script", ["action/install.sh", ".ci/run"])
def test_shellcheck_finds_nothing(script: str) -> None:
    shellcheck = Path(sys.executable).parent / "shellcheck"
    done = subprocess.run([shellcheck, script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("step", [one for one in STEPS if "run" in one], ids=lambda one: one.get("id", "ci"))
def test_shellcheck_finds_nothing_in_a_step(step: dict[str, Any]) -> None:
    shellcheck = Path(sys.executable).parent / "shellcheck"
    done = subprocess.run(
        [shellcheck, "--shell=bash", "-"], input=step["run"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
