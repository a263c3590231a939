"""A ChangeSet in the shape of DescribeChangeSet's answer, key for key (API reference, version 2010-05-15).

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from smsgen.changes.model import ChangeSet, Detail, ParameterAnswer, ResourceChange, Target
from smsgen.changes.truncated import truncated


def describe(change_set: ChangeSet, *, include_property_values: bool, contexts: str) -> dict[str, Any]:
    """Give the answer as plain data. `contexts`: contexts and values as "json" texts, as the API gives
    them, or "parsed".

    What is known only when CloudFormation has made the change set (its id, its time) is not there.
    """
    changes = change_set.changes_with_property_values if include_property_values else change_set.changes
    return _present(
        {
            "StackName": change_set.stack_name,
            "StackId": change_set.stack_id,
            "Parameters": [_parameter(parameter) for parameter in change_set.parameters] or None,
            "ExecutionStatus": change_set.execution_status,
            "Status": change_set.status,
            "StatusReason": change_set.status_reason,
            "Changes": describe_changes(changes, contexts),
        }
    )


def describe_changes(changes: Iterable[ResourceChange], contexts: str = "json") -> list[dict[str, Any]]:
    """Give the `Changes` of the answer: one `{"Type": "Resource", "ResourceChange": {…}}` each, very long
    values truncated.
    """
    return [
        {"Type": "Resource", "ResourceChange": _change(truncated(change), contexts)} for change in changes
    ]


def _change(change: ResourceChange, contexts: str) -> dict[str, Any]:
    return _present(
        {
            "PolicyAction": change.policy_action,
            "Action": change.action,
            "LogicalResourceId": change.logical_resource_id,
            "PhysicalResourceId": change.physical_resource_id,
            "ResourceType": change.resource_type,
            "Replacement": change.replacement,
            "Scope": list(change.scope),
            "Details": [_detail(detail, contexts) for detail in change.details],
            "ChangeSetId": change.change_set_id,
            "BeforeContext": _context(change.before_context, contexts),
            "AfterContext": _context(change.after_context, contexts),
        }
    )


def _detail(detail: Detail, contexts: str) -> dict[str, Any]:
    return _present(
        {
            "Target": _target(detail.target, contexts),
            "Evaluation": detail.evaluation,
            "ChangeSource": detail.change_source,
            "CausingEntity": detail.causing_entity,
        }
    )


def _target(target: Target, contexts: str) -> dict[str, Any]:
    return _present(
        {
            "Attribute": target.attribute,
            "Name": target.name,
            "RequiresRecreation": target.requires_recreation,
            "Path": target.path,
            "BeforeValue": _value(target.before_value, contexts),
            "AfterValue": _value(target.after_value, contexts),
            "AttributeChangeType": target.attribute_change_type,
        }
    )


def _parameter(parameter: ParameterAnswer) -> dict[str, Any]:
    return _present(
        {
            "ParameterKey": parameter.key,
            "ParameterValue": parameter.value,
            "ResolvedValue": parameter.resolved_value,
        }
    )


def _value(text: str | None, contexts: str) -> Any:
    """Give a BeforeValue or AfterValue: the API's text, or the list or map that it is the JSON of."""
    return parsed(text) if contexts == "parsed" else text


def parsed(text: Any) -> Any:
    """Give the list or map that a text is the JSON of; anything else as it is."""
    if not isinstance(text, str) or text[:1] not in ("[", "{"):
        return text
    import json

    try:
        return json.loads(text)
    except ValueError:
        return text


def _context(context: Mapping[str, Any] | None, contexts: str) -> Any:
    if context is None or contexts == "parsed":
        return context
    import json

    return json.dumps(context, separators=(",", ":"), ensure_ascii=False)


def _present(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if value is not None}
