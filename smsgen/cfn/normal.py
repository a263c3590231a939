"""One spelling of each value: what CloudFormation takes to be equal becomes equal, however it was written.

    10                    "10"
    true                  "true"
    DependsOn: A          DependsOn: [A]
    Fn::GetAtt: A.B.C     Fn::GetAtt: [A, B.C]
    lists without order   the same items in another order: tags, rules, block devices, statements of a policy

Which lists have no order stands in the schema of the resource type, so it is known inside resources only. Anywhere else
(mappings, outputs, metadata, the arguments of functions) lists keep their order.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

Path = tuple[str, ...]
"""Where a value stands in a resource's properties: the keys on the way, without positions in lists."""

Sets = frozenset[Path]
"""The lists of a resource type that have no order."""

_NONE: Sets = frozenset()


def same(a: Any, b: Any) -> bool:
    """Return whether CloudFormation takes two values, of JSON's kinds, to be the same."""
    return bool(normal(a) == normal(b))


def identical(a: Any, b: Any) -> bool:
    """Return whether two values are surely the same text. 1, true and 1.0 are equal in Python, and not here.

    False also where only the order of keys differs.
    """
    return bool(a == b) and repr(a) == repr(b)


def normal(value: Any) -> Any:
    """Return the one spelling of a template or of any part of one; normal values stay as they are.

    A map whose `Type` is that of a resource is a resource, and is read by its schema.
    """
    if isinstance(value, list):
        return [normal(item) for item in value]
    if not isinstance(value, dict):
        return _text(value)
    type_name = value.get("Type")
    if isinstance(type_name, str) and "::" in type_name:
        return _resource(type_name, value)
    return {name: _argument(name, normal(inner)) for name, inner in value.items()}


def normal_part(value: Any, sets: Sets, path: Path) -> Any:
    """Return the one spelling of what stands at `path` in the properties of a resource whose sets are `sets`."""
    if isinstance(value, list):
        items = [normal_part(item, sets, path) for item in value]
        return sorted(items, key=_rank) if path in sets else items
    if not isinstance(value, dict):
        return _text(value)
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name == "Fn::If" and isinstance(argument, list) and len(argument) == 3:
            return {name: [_text(argument[0]), *(normal_part(way, sets, path) for way in argument[1:])]}
        if name.startswith("Fn::"):  # its arguments stand at no path of a schema
            return {name: _argument(name, normal_part(argument, _NONE, ()))}
    return _policy({name: normal_part(inner, sets, (*path, name)) for name, inner in value.items()})


@lru_cache(maxsize=256)
def sets_of(type_name: str) -> Sets:
    """Return the lists of a resource type that have no order; none of a custom resource, whose handler decides."""
    if not type_name.startswith("AWS::"):
        return _NONE
    from smsgen.generated.type_table import words_of_type
    from smsgen.generated.unordered import TABLE

    paths = words_of_type(TABLE, type_name)
    # Of a type that is not in the table, as of every other, the tags are found by key.
    return frozenset(tuple(word.split("/")) for word in (("Tags",) if paths is None else paths))


def _resource(type_name: str, resource: dict[str, Any]) -> dict[str, Any]:
    attributes = {name: normal(inner) for name, inner in resource.items() if name != "Properties"}
    if "DependsOn" in attributes:
        names = attributes["DependsOn"]
        attributes["DependsOn"] = sorted(names, key=_rank) if isinstance(names, list) else [names]
    if "Properties" in resource:
        attributes["Properties"] = normal_part(resource["Properties"], sets_of(type_name), ())
    return attributes


def _argument(name: str, argument: Any) -> Any:
    """Return the one spelling of what stands under a key: of Fn::GetAtt, [logical id, attribute].

    The first dot separates: the attribute of a nested stack is Outputs.Name.
    """
    if name != "Fn::GetAtt":
        return argument
    if isinstance(argument, str):
        return list(argument.partition(".")[::2])
    if isinstance(argument, list) and len(argument) > 2 and all(isinstance(part, str) for part in argument):
        return [argument[0], ".".join(argument[1:])]
    return argument


def _text(value: Any) -> Any:
    """Return a scalar as the text that CloudFormation makes of it; null stays null."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, (int, float)) else value


def _rank(value: Any) -> str:
    """Return a text to sort by that does not depend on the order of keys."""
    if isinstance(value, dict):
        return f"{{{sorted((name, _rank(inner)) for name, inner in value.items())}}}"
    return repr([_rank(item) for item in value]) if isinstance(value, list) else repr(value)


# --- Policies -----------------------------------------------------------------------------------------------------

# No list of a policy has an order, since a request is held against all of it, and one value may stand without brackets.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
_DOCUMENT = frozenset(("Id", "Statement", "Version"))
_LISTED = frozenset(("Action", "NotAction", "NotResource", "Resource"))
_KEYED = frozenset(("NotPrincipal", "Principal"))


def _policy(value: dict[str, Any]) -> dict[str, Any]:
    """Return the one spelling of a policy's document, or of a statement; any other map is given as it is."""
    if "Statement" in value and value.keys() <= _DOCUMENT:
        return value | {"Statement": _listed(value["Statement"], dict if "Version" in value else list)}
    if value.get("Effect") not in ("Allow", "Deny"):
        return value
    normalized = {name: _listed(item) if name in _LISTED else item for name, item in value.items()}
    for name in _KEYED & normalized.keys():
        normalized[name] = _each_listed(normalized[name])
    if isinstance(normalized.get("Condition"), dict):
        normalized["Condition"] = {
            operator: _each_listed(keys) for operator, keys in normalized["Condition"].items()
        }
    return normalized


def _each_listed(value: Any) -> Any:
    return {key: _listed(item) for key, item in value.items()} if isinstance(value, dict) else value


def _listed(value: Any, alone: type = str) -> Any:
    """Return a list in its one order; a value of the kind that may stand alone, as a list of one."""
    if isinstance(value, alone) and not isinstance(value, list):
        return [value]
    return sorted(value, key=_rank) if isinstance(value, list) else value
