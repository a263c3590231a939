"""Volatile values that are to make no change: paths such as `Resources.*.Properties.Tags.Build`, left out of a
template before it is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def ignoring(template: Mapping[str, Any], patterns: Iterable[str]) -> Mapping[str, Any]:
    """Return the template without the values at the paths; itself where there are no paths.

    A path's parts are keys, `*` any key or every entry of a list. In a list of tags or other pairs, a part is the
    entry's `Key` or `Name`.
    """
    remaining: Any = template
    for pattern in patterns:
        remaining = _without(remaining, pattern.split("."))
    return remaining if isinstance(remaining, Mapping) else {}


def _without(value: Any, parts: list[str]) -> Any:
    first, rest = parts[0], parts[1:]
    if isinstance(value, Mapping):
        return {
            key: _without(item, rest) if _is(first, key) and rest else item
            for key, item in value.items()
            if rest or not _is(first, key)
        }
    if isinstance(value, list):
        if first == "*" or first.isdigit():
            return [
                _without(item, rest) if _is(first, str(at)) and rest else item
                for at, item in enumerate(value)
                if rest or not _is(first, str(at))
            ]
        return [
            _without(item, rest) if _named(item, first) and rest else item
            for item in value
            if rest or not _named(item, first)
        ]
    return value


def _is(part: str, key: str) -> bool:
    return part in ("*", key)


def _named(item: Any, name: str) -> bool:
    return isinstance(item, Mapping) and name in (item.get("Key"), item.get("Name"))
