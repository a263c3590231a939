"""Whether a change of a property replaces the resource: the generated table, and what its words mean.

RequiresRecreation: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceTargetDefinition.html;
`createOnlyProperties` and `conditionalCreateOnlyProperties`:
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from smsgen.changes.model import MISSING, Recreation
from smsgen.generated.recreation import TABLE
from smsgen.generated.type_table import words_of_type

Rule = tuple[tuple[str, ...], Recreation]
"""The path inside a property ((), for the property as a whole), and what a change there means."""


def requires_recreation(
    type_name: str, property_name: str, before: Any = MISSING, after: Any = MISSING
) -> Recreation:
    """Return whether a change of the property replaces the resource: Never, Conditionally or Always.

    Where only a part of the property is create-only, `before` and `after` (resolved values) decide; without
    them the answer is Conditionally. A type that is opaque (see `is_opaque`), a custom resource for one,
    gives Conditionally for every property: whether it is replaced is decided by whoever handles it.
    """
    rules = _rules(type_name)
    judged = {
        _judge(path, recreation, before, after)
        for name in (property_name, "*")
        for path, recreation in rules.get(name, ())
    }
    return next((worst for worst in _WORST_FIRST if worst in judged), "Never")


@lru_cache(maxsize=256)
def is_opaque(type_name: str) -> bool:
    """Return whether only the code behind a type knows what a change does: AWS answers Conditionally then.

    So it is for `Custom::*` and AWS::CloudFormation::CustomResource, for the types of AWS whose schema names
    no handlers (AWS::CDK::Metadata, AWS::LakeFormation::*), and for types that the table does not have:
    private ones and those that are newer than it. Seen in change sets that AWS made, for properties that are
    not create-only; that a create-only property of such a type is answered the same is taken by analogy.
    """
    return _rules(type_name) == _OPAQUE


_OPAQUE: dict[str, tuple[Rule, ...]] = {"*": (((), "Conditionally"),)}
_WORST_FIRST: tuple[Recreation, ...] = ("Always", "Conditionally", "Never")


def _judge(path: tuple[str, ...], recreation: Recreation, before: Any, after: Any) -> Recreation:
    if not path:
        return recreation
    if before is MISSING and after is MISSING:
        return "Conditionally"
    return recreation if list(_inside(before, path)) != list(_inside(after, path)) else "Never"


def _inside(value: Any, path: tuple[str, ...]) -> Iterable[Any]:
    """Yield what stands at a path of a schema: `*` is every item, and a list met on the way is too."""
    if not path:
        yield value
    elif isinstance(value, list):
        rest = path[1:] if path[0] == "*" else path
        for item in value:
            yield from _inside(item, rest)
    elif path[0] == "*":
        yield from _inside(value, path[1:])
    elif isinstance(value, dict):
        if path[0] in value:
            yield from _inside(value[path[0]], path[1:])
    elif value is not MISSING:
        yield value  # not known yet: a change of the whole is a change of the part


@lru_cache(maxsize=256)
def _rules(type_name: str) -> dict[str, tuple[Rule, ...]]:
    described = words_of_type(TABLE, type_name)
    if described is None:
        return _OPAQUE
    rules: dict[str, tuple[Rule, ...]] = {}
    for word in described:
        name, *inside = word.lstrip("?").split("/")
        rule: Rule = (tuple(inside), "Conditionally" if word.startswith("?") else "Always")
        rules[name] = (*rules.get(name, ()), rule)
    return rules
