"""The process of a command: without the collector of garbage while it is short, and without a long goodbye."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from typing import NoReturn


def run_and_exit(command: Callable[[], int]) -> NoReturn:
    """Run a command that returns its exit code, flush what it wrote, and end the process at once.

    A command is short: collecting garbage while modules load costs more than it frees, and taking the interpreter
    down piece by piece frees what the operating system frees anyway.
    """
    gc.disable()
    code = command()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:  # the reader has gone: nobody is left to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    os._exit(code)


def stay() -> None:
    """Collect garbage again: a command that waits for AWS, or serves, may live for hours."""
    gc.enable()


def settle() -> None:
    """Leave out of collections what is there now: of a server that is about to serve, modules that never go.

    A full collection would look at all of it, for 20 ms, in the midst of requests.
    """
    gc.collect()
    gc.freeze()
