"""Fn::ForEach: loops are written out before anything else is looked at.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from smsgen.changes.unknown import Unknown, has_unknown, text
from smsgen.errors import Diagnostic, InvalidInput, Path

LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
PREFIX = "Fn::ForEach::"

_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Za-z]")


def transforms(template: Mapping[str, Any]) -> list[str]:
    """Give the names of the macros that the template asks for as a whole."""
    asked = template.get("Transform", [])
    named = (entry.get("Name") if isinstance(entry, dict) else entry for entry in _listed(asked))
    return [name for name in named if isinstance(name, str)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def expand(template: Mapping[str, Any], evaluate: Callable[[Any], Any]) -> Mapping[str, Any]:
    """Write out the loops of a template that asks for the language extensions; any other is given as it is.

    `evaluate` gives the collection of a loop. Raises InvalidInput for a loop that cannot be written out.
    """
    if LANGUAGE_EXTENSIONS not in transforms(template):
        return template
    expanded: Mapping[str, Any] = _expanded(template, evaluate, ())
    return expanded


def _expanded(value: Any, evaluate: Callable[[Any], Any], path: Path) -> Any:
    if isinstance(value, list):
        return [_expanded(item, evaluate, (*path, index)) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    made: dict[str, Any] = {}
    for key, item in value.items():
        if key.startswith(PREFIX):
            made.update(_loop(item, evaluate, (*path, key)))
        else:
            made[key] = _expanded(item, evaluate, (*path, key))
    return made


def _loop(loop: Any, evaluate: Callable[[Any], Any], path: Path) -> dict[str, Any]:
    if not (
        isinstance(loop, list) and len(loop) == 3 and isinstance(loop[0], str) and isinstance(loop[2], dict)
    ):
        raise _invalid("Fn::ForEach takes an identifier, a collection and a map of outputs", path)
    identifier, collection, body = loop
    items = evaluate(collection)
    if isinstance(items, Unknown) or not isinstance(items, list) or has_unknown(items):
        raise _invalid("Fn::ForEach could not resolve list", (*path, 1))
    made: dict[str, Any] = {}
    for item in items:
        bound = _bound(body, identifier, text(item))
        made.update(_expanded(bound, evaluate, path))
    return made


def _bound(value: Any, identifier: str, item: str) -> Any:
    """Put an item in the place of the loop's identifier: `${X}`, `&{X}` (letters and digits only), `Ref: X`."""
    if isinstance(value, str):
        plain = value.replace("${" + identifier + "}", item)
        return plain.replace("&{" + identifier + "}", _NOT_ALPHANUMERIC.sub("", item))
    if isinstance(value, list):
        return [_bound(entry, identifier, item) for entry in value]
    if not isinstance(value, dict):
        return value
    if value == {"Ref": identifier}:
        return item
    return {_bound(key, identifier, item): _bound(entry, identifier, item) for key, entry in value.items()}


def _invalid(message: str, path: Path) -> InvalidInput:
    hint = "a collection is a list, or the Ref of a list parameter whose value is known"
    return InvalidInput([Diagnostic("BAD_FOR_EACH", message, hint, path=path)])
