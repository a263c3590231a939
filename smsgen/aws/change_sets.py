"""DescribeChangeSet's answers -> `smsgen.changes.model.ChangeSet`, the type that predictions are made of too.

Both answers are kept whole. The one with property values can lack changes that the plain one has (a reader of
an attribute of a resource that is modified in place), so neither stands for the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smsgen.changes.change_set import ChangeSet
from smsgen.changes.model import Detail, ParameterAnswer, ResourceChange, Side, Target


def change_set(
    plain: Mapping[str, Any], valued: Mapping[str, Any], nested: Mapping[str, ChangeSet], *, kind: str
) -> ChangeSet:
    """Return the change set that two answers describe, each with the changes of all its pages.

    `plain`: the answer without property values; `valued`: with them. `nested`: logical id -> change set of
    the nested stack. `kind`: CREATE, UPDATE or IMPORT, which the answers do not tell. The sides are empty: the
    templates are not in the answer.
    """
    kind_and_status: dict[str, Any] = {"change_set_type": kind, "status": plain["Status"]}
    return ChangeSet(
        **kind_and_status,
        stack_name=plain["StackName"],
        stack_id=plain.get("StackId"),
        execution_status=plain.get("ExecutionStatus", "UNAVAILABLE"),
        status_reason=plain.get("StatusReason"),
        parameters=tuple(_parameter(parameter) for parameter in plain.get("Parameters", ())),
        changes=_changes(plain),
        changes_with_property_values=_changes(valued),
        nested=dict(nested),
        before=Side(),
        after=Side(),
    )


def _changes(answer: Mapping[str, Any]) -> tuple[ResourceChange, ...]:
    changes = [change["ResourceChange"] for change in answer.get("Changes", ()) if "ResourceChange" in change]
    return tuple(_change(change) for change in changes)


def _change(raw: Mapping[str, Any]) -> ResourceChange:
    return ResourceChange(
        action=raw["Action"],
        logical_resource_id=raw["LogicalResourceId"],
        resource_type=raw["ResourceType"],
        physical_resource_id=raw.get("PhysicalResourceId"),
        replacement=raw.get("Replacement"),
        policy_action=raw.get("PolicyAction"),
        scope=tuple(raw.get("Scope", ())),
        details=tuple(_detail(detail) for detail in raw.get("Details", ())),
        before_context=_context(raw.get("BeforeContext")),
        after_context=_context(raw.get("AfterContext")),
        change_set_id=raw.get("ChangeSetId"),
    )


def _detail(raw: Mapping[str, Any]) -> Detail:
    return Detail(
        target=_target(raw.get("Target", {})),
        evaluation=raw.get("Evaluation", "Dynamic"),
        change_source=raw.get("ChangeSource", "DirectModification"),
        causing_entity=raw.get("CausingEntity"),
    )


def _target(raw: Mapping[str, Any]) -> Target:
    return Target(
        attribute=raw.get("Attribute", "Properties"),
        name=raw.get("Name"),
        requires_recreation=raw.get("RequiresRecreation", "Never"),
        path=raw.get("Path"),
        attribute_change_type=raw.get("AttributeChangeType"),
        before_value=raw.get("BeforeValue"),
        after_value=raw.get("AfterValue"),
    )


def _parameter(raw: Mapping[str, Any]) -> ParameterAnswer:
    return ParameterAnswer(raw["ParameterKey"], raw.get("ParameterValue", ""), raw.get("ResolvedValue"))


def _context(text: str | None) -> Mapping[str, Any] | None:
    """Return a context, which the API sends as a JSON text, as data."""
    if text is None:
        return None
    import json

    context = json.loads(text)
    return context if isinstance(context, dict) else None
