"""Every intrinsic function, known and not known."""

from typing import Any

import pytest

from smsgen.changes import Environment, predict
from smsgen.errors import InvalidInput
from tests.changes.stacks import PSEUDO, UNKNOWN, listed, resources, topic

ENVIRONMENT = Environment(PSEUDO, exports={"net": "vpc-1"}, zones={"eu-central-1": ("a", "b")})
BASE = {
    "Parameters": {
        "List": {"Type": "CommaDelimitedList", "Default": "x, y,z"},
        "Text": {"Type": "String", "Default": "hello"},
        "Number": {"Type": "Number", "Default": 7},
        "Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/not/known"},
    },
    "Mappings": {"M": {"k": {"one": "1", "many": ["a", "b"]}}},
    "Conditions": {
        "Yes": {"Fn::Equals": [{"Ref": "Text"}, "hello"]},
        "No": {"Fn::Not": [{"Condition": "Yes"}]},
        "Both": {"Fn::And": [{"Condition": "Yes"}, {"Condition": "No"}]},
        "Either": {"Fn::Or": [{"Condition": "Yes"}, {"Condition": "No"}]},
        "Maybe": {"Fn::Equals": [{"Ref": "Stored"}, "x"]},
        "YesAndMaybe": {"Fn::And": [{"Condition": "Yes"}, {"Condition": "Maybe"}]},
        "NoAndMaybe": {"Fn::And": [{"Condition": "Maybe"}, {"Condition": "No"}]},
        "YesOrMaybe": {"Fn::Or": [{"Condition": "Maybe"}, {"Condition": "Yes"}]},
        "NoOrMaybe": {"Fn::Or": [{"Condition": "No"}, {"Condition": "Maybe"}]},
        "NotMaybe": {"Fn::Not": [{"Condition": "Maybe"}]},
        "YesAndYes": {"Fn::And": [{"Condition": "Yes"}, {"Condition": "Yes"}]},
        "NotBare": {"Fn::Not": {"Condition": "Yes"}},
    },
}
NEW = {"Ref": "Other"}

CASES: list[tuple[Any, Any]] = [
    ({"Ref": "List"}, ["x", "y", "z"]),
    ({"Ref": "Number"}, "7"),
    ({"Ref": "AWS::Region"}, "eu-central-1"),
    ({"Fn::Sub": "${Text} ${AWS::StackName} ${!Literal}"}, "hello app ${Literal}"),
    ({"Fn::Sub": ["${A}-${Text}", {"A": {"Ref": "Number"}}]}, "7-hello"),
    ({"Fn::Join": ["/", {"Ref": "List"}]}, "x/y/z"),
    ({"Fn::Join": ["", ["a", {"Ref": "AWS::NoValue"}, 1]]}, "a1"),
    ({"Fn::Select": ["1", {"Ref": "List"}]}, "y"),
    ({"Fn::Split": [",", "a,b"]}, ["a", "b"]),
    ({"Fn::FindInMap": ["M", "k", "one"]}, "1"),
    ({"Fn::FindInMap": ["M", "k", "many"]}, ["a", "b"]),
    ({"Fn::FindInMap": ["M", "k", "none", {"DefaultValue": {"Ref": "Text"}}]}, "hello"),
    ({"Fn::If": ["Yes", "y", "n"]}, "y"),
    ({"Fn::If": ["No", "y", "n"]}, "n"),
    ({"Fn::If": ["Both", "y", "n"]}, "n"),
    ({"Fn::If": ["Either", "y", "n"]}, "y"),
    ({"Fn::If": ["Maybe", "y", "n"]}, UNKNOWN),
    ({"Fn::If": ["YesAndMaybe", "y", "n"]}, UNKNOWN),
    ({"Fn::If": ["NoAndMaybe", "y", "n"]}, "n"),
    ({"Fn::If": ["YesOrMaybe", "y", "n"]}, "y"),
    ({"Fn::If": ["NoOrMaybe", "y", "n"]}, UNKNOWN),
    ({"Fn::If": ["NotMaybe", "y", "n"]}, UNKNOWN),
    ({"Fn::If": ["YesAndYes", "y", "n"]}, "y"),
    ({"Fn::If": ["NotBare", "y", "n"]}, "n"),
    ({"Fn::Equals": [{"Ref": "Text"}, "hello"]}, "true"),
    ({"Fn::Equals": [{"Ref": "Text"}, "other"]}, "false"),
    ({"Fn::Equals": [{"Ref": "Stored"}, "x"]}, UNKNOWN),
    ({"Ref": {"Fn::Join": ["", ["Te", "xt"]]}}, "hello"),
    ({"Ref": ["Text"]}, UNKNOWN),
    ({"Ref": "AWS::URLSuffix"}, UNKNOWN),
    ({"Fn::Sub": "a ${List}"}, "a x,y,z"),
    ({"Fn::Sub": ["${Text}"]}, "hello"),
    ({"Fn::Sub": ["${Text}", "no map"]}, UNKNOWN),
    ({"Fn::Sub": ["${Text}", {}, {}]}, UNKNOWN),
    ({"Fn::Select": [0, "text"]}, UNKNOWN),
    ({"Fn::Split": ["", "text"]}, UNKNOWN),
    ({"Fn::Cidr": ["10.0.0.0/22", 2]}, ["10.0.0.0/24", "10.0.1.0/24"]),
    ({"Fn::Cidr": ["10.0.0.0/24", 2, 7]}, ["10.0.0.0/25", "10.0.0.128/25"]),
    ({"Fn::Cidr": ["10.0.0.0/24", 3, 7]}, UNKNOWN),
    ({"Fn::Cidr": ["10.0.0.0/8", 257, 8]}, UNKNOWN),
    (
        {"Fn::ToJsonString": {"a": [1, {"Ref": "AWS::NoValue"}, True], "b": {"Ref": "AWS::NoValue"}}},
        '{"a":[1,true]}',
    ),
    ({"Fn::ToJsonString": {"Ref": "Text", "b": 1}}, '{"Ref":"Text","b":1}'),
    ({"Fn::Base64": "HelloWorld"}, "SGVsbG9Xb3JsZA=="),
    ({"Fn::Cidr": ["10.0.0.0/22", 2, 8]}, ["10.0.0.0/24", "10.0.1.0/24"]),
    ({"Fn::GetAZs": ""}, ["a", "b"]),
    ({"Fn::GetAZs": "us-east-1"}, UNKNOWN),
    ({"Fn::ImportValue": "net"}, "vpc-1"),
    ({"Fn::Length": {"Ref": "List"}}, "3"),
    ({"Fn::ToJsonString": {"a": 1, "b": {"Ref": "Text"}}}, '{"a":1,"b":"hello"}'),
    ({"Fn::GetStackOutput": {"StackName": "s", "OutputName": "o"}}, UNKNOWN),
    ("{{resolve:ssm:/a}}", "{{resolve:ssm:/a}}"),
    (NEW, UNKNOWN),
    ({"Fn::GetAtt": ["Other", "TopicArn"]}, UNKNOWN),
    ({"Fn::Sub": "a-${Other}"}, UNKNOWN),
    ({"Fn::Join": ["-", ["a", NEW]]}, UNKNOWN),
    ({"Fn::Select": [0, {"Fn::Split": ["-", NEW]}]}, UNKNOWN),
    ({"Fn::Base64": NEW}, UNKNOWN),
    ({"Fn::ToJsonString": {"a": NEW}}, UNKNOWN),
    (
        {"Deep": [{"Value": {"Fn::Join": ["-", [NEW, "b"]]}}, 1.5, True]},
        {"Deep": [{"Value": UNKNOWN}, "1.5", "true"]},
    ),
]


@pytest.mark.parametrize(("value", "expected"), CASES, ids=[str(case[0]) for case in CASES])
def test_a_function(value: Any, expected: Any) -> None:
    template = BASE | resources(T=topic(X=value), Other=topic())
    change = listed(predict(None, template, {}, environment=ENVIRONMENT), values=True)["T"]
    assert change["AfterContext"] == {"Properties": {"X": expected}}


def test_loops_are_written_out() -> None:
    loop = [
        "Name",
        {"Ref": "List"},
        {"Topic${Name}": topic(TopicName={"Fn::Sub": "t-${Name}"}, Same={"Ref": "Name"})},
    ]
    template = BASE | {"Transform": "AWS::LanguageExtensions", "Resources": {"Fn::ForEach::Topics": loop}}
    changes = listed(predict(None, template, {}, environment=ENVIRONMENT), values=True)
    assert set(changes) == {"Topicx", "Topicy", "Topicz"}
    assert changes["Topicy"]["AfterContext"] == {"Properties": {"TopicName": "t-y", "Same": "y"}}


BODY = {"Topic${Name}": topic(TopicName={"Ref": "Name"})}


@pytest.mark.parametrize("transform", ["AWS::LanguageExtensions", ["AWS::LanguageExtensions"]])
def test_the_language_extensions_may_be_one_of_a_list(transform: Any) -> None:
    template = {"Transform": transform, "Resources": {"Fn::ForEach::Topics": ["Name", ["a", "b"], BODY]}}
    changes = listed(predict(None, template, {}, environment=ENVIRONMENT), values=True)
    assert set(changes) == {"Topica", "Topicb"}


@pytest.mark.parametrize(
    ("loop", "words", "path"),
    [
        (["Name", ["a"]], "takes an identifier", ()),
        (["Name", ["a"], BODY, 1], "takes an identifier", ()),
        ([1, ["a"], BODY], "takes an identifier", ()),
        (["Name", ["a"], ["no map"]], "takes an identifier", ()),
        ("no list", "takes an identifier", ()),
        (["Name", "no list", BODY], "could not resolve list", (1,)),
        (["Name", {"Fn::Split": [",", {"Ref": "Stored"}]}, BODY], "could not resolve list", (1,)),
        (["Name", ["a", {"Ref": "Stored"}], BODY], "could not resolve list", (1,)),
    ],
)
def test_a_loop_that_cannot_be_written_out_is_refused_in_its_place(
    loop: Any, words: str, path: tuple[int, ...]
) -> None:
    template = BASE | {"Transform": "AWS::LanguageExtensions", "Resources": {"Fn::ForEach::Topics": loop}}
    with pytest.raises(InvalidInput) as raised:
        predict(None, template, {}, environment=ENVIRONMENT)
    (found,) = raised.value.diagnostics
    assert (found.code, words in found.message) == ("BAD_FOR_EACH", True)
    assert found.path == ("Resources", "Fn::ForEach::Topics", *path)
