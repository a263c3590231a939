"""Tags of the stack itself: what takes tags is modified, and the answer says how sure that is."""

from typing import Any

import pytest

from smsgen.changes import ChangeSet, predict
from smsgen.changes.model import Stack
from smsgen.changes.tags import stack_tags
from smsgen.changes.uncertain import STACK_TAGS
from tests.changes.stacks import ENVIRONMENT, listed, resources, stack, topic

TEMPLATE = resources(
    Web={"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-1"}},
    Topic=topic(DisplayName="x"),
    Record={"Type": "AWS::Route53::RecordSet", "Properties": {"Name": "x."}},
)


def retagged(
    before: dict[str, str] | None,
    after: dict[str, str] | None,
    template: dict[str, Any] = TEMPLATE,
    **more: Any,
) -> ChangeSet:
    deployed = stack(TEMPLATE, tags=before)
    return predict(deployed, template, {}, environment=ENVIRONMENT, tags=after, **more)


def test_every_resource_that_takes_tags_is_modified() -> None:
    answer = retagged({"Stage": "test"}, {"Stage": "live"})
    for values in (False, True):
        changes = listed(answer, values=values)
        assert sorted(changes) == ["Topic", "Web"]  # a record takes none
        for change in changes.values():
            (detail,) = change["Details"]
            assert (change["Replacement"], change["Scope"]) == ("False", ["Tags"])
            assert (detail["Evaluation"], detail["ChangeSource"]) == ("Static", "DirectModification")
            target = detail["Target"]
            assert (target["Attribute"], target.get("Name"), target["RequiresRecreation"]) == (
                "Tags",
                None,
                "Never",
            )
    assert target["Path"] == "/Tags/0/Value"
    assert (target["BeforeValue"], target["AfterValue"]) == ("test", "live")
    assert answer.uncertain == (STACK_TAGS,)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": "1", "b": "2"}, {"b": "2", "a": "1"}),
        (None, {"a": "1"}),
        ({"a": "1"}, None),
    ],
    ids=["another order", "the deployed ones are not known", "they stay"],
)
def test_no_change_of_the_stacks_tags(before: dict[str, str] | None, after: dict[str, str] | None) -> None:
    answer = retagged(before, after)
    assert (answer.status, answer.changes, answer.uncertain) == ("FAILED", (), ())


def test_a_stack_without_anything_that_takes_tags_still_changes() -> None:
    template = resources(Record=TEMPLATE["Resources"]["Record"])
    deployed = stack(template, tags={"a": "1"})
    answer = predict(deployed, template, {}, environment=ENVIRONMENT, tags={})
    assert (answer.status, answer.changes) == ("CREATE_COMPLETE", ())


def test_what_is_new_comes_after_what_stays() -> None:
    assert stack_tags({"b": "1", "a": "2"}, {"c": "3", "a": "2", "b": "4"}) == (
        [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": "2"}],
        [{"Key": "b", "Value": "4"}, {"Key": "a", "Value": "2"}, {"Key": "c", "Value": "3"}],
    )


def test_plain_a_resources_own_tags_and_the_stacks_are_one_detail() -> None:
    web = {
        "Type": "AWS::EC2::Instance",
        "Properties": {"ImageId": "ami-1", "Tags": [{"Key": "k", "Value": "v"}]},
    }
    answer = retagged({"a": "1"}, {"a": "2"}, resources(**(TEMPLATE["Resources"] | {"Web": web})))
    assert len(listed(answer, values=False)["Web"]["Details"]) == 1
    paths = [one["Target"]["Path"] for one in listed(answer, values=True)["Web"]["Details"]]
    assert paths == ["/Properties/Tags", "/Tags/0/Value"]


def test_a_nested_stack_passes_them_on_and_keeps_its_own() -> None:
    nested = resources(
        Child={"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "a.yaml"}},
    )
    child = Stack("child", TEMPLATE, tags={"own": "1", "Stage": "test", "gone": "1"})
    deployed = stack(nested, tags={"Stage": "test", "gone": "1"}, children={"Child": child})
    answer = predict(
        deployed,
        nested,
        {},
        environment=ENVIRONMENT,
        children={"a.yaml": TEMPLATE},
        tags={"Stage": "live"},
    )
    (topic_change,) = (
        c for c in answer.nested["Child"].changes_with_property_values if c.logical_resource_id == "Topic"
    )
    context = topic_change.after_context or {}
    assert context["Tags"] == [{"Key": "own", "Value": "1"}, {"Key": "Stage", "Value": "live"}]


VERSIONED: dict[str, Any] = {
    "Template": {
        "Type": "AWS::EC2::LaunchTemplate",
        "Properties": {"LaunchTemplateData": {"ImageId": "ami-1"}},
    },
    "Group": {
        "Type": "AWS::AutoScaling::AutoScalingGroup",
        "Properties": {
            "MaxSize": "1",
            "MinSize": "1",
            "LaunchTemplate": {
                "LaunchTemplateId": {"Ref": "Template"},
                "Version": {"Fn::GetAtt": ["Template", "LatestVersionNumber"]},
            },
        },
    },
}


def test_a_group_that_reads_the_version_of_a_launch_template_is_said_to_follow() -> None:
    changed = {**VERSIONED["Template"], "Properties": {"LaunchTemplateData": {"ImageId": "ami-2"}}}
    before, after = resources(**VERSIONED), resources(**(VERSIONED | {"Template": changed}))
    answer = predict(stack(before), after, {}, environment=ENVIRONMENT)
    assert sorted(listed(answer, values=False)) == ["Group", "Template"]
    assert sorted(listed(answer, values=True)) == ["Template"]
    (sentence,) = answer.uncertain
    assert "Group reads Template.LatestVersionNumber" in sentence


def test_nothing_is_said_where_no_version_is_made() -> None:
    tagged = {
        **VERSIONED["Template"],
        "Properties": {**VERSIONED["Template"]["Properties"], "TagSpecifications": []},
    }
    before, after = resources(**VERSIONED), resources(**(VERSIONED | {"Template": tagged}))
    assert predict(stack(before), after, {}, environment=ENVIRONMENT).uncertain == ()
