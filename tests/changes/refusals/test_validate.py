"""What CloudFormation refuses, in its own words."""

from typing import Any

import pytest

from smsgen.changes import predict
from smsgen.errors import InvalidInput, Path
from tests.changes.stacks import ENVIRONMENT, create, resources, stack, topic, update


def parameter(**more: Any) -> dict[str, Any]:
    return {"Parameters": {"P": {"Type": "String", **more}}} | resources(T=topic())


REF_X = topic(X={"Ref": "Nothing"})
CASES: list[tuple[dict[str, Any], dict[str, str], str, Path]] = [
    ({"Resources": {}}, {}, "At least one Resources member must be defined", ("Resources",)),
    (resources(T=topic()) | {"Foo": {}}, {}, "Invalid template property or properties [Foo]", ("Foo",)),
    (
        resources(T={}),
        {},
        "[/Resources/T] Every Resources object must contain a Type member",
        ("Resources", "T"),
    ),
    ({"Resources": {"a-b": topic()}}, {}, "Resource name a-b is non alphanumeric", ("Resources", "a-b")),
    (
        resources(T=REF_X),
        {},
        "Unresolved resource dependencies [Nothing] in the Resources",
        ("Resources", "T"),
    ),
    (
        resources(T=topic()) | {"Outputs": {"O": {"Value": {"Fn::Sub": "${Gone.Arn}"}}}},
        {},
        "Unresolved resource dependencies [Gone] in the Outputs block",
        ("Outputs", "O"),
    ),
    (
        resources(A=topic(X={"Ref": "B"}), B=topic() | {"DependsOn": ["A"]}, C=topic(X={"Ref": "A"})),
        {},
        "Circular dependency between resources: [A, B]",
        ("Resources", "A"),
    ),
    (resources(T=topic() | {"Condition": "C"}), {}, "Unresolved condition dependency C", ("Resources", "T")),
    (resources(T=topic(X=None)), {}, "'null' values are not allowed", ("Resources", "T", "Properties", "X")),
    (parameter(), {}, "Parameters: [P] must have values", ("Parameters", "P")),
    (resources(T=topic()), {"Q": "1"}, "Parameters: [Q] do not exist in the template", ("Parameters",)),
    (
        parameter(AllowedValues=[1, 2]),
        {"P": "3"},
        "Parameter 'P' must be one of AllowedValues",
        ("Parameters", "P"),
    ),
    (
        parameter(AllowedPattern="[a-z]+"),
        {"P": "A"},
        "Parameter 'P' must match pattern [a-z]+",
        ("Parameters", "P"),
    ),
    (parameter(MinLength=2), {"P": "A"}, "must contain at least 2 characters", ("Parameters", "P")),
    (parameter(MaxLength="2"), {"P": "ABC"}, "must contain at most 2 characters", ("Parameters", "P")),
    (
        parameter(Type="Number", MinValue=2),
        {"P": "1"},
        "must be a number not less than 2",
        ("Parameters", "P"),
    ),
    (
        parameter(Type="Number", MaxValue=2),
        {"P": "3"},
        "must be a number not greater than 2",
        ("Parameters", "P"),
    ),
    (parameter(Type="Number"), {"P": "x"}, "Parameter 'P' must be a number", ("Parameters", "P")),
    (parameter(Type="List<Number>"), {"P": "1,x"}, "Parameter 'P' must be a number", ("Parameters", "P")),
    (
        parameter(Type="CommaDelimitedList", AllowedValues=["a", "b"]),
        {"P": "a,c"},
        "Parameter 'P' must be one of AllowedValues: a, b",
        ("Parameters", "P"),
    ),
    (
        parameter(AllowedPattern="[a-z]+", ConstraintDescription="letters only"),
        {"P": "1"},
        "Parameter P failed to satisfy constraint: letters only",
        ("Parameters", "P"),
    ),
    (resources(T=topic()) | {"Transform": "MyMacro"}, {}, "needs the macro MyMacro", ("Transform",)),
    (
        resources(F={"Type": "AWS::Serverless::Function"}) | {"Transform": "AWS::Serverless-2016-10-31"},
        {},
        "needs the macro AWS::Serverless",
        ("Transform",),
    ),
    (
        resources(T=topic(X={"Fn::FindInMap": ["M", "a", "b"]})) | {"Mappings": {"M": {"a": {"c": "1"}}}},
        {},
        "Template error: Unable to get mapping for M::a::b",
        ("Resources", "T", "Properties", "X", "Fn::FindInMap"),
    ),
    (
        resources(T=topic(X=["x", {"Fn::Join": ["", [{"Fn::Select": [2, ["a"]]}]]}])),
        {},
        "cannot select nonexistent value at index 2",
        ("Resources", "T", "Properties", "X", 1, "Fn::Join", 1, 0, "Fn::Select"),
    ),
]


@pytest.mark.parametrize(("template", "given", "message", "path"), CASES, ids=[case[2] for case in CASES])
def test_a_refused_template(template: Any, given: Any, message: str, path: Path) -> None:
    with pytest.raises(InvalidInput) as raised:
        create(template, given)
    assert [(message in d.message, d.path) for d in raised.value.diagnostics] == [(True, path)]


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ({"AllowedValues": [1, True, "a"]}, "true"),
        ({"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]}, "b, a"),
        ({"Type": "CommaDelimitedList", "MaxLength": 2}, "ab,cd"),
        # A text with a comma is one value.
        ({"AllowedValues": ["a,b"]}, "a,b"),
        ({"MinLength": 3, "MaxLength": 3}, "a,b"),
        ({"Type": "Number", "MinValue": 2, "MaxValue": 2}, "2"),
        ({"Type": "List<Number>", "MinValue": 1}, "1, 2.5"),
        ({"AllowedPattern": "(*"}, "any"),  # Java's patterns are not all Python's
        ({"AllowedPattern": "a|ab"}, "ab"),
        ({"Type": "AWS::SSM::Parameter::Value<String>", "AllowedValues": ["x"]}, "/path"),
    ],
)
def test_a_value_that_meets_its_constraints_is_taken(declared: dict[str, Any], value: str) -> None:
    assert create(parameter(**declared), {"P": value}).status == "CREATE_COMPLETE"


def test_what_a_described_constraint_asks_is_the_hint() -> None:
    with pytest.raises(InvalidInput) as raised:
        create(parameter(MaxLength=2, ConstraintDescription="two letters"), {"P": "ABC"})
    (found,) = raised.value.diagnostics
    assert found.hint == "Parameter 'P' must contain at most 2 characters"
    with pytest.raises(InvalidInput) as raised:
        create(parameter(MaxLength=2), {"P": "ABC"})
    assert raised.value.diagnostics[0].hint == ""


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(InvalidInput) as raised:
        create(resources(A={}, B=REF_X) | {"Foo": {}}, {"Q": "1"})
    assert len(raised.value.diagnostics) == 4


def test_the_same_complaint_is_said_at_each_of_its_places() -> None:
    def select() -> dict[str, Any]:
        return {"Fn::Select": [2, ["a"]]}

    with pytest.raises(InvalidInput) as raised:
        create(resources(A=topic(X=select()), B=topic(X=select())))
    assert [d.path[1] for d in raised.value.diagnostics] == ["A", "B"]


def test_a_macro_is_refused_with_the_way_to_the_processed_template() -> None:
    with pytest.raises(InvalidInput) as raised:
        create(resources(T=topic(X={"Fn::Transform": {"Name": "M"}})))
    assert "--template-stage Processed" in raised.value.diagnostics[0].hint
    with pytest.raises(InvalidInput) as raised:
        create(resources(T=topic(X=["a", {"Y": [{"Fn::Transform": {"Name": "M"}}]}])))
    (found,) = raised.value.diagnostics
    assert found.path == ("Resources", "T", "Properties", "X", 1, "Y", 0, "Fn::Transform")


_INCLUDE = {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/key"}}}


@pytest.mark.parametrize(
    "members",
    [
        {"A": _INCLUDE},
        {**_INCLUDE, "A": topic()},
        {"A": topic(X=None, Y={"Ref": "MadeByTheMacro"}) | _INCLUDE, "B": topic(X={"Ref": "MadeByTheMacro"})},
    ],
    ids=["the whole resource", "among the resources", "beside others"],
)
def test_a_macro_in_a_resource_is_one_refusal(members: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as raised:
        update(resources(A=topic()), {"Resources": members})
    assert [diagnostic.code for diagnostic in raised.value.diagnostics] == ["MACRO"]


def test_a_type_cannot_change_under_the_same_logical_id() -> None:
    with pytest.raises(InvalidInput, match="Update of resource type is not permitted"):
        update(resources(T=topic()), resources(T={"Type": "AWS::SQS::Queue"}))


def test_none_uses_the_deployed_value_of_a_parameter() -> None:
    template = parameter() | resources(T=topic(X={"Ref": "P"}))
    assert (
        predict(stack(template, {"P": "1"}), template, {"P": None}, environment=ENVIRONMENT).status
        == "FAILED"
    )
