"""validate: every file is checked as far as it goes, scripts and compiler included."""

import json
from typing import Any, NamedTuple

import pytest
from hypothesis import given

from smsgen.errors import Diagnostic, InvalidInput, Severity, SmsgenError
from smsgen.model.app import App
from smsgen.operations.files.scripts import read_scripts
from smsgen.operations.files.validate import validate
from tests.model.apps import any_app

GOOD = b"""\
name: a
serverGroups:
  - serverList:
      - serverId: s-12345678
        launch: {userData: {file: boot.sh}}
      - serverId: s-23456789
        launch: {userData: {file: gone.sh}}
"""
SCRIPT_PATH = ("serverGroups", 0, "serverList", 0, "launch", "userData", "file")


class Compiled(NamedTuple):
    diagnostics: tuple[Diagnostic, ...]


class FakeFiles:
    """Files in memory."""

    def __init__(self, **files: bytes) -> None:
        self.files = files

    def read(self, path: str, *, max_bytes: int) -> bytes:
        if path not in self.files:
            raise SmsgenError(f"cannot read {path}: no such file", hint="check the path")
        if len(self.files[path]) > max_bytes:
            raise SmsgenError(f"{path} is larger than {max_bytes:,} bytes")
        return self.files[path]

    def write(self, path: str, content: bytes, *, replace: bool = True) -> None:
        raise AssertionError("validate writes nothing")

    def read_within(self, path: str, document: str, *, max_bytes: int) -> bytes:
        return self.read(path, max_bytes=max_bytes)

    def beside(self, path: str, name: str) -> str:
        return name


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Stands in for the compiler: keeps what it was given, warns at the first server."""
    seen: dict[str, Any] = {}

    def compile_app(app: App, *, scripts: dict[str, bytes], **_: str) -> Compiled:
        seen.update(app=app, scripts=scripts)
        if "error" in seen:
            raise InvalidInput([Diagnostic("TOO_BIG", "too big", path=("serverGroups", 0))])
        return Compiled((Diagnostic("EC2_8", "IMDSv1", severity=Severity.WARNING, path=("serverGroups", 0)),))

    monkeypatch.setattr("smsgen.operations.files.generate_template.compile_app", compile_app)
    return seen


def test_problems_of_scripts_and_compiler_are_placed_and_in_order(compiler: dict[str, Any]) -> None:
    found = validate(["a.yaml"], files=FakeFiles(**{"a.yaml": GOOD, "boot.sh": b"#!/bin/sh\n"}))
    assert [(str(each.location), each.code) for each in found] == [
        ("a.yaml:3:5", "EC2_8"),
        ("a.yaml:7:35", "SCRIPT_FILE"),
    ]
    # What cannot be read is compiled as empty, so that nothing else is missed.
    assert compiler["scripts"] == {"boot.sh": b"#!/bin/sh\n", "gone.sh": b""}


def test_what_the_compiler_refuses_is_placed(compiler: dict[str, Any]) -> None:
    compiler["error"] = True
    found = validate(["a.yaml"], files=FakeFiles(**{"a.yaml": GOOD, "boot.sh": b"", "gone.sh": b""}))
    assert [each.render() for each in found] == ["a.yaml:3:5: error[TOO_BIG]: too big"]


def test_the_profile_given_reaches_the_compiler(compiler: dict[str, Any]) -> None:
    validate(["a.yaml"], files=FakeFiles(**{"a.yaml": GOOD}), profile="sms")
    assert compiler["app"].profile == "sms"


def test_a_file_that_cannot_be_read_does_not_stop_the_next(compiler: dict[str, Any]) -> None:
    found = validate(["x.yaml", "a.yaml"], files=FakeFiles(**{"a.yaml": b"name: 1"}))
    assert [str(each.location) for each in found] == ["x.yaml:1:1", "a.yaml:1:1", "a.yaml:1:7"]
    assert found[0].code == "UNREADABLE"
    assert compiler == {}


def test_a_script_over_1_mb_is_not_read_whole() -> None:
    from smsgen.model.load import load

    app = load(GOOD, "a.yaml").app
    content, problems = read_scripts(
        app, "a.yaml", FakeFiles(**{"boot.sh": b"x" * 1_048_577, "gone.sh": b"x" * 1_048_576})
    )
    assert content == {"boot.sh": b"", "gone.sh": b"x" * 1_048_576}
    (problem,) = problems
    assert problem.message == "boot.sh is larger than 1,048,576 bytes"
    assert problem.path == SCRIPT_PATH
    assert "s3Location" in problem.hint


def test_scripts_and_sizes_are_looked_at_whatever_else_is_wrong() -> None:
    """All problems at once: a wrong instance type hides no missing script, no long one, and no tag too many."""
    tags = ", ".join(f"{{key: t{number}, value: v}}" for number in range(49))
    text = (
        "name: a\n"
        "launchDefaults: {instanceType: m6i.lrge}\n"
        f"tags: [{tags}]\n"
        "serverGroups:\n"
        "  - serverList:\n"
        "      - {serverId: s-12345678, launch: {userData: {file: gone.sh}}}\n"
        "      - {serverId: s-23456789, launch: {userData: {file: long.sh}}}\n"
    )
    files = {"a.yaml": text.encode(), "long.sh": b"#!/bin/sh\n" + b"#" * 20_000}
    found = validate(["a.yaml"], files=FakeFiles(**files))
    assert [(each.code, str(each.location)) for each in found] == [
        ("UNKNOWN_INSTANCE_TYPE", "a.yaml:2:32"),
        ("TOO_MANY_TAGS", "a.yaml:6:9"),
        ("SCRIPT_FILE", "a.yaml:6:58"),
        ("TOO_MANY_TAGS", "a.yaml:7:9"),
        ("USER_DATA_TOO_LONG", "a.yaml:7:51"),
    ]


@given(any_app())
def test_any_data_in_the_shape_of_an_app_is_checked_to_its_end(data: Any) -> None:
    for found in validate(["a.yaml"], files=FakeFiles(**{"a.yaml": json.dumps(data).encode()})):
        assert found.location is not None


@pytest.mark.parametrize("user_data", ["{file: ../out.sh}", "{file: out.sh, inline: x}"])
def test_what_a_refused_value_names_is_not_looked_for(user_data: str) -> None:
    class NoFiles(FakeFiles):
        def beside(self, path: str, name: str) -> str:
            raise AssertionError(f"{name} is not to be read")

    text = f"name: a\nserverGroups: [{{serverList: [{{serverId: s-12345678, launch: {{userData: {user_data}}}}}]}}]\n"
    (found,) = validate(["a.yaml"], files=NoFiles(**{"a.yaml": text.encode()}))
    assert found.code in ("BAD_FILE", "NOT_ONE_OF")
