"""The stand-in's imports, drift and MGN: they refuse, and report, what AWS does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("boto3", reason="boto3 comes with smsgen[aws]")

import boto3
from botocore.exceptions import ClientError

from tests.servers.aws import Aws, running
from tests.servers.fleets import SHAPES, fleet

ID = "i-00000000000000001"
DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "ec2:Stop*", "Resource": "*"}]}


@pytest.fixture(scope="module")
def server() -> Iterator[Aws]:
    with running() as aws:
        yield aws


@pytest.fixture
def aws(server: Aws) -> Aws:
    server.control.begin_anew()
    server.control.plant(**fleet(SHAPES).parts)
    return server


def client(aws: Aws, service: str, **keys: str) -> Any:
    keys = keys or {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "secret"}
    return boto3.client(service, region_name="eu-central-1", endpoint_url=aws.url, **keys)


def template(*names: str, **more: Any) -> str:
    properties = {"ImageId": "ami-0a1b2c3d4e5f60718", "InstanceType": "m6i.large"} | more
    resource = {"Type": "AWS::EC2::Instance", "DeletionPolicy": "Retain", "Properties": properties}
    return json.dumps({"Resources": dict.fromkeys(names, resource)})


def target(name: str, instance_id: str = ID) -> dict[str, Any]:
    return {
        "ResourceType": "AWS::EC2::Instance",
        "LogicalResourceId": name,
        "ResourceIdentifier": {"InstanceId": instance_id},
    }


def create(aws: Aws, body: str, *targets: dict[str, Any], stack: str = "shop", **more: Any) -> Any:
    kind = (
        {"ChangeSetType": "IMPORT", "ResourcesToImport": list(targets)}
        if targets
        else {"ChangeSetType": "UPDATE"}
    )
    name = f"set{aws.control.count('*')}"
    return client(aws, "cloudformation").create_change_set(
        StackName=stack, ChangeSetName=name, TemplateBody=body, **kind, **more
    )


def imported(aws: Aws, body: str, *targets: dict[str, Any], **keys: str) -> Any:
    answer = create(aws, body, *targets)
    client(aws, "cloudformation", **keys).execute_change_set(ChangeSetName=answer["Id"])
    return client(aws, "cloudformation").describe_stacks(StackName=answer["StackId"])["Stacks"][0]


def test_an_import_launches_nothing_and_is_followed_by_an_update_of_each(aws: Aws) -> None:
    assert imported(aws, template("A"), target("A"))["StackStatus"] == "IMPORT_COMPLETE"
    assert aws.control.launched() == 0
    events = client(aws, "cloudformation").describe_stack_events(StackName="shop")["StackEvents"]
    assert [(e["LogicalResourceId"], e["ResourceStatus"]) for e in reversed(events)] == [
        ("shop", "REVIEW_IN_PROGRESS"),
        ("shop", "IMPORT_IN_PROGRESS"),
        ("A", "IMPORT_IN_PROGRESS"),
        ("A", "IMPORT_COMPLETE"),
        ("A", "UPDATE_IN_PROGRESS"),
        ("A", "UPDATE_COMPLETE"),
        ("shop", "IMPORT_COMPLETE"),
    ]
    [reservation] = client(aws, "ec2").describe_instances(InstanceIds=[ID])["Reservations"]
    tags = {tag["Key"]: tag["Value"] for tag in reservation["Instances"][0]["Tags"]}
    assert tags["aws:cloudformation:logical-id"] == "A"


@pytest.mark.parametrize(
    ("body", "targets", "text"),
    [
        (template("A", "B"), [target("A")], "Resources [B] is missing from ResourceToImport list"),
        (template("A").replace("DeletionPolicy", "Metadata").replace('"Retain"', "{}"), [target("A")],
         "The following resources to import [A] must have DeletionPolicy"),
        (template("A")[:-1] + ', "Outputs": {"O": {"Value": "x"}}}', [target("A")],
         "you cannot modify or add [Outputs]"),
        (template("A"), [target("A") | {"ResourceType": "AWS::CloudFormation::WaitConditionHandle"}],
         "ResourceTypes [AWS::CloudFormation::WaitConditionHandle] are not supported for Import"),
        (template("A"), [target("A") | {"ResourceIdentifier": {"Id": "i"}}], "resource identifier of A"),
    ],
)  # fmt: skip
def test_what_cloudformation_refuses_is_refused(aws: Aws, body: str, targets: list[Any], text: str) -> None:
    with pytest.raises(ClientError) as raised:
        create(aws, body, *targets)
    assert text in str(raised.value)


def test_no_more_than_200_at_once_and_no_change_beside(aws: Aws) -> None:
    with pytest.raises(ClientError, match="less than or equal to 200"):
        create(aws, template("A"), *(target(f"A{number}") for number in range(201)))
    imported(aws, template("A"), target("A"))
    with pytest.raises(ClientError, match=r"You have modified resources \[A\] in your template"):
        create(aws, template("A", "B", KeyName="k"), target("B", "i-00000000000000002"))
    with pytest.raises(ClientError, match="RoleARN, Tags"):
        create(aws, template("B"), target("B"), stack="other", Tags=[{"Key": "a", "Value": "b"}])


def test_what_is_in_another_stack_makes_a_change_set_that_failed_and_a_stack_in_review(aws: Aws) -> None:
    imported(aws, template("A"), target("A"))
    answer = create(aws, template("A"), target("A"), stack="other")
    found = client(aws, "cloudformation").describe_change_set(ChangeSetName=answer["Id"])
    assert (found["Status"], "already exists in stack arn:" in found["StatusReason"]) == ("FAILED", True)
    [stack] = client(aws, "cloudformation").describe_stacks(StackName="other")["Stacks"]
    assert stack["StackStatus"] == "REVIEW_IN_PROGRESS"


def test_one_that_is_refused_rolls_all_of_its_change_set_back(aws: Aws) -> None:
    aws.control.stage(refused={"i-00000000000000002": "Resource is busy"})
    both = target("A"), target("B", "i-00000000000000002")
    assert imported(aws, template("A", "B"), *both)["StackStatus"] == "IMPORT_ROLLBACK_COMPLETE"
    events = client(aws, "cloudformation").describe_stack_events(StackName="shop")["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"] == "IMPORT_FAILED"]
    assert [(event["LogicalResourceId"], event["ResourceStatusReason"]) for event in failed] == [
        ("B", "Resource is busy")
    ]
    assert aws.control.stack_resources("shop") == {}


def test_the_same_template_again_holds_no_changes_and_an_update_works(aws: Aws) -> None:
    imported(aws, template("A"), target("A"))
    again = client(aws, "cloudformation").describe_change_set(ChangeSetName=create(aws, template("A"))["Id"])
    assert again["Status"] == "FAILED"
    assert again["StatusReason"].startswith("The submitted information didn't contain changes")
    changed = create(aws, template("A", DisableApiTermination=True))
    cloudformation = client(aws, "cloudformation")
    cloudformation.execute_change_set(ChangeSetName=changed["Id"])
    assert cloudformation.describe_stacks(StackName="shop")["Stacks"][0]["StackStatus"] == "UPDATE_COMPLETE"
    attribute = client(aws, "ec2").describe_instance_attribute(
        InstanceId=ID, Attribute="disableApiTermination"
    )
    assert attribute["DisableApiTermination"] == {"Value": True}


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, "IN_SYNC"),
        ({"Monitoring": False}, "IN_SYNC"),
        ({"Monitoring": True}, "MODIFIED"),
        ({"BlockDeviceMappings": []}, "MODIFIED"),
        ({"PropagateTagsToVolumeOnCreation": True}, "MODIFIED"),
        ({"IamInstanceProfile": "arn:aws:iam::1:instance-profile/web"}, "MODIFIED"),
    ],
)
def test_drift_is_of_what_is_said_alone(aws: Aws, more: dict[str, Any], status: str) -> None:
    imported(aws, template("A", **more), target("A"))
    cloudformation = client(aws, "cloudformation")
    detection = cloudformation.detect_stack_drift(StackName="shop")["StackDriftDetectionId"]
    said = cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
    assert said["StackDriftStatus"] == ("IN_SYNC" if status == "IN_SYNC" else "DRIFTED")
    [drift] = cloudformation.describe_stack_resource_drifts(StackName="shop")["StackResourceDrifts"]
    assert (drift["StackResourceDriftStatus"], len(drift.get("PropertyDifferences", ()))) == (
        status,
        0 if status == "IN_SYNC" else 1,
    )


@pytest.mark.parametrize("guarded", [True, False])
def test_a_session_policy_keeps_the_update_handler_off(aws: Aws, guarded: bool) -> None:
    aws.control.stage(touching=True)
    keys = {}
    if guarded:
        answer = client(aws, "sts").get_federation_token(Name="guard", Policy=json.dumps(DENY))["Credentials"]
        keys = {
            "aws_access_key_id": answer["AccessKeyId"],
            "aws_secret_access_key": answer["SecretAccessKey"],
            "aws_session_token": answer["SessionToken"],
        }
    stack = imported(aws, template("A", InstanceType="m6i.xlarge"), target("A"), **keys)
    assert stack["StackStatus"] == ("IMPORT_ROLLBACK_COMPLETE" if guarded else "IMPORT_COMPLETE")
    assert aws.control.touched() == ([] if guarded else [f"ec2:StopInstances {ID}"])


def test_mgn_lists_in_pages_and_refuses_an_account_that_it_does_not_know(aws: Aws) -> None:
    mgn = client(aws, "mgn")
    with pytest.raises(ClientError) as raised:
        mgn.describe_source_servers()
    assert raised.value.response["Error"]["Code"] == "UninitializedAccountException"
    servers = [{"sourceServerID": f"s-{number:017x}", "applicationID": "app-1"} for number in range(7)]
    configured = [{"sourceServerID": servers[0]["sourceServerID"], "launchDisposition": "STARTED"}]
    aws.control.plant(mgn={"DescribeSourceServers": servers, "GetLaunchConfiguration": configured})
    pages = list(mgn.get_paginator("describe_source_servers").paginate(PaginationConfig={"PageSize": 3}))
    assert [len(page["items"]) for page in pages] == [3, 3, 1]
    assert mgn.list_waves()["items"] == []
    assert (
        mgn.get_launch_configuration(sourceServerID=servers[0]["sourceServerID"])["launchDisposition"]
        == "STARTED"
    )
    with pytest.raises(ClientError, match="not found"):
        mgn.get_launch_configuration(sourceServerID="s-fffffffffffffffff")


def test_credits_are_told_of_bursting_types_alone(aws: Aws) -> None:
    ec2 = client(aws, "ec2")
    bursting = "i-00000000000000004"
    [told] = ec2.describe_instance_credit_specifications(InstanceIds=[bursting])[
        "InstanceCreditSpecifications"
    ]
    assert told["CpuCredits"] == "unlimited"
    with pytest.raises(ClientError, match="does not support credit"):
        ec2.describe_instance_credit_specifications(InstanceIds=[bursting, ID])
