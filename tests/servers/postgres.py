"""A real PostgreSQL on loopback, for tests: made in a folder of its own, gone at the end.

`.ci/run` installs Debian's package; without it these tests are skipped, in CI they fail.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

PASSWORD = "pass-for-tests-only"
_FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
"""Tests end PostgreSQL's clients and never the machine, so that nothing need reach a disk."""


class Postgres:
    """A running server: `url(database)` names a database in it, `new_database()` makes an empty one."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._numbers = count()

    def url(self, database: str) -> str:
        """Return the URL of a database, for `smsgen.store.open_store` and `--store`."""
        return f"postgresql+psycopg://postgres:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Make an empty database and give its URL."""
        name = f"store_{os.getpid()}_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one SQL statement of the test's own and give its rows."""
        import psycopg

        url = self.url(database).replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            done = connection.execute(statement)
            return done.fetchall() if done.description else []


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest version's, or None where it is not installed."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda at: float(at.parts[4]))
    found = str(debian[-1]) if debian else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def running() -> Iterator[Postgres]:
    """Start a server of its own and stop it at the end; skips the test where PostgreSQL is not installed."""
    programs = binaries()
    if programs is None:
        reason = "PostgreSQL is not installed (apt-get install postgresql)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    folder = Path(tempfile.mkdtemp(prefix="smsgen-postgres-"))
    # PostgreSQL refuses to run as root.
    who = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    if who:
        shutil.chown(folder, "postgres", "postgres")
    try:
        _make(programs, folder, who)
        with _serving(programs, folder, who) as port:
            yield Postgres(port)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(programs: Path, folder: Path, who: dict[str, object]) -> None:
    password = folder / "password"
    password.write_text(PASSWORD)
    command = [programs / "initdb", "-D", folder / "data", "-U", "postgres", "--pwfile", password]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    done = subprocess.run(
        [*map(str, command)], cwd=folder, capture_output=True, text=True, check=False, **who
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def _serving(programs: Path, folder: Path, who: dict[str, object]) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", *_FAST)
    command = [programs / "postgres", "-D", folder / "data", "-p", port]
    command += [part for option in options for part in ("-c", option)]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen([*map(str, command)], cwd=folder, stdout=log, stderr=log, **who)
    try:
        _wait(Postgres(port), server, folder / "log")
        yield port
    finally:
        server.send_signal(signal.SIGINT)  # "fast shutdown": it does not wait for clients
        server.wait(timeout=60)


def _wait(server: Postgres, process: subprocess.Popen[bytes], log: Path) -> None:
    import psycopg

    deadline = time.monotonic() + 60
    while True:
        try:
            server.execute("SELECT 1")
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(log.read_text()) from None
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL for this session; every test takes databases of its own from it."""
    with running() as server:
        yield server
