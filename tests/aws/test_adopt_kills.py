"""`smsgen adopt run`, killed after every call that changes or decides something, and run again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("boto3", reason="boto3 comes with smsgen[aws]")

from tests.aws.adopting import REGION, settle_environment
from tests.servers.aws import AwsProcess, started
from tests.servers.fleets import fleet

KILLED_AT = (
    ("ec2:DescribeInstances", 1),
    ("sts:GetFederationToken", 1),
    ("cloudformation:CreateChangeSet", 1),
    ("cloudformation:DescribeChangeSet", 2),
    ("cloudformation:ExecuteChangeSet", 1),
    ("cloudformation:DescribeStackEvents", 2),
    ("cloudformation:DetectStackDrift", 1),
    ("cloudformation:DescribeStackResourceDrifts", 1),
    ("cloudformation:CreateChangeSet", 2),
    ("cloudformation:ExecuteChangeSet", 2),
    ("cloudformation:DetectStackDrift", 2),
    ("cloudformation:CreateChangeSet", 3),
    ("cloudformation:DeleteChangeSet", 1),
)
"""(call, the how-manieth): the canary's round, the others' round, and the same template again."""


def run(file: Path, aws: AwsProcess, *, killed_at: tuple[str, int] | None = None) -> tuple[int, str]:
    words = [sys.executable, "-m", "smsgen", "adopt", "run", str(file), "--yes", "--poll-seconds", "0.02"]
    where = ["--region", REGION, "--endpoint-url", aws.url]
    with subprocess.Popen(
        [*words, *where], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        if killed_at:
            aws.control.do("fail", call=killed_at[0], kind="kill", at=killed_at[1], pid=process.pid)
        try:
            _, err = process.communicate(timeout=120)
        finally:
            process.kill()
    return process.returncode, err


def test_a_run_that_is_killed_at_any_step_goes_on_and_adopts_each_server_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle_environment(monkeypatch)
    with started() as aws:
        planted = fleet(["bare", "database", "linux web"]).parts
        aws.control.do("plant", **planted)
        first = tmp_path / "first" / "shop.yaml"
        where = ["--region", REGION, "--endpoint-url", aws.url]
        discover = [
            sys.executable,
            "-m",
            "smsgen",
            "adopt",
            "discover",
            "--tag",
            "App=shop",
            "-o",
            str(first),
        ]
        subprocess.run([*discover, *where], check=True, capture_output=True, env=os.environ, timeout=120)
        for number, killed_at in enumerate(KILLED_AT):
            aws.control.do("begin_anew")
            aws.control.do("plant", **planted)
            aws.control.do("stage", looks=1)
            file = shutil.copytree(first.parent, tmp_path / f"{number}") / "shop.yaml"
            code, err = run(file, aws, killed_at=killed_at)
            assert code == -9, (killed_at, code, err)
            aws.control.do("heal")
            code, err = run(file, aws)
            assert code == 0, (killed_at, err)
            [stack] = aws.control.do("stack_names")
            resources = aws.control.do("stack_resources", name=stack)
            assert len(resources) == 3 + 4, killed_at
            assert aws.control.do("launched") == 0, killed_at
            assert aws.control.do("change_sets") == [], killed_at
