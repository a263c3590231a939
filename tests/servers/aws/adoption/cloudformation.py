"""CloudFormation's operations over a planted fleet, as operations of moto's; without a fleet, moto answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult, EmptyResult

from tests.servers.aws.adoption.fleet import Fleet
from tests.servers.aws.adoption.stacks import Stack, Stacks, now

Method = Callable[..., Any]
ASKED = (
    "StackName",
    "ChangeSetName",
    "TemplateBody",
    "Description",
    "RoleARN",
    "Parameters",
    "Tags",
    "ResourcesToImport",
)


def stack_calls(fleet: Fleet, stacks: Stacks) -> dict[str, Method]:
    """Return CloudFormation's operations, by moto's names for them."""

    def create_change_set(response: CloudFormationResponse) -> ActionResult:
        asked = {name: value for name in ASKED if (value := response._get_param(name)) is not None}
        if url := response._get_param("TemplateURL"):
            asked["TemplateBody"] = response._get_stack_from_s3_url(url)
        found = stacks.create(asked | {"ChangeSetType": response._get_param("ChangeSetType", "UPDATE")})
        return ActionResult({"Id": found["ChangeSetId"], "StackId": found["StackId"]})

    def change_set(response: CloudFormationResponse) -> dict[str, Any]:
        return stacks.change_set(response._get_param("ChangeSetName"), response._get_param("StackName"))

    def describe_change_set(response: CloudFormationResponse) -> ActionResult:
        found = change_set(response)
        shown = {
            key: value for key, value in found.items() if key not in ("asked", "template") and value != ""
        }
        parameters = {
            each["ParameterKey"]: each.get("ParameterValue", "")
            for each in found["asked"].get("Parameters", ())
        }
        return ActionResult(shown | {"Parameters": parameters})  # moto makes a list of them

    def delete_change_set(response: CloudFormationResponse) -> EmptyResult:
        stacks.sets.pop(change_set(response)["ChangeSetId"])
        return EmptyResult()

    def execute_change_set(response: CloudFormationResponse) -> EmptyResult:
        token = response._get_param("ClientRequestToken") or ""
        stacks.execute(change_set(response), response.get_access_key(), token)
        return EmptyResult()

    def list_change_sets(response: CloudFormationResponse) -> ActionResult:
        stack = stacks.find(response._get_param("StackName"))
        hidden = ("asked", "template", "Changes")
        return ActionResult(
            {
                "Summaries": [
                    {key: value for key, value in each.items() if key not in hidden and value != ""}
                    for each in stacks.sets.values()
                    if each["StackId"] == stack.id
                ]
            }
        )

    def describe_stacks(response: CloudFormationResponse) -> ActionResult:
        name = response._get_param("StackName")
        found = [stacks.look(name)] if name else list(stacks.stacks.values())
        return ActionResult({"Stacks": [_described(stacks, stack) for stack in found]})

    def describe_stack_events(response: CloudFormationResponse) -> ActionResult:
        return ActionResult({"StackEvents": stacks.find(response._get_param("StackName")).events[::-1]})

    def list_stack_resources(response: CloudFormationResponse) -> ActionResult:
        stack = stacks.find(response._get_param("StackName"))
        summaries = [
            {
                "LogicalResourceId": name,
                "PhysicalResourceId": physical,
                "ResourceType": kind,
                "ResourceStatus": "IMPORT_COMPLETE",
                "LastUpdatedTimestamp": stack.changed,
            }
            for name, (kind, physical) in sorted(stack.resources.items())
        ]
        return ActionResult({"StackResourceSummaries": summaries})

    def get_template(response: CloudFormationResponse) -> ActionResult:
        return ActionResult({"TemplateBody": stacks.find(response._get_param("StackName")).body})

    def delete_stack(response: CloudFormationResponse) -> EmptyResult:
        stacks.delete(response._get_param("StackName"))
        return EmptyResult()

    def update_termination_protection(response: CloudFormationResponse) -> ActionResult:
        stack = stacks.find(response._get_param("StackName"))
        stack.protected = bool(response._get_param("EnableTerminationProtection"))
        return ActionResult({"StackId": stack.id})

    def set_stack_policy(response: CloudFormationResponse) -> EmptyResult:
        stacks.find(response._get_param("StackName")).policy = response._get_param("StackPolicyBody") or ""
        return EmptyResult()

    def describe_type(response: CloudFormationResponse) -> ActionResult:
        name = response._get_param("TypeName")
        schema = json.dumps({"typeName": name, "handlers": {"read": {}}})
        return ActionResult({"TypeName": name, "ProvisioningType": "FULLY_MUTABLE", "Schema": schema})

    def detect_stack_drift(response: CloudFormationResponse) -> ActionResult:
        return ActionResult({"StackDriftDetectionId": stacks.detect(response._get_param("StackName"))})

    def describe_stack_drift_detection_status(response: CloudFormationResponse) -> ActionResult:
        detection = response._get_param("StackDriftDetectionId")
        found = stacks.detections[detection]
        return ActionResult(
            {
                "StackId": found["stack"].id,
                "StackDriftDetectionId": detection,
                "StackDriftStatus": "DRIFTED" if found["drifted"] else "IN_SYNC",
                "DetectionStatus": "DETECTION_COMPLETE",
                "DriftedStackResourceCount": found["drifted"],
                "Timestamp": now(),
            }
        )

    def describe_stack_resource_drifts(response: CloudFormationResponse) -> ActionResult:
        drifts = stacks.drifts(response._get_param("StackName"))
        start = int(response._get_param("NextToken") or 0)
        most = int(response._get_param("MaxResults") or 100)
        following = str(start + most) if len(drifts) > start + most else None
        return ActionResult({"StackResourceDrifts": drifts[start : start + most], "NextToken": following})

    own = [
        create_change_set,
        describe_change_set,
        delete_change_set,
        execute_change_set,
        list_change_sets,
        describe_stacks,
        describe_stack_events,
        list_stack_resources,
        get_template,
        delete_stack,
        update_termination_protection,
        set_stack_policy,
        describe_type,
        detect_stack_drift,
        describe_stack_drift_detection_status,
        describe_stack_resource_drifts,
    ]
    return {
        each.__name__: _either(fleet, each, getattr(CloudFormationResponse, each.__name__, None))
        for each in own
    }


def _either(fleet: Fleet, planted: Method, motos: Method | None) -> Method:
    def answer(response: Any) -> Any:
        return planted(response) if fleet or motos is None else motos(response)

    return answer


def _described(stacks: Stacks, stack: Stack) -> dict[str, Any]:
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason or None,
        "Description": stack.template.get("Description"),
        "CreationTime": stack.made,
        "LastUpdatedTime": stack.changed,
        "EnableTerminationProtection": stack.protected,
        "RoleARN": stack.role_arn,
        "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in stack.parameters.items()],
        "Tags": stack.tags,  # moto makes a list of them
        "Outputs": stacks.outputs(stack),
    }
