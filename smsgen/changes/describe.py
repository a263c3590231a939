"""What a change set holds, in the shape of DescribeChangeSet's answer, key for key (version 2010-05-15).

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from smsgen.changes.model import Detail, ParameterAnswer, ResourceChange, Target
from smsgen.changes.truncated import truncated

Contexts = Literal["json", "parsed"]
"""How contexts and values are given: as JSON text, which is the API's way, or parsed, for people and tests."""


def describe_changes(changes: Iterable[ResourceChange], contexts: Contexts = "json") -> list[dict[str, Any]]:
    """Return the `Changes` of the answer: one `{"Type": "Resource", "ResourceChange": {…}}` each, very long
    values truncated.
    """
    return [
        {"Type": "Resource", "ResourceChange": _change(truncated(change), contexts)} for change in changes
    ]


def _change(change: ResourceChange, contexts: Contexts) -> dict[str, Any]:
    return present(
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


def _detail(detail: Detail, contexts: Contexts) -> dict[str, Any]:
    return present(
        {
            "Target": _target(detail.target, contexts),
            "Evaluation": detail.evaluation,
            "ChangeSource": detail.change_source,
            "CausingEntity": detail.causing_entity,
        }
    )


def _target(target: Target, contexts: Contexts) -> dict[str, Any]:
    return present(
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


def describe_parameter(parameter: ParameterAnswer) -> dict[str, Any]:
    """Return a parameter as the answer holds it."""
    return present(
        {
            "ParameterKey": parameter.key,
            "ParameterValue": parameter.value,
            "ResolvedValue": parameter.resolved_value,
        }
    )


def _value(text: str | None, contexts: Contexts) -> Any:
    """Return a BeforeValue or AfterValue: the API's text, or the list or map that it is the JSON of."""
    return parsed(text) if contexts == "parsed" else text


def parsed(text: Any) -> Any:
    """Return the list or map that a text is the JSON of; anything else as it is."""
    if not isinstance(text, str) or text[:1] not in ("[", "{"):
        return text
    import json

    try:
        return json.loads(text)
    except ValueError:
        return text


def _context(context: Mapping[str, Any] | None, contexts: Contexts) -> Any:
    if context is None or contexts == "parsed":
        return context
    import json

    return json.dumps(context, separators=(",", ":"), ensure_ascii=False)


def present(record: dict[str, Any]) -> dict[str, Any]:
    """Return the keys of a record that have a value."""
    return {key: value for key, value in record.items() if value is not None}
