"""What widens, and what may be lost."""

from typing import Any

import pytest

from smsgen.changes import predict
from smsgen.changes.findings.network import network_widening
from smsgen.changes.findings.permissions import permission_widening
from smsgen.changes.findings.security import findings
from smsgen.changes.model import Environment, Stack, StackResource
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
    ({"SecurityGroupIngress": rule()}, group(rule())),
    (group({"IpProtocol": "6", "CidrIp": "10.0.0.0/8"}), group(rule())),
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
    (
        {},
        group({"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "CidrIp": "10.0.0.0/8"}),
        "ingress of icmp, all ports, from 10.0.0.0/8",
    ),
    (
        {},
        group({"IpProtocol": "tcp", "FromPort": UNKNOWN, "ToPort": 1, "CidrIp": "10.0.0.0/8"}),
        "unknown ports",
    ),
    ({}, {"SecurityGroupEgress": [rule("0.0.0.0/0", 22)]}, "opens to the world: egress of tcp, port 22, to"),
    (
        {},
        group(rule("0.0.0.0/0", 22, IpProtocol="udp")),
        "opens to the world: ingress of udp, port 22, from 0.0.0.0/0",
    ),
    (group(rule("fd00::/8")), group(rule("10.0.0.0/8")), "10.0.0.0/8"),
    ({}, {"SecurityGroupIngress": UNKNOWN}, "all protocols, unknown ports"),
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


def test_a_rule_that_only_closes_is_not_named_for_ssh() -> None:
    (found,) = network_widening(GROUP, {}, group(rule("0.0.0.0/0", 22, IpProtocol="udp")))
    assert "EC2.13" not in found
    (found,) = network_widening(GROUP, {}, {"SecurityGroupEgress": [rule("0.0.0.0/0", 22)]})
    assert "EC2.13" not in found


def test_no_other_type_has_rules_or_addresses() -> None:
    assert list(network_widening("AWS::EC2::Subnet", {}, group(rule("0.0.0.0/0")))) == []


def test_an_instance_that_was_as_exposed_before_is_not_named() -> None:
    public = {"NetworkInterfaces": [{"AssociatePublicIpAddress": True}], "SecurityGroupIds": ["sg-1"]}
    assert list(network_widening("AWS::EC2::Instance", public, public)) == []
    fewer = {**public, "SecurityGroupIds": []}
    assert list(network_widening("AWS::EC2::Instance", public, fewer)) == []
    # One that is added joins groups that somebody chose for it: only its address is named.
    (found,) = network_widening("AWS::EC2::Instance", {}, public)
    assert "EC2.9" in found


@pytest.mark.parametrize(("after", "words"), INSTANCE)
def test_an_instance_that_is_exposed_is_named(after: dict[str, Any], words: str) -> None:
    before = {"MetadataOptions": {"HttpTokens": "required"}, "SecurityGroupIds": ["sg-1"]}
    (found,) = network_widening("AWS::EC2::Instance", before, {**before, **after})
    assert words in found


def named(*groups: Any) -> dict[str, Any]:
    return {"SecurityGroupIds": list(groups)}


ID = {"Fn::GetAtt": ["Sg", "GroupId"]}
JOINS = [
    ("the same group is replaced", named("sg-1"), named(UNKNOWN), (named(ID), named(ID)), ""),
    ("as another function", named("sg-1"), named(UNKNOWN), (named(ID), named({"Ref": "Sg"})), ""),
    (
        "in another order",
        named("sg-1", "sg-2"),
        named("sg-2", UNKNOWN),
        (named(ID, "sg-2"), named("sg-2", ID)),
        "",
    ),
    (
        "a new one beside it",
        named("sg-1"),
        named(UNKNOWN, UNKNOWN),
        (named(ID), named(ID, {"Ref": "New"})),
        "New",
    ),
    ("another one in its place", named("sg-1"), named(UNKNOWN), (named(ID), named({"Ref": "New"})), "New"),
    ("in place of one by its id", named("sg-1"), named(UNKNOWN), (named("sg-1"), named(ID)), "Sg"),
    ("nothing is written", named("sg-1"), named(UNKNOWN), ({}, {}), UNKNOWN),
    (
        "in an interface",
        {"NetworkInterfaces": [{"GroupSet": ["sg-1"]}]},
        {"NetworkInterfaces": [{"GroupSet": ["sg-1", "sg-2"]}]},
        ({}, {}),
        "sg-2",
    ),
    ("into an interface", named("sg-1"), {"NetworkInterfaces": [{"GroupSet": ["sg-1"]}]}, ({}, {}), ""),
]


@pytest.mark.parametrize(("_", "before", "after", "written", "joined"), JOINS)
def test_a_group_that_is_merely_replaced_is_no_other_group(
    _: str, before: Any, after: Any, written: Any, joined: str
) -> None:
    secure = {"MetadataOptions": {"HttpTokens": "required"}}
    found = list(network_widening("AWS::EC2::Instance", before | secure, after | secure, written))
    assert found == ([f"the instance joins more security groups: {joined}"] if joined else [])


def test_a_group_that_is_replaced_in_a_template_is_no_finding() -> None:
    def made(name: str) -> dict[str, Any]:
        sg = {"Type": GROUP, "Properties": {"GroupDescription": name}}
        instance = {
            "ImageId": "ami-1",
            "SecurityGroupIds": [ID],
            "MetadataOptions": {"HttpTokens": "required"},
        }
        return {"Resources": {"Sg": sg, "I": {"Type": "AWS::EC2::Instance", "Properties": instance}}}

    ids = {"Sg": StackResource(GROUP, "sg-1", attributes={"GroupId": "sg-1"})}
    change_set = predict(Stack("s", made("a"), resources=ids), made("b"), {}, environment=Environment())
    assert {change.logical_resource_id for change in change_set.changes} == {"Sg", "I"}
    assert findings(change_set) == ()


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
    (policy(allow("s3:Get?bject")), policy(allow())),
    (policy(allow("s3:*Object*Tag*")), policy(allow("s3:GetObjectVersionTagging"))),
    (policy(allow("s3:G*t*t")), policy(allow("s3:Gott"))),
    (policy(allow(resource="arn:aws:s3:::[a]/*")), policy(allow(resource="arn:aws:s3:::[a]/x"))),
    ({}, policy({"Effect": "Allow", "Resource": "*"})),
    ({"Policies": ["no map"]}, {"Policies": ["no map"]}),
    (policy(allow(Principal="*")), policy(allow(Principal={"AWS": "arn:aws:iam::1:root"}))),
]
MORE = [
    (policy(allow()), policy(allow(["s3:GetObject", "s3:PutObject"])), "s3:PutObject"),
    (policy(allow()), policy(allow("s3:*")), "a wildcard"),
    (policy(allow("s3:*")), policy(allow("ec2:RunInstances")), "ec2:RunInstances"),
    (policy(allow("s3:Get?")), policy(allow("s3:GetXY")), "s3:GetXY"),
    (policy(allow("s3:*Object*Tag*")), policy(allow("s3:GetTagOfObject")), "s3:GetTagOfObject"),
    (policy(allow("s3:*Object*Tag")), policy(allow("s3:GetObjectTagging")), "s3:GetObjectTagging"),
    (policy(allow(UNKNOWN)), policy(allow(UNKNOWN)), UNKNOWN),
    (policy(allow("*")), policy(allow(resource=UNKNOWN)), UNKNOWN),
    (
        policy({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}),
        policy(allow("s3:*", "*")),
        "allows s3:* on * (a wildcard)",
    ),
    (policy(allow(**CONDITION)), policy(allow(Condition={"Bool": {"aws:x": "y"}})), "s3:GetObject"),
    (policy(allow(resource="arn:aws:s3:::[a]/*")), policy(allow(resource="arn:aws:s3:::a/x")), "a/x"),
    (policy(DENY), policy(allow(), DENY), "allows s3:GetObject"),
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


@pytest.mark.parametrize(
    ("type_name", "before", "after", "said"),
    [
        ("AWS::IAM::UserToGroupAddition", {"Users": ["a"]}, {"Users": ["a", "b"]}, ["adds b to the group"]),
        ("AWS::IAM::Group", {"Users": ["a"]}, {"Users": ["a", "b"]}, []),
        ("AWS::IAM::Policy", {"Roles": ["r"]}, {"Roles": ["r", "s", "t"]}, ["applies to more roles: s, t"]),
        ("AWS::IAM::ManagedPolicy", {"Groups": []}, {"Groups": ["g"]}, ["applies to more groups: g"]),
        ("AWS::IAM::ManagedPolicy", {"Users": ["u"]}, {"Users": ["u"]}, []),
        ("AWS::IAM::Role", {"Roles": ["r"]}, {"Roles": ["r", "s"]}, []),
        # A policy that is added is named by its statements, not by whom it applies to.
        ("AWS::IAM::Policy", {}, {"Roles": ["r"]}, []),
        (
            "AWS::EC2::Instance",
            {"IamInstanceProfile": "a"},
            {"IamInstanceProfile": "b"},
            ["the instance gets another profile: b"],
        ),
        ("AWS::EC2::Instance", {"IamInstanceProfile": "a"}, {"IamInstanceProfile": "a"}, []),
        ("AWS::EC2::Instance", {"IamInstanceProfile": "a"}, {"ImageId": "ami-1"}, []),
        ("AWS::EC2::Instance", {}, {"IamInstanceProfile": "b"}, []),
        ("AWS::IAM::Role", {"PermissionsBoundary": "b"}, {"PermissionsBoundary": "c"}, []),
        (
            "AWS::IAM::Role",
            {"ManagedPolicyArns": [UNKNOWN]},
            {"ManagedPolicyArns": [UNKNOWN]},
            [f"attaches {UNKNOWN}"],
        ),
    ],
)
def test_whom_a_policy_reaches(type_name: str, before: Any, after: Any, said: list[str]) -> None:
    assert list(permission_widening(type_name, before, after)) == said


def test_trust_of_another_principal_is_named() -> None:
    def trust(service: str) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        return {"AssumeRolePolicyDocument": {"Statement": statement}}

    (found,) = permission_widening(
        "AWS::IAM::Role", trust("ec2.amazonaws.com"), trust("lambda.amazonaws.com")
    )
    assert found == "allows sts:AssumeRole to Service lambda.amazonaws.com"


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


def encrypted(*values: Any, **more: Any) -> dict[str, Any]:
    devices = [{"DeviceName": f"/dev/sd{at}", "Ebs": {"Encrypted": value}} for at, value in enumerate(values)]
    properties = {"ImageId": "ami-1", "BlockDeviceMappings": devices, **more}
    return {"Resources": {"Web": {"Type": "AWS::EC2::Instance", "Properties": properties}}}


def devices_of(type_name: str, value: bool) -> dict[str, Any]:
    properties = encrypted(value)["Resources"]["Web"]["Properties"] | {"ServiceToken": "arn:x"}
    return {"Resources": {"Web": {"Type": type_name, "Properties": properties}}}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (encrypted(True), encrypted(False), ["a volume is no longer encrypted"]),
        (encrypted("true", True), encrypted("true", "false"), ["a volume is no longer encrypted"]),
        (encrypted(False), encrypted(False, Monitoring=True), []),
        (encrypted(False), encrypted(True), []),
        (encrypted(True), encrypted(True, Monitoring=True), []),
        (None, encrypted(False), []),
        # What a custom resource calls so is no volume.
        (devices_of("Custom::Thing", True), devices_of("Custom::Thing", False), []),
    ],
)
def test_a_volume_that_loses_its_encryption_is_named(before: Any, after: Any, said: list[str]) -> None:
    found = findings(change_set(snapshot(before) if before else None, after))
    assert [one.message for one in found if one.kind == "stateful"] == said


@pytest.mark.parametrize(
    ("instance", "is_named"),
    [
        ({"Properties": {"ImageId": "ami-1", "DisableApiTermination": "True"}}, True),
        ({"Properties": {"ImageId": "ami-1", "DisableApiTermination": False}}, False),
        ({"DeletionPolicy": "RetainExceptOnCreate", "Properties": {"ImageId": "ami-1"}}, True),
        ({"DeletionPolicy": "Delete", "Properties": {"ImageId": "ami-1"}}, False),
    ],
)
def test_an_instance_that_is_protected_holds_data(instance: dict[str, Any], is_named: bool) -> None:
    before = {"Resources": {"Data": {"Type": "AWS::EC2::Instance", **instance}}}
    found = findings(change_set(snapshot(before), {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}))
    assert [one.logical_resource_id for one in found] == ["Data"] * is_named


def elastic(**properties: Any) -> dict[str, Any]:
    topic = {"Type": "AWS::SNS::Topic"}
    policies = {name: properties.pop(name) for name in ("DeletionPolicy",) if name in properties}
    address = {"Type": "AWS::EC2::EIP", **policies, "Properties": properties}
    return {"Resources": {"Web": address, "T": topic}}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            elastic(),
            {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}},
            "given back, and nobody gets it again",
        ),
        (elastic(NetworkBorderGroup="a"), elastic(NetworkBorderGroup="b"), "is given back, and another one"),
        (elastic(DeletionPolicy="Retain"), {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}, ""),
        (elastic(Tags=[{"Key": "a", "Value": "1"}]), elastic(Tags=[{"Key": "a", "Value": "2"}]), ""),
    ],
)
def test_an_elastic_address_that_is_lost_is_named(before: Any, after: Any, said: str) -> None:
    found = [one.message for one in findings(change_set(snapshot(before), after))]
    assert bool(found) is bool(said)
    assert all(said in message for message in found)
