"""What is equal though it is written differently is no change for the command; what is another value is one.

In the templates and snapshots that the operation is given, not in `predict`, which says what CloudFormation says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import pytest

from smsgen.changes.change_set import ChangeSet
from smsgen.changes.model import Stack
from smsgen.operations.files.generate_change_set import (
    from_app,
    from_template,
    predict_change_set,
    read_deployed,
)


class Files:
    """Files that are a dict."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def read(self, path: str, *, max_bytes: int) -> bytes:
        return self.texts[path].encode()[:max_bytes]

    def read_within(self, path: str, document: str, *, max_bytes: int) -> bytes:
        return self.read(path, max_bytes=max_bytes)

    def beside(self, path: str, name: str) -> str:
        return str(PurePosixPath(path).parent / name)

    def write(self, path: str, content: bytes, *, replace: bool = True) -> None:
        raise AssertionError("nothing is written")


def predicted(deployed: Any, submitted: Any, *, as_written: bool = False, **beside: str) -> ChangeSet:
    """Compare two texts, or what they are the JSON of."""
    texts = [one if isinstance(one, str) else json.dumps(one) for one in (deployed, submitted)]
    files = Files({"deployed": texts[0], "submitted": texts[1], **beside})
    return predict_change_set(
        from_template("submitted", files=files),
        read_deployed("deployed", files=files),
        parameters={},
        pseudo={},
        as_written=as_written,
    ).change_set


def template(type_name: str, **properties: Any) -> dict[str, Any]:
    return {"Resources": {"R": {"Type": type_name, "Properties": properties}}}


YAML = """
Parameters: {P: {Type: String, Default: 10}}
Conditions: {C: !Equals [!Ref P, "10"]}
Resources:
  A:
    Type: AWS::EC2::Instance
    DependsOn: B
    Properties:
      EbsOptimized: true
      ImageId: !If [C, ami-1, ami-2]
      SubnetId: !Ref P
      UserData: {Fn::Base64: !Sub "a ${B.Arn} ${P}"}
      Tags: [{Key: n, Value: !GetAtt B.Arn}, {Key: 10, Value: 1.0}]
  B: {Type: AWS::SNS::Topic}
Outputs: {O: {Value: !GetAtt B.TopicName}, N: {Value: 10}}
"""
JSON = {
    "Outputs": {"N": {"Value": "10"}, "O": {"Value": {"Fn::GetAtt": ["B", "TopicName"]}}},
    "Resources": {
        "B": {"Type": "AWS::SNS::Topic"},
        "A": {
            "DependsOn": ["B"],
            "Properties": {
                "Tags": [{"Value": "1", "Key": "10"}, {"Key": "n", "Value": {"Fn::GetAtt": ["B", "Arn"]}}],
                "UserData": {"Fn::Base64": {"Fn::Sub": "a ${B.Arn} ${P}"}},
                "SubnetId": {"Ref": "P"},
                "ImageId": {"Fn::If": ["C", "ami-1", "ami-2"]},
                "EbsOptimized": "true",
            },
            "Type": "AWS::EC2::Instance",
        },
    },
    "Conditions": {"C": {"Fn::Equals": [{"Ref": "P"}, 10]}},
    "Parameters": {"P": {"Default": "10", "Type": "String"}},
}


@pytest.mark.parametrize(("deployed", "submitted"), [(YAML, JSON), (JSON, YAML)])
def test_yaml_and_json_of_one_template_are_no_change(deployed: Any, submitted: Any) -> None:
    found = predicted(deployed, submitted)
    assert (found.status, found.changes, found.changes_with_property_values) == ("FAILED", (), ())
    from smsgen.changes.findings.beyond import beyond

    assert beyond(found) == ()


A, B = {"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}
RULES = [
    {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": "10.0.0.0/8"} for port in (80, 443)
]
DISKS = [{"DeviceName": name, "Ebs": {"VolumeSize": 10}} for name in ("/dev/sda1", "/dev/sdb")]
ALLOW = {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"}
DENY = {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}
INTERFACES = [{"DeviceIndex": "0", "GroupSet": ["sg-1", "sg-2"]}, {"DeviceIndex": "1", "GroupSet": ["sg-3"]}]
ROLES = [
    {"PolicyName": name, "PolicyDocument": {"Version": "2012-10-17", "Statement": [ALLOW]}} for name in "ab"
]

NOISE: dict[str, tuple[str, str, Any, Any]] = {
    "tags": ("AWS::EC2::Instance", "Tags", [A, B], [B, A]),
    "tags in a condition": (
        "AWS::EC2::Instance",
        "Tags",
        {"Fn::If": ["C", [A, B], [A]]},
        {"Fn::If": ["C", [B, A], [A]]},
    ),
    "security groups": ("AWS::EC2::Instance", "SecurityGroupIds", ["sg-1", "sg-2"], ["sg-2", "sg-1"]),
    "security-group rules": ("AWS::EC2::SecurityGroup", "SecurityGroupIngress", RULES, RULES[::-1]),
    "block devices": ("AWS::EC2::Instance", "BlockDeviceMappings", DISKS, DISKS[::-1]),
    "network interfaces": (
        "AWS::EC2::Instance",
        "NetworkInterfaces",
        INTERFACES,
        [INTERFACES[1], INTERFACES[0] | {"GroupSet": ["sg-2", "sg-1"], "DeviceIndex": 0}],
    ),
    "managed policies": ("AWS::IAM::Role", "ManagedPolicyArns", ["arn:a", "arn:b"], ["arn:b", "arn:a"]),
    "policies of a role": ("AWS::IAM::Role", "Policies", ROLES, ROLES[::-1]),
    "statements of a policy": (
        "AWS::IAM::ManagedPolicy",
        "PolicyDocument",
        {"Version": "2012-10-17", "Statement": [ALLOW, DENY]},
        {"Version": "2012-10-17", "Statement": [DENY | {"Action": ["iam:*"]}, ALLOW]},
    ),
    "actions of a statement": (
        "AWS::IAM::ManagedPolicy",
        "PolicyDocument",
        {"Statement": [ALLOW]},
        {"Statement": [ALLOW | {"Action": ["s3:List*", "s3:Get*"], "Resource": ["*"]}]},
    ),
    "a number and its text": ("AWS::SNS::Topic", "DisplayName", 10, "10"),
    "a number and its fraction": ("AWS::SNS::Topic", "DisplayName", 1, 1.0),
    "a truth and its text": ("AWS::SNS::Topic", "FifoTopic", True, "true"),
}


@pytest.mark.parametrize("case", NOISE)
def test_another_spelling_is_no_change(case: str) -> None:
    type_name, name, before, after = NOISE[case]
    extra = {"Conditions": {"C": {"Fn::Equals": ["a", "a"]}}}
    one, other = (template(type_name, **{name: value}) | extra for value in (before, after))
    assert predicted(one, other).status == "FAILED"
    assert predicted(other, one).status == "FAILED"


REAL: dict[str, tuple[str, str, Any, Any]] = {
    "layers": ("AWS::Lambda::Function", "Layers", ["arn:a", "arn:b"], ["arn:b", "arn:a"]),
    "name servers": (
        "AWS::EC2::DHCPOptions",
        "DomainNameServers",
        ["10.0.0.1", "10.0.0.2"],
        ["10.0.0.2", "10.0.0.1"],
    ),
    "the parts of a join": (
        "AWS::EC2::Instance",
        "UserData",
        {"Fn::Base64": {"Fn::Join": ["", ["a", "b"]]}},
        {"Fn::Base64": {"Fn::Join": ["", ["b", "a"]]}},
    ),
    "what is selected from": (
        "AWS::EC2::Instance",
        "SecurityGroupIds",
        [{"Fn::Select": [0, ["sg-1", "sg-2"]]}],
        [{"Fn::Select": [0, ["sg-2", "sg-1"]]}],
    ),
    "tags that change places with their values": (
        "AWS::EC2::Instance",
        "Tags",
        [A, B],
        [A | {"Value": "2"}, B | {"Value": "1"}],
    ),
    "one tag more": ("AWS::EC2::Instance", "Tags", [A, B], [B, A, {"Key": "c", "Value": "3"}]),
    "a tag twice": ("AWS::EC2::Instance", "Tags", [A, B], [A, B, B]),
    "a custom resource": ("Custom::Thing", "Tags", [A, B], [B, A]),
    "an effect": (
        "AWS::IAM::ManagedPolicy",
        "PolicyDocument",
        {"Statement": [ALLOW]},
        {"Statement": [ALLOW | {"Effect": "Deny"}]},
    ),
    "a truth and a number": ("AWS::SNS::Topic", "FifoTopic", True, 1),
    "a capital": ("AWS::SNS::Topic", "FifoTopic", "True", True),
}


@pytest.mark.parametrize("case", REAL)
def test_another_value_is_a_change(case: str) -> None:
    type_name, name, before, after = REAL[case]
    extra = {"ServiceToken": "arn:x"} if type_name == "Custom::Thing" else {}
    one, other = (template(type_name, **{name: value}, **extra) for value in (before, after))
    (change,) = predicted(one, other).changes
    assert (change.action, change.logical_resource_id) == ("Modify", "R")


def test_a_mapping_in_another_order_is_another_mapping() -> None:
    def mapped(*groups: str) -> dict[str, Any]:
        first = {"Fn::Select": [0, {"Fn::FindInMap": ["M", "K", "SecurityGroups"]}]}
        return template("AWS::SNS::Topic", DisplayName=first) | {
            "Mappings": {"M": {"K": {"SecurityGroups": list(groups)}}}
        }

    assert [one.action for one in predicted(mapped("a", "b"), mapped("b", "a")).changes] == ["Modify"]


def test_the_order_of_what_stays_is_no_part_of_a_change() -> None:
    interfaces = [{"DeviceIndex": "0", "SubnetId": "subnet-1", "GroupSet": ["sg-1", "sg-2"]}]
    turned = [interfaces[0] | {"GroupSet": ["sg-2", "sg-1"]}]
    before = template("AWS::EC2::Instance", NetworkInterfaces=interfaces, Tags=[A, B])
    after = template("AWS::EC2::Instance", NetworkInterfaces=turned, Tags=[B | {"Value": "3"}, A])
    (change,) = predicted(before, after).changes_with_property_values
    (detail,) = change.details
    assert (change.replacement, detail.target.attribute) == ("False", "Tags")
    assert (detail.target.path, detail.target.after_value) == ("/Properties/Tags/1/Value", "3")


def test_what_is_held_against_cloudformations_answer_is_compared_as_it_is_written() -> None:
    one, other = (template("AWS::EC2::Instance", Tags=tags) for tags in ([A, B], [B, A]))
    assert [change.action for change in predicted(one, other, as_written=True).changes] == ["Modify"]


def test_a_nested_template_in_another_order_is_no_change() -> None:
    nested = {
        "Resources": {
            "N": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "child.json"}}
        }
    }
    was, now = (json.dumps(template("AWS::EC2::Instance", Tags=tags)) for tags in ([A, B], [B, A]))
    arn = "arn:aws:cloudformation:eu-central-1:123456789012:stack/s/1"
    snapshot = {
        "stackName": "s",
        "stackId": arn,
        "template": nested,
        "resources": {"N": {"type": "AWS::CloudFormation::Stack", "physicalId": f"{arn}-n"}},
        "children": {"N": {"stackName": "s-n", "stackId": f"{arn}-n", "template": json.loads(was)}},
    }
    assert predicted(snapshot, nested, **{"child.json": now}).status == "FAILED"
    assert (
        predicted(snapshot, nested, as_written=True, **{"child.json": now}).nested["N"].status
        == "CREATE_COMPLETE"
    )


APP = """
name: shop
tags: [{key: Stage, value: live}, {key: Build, value: "2"}]
serverGroups:
  - name: web
    serverList:
      - serverId: s-5d1e9a20
        vmServer: {vmName: web01}
        imageId: ami-0c5d1e9a20b3f4c61
        launch:
          logicalId: Web
          vpc: vpc-0a1b2c3d
          subnet: subnet-0a1b2c3d
          securityGroup: sg-0a1b2c3d
          instanceType: t3.large
"""


@pytest.mark.parametrize(
    ("deployed", "ignore", "paths"),
    [
        ({"Stage": "test", "Build": "1"}, (), ["/Tags/0/Value", "/Tags/1/Value"]),
        ({"Stage": "test", "Build": "1"}, ("Tags.Build",), ["/Tags/0/Value"]),
        ({"Stage": "live", "Build": "2"}, (), []),
        (None, (), []),
    ],
    ids=["changed", "one is left out", "the same", "not known"],
)
def test_the_tags_of_an_application_are_those_of_its_stack(
    deployed: dict[str, str] | None, ignore: tuple[str, ...], paths: list[str]
) -> None:
    submitted = from_app("app.yaml", files=Files({"app.yaml": APP}))
    before = Stack(submitted.stack_name, submitted.template.body, tags=deployed)
    change_set = predict_change_set(submitted, before, parameters={}, pseudo={}, ignore=ignore).change_set
    changes = change_set.changes_with_property_values
    found = {detail.target.path for change in changes for detail in change.details}
    assert sorted(path or "" for path in found) == paths
