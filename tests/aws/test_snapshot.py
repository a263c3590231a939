"""Pulling a stack: end to end over HTTP against moto, and page by page against botocore's service models."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

pytest.importorskip("boto3", reason="boto3 comes with smsgen[aws]")

from botocore.stub import Stubber

from smsgen.aws.clients import Clients
from smsgen.aws.snapshot import CloudFormationReader
from smsgen.cli import run
from smsgen.errors import ServiceError
from smsgen.operations.stacks.pull import Pulled, pull
from tests.aws.conftest import ACCOUNT, REGION
from tests.aws.faults import KINDS, FaultProxy

TEMPLATE = """
Parameters:
  Image: {Type: String, Default: ami-12c6146b}
  Password: {Type: String, NoEcho: true}
Resources:
  Db:
    Type: AWS::EC2::Instance
    Properties: {ImageId: !Ref Image, InstanceType: t3.micro}
  Web:
    Type: AWS::EC2::Instance
    DependsOn: Db
    Properties:
      ImageId: !Ref Image
      InstanceType: t3.micro
      UserData: {"Fn::Base64": {"Fn::Sub": "db=${Db.PrivateIp}"}}
Outputs:
  Address: {Value: !GetAtt Web.PrivateDnsName}
  Id: {Value: !Ref Web}
"""
STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/shop/1"


@pytest.fixture
def stack(clients: Clients, proxy: FaultProxy) -> str:
    """A launched stack of two servers."""
    clients.client("cloudformation").create_stack(
        StackName="shop",
        TemplateBody=TEMPLATE,
        Parameters=[{"ParameterKey": "Password", "ParameterValue": "hunter2"}],
        Tags=[{"Key": "app", "Value": "shop"}],
    )
    proxy.heal()
    return "shop"


def pulled(clients: Clients, stack: str) -> Pulled:
    return pull(CloudFormationReader(clients), stack)


def test_a_launched_stack_is_written_down(stack: str, clients: Clients) -> None:
    result = pulled(clients, stack)
    assert result.warnings == ()
    snapshot = result.snapshot
    instances = {
        instance["InstanceId"]: instance
        for reservation in clients.client("ec2").describe_instances()["Reservations"]
        for instance in reservation["Instances"]
    }
    db, web = snapshot["resources"]["Db"], snapshot["resources"]["Web"]
    assert db["attributes"] == {"PrivateIp": instances[db["physicalId"]]["PrivateIpAddress"]}
    assert web["attributes"] == {"PrivateDnsName": instances[web["physicalId"]]["PrivateDnsName"]}
    assert snapshot["outputs"]["Id"] == web["physicalId"]
    assert snapshot["tags"] == {"app": "shop"}
    assert snapshot["template"]["Resources"]["Web"]["DependsOn"] == "Db"
    assert snapshot["environment"]["pseudo"]["AWS::Region"] == REGION


def test_a_stack_takes_few_calls(stack: str, clients: Clients, proxy: FaultProxy) -> None:
    pulled(clients, stack)
    assert proxy.names() == [
        "cloudformation:DescribeStacks",
        "cloudformation:GetTemplate",
        "cloudformation:ListStackResources",
        "ec2:DescribeInstances",
    ]


def test_the_command_writes_the_file_and_masks_no_echo(
    stack: str, proxy: FaultProxy, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--region", REGION, "--endpoint-url", proxy.url]
    for name in ("deployed.yaml", "deployed.json"):
        assert run(["pull", stack, "-o", str(tmp_path / name), *options]) == 0
    text = (tmp_path / "deployed.json").read_text()
    assert yaml.safe_load((tmp_path / "deployed.yaml").read_text()) == json.loads(text)
    assert json.loads(text)["parameters"]["Password"] == "****"
    assert "hunter2" not in text
    assert run(["pull", stack, "--format", "json", *options]) == 0
    assert capsys.readouterr().out == text


def test_the_command_says_what_is_wrong_in_a_sentence(
    proxy: FaultProxy, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["pull", "nowhere", "--region", REGION, "--endpoint-url", proxy.url]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("smsgen: error: there is no stack nowhere\n  hint: ")


def test_a_nested_stack_is_pulled_with_its_parent(clients: Clients) -> None:
    s3 = clients.client("s3")
    s3.create_bucket(Bucket="docs", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="docs", Key="child.yaml", Body=TEMPLATE.replace("Password:", "Word:"))
    parent = {
        "Resources": {
            "Child": {
                "Type": "AWS::CloudFormation::Stack",
                "Properties": {
                    "TemplateURL": f"https://docs.s3.{REGION}.amazonaws.com/child.yaml",
                    "Parameters": {"Word": "w"},
                },
            }
        },
    }
    clients.client("cloudformation").create_stack(StackName="shop", TemplateBody=json.dumps(parent))
    child = pulled(clients, "shop").snapshot["children"]["Child"]
    assert sorted(child["resources"]) == ["Db", "Web"]
    assert child["parameters"]["Word"] == "****"
    assert "attributes" in child["resources"]["Web"]


def test_ssm_values_are_read_ten_at_a_time(clients: Clients, proxy: FaultProxy) -> None:
    ssm = clients.client("ssm")
    names = [f"/ami/{number}" for number in range(23)]
    for name in names:
        ssm.put_parameter(Name=name, Value=f"value of {name}", Type="String")
    proxy.heal()
    values = CloudFormationReader(clients).ssm_values([*names, "/gone"])
    assert values == {name: f"value of {name}" for name in names}
    assert proxy.count("ssm:GetParameters") == 3


def test_ssm_values_keep_the_name_they_were_asked_by(clients: Clients) -> None:
    arn = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/b"
    answer = {
        "Parameters": [
            {"Name": "/a", "Selector": ":3", "Value": "old", "ARN": arn[:-1] + "a"},
            {"Name": "/b", "Value": "new", "ARN": arn},
        ]
    }
    with Stubber(clients.client("ssm")) as stub:
        stub.add_response("get_parameters", answer, {"Names": ["/a:3", arn]})
        values = CloudFormationReader(clients).ssm_values([arn, "/a:3"])
    assert values == {"/a:3": "old", arn: "new"}


def test_elastic_addresses_are_read_in_one_call(clients: Clients, proxy: FaultProxy) -> None:
    made = [clients.client("ec2").allocate_address(Domain="vpc") for _ in range(3)]
    proxy.heal()
    wanted = {address["PublicIp"]: frozenset({"AllocationId"}) for address in made}
    values = CloudFormationReader(clients).attributes("AWS::EC2::EIP", wanted)
    assert values == {address["PublicIp"]: {"AllocationId": address["AllocationId"]} for address in made}
    assert proxy.names() == ["ec2:DescribeAddresses"]


def test_zones_are_those_with_a_default_subnet(clients: Clients) -> None:
    reader, ec2 = CloudFormationReader(clients), clients.client("ec2")
    assert reader.zones() == (f"{REGION}a", f"{REGION}b", f"{REGION}c")
    subnets = ec2.describe_subnets()["Subnets"]
    ec2.delete_subnet(SubnetId=next(s["SubnetId"] for s in subnets if s["AvailabilityZone"].endswith("b")))
    assert reader.zones() == (f"{REGION}a", f"{REGION}c")
    for subnet in ec2.describe_subnets()["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    assert reader.zones() == (f"{REGION}a", f"{REGION}b", f"{REGION}c")


@pytest.mark.parametrize("type_name", ["Custom::Thing", "AWS::CloudFormation::WaitCondition"])
def test_what_no_api_tells_is_not_asked(type_name: str, clients: Clients, proxy: FaultProxy) -> None:
    assert CloudFormationReader(clients).attributes(type_name, {"x": frozenset({"Data"})}) == {}
    assert proxy.names() == []


# --- Against the service models
# ----------------------------------------------------------------------------------


@pytest.fixture
def cloudformation(clients: Clients) -> Iterator[Stubber]:
    with Stubber(clients.client("cloudformation")) as stub:
        yield stub
        stub.assert_no_pending_responses()


def described(stack_id: str = STACK, **more: Any) -> dict[str, Any]:
    name = stack_id.split("/")[1]
    return {
        "Stacks": [
            {
                "StackName": name,
                "StackId": stack_id,
                "StackStatus": "UPDATE_COMPLETE",
                "CreationTime": "2026-01-01T00:00:00Z",
                **more,
            }
        ]
    }


def summary(name: str, type_name: str, physical_id: str) -> dict[str, Any]:
    return {
        "LogicalResourceId": name,
        "ResourceType": type_name,
        "PhysicalResourceId": physical_id,
        "ResourceStatus": "CREATE_COMPLETE",
        "LastUpdatedTimestamp": "2026-01-01T00:00:00Z",
    }


def test_all_pages_of_resources_are_read(clients: Clients, cloudformation: Stubber) -> None:
    page = [summary(f"R{number}", "AWS::SNS::Topic", f"arn:{number}") for number in range(5)]
    listing = "list_stack_resources"
    cloudformation.add_response("describe_stacks", described(), {"StackName": "shop"})
    template = {"TemplateBody": '{"Resources": {}}'}
    cloudformation.add_response("get_template", template, {"StackName": STACK, "TemplateStage": "Original"})
    cloudformation.add_response(
        listing, {"StackResourceSummaries": page[:2], "NextToken": "2"}, {"StackName": STACK}
    )
    more = {"StackResourceSummaries": page[2:4], "NextToken": "3"}
    cloudformation.add_response(listing, more, {"StackName": STACK, "NextToken": "2"})
    last = {"StackResourceSummaries": page[4:]}
    cloudformation.add_response(listing, last, {"StackName": STACK, "NextToken": "3"})
    assert sorted(pulled(clients, "shop").snapshot["resources"]) == ["R0", "R1", "R2", "R3", "R4"]


def test_masked_and_resolved_parameters_as_cloudformation_answers_them(
    clients: Clients, cloudformation: Stubber
) -> None:
    parameters = [
        {"ParameterKey": "Word", "ParameterValue": "****"},
        {"ParameterKey": "Image", "ParameterValue": "/ami", "ResolvedValue": "ami-1"},
    ]
    template = {
        "Parameters": {"Word": {"Type": "String", "NoEcho": "TRUE"}, "Image": {"Type": "String"}},
        "Resources": {},
    }
    cloudformation.add_response("describe_stacks", described(Parameters=parameters))
    cloudformation.add_response("get_template", {"TemplateBody": json.dumps(template)})
    cloudformation.add_response("list_stack_resources", {"StackResourceSummaries": []})
    snapshot = pulled(clients, "shop").snapshot
    assert snapshot["parameters"] == {"Image": "/ami", "Word": "****"}
    assert snapshot["ssm"] == {"/ami": "ami-1"}


def test_all_pages_of_exports_are_read(clients: Clients, cloudformation: Stubber) -> None:
    cloudformation.add_response(
        "list_exports", {"Exports": [{"Name": "a", "Value": "1"}], "NextToken": "2"}, {}
    )
    cloudformation.add_response(
        "list_exports", {"Exports": [{"Name": "b", "Value": "2"}]}, {"NextToken": "2"}
    )
    assert CloudFormationReader(clients).exports() == {"a": "1", "b": "2"}


def test_other_types_are_read_through_cloud_control(clients: Clients) -> None:
    answer = {
        "TypeName": "AWS::SNS::Topic",
        "ResourceDescription": {
            "Identifier": "arn:1",
            "Properties": json.dumps({"TopicName": "orders", "Endpoint": {"Address": "db.local"}}),
        },
    }
    with Stubber(clients.client("cloudcontrol")) as stub:
        stub.add_response("get_resource", answer, {"TypeName": "AWS::SNS::Topic", "Identifier": "arn:1"})
        wanted = {"arn:1": frozenset({"TopicName", "Endpoint.Address", "Nothing"})}
        values = CloudFormationReader(clients).attributes("AWS::SNS::Topic", wanted)
    assert values == {"arn:1": {"Endpoint.Address": "db.local", "TopicName": "orders"}}


@pytest.mark.parametrize(
    "code", ["UnsupportedActionException", "ResourceNotFoundException", "AccessDeniedException"]
)
def test_what_cloud_control_cannot_read_is_left_out(code: str, clients: Clients) -> None:
    with Stubber(clients.client("cloudcontrol")) as stub:
        stub.add_client_error(
            "get_resource", code, "User: ann is not authorized to perform: sns:GetTopicAttributes"
        )
        assert CloudFormationReader(clients).attributes("AWS::SNS::Topic", {"arn:1": frozenset({"A"})}) == {}


def test_not_being_allowed_to_ask_cloud_control_is_an_error(clients: Clients) -> None:
    with Stubber(clients.client("cloudcontrol")) as stub:
        said = "User: ann is not authorized to perform: cloudformation:GetResource"
        stub.add_client_error("get_resource", "AccessDeniedException", said)
        with pytest.raises(ServiceError, match="may not cloudformation:GetResource"):
            CloudFormationReader(clients).attributes("AWS::SNS::Topic", {"arn:1": frozenset({"A"})})


def test_instances_are_read_by_hundreds_not_one_by_one(clients: Clients) -> None:
    ids = [f"i-{number:017x}" for number in range(450)]
    with Stubber(clients.client("ec2")) as stub:
        for start in (0, 200, 400):
            batch = ids[start : start + 200]
            filters = {"Filters": [{"Name": "instance-id", "Values": batch}]}
            instances = [{"InstanceId": identifier, "PrivateIpAddress": "10.0.0.1"} for identifier in batch]
            half = len(batch) // 2
            first = {"Reservations": [{"Instances": instances[:half]}], "NextToken": "more"}
            stub.add_response("describe_instances", first, filters)
            second = {"Reservations": [{"Instances": instances[half:]}]}
            stub.add_response("describe_instances", second, {**filters, "NextToken": "more"})
        wanted = {identifier: frozenset({"PrivateIp", "PublicIp"}) for identifier in ids}
        values = CloudFormationReader(clients).attributes("AWS::EC2::Instance", wanted)
        stub.assert_no_pending_responses()
    assert values == {identifier: {"PrivateIp": "10.0.0.1"} for identifier in ids}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "call",
    [
        "cloudformation:DescribeStacks",
        "cloudformation:GetTemplate",
        "cloudformation:ListStackResources",
        "ec2:DescribeInstances",
    ],
)
def test_one_call_failing_once(call: str, kind: str, stack: str, clients: Clients, proxy: FaultProxy) -> None:
    """The snapshot is as without the fault, or there is none and a sentence says why."""
    expected = pulled(clients, stack).snapshot
    proxy.fail(call, kind)
    try:
        found = pulled(clients, stack).snapshot
    except ServiceError as error:
        told: ServiceError | None = error
        found = pulled(clients, stack).snapshot
    else:
        told = None
    assert found == expected
    if kind in ("expired", "denied", "skew"):
        assert told is not None
        assert told.request_id == "R1"
        assert told.hint
    elif told is not None:
        assert kind == "truncated"
