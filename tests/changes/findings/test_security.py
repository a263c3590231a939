"""What widens, and what may be lost."""

from typing import Any

import pytest

from smsgen.changes.findings.network import network_widening
from smsgen.changes.findings.permissions import permission_widening
from smsgen.changes.findings.security import findings
from tests.report.scenarios import change_set, snapshot

GROUP = "AWS::EC2::SecurityGroup"
UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}"


def rule(cidr: str = "10.0.0.0/16", port: int = 443, **more: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": str(port), "ToPort": str(port), "CidrIp": cidr, **more}


def group(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"SecurityGroupIngress": list(rules)}


NOT_WIDER = [
    (group(rule(), rule(port=80)), group(rule())),
    (group(rule("10.0.0.0/8")), group(rule("10.1.0.0/16"))),
    (group(rule(ToPort="500")), group(rule(port=450))),
    (group(rule(IpProtocol="-1")), group(rule())),
    (group(rule(port=1), rule(port=2)), group(rule(port=2), rule(port=1))),
    (group(rule(Description="a")), group(rule(Description="b"))),
    (group({**rule(), "FromPort": 443}), group(rule())),
]
WIDER = [
    (group(rule()), group(rule("10.0.0.0/8")), "allows more: ingress of tcp, port 443, from 10.0.0.0/8"),
    (group(rule()), group(rule("0.0.0.0/0")), "opens to the world"),
    (group(rule()), group(rule(), rule(port=22)), "port 22"),
    (group(rule()), group(rule(ToPort="500")), "ports 443-500"),
    (group(rule()), group(rule(IpProtocol="-1")), "all protocols, all ports"),
    (group(rule()), group(rule(IpProtocol="udp")), "udp"),
    (group(rule()), group(rule(UNKNOWN)), UNKNOWN),
    (group(rule(UNKNOWN)), group(rule(UNKNOWN)), UNKNOWN),
    (
        group(),
        group({"IpProtocol": "tcp", "FromPort": "0", "ToPort": "65535", "CidrIpv6": "::/0"}),
        "EC2.13, SSH",
    ),
    ({}, group(rule("0.0.0.0/0", 3389)), "EC2.14, RDP"),
]


@pytest.mark.parametrize(("before", "after"), NOT_WIDER)
def test_a_rule_that_another_covers_is_not_wider(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert list(network_widening(GROUP, before, after)) == []


@pytest.mark.parametrize(("before", "after", "words"), WIDER)
def test_a_rule_that_lets_in_more_is_named(before: dict[str, Any], after: dict[str, Any], words: str) -> None:
    (found,) = network_widening(GROUP, before, after)
    assert words in found


def test_a_rule_that_moves_to_another_group_is_wider_there() -> None:
    before, after = rule(GroupId="sg-1"), rule(GroupId="sg-2")
    assert len(list(network_widening("AWS::EC2::SecurityGroupIngress", before, after))) == 1
    assert list(network_widening("AWS::EC2::SecurityGroupIngress", before, before)) == []


INSTANCE = [
    ({"NetworkInterfaces": [{"AssociatePublicIpAddress": "true"}]}, "EC2.9"),
    ({"MetadataOptions": {"HttpTokens": "optional"}}, "EC2.8"),
    ({"SecurityGroupIds": ["sg-1", "sg-2"]}, "sg-2"),
]


@pytest.mark.parametrize(("after", "words"), INSTANCE)
def test_an_instance_that_is_exposed_is_named(after: dict[str, Any], words: str) -> None:
    before = {"MetadataOptions": {"HttpTokens": "required"}, "SecurityGroupIds": ["sg-1"]}
    (found,) = network_widening("AWS::EC2::Instance", before, {**before, **after})
    assert words in found


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)}}


def allow(action: Any = "s3:GetObject", resource: Any = "arn:aws:s3:::a/*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


DENY = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
CONDITION = {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}
SAME_OR_LESS = [
    (policy(allow(["s3:GetObject", "s3:PutObject"])), policy(allow())),
    (policy(allow("s3:*")), policy(allow("S3:getobject"))),
    (policy(allow(resource="*")), policy(allow())),
    (policy(allow()), policy(allow(**CONDITION))),
    (policy(allow()), policy(allow(), DENY)),
    (policy(allow(["a:b", "c:d"])), policy(allow("a:b"), allow("c:d"))),
    (policy(allow(Principal="*")), policy(allow(Principal={"AWS": "arn:aws:iam::1:root"}))),
]
MORE = [
    (policy(allow()), policy(allow(["s3:GetObject", "s3:PutObject"])), "s3:PutObject"),
    (policy(allow()), policy(allow("s3:*")), "a wildcard"),
    (policy(allow()), policy(allow(resource="*")), "on *"),
    (policy(allow(**CONDITION)), policy(allow()), "s3:GetObject"),
    (policy(allow(), DENY), policy(allow()), "no longer denies s3:* on *"),
    (
        policy(allow()),
        policy(allow(), {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
        "NotAction iam:*",
    ),
    (policy(), policy(allow(Principal="*")), "to *"),
    (policy(), policy(allow(UNKNOWN)), UNKNOWN),
    ({}, {"PolicyDocument": UNKNOWN}, UNKNOWN),
    ({"ManagedPolicyArns": ["a"]}, {"ManagedPolicyArns": ["a", "b"]}, "attaches b"),
    ({"PermissionsBoundary": "b"}, {}, "no permissions boundary"),
    (
        {"PolicyDocument": '{"Statement": []}'},
        {"PolicyDocument": '{"Statement": [{"Effect": "Allow", "Action": "a:b"}]}'},
        "a:b",
    ),
]


@pytest.mark.parametrize(("before", "after"), SAME_OR_LESS)
def test_a_statement_that_another_covers_is_not_wider(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert list(permission_widening("AWS::IAM::ManagedPolicy", before, after)) == []


@pytest.mark.parametrize(("before", "after", "words"), MORE)
def test_a_permission_that_was_not_there_is_named(
    before: dict[str, Any], after: dict[str, Any], words: str
) -> None:
    (found,) = permission_widening("AWS::IAM::Role", before, after)
    assert words in found


def test_trust_of_another_principal_is_named() -> None:
    def trust(service: str) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        return {"AssumeRolePolicyDocument": {"Statement": statement}}

    (found,) = permission_widening(
        "AWS::IAM::Role", trust("ec2.amazonaws.com"), trust("lambda.amazonaws.com")
    )
    assert "to Service lambda.amazonaws.com" in found


def volume(size: int, **attributes: Any) -> dict[str, Any]:
    return {"Type": "AWS::EC2::Volume", "Properties": {"Size": size, "AvailabilityZone": "a"}, **attributes}


@pytest.mark.parametrize(
    ("policy_", "words"),
    [(None, "its data is deleted"), ("Snapshot", "a snapshot is kept"), ("Retain", "outside the stack")],
)
def test_what_holds_data_and_is_removed_is_named_with_its_fate(policy_: str | None, words: str) -> None:
    attributes = {"DeletionPolicy": policy_} if policy_ else {}
    before = {"Resources": {"Data": volume(1, **attributes), "Topic": {"Type": "AWS::SNS::Topic"}}}
    after = {"Resources": {"Other": {"Type": "AWS::SNS::Topic"}}}
    (found,) = findings(change_set(snapshot(before), after))
    assert (found.kind, found.logical_resource_id) == ("stateful", "Data")
    assert words in found.message


def test_what_holds_data_and_is_replaced_is_named() -> None:
    def table(name: str) -> dict[str, Any]:
        return {"Resources": {"Data": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": name}}}}

    (found,) = findings(change_set(snapshot(table("a")), table("b")))
    assert "is replaced: the old one and its data are deleted" in found.message


@pytest.mark.parametrize(
    ("policy_", "words"),
    [
        (None, "its data are deleted"),
        ("Snapshot", "a snapshot of the old one"),
        ("Retain", "the old one is kept"),
    ],
)
def test_the_fate_of_what_may_be_replaced_is_what_the_template_says(policy_: str | None, words: str) -> None:
    """The API has no PolicyAction where it does not know whether the resource is replaced."""

    def server(instance_type: str) -> dict[str, Any]:
        policies = {"DeletionPolicy": "Retain", **({"UpdateReplacePolicy": policy_} if policy_ else {})}
        properties = {"ImageId": "ami-1", "InstanceType": instance_type}
        return {"Resources": {"Data": {"Type": "AWS::EC2::Instance", **policies, "Properties": properties}}}

    (found,) = findings(change_set(snapshot(server("m6i.large")), server("m6i.xlarge")))
    assert "may be replaced" in found.message
    assert words in found.message


def test_an_instance_without_data_may_go() -> None:
    before = {"Resources": {"Web": {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-1"}}}}
    assert findings(change_set(snapshot(before), {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}})) == ()
