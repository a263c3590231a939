"""Launch order as edges: what each server waits for, and the barriers between two orders.

Profile `hardened`: one WaitConditionHandle between two orders, which depends on everything of the lower one and on
which every server of the next depends: N+M edges, and the handle costs nothing. SMS's roles allowed instances only,
and an import into a stack takes no handle, so in profiles `sms` and `plain` every server depends on all that must be
complete of the order before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from smsgen.compiler.tropo import WaitConditionHandle


def barrier_name(launch_order: int) -> str:
    """Return the logical id of the barrier that follows a launch order."""
    return f"LaunchOrder{launch_order}Complete"


def gates(waited_for: Sequence[tuple[int, Iterable[str]]], profile: str) -> dict[int, list[str]]:
    """Return launch order -> the logical ids that its servers depend on.

    `waited_for`: (launch order, logical ids that must be complete) in ascending order.
    """
    depends_on: dict[int, list[str]] = {}
    for (lower, names), (order, _) in pairwise(waited_for):
        depends_on[order] = [barrier_name(lower)] if profile == "hardened" else sorted(names)
    return depends_on


def barrier(launch_order: int, waited_for: Iterable[str]) -> tuple[str, dict[str, Any]]:
    """Return (logical id, resource) of the barrier that is there once all of `waited_for` are complete."""
    name = barrier_name(launch_order)
    handle: dict[str, Any] = WaitConditionHandle(name, DependsOn=sorted(waited_for)).to_dict()
    return name, handle
