"""What a process does with its streams, and, if it stays, with its garbage."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import run

PROGRAM = """
import gc
import json
gc.disable()
from smsgen.startup import process
process.stay()
process.settle()
assert gc.isenabled()
modules = [one for one in gc.get_objects() if one is json.__dict__]
print(gc.get_freeze_count() > 1_000, modules)
"""


def test_a_collection_leaves_out_what_was_there_when_the_server_began() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == "True []\n"


PROGRAM_THAT_ECHOES = """
import sys
from smsgen.cli import put, say
from smsgen.errors import SmsgenError
from smsgen.startup.process import run_and_exit
def command():
    try:
        put(sys.argv[1].encode().decode("unicode_escape") + sys.stdin.read())
    except SmsgenError as error:
        say(str(error))
        return 1
    return 0
run_and_exit(command)
"""
ECHO = [sys.executable, "-c", PROGRAM_THAT_ECHOES]


def test_files_and_pipes_are_written_in_utf_8_whatever_the_locale_is(tmp_path: Path) -> None:
    for variables in ({"PYTHONIOENCODING": "latin-1"}, {"PYTHONUTF8": "0", "LC_ALL": "C"}):
        with (tmp_path / "out").open("wb") as out:
            done = subprocess.run(
                [*ECHO, "Gr\\xfc\\u65e5"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                env=os.environ | variables,
                check=False,
            )
        assert done.returncode == 0
        assert (tmp_path / "out").read_bytes() == "Gr\xfc\u65e5".encode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux shows a full disk as /dev/full")
def test_a_full_disk_is_said_and_is_an_error() -> None:
    for length in (1, 100_000):  # what stays in the buffer until the end, and what does not
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [*ECHO, "x" * length],
                stdin=subprocess.DEVNULL,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert done.returncode == 1
        assert "cannot write standard output: no space left on device" in done.stderr
        assert "Traceback" not in done.stderr


def test_streams_that_are_closed_are_as_good_as_empty(tmp_path: Path) -> None:
    for closed, written in (("<&-", "text"), (">&-", ""), ("2>&-", "text"), ("<&- >&- 2>&-", "")):
        command = ["sh", "-c", f'exec "$@" {closed}', "sh", *ECHO, "text"]
        done = run(*command, folder=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, written, "")
