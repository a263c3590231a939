"""What GitHub's runner is told: outputs, annotations, the job's summary, and logs that cannot give it commands.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

from smsgen.errors import visible

LAYOUT = "\n\t"
"""What of the unseen characters stays what it is; GitHub shows a log as a terminal does."""

SUMMARY_BYTES = 1_000_000
"""Of what one step adds to the job's summary; GitHub takes 1 MiB, and drops all of a larger one."""


def event() -> dict[str, Any]:
    """Return the event that started the workflow; {} where there is none."""
    path = os.environ.get("GITHUB_EVENT_PATH")
    found = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    return found if isinstance(found, dict) else {}


def output(name: str, value: object) -> None:
    """Set an output of the step; a value of several lines cannot set another one."""
    fence = f"end-{secrets.token_hex(16)}"
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        file.write(f"{name}<<{fence}\n{value}\n{fence}\n")


def summary(text: str) -> None:
    """Add Markdown to the job's summary, as much as it takes."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    content = text.encode("utf-8", "replace")
    if len(content) > SUMMARY_BYTES:
        more = b"\n\n_The rest does not fit the job's summary._\n"
        content = content[:SUMMARY_BYTES].decode("utf-8", "ignore").encode() + more
    with Path(path).open("ab") as file:
        file.write(content)


def annotate(
    level: str, message: str, *, title: str = "smsgen", file: str = "", line: int = 0, column: int = 0
) -> None:
    """Show a message at a place of a file. `level`: error, warning or notice."""
    said = {"file": file, "line": line or "", "col": column or "", "title": title}
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in said.items() if value)
    print(f"::{level} {properties}::{_data(visible(message, LAYOUT))}", flush=True)


def log(text: str) -> None:
    """Print a text that came from files: the runner does not look for commands in it."""
    if text.strip():
        token = secrets.token_hex(16)
        print(f"::stop-commands::{token}\n{visible(text.rstrip(), LAYOUT)}\n::{token}::", flush=True)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
