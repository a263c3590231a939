"""JSON pointers (RFC 6901): the Path of a change's Target, and what it leads to in a context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from smsgen.changes.model import MISSING


def pointer(steps: Iterable[str | int]) -> str:
    """Return the pointer of keys and positions: `/0/Value`; "" for the whole."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def steps_of(path: str) -> tuple[str, ...]:
    """Return the steps of a pointer, positions in lists as text."""
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:])


def at(value: Any, steps: Iterable[str]) -> Any:
    """Return what the steps of a pointer lead to; MISSING where they lead nowhere."""
    for step in steps:
        if isinstance(value, list):
            value = value[int(step)] if step.isdecimal() and int(step) < len(value) else MISSING
        else:
            value = value.get(step, MISSING) if isinstance(value, Mapping) else MISSING
    return value
