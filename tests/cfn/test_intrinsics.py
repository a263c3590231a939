"""What a value refers to."""

import pytest

from smsgen.cfn.intrinsics import Reference, call, get_att_parts, placeholders, references


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "A"}, [("A", None)]),
        ({"Fn::GetAtt": ["A", "B"]}, [("A", "B")]),
        ({"Fn::GetAtt": "A.B.C"}, [("A", "B.C")]),
        ({"Fn::GetAtt": ["A", {"Ref": "Name"}]}, [("A", ""), ("Name", None)]),
        ({"Fn::Sub": "${A}-${B.C}-${!D}-${AWS::Region}"}, [("A", None), ("B", "C"), ("AWS::Region", None)]),
        ({"Fn::Sub": ["${x}${A}", {"x": {"Ref": "B"}}]}, [("A", None), ("B", None)]),
        ({"Fn::Join": ["", ["a", {"Ref": "A"}, {"Fn::GetAtt": ["B", "C"]}]]}, [("A", None), ("B", "C")]),
        ([{"a": {"Ref": "A"}}, "Ref"], [("A", None)]),
        ({"Ref": "A", "other": 1}, []),
        ("plain", []),
    ],
)
def test_references_are_found_at_any_depth(value: object, expected: list[tuple[str, str | None]]) -> None:
    assert list(references(value)) == [Reference(*one) for one in expected]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("${A}", ["A"]),
        ("${ A }", ["A"]),
        ("${!A}", []),
        ("$A {B}", []),
        ("${A.B}${C}", ["A.B", "C"]),
        ("${${A}}", ["A"]),
    ],
)
def test_placeholders_of_sub(text: str, names: list[str]) -> None:
    assert placeholders(text) == names


def test_a_call_is_a_map_of_one_function() -> None:
    assert call({"Fn::Sub": "x"}) == ("Fn::Sub", "x")
    assert call({"Condition": "IsProd"}) == ("Condition", "IsProd")
    # An IAM statement's Condition is data.
    assert call({"Condition": {"Bool": {}}}) is None
    assert call({"Ref": "A", "b": 1}) is None


def test_the_first_dot_separates() -> None:
    assert get_att_parts("A.B.C") == ("A", "B.C")
    assert get_att_parts(["A", "B", "C"]) == ("A", "B.C")
    assert get_att_parts("A") is None
