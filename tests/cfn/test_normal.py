from __future__ import annotations

from typing import Any

import pytest

from smsgen.cfn.normal import normal, same

SAME: list[tuple[Any, Any]] = [
    (10, "10"),
    (10.0, 10),
    (True, "true"),
    (False, "false"),
    ({"DependsOn": "A"}, {"DependsOn": ["A"]}),
    ({"DependsOn": ["A", "B"]}, {"DependsOn": ["B", "A"]}),
    ({"Fn::GetAtt": "A.Outputs.B"}, {"Fn::GetAtt": ["A", "Outputs.B"]}),
    (
        {"Tags": [{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "1"}]},
        {"Tags": [{"Value": 1, "Key": "b"}, {"Value": 2, "Key": "a"}]},
    ),
    (
        {"Tags": [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}]},
        {"Tags": [{"Value": "1", "Key": "a"}, {"Value": 2, "Key": "b"}]},
    ),
]
DIFFERENT: list[tuple[Any, Any]] = [
    (1, True),
    ("True", "true"),
    (None, ""),
    ({}, {"A": None}),
    ({"Command": ["a", "b"]}, {"Command": ["b", "a"]}),
    ({"Fn::GetAtt": "A.B"}, {"Fn::GetAtt": "A.C"}),
    ({"Name": "A.B"}, {"Name": ["A", "B"]}),
    ({"Tags": [{"Key": "a"}]}, {"Tags": [{"Key": "a"}, {"Key": "a"}]}),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_two_spellings_of_one_value_are_the_same(a: Any, b: Any) -> None:
    assert same(a, b)
    assert same([{"x": a}], [{"x": b}])


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_two_values_are_not(a: Any, b: Any) -> None:
    assert not same(a, b)


@pytest.mark.parametrize("value", [one for pair in (*SAME, *DIFFERENT) for one in pair])
def test_what_is_normal_stays_as_it_is(value: Any) -> None:
    assert normal(normal(value)) == normal(value)
