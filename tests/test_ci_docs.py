"""docs/ci.md: its files are what GitHub, GitLab and pre-commit take, and its commands work."""

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.programs import run

ROOT = Path(__file__).parent.parent
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", (ROOT / "docs" / "ci.md").read_text(), re.DOTALL | re.MULTILINE)
SCHEMAS = {
    ".github/workflows/smsgen.yml": "vendor.github-workflows",
    ".github/workflows/snapshot.yml": "vendor.github-workflows",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
}
APP = """\
name: shop
serverGroups:
  - serverList:
      - serverId: s-12345678
        imageId: {image}
        launch: {{instanceType: m6i.large, subnet: subnet-0a1b2c3d, securityGroup: sg-0a1b2c3d}}
"""

OPEN = APP.format(image="ami-0123456789abcdef0").replace(", subnet: subnet-0a1b2c3d", "")
"""The subnet is left open, to be given with --parameters."""


def shown(name: str) -> str:
    """Return the file of the page that begins with its name."""
    (text,) = [block for block in BLOCKS if block.startswith(f"# {name}\n")]
    return text


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_file_is_what_its_reader_takes(name: str, tmp_path: Path) -> None:
    (tmp_path / "file.yml").write_text(shown(name))
    done = run(
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        SCHEMAS[name],
        "file.yml",
        folder=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_gives_inputs_that_there_are() -> None:
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    steps: list[dict[str, Any]] = yaml.safe_load(shown(".github/workflows/smsgen.yml"))["jobs"]["change-set"][
        "steps"
    ]
    (given,) = [step["with"] for step in steps if "smsgen" in step["uses"]]
    assert set(given) <= set(inputs)
    assert {name for name, one in inputs.items() if one.get("required")} <= set(given)


def test_the_page_names_every_input_and_output() -> None:
    page, action = (ROOT / "docs" / "ci.md").read_text(), yaml.safe_load((ROOT / "action.yml").read_text())
    assert [name for name in (*action["inputs"], *action["outputs"]) if f"`{name}`" not in page] == []


def test_pre_commit_takes_its_configuration(tmp_path: Path) -> None:
    (config,) = [block for block in BLOCKS if block.startswith("repos:")]
    (tmp_path / ".pre-commit-config.yaml").write_text(config)
    program = Path(sys.executable).parent / "pre-commit"
    done = run(program, "validate-config", ".pre-commit-config.yaml", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


PIPELINES = {
    "a new image": (
        APP.format(image="ami-0123456789abcdef0"),
        APP.format(image="ami-0fedcba9876543210"),
        "1 to replace",
    ),
    "unchanged": (
        APP.format(image="ami-0123456789abcdef0"),
        APP.format(image="ami-0123456789abcdef0"),
        "no changes",
    ),
    "new": (None, APP.format(image="ami-0123456789abcdef0"), "1 to add"),
    "unchanged, with values": (OPEN, OPEN, "no changes"),
    "new, with values": (None, OPEN, "1 to add"),
}
"""What the base has, what the branch has, and what is said of it."""


@pytest.mark.parametrize("case", PIPELINES)
def test_the_commands_of_the_pipeline_work(case: str, tmp_path: Path) -> None:
    """In a shallow clone of a branch, as a runner makes it."""
    before, after, said = PIPELINES[case]
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    (origin / "apps" / "templates").mkdir(parents=True)

    def commit(text: str | None) -> str:
        if text is not None:
            (origin / "apps" / "shop.yaml").write_text(text)
            template = (
                "apps/shop.yaml",
                "-o",
                "apps/templates/shop.yaml",
                "--parameters-file",
                "apps/values.json",
            )
            made = run(sys.executable, "-m", "smsgen", "generate-template", *template, folder=origin)
            assert made.returncode == 0, made.stderr
            values = (origin / "apps" / "values.json").read_text().replace('""', '"subnet-0a1b2c3d"')
            (origin / "apps" / "values.json").write_text(values)
        who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
        for command in (("add", "--all"), (*who, "commit", "--quiet", "--allow-empty", "--message", "m")):
            assert run("git", *command, folder=origin).returncode == 0
        return run("git", "rev-parse", "HEAD", folder=origin).stdout.strip()

    run("git", "init", "--quiet", folder=origin)
    run("git", "config", "uploadpack.allowAnySHA1InWant", "true", folder=origin)
    base = commit(before)
    commit(after)
    run("git", "clone", "--quiet", "--depth=1", f"file://{origin}", clone, folder=tmp_path)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    lines = yaml.safe_load(shown(".gitlab-ci.yml"))["change-set"]["script"]
    assert len(lines) == 4
    if after == OPEN:
        lines[-1] += " --parameters apps/values.json"
    for line in lines:
        done = run("bash", "-ec", line, folder=clone, PATH=path, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
        assert done.returncode == 0, done.stdout + done.stderr
    assert said in (clone / "change-set.html").read_text()
