"""The README's example of the endpoint, line for line, in bash, with today's AWS CLI."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def test_the_endpoint_works_as_printed(of_today: Path, tmp_path: Path) -> None:
    for program in ("bash", "curl", "openssl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    (block,) = re.findall(r"^```bash\n(.*?)^```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    port = str(free_port())
    script = block.replace("8471", port).replace("smsgen serve", f"smsgen serve --port {port}")
    # What a clone's .venv/bin has: `smsgen` on the path.
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "smsgen").write_text(f'#!/bin/sh\nexec {sys.executable} -m smsgen "$@"\n')
    (programs / "smsgen").chmod(0o755)
    environment = {
        "HOME": str(tmp_path),
        "PATH": f"{programs}:{of_today}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        ["bash", "-euc", f"trap 'kill %1; wait' EXIT\n{script}"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout[done.stdout.index("{") :])
    assert answer["appSummary"]["name"] == "shop"
    assert [group["name"] for group in answer["serverGroups"]] == ["web"]
    assert (tmp_path / "keys.ini").stat().st_mode & 0o077 == 0
