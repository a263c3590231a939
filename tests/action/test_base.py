"""Which commit is compared with: of a pull request, a push, a merge queue; in whole and in shallow checkouts."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.action.conftest import Repository
from tests.action.workflow import ROOT, _outputs


def base(folder: Path, event: dict[str, Any], named: str = "") -> dict[str, str]:
    """Run the step's script as the action does."""
    file, output = folder.parent / "event.json", folder.parent / "output"
    file.write_text(json.dumps(event))
    output.write_text("")
    done = subprocess.run(
        [sys.executable, "-sE", str(ROOT / "action" / "base.py")],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder.parent),
            "GITHUB_EVENT_PATH": str(file),
            "GITHUB_OUTPUT": str(output),
            "INPUT_BASE_REF": named,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return _outputs(output.read_text())


def pull(base_sha: str, head: str) -> dict[str, Any]:
    return {"pull_request": {"number": 7, "base": {"sha": base_sha}, "head": {"sha": head}}}


def clone(repository: Repository, to: Path, *options: str) -> Path:
    """Check out what `repository` has checked out, as actions/checkout does."""
    repository.git("config", "uploadpack.allowAnySHA1InWant", "true")  # as GitHub's servers allow
    commit = repository.git("rev-parse", "HEAD")
    repository.git("update-ref", "refs/pull/7/merge", commit)
    to.mkdir()
    for command in (
        ("init", "--quiet"),
        ("remote", "add", "origin", f"file://{repository.folder}"),
        ("fetch", "--quiet", *options, "origin", "+refs/pull/7/merge:refs/remotes/pull/7/merge"),
        ("checkout", "--quiet", "--force", "refs/remotes/pull/7/merge"),
    ):
        subprocess.run(["git", *command], cwd=to, check=True, capture_output=True, timeout=60)
    return to


@pytest.fixture
def moved(repository: Repository) -> Repository:
    """A pull request whose base went on since the event's `base.sha`."""
    old = repository.commit({"shop.yaml": "1"})
    repository.git("checkout", "--quiet", "-b", "feature")
    repository.head = repository.commit({"shop.yaml": "2"})
    repository.git("checkout", "--quiet", "main")
    repository.commit({"other.yaml": "3"})
    repository.git("merge", "--quiet", "--no-ff", "--message", "m", "feature")
    repository.base = old
    return repository


@pytest.mark.parametrize("options", [(), ("--depth=1",)], ids=["whole", "shallow"])
def test_of_a_merge_it_is_the_side_that_was_merged_into(
    options: tuple[str, ...], moved: Repository, tmp_path: Path
) -> None:
    folder = clone(moved, tmp_path / "checkout", *options)
    found = base(folder, pull(moved.base, moved.head))
    assert found == {"base": moved.git("rev-parse", "main~1"), "problem": ""}
    shown = subprocess.run(
        ["git", "show", f"{found['base']}:./shop.yaml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == "1"


def test_of_the_head_alone_it_is_where_the_branch_began(moved: Repository) -> None:
    later = moved.git("rev-parse", "main~1")
    moved.git("checkout", "--quiet", "--detach", "feature")
    assert base(moved.folder, pull(later, moved.head)) == {"base": moved.base, "problem": ""}


def test_of_a_push_it_is_what_stood_before(moved: Repository) -> None:
    assert base(moved.folder, {"before": moved.base}) == {"base": moved.base, "problem": ""}
    assert base(moved.folder, {"before": "0" * 40}) == {"base": "", "problem": ""}
    assert base(moved.folder, {}) == {"base": "", "problem": ""}
    assert base(moved.folder, {"merge_group": {"base_sha": moved.base}})["base"] == moved.base


def test_a_named_one_is_found_here_at_the_remote_or_fetched(moved: Repository, tmp_path: Path) -> None:
    tip = moved.git("rev-parse", "main")
    assert base(moved.folder, {}, "main")["base"] == tip
    folder = clone(moved, tmp_path / "checkout", "--depth=1")
    assert base(folder, {}, "main")["base"] == tip
    subprocess.run(
        ["git", "fetch", "-q", "origin", "feature:refs/remotes/origin/topic"], cwd=folder, check=True
    )
    assert base(folder, {}, "topic")["base"] == moved.head


@pytest.mark.parametrize("ref", ["nowhere", "--upload-pack=touch pwned", "-x", "$(touch pwned)"])
def test_what_cannot_be_had_is_a_problem_that_says_what_to_do(
    ref: str, moved: Repository, tmp_path: Path
) -> None:
    folder = clone(moved, tmp_path / "checkout", "--depth=1")
    found = base(folder, {}, ref)
    assert found["base"] == ""
    assert "fetch-depth: 0" in found["problem"] or "is not a git revision" in found["problem"]
    assert list(tmp_path.rglob("pwned")) == []


def test_without_a_repository_it_says_what_comes_first(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "actions/checkout" in base(tmp_path / "empty", {"before": "1" * 40})["problem"]


def test_a_base_that_is_gone_is_a_problem(moved: Repository) -> None:
    found = base(moved.folder, pull("1" * 40, "2" * 40))
    assert found["base"] == ""
    assert "fetch-depth: 0" in found["problem"]
