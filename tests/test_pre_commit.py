""".pre-commit-hooks.yaml with pre-commit itself, which clones a repository of what is here and installs it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.programs import run

ROOT = Path(__file__).parent.parent
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
INSTALLED = ("smsgen", "templates", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
APP = "name: {name}\nserverGroups: [{{serverList: [{{serverId: {server}}}]}}]\n"
UNREACHABLE = ("NewConnectionError", "NameResolutionError", "ProxyError", "No matching distribution")


def repository(folder: Path) -> str:
    """Make a git repository of a folder; give its commit."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    for command in (("init", "--quiet"), ("add", "--all"), (*who, "commit", "--quiet", "--message", "m")):
        assert run("git", *command, folder=folder).returncode == 0
    return run("git", "rev-parse", "HEAD", folder=folder).stdout.strip()


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """This checkout as a repository of its own, with nothing in it that is not installed."""
    folder = tmp_path / "smsgen"
    folder.mkdir()
    for name in INSTALLED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def test_the_hooks_find_what_is_wrong_and_what_is_stale(published: Path, tmp_path: Path) -> None:
    """One test: each would install the hooks again."""
    pre_commit = Path(sys.executable).parent / "pre-commit"
    revision = repository(published)
    work = tmp_path / "work"
    (work / "apps").mkdir(parents=True)
    hooks = [{"id": hook["id"]} for hook in HOOKS]
    config = {"repos": [{"repo": str(published), "rev": revision, "hooks": hooks}]}
    (work / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    for name in ("shop", "billing"):
        (work / "apps" / f"{name}.app.yaml").write_text(APP.format(name=name, server="s-12345678"))
    (work / "not-an-app.yaml").write_text("a: 1\n")
    place = "{folder}/{name}.template.yaml"
    apps = ("apps/shop.app.yaml", "apps/billing.app.yaml")
    made = run(sys.executable, "-m", "smsgen", "generate-template", *apps, "-o", place, folder=work)
    assert made.returncode == 0, made.stderr
    repository(work)

    def hooked(*options: str) -> "subprocess.CompletedProcess[str]":
        run("git", "add", "--all", folder=work)
        return run(
            pre_commit, "run", "--color=never", *options, folder=work, PRE_COMMIT_HOME=str(tmp_path / "home")
        )

    good = hooked("--all-files")
    if any(word in good.stdout for word in UNREACHABLE):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("the package registry cannot be reached")
    assert (good.returncode, good.stdout.count("Passed")) == (0, 2), good.stdout + good.stderr

    (work / apps[0]).write_text(APP.format(name="shop", server="s-23456789"))
    stale = hooked()
    assert stale.returncode == 1
    assert "apps/shop.template.yaml is stale: it is not what apps/shop.app.yaml makes" in stale.stdout
    mend = "smsgen generate-template apps/shop.app.yaml -o apps/shop.template.yaml"
    assert f"hint: `{mend}` writes it" in stale.stdout
    assert "\n+" in stale.stdout
    assert "billing" not in stale.stdout

    (work / apps[0]).write_text(APP.format(name="shop", server="s-1"))
    broken = hooked("smsgen-validate")
    assert broken.returncode == 1
    assert "apps/shop.app.yaml:2:" in broken.stdout
    assert "error[BAD_ID]" in broken.stdout


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_runs_a_command_of_smsgen(hook: dict[str, str]) -> None:
    from smsgen.cli import COMMANDS

    program, command = hook["entry"].split()
    assert program == "smsgen"
    assert command in COMMANDS


def test_the_manifest_is_what_pre_commit_takes() -> None:
    done = run(
        Path(sys.executable).parent / "pre-commit",
        "validate-manifest",
        ROOT / ".pre-commit-hooks.yaml",
        folder=ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
