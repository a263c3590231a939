"""Clients as their users have them: installed from the registries by the tests, once, and kept in pytest's cache.

Workers of one run, and runs beside each other, wait for the one that installs. `make clean` takes all of it away.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_UNREACHABLE = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ProxyError",
    "No matching distribution",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ETIMEDOUT",
)
"""What pip and npm say where there is no way to their registries."""


def python_clients(cache: Path, *requirements: str) -> Path:
    """Return the folder of programs of an environment that holds what pip is asked for, and nothing else."""

    def install(folder: Path) -> None:
        # Without ensurepip, which takes longer than the clients: the pip that runs this test installs into it.
        venv.create(folder, with_pip=False)
        python = folder / "bin" / "python"
        _run("PyPI", sys.executable, "-m", "pip", "--python", python, "install", "--quiet", *requirements)

    return (
        _installed(cache, f"python{sys.version_info[0]}.{sys.version_info[1]}", requirements, install) / "bin"
    )


def node_clients(cache: Path, *packages: str) -> Path:
    """Return the folder `node_modules` that holds the packages (as npm takes them); for NODE_PATH."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            _give_up(f"{program} is not installed (apt-get install nodejs npm)")

    def install(folder: Path) -> None:
        folder.mkdir()
        options = ("--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error")
        # npm would wait for minutes where there is no network.
        patience = ("--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000")
        _run("npm", "npm", "install", *patience, *options, "--prefix", folder, *packages)

    return _installed(cache, "node", packages, install) / "node_modules"


def _installed(cache: Path, kind: str, names: tuple[str, ...], install: Callable[[Path], None]) -> Path:
    key = hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]
    folder, mark = cache / f"{kind}-{key}", cache / f"{kind}-{key}.installed"
    with _locked(cache / f"{kind}-{key}.lock"):
        if not mark.exists():
            shutil.rmtree(folder, ignore_errors=True)
            install(folder)
            mark.write_text("\n".join(names))
    return folder


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(registry: str, *command: str | Path) -> None:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=600, check=False)
    if done.returncode and any(one in done.stderr for one in _UNREACHABLE):
        _give_up(f"{registry} cannot be reached")
    assert done.returncode == 0, done.stderr


def _give_up(reason: str) -> None:
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
