"""A stand-in for AWS on one endpoint: EBS direct, images and imports that refuse what AWS refuses, moto for the rest.

    with running() as aws:                               # in this process
        ebs = session.client("ebs", endpoint_url=aws.url)
        aws.control.fail("ebs:PutSnapshotBlock", "throttle", at=3, reason="RESOURCE_LEVEL_THROTTLE")
        aws.control.limit(visible_after=20, puts_per_second=0)
        ...
        assert aws.control.read_back(snapshot_id).differences(image) == []

    with started() as aws:                               # in a process of its own
        aws.control.do("fail", call="ebs:PutSnapshotBlock", kind="kill", at=40, pid=worker.pid)

`python -m tests.servers.aws --port N` serves it for anybody with AWS_ENDPOINT_URL. AWS's quotas hold from the start:
who measures lifts them (`limit`). Requests to EBS direct have to be signed right by whoever uses the key of AWS's
documentation (`signatures.SECRETS`), as boto3 does; without TLS (`--tls-cert`) boto3 hashes all data for that too.
All that it does wrong on demand stands in `state.Limits` and `faults.KINDS`.

Where AWS's documentation is silent, it is strict: CompleteSnapshot refuses a wrong count or checksum at once (or ends
in state `error`, with `late_verdict`) and is never accepted twice, RegisterImage wants completed snapshots (or makes a
pending image, with `pending_images`). Which reason goes with which ValidationException, and what the quota of pending
snapshots answers, are guesses from the service model. Snapshots of volumes, moto's own, have no blocks for EBS direct.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.servers.aws.control import Control, Remote


class Aws(NamedTuple):
    """A stand-in in this process."""

    url: str
    control: Control


class AwsProcess(NamedTuple):
    """A stand-in in a process of its own."""

    url: str
    control: Remote
    pid: int


@contextmanager
def running(port: int = 0, folder: Path | None = None) -> Iterator[Aws]:
    """Serve from threads of this process; `folder` takes the blocks. moto's state is this process's own."""
    from tests.servers.aws.service import Service

    service = Service(port, folder)
    thread = threading.Thread(target=service.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Aws(service.url, service.control)
    finally:
        service.server.shutdown()
        thread.join()
        service.close()


@contextmanager
def started(*arguments: str) -> Iterator[AwsProcess]:
    """Start a process that serves, and end it; it ends too where this one is killed."""
    from tests.servers.aws.control import Remote

    command = [sys.executable, "-m", "tests.servers.aws", "--port", "0", "--until-eof", *arguments]
    root = Path(__file__).parents[3]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=root, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            assert process.stdout
            word, _, url = process.stdout.readline().strip().partition(" ")
            assert word == "ready", f"the stand-in ended with code {process.wait()}"
            yield AwsProcess(url, Remote(url), process.pid)
        finally:
            process.terminate()
            process.wait(timeout=60)
