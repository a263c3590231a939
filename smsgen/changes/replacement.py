"""Replacement ripples: what refers to a replaced resource changes too, and may be replaced in turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from smsgen.changes.compare import Comparison, Impact
from smsgen.changes.details import IMPACTS, details_of, replacement_of
from smsgen.changes.model import Detail


class Rippled(NamedTuple):
    """The fixed point: what happens to each resource, and the Details of those that are modified."""

    impacts: Mapping[str, Impact]
    details: Mapping[str, tuple[Detail, ...]]


def ripple(comparison: Comparison, *, with_values: bool) -> Rippled:
    """Follow references until nothing more changes. An impact only ever rises, so this ends."""
    impacts = dict.fromkeys(comparison.added, Impact.ADDED)
    details: dict[str, tuple[Detail, ...]] = {}
    queue = deque(comparison.first)
    waiting = set(queue)
    while queue:
        name = queue.popleft()
        waiting.discard(name)
        changed = details_of(comparison.common[name], comparison, impacts, with_values=with_values)
        if not changed:
            continue
        details[name] = changed
        impact = IMPACTS[replacement_of(changed)]
        if impact <= impacts.get(name, Impact.NONE):
            continue
        impacts[name] = impact
        if with_values and impact is Impact.MODIFIED and name not in comparison.changed_children:
            continue  # the live value is used: nobody who reads it changes
        for reader in comparison.readers.get(name, ()):
            if reader not in waiting:
                waiting.add(reader)
                queue.append(reader)
    return Rippled(impacts, details)
