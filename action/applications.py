"""Which application files are meant, and what belongs to each."""

from __future__ import annotations

import glob
import os
import re
from pathlib import Path
from typing import NamedTuple


class Wrong(Exception):
    """An input of the action is wrong."""


class Application(NamedTuple):
    """An application file: its path as it is given to smsgen, and a name for the folder of what is written on it."""

    path: str
    slug: str


def find(patterns: str, workspace: str) -> list[Application]:
    """Return the files that the lines of `patterns` name, each once, in order. Raises Wrong.

    A file that leads out of the workspace, or to git's own files, is none: a pull request may hold any symbolic link.
    """
    paths: dict[str, None] = {}
    for line in filter(None, map(str.strip, patterns.splitlines())):
        named = [line] if Path(line).is_file() else sorted(glob.glob(line, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
        files = [path for path in named if Path(path).is_file()]
        if not files:
            raise Wrong(f"apps: there is no file {line}")
        paths.update(dict.fromkeys(map(os.path.normpath, files)))
    if not paths:
        raise Wrong("apps: no application file is named")
    for path in paths:
        _inside(path, workspace)
    return [Application(_no_option(path), _slug(at, path)) for at, path in enumerate(paths, 1)]


def _inside(path: str, workspace: str) -> None:
    root, real = Path(workspace).resolve(), Path(path).resolve()
    if not real.is_relative_to(root) or ".git" in real.relative_to(root).parts:
        raise Wrong(f"apps: {path} leads out of the workspace")


def _no_option(path: str) -> str:
    return f"./{path}" if path.startswith("-") else path


def _slug(at: int, path: str) -> str:
    return f"{at:02}-{re.sub('[^A-Za-z0-9]+', '-', Path(path).stem).strip('-')[:40] or 'app'}"
