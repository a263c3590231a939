"""What DescribeChangeSet does not show: edits of a template that make no ResourceChange.

Kept apart from the change set, so that this stays CloudFormation's own answer. DependsOn and Condition are no
attributes that a change set reports; Outputs, Parameters, Mappings and texts are not resources.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from smsgen.changes.change_set import ChangeSet
from smsgen.changes.model import MISSING, ChangeType
from smsgen.changes.values.evaluate import section_of

SECTIONS = ("Parameters", "Rules", "Mappings", "Conditions", "Outputs")
"""Sections whose members are named one by one."""

WHOLE = ("AWSTemplateFormatVersion", "Description", "Metadata", "Transform")
"""Sections that are one value."""

ATTRIBUTES = ("DependsOn", "Condition")
"""Attributes of a resource that a change set does not report."""


class Edit(NamedTuple):
    """One edit: of what (`Outputs`, `DependsOn`), which one (`WebInstanceId`), and both values (MISSING: not there)."""

    kind: str
    name: str
    change: ChangeType
    before: Any
    after: Any


def beyond(change_set: ChangeSet) -> tuple[Edit, ...]:
    """Return the edits between both sides of a change set, in the order of the tables above, then by name.

    Nothing for a stack that is created: all of it is new.
    """
    before, after = change_set.before.template, change_set.after.template
    return tuple(_edits(before, after)) if before else ()


def _edits(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Edit]:
    for kind in SECTIONS:
        old_members, new_members = section_of(before, kind), section_of(after, kind)
        for name in sorted(old_members.keys() | new_members.keys()):
            yield from _edit(kind, name, old_members.get(name, MISSING), new_members.get(name, MISSING))
    old_members, new_members = section_of(before, "Resources"), section_of(after, "Resources")
    for name in sorted(old_members.keys() & new_members.keys()):
        for attribute in ATTRIBUTES:
            old, new = _attribute(old_members[name], attribute), _attribute(new_members[name], attribute)
            yield from _edit(attribute, name, old, new)
    for kind in WHOLE:
        yield from _edit(kind, "", before.get(kind, MISSING), after.get(kind, MISSING))


def _edit(kind: str, name: str, before: Any, after: Any) -> Iterator[Edit]:
    if before == after and (before is MISSING) == (after is MISSING):
        return
    change: ChangeType = "Add" if before is MISSING else "Remove" if after is MISSING else "Modify"
    yield Edit(kind, name, change, before, after)


def _attribute(resource: Any, name: str) -> Any:
    value = resource.get(name, MISSING) if isinstance(resource, Mapping) else MISSING
    if name != "DependsOn" or value is MISSING:
        return value
    # A name and a list of one name are the same; the order of the names says nothing.
    return sorted(map(str, value)) if isinstance(value, list) else [value]
