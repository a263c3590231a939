"""Problems while they are collected: what is kept, in which words, and how many."""

from typing import Any

import pytest

from smsgen.errors import Severity
from smsgen.model.problems import MAX_PROBLEMS, Problems, label, show, written
from smsgen.text.source import parse


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (2**64 - 1, str(2**64 - 1)),
        (2**64, "a number beyond 64 bits"),
        ("x" * 80, repr("x" * 80)),
        ("x" * 81, repr("x" * 79 + "…")),
        ("a\nb", r"'a\nb'"),
        (True, "True"),
        (1.5, "1.5"),
    ],
)
def test_a_value_is_short_and_on_one_line(value: Any, shown: str) -> None:
    assert show(value) == shown


def test_a_place_has_a_short_name_and_a_long_one() -> None:
    assert [label(()), label(("a", "b")), label(("a", 0)), label((0,))] == [
        "the file",
        "b",
        "a[0]",
        "entry 0",
    ]
    assert written(("serverGroups", 0, "name")) == "serverGroups[0].name"
    assert written((0, "name")) == "[0].name"


def test_so_many_are_kept_and_the_rest_is_counted() -> None:
    problems = Problems(None)
    for _ in range(MAX_PROBLEMS):
        problems.add("X", ("a",), "x")
    assert problems.full()
    assert [one.code for one in problems.all()] == ["X"] * MAX_PROBLEMS
    problems.add("X", ("a",), "x")
    problems.add("X", ("a",), "x")
    *kept, more = problems.all()
    assert len(kept) == MAX_PROBLEMS
    assert (more.code, more.severity, more.message) == (
        "MORE_PROBLEMS",
        Severity.ERROR,
        "2 more problems are not shown",
    )


def test_errors_and_warnings_are_counted_apart() -> None:
    problems = Problems(None)
    for _ in range(MAX_PROBLEMS + 1):
        problems.add("W", ("a",), "w", severity=Severity.WARNING)
    assert not problems.full()
    *_, more = problems.all()
    assert (more.severity, more.message) == (Severity.WARNING, "1 more problems are not shown")
    problems.add("E", ("a",), "e")
    assert [one.code for one in problems.found].count("E") == 1
    assert problems.all()[-1].severity is Severity.ERROR


def test_what_only_follows_from_a_refused_value_is_left_out() -> None:
    problems = Problems(None)
    problems.add("BAD_ID", ("a", "id"), "bad")
    problems.add("WRONG_TYPE", ("b",), "no map")
    problems.add("MISSING_FIELD", ("c",), "missing")
    problems.end_of_fields()
    for path in (("a", "id"), ("b",), ("b", "deep", 1)):
        problems.add("FOLLOWS", path, "follows")
    for path in (("a",), ("a", "other"), ("a", "id", "below"), ("c",), ("d",)):
        problems.add("NEW", path, "new")
    assert [one.code for one in problems.found][3:] == ["NEW"] * 5


def test_a_name_that_is_nearly_another_is_found_without_regard_to_case() -> None:
    problems = Problems(None)
    assert problems.nearest("INSTANCETYP", ["instanceType", "imageId"], "fields") == "instanceType"
    assert problems.nearest("quite different", ["instanceType"], "fields") == ""
    assert problems.nearest("x" * 65, ["x" * 65], "long") == ""
    assert problems.nearest("x" * 64, ["x" * 64], "long") == "x" * 64


@pytest.mark.parametrize(
    ("value", "wanted", "message", "hint"),
    [
        (None, "a list", "a must be a list, not empty (null)", "give it a value, or remove the line"),
        (True, "text", "a must be text, not true or false", 'put it in quotes: "True"'),
        (12, "text", "a must be text, not the number 12", 'put it in quotes: "12"'),
        ([1], "text", "a must be text, not a list", ""),
        ("x", "a list", "a must be a list, not text", ""),
        ({}, "a list", "a must be a list, not a map (name: value)", ""),
    ],
)
def test_a_value_of_another_kind_is_named_by_its_kind(
    value: Any, wanted: str, message: str, hint: str
) -> None:
    problems = Problems(None)
    problems.wrong_type(("a",), value, wanted)
    ((found),) = problems.found
    assert (found.code, found.message, found.hint) == ("WRONG_TYPE", message, hint)


def test_a_number_is_quoted_as_it_is_written() -> None:
    problems = Problems(parse(b"a: 012\n", "f"))
    problems.wrong_type(("a",), 10, "text")
    assert problems.found[0].hint == 'put it in quotes: "012"'
    problems.check_reading(("a",), 10)
    assert "a is written 012, which is 10 to YAML 1.1, and 12 to others" in problems.found[1].message
