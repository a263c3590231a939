"""A list without order, as a person reads it: which elements go, come and change."""

from typing import Any

import pytest

from smsgen.changes import predict
from smsgen.changes.model import Environment, Stack
from smsgen.report.view import view_of

INSTANCE, GROUP = "AWS::EC2::Instance", "AWS::EC2::SecurityGroup"


def tag(key: str, value: Any) -> dict[str, Any]:
    return {"Key": key, "Value": value}


def rule(port: int) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": "10.0.0.0/8"}


def volume(device: str, size: int) -> dict[str, Any]:
    return {"DeviceName": device, "Ebs": {"VolumeSize": size}}


def said(type_name: str, name: str, before: Any, after: Any, **parameters: str) -> list[tuple[str, ...]]:
    """What a change of one property of a resource is called, with the values on both sides."""
    sides = [
        {
            "Parameters": {"P": {"Type": "String", "Default": "p"}},
            "Resources": {"R": {"Type": type_name, "Properties": {name: value}}},
        }
        for value in (before, after)
    ]
    change_set = predict(Stack("s", sides[0]), sides[1], parameters, environment=Environment())
    (row,) = view_of(change_set).rows
    return [(value.name, value.before or "", value.after or "", *value.causes) for value in row.values]


CASES = [
    (INSTANCE, "SecurityGroupIds", ["sg-1", "sg-2"], ["sg-2"], [("security group 1", "sg-1", "")]),
    (INSTANCE, "SecurityGroupIds", ["sg-2"], ["sg-1", "sg-2"], [("security group 1", "", "sg-1")]),
    (INSTANCE, "SecurityGroupIds", ["sg-1"], ["sg-2"], [("security group 1", "sg-1", "sg-2")]),
    (
        GROUP,
        "SecurityGroupIngress",
        [rule(22), rule(443), rule(80)],
        [rule(443), rule(80)],
        [("ingress rule 1", '{"IpProtocol":"tcp","FromPort":"22","ToPort":"22","CidrIp":"10.0.0.0/8"}', "")],
    ),
    (INSTANCE, "Tags", [tag("A", 1), tag("B", 2)], [tag("B", 3)], [("tag B", "2", "3"), ("tag A", "1", "")]),
    (
        INSTANCE,
        "Tags",
        [tag("A", 1), tag("B", 2), tag("C", 3)],
        [tag("N", 0), tag("C", 3), tag("B", {"Ref": "P"})],
        [("tag B", "2", "q", "parameter P changed"), ("tag A", "1", ""), ("tag N", "", "0")],
    ),
    (
        INSTANCE,
        "BlockDeviceMappings",
        [volume("/dev/a", 1), volume("/dev/b", 2), volume("/dev/c", 3)],
        [volume("/dev/b", 4), volume("/dev/c", 3)],
        [
            ("volume /dev/b size", "2", "4"),
            ("volume /dev/a", '{"DeviceName":"/dev/a","Ebs":{"VolumeSize":"1"}}', ""),
        ],
    ),
    (INSTANCE, "Tags", [tag("A", 1)], [tag("B", 1)], [("tag A key", "A", "B")]),
]


@pytest.mark.parametrize(("type_name", "name", "before", "after", "words"), CASES)
def test_what_goes_or_comes_is_named_wherever_the_others_stand(
    type_name: str, name: str, before: Any, after: Any, words: Any
) -> None:
    assert said(type_name, name, before, after, P="q") == words


def test_a_list_with_order_is_told_by_position() -> None:
    found = said("AWS::CloudFront::Distribution", "Aliases", ["a", "b"], ["b"])
    assert [name for name, *_ in found] == ["aliases 1", "aliases 2"]


def test_what_is_not_known_is_told_by_position() -> None:
    before = ["sg-1", {"Fn::ImportValue": "A"}, "sg-3"]
    found = said(INSTANCE, "SecurityGroupIds", before, [{"Fn::ImportValue": "B"}, "sg-3"])
    assert [name for name, *_ in found][:2] == ["security group 1", "security group 2"]
