"""What is read can be written, and reads as the same again: the law that `export-app` stands on."""

from typing import Any

import pytest
from hypothesis import given

from smsgen.cfn.text import dump_json, dump_yaml
from smsgen.errors import Severity
from smsgen.model.app import App, Server, ServerGroup
from smsgen.model.fields import APP
from smsgen.model.kinds import FieldKind, ListOf, Text
from smsgen.model.launch import Launch, Readiness, UserData
from smsgen.model.problems import Problems
from smsgen.text.source import parse
from tests.model.apps import any_app


def read(data: Any) -> tuple[App, list[str]]:
    problems = Problems(None)
    made = APP.read(data, (), problems)
    return made, [one.code for one in problems.all() if one.severity is Severity.ERROR]


@given(any_app())
def test_what_is_written_reads_as_the_same(data: Any) -> None:
    app, wrong = read(data)
    if wrong:
        return
    written = APP.write(app)
    assert read(written) == (app, [])
    for text in (dump_yaml(written), dump_json(written)):
        assert read(parse(text.encode(), "app").data) == (app, [])


@pytest.mark.parametrize(
    "launch",
    [
        Launch(),
        Launch(volumes=()),
        Launch(monitoring=False),
        Launch(readiness=Readiness()),
        Launch(user_data=UserData(inline="#!/bin/sh\n\ttrue  \n")),
        Launch(tags=(("a", ""), ("b", "yes"))),
    ],
)
def test_nothing_said_and_a_default_said_are_told_apart(launch: Launch) -> None:
    app = App("shop", server_groups=(ServerGroup(server_list=(Server("s-12345678", launch=launch),)),))
    assert read(APP.write(app)) == (app, [])
    (server,) = APP.write(app)["serverGroups"][0]["serverList"]
    assert ("launch" in server) is (launch != Launch())


def test_what_is_not_said_is_not_written() -> None:
    app = App("shop", server_groups=(ServerGroup(server_list=(Server("s-12345678"),)),))
    assert APP.write(app) == {"name": "shop", "serverGroups": [{"serverList": [{"serverId": "s-12345678"}]}]}


def codes(kind: FieldKind, value: Any) -> list[str]:
    problems = Problems(None)
    kind.read(value, ("field",), problems)
    return [one.code for one in problems.all()]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Text(3), "a", []),
        (Text(3), "abc", []),
        (Text(3), "abcd", ["TOO_LONG"]),
        (Text(3), "", ["EMPTY_VALUE"]),
        (Text(3, least=2), "ab", []),
        (Text(3, least=2), "a", ["BAD_TEXT"]),
        (Text(3), "äöü", []),
        (Text(3, in_bytes=True), "äö", ["TOO_LONG"]),
        (Text(4, in_bytes=True), "äö", []),
        (ListOf(Text(3)), ["a", "b", "a"], []),
        (ListOf(Text(3), most=2), ["a", "b"], []),
        (ListOf(Text(3), most=2), ["a", "b", "c"], ["TOO_MANY"]),
        (ListOf(Text(3), least=1), [], ["EMPTY_LIST"]),
        (ListOf(Text(3), least=1), ["a"], []),
        (ListOf(Text(3), unique=True), ["a", "b"], []),
        (ListOf(Text(3)), "a", ["WRONG_TYPE"]),
    ],
)
def test_a_limit_itself_is_within_it(kind: FieldKind, value: Any, expected: list[str]) -> None:
    assert codes(kind, value) == expected
