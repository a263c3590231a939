"""Names for values that are not known yet: `${Queue.Arn}`, as templates write it, in place of an id or an ARN.

A resource that is merely replaced gets a new id, but to what names it (a rule of its group, a permission on it) it is
the same resource. So both sides get the same name for it. This is done only of what says which resource it is, an id, a
name or an ARN: anything else that is not known (an output, an answer of a custom resource) may really be another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from smsgen.cfn.intrinsics import call, get_att_parts
from smsgen.changes.model import KNOWN_AFTER_APPLY, Side

_ANSWERS = ("AWS::CloudFormation::", "Custom::")
"""How types begin whose attributes are whatever somebody answers."""
_IDENTITIES = ("Arn", "Id")
"""How attributes end that say who a resource is."""
_LONGEST_NAME = 4_096
"""Characters that a name of something may have: an ARN has 2,048 at most (IAM API reference, arnType)."""


class Written(NamedTuple):
    """Resolved properties, the same as a template writes them, and the side that they are of."""

    resolved: Mapping[str, Any]
    written: Mapping[str, Any]
    side: Side


def identified(before: Written, after: Written) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the resolved properties of both sides, with names for those that are not known after the change."""
    names = frozenset(_names(after.resolved, after.written, after.side))
    if any(name in text for text in _texts(before.resolved) for name in names):
        return before.resolved, after.resolved  # a literal that reads like a name
    named = _named(after.resolved, after.written, after.side, None)
    return _named(before.resolved, before.written, before.side, names), named


def _names(value: Any, written: Any, side: Side) -> Iterator[str]:
    for inner, text in _pairs(value, written):
        yield from _names(inner, text, side)
    if value == KNOWN_AFTER_APPLY and (name := _name(written, side)):
        yield name


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _named(value: Any, written: Any, side: Side, names: frozenset[str] | None) -> Any:
    """Return a value with names in it: those of `names`, or of all that is not known (None)."""
    if isinstance(value, str):
        name = _name(written, side) if names or value == KNOWN_AFTER_APPLY else None
        return name if name and (names is None or name in names) else value
    pairs = list(_pairs(value, written))
    if not pairs:
        return value
    parts = [_named(inner, text, side, names) for inner, text in pairs]
    return dict(zip(value, parts, strict=True)) if isinstance(value, dict) else parts


def _pairs(value: Any, written: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each member of a map or list with how it is written; nothing where that cannot be told."""
    if isinstance(value, dict) and isinstance(written, Mapping) and not call(written):
        yield from ((inner, written.get(key)) for key, inner in value.items())
    elif isinstance(value, list) and isinstance(written, list) and len(value) == len(written):
        yield from zip(value, written, strict=True)


def _name(written: Any, side: Side) -> str | None:
    """Return what an expression says, with resources by their names; None for more than who they are."""
    if isinstance(written, str):
        return written
    called = call(written)
    match called:
        case ("Ref", str(target)):
            return _reference(target, side)
        case ("Fn::GetAtt", argument):
            parts = get_att_parts(argument)
            return _reference(".".join(map(str, parts)), side) if parts else None
        case ("Fn::Sub", [str(text), Mapping() as local]):
            return _sub(text, local, side)
        case ("Fn::Sub", str(text)):
            return _sub(text, {}, side)
        case ("Fn::Join", [str(delimiter), list(items)]):
            return _joined(delimiter, [_name(item, side) for item in items])
    return None


def _sub(text: str, local: Mapping[str, Any], side: Side) -> str | None:
    first, *rest = text.split("${")
    names: list[str | None] = [first]
    values: dict[str, str | None] = {}  # each is named once, however often the text holds it
    for part in rest:
        name, brace, literal = part.partition("}")
        if not brace or name.startswith("!"):  # ${!Name} would read like the name of a resource
            return None
        if name in local and name not in values:
            values[name] = _name(local[name], side)
        names += [values[name] if name in local else _reference(name.strip(), side), literal]
    return _joined("", names)


def _joined(delimiter: str, names: Sequence[str | None]) -> str | None:
    """Return the names as one, None where one of them is not told, or they are no name of anything any more."""
    if sum(len(name or "") for name in names) > _LONGEST_NAME:
        return None
    return delimiter.join([name for name in names if name is not None]) if None not in names else None


def _reference(name: str, side: Side) -> str | None:
    target, _, attribute = name.partition(".")
    if target.startswith("AWS::"):
        return f"${{{name}}}"
    declared = (side.template.get("Parameters") or {}).get(target)
    if isinstance(declared, Mapping):
        is_text = declared.get("Type") in ("String", "Number") and "NoEcho" not in declared
        return side.parameters.get(target) if is_text else None
    resource = (side.template.get("Resources") or {}).get(target)
    type_name = str(resource.get("Type")) if isinstance(resource, Mapping) else ""
    if not type_name.startswith("AWS::") or type_name.startswith(_ANSWERS):
        return None
    if attribute and not attribute.endswith(_IDENTITIES):
        return None
    # Ref of a security group in a VPC gives its id, too.
    return f"${{{target}}}" if attribute == "GroupId" else f"${{{name}}}"
