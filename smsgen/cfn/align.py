"""A template in the spelling of another: what is equal though it is written differently is written as there.

A comparison of the two that knows values, but not which lists have no order, then finds real changes only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smsgen.cfn.normal import Path, Sets, identical, normal_part, same, sets_of


def aligned(template: Mapping[str, Any], deployed: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return `template` in the spelling of `deployed`, both bodies in the long form; neither is edited.

    It says the same as before, `same(aligned(a, b), a)`, with its own keys in their own order.
    """
    made = {}
    for name, section in template.items():
        other = deployed.get(name)
        if name not in deployed or identical(section, other):
            made[name] = section
        elif isinstance(section, Mapping) and isinstance(other, Mapping):
            align = _resource if name == "Resources" else _as_there
            made[name] = {
                key: align(one, other[key]) if key in other else one for key, one in section.items()
            }
        else:
            made[name] = _as_there(section, other)
    return made


def _as_there(one: Any, other: Any) -> Any:
    return other if same(one, other) else one


def _resource(one: Any, other: Any) -> Any:
    if identical(one, other) or not (isinstance(one, Mapping) and isinstance(other, Mapping)):
        return one
    type_name = one.get("Type")
    if other.get("Type") != type_name:
        return one
    made = {}
    for name, value in one.items():
        theirs = other.get(name, value)
        if name == "Properties" and isinstance(value, dict) and isinstance(theirs, dict):
            made[name] = {
                key: _property(str(type_name), key, item, theirs[key]) if key in theirs else item
                for key, item in value.items()
            }
        else:  # as an attribute of a resource: DependsOn has no order
            made[name] = (
                theirs if same({"Type": type_name, name: value}, {"Type": type_name, name: theirs}) else value
            )
    return made


def _property(type_name: str, name: str, one: Any, other: Any) -> Any:
    if identical(one, other):
        return one
    # Most changes are of one text into another, for which no schema has to be looked up.
    if not isinstance(one, (dict, list)) or not isinstance(other, (dict, list)):
        return _as_there(one, other)
    return _part(one, other, sets_of(type_name), (name,))


def _part(one: Any, other: Any, sets: Sets, path: Path) -> Any:
    """Align what stands at `path` in the properties of a resource: as a whole, or what of it is the same."""
    if normal_part(one, sets, path) == normal_part(other, sets, path):
        return other
    if isinstance(one, dict) and isinstance(other, dict):
        return {
            name: _part(value, other[name], sets, (*path, name)) if name in other else value
            for name, value in one.items()
        }
    if isinstance(one, list) and isinstance(other, list):
        if path in sets:
            return _matched(one, other, sets, path)
        if len(one) == len(other):
            return [_part(*pair, sets, path) for pair in zip(one, other, strict=True)]
    return one


def _matched(one: list[Any], other: list[Any], sets: Sets, path: Path) -> list[Any]:
    """Return a list without order with what is the same in its places of the other list, the rest in what is left."""
    rest = [(normal_part(item, sets, path), item) for item in one]
    places: list[tuple[Any, bool]] = []
    for item in other:
        wanted = normal_part(item, sets, path)
        at = next((at for at, (found, _) in enumerate(rest) if found == wanted), None)
        places.append((item, at is not None))
        if at is not None:
            del rest[at]
    left = [item for _, item in reversed(rest)]
    made = []
    for item, stays in places:
        if stays:
            made.append(item)
        elif left:
            made.append(_part(left.pop(), item, sets, path))
    return made + left[::-1]
