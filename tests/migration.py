"""A whole migration on this machine, told as one story: `python -m tests.migration`, or `make migration`.

Two small disk images, a stand-in for AWS (`tests/servers/aws`) and `smsgen serve`, processes that are stopped at the
end. The client is the script of a user (`tests/clients/scripts/replication.py`), who knows nothing but boto3.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.clients.serving import (
    ROOT,
    SCRIPTS,
    Environment,
    Server,
    environment,
    run,
    run_smsgen,
    serving,
)

MIB = 1 << 20


class Migration(NamedTuple):
    """What runs, and the environment of its user."""

    env: Environment
    server: Server


@contextmanager
def migration(folder: Path, store: str = "", *more: str) -> Iterator[Migration]:
    """Write two images, and run a server, with `more` options and a connector to them, before a stand-in for AWS."""
    images = folder / "images"
    images.mkdir()
    for number, name in enumerate(("db01", "web01"), 1):
        write_image(images / f"{name}.img", number)
    with stand_in() as url:
        env = environment(
            folder,
            AWS_ENDPOINT_URL_S3=url,
            AWS_ENDPOINT_URL_EC2=url,
            AWS_ENDPOINT_URL_CLOUDFORMATION=url,
            SMSGEN_STORE=store or f"sqlite:///{folder}/store.db",
            IMAGES=str(images),
        )
        run_smsgen("connect", "images", images, env=env)
        options = ("--endpoint-url", url, "--template-profile", "sms", "--image-route", "register")
        with serving(folder, *options, "--verify-every", "1", *more, env=env, store=store) as server:
            yield Migration({**env, "SMS_ENDPOINT": server.url}, server)


def write_image(path: Path, number: int) -> None:
    """Write a raw image of 64 MiB, most of which is a hole."""
    with path.open("wb") as image:
        image.truncate(64 * MIB)
        for at in (0, 3, 17):
            image.seek(at * MIB)
            image.write(bytes([number, at]) * (MIB // 4))


@contextmanager
def stand_in() -> Iterator[str]:
    """Run the stand-in for AWS, and give its URL."""
    command = [sys.executable, "-m", "tests.servers.aws", "--until-eof"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        word, _, url = process.stdout.readline().strip().partition(" ")
        assert word == "ready", "the stand-in did not start"
        yield url
    finally:
        process.stdin.close()
        process.wait(timeout=60)
        process.stdout.close()


def main() -> int:
    """Tell the story; give the exit code."""
    with TemporaryDirectory(prefix="smsgen-migration-") as folder, migration(Path(folder)) as site:
        print(f"servers       two images of 64 MiB: db01.img, web01.img; smsgen serve at {site.server.url}")
        run_smsgen("install-model", env=site.env)
        done = run(sys.executable, SCRIPTS / "replication.py", env=site.env)
        sys.stdout.write(done.stdout)
        sys.stderr.write(done.stderr)
        return done.returncode


if __name__ == "__main__":
    sys.exit(main())
