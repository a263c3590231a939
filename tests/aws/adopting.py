"""A planted fleet, a folder, and `smsgen adopt` before them: what the tests of adoption stand on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from smsgen.cli import run
from tests.servers.aws import Aws
from tests.servers.fleets import Planted

REGION = "eu-central-1"


class Said(NamedTuple):
    """What a command said."""

    code: int
    out: str
    err: str


class Adopting:
    """An application file that is to be, in front of a stand-in."""

    def __init__(self, folder: Path, aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
        self.file = folder / "shop.yaml"
        self.aws = aws
        self._capsys = capsys

    def plant(self, planted: Planted, **more: Any) -> None:
        self.aws.control.plant(**planted.parts, **more)

    def where(self) -> list[str]:
        return ["--region", REGION, "--endpoint-url", self.aws.url]

    def adopt(self, step: str, *arguments: str, aws: bool = True) -> Said:
        return self.smsgen("adopt", step, *self._own(step), *arguments, *(self.where() if aws else ()))

    def smsgen(self, *words: str) -> Said:
        self._capsys.readouterr()
        code = run(list(words))
        return Said(code, *self._capsys.readouterr())

    def run(self, *arguments: str) -> Said:
        return self.adopt("run", "--yes", "--poll-seconds", "0.02", *arguments)

    def launch(self, *arguments: str) -> Said:
        return self.smsgen(
            "launch-app", str(self.file), "--yes", "--poll-seconds", "0.02", *arguments, *self.where()
        )

    def start(self, step: str, *arguments: str) -> subprocess.Popen[str]:
        words = [sys.executable, "-m", "smsgen", "adopt", step, *self._own(step), *arguments, *self.where()]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def stack(self) -> dict[str, list[str]]:
        """The resources of the application's stack, by logical id."""
        [name] = self.aws.control.state.stacks.stacks
        return self.aws.control.stack_resources(name)

    def _own(self, step: str) -> list[str]:
        return ["-o", str(self.file)] if step == "discover" else [str(self.file)]


def settle_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Return credentials, and no configuration of the machine's."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent/config")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
