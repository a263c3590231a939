"""A snapshot holds what a change set needs, and nothing that was masked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
import yaml

from smsgen.changes import predict
from smsgen.changes.stack import read_snapshot
from smsgen.errors import SmsgenError
from smsgen.operations.stacks.pull import dump_snapshot, pull

ROOT = "arn:aws:cloudformation:eu-central-1:123456789012:stack/shop/1"
CHILD = "arn:aws:cloudformation:eu-central-1:123456789012:stack/shop-Child-X/2"


class FakeReader:
    """Stacks as data; `asked` is every question that was put."""

    def __init__(self, stacks: Mapping[str, Any]) -> None:
        self.stacks = stacks
        self.ssm: dict[str, str] = {}
        self.all_exports: dict[str, str] = {}
        self.values: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[Any, ...]] = []

    def stack(self, name: str) -> Mapping[str, Any] | None:
        self.asked.append(("stack", name))
        by_name = {entry["described"]["StackName"]: entry for entry in self.stacks.values()}
        found = self.stacks.get(name) or by_name.get(name)
        return found["described"] if found else None

    def template(self, stack_id: str, stage: str) -> str:
        self.asked.append(("template", stack_id, stage))
        return str(self.stacks[stack_id]["templates"][stage])

    def resources(self, stack_id: str) -> tuple[Mapping[str, Any], ...]:
        self.asked.append(("resources", stack_id))
        return tuple(
            {
                "LogicalResourceId": name,
                "ResourceType": kind,
                "PhysicalResourceId": physical,
                "ResourceStatus": status,
            }
            for name, kind, physical, status in self.stacks[stack_id]["resources"]
        )

    def attributes(
        self, type_name: str, wanted: Mapping[str, frozenset[str]]
    ) -> Mapping[str, Mapping[str, Any]]:
        self.asked.append(("attributes", type_name, dict(wanted)))
        return {
            identifier: {
                name: self.values[identifier][name] for name in names if name in self.values[identifier]
            }
            for identifier, names in wanted.items()
            if identifier in self.values
        }

    def ssm_values(self, names: Iterable[str]) -> Mapping[str, str]:
        self.asked.append(("ssm", tuple(sorted(names))))
        return {name: self.ssm[name] for name in names if name in self.ssm}

    def exports(self) -> Mapping[str, str]:
        self.asked.append(("exports",))
        return self.all_exports

    def zones(self) -> tuple[str, ...]:
        return ("eu-central-1a",)


def entry(
    stack_id: str, template: str, resources: Iterable[tuple[str, ...]] = (), **described: Any
) -> dict[str, Any]:
    name = stack_id.split("/")[1]
    return {
        "described": {"StackName": name, "StackId": stack_id, "StackStatus": "CREATE_COMPLETE", **described},
        "templates": {"Original": template},
        "resources": [(*resource, "CREATE_COMPLETE")[:4] for resource in resources],
    }


PLAIN = "Resources: {Web: {Type: AWS::EC2::Instance}}"
WEB = ("Web", "AWS::EC2::Instance", "i-1")


def reader(
    template: str = PLAIN, resources: Iterable[tuple[str, ...]] = (WEB,), **described: Any
) -> FakeReader:
    return FakeReader({ROOT: entry(ROOT, template, resources, **described)})


def test_a_snapshot_has_the_shape_of_the_recorded_cases() -> None:
    outputs = [{"OutputKey": "Url", "OutputValue": "http://x"}]
    made = reader(Outputs=outputs, Tags=[{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}])
    assert pull(made, "shop").snapshot == {
        "stackName": "shop",
        "stackId": ROOT,
        "template": {"Resources": {"Web": {"Type": "AWS::EC2::Instance"}}},
        "parameters": {},
        "ssm": {},
        "resources": {"Web": {"type": "AWS::EC2::Instance", "physicalId": "i-1"}},
        "outputs": {"Url": "http://x"},
        "tags": {"a": "1", "b": "2"},
        "children": {},
        "environment": {
            "pseudo": {
                "AWS::AccountId": "123456789012",
                "AWS::Partition": "aws",
                "AWS::Region": "eu-central-1",
                "AWS::StackId": ROOT,
                "AWS::StackName": "shop",
                "AWS::URLSuffix": "amazonaws.com",
            },
            "ssm": {},
        },
    }


def test_only_attributes_that_a_template_reads_are_asked_for_once_a_type() -> None:
    template = """
Resources:
  Web: {Type: AWS::EC2::Instance}
  App:
    Type: AWS::EC2::Instance
    Properties: {UserData: !Sub "${Web.PrivateIp} ${!Web.No} ${AWS::Region} ${X.Y}"}
  Idle: {Type: AWS::EC2::Instance}
Outputs:
  A: {Value: !GetAtt App.PublicIp}
  B: {Value: {"Fn::Sub": ["${Own.Name}", {"Own.Name": !GetAtt [Web, PrivateDnsName]}]}}
"""
    made = reader(
        template, [WEB, ("App", "AWS::EC2::Instance", "i-2"), ("Idle", "AWS::EC2::Instance", "i-3")]
    )
    made.values = {"i-1": {"PrivateIp": "10.0.0.1", "PrivateDnsName": "ip-1"}, "i-2": {"PublicIp": "3.3.3.3"}}
    pulled = pull(made, "shop")
    asked = [question[1:] for question in made.asked if question[0] == "attributes"]
    wanted = {"i-1": frozenset({"PrivateIp", "PrivateDnsName"}), "i-2": frozenset({"PublicIp"})}
    assert asked == [("AWS::EC2::Instance", wanted)]
    assert pulled.snapshot["resources"]["Web"]["attributes"] == made.values["i-1"]
    assert "attributes" not in pulled.snapshot["resources"]["Idle"]
    assert pulled.warnings == ()


def test_what_the_new_template_reads_is_read_too() -> None:
    made = reader()
    made.values = {"i-1": {"PrivateIp": "10.0.0.1"}}
    after = {"Outputs": {"A": {"Value": {"Fn::GetAtt": ["Web", "PrivateIp"]}}}}
    resources = pull(made, "shop", after=[after]).snapshot["resources"]
    assert resources["Web"]["attributes"] == {"PrivateIp": "10.0.0.1"}


def test_an_attribute_that_cannot_be_known_is_a_warning() -> None:
    pulled = pull(reader("Resources: {Web: {Type: X}}\nOutputs: {A: {Value: !GetAtt Web.Secret}}"), "shop")
    (warning,) = pulled.warnings
    assert (warning.code, warning.severity.value) == ("UNKNOWN_ATTRIBUTE", "warning")
    assert "Secret of Web" in warning.message


def test_no_echo_stays_masked_even_its_default() -> None:
    template = "Parameters: {Password: {Type: String, NoEcho: true, Default: hunter2}}\n" + PLAIN
    given = [{"ParameterKey": "Password", "ParameterValue": "****"}]
    snapshot = pull(reader(template, Parameters=given), "shop").snapshot
    assert snapshot["parameters"] == {"Password": "****"}
    assert snapshot["template"]["Parameters"]["Password"]["Default"] == "****"
    assert "hunter2" not in dump_snapshot(snapshot, "json")


def test_a_wait_condition_handle_loses_its_signature() -> None:
    url = "https://cloudformation-waitcondition.s3.amazonaws.com/arn?AWSAccessKeyId=AKIA&Signature=deadbeef"
    made = reader(resources=[("Handle", "AWS::CloudFormation::WaitConditionHandle", url)])
    assert "deadbeef" not in dump_snapshot(pull(made, "shop").snapshot, "yaml")


def test_what_does_not_exist_is_not_a_resource() -> None:
    made = reader(
        resources=[WEB, ("Old", "X", "i-9", "DELETE_COMPLETE"), ("Never", "X", "", "CREATE_FAILED")]
    )
    assert list(pull(made, "shop").snapshot["resources"]) == ["Web"]


def test_ssm_values_as_deployed_and_as_they_are_now() -> None:
    template = f"""
Parameters:
  Image: {{Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"}}
  Name: {{Type: AWS::SSM::Parameter::Name}}
{PLAIN}"""
    given = [
        {"ParameterKey": "Image", "ParameterValue": "/ami", "ResolvedValue": "ami-1"},
        {"ParameterKey": "Name", "ParameterValue": "/name"},
    ]
    made = reader(template, Parameters=given)
    made.ssm = {"/ami": "ami-2", "/name": "never asked"}
    snapshot = pull(made, "shop").snapshot
    assert snapshot["ssm"] == {"/ami": "ami-1"}
    assert snapshot["environment"]["ssm"] == {"/ami": "ami-2"}
    assert ("ssm", ("/ami",)) in made.asked


def test_exports_are_asked_for_only_where_a_template_imports() -> None:
    made = reader(PLAIN + "\nOutputs: {A: {Value: !ImportValue net}}")
    made.all_exports = {"other": "2", "net": "1"}
    assert pull(made, "shop").snapshot["environment"]["exports"] == {"net": "1", "other": "2"}
    plain = reader()
    assert "exports" not in pull(plain, "shop").snapshot["environment"]
    assert ("exports",) not in plain.asked


def test_zones_are_asked_for_only_where_a_template_lists_them() -> None:
    made = reader(PLAIN + '\nOutputs: {A: {Value: !Select [0, !GetAZs ""]}}')
    assert pull(made, "shop").snapshot["environment"]["zones"] == {"eu-central-1": ["eu-central-1a"]}
    assert "zones" not in pull(reader(), "shop").snapshot["environment"]


def test_nested_stacks_are_read_and_their_outputs_are_attributes() -> None:
    parent = (
        "Resources: {Child: {Type: AWS::CloudFormation::Stack}}\n"
        "Outputs: {A: {Value: !GetAtt Child.Outputs.Ip}}"
    )
    stacks = {
        ROOT: entry(ROOT, parent, [("Child", "AWS::CloudFormation::Stack", CHILD)]),
        CHILD: entry(CHILD, PLAIN, [WEB], Outputs=[{"OutputKey": "Ip", "OutputValue": "10.0.0.1"}]),
    }
    pulled = pull(FakeReader(stacks), "shop")
    assert pulled.warnings == ()
    assert pulled.snapshot["resources"]["Child"]["attributes"] == {"Outputs.Ip": "10.0.0.1"}
    child = pulled.snapshot["children"]["Child"]
    assert child["stackName"] == "shop-Child-X"
    assert child["resources"]["Web"]["physicalId"] == "i-1"


def test_the_processed_template_is_read_where_a_macro_made_it() -> None:
    made = reader("Transform: AWS::Serverless-2016-10-31\n" + PLAIN)
    made.stacks[ROOT]["templates"]["Processed"] = '{"Resources": {"Made": {"Type": "X"}}}'
    snapshot = pull(made, "shop").snapshot
    assert snapshot["template"]["Transform"] == "AWS::Serverless-2016-10-31"
    assert snapshot["processedTemplate"] == {"Resources": {"Made": {"Type": "X"}}}
    assert (
        read_snapshot(dump_snapshot(snapshot, "yaml").encode(), "x").template == snapshot["processedTemplate"]
    )
    assert "processedTemplate" not in pull(reader(), "shop").snapshot


@pytest.mark.parametrize(
    ("stack_id", "partition", "suffix"),
    [
        ("arn:aws-cn:cloudformation:cn-north-1:1:stack/shop/1", "aws-cn", "amazonaws.com.cn"),
        ("arn:aws-us-gov:cloudformation:us-gov-west-1:1:stack/shop/1", "aws-us-gov", "amazonaws.com"),
    ],
)
def test_pseudo_parameters_of_other_partitions(stack_id: str, partition: str, suffix: str) -> None:
    made = FakeReader({stack_id: entry(stack_id, PLAIN, [WEB])})
    pseudo = pull(made, "shop").snapshot["environment"]["pseudo"]
    assert (pseudo["AWS::Partition"], pseudo["AWS::URLSuffix"]) == (partition, suffix)


def test_a_stack_that_is_not_there_or_only_in_review() -> None:
    with pytest.raises(SmsgenError, match="there is no stack cart"):
        pull(reader(), "cart")
    with pytest.raises(SmsgenError, match="never deployed"):
        pull(reader(StackStatus="REVIEW_IN_PROGRESS"), "shop")


def test_the_same_stack_gives_the_same_bytes_in_whatever_order_aws_lists_it() -> None:
    resources = [WEB, ("App", "AWS::EC2::Instance", "i-2")]
    one, other = (pull(reader(resources=order), "shop").snapshot for order in (resources, resources[::-1]))
    for kind in ("json", "yaml"):
        assert dump_snapshot(one, kind) == dump_snapshot(other, kind)


@pytest.mark.parametrize("kind", ["json", "yaml"])
def test_what_is_pulled_is_what_a_prediction_reads(kind: str) -> None:
    template = """
Parameters: {Word: {Type: String, NoEcho: true}}
Resources:
  Web: {Type: AWS::EC2::Instance, Properties: {ImageId: ami-1, UserData: !Ref Word}}
  Note: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !GetAtt Web.PrivateIp}}
Outputs: {Zone: {Value: !Select [0, !GetAZs ""]}}
"""
    given = [{"ParameterKey": "Word", "ParameterValue": "****"}]
    tags = [{"Key": "app", "Value": "shop"}]
    made = reader(template, [WEB, ("Note", "AWS::SSM::Parameter", "note")], Parameters=given, Tags=tags)
    made.values = {"i-1": {"PrivateIp": "10.0.0.1"}}
    snapshot = pull(made, "shop").snapshot
    stack = read_snapshot(dump_snapshot(snapshot, kind).encode(), f"deployed.{kind}")
    assert (stack.stack_name, stack.stack_id) == ("shop", ROOT)
    assert stack.template == snapshot["template"]
    assert (stack.parameters, stack.tags) == ({"Word": "****"}, {"app": "shop"})
    assert stack.resources["Web"].physical_id == "i-1"
    assert stack.resources["Web"].attributes == {"PrivateIp": "10.0.0.1"}
    assert stack.environment is not None
    assert stack.environment.pseudo["AWS::Region"] == "eu-central-1"
    assert stack.environment.zones == {"eu-central-1": ("eu-central-1a",)}
    assert stack.environment.exports is None
    same = predict(stack, stack.template, stack.parameters, environment=stack.environment)
    assert same.changes == ()


def test_both_formats_say_the_same() -> None:
    script = "#!/bin/sh\necho 0123 yes 2024-01-01\n"
    template = {
        "Resources": {
            "A": {"Type": "X", "Properties": {"U": script, "N": "0123", "D": "2024-01-01", "E": "1e3"}}
        }
    }
    snapshot = pull(reader(json.dumps(template)), "shop").snapshot
    assert (
        yaml.safe_load(dump_snapshot(snapshot, "yaml"))
        == json.loads(dump_snapshot(snapshot, "json"))
        == snapshot
    )
    assert "U: |\n" in dump_snapshot(snapshot, "yaml")
