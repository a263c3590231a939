"""Two spellings of one value, case by case and as laws."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.cfn.normal import normal, same, sets_of


def instance(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::EC2::Instance", "Properties": properties}


def role(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def policy(*statements: Any) -> dict[str, Any]:
    return role(AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": list(statements)})


ALLOW = {"Effect": "Allow", "Action": ["a:B", "a:C"], "Resource": "*"}
DENY = {"Effect": "Deny", "Action": "a:D", "Resource": "*"}
TAGS = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
SAME: list[tuple[Any, Any]] = [
    (10, "10"),
    (10.0, 10),
    (True, "true"),
    (False, "false"),
    ({"Fn::GetAtt": "A.Outputs.B"}, {"Fn::GetAtt": ["A", "Outputs.B"]}),
    ({"Fn::GetAtt": ["A", "Outputs", "B"]}, {"Fn::GetAtt": "A.Outputs.B"}),
    (instance() | {"DependsOn": "A"}, instance() | {"DependsOn": ["A"]}),
    (instance() | {"DependsOn": ["A", "B"]}, instance() | {"DependsOn": ["B", "A"]}),
    (instance(Tags=TAGS), instance(Tags=[{"Value": 2, "Key": "b"}, {"Value": 1, "Key": "a"}])),
    (instance(SecurityGroupIds=["sg-1", {"Ref": "G"}]), instance(SecurityGroupIds=[{"Ref": "G"}, "sg-1"])),
    (
        instance(Volumes=[{"Device": "a"}, {"Device": "b"}]),
        instance(Volumes=[{"Device": "b"}, {"Device": "a"}]),
    ),
    (
        instance(NetworkInterfaces=[{"DeviceIndex": "0", "GroupSet": ["x", "y"]}]),
        instance(NetworkInterfaces=[{"DeviceIndex": 0, "GroupSet": ["y", "x"]}]),
    ),
    (
        instance(Tags={"Fn::If": ["C", TAGS, {"Ref": "AWS::NoValue"}]}),
        instance(Tags={"Fn::If": ["C", TAGS[::-1], {"Ref": "AWS::NoValue"}]}),
    ),
    (
        instance(Tags=[*TAGS, {"Fn::If": ["C", {"Key": "c"}, {"Ref": "AWS::NoValue"}]}]),
        instance(Tags=[{"Fn::If": ["C", {"Key": "c"}, {"Ref": "AWS::NoValue"}]}, *TAGS]),
    ),
    (
        role(Policies=[{"PolicyName": "a"}, {"PolicyName": "b"}]),
        role(Policies=[{"PolicyName": "b"}, {"PolicyName": "a"}]),
    ),
    (policy(ALLOW, DENY), policy(DENY, ALLOW)),
    (policy(ALLOW), policy(ALLOW | {"Action": ["a:C", "a:B"], "Resource": ["*"]})),
    (
        policy(ALLOW | {"Principal": {"AWS": ["x", "y"]}, "Condition": {"StringLike": {"k": "v"}}}),
        policy(ALLOW | {"Principal": {"AWS": ["y", "x"]}, "Condition": {"StringLike": {"k": ["v"]}}}),
    ),
    (
        policy(ALLOW | {"Principal": "*"}),
        policy(ALLOW | {"Principal": "*", "Action": ["a:C", "a:B"]}),
    ),
    # One statement may stand without brackets in a policy's document.
    (
        role(AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": ALLOW}),
        role(AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [ALLOW]}),
    ),
    (
        {"Type": "AWS::New::Thing", "Properties": {"Tags": TAGS}},
        {"Type": "AWS::New::Thing", "Properties": {"Tags": TAGS[::-1]}},
    ),
]
DIFFERENT: list[tuple[Any, Any]] = [
    (1, True),
    ("True", "true"),
    (None, ""),
    ({}, {"A": None}),
    ({"Fn::GetAtt": "A.B"}, {"Fn::GetAtt": "A.C"}),
    ({"Name": "A.B"}, {"Name": ["A", "B"]}),
    ({"DependsOn": ["A", "B"]}, {"DependsOn": ["B", "A"]}),
    (instance(Tags=TAGS), instance(Tags=[*TAGS, TAGS[0]])),
    (instance(Tags=TAGS), instance(Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "1"}])),
    (instance(UserData={"Fn::Join": ["", ["a", "b"]]}), instance(UserData={"Fn::Join": ["", ["b", "a"]]})),
    (
        instance(SecurityGroupIds=[{"Fn::Select": [0, ["a", "b"]]}]),
        instance(SecurityGroupIds=[{"Fn::Select": [0, ["b", "a"]]}]),
    ),
    ({"Mappings": {"M": {"K": {"Tags": ["a", "b"]}}}}, {"Mappings": {"M": {"K": {"Tags": ["b", "a"]}}}}),
    (
        {"Type": "AWS::Lambda::Function", "Properties": {"Layers": ["a", "b"]}},
        {"Type": "AWS::Lambda::Function", "Properties": {"Layers": ["b", "a"]}},
    ),
    (
        {"Type": "Custom::X", "Properties": {"Tags": TAGS}},
        {"Type": "Custom::X", "Properties": {"Tags": TAGS[::-1]}},
    ),
    (policy(ALLOW), policy(ALLOW | {"Effect": "Deny"})),
    # Only a text may stand without brackets: a parameter may be a list itself.
    (policy(ALLOW | {"Action": {"Ref": "L"}}), policy(ALLOW | {"Action": [{"Ref": "L"}]})),
    # What has no version is no document of a policy, though it has statements (a rule of WAF).
    (role(Rule={"Statement": {"A": 1}}), role(Rule={"Statement": [{"A": 1}]})),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_two_spellings_of_one_value_are_the_same(a: Any, b: Any) -> None:
    assert same(a, b)
    assert same({"Resources": {"x": [a]}}, {"Resources": {"x": [b]}})


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_two_values_are_not(a: Any, b: Any) -> None:
    assert not same(a, b)


@pytest.mark.parametrize(
    "value", [0, {"DependsOn": 0}, {"Type": "A::B", "DependsOn": 0}, {"Fn::GetAtt": "A"}]
)
def test_what_no_template_says_has_one_normal_form_too(value: Any) -> None:
    assert normal(normal(value)) == normal(value)


INSTANCE_SETS = [
    "BlockDeviceMappings",
    "Ipv6Addresses",
    "LicenseSpecifications",
    "NetworkInterfaces",
    "NetworkInterfaces/GroupSet",
    "NetworkInterfaces/PrivateIpAddresses",
    "SecurityGroupIds",
    "SecurityGroups",
    "SsmAssociations",
    "Tags",
    "Volumes",
]


@pytest.mark.parametrize(
    ("type_name", "path"),
    [
        *(("AWS::EC2::Instance", path) for path in INSTANCE_SETS),
        ("AWS::EC2::SecurityGroup", "SecurityGroupIngress"),
        ("AWS::EC2::SecurityGroup", "SecurityGroupEgress"),
        ("AWS::IAM::InstanceProfile", "Roles"),
        ("AWS::IAM::Role", "ManagedPolicyArns"),
        ("AWS::IAM::Role", "Policies"),
        ("AWS::EC2::LaunchTemplate", "LaunchTemplateData/SecurityGroupIds"),
        ("AWS::EFS::FileSystem", "FileSystemTags"),
        ("AWS::Not::Known", "Tags"),
    ],
)
def test_what_has_no_order(type_name: str, path: str) -> None:
    assert tuple(path.split("/")) in sets_of(type_name)


@pytest.mark.parametrize(
    ("type_name", "path"),
    [
        ("AWS::Lambda::Function", "Layers"),
        ("AWS::EMR::Cluster", "Steps"),
        ("AWS::CodePipeline::Pipeline", "Stages"),
        ("AWS::EC2::DHCPOptions", "DomainNameServers"),
        ("AWS::AutoScaling::AutoScalingGroup", "TerminationPolicies"),
        ("AWS::ECS::TaskDefinition", "ContainerDefinitions/Command"),
        ("Custom::Thing", "Tags"),
    ],
)
def test_what_has_an_order(type_name: str, path: str) -> None:
    assert tuple(path.split("/")) not in sets_of(type_name)


# --- Laws ---------------------------------------------------------------------------------------------------------

SCALARS = st.sampled_from(["a", "b", "1", 1, 1.0, True, "true", None, {"Ref": "P"}, {"Fn::GetAtt": "A.B.C"}])
KEYS = st.sampled_from(
    [
        "Tags",
        "SecurityGroupIds",
        "NetworkInterfaces",
        "GroupSet",
        "Key",
        "Value",
        "Statement",
        "Effect",
        "Action",
        "Fn::If",
        "Fn::GetAtt",
        "Fn::Join",
        "DependsOn",
        "Version",
        "Policies",
        "X",
    ]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
TYPES = st.sampled_from(
    ["AWS::EC2::Instance", "AWS::IAM::Role", "AWS::EC2::SecurityGroup", "Custom::X", "AWS::New::X"]
)
NAMES = [
    "Tags",
    "SecurityGroupIds",
    "NetworkInterfaces",
    "BlockDeviceMappings",
    "Policies",
    "SecurityGroupIngress",
    "UserData",
    "X",
]
RESOURCES = st.fixed_dictionaries(
    {"Type": TYPES, "Properties": st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3) | VALUES},
    optional={"DependsOn": st.lists(st.sampled_from("ABC"), max_size=3) | VALUES, "Metadata": VALUES},
)
TEMPLATES = st.fixed_dictionaries(
    {"Resources": st.dictionaries(st.sampled_from("ABC"), RESOURCES, max_size=3)},
    optional={"Outputs": VALUES},
)


@given(TEMPLATES | RESOURCES | VALUES)
def test_what_is_normal_stays_as_it_is(value: Any) -> None:
    assert normal(normal(value)) == normal(value)


@given(TEMPLATES, st.randoms(use_true_random=False), st.booleans())
def test_being_the_same_is_mutual_and_passes_on(one: Any, chance: random.Random, spoiled: bool) -> None:
    """Each of three is another spelling of the one before, or, where it is spoiled, is not."""
    two = respelled(one, chance)
    three = respelled(two, chance)
    if spoiled:
        three = three | {"Description": "another"}
    assert same(one, two)
    assert same(two, one)
    assert same(two, three) == same(three, two) == same(one, three) == (not spoiled)


@given(TEMPLATES, TEMPLATES)
def test_being_the_same_is_mutual(one: Any, two: Any) -> None:
    assert same(one, two) == same(two, one)


@given(TEMPLATES, st.randoms(use_true_random=False))
def test_another_order_of_what_has_none_never_changes_the_normal_form(
    one: Any, chance: random.Random
) -> None:
    assert normal(respelled(one, chance)) == normal(one)


def respelled(template: Any, chance: random.Random) -> Any:
    """Return the template with its keys, and the lists that have no order, in another order, and numbers as text."""
    resources = {}
    for name, resource in shuffled(template["Resources"], chance).items():
        made = shuffled(resource, chance)
        if isinstance(made.get("DependsOn"), list):
            made["DependsOn"] = chance.sample(made["DependsOn"], len(made["DependsOn"]))
        if isinstance(made["Properties"], dict):
            made["Properties"] = {
                key: permuted(value, chance) if (key,) in sets_of(made["Type"]) else as_text(value)
                for key, value in shuffled(made["Properties"], chance).items()
            }
        resources[name] = made
    return shuffled(template | {"Resources": resources}, chance)


def shuffled(value: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    return dict(chance.sample(list(value.items()), len(value)))


def permuted(value: Any, chance: random.Random) -> Any:
    if isinstance(value, list):
        return chance.sample(value, len(value))
    called = value.get("Fn::If") if isinstance(value, dict) and len(value) == 1 else None
    if isinstance(called, list) and len(called) == 3:
        return {"Fn::If": [called[0], permuted(called[1], chance), permuted(called[2], chance)]}
    return value


def as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value
