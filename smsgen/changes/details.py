"""Why a resource changes: the Details of a Modify, in both modes of the API.

With property values CloudFormation resolves Ref and Fn::GetAtt; plain, it does not, but names every resource
whose change may ripple. The rules are read off recorded answers of AWS; what only documentation says is
marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from smsgen.cfn.intrinsics import Reference
from smsgen.cfn.nested import NESTED_STACK
from smsgen.changes.compare import PENDING, Common, Comparison, Impact
from smsgen.changes.leaves import Leaf, json_length, leaves, uses_at, whole
from smsgen.changes.model import (
    MISSING,
    ChangeSource,
    Detail,
    Evaluation,
    Recreation,
    Replacement,
    Target,
)
from smsgen.changes.pointers import pointer
from smsgen.changes.recreation import requires_recreation
from smsgen.changes.sides import OUTPUTS, Evaluated, ResourceField, fields_of, outputs_of, references_used
from smsgen.changes.tags import TAGS
from smsgen.changes.values.evaluate import Uses

# A nested stack that was not touched may still change: its template, which is not looked into, may have. See
# "Automatic" of https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html
_AUTOMATIC = Detail(Target("Properties"), "Dynamic", "Automatic")

_EMPTY = Evaluated(MISSING, Uses({}, {}))


def details_of(
    resource: Common, comparison: Comparison, impacts: Mapping[str, Impact], *, with_values: bool
) -> tuple[Detail, ...]:
    """Return the Details of one resource on both sides, given what happens to the others; empty where equal."""
    before, after = resource.before_values, resource.after_values
    names = [*after, *(name for name in before if name not in after)]
    reader = _Reader(resource, comparison, impacts, with_values)
    # Plain, the tags of a resource and those that it has from the stack may change alike.
    details = tuple(dict.fromkeys(detail for name in names for detail in _field_details(reader, name)))
    if (
        not details
        and resource.type_name == NESTED_STACK
        and resource.logical_id not in comparison.same_children
    ):
        return (_AUTOMATIC,)
    return details


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


def _field_details(reader: _Reader, name: ResourceField) -> Iterator[Detail]:
    before = reader.resource.before_values.get(name, _EMPTY).value
    after = reader.resource.after_values.get(name, _EMPTY)
    ripples = list(_ripples(after.uses, reader))
    settled = _settled(reader, name, after) if ripples else after.value
    recreation = _recreation(reader, name, before, settled)
    if reader.with_values:
        for leaf in _leaves(reader, name, before, settled):
            path = name.path + pointer(leaf.steps)
            target = Target(name.attribute, name.name, recreation, path, leaf.change)
            yield from _details(target, _causes(reader, name, leaf), differs=True)
        return
    # Plain, a reference to a replaced resource is not a change of the value: it is its own, single detail.
    differs = before != after.value
    causes = [*_parameters(after.uses, reader), *ripples] if differs else ripples
    yield from _details(Target(name.attribute, name.name, recreation), causes, differs=differs)


def _details(target: Target, causes: list[_Cause], *, differs: bool) -> Iterator[Detail]:
    for cause in causes:
        yield Detail(target, cause.evaluation, cause.change_source, cause.entity)
    if differs:
        yield Detail(target, "Dynamic" if causes else "Static", "DirectModification")


def _leaves(reader: _Reader, name: ResourceField, before: Any, after: Any) -> list[Leaf]:
    """Return the leaves of a property or an attribute (recorded of Metadata [1]: `/Metadata/aws:asset:path`).

    A JSON document is one leaf (recorded [4]), unless all that differs in it is what others made differ: each of those
    is listed with its own path then (recorded [1], a policy that reads a changed parameter).
    """
    differing = list(leaves(before, after))
    listed, documents = [], set[Any]()
    for leaf in differing:
        length = _json_length(reader.resource.type_name, name, leaf)
        steps = leaf.steps[:length]
        if length is None or len(leaf.steps) == length:
            listed.append(leaf)
        elif steps not in documents:
            inside = [other for other in differing if other.steps[:length] == steps]
            documents.add(steps)
            caused = all(_causes(reader, name, other) for other in inside)
            listed += inside if caused else [whole(leaf, before, after, length)]
    return listed


def _json_length(type_name: str, name: ResourceField, leaf: Leaf) -> int | None:
    is_property = name.path.startswith("/Properties/")
    return json_length(type_name, name.name or TAGS, leaf.steps) if is_property else None


def _causes(reader: _Reader, name: ResourceField, leaf: Leaf) -> list[_Cause]:
    expression = fields_of(reader.resource.after).get(name)
    uses = uses_at(reader.comparison.after.exact, expression, leaf.steps)
    return [*_parameters(uses, reader), *_ripples(uses, reader)]


def _parameters(uses: Uses, reader: _Reader) -> Iterator[_Cause]:
    for name in uses.parameters:
        if name in reader.comparison.changed_parameters:
            yield _Cause("ParameterReference", name, "Static")


def _ripples(uses: Uses, reader: _Reader) -> Iterator[_Cause]:
    """Yield a cause for each reference to a resource that changes.

    A resource that is added counts like a replaced one: the reference gives something that was not there. An output of
    a nested stack that changes may change: "conditional replacement if they reference the output",
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets-view.html
    """
    for reference in references_used(uses):
        impact = reader.impacts.get(reference.target, Impact.NONE)
        reads_attribute = reference.attribute is not None
        source: ChangeSource = "ResourceAttribute" if reads_attribute else "ResourceReference"
        entity = f"{reference.target}.{reference.attribute}" if reads_attribute else reference.target
        least = Impact.MODIFIED if reads_attribute and not reader.with_values else PENDING
        if impact >= Impact.REPLACED:
            yield _Cause(source, entity, "Static")
        elif impact >= least or _is_unknown_output(reference, reader):
            yield _Cause(source, entity, "Dynamic")


def _is_unknown_output(reference: Reference, reader: _Reader) -> bool:
    """Return whether a reference reads an output of a nested stack that changes.

    With values, another nested stack is not listed for that: it has the Automatic detail alone (recorded [4]).
    """
    if reader.with_values and reader.resource.type_name == NESTED_STACK:
        return False
    changed = reader.comparison.changed_children
    return reference.target in changed and (reference.attribute or "").startswith(OUTPUTS)


def _settled(reader: _Reader, name: ResourceField, after: Evaluated) -> Any:
    targets = {reference.target for reference in references_used(after.uses)}
    pending = {target for target in targets if reader.impacts.get(target, Impact.NONE) >= PENDING}
    if not (reader.with_values and reader.resource.type_name == NESTED_STACK):
        pending |= {outputs_of(target) for target in targets & reader.comparison.changed_children}
    return reader.comparison.after.settled(fields_of(reader.resource.after)[name], pending)


def _recreation(reader: _Reader, name: ResourceField, before: Any, after: Any) -> Recreation:
    property_name = name.name or (TAGS if name.attribute == TAGS else None)
    if property_name is None or name.of_stack:
        return "Never"
    return requires_recreation(reader.resource.type_name, property_name, before, after)


def replacement_of(details: tuple[Detail, ...]) -> Replacement:
    """Return the Replacement of a Modify: the most intrusive of its details.

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
