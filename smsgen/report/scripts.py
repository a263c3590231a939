"""User data as its template writes it: what only an execution makes known stays a name, and lines can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MAX_DEPTH = 20
"""Of functions in each other; a template may hold any."""


def written_script(template: Mapping[str, Any], logical_id: str) -> str | None:
    """Return a resource's user data with `${AWS::Region}`, `${Parameter}` and `${Resource.Attribute}` for references.

    None where the resource has no user data, or some that is no text and no function that makes one.
    """
    resources = template.get("Resources")
    resource = resources.get(logical_id) if isinstance(resources, Mapping) else None
    properties = resource.get("Properties") if isinstance(resource, Mapping) else None
    data = properties.get("UserData") if isinstance(properties, Mapping) else None
    return None if data is None else _text(data, MAX_DEPTH)


def _text(value: Any, depth: int) -> str | None:
    if isinstance(value, (str, int, float)):
        return str(value)
    if not isinstance(value, Mapping) or len(value) != 1 or not depth:
        return None
    ((function, argument),) = value.items()
    writer = _WRITERS.get(str(function))
    return writer(argument, depth - 1) if writer else None


def _sub(argument: Any, depth: int) -> str | None:
    """Write Fn::Sub: names stay, those of its own map are what the map says, and `${!Literal}` is `${Literal}`."""
    text, names = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
    if not isinstance(text, str) or not isinstance(names, Mapping):
        return None
    for name, value in names.items():
        text = text.replace(f"${{{name}}}", _text(value, depth) or f"${{{name}}}")
    return text.replace("${!", "${")


def _join(argument: Any, depth: int) -> str | None:
    if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[1], list):
        return None
    parts = [_text(part, depth) for part in argument[1]]
    return None if None in parts else str(argument[0]).join(part or "" for part in parts)


def _name(argument: Any, _: int) -> str:
    return f"${{{'.'.join(map(str, argument)) if isinstance(argument, list) else argument}}}"


_WRITERS = {"Fn::Base64": _text, "Fn::Sub": _sub, "Fn::Join": _join, "Ref": _name, "Fn::GetAtt": _name}
