"""What differs between the two sides, and which resources read which. Replacement comes later.

Most resources of a large template are the same text on both sides. Those are evaluated only where they
mention something that changed: a parameter, a condition, a mapping, or a resource that is replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any, NamedTuple

from smsgen.cfn.intrinsics import placeholders
from smsgen.cfn.nested import NESTED_STACK
from smsgen.cfn.normal import identical
from smsgen.changes.sides import After, Before, Evaluated, ResourceField, outputs_of
from smsgen.changes.values import parameters as parameter_values
from smsgen.changes.values.evaluate import section_of

"""The type of a nested stack."""


class Impact(IntEnum):
    """How much of a resource changes; the higher, the more intrusive."""

    NONE = 0
    MODIFIED = 1
    MAY_REPLACE = 2
    REPLACED = 3
    ADDED = 4


PENDING = Impact.MAY_REPLACE
"""From here on, what Ref and GetAtt give is not known before the change set is executed.

Of a conditional replacement the documentation says that references to it may change ("Evaluation" of
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html).
"""


class Common:
    """A resource on both sides; its values are evaluated when they are first asked for."""

    __slots__ = ("_after", "_before", "_halves", "after", "before", "logical_id", "type_name")

    def __init__(self, logical_id: str, before: Before, after: After) -> None:
        self.logical_id = logical_id
        self.before: Mapping[str, Any] = before.resources[logical_id]
        self.after: Mapping[str, Any] = after.resources[logical_id]
        self.type_name = str(self.after.get("Type"))
        self._halves = before, after
        self._before: dict[ResourceField, Evaluated] | None = None
        self._after: dict[ResourceField, Evaluated] | None = None

    @property
    def before_values(self) -> dict[ResourceField, Evaluated]:
        """The deployed values."""
        if self._before is None:
            self._before = self._halves[0].evaluated(self.before)
        return self._before

    @property
    def after_values(self) -> dict[ResourceField, Evaluated]:
        """The submitted values, as if nothing were replaced."""
        if self._after is None:
            self._after = self._halves[1].evaluated(self.after)
        return self._after


class Comparison(NamedTuple):
    """Both sides, matched by logical id.

    `first` are the common resources to look at first; `readers`: logical id -> the common resources that
    mention it. `undecided`: resources of which it is not known whether they will exist. `same_children`,
    `changed_children`: nested stacks, by logical id, whose own comparison found nothing, and something.
    """

    before: Before
    after: After
    changed_parameters: frozenset[str]
    common: Mapping[str, Common]
    added: frozenset[str]
    first: tuple[str, ...]
    readers: Mapping[str, tuple[str, ...]]
    undecided: frozenset[str]
    same_children: frozenset[str] = frozenset()
    changed_children: frozenset[str] = frozenset()

    def pending(self, impacts: Mapping[str, Impact]) -> frozenset[str]:
        """Return what is known after the execution only: resources, and the outputs of nested stacks that change.

        Of such a stack every output is unknown to the others, whatever it holds (recorded [185], in one change set).
        """
        resources = {name for name, impact in impacts.items() if impact >= PENDING}
        return frozenset(resources | {outputs_of(name) for name in self.changed_children})


def compare(before: Before, after: After) -> Comparison:
    """Match the two sides."""
    texts, refs = parameter_values.changed_parameters(before.texts, after.texts, before.values, after.values)
    common = {name: Common(name, before, after) for name in after.resources if name in before.resources}
    added = frozenset(after.resources.keys() - before.resources.keys())
    changed = refs | _changed_conditions(before, after) | _changed_mappings(before, after) | added
    first, readers = [], dict[str, list[str]]()
    for name, resource in common.items():
        mentioned = set(_mentioned(resource.after))
        is_stack = resource.type_name == NESTED_STACK
        if (
            is_stack
            or after.tagged(resource.after)
            or not identical(resource.before, resource.after)
            or not changed.isdisjoint(mentioned)
        ):
            first.append(name)
        for target in mentioned & after.resources.keys():
            readers.setdefault(target, []).append(name)
    indexed = {target: tuple(names) for target, names in readers.items()}
    return Comparison(before, after, texts, common, added, tuple(first), indexed, _undecided(before, after))


def _undecided(before: Before, after: After) -> frozenset[str]:
    """Return the resources whose condition is not known, and of which nothing says that they are there already."""
    return frozenset(
        name
        for name, resource in after.resources.items()
        if after.is_undecided(resource)
        and not (name in before.stack.resources and before.is_undecided(before.resources.get(name, {})))
    )


def _changed_conditions(before: Before, after: After) -> set[str]:
    old, new = before.conditions(), after.conditions()
    return {name for name, value in new.items() if value is None or old.get(name) is not value}


def _changed_mappings(before: Before, after: After) -> set[str]:
    old, new = section_of(before.template, "Mappings"), section_of(after.template, "Mappings")
    changed = any(not identical(old.get(name), value) for name, value in new.items())
    # A mapping's name may be worked out, so that no text mentions it: every look-up is looked at.
    return {"Fn::FindInMap"} if changed else set()


def _mentioned(value: Any) -> Iterable[str]:
    """Yield every name that may be a parameter, resource, condition or mapping; too many do no harm."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key in ("Ref", "Condition"):
                if isinstance(item, str):
                    yield item
                    continue
            elif key.startswith("Fn::"):
                yield key
                yield from _named(key, item)
            yield from _mentioned(item)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, (dict, list)):
                yield from _mentioned(item)


def _named(function: str, argument: Any) -> Iterable[str]:
    first = argument[0] if isinstance(argument, list) and argument else argument
    if not isinstance(first, str):
        return
    if function == "Fn::Sub":
        for name in placeholders(first):
            yield name.partition(".")[0]
    elif function == "Fn::GetAtt":
        yield first.partition(".")[0]
    elif function == "Fn::If":
        yield first
