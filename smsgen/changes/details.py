"""Why a resource changes: the Details of a Modify, in both modes of the API.

With property values CloudFormation resolves Ref and Fn::GetAtt; plain, it does not, but names every resource
whose change may ripple. The rules are read off recorded answers of AWS; what only documentation says is
marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any, NamedTuple

from smsgen.changes.compare import NESTED, Common, Comparison
from smsgen.changes.evaluate import Uses
from smsgen.changes.model import (
    MISSING,
    ChangeSource,
    ChangeType,
    Detail,
    Evaluation,
    Recreation,
    Replacement,
    Target,
)
from smsgen.changes.recreation import requires_recreation
from smsgen.changes.sides import Evaluated, Field, fields, references
from smsgen.changes.unknown import shown


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

# A nested stack that was not touched may still change: its template, which is not looked into, may have. See
# "Automatic" of https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html
_AUTOMATIC = Detail(Target("Properties"), "Dynamic", "Automatic")

_EMPTY = Evaluated(MISSING, Uses({}, {}))


def details_of(
    resource: Common, comparison: Comparison, impacts: Mapping[str, Impact], *, with_values: bool
) -> tuple[Detail, ...]:
    """Give the Details of one resource on both sides, given what happens to the others; empty where equal."""
    was, now = resource.before_values, resource.after_values
    names = [*now, *(name for name in was if name not in now)]
    one = _Reader(resource, comparison, impacts, with_values)
    found = tuple(detail for name in names for detail in _field_details(one, name))
    if not found and resource.type_name == NESTED and resource.logical_id not in comparison.same_children:
        return (_AUTOMATIC,)
    return found


class _Reader(NamedTuple):
    """A resource whose details are asked for, and what is known meanwhile."""

    resource: Common
    comparison: Comparison
    impacts: Mapping[str, Impact]
    with_values: bool


class _Cause(NamedTuple):
    change_source: ChangeSource
    entity: str
    evaluation: Evaluation


def _field_details(reader: _Reader, name: Field) -> Iterator[Detail]:
    before = reader.resource.before_values.get(name, _EMPTY).value
    after = reader.resource.after_values.get(name, _EMPTY)
    ripples = list(_ripples(after.uses, reader))
    settled = _settled(reader, name, after) if ripples else after.value
    # Plain, a reference to a replaced resource is not a change of the value: it is its own, single detail.
    differs = before != (settled if reader.with_values else after.value)
    if not differs and (reader.with_values or not ripples):
        return
    target = _target(reader, name, before, settled)
    causes = [*_parameters(after.uses, reader), *ripples] if differs else ripples
    for cause in causes:
        yield Detail(target, cause.evaluation, cause.change_source, cause.entity)
    if differs:
        yield Detail(target, "Dynamic" if causes else "Static", "DirectModification")


def _parameters(uses: Uses, reader: _Reader) -> Iterator[_Cause]:
    for name in uses.parameters:
        if name in reader.comparison.changed_parameters:
            yield _Cause("ParameterReference", name, "Static")


def _ripples(uses: Uses, reader: _Reader) -> Iterator[_Cause]:
    """Give a cause for each reference to a resource that changes.

    A resource that is added counts like a replaced one: the reference gives something that was not there.
    """
    for reference in references(uses):
        impact = reader.impacts.get(reference.target, Impact.NONE)
        reads_attribute = reference.attribute is not None
        source: ChangeSource = "ResourceAttribute" if reads_attribute else "ResourceReference"
        entity = f"{reference.target}.{reference.attribute}" if reads_attribute else reference.target
        if impact >= Impact.REPLACED:
            yield _Cause(source, entity, "Static")
        elif impact >= (Impact.MODIFIED if reads_attribute and not reader.with_values else PENDING):
            yield _Cause(source, entity, "Dynamic")


def _settled(reader: _Reader, name: Field, after: Evaluated) -> Any:
    impacts = reader.impacts
    pending = {r.target for r in references(after.uses) if impacts.get(r.target, Impact.NONE) >= PENDING}
    if not pending:
        return after.value
    return reader.comparison.after.settled(fields(reader.resource.after)[name], pending)


def _target(reader: _Reader, name: Field, before: Any, after: Any) -> Target:
    recreation: Recreation = "Never"
    if name.name is not None:
        recreation = requires_recreation(reader.resource.type_name, name.name, before, after)
    target = Target(name.attribute, name.name, recreation)
    if not reader.with_values:
        return target
    change: ChangeType = "Add" if before is MISSING else "Remove" if after is MISSING else "Modify"
    return target._replace(path=name.path, attribute_change_type=change)


def value_text(value: Any) -> str | None:
    """Give a value as BeforeValue and AfterValue hold it: a list or a map as JSON; None for MISSING."""
    if value is MISSING:
        return None
    if isinstance(value, str):
        return str(shown(value))
    import json

    return json.dumps(shown(value), separators=(",", ":"), ensure_ascii=False)


def replacement_of(details: tuple[Detail, ...]) -> Replacement:
    """Give the Replacement of a Modify: the most intrusive of its details.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
    """
    recreations = {(detail.target.requires_recreation, detail.evaluation) for detail in details}
    if ("Always", "Static") in recreations:
        return "True"
    return "Conditional" if any(recreation != "Never" for recreation, _ in recreations) else "False"


IMPACTS: dict[Replacement, Impact] = {
    "True": Impact.REPLACED,
    "Conditional": Impact.MAY_REPLACE,
    "False": Impact.MODIFIED,
}
