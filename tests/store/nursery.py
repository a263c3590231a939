"""Starts processes that write to a store, by forking one that has imported all of it: importing takes 0.5 s each time.

    nursery = Nursery();  writer = nursery.start("increments", url, "40");  writer.communicate()

The nursery is a process of its own (`python -m tests.store.nursery`): to fork the one that runs the tests, with its
threads, would not be safe.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent.parent
_MOST = 65_536


class Writer:
    """A process that writes, as far as tests use `subprocess.Popen`."""

    def __init__(self, nursery: Nursery, pid: int, stdout: IO[str], stderr: IO[str]) -> None:
        self._nursery, self._pid, self.stdout, self._stderr = nursery, pid, stdout, stderr
        self.returncode: int | None = None

    def kill(self) -> None:
        """Kill it as `kill -9` does."""
        os.kill(self._pid, signal.SIGKILL)

    def communicate(self) -> tuple[str, str]:
        """Wait for its end and return what else it wrote, to stdout and to stderr."""
        said = self.stdout.read(), self._stderr.read()
        self.stdout.close()
        self._stderr.close()
        self.returncode = os.waitstatus_to_exitcode(self._nursery.ask({"wait": self._pid}))
        return said


class Nursery:
    """The process that forks; `close` ends it."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "tests.store.nursery", str(theirs.fileno())]
            self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])

    def start(self, *arguments: str | Path) -> Writer:
        """Start `tests.store.writer` with these arguments."""
        stdout, stderr = os.pipe(), os.pipe()
        pid = self.ask({"run": [*map(str, arguments)]}, stdout[1], stderr[1])
        os.close(stdout[1])
        os.close(stderr[1])
        return Writer(self, pid, os.fdopen(stdout[0]), os.fdopen(stderr[0]))

    def ask(self, message: object, *descriptors: int) -> int:
        """Send a message, with descriptors for the process to have, and return the answer: a number."""
        socket.send_fds(self._socket, [json.dumps(message).encode()], descriptors)
        return int(self._socket.recv(_MOST))

    def close(self) -> None:
        """End it, once all its writers have ended."""
        self._socket.close()
        self._process.wait(timeout=60)


def main(descriptor: int) -> None:
    """Import what writers need, then fork one at each message until there are no more."""
    writer = import_module("tests.store.writer")
    writer.open_store("sqlite://").close()  # which imports the rest
    if find_spec("psycopg"):
        import_module("sqlalchemy.dialects.postgresql.psycopg")
        import_module("psycopg")
    with socket.socket(fileno=descriptor) as asked:
        while True:
            text, descriptors, *_ = socket.recv_fds(asked, _MOST, 2)
            if not text:
                return
            message = json.loads(text)
            if "wait" in message:
                asked.send(str(os.waitpid(message["wait"], 0)[1]).encode())
                continue
            pid = os.fork()
            if not pid:
                _be_writer(asked, descriptors, message["run"])
            for one in descriptors:
                os.close(one)
            asked.send(str(pid).encode())


def _be_writer(asked: socket.socket, descriptors: list[int], arguments: list[str]) -> None:
    """Do what `python -m tests.store.writer` does, and end."""
    asked.close()
    for one, standard in zip(descriptors, (1, 2), strict=True):
        os.dup2(one, standard)
        os.close(one)
    code = 1
    try:
        import_module("tests.store.writer").main(*arguments)
        sys.stdout.flush()
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main(int(sys.argv[1]))
