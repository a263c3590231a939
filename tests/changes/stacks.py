"""Short ways to say stacks and to ask for predictions."""

from collections.abc import Mapping
from typing import Any

from smsgen.changes import ChangeSet, Environment, Stack, predict
from smsgen.changes.model import StackResource

PSEUDO = {
    "AWS::AccountId": "111111111111",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::StackName": "app",
    "AWS::StackId": "arn:aws:cloudformation:eu-central-1:111111111111:stack/app/1",
}
ENVIRONMENT = Environment(PSEUDO, exports={})
UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}"


def topic(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", "Properties": properties}


def resources(**members: Any) -> dict[str, Any]:
    return {"Resources": members}


def stack(template: Mapping[str, Any], parameters: Mapping[str, str] | None = None, **more: Any) -> Stack:
    live = {
        name: StackResource(str(resource["Type"]), f"id-of-{name}")
        for name, resource in template["Resources"].items()
    }
    return Stack("app", template, resources=live, parameters=parameters or {}, **more)


def update(
    before: Mapping[str, Any] | Stack,
    after: Mapping[str, Any],
    parameters: Mapping[str, str | None] | None = None,
    *,
    environment: Environment = ENVIRONMENT,
    **more: Any,
) -> ChangeSet:
    deployed = before if isinstance(before, Stack) else stack(before)
    return predict(deployed, after, parameters or {}, environment=environment, **more)


def create(template: Mapping[str, Any], parameters: Mapping[str, str | None] | None = None) -> ChangeSet:
    return predict(None, template, parameters or {}, environment=ENVIRONMENT)


def listed(change_set: ChangeSet, *, values: bool) -> dict[str, dict[str, Any]]:
    changes = change_set.describe(include_property_values=values, contexts="parsed")["Changes"]
    return {change["ResourceChange"]["LogicalResourceId"]: change["ResourceChange"] for change in changes}


def causes(change: Mapping[str, Any]) -> set[tuple[str, str, str | None]]:
    return {(d["ChangeSource"], d["Evaluation"], d.get("CausingEntity")) for d in change["Details"]}
