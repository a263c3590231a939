"""Leaves: a Detail for each value that differs, with its own path, values and cause."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.changes.describe import parsed
from smsgen.changes.leaves import Leaf, leaves, value_at
from smsgen.changes.model import MISSING, Target
from smsgen.changes.pointers import steps_of
from tests.changes.stacks import UNKNOWN, listed, resources, stack, topic, update

VALUES = st.recursive(
    st.sampled_from(["", "a", "b", "1"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["K", "L", "a/b", "~"]), inner, max_size=3)
    ),
    max_leaves=12,
)


def applied(before: Any, edits: list[Leaf]) -> Any:
    """Apply leaves to a value, as their paths say: what is gone last, from the end of its list."""
    made = copy.deepcopy(before)
    for edit in sorted(edits, key=lambda edit: edit.change == "Remove"):
        if not edit.steps:
            made = edit.after
        elif edit.change != "Remove":
            place, step = value_at(made, edit.steps[:-1]), edit.steps[-1]
            if isinstance(place, list) and edit.change == "Add":
                place.insert(int(step), edit.after)
            else:
                place[step] = edit.after
    for edit in reversed([edit for edit in edits if edit.change == "Remove" and edit.steps]):
        del value_at(made, edit.steps[:-1])[edit.steps[-1]]
    return made


@given(VALUES, VALUES)
def test_the_leaves_applied_to_before_give_after(before: Any, after: Any) -> None:
    assert applied(before, list(leaves(before, after))) == after


@given(VALUES, VALUES)
def test_reversing_the_sides_reverses_the_leaves(before: Any, after: Any) -> None:
    there = {edit.steps: (edit.before, edit.after) for edit in leaves(before, after)}
    back = {edit.steps: (edit.after, edit.before) for edit in leaves(after, before)}
    assert there == back


KINDS = st.sampled_from(
    [
        ("AWS::SNS::Topic", "X"),
        ("AWS::EC2::Instance", "Tags"),
        ("AWS::IAM::ManagedPolicy", "PolicyDocument"),
        ("AWS::IAM::Role", "Policies"),
        ("Custom::Thing", "X"),
    ]
)


@given(VALUES, VALUES, KINDS)
def test_the_details_applied_to_the_context_before_give_the_one_after(
    before: Any, after: Any, kind: tuple[str, str]
) -> None:
    type_name, name = kind
    sides = (resources(It={"Type": type_name, "Properties": {name: value}}) for value in (before, after))
    changes = update(*sides).changes_with_property_values
    assert bool(changes) == (before != after)
    for change in changes:
        edits = [_edit(detail.target) for detail in change.details]
        assert applied(change.before_context, edits) == change.after_context


def _edit(target: Target) -> Leaf:
    steps = tuple(int(step) if step.isdecimal() else step for step in steps_of(target.path or ""))
    values = (target.before_value, target.after_value)
    return Leaf(steps, *(MISSING if value is None else parsed(value) for value in values))


@given(VALUES)
def test_a_value_has_no_leaves_against_itself(value: Any) -> None:
    assert not list(leaves(value, copy.deepcopy(value)))
    assert list(leaves(MISSING, value)) == [Leaf((), MISSING, value)]


def details(change: dict[str, Any]) -> set[tuple[Any, ...]]:
    """Return (path, change, before, after, source, evaluation, entity) of each detail, JSON values as text."""
    return {
        (
            detail["Target"]["Path"],
            detail["Target"]["AttributeChangeType"],
            str(detail["Target"].get("BeforeValue")),
            str(detail["Target"].get("AfterValue")),
            detail["ChangeSource"],
            detail["Evaluation"],
            detail.get("CausingEntity"),
        )
        for detail in change["Details"]
    }


DIRECT = ("DirectModification", "Static", None)
DYNAMIC = ("DirectModification", "Dynamic", None)


def function(**variables: Any) -> dict[str, Any]:
    return {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": variables}}}


def test_each_variable_has_its_own_cause() -> None:
    declared = {"Parameters": {"P": {"Type": "String"}}}
    before = declared | resources(F=function(A={"Ref": "P"}, B="old", C="same", D="gone"))
    after = declared | resources(F=function(A={"Ref": "P"}, B="new", C="same", E="more"))
    change = listed(update(stack(before, {"P": "1"}), after, {"P": "2"}), values=True)["F"]
    variables = "/Properties/Environment/Variables"
    assert details(change) == {
        (f"{variables}/A", "Modify", "1", "2", "ParameterReference", "Static", "P"),
        (f"{variables}/A", "Modify", "1", "2", *DYNAMIC),
        (f"{variables}/B", "Modify", "old", "new", *DIRECT),
        (f"{variables}/D", "Remove", "gone", "None", *DIRECT),
        (f"{variables}/E", "Add", "None", "more", *DIRECT),
    }
    assert {detail["Target"]["Name"] for detail in change["Details"]} == {"Environment"}


def test_plain_the_property_is_listed_and_not_its_leaves() -> None:
    before, after = resources(F=function(A="1", B="1")), resources(F=function(A="2", B="2"))
    change = listed(update(before, after), values=False)["F"]
    target = {"Attribute": "Properties", "Name": "Environment", "RequiresRecreation": "Never"}
    assert [detail["Target"] for detail in change["Details"]] == [target]


def test_a_path_is_a_json_pointer() -> None:
    before, after = resources(F=function(**{"a/b~": "1"})), resources(F=function(**{"a/b~": "2"}))
    change = listed(update(before, after), values=True)["F"]
    assert {path for path, *_ in details(change)} == {"/Properties/Environment/Variables/a~1b~0"}
    assert details(change) == {("/Properties/Environment/Variables/a~1b~0", "Modify", "1", "2", *DIRECT)}


def interface(**more: Any) -> dict[str, Any]:
    return {"Type": "AWS::EC2::NetworkInterface", "Properties": {"SubnetId": "subnet-1", **more}}


def test_documented_an_element_added_a_property_removed() -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets-view.html"""
    before = resources(I=interface(Description="", Ipv4Prefixes=[], Tags=[]) | {"DeletionPolicy": "Retain"})
    after = resources(
        I=interface(Description="Description", Tags=[{"Key": "Test", "Value": "Test"}])
        | {"DeletionPolicy": "Retain"}
    )
    change = listed(update(before, after), values=True)["I"]
    assert (change["Scope"], change["Replacement"]) == (["Properties", "Tags"], "False")
    assert details(change) == {
        ("/Properties/Ipv4Prefixes", "Remove", "[]", "None", *DIRECT),
        ("/Properties/Description", "Modify", "", "Description", *DIRECT),
        ("/Properties/Tags/0", "Add", "None", "{'Key': 'Test', 'Value': 'Test'}", *DIRECT),
    }
    assert {"Attribute": "Tags", "RequiresRecreation": "Never", "Path": "/Properties/Tags/0"}.items() <= next(
        detail["Target"] for detail in change["Details"] if detail["Target"]["Attribute"] == "Tags"
    ).items()
    assert change["BeforeContext"]["DeletionPolicy"] == change["AfterContext"]["DeletionPolicy"] == "Retain"


def test_a_property_that_is_new_is_one_leaf() -> None:
    before, after = resources(I=interface()), resources(I=interface(Tags=[{"Key": "Name", "Value": "a"}]))
    change = listed(update(before, after), values=True)["I"]
    assert details(change) == {
        ("/Properties/Tags", "Add", "None", "[{'Key': 'Name', 'Value': 'a'}]", *DIRECT)
    }


def test_what_no_value_removes_is_not_counted() -> None:
    declared = {"Parameters": {"P": {"Type": "String"}}}
    before = declared | resources(I=interface(GroupSet=["sg-0", {"Ref": "P"}]))
    after = declared | resources(I=interface(GroupSet=[{"Ref": "AWS::NoValue"}, "sg-0", {"Ref": "P"}]))
    change = listed(update(stack(before, {"P": "sg-1"}), after, {"P": "sg-2"}), values=True)["I"]
    assert details(change) == {
        ("/Properties/GroupSet/1", "Modify", "sg-1", "sg-2", "ParameterReference", "Static", "P"),
        ("/Properties/GroupSet/1", "Modify", "sg-1", "sg-2", *DYNAMIC),
    }


def test_an_element_of_a_list_parameter_has_the_parameter_for_a_cause() -> None:
    declared = {"Parameters": {"P": {"Type": "List<AWS::EC2::SecurityGroup::Id>"}}}
    template = declared | resources(I=interface(GroupSet={"Ref": "P"}))
    change = listed(
        update(stack(template, {"P": "sg-00000001"}), template, {"P": "sg-00000001,sg-00000002"}), values=True
    )["I"]
    assert details(change) == {
        ("/Properties/GroupSet/1", "Add", "None", "sg-00000002", "ParameterReference", "Static", "P"),
        ("/Properties/GroupSet/1", "Add", "None", "sg-00000002", *DYNAMIC),
    }


def test_a_leaf_inside_what_fn_if_chooses_has_the_cause_that_stands_there() -> None:
    declared = {"Parameters": {"P": {"Type": "String"}}, "Conditions": {"C": {"Fn::Equals": ["a", "a"]}}}
    chosen = {"Fn::If": ["C", {"Variables": {"A": {"Ref": "P"}, "B": "same"}}, {"Ref": "AWS::NoValue"}]}
    template = declared | resources(
        F={"Type": "AWS::Lambda::Function", "Properties": {"Environment": chosen}}
    )
    change = listed(update(stack(template, {"P": "1"}), template, {"P": "2"}), values=True)["F"]
    path = "/Properties/Environment/Variables/A"
    assert details(change) == {
        (path, "Modify", "1", "2", "ParameterReference", "Static", "P"),
        (path, "Modify", "1", "2", *DYNAMIC),
    }


def policy(*, sid: str = "S", resource: Any = "*") -> dict[str, Any]:
    statement = {"Sid": sid, "Effect": "Allow", "Action": "s3:Get*", "Resource": [resource]}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "p", "PolicyDocument": document}}


def test_a_policy_that_is_edited_is_listed_whole() -> None:
    change = listed(update(resources(P=policy()), resources(P=policy(sid="T"))), values=True)["P"]
    assert [path for path, *_ in details(change)] == ["/Properties/PolicyDocument"]
    target = change["Details"][0]["Target"]
    assert target["AfterValue"]["Statement"][0]["Sid"] == "T"


def test_a_policy_that_only_reads_what_changed_is_listed_by_what_reads_it() -> None:
    """Recorded: a policy whose resources are parameters, of which nothing is known until they are applied."""
    template = {"Parameters": {"Arn": {"Type": "String"}}} | resources(P=policy(resource={"Ref": "Arn"}))
    change = listed(update(stack(template, {"Arn": "1"}), template, {"Arn": "2"}), values=True)["P"]
    path = "/Properties/PolicyDocument/Statement/0/Resource/0"
    assert details(change) == {
        (path, "Modify", "1", "2", "ParameterReference", "Static", "Arn"),
        (path, "Modify", "1", "2", *DYNAMIC),
    }


def test_a_policy_that_is_edited_besides_is_listed_whole_and_without_a_cause() -> None:
    declared = {"Parameters": {"Arn": {"Type": "String"}}}
    before = declared | resources(P=policy(resource={"Ref": "Arn"}))
    after = declared | resources(P=policy(resource={"Ref": "Arn"}, sid="T"))
    change = listed(update(stack(before, {"Arn": "1"}), after, {"Arn": "2"}), values=True)["P"]
    assert {(path, *rest[3:]) for path, _, *rest in details(change)} == {
        ("/Properties/PolicyDocument", "Static", None)
    }


def test_a_document_inside_of_a_list_is_listed_whole() -> None:
    def role(action: str) -> dict[str, Any]:
        document = {"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
        policies = [{"PolicyName": "p", "PolicyDocument": document}]
        return {"Type": "AWS::IAM::Role", "Properties": {"Policies": policies}}

    change = listed(update(resources(R=role("s3:Get*")), resources(R=role("s3:Put*"))), values=True)["R"]
    assert [path for path, *_ in details(change)] == ["/Properties/Policies/0/PolicyDocument"]


def test_every_document_of_a_list_is_listed_and_what_stands_beside_it() -> None:
    def role(name: str, action: str) -> dict[str, Any]:
        document = {"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
        policies = [{"PolicyName": f"{name}{at}", "PolicyDocument": document} for at in range(2)]
        return {"Type": "AWS::IAM::Role", "Properties": {"Policies": policies}}

    change = listed(update(resources(R=role("a", "s3:Get*")), resources(R=role("b", "s3:Put*"))), values=True)
    assert {path for path, *_ in details(change["R"])} == {
        f"/Properties/Policies/{at}/{name}" for at in range(2) for name in ("PolicyName", "PolicyDocument")
    }


def test_a_reference_to_a_replaced_resource_is_a_leaf_of_its_own() -> None:
    def template(name: str) -> dict[str, Any]:
        return resources(T=topic(TopicName=name), F=function(TOPIC={"Ref": "T"}, NAME="same"))

    change = listed(update(template("a"), template("b")), values=True)["F"]
    path = "/Properties/Environment/Variables/TOPIC"
    assert details(change) == {
        (path, "Modify", "id-of-T", UNKNOWN, "ResourceReference", "Static", "T"),
        (path, "Modify", "id-of-T", UNKNOWN, *DYNAMIC),
    }


def test_a_masked_value_of_another_shape_shows_nothing_of_the_secret() -> None:
    declared = {"Parameters": {"P": {"Type": "CommaDelimitedList", "NoEcho": True}}}
    template = declared | resources(I=interface(GroupSet={"Ref": "P"}))
    change = listed(update(stack(template, {"P": "qq1,qq2"}), template, {"P": "qq1,qq3"}), values=True)["I"]
    assert "qq" not in str(change)
    assert {(before, after) for _, _, before, after, *_ in details(change)} == {("****", "****")}


@pytest.mark.parametrize(
    ("type_name", "target"),
    [
        ("AWS::EC2::Instance", ("Tags", None, "Never")),
        ("AWS::EC2::VPC", ("Tags", None, "Never")),
        ("AWS::AutoScaling::AutoScalingGroup", ("Tags", None, "Never")),
        ("AWS::S3::Bucket", ("Properties", "Tags", "Never")),
        ("AWS::RDS::DBInstance", ("Properties", "Tags", "Never")),
        ("AWS::FSx::FileSystem", ("Tags", None, "Conditionally")),
    ],
)
def test_tags_are_an_attribute_of_their_own_by_type(
    type_name: str, target: tuple[str, str | None, str]
) -> None:
    before, after = (
        resources(X={"Type": type_name, "Properties": {"Tags": [{"Key": "a", "Value": value}]}})
        for value in "12"
    )
    change = listed(update(before, after), values=False)["X"]
    (detail,) = change["Details"]
    got = detail["Target"]
    assert (got["Attribute"], got.get("Name"), got["RequiresRecreation"]) == target
    assert change["Scope"] == [target[0]]


def test_metadata_has_leaves_of_its_own() -> None:
    def function(asset: str) -> dict[str, Any]:
        metadata = {"aws:asset:path": asset, "aws:asset:property": "Code"}
        return {
            "Type": "AWS::Lambda::Function",
            "Metadata": metadata,
            "Properties": {"Runtime": "nodejs22.x"},
        }

    answer = update(resources(F=function("asset.1")), resources(F=function("asset.2")))
    change = listed(answer, values=True)["F"]
    (detail,) = change["Details"]
    assert change["Scope"] == ["Metadata"]
    assert detail["Target"] == {
        "Attribute": "Metadata",
        "RequiresRecreation": "Never",
        "Path": "/Metadata/aws:asset:path",
        "AttributeChangeType": "Modify",
        "BeforeValue": "asset.1",
        "AfterValue": "asset.2",
    }
