"""Programs that tests run."""

import os
import subprocess
from pathlib import Path


def run(*command: str | Path, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end in a folder, with these variables more."""
    return subprocess.run(
        [*map(str, command)],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
