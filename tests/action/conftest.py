"""A repository with a pull request, GitHub's API and its runner, as the action meets them."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.action.api import TOKEN, Api
from tests.action.workflow import ROOT, Runner

EVENT = Path(__file__).parent / "pull_request.json"


@pytest.fixture(scope="session")
def temp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runner's folder for temporary files, in which the action is installed: once for all workers."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if os.environ.get("PYTEST_XDIST_WORKER") else folder) / "runner"
    folder.mkdir(exist_ok=True)
    (folder / "home").mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            ["bash", str(ROOT / "action" / "install.sh")],
            env={
                "PATH": os.environ["PATH"],
                "HOME": os.environ.get("HOME", str(folder)),
                "PYTHON": sys.executable,
                "RUNNER_TEMP": str(folder),
                "GITHUB_ACTION_PATH": str(ROOT),
                "GITHUB_OUTPUT": str(folder / "output"),
            },
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    if done.returncode and ("NewConnectionError" in done.stderr or "No matching distribution" in done.stderr):
        pytest.skip("the package registry cannot be reached")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


class Repository:
    """A checkout as actions/checkout leaves it: `main`, and a branch of it that becomes the pull request."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "user.email", "a@example.com")
        self.git("config", "user.name", "A")
        self.base = self.head = ""

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, files: dict[str, str]) -> str:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "c")
        return self.git("rev-parse", "HEAD")

    def pull_request(self, before: dict[str, str], after: dict[str, str]) -> None:
        """Make the base, the head, and check out the merge of both, as GitHub does."""
        self.base = self.commit(before)
        self.git("checkout", "--quiet", "-b", "feature")
        self.head = self.commit(after)
        self.git("checkout", "--quiet", "--detach", "main")
        self.git("merge", "--quiet", "--no-ff", "--message", "m", "feature")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "shop")


Prepare = Callable[..., Runner]


@pytest.fixture
def prepare(repository: Repository, temp: Path, api: Api) -> Prepare:
    """Make a runner of the pull request's event, or of another one."""

    def make(event: dict[str, object] | None = None, **environment: str) -> Runner:
        if event is None:
            text = EVENT.read_text().replace("BASE_SHA", repository.base).replace("HEAD_SHA", repository.head)
            event = json.loads(text)
        file = repository.folder.parent / "event.json"
        file.write_text(json.dumps(event))
        return Runner(
            repository.folder,
            temp,
            {"token": TOKEN},
            {
                "GITHUB_API_URL": api.url,
                "GITHUB_EVENT_PATH": str(file),
                "GITHUB_REPOSITORY": "octo-org/shop",
                "GITHUB_RUN_ID": "42",
                "GITHUB_SERVER_URL": "https://github.com",
                "SMSGEN_RETRY_SECONDS": "0.01",
                **environment,
            },
        )

    return make
