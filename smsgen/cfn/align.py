"""A submitted template in the spelling of the deployed one, so that comparing the two finds real changes only.

CloudFormation takes 10 and "10" for the same, and some lists have no order: `normal` knows all of that. Comparing does
not, it looks at values as they are written. So wherever both templates say the same, the deployed spelling is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smsgen.cfn.normal import Path, Sets, identical, normal_part, same, sets_of


def aligned(template: Mapping[str, Any], deployed: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return `template` in the spelling of `deployed`, both bodies in the long form; neither is edited.

    It says the same as before, `same(aligned(a, b), a)`, with its own keys in their own order.
    """
    sections = {}
    for name, section in template.items():
        other = deployed.get(name)
        if name not in deployed or identical(section, other):
            sections[name] = section
        elif isinstance(section, Mapping) and isinstance(other, Mapping):
            align = _resource if name == "Resources" else _as_there
            sections[name] = {
                key: align(value, other[key]) if key in other else value for key, value in section.items()
            }
        else:
            sections[name] = _as_there(section, other)
    return sections


def _as_there(value: Any, deployed: Any) -> Any:
    return deployed if same(value, deployed) else value


def _resource(resource: Any, deployed: Any) -> Any:
    if identical(resource, deployed) or not (isinstance(resource, Mapping) and isinstance(deployed, Mapping)):
        return resource
    type_name = resource.get("Type")
    if deployed.get("Type") != type_name:
        return resource
    attributes = {}
    for name, value in resource.items():
        theirs = deployed.get(name, value)
        if name == "Properties" and isinstance(value, dict) and isinstance(theirs, dict):
            attributes[name] = {
                key: _property(str(type_name), key, item, theirs[key]) if key in theirs else item
                for key, item in value.items()
            }
        else:  # as an attribute of a resource: DependsOn has no order
            attributes[name] = (
                theirs if same({"Type": type_name, name: value}, {"Type": type_name, name: theirs}) else value
            )
    return attributes


def _property(type_name: str, name: str, value: Any, deployed: Any) -> Any:
    if identical(value, deployed):
        return value
    # Most changes are of one text into another, for which no schema has to be looked up.
    if not isinstance(value, (dict, list)) or not isinstance(deployed, (dict, list)):
        return _as_there(value, deployed)
    return _part(value, deployed, sets_of(type_name), (name,))


def _part(value: Any, deployed: Any, sets: Sets, path: Path) -> Any:
    """Align what stands at `path` in the properties of a resource: as a whole, or what of it is the same."""
    if normal_part(value, sets, path) == normal_part(deployed, sets, path):
        return deployed
    if isinstance(value, dict) and isinstance(deployed, dict):
        return {
            name: _part(inner, deployed[name], sets, (*path, name)) if name in deployed else inner
            for name, inner in value.items()
        }
    if isinstance(value, list) and isinstance(deployed, list):
        if path in sets:
            return _matched(value, deployed, sets, path)
        if len(value) == len(deployed):
            return [_part(*pair, sets, path) for pair in zip(value, deployed, strict=True)]
    return value


def _matched(items: list[Any], deployed: list[Any], sets: Sets, path: Path) -> list[Any]:
    """Return a list without order with what is the same in its places of the other list, the rest in what is left."""
    rest = [(normal_part(item, sets, path), item) for item in items]
    places: list[tuple[Any, bool]] = []
    for theirs in deployed:
        wanted = normal_part(theirs, sets, path)
        at = next((at for at, (spelling, _) in enumerate(rest) if spelling == wanted), None)
        places.append((theirs, at is not None))
        if at is not None:
            del rest[at]
    left = [item for _, item in reversed(rest)]
    matched = []
    for theirs, stays in places:
        if stays:
            matched.append(theirs)
        elif left:
            matched.append(_part(left.pop(), theirs, sets, path))
    return matched + left[::-1]
