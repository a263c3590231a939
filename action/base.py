"""Step `base`: which commit a pull request, or a push, is to be compared with; fetched where it is not there.

Outputs: `base` (a commit, or nothing to compare with) and `problem` (why there is none, though one was named).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from typing import Any

import runner


class NoBase(Exception):
    """The base is named, but not to be had."""


def git(*arguments: str) -> str | None:
    """Return what git prints, without the last newline; None where it fails. It never asks for a password."""
    done = subprocess.run(
        ["git", *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=300,
        check=False,
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
    )
    return done.stdout.removesuffix("\n") if done.returncode == 0 else None


def find(named: str, event: Mapping[str, Any]) -> str:
    """Return the commit to compare with, "" where the event has none. Raises NoBase."""
    if git("rev-parse", "--git-dir") is None:
        raise NoBase("this is no git repository: actions/checkout comes before smsgen")
    if named:
        return _named(named)
    pull = event.get("pull_request")
    if isinstance(pull, dict):
        return _of_pull_request(pull)
    group = event.get("merge_group")
    before = str(group.get("base_sha") if isinstance(group, dict) else event.get("before") or "")
    return _there(before) if before.strip("0") else ""


def _named(ref: str) -> str:
    if ref.startswith("-"):
        raise NoBase(f"base-ref {ref!r} is not a git revision")
    for name in (ref, f"refs/remotes/origin/{ref}"):
        found = git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if found:
            return found
    if _fetched(ref):
        return git("rev-parse", "FETCH_HEAD") or ""
    raise NoBase(_MISSING.format(ref))


def _of_pull_request(pull: Mapping[str, Any]) -> str:
    head, base = (str((pull.get(side) or {}).get("sha") or "") for side in ("head", "base"))
    parents = [
        line.removeprefix("parent ")
        for line in (git("cat-file", "commit", "HEAD") or "").partition("\n\n")[0].splitlines()
        if line.startswith("parent ")
    ]
    if len(parents) == 2 and parents[1] == head:
        # GitHub's own merge of both: its first parent is the base as it was merged, later than the event may say.
        return _there(parents[0])
    base = _there(base)
    return git("merge-base", base, "HEAD") or base


def _there(commit: str) -> str:
    if git("cat-file", "-e", f"{commit}^{{commit}}") is None and not _fetched(commit):
        raise NoBase(_MISSING.format(commit))
    return commit


def _fetched(ref: str) -> bool:
    # A whole clone stays whole.
    depth = ("--depth=1",) if git("rev-parse", "--is-shallow-repository") == "true" else ()
    return git("fetch", "--quiet", "--no-tags", *depth, "origin", "--end-of-options", ref) is not None


_MISSING = "the base {} is not in this checkout and cannot be fetched: give actions/checkout `fetch-depth: 0`"


def main() -> None:
    """Find the base and set the outputs."""
    try:
        base, problem = find(os.environ.get("INPUT_BASE_REF", "").strip(), runner.event()), ""
    except NoBase as error:
        base, problem = "", str(error)
    runner.output("base", base)
    runner.output("problem", problem)


if __name__ == "__main__":
    main()
