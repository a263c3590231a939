"""Templates as CloudFormation takes them: parsed, conditions aside, and evaluated against what is there."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from moto.cloudformation.models import Stack as MotoStack

Lookup = Callable[[str, str], Any]


def parse(body: str) -> dict[str, Any]:
    """Read a template, short forms written out."""
    return MotoStack.parse_template(body)


def evaluate(value: Any, lookup: Lookup) -> Any:
    """Work a value out. `lookup` gives (logical id or parameter, attribute); the attribute is "" for Ref."""
    if isinstance(value, list):
        return [evaluate(each, lookup) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(key, argument)] = value.items()
        if key in _FUNCTIONS:
            return _FUNCTIONS[key](argument, lookup)
    return {key: evaluate(each, lookup) for key, each in value.items()}


def _get_att(argument: Any, lookup: Lookup) -> Any:
    name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
    return lookup(name, attribute)


def _sub(argument: Any, lookup: Lookup) -> str:
    text, values = argument if isinstance(argument, list) else (argument, {})

    def put(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in values:
            return str(evaluate(values[name], lookup))
        target, _, attribute = name.partition(".")
        return str(lookup(target, attribute))

    return re.sub(r"\$\{([^!][^}]*)\}", put, text)


_FUNCTIONS: dict[str, Callable[[Any, Lookup], Any]] = {
    "Ref": lambda argument, lookup: lookup(argument, ""),
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Base64": lambda argument, lookup: base64.b64encode(
        str(evaluate(argument, lookup)).encode()
    ).decode(),
    "Fn::Join": lambda argument, lookup: argument[0].join(map(str, evaluate(argument[1], lookup))),
}
