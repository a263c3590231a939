"""`smsgen serve` as a process, and the environments of those who call it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import boto3

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(__file__).parent / "scripts"
REGION = "eu-central-1"
KEY_ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

KEYS = {"aws_access_key_id": KEY_ID, "aws_secret_access_key": SECRET, "region_name": REGION}

Environment = Mapping[str, str]


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a user with keys, without a configuration, and with no way but to this machine."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
        "NO_PROXY": "127.0.0.1,localhost",
        **more,
    }


def run(
    *command: str | Path, env: Environment, folder: Path | None = None, timeout: float = 180.0
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    words = [*map(str, command)]
    return subprocess.run(
        words, env=dict(env), cwd=folder, capture_output=True, text=True, timeout=timeout, check=False
    )


def run_smsgen(*arguments: str | Path, env: Environment, folder: Path | None = None) -> str:
    """Run `smsgen` and give what it printed; it must succeed."""
    done = run(sys.executable, "-m", "smsgen", *arguments, env=env, folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def network(aws_url: str) -> dict[str, str]:
    """Return the variables that name a network to the scripts that ask for it."""
    ec2 = boto3.client("ec2", endpoint_url=aws_url, **KEYS)
    subnet = ec2.describe_subnets()["Subnets"][0]
    group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    return {"VPC": subnet["VpcId"], "SUBNET": subnet["SubnetId"], "SECURITY_GROUP": group}


class Server(NamedTuple):
    """A server that runs: its URL, that of its store, the file of its log, and its process."""

    url: str
    store: str
    log: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Stop it, which must happen in good order; what it logged must hold no traceback, and no secret."""
        self.process.terminate()
        code = self.process.wait(timeout=60)
        said = self.log.read_text()
        assert code == 0, said
        assert "Traceback" not in said, said
        assert SECRET not in said

    def kill(self) -> None:
        """End it as a lost machine does (SIGKILL)."""
        self.process.kill()
        self.process.wait(timeout=60)


def start(
    folder: Path, *options: str | Path, env: Environment, store: str = "", open_files: int = 0
) -> Server:
    """Start `smsgen serve` on a port of its own, with a store in the folder where none is given.

    `open_files`: how many it may have open (RLIMIT_NOFILE), where that is not this process's limit.
    """
    store = store or f"sqlite:///{folder}/store.db"
    log = folder / f"serve-{len([*folder.glob('serve-*.log')])}.log"
    command = [sys.executable, "-m", "smsgen", "serve", "--port", "0", "--store", store, *map(str, options)]
    if open_files:
        command = ["sh", "-c", f'ulimit -n {open_files}; exec "$@"', "sh", *command]
    with log.open("w") as stderr:
        process = subprocess.Popen(command, env=dict(env), stderr=stderr, cwd=folder)
    return Server(_url(process, log), store, log, process)


@contextmanager
def serving(
    folder: Path, *options: str | Path, env: Environment, store: str = "", open_files: int = 0
) -> Iterator[Server]:
    """Run `smsgen serve` as `start` does, and stop it at the end."""
    server = start(folder, *options, env=env, store=store, open_files=open_files)
    try:
        yield server
    finally:
        server.stop()


def _url(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 120
    while True:
        for line in log.read_text().splitlines():
            if line.startswith("listening on "):
                return line.removeprefix("listening on ")
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


@contextmanager
def simulated_aws() -> Iterator[str]:
    """Run `tests.clients.aws` and give its URL."""
    command = [sys.executable, "-m", "tests.clients.aws"]
    moto = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert moto.stdin is not None
    assert moto.stdout is not None
    try:
        url = moto.stdout.readline().strip()
        assert url, "moto did not start"
        yield url
    finally:
        moto.stdin.close()
        moto.wait(timeout=60)
        moto.stdout.close()
