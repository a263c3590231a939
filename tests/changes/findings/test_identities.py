"""What is merely replaced stays who it is: the same rule, the same permission."""

from typing import Any

import pytest

from smsgen.changes import predict
from smsgen.changes.findings.security import findings
from smsgen.changes.model import Environment, Stack, StackResource

ARN = {"Fn::GetAtt": ["Q", "Arn"]}
QUEUE = StackResource("AWS::SQS::Queue", "q", attributes={"Arn": "arn:aws:sqs:::q"})
GROUP = StackResource("AWS::EC2::SecurityGroup", "sg-1", attributes={"GroupId": "sg-1"})


def policy(resource: Any, action: str = "sqs:SendMessage") -> dict[str, Any]:
    return {
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, "Principal": {"AWS": "1"}}]
    }


def template(queue: str, group: str = "a", **resources: Any) -> dict[str, Any]:
    return {
        "Parameters": {"Part": {"Type": "String", "Default": "x"}},
        "Resources": {
            "Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": queue}},
            "Sg": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": group}},
            "C": {"Type": "Custom::Answer", "Properties": {"ServiceToken": "arn", "A": queue}},
            "P": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": queue, "Value": queue}},
            **{name: {"Type": type_, "Properties": said} for name, (type_, said) in resources.items()},
        },
    }


def said(
    before: Any, after: Any, parameters: dict[str, str] | None = None, *, live: bool = True
) -> list[str]:
    ids = {"Q": QUEUE, "Sg": GROUP} if live else {}
    change_set = predict(
        Stack("s", before, resources=ids), after, parameters or {}, environment=Environment()
    )
    return [one.message for one in findings(change_set) if one.kind in ("iam", "network")]


SAME = {
    "an ARN": ("AWS::IAM::ManagedPolicy", {"PolicyDocument": policy(ARN)}),
    "in a list": ("AWS::IAM::ManagedPolicy", {"PolicyDocument": policy([ARN, "arn:aws:s3:::b"])}),
    "in a text": ("AWS::SQS::QueuePolicy", {"PolicyDocument": policy({"Fn::Sub": "${Q.Arn}/${Part}"})}),
    "joined": ("AWS::SQS::QueuePolicy", {"PolicyDocument": policy({"Fn::Join": ["/", [ARN, "y"]]})}),
    "named in a map": (
        "AWS::SQS::QueuePolicy",
        {"PolicyDocument": policy({"Fn::Sub": ["${A}/y", {"A": ARN}]})},
    ),
    "of a role": ("AWS::IAM::Role", {"Policies": [{"PolicyName": "p", "PolicyDocument": policy(ARN)}]}),
    "of a profile": ("AWS::EC2::Instance", {"IamInstanceProfile": {"Ref": "Q"}}),
    "a rule of a group": (
        "AWS::EC2::SecurityGroupIngress",
        {
            "GroupId": {"Ref": "Sg"},
            "IpProtocol": "tcp",
            "FromPort": 1,
            "ToPort": 1,
            "CidrIp": "10.0.0.0/8",
        },
    ),
    "a rule from a group": (
        "AWS::EC2::SecurityGroup",
        {
            "SecurityGroupIngress": [
                {"IpProtocol": "-1", "SourceSecurityGroupId": {"Fn::GetAtt": ["Sg", "GroupId"]}}
            ]
        },
    ),
}


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("reader", SAME.values(), ids=SAME)
def test_a_resource_that_is_merely_replaced_stays_who_it_is(reader: Any, live: bool) -> None:
    before, after = template("a", "a", R=reader), template("b", "b", R=reader)
    assert said(before, after, live=live) == []


OTHER = {
    "more is allowed": (policy(ARN), policy(ARN, "sqs:*")),
    "a wider text": (policy({"Fn::Sub": "${Q.Arn}/x"}), policy({"Fn::Sub": "${Q.Arn}/*"})),
    "in place of an ARN": (policy("arn:aws:sqs:::q"), policy(ARN)),
    "another resource": (policy({"Ref": "Sg"}), policy(ARN)),
    "an answer of a custom resource": (
        policy({"Fn::GetAtt": ["C", "Arn"]}),
        policy({"Fn::GetAtt": ["C", "Arn"]}),
    ),
    "a value": (policy({"Fn::GetAtt": ["P", "Value"]}), policy({"Fn::GetAtt": ["P", "Value"]})),
    "a literal that reads like a name": (
        policy({"Fn::Sub": "${!Q.Arn}"}),
        policy({"Fn::Sub": "${Q.Arn}"}),
    ),
}


@pytest.mark.parametrize(("before", "after"), OTHER.values(), ids=OTHER)
def test_what_may_be_another_thing_is_a_finding(before: Any, after: Any) -> None:
    pair = [
        template(name, R=("AWS::SQS::QueuePolicy", {"PolicyDocument": document}))
        for name, document in (("a", before), ("b", after))
    ]
    assert len(said(*pair)) == 1


def test_a_parameter_that_widens_a_text_is_a_finding() -> None:
    reader = ("AWS::SQS::QueuePolicy", {"PolicyDocument": policy({"Fn::Sub": "${Q.Arn}/${Part}"})})
    (message,) = said(template("a", R=reader), template("b", R=reader), {"Part": "*"})
    assert message == "allows sqs:SendMessage on ${Q.Arn}/* to AWS 1"
