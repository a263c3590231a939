"""A change set: CloudFormation's answer, predicted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from smsgen.changes.describe import Contexts, describe_changes, describe_parameter, present
from smsgen.changes.model import Finding, ParameterAnswer, ResourceChange, Side


class ChangeSet(NamedTuple):
    """CloudFormation's answer, predicted: what it gives plain, and with IncludePropertyValues.

    `nested` holds the change sets of nested stacks by the logical id of their resource; `before` and
    `after` are the two sides, for reports that show more than the API does. `uncertain` says, in sentences, what of
    this answer neither documentation nor a seen answer settles, or what the execution does beyond it.
    `notes` are findings of whoever knows more of the two sides than their templates; `compared` says in words what is
    compared, for people.
    """

    stack_name: str
    stack_id: str | None
    change_set_type: Literal["CREATE", "UPDATE", "IMPORT"]
    status: Literal["CREATE_COMPLETE", "FAILED"]
    execution_status: Literal["AVAILABLE", "UNAVAILABLE"]
    status_reason: str | None
    parameters: tuple[ParameterAnswer, ...]
    changes: tuple[ResourceChange, ...]
    changes_with_property_values: tuple[ResourceChange, ...]
    nested: Mapping[str, ChangeSet]
    before: Side
    after: Side
    uncertain: tuple[str, ...] = ()
    notes: tuple[Finding, ...] = ()
    compared: str = ""

    def describe(self, include_property_values: bool = False, contexts: Contexts = "json") -> dict[str, Any]:
        """Return DescribeChangeSet's answer as plain data, with contexts as JSON text or parsed.

        What is known only when CloudFormation has made the change set (its id, its time) is not there.
        """
        changes = self.changes_with_property_values if include_property_values else self.changes
        return present(
            {
                "StackName": self.stack_name,
                "StackId": self.stack_id,
                "Parameters": [describe_parameter(parameter) for parameter in self.parameters] or None,
                "ExecutionStatus": self.execution_status,
                "Status": self.status,
                "StatusReason": self.status_reason,
                "Changes": describe_changes(changes, contexts),
            }
        )
