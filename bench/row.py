"""A row of the table, and how processes are timed: interleaved runs, medians, one machine, one table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parent.parent


class Row(NamedTuple):
    """One ratio. `measured` is None where it could not be measured; `note` then says why."""

    name: str
    measured: float | None
    target: float
    note: str = ""
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the target is met; a row that was not measured breaks nothing."""
        if self.measured is None:
            return True
        return self.measured >= self.target if self.at_least else self.measured <= self.target

    @property
    def verdict(self) -> str:
        """The last column of the table."""
        if self.measured is None:
            return "skipped"
        return "ok" if self.holds else "MISSED"


class Run(NamedTuple):
    """What one process took: wall-clock seconds, and the most memory it held, in bytes."""

    seconds: float
    memory: int


Command = Sequence[str | Path]


def environment() -> dict[str, str]:
    """Return the environment of timed processes: as it is, but Python may write and read its bytecode."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run(command: Command) -> Run:
    """Run a process to its end, its output thrown away; raises RuntimeError where it fails."""
    spawn = [sys.executable, "-I", "-S", ROOT / "bench" / "spawn.py", *command]
    done = subprocess.run([*map(str, spawn)], capture_output=True, check=False, env=environment(), cwd=ROOT)
    if done.returncode:
        raise RuntimeError(f"exit code {done.returncode}: {' '.join(map(str, command))}")
    return Run(**json.loads(done.stdout))


def medians(commands: Sequence[Command], rounds: int) -> list[Run]:
    """Run the commands in turn, `rounds` times, after one turn that warms the caches; give each one's medians."""
    for command in commands:
        run(command)
    taken: list[list[Run]] = [[] for _ in commands]
    for _ in range(rounds):
        for command, runs in zip(commands, taken, strict=True):
            runs.append(run(command))
    return [
        Run(median(one.seconds for one in runs), int(median(one.memory for one in runs))) for runs in taken
    ]
