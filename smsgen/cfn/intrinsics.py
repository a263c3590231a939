"""Intrinsic functions: which values are calls, how they are spelled, and what they refer to.

The spellings are those of the CloudFormation template reference ("Intrinsic function reference").
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

SHORT_TAGS = {
    "!Ref": "Ref",
    "!Condition": "Condition",
    **{
        f"!{name}": f"Fn::{name}"
        for name in (
            "And",
            "Base64",
            "Cidr",
            "Equals",
            "FindInMap",
            "GetAZs",
            "GetAtt",
            "If",
            "ImportValue",
            "Join",
            "Length",
            "Not",
            "Or",
            "Select",
            "Split",
            "Sub",
            "ToJsonString",
            "Transform",
        )
    },
}
"""Short YAML tag -> long name."""

LONG_ONLY = frozenset({"Fn::Transform", "Fn::GetStackOutput", "Fn::ForEach"})
"""Functions that are written in their long form only."""

TAG_OF = {name: tag for tag, name in SHORT_TAGS.items() if name not in LONG_ONLY}
"""Long name -> short YAML tag."""

_PLACEHOLDER = re.compile(r"\$\{([^!${}][^${}]*)\}")


class Reference(NamedTuple):
    """One use of another thing: `attribute` is None for Ref, and the name read for Fn::GetAtt."""

    target: str
    attribute: str | None = None


def call(value: Any) -> tuple[str, Any] | None:
    """Return (function, argument) where the value is a call such as `{"Ref": "X"}`; None where it is plain data."""
    if isinstance(value, dict) and len(value) == 1:
        ((name, argument),) = value.items()
        if name == "Ref" or name.startswith("Fn::") or (name == "Condition" and isinstance(argument, str)):
            return name, argument
    return None


def get_att_parts(argument: Any) -> tuple[str, Any] | None:
    """Return (logical id, attribute) of a Fn::GetAtt argument, a list or `"A.B.C"`; the first dot separates."""
    if isinstance(argument, str) and "." in argument:
        target, _, attribute = argument.partition(".")
        return target, attribute
    if isinstance(argument, list) and len(argument) >= 2 and isinstance(argument[0], str):
        if all(isinstance(part, str) for part in argument[1:]):
            return argument[0], ".".join(argument[1:])
        return argument[0], argument[1]
    return None


def placeholders(text: str) -> list[str]:
    """Return the names that Fn::Sub replaces in a text: `${A}` and `${A.B}`, but not the literal `${!A}`."""
    return [name.strip() for name in _PLACEHOLDER.findall(text)]


def references(value: Any) -> Iterator[Reference]:
    """Yield every Ref, Fn::GetAtt and Fn::Sub placeholder in a value, at any depth, in the order of the text.

    Names that a Fn::Sub's own map defines are not references; what the map's values refer to is. Pseudo parameters
    (`AWS::Region`) are given like any other target.
    """
    if isinstance(value, list):
        for item in value:
            yield from references(item)
        return
    if not isinstance(value, dict):
        return
    called = call(value)
    if called is None or called[0] not in _READERS:
        for item in value.values():
            yield from references(item)
        return
    yield from _READERS[called[0]](called[1])


def _ref(argument: Any) -> Iterator[Reference]:
    if isinstance(argument, str):
        yield Reference(argument)
    else:
        yield from references(argument)


def _get_att(argument: Any) -> Iterator[Reference]:
    parts = get_att_parts(argument)
    if parts is None:
        yield from references(argument)
    elif isinstance(parts[1], str):
        yield Reference(*parts)
    else:  # the attribute's name may itself be a Ref
        yield Reference(parts[0], "")
        yield from references(parts[1])


def _sub(argument: Any) -> Iterator[Reference]:
    text, local = argument, {}
    if isinstance(argument, list) and argument:
        text = argument[0]
        local = argument[1] if len(argument) > 1 and isinstance(argument[1], dict) else {}
    for name in placeholders(text) if isinstance(text, str) else ():
        if name not in local:
            target, dot, attribute = name.partition(".")
            yield Reference(target, attribute if dot else None)
    yield from references(list(local.values()))


_READERS = {"Ref": _ref, "Fn::GetAtt": _get_att, "Fn::Sub": _sub}
