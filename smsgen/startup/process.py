"""The process of a command: without the collector of garbage while it is short, and without a long goodbye."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import NoReturn


def run_and_exit(command: Callable[[], int]) -> NoReturn:
    """Run a command that returns its exit code, flush what it wrote, and end the process at once.

    A command is short: collecting garbage while modules load costs more than it frees, and taking the interpreter
    down piece by piece frees what the operating system frees anyway.
    """
    gc.disable()
    _prepare_streams()
    code = command()
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has gone: nobody is left to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        sys.stderr.write(f"smsgen: error: cannot write standard output: {(error.strerror or '').lower()}\n")
        code = code or 1
    os._exit(code)


_STREAMS = {"stdin": os.O_RDONLY, "stdout": os.O_WRONLY, "stderr": os.O_WRONLY}


def _prepare_streams() -> None:
    """Open what the caller closed, and write files and pipes in UTF-8, whatever the terminal's encoding is.

    Templates, change sets and reports are UTF-8: a locale of another encoding would break them, or cannot say them.
    """
    for name, flags in _STREAMS.items():
        if getattr(sys, name) is None:
            mode = "r" if flags == os.O_RDONLY else "w"
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode, encoding="utf-8"))
    if isinstance(sys.stdout, TextIOWrapper):
        is_terminal = sys.stdout.isatty()
        sys.stdout.reconfigure(encoding=None if is_terminal else "utf-8", errors="backslashreplace")


def stay() -> None:
    """Collect garbage again: a command that waits for AWS, or serves, may live for hours."""
    gc.enable()


def settle() -> None:
    """Leave out of collections what is there now: of a server that is about to serve, modules that never go.

    A full collection would look at all of it, for 20 ms, in the midst of requests.
    """
    gc.collect()
    gc.freeze()
