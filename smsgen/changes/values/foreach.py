"""Fn::ForEach: loops are written out before anything else is looked at.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from smsgen.cfn.limits import MAX_BYTES, SECTIONS
from smsgen.changes.values.growth import too_large
from smsgen.changes.values.unknown import Unknown, has_unknown, scalar_text
from smsgen.errors import Diagnostic, InvalidInput, Path

LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
PREFIX = "Fn::ForEach::"

_MOST = 4 * MAX_BYTES
"""Characters and values that loops make; each loop around another makes what is in the inner one once more."""

_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Za-z]")


def transforms(template: Mapping[str, Any]) -> list[str]:
    """Return the names of the macros that the template asks for as a whole."""
    asked = template.get("Transform", [])
    named = (entry.get("Name") if isinstance(entry, dict) else entry for entry in _listed(asked))
    return [name for name in named if isinstance(name, str)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def expand(template: Mapping[str, Any], evaluate: Callable[[Any], Any]) -> Mapping[str, Any]:
    """Write out the loops of a template that asks for the language extensions; any other is given as it is.

    `evaluate` gives the collection of a loop. Raises InvalidInput for a loop that cannot be written out, or that makes
    more than CloudFormation takes.
    """
    if LANGUAGE_EXTENSIONS not in transforms(template):
        return template
    expanded: Mapping[str, Any] = _Expansion(evaluate).expanded(template, ())
    return expanded


class _Expansion:
    """Writes out the loops of one template, and counts the characters and values that they make."""

    def __init__(self, evaluate: Callable[[Any], Any]) -> None:
        self._evaluate = evaluate
        self._made = 0

    def expanded(self, value: Any, path: Path) -> Any:
        if isinstance(value, list):
            return [self.expanded(item, (*path, index)) for index, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        members: dict[str, Any] = {}
        for key, item in value.items():
            if key.startswith(PREFIX):
                members.update(self._loop(item, (*path, key)))
            else:
                members[key] = self.expanded(item, (*path, key))
        return members

    def _loop(self, loop: Any, path: Path) -> dict[str, Any]:
        if not _is_loop(loop):
            raise _invalid("Fn::ForEach takes an identifier, a collection and a map of outputs", path)
        identifier, collection, body = loop
        items = self._evaluate(collection)
        if isinstance(items, Unknown) or not isinstance(items, list) or has_unknown(items):
            raise _invalid("Fn::ForEach could not resolve list", (*path, 1))
        members: dict[str, Any] = {}
        for item in items:
            bound = self._bound(body, identifier, scalar_text(item), path)
            members.update(self.expanded(bound, path))
            self._check_quota(members, path)
        return members

    def _check_quota(self, members: dict[str, Any], path: Path) -> None:
        most = SECTIONS.get(str(path[0]), 0)
        if most and len(members) > most and all(str(step).startswith(PREFIX) for step in path[1:]):
            words = str(path[0]).lower()
            problem = f"makes more than {most} {words}, and CloudFormation takes {most} of them in a template"
            raise InvalidInput([too_large(path, problem)])

    def _bound(self, value: Any, identifier: str, item: str, path: Path) -> Any:
        """Put an item in the place of the loop's identifier: `${X}`, `&{X}` (letters and digits only), `Ref: X`."""
        self._count(1, path)
        if isinstance(value, str):
            return self._filled(value, identifier, item, path)
        if isinstance(value, list):
            return [self._bound(entry, identifier, item, path) for entry in value]
        if not isinstance(value, dict):
            return value
        if value == {"Ref": identifier}:
            return item
        return {
            self._filled(key, identifier, item, path): self._bound(entry, identifier, item, path)
            for key, entry in value.items()
        }

    def _filled(self, value: str, identifier: str, item: str, path: Path) -> str:
        plain = _NOT_ALPHANUMERIC.sub("", item)
        for placeholder, text_of_it in (("${" + identifier + "}", item), ("&{" + identifier + "}", plain)):
            self._count(len(value) + value.count(placeholder) * len(text_of_it), path)
            value = value.replace(placeholder, text_of_it)
        return value

    def _count(self, size: int, path: Path) -> None:
        self._made += size
        if self._made > _MOST:
            problem = (
                f"makes more than {_MOST:,} characters, and CloudFormation takes templates of {MAX_BYTES:,}"
            )
            raise InvalidInput([too_large(path, problem)])


def _is_loop(loop: Any) -> bool:
    return (
        isinstance(loop, list) and len(loop) == 3 and isinstance(loop[0], str) and isinstance(loop[2], dict)
    )


def _invalid(message: str, path: Path) -> InvalidInput:
    hint = "a collection is a list, or the Ref of a list parameter whose value is known"
    return InvalidInput([Diagnostic("BAD_FOR_EACH", message, hint, path=path)])
