"""DescribeChangeSet as AWS answered it -> ChangeSet -> the same answer again, through botocore's model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("boto3", reason="boto3 comes with smsgen[aws]")

from botocore.stub import Stubber

from smsgen.aws.clients import AwsSettings, Clients
from smsgen.aws.stacks import CloudFormationStacks

RECORDED = Path(__file__).parents[3] / "shared" / "change_sets" / "recorded"
CASES = sorted(RECORDED.glob("*.json")) if RECORDED.is_dir() else []
ID = "arn:aws:cloudformation:eu-central-1:123456789012:changeSet/smsgen-1/2"


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> tuple[Stubber, CloudFormationStacks]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    clients = Clients(AwsSettings(region="eu-central-1"))
    stubber = Stubber(clients.client("cloudformation"))
    stubber.activate()
    return stubber, CloudFormationStacks(clients)


def as_sent(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return recorded changes as the API sends them: contexts and values as text."""
    sent = json.loads(json.dumps(changes))
    for change in sent:
        resource = change["ResourceChange"]
        for key in ("BeforeContext", "AfterContext"):
            if key in resource and not isinstance(resource[key], str):
                resource[key] = json.dumps(resource[key])
        for detail in resource.get("Details", ()):
            for key in ("BeforeValue", "AfterValue"):
                value = detail["Target"].get(key)
                if value is not None and not isinstance(value, str):
                    detail["Target"][key] = json.dumps(value)
    return sent


def parsed(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    made = json.loads(json.dumps(changes))
    for change in made:
        for key in ("BeforeContext", "AfterContext"):
            if isinstance(change["ResourceChange"].get(key), str):
                change["ResourceChange"][key] = json.loads(change["ResourceChange"][key])
    return made


def answer(case: dict[str, Any], changes: list[dict[str, Any]]) -> dict[str, Any]:
    expected = case["expected"]
    made = {
        "ChangeSetId": ID,
        "StackName": "stack-1",
        "Status": expected["status"],
        "ExecutionStatus": "AVAILABLE" if expected["status"] == "CREATE_COMPLETE" else "UNAVAILABLE",
        "StatusReason": expected["statusReason"],
        "Parameters": expected["parameters"],
        "Changes": changes,
    }
    return {key: value for key, value in made.items() if value is not None}


@pytest.mark.skipif(not CASES, reason="the recorded answers (../shared/change_sets/recorded) are not here")
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_recorded_answer_comes_out_as_it_went_in(
    path: Path, stub: tuple[Stubber, CloudFormationStacks]
) -> None:
    case = json.loads(path.read_text())
    plain = as_sent(case["expected"]["changes"] or [])
    valued = as_sent(case["expected"]["changesWithPropertyValues"] or [])
    stubber, stacks = stub
    # Two pages of the plain answer, one of the other.
    half = len(plain) // 2
    first = {**answer(case, plain[:half]), "NextToken": "more"}
    stubber.add_response("describe_change_set", first, {"ChangeSetName": ID, "IncludePropertyValues": False})
    second = {"ChangeSetName": ID, "IncludePropertyValues": False, "NextToken": "more"}
    stubber.add_response("describe_change_set", answer(case, plain[half:]), second)
    third = {"ChangeSetName": ID, "IncludePropertyValues": True}
    stubber.add_response("describe_change_set", answer(case, valued), third)
    made = stacks.describe_change_set(ID, kind="UPDATE")
    stubber.assert_no_pending_responses()
    assert parsed(made.describe()["Changes"]) == parsed(plain)
    assert parsed(made.describe(include_property_values=True)["Changes"]) == parsed(valued)
    assert made.describe().get("Parameters") == case["expected"]["parameters"]


def test_change_sets_of_nested_stacks_are_read_too(stub: tuple[Stubber, CloudFormationStacks]) -> None:
    stubber, stacks = stub
    inner = ID.replace("smsgen-1", "inner")
    root = {
        "Action": "Modify",
        "LogicalResourceId": "Group1",
        "ResourceType": "AWS::CloudFormation::Stack",
        "ChangeSetId": inner,
        "Scope": [],
        "Details": [],
    }
    leaf = {"Action": "Add", "LogicalResourceId": "Web1", "ResourceType": "AWS::EC2::Instance"}
    for change_set_id, change in ((ID, root), (inner, leaf)):
        for values in (False, True):
            said = {
                "StackName": "stack-1",
                "Status": "CREATE_COMPLETE",
                "ExecutionStatus": "AVAILABLE",
                "Changes": [{"Type": "Resource", "ResourceChange": change}],
            }
            asked = {"ChangeSetName": change_set_id, "IncludePropertyValues": values}
            stubber.add_response("describe_change_set", said, asked)
    made = stacks.describe_change_set(ID, kind="UPDATE")
    assert [c.logical_resource_id for c in made.nested["Group1"].changes] == ["Web1"]
