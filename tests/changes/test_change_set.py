"""What a change set is as a whole, and what of hidden values counts."""

from typing import Any

import pytest

from smsgen.changes import Environment, Stack, predict
from smsgen.changes.findings.beyond import beyond
from smsgen.changes.model import StackResource
from tests.changes.stacks import ENVIRONMENT, PSEUDO, causes, create, listed, resources, stack, topic, update


def test_a_change_set_is_of_the_kind_that_its_sides_make_it() -> None:
    template = resources(T=topic(), U=topic())
    assert create(template).change_set_type == "CREATE"
    assert update(template, template).change_set_type == "UPDATE"
    queue = {"Type": "AWS::SQS::Queue", "DeletionPolicy": "Retain"}
    imported = update(template, resources(T=topic(), U=topic(), Q=queue), imports={"Q": {"QueueUrl": "u"}})
    assert imported.change_set_type == "IMPORT"


HIDDEN: dict[str, Any] = {"Parameters": {"Secret": {"Type": "String", "NoEcho": True}}}


def hidden(**more: Any) -> dict[str, Any]:
    return HIDDEN | resources(
        T=topic(DisplayName={"Ref": "Secret"}),
        U=topic(TopicName={"Fn::GetAtt": ["T", "DisplayName"]}),
        **more,
    )


def test_a_hidden_value_that_stays_is_no_change_for_those_who_read_it() -> None:
    answer = update(stack(hidden(), {"Secret": "one"}), hidden(), {"Secret": "one"})
    assert (answer.status, answer.changes, answer.changes_with_property_values) == ("FAILED", (), ())


def test_a_hidden_value_is_masked_where_it_is_read_through_another_resource() -> None:
    deployed = stack(hidden(), {"Secret": "one"})
    changed = hidden()
    changed["Resources"]["U"]["Properties"]["DisplayName"] = {"Fn::GetAtt": ["T", "DisplayName"]}
    answer = update(deployed, changed, {"Secret": "one"})
    contexts = listed(answer, values=True)["U"]
    assert contexts["AfterContext"]["Properties"] == {"TopicName": "****", "DisplayName": "****"}
    assert "one" not in str(answer.describe(include_property_values=True))


def live(**attributes: Any) -> Stack:
    """Return a stack whose nested stack has an output, and whose topic was made without an ARN that is known."""
    template = resources(
        Child={"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://b/c"}},
        T=topic(TopicName="t"),
        Reader=topic(DisplayName="x"),
    )
    return Stack(
        "app",
        template,
        resources={
            "Child": StackResource("AWS::CloudFormation::Stack", "arn:child"),
            "T": StackResource("AWS::SNS::Topic", "topic-1", "arn:topic-1", attributes),
            "Reader": StackResource("AWS::SNS::Topic", "topic-2"),
        },
        children={"Child": Stack("child", resources(A=topic()), outputs={"Name": "from-child"})},
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "T"}, "arn:topic-1"),  # what Ref gives, where it is not the physical id
        ({"Ref": "Reader"}, "{{changeSet:KNOWN_AFTER_APPLY}}"),
        ({"Ref": "Child"}, "arn:child"),
        ({"Fn::GetAtt": ["T", "Extra"]}, "e"),
        ({"Fn::GetAtt": ["T", "TopicName"]}, "t"),  # a property that is read back
        ({"Fn::GetAtt": ["T", "Nothing"]}, "{{changeSet:KNOWN_AFTER_APPLY}}"),
        ({"Fn::GetAtt": ["Child", "Outputs.Name"]}, "from-child"),
        ({"Fn::GetAtt": ["Child", "Outputs.Other"]}, "{{changeSet:KNOWN_AFTER_APPLY}}"),
    ],
)
def test_a_reference_to_what_stays_gives_the_live_value(value: Any, expected: str) -> None:
    deployed = live(Extra="e")
    after = {"Resources": {**deployed.template["Resources"], "New": topic(DisplayName=value)}}
    if value == {"Ref": "Reader"}:  # whose name changes, so that it is replaced
        after["Resources"]["Reader"] = topic(DisplayName="x", TopicName="other")
    answer = predict(deployed, after, {}, environment=Environment(PSEUDO, exports={}))
    assert listed(answer, values=True)["New"]["AfterContext"] == {"Properties": {"DisplayName": expected}}


def test_only_the_first_complaint_is_the_reason() -> None:
    missing = resources(A=topic(X={"Fn::ImportValue": "gone"}), B=topic(X={"Fn::ImportValue": "also"}))
    reason = update(resources(T=topic()), missing).status_reason
    assert reason is not None
    assert (reason.count("No export named"), "[WARN]" in reason) == (1, True)
    assert create(resources(T=topic())).status_reason is None
    assert ENVIRONMENT.exports == {}


def test_another_attribute_that_is_not_known_either_is_a_change() -> None:
    before = resources(T=topic(), U=topic(DisplayName={"Fn::GetAtt": ["T", "One"]}))
    after = resources(T=topic(), U=topic(DisplayName={"Fn::GetAtt": ["T", "Two"]}))
    assert [change.logical_resource_id for change in update(before, after).changes] == ["U"]
    assert update(before, before).changes == ()


def test_the_default_of_a_mapping_counts_only_where_it_is_taken() -> None:
    def template(name: str) -> dict[str, Any]:
        default = {"DefaultValue": {"Ref": "Default"}}
        return {
            "Parameters": {"Key": {"Type": "String"}, "Default": {"Type": "String"}},
            "Mappings": {"M": {"K": {"a": "1", "b": "2"}}},
            **resources(T=topic(DisplayName={"Fn::FindInMap": ["M", "K", {"Ref": name}, default]})),
        }

    one = template("Key")
    deployed = stack(one, {"Key": "a", "Default": "x"})
    taken = listed(update(deployed, one, {"Key": "b", "Default": "y"}), values=True)["T"]
    assert {cause for _, _, cause in causes(taken)} == {"Key", None}
    missing = listed(update(deployed, one, {"Key": "c", "Default": "y"}), values=True)["T"]
    assert {cause for _, _, cause in causes(missing)} == {"Key", "Default", None}


def test_texts_are_shown_as_they_are_written() -> None:
    answer = update(resources(T=topic(X={"a": "ö"})), resources(T=topic(X={"a": "é"})))
    (change,) = answer.describe(include_property_values=True)["Changes"]
    assert change["ResourceChange"]["AfterContext"] == '{"Properties":{"X":{"a":"é"}}}'
    answer = update(resources(T=topic()), resources(T=topic(X={"a": "é"})))
    (change,) = answer.describe(include_property_values=True)["Changes"]
    (detail,) = change["ResourceChange"]["Details"]
    assert detail["Target"]["AfterValue"] == '{"a":"é"}'


def test_what_is_no_resource_on_the_deployed_side_breaks_nothing() -> None:
    deployed = Stack("app", {"Resources": {"T": topic(), "Odd": 5}})
    assert update(deployed, resources(T=topic())).changes == ()
    made = update(deployed, resources(T=topic(), Odd=topic()))
    assert [(change.action, change.logical_resource_id) for change in made.changes] == [("Add", "Odd")]
    assert beyond(made) == ()


def test_a_parameter_is_found_in_what_follows_a_condition() -> None:
    resource = {"Type": "AWS::SNS::Topic", "Condition": "Yes", "Properties": {"DisplayName": {"Ref": "P"}}}
    template = {
        "Parameters": {"P": {"Type": "String"}},
        "Conditions": {"Yes": {"Fn::Equals": ["1", "1"]}},
        **resources(T=resource),
    }
    changed = update(stack(template, {"P": "1"}), template, {"P": "2"})
    assert [change.logical_resource_id for change in changed.changes] == ["T"]
