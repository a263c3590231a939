"""Rules: assertions that the values of parameters must meet."""

from __future__ import annotations

from typing import Any

import pytest

from smsgen.changes import Environment, predict
from smsgen.errors import InvalidInput
from tests.changes.stacks import ENVIRONMENT, resources, stack, topic

ENV = {"Ref": "Env"}
TYPE = {"Ref": "Type"}
SUBNETS = {"Ref": "Subnets"}


def template(*asserts: Any, condition: Any = None, **rule: Any) -> dict[str, Any]:
    """Return a template whose rule asserts each of the values; the description of the first is its number."""
    said = [{"Assert": value, "AssertDescription": f"number {at}"} for at, value in enumerate(asserts)]
    when = {} if condition is None else {"RuleCondition": condition}
    return resources(T=topic()) | {
        "Parameters": {
            "Env": {"Type": "String", "Default": "test"},
            "Type": {"Type": "String", "Default": "m1.small"},
            "Subnets": {"Type": "CommaDelimitedList", "Default": "a,b"},
            "Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/path"},
        },
        "Rules": {"R": {"Assertions": said, **when, **rule}},
    }


def refused(submitted: dict[str, Any], parameters: dict[str, str] | None = None, **stored: str) -> list[str]:
    environment = Environment(
        ENVIRONMENT.pseudo, exports={}, ssm={f"/{name}": value for name, value in stored.items()}
    )
    try:
        predict(None, submitted, dict(parameters or {}), environment=environment)
    except InvalidInput as error:
        return [found.message if found.code == "RULE" else found.code for found in error.diagnostics]
    return []


TRUE: dict[str, Any] = {
    "contains": {"Fn::Contains": [["m1.large", "m1.small"], TYPE]},
    "contains, of a list parameter": {"Fn::Contains": [SUBNETS, "b"]},
    "each equals": {"Fn::EachMemberEquals": [["test", "test"], ENV]},
    "each in": {"Fn::EachMemberIn": [SUBNETS, ["a", "b", "c"]]},
    "equals": {"Fn::Equals": [ENV, "test"]},
    "not": {"Fn::Not": [{"Fn::Contains": [["1", "2"], ENV]}]},
    "and": {"Fn::And": [{"Fn::Equals": [ENV, "test"]}, {"Fn::Contains": [SUBNETS, "a"]}]},
    "or": {"Fn::Or": [{"Fn::Equals": [ENV, "prod"]}, {"Fn::Contains": [SUBNETS, "a"]}]},
    "a number and its text": {"Fn::Contains": [[1, 2], "2"]},
}
FALSE: dict[str, Any] = {
    "contains": {"Fn::Contains": [["m1.large"], TYPE]},
    "each equals": {"Fn::EachMemberEquals": [SUBNETS, "a"]},
    "each in": {"Fn::EachMemberIn": [SUBNETS, ["a", "c"]]},
    "not": {"Fn::Not": [{"Fn::Contains": [["test"], ENV]}]},
    "not each in": {"Fn::Not": [{"Fn::EachMemberIn": [SUBNETS, ["a", "b"]]}]},
    "not each equals": {"Fn::Not": [{"Fn::EachMemberEquals": [["test", "test"], ENV]}]},
    "and": {"Fn::And": [{"Fn::Equals": [ENV, "test"]}, {"Fn::Contains": [SUBNETS, "z"]}]},
    "one false of several not known": {"Fn::EachMemberIn": [["x", {"Ref": "Stored"}], ["y"]]},
}
NOT_KNOWN: dict[str, Any] = {
    "all of the account": {"Fn::EachMemberIn": [["vpc-1"], {"Fn::RefAll": "AWS::EC2::VPC::Id"}]},
    "attributes of a parameter": {"Fn::Contains": [{"Fn::ValueOf": ["Subnets", "VpcId"]}, "vpc-1"]},
    "attributes of all": {"Fn::EachMemberEquals": [{"Fn::ValueOfAll": ["AWS::EC2::VPC::Id", "Tags.A"]}, "x"]},
    "what is stored elsewhere": {"Fn::Contains": [["1"], {"Ref": "Stored"}]},
    "not what is not known": {"Fn::Not": [{"Fn::Contains": [{"Fn::RefAll": "AWS::EC2::VPC::Id"}, "x"]}]},
    "a broken call": {"Fn::Contains": "x"},
    "a call of a number": {"Fn::Contains": 5},
    "a call of three": {"Fn::Contains": [["x"], "y", "z"]},
    "not each of some not known": {"Fn::Not": [{"Fn::EachMemberIn": [["y", {"Ref": "Stored"}], ["y"]]}]},
    "no assertion": "x",
}


@pytest.mark.parametrize("value", TRUE.values(), ids=TRUE)
def test_what_is_met_says_nothing(value: Any) -> None:
    assert refused(template(value)) == []


@pytest.mark.parametrize("value", FALSE.values(), ids=FALSE)
def test_what_is_not_met_is_said_in_the_rules_own_words(value: Any) -> None:
    assert refused(template(value)) == ["number 0"]


@pytest.mark.parametrize("value", NOT_KNOWN.values(), ids=NOT_KNOWN)
def test_what_is_not_known_is_not_judged(value: Any) -> None:
    assert refused(template(value)) == []


def test_the_values_that_are_given_count() -> None:
    rule = template({"Fn::Contains": [["m1.large"], TYPE]})
    assert refused(rule, {"Type": "m1.large"}) == []
    stored = template({"Fn::Not": [{"Fn::Contains": [["1", "2"], {"Ref": "Stored"}]}]})
    assert refused(stored, path="2") == ["number 0"]
    assert refused(stored, path="6") == []


@pytest.mark.parametrize(("env", "said"), [("prod", ["number 0"]), ("test", [])])
def test_a_rule_counts_where_its_condition_is_true(env: str, said: list[str]) -> None:
    rule = template({"Fn::Contains": [["m1.large"], TYPE]}, condition={"Fn::Equals": [ENV, "prod"]})
    assert refused(rule, {"Env": env}) == said


def test_every_assertion_that_is_not_met_is_said_in_its_place() -> None:
    rule = template(FALSE["contains"], TRUE["contains"], FALSE["each in"])
    with pytest.raises(InvalidInput) as raised:
        predict(stack(rule), rule, {}, environment=ENVIRONMENT)
    found = raised.value.diagnostics
    assert [one.message for one in found] == ["number 0", "number 2"]
    assert [one.path for one in found] == [("Rules", "R", "Assertions", at) for at in (0, 2)]


def test_a_rule_without_a_description_is_named() -> None:
    (said,) = refused(template(Assertions=[{"Assert": FALSE["contains"]}]))
    assert "Rule R" in said


@pytest.mark.parametrize(
    "rules", ["x", {"R": "x"}, {"R": {}}, {"R": {"Assertions": "x"}}, {"R": {"Assertions": ["x"]}}]
)
def test_a_broken_rule_breaks_nothing(rules: Any) -> None:
    found = template() | {"Rules": rules}
    if isinstance(rules, dict):
        assert refused(found) == []
    else:
        with pytest.raises(InvalidInput, match="Rules must be an object"):
            predict(None, found, {}, environment=ENVIRONMENT)


def test_the_functions_of_rules_are_no_functions_elsewhere() -> None:
    value = {"Fn::Contains": [["a"], "a"]}
    answer = predict(None, resources(T=topic(DisplayName=value)), {}, environment=ENVIRONMENT)
    context = answer.changes_with_property_values[0].after_context
    assert context == {"Properties": {"DisplayName": value}}
