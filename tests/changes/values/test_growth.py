"""What functions and loops of a small template make is bounded while it is made, and the refusal names its place."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smsgen.cfn.limits import MAX_BYTES
from smsgen.changes.refusals import patterns
from smsgen.changes.values import growth
from smsgen.changes.values.unknown import Unknown
from smsgen.errors import Diagnostic, InvalidInput
from tests.changes.stacks import create, update

ROOT = Path(__file__).parent.parent.parent
TOPIC = {"Type": "AWS::SNS::Topic"}
PLACE = ("Resources", "Topic", "Properties", "TopicName")


def nested(step: Callable[[Any], Any], times: int, start: Any = "0123456789") -> Any:
    """Return a value in which `step` stands around itself, again and again."""
    for _ in range(times):
        start = step(start)
    return start


def named(value: Any, **sections: Any) -> dict[str, Any]:
    return {"Resources": {"Topic": TOPIC | {"Properties": {"TopicName": value}}}, **sections}


def looped(depth: int, width: int, body: dict[str, Any], section: str = "Resources") -> dict[str, Any]:
    items = [f"i{at}" for at in range(width)]
    for at in range(depth):
        body = {f"Fn::ForEach::L{at}": [f"X{at}", items, body]}
    return {"Transform": "AWS::LanguageExtensions", "Resources": {"Topic": TOPIC}} | {
        section: ({"Topic": TOPIC} if section == "Resources" else {}) | body
    }


def sub(inner: Any) -> Any:
    return {"Fn::Sub": ["${A}${A}${A}${A}${A}${A}${A}${A}", {"A": inner}]}


def join(inner: Any) -> Any:
    return {"Fn::Join": [inner, [""] * 9]}


def chain(step: Callable[[Any], Any], length: int) -> dict[str, Any]:
    """Return resources of which each names the one before, in a value that `step` makes of the name."""
    return {
        f"T{at}": TOPIC
        | {
            "Properties": {
                "TopicName": step({"Fn::GetAtt": [f"T{at - 1}", "TopicName"]}) if at else "0123456789"
            }
        }
        for at in range(length)
    }


NO_QUEUE = {"Fn::GetAtt": ["Queue", "QueueName"]}
GROWING: dict[str, dict[str, Any]] = {
    "Fn::Sub": named(nested(sub, 11)),
    "Fn::Sub of a long text": named(
        {"Fn::Sub": ["${A}" * 1000, {"A": {"Fn::Join": ["", ["x" * 1000] * 1000]}}]}
    ),
    "Fn::Sub of a list": named({"Fn::Sub": ["${A}" * 50, {"A": {"Fn::Split": ["b", "ab" * 100_000]}}]}),
    "Fn::Join": named(nested(join, 11)),
    "Fn::Join with a long delimiter": named(
        {"Fn::Join": [{"Fn::Join": ["", ["x" * 1000] * 1000]}, {"Fn::Split": ["b", "ab" * 10_000]}]}
    ),
    "Fn::Base64": named(nested(lambda inner: {"Fn::Base64": inner}, 50)),
    "Fn::ToJsonString": named(
        nested(lambda inner: {"Fn::ToJsonString": [inner]}, 30, "a"),
        Transform="AWS::LanguageExtensions",
    ),
    "Fn::Split": named({"Fn::Split": ["b", {"Fn::Join": ["", ["ab" * 1000] * 1000]}]}),
    "Fn::FindInMap": named(
        {"Fn::Join": ["", [{"Fn::FindInMap": ["M", "a", "b"]}] * 1000]},
        Mappings={"M": {"a": {"b": "x" * 10_000}}},
    ),
    "Fn::If": named(
        nested(lambda inner: {"Fn::If": ["Yes", join(inner), "no"]}, 11),
        Conditions={"Yes": {"Fn::Equals": ["a", "a"]}},
    ),
    "a condition": named(
        {"Fn::If": ["Yes", "a", "b"]}, Conditions={"Yes": {"Fn::Equals": [nested(sub, 11), nested(join, 11)]}}
    ),
    "a rule": named(
        "a", Rules={"R": {"Assertions": [{"Assert": {"Fn::Contains": [[nested(sub, 11)], "a"]}}]}}
    ),
}


def refused(template: dict[str, Any], **more: Any) -> tuple[Diagnostic, ...]:
    with pytest.raises(InvalidInput) as error:
        create(template, **more)
    return error.value.diagnostics


@pytest.mark.parametrize("name", GROWING)
def test_a_value_that_grows_is_refused_in_its_place(name: str) -> None:
    (found,) = refused(GROWING[name])
    assert found.code == "VALUE_TOO_LARGE"
    assert f"{MAX_BYTES:,} characters" in found.message
    if name.startswith("Fn::"):
        assert found.path[:4] == PLACE
        assert found.message.startswith("Resources/Topic/Properties/TopicName ")


@pytest.mark.parametrize("step", [sub, join])
def test_the_deployed_side_is_bounded_as_well(step: Callable[[Any], Any]) -> None:
    deployed, submitted = {"Resources": chain(step, 12)}, {"Resources": chain(lambda name: name, 12)}
    with pytest.raises(InvalidInput) as error:
        update(deployed, submitted)
    (found,) = error.value.diagnostics
    assert found.code == "VALUE_TOO_LARGE"


def test_an_output_that_grows_is_refused() -> None:
    with pytest.raises(InvalidInput) as error:
        update(named("a"), named("a", Outputs={"O": {"Value": nested(sub, 11)}}))
    (found,) = error.value.diagnostics
    assert (found.code, found.path[:3]) == ("VALUE_TOO_LARGE", ("Outputs", "O", "Value"))


def test_what_takes_ever_more_calls_without_growing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsgen.changes.values.evaluate.MAX_CALLS", 50_000)
    deployed = {"Resources": chain(lambda name: {"Fn::Select": ["0", [name, name]]}, 40)}
    with pytest.raises(InvalidInput) as error:
        update(deployed, {"Resources": chain(lambda name: name, 40)})
    (found,) = error.value.diagnostics
    assert (found.code, "50,000 calls" in found.message) == ("VALUE_TOO_LARGE", True)


def test_many_large_values_are_refused_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsgen.changes.values.evaluate.MAX_MADE", 4 * MAX_BYTES)
    large = {"Fn::Join": ["", ["x" * 1000] * 1000]}
    (found,) = refused({"Resources": {f"T{at}": TOPIC | {"Properties": {"N": large}} for at in range(9)}})
    assert "characters, far more than a stack can hold" in found.message


def test_the_symbols_of_unknown_values_do_not_grow() -> None:
    """A value that is made of unknown ones is told apart by what it is made of, in a few hundred characters."""
    step = lambda inner: {"Fn::Sub": ["${A}${A}${A}${A}", {"A": inner}]}  # noqa: E731 - a name for the same in two lines
    start = {"Fn::Join": ["-", [NO_QUEUE, "a"]]}
    other = {"Fn::Join": ["-", [NO_QUEUE, "b"]]}
    queue = {"Queue": {"Type": "AWS::SQS::Queue"}}
    templates = [
        {"Resources": queue | named(nested(step, 20, one))["Resources"]} for one in (start, other, start)
    ]
    assert create(templates[0]).changes
    long = Unknown("x" * 10_000)
    assert len(long.symbol) < 300
    assert (long == Unknown("x" * 10_000), long == Unknown("x" * 10_001)) == (True, False)


# --- Loops ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "words"),
    [
        (looped(4, 100, {"T${X0}${X1}${X2}${X3}": TOPIC}), "makes more than 500 resources"),
        (looped(1, 501, {"T${X0}": TOPIC}), "makes more than 500 resources"),
        (looped(3, 100, {"T${X0}${X1}${X2}": {"Value": "x"}}, "Outputs"), "makes more than 200 outputs"),
        (looped(8, 100, {}), "makes more than 4,194,304 characters"),
        (looped(3, 100, {"Same": TOPIC | {"Properties": {"A": "x" * 100}}}), "makes more than 4,194,304 characters"),
        (looped(2, 100, {"C${X0}${X1}": {"Fn::Equals": ["x" * 1000, "b"]}}, "Conditions"), "characters"),
        (
            {
                "Transform": "AWS::LanguageExtensions",
                "Resources": {"Fn::ForEach::L": ["X", ["&{X}" * 5000], {"T": TOPIC | {"Metadata": "${X}" * 100}}]},
            },
            "makes more than 4,194,304 characters",
        ),
    ],
)  # fmt: skip
def test_a_loop_that_makes_too_much_is_refused_in_its_place(template: dict[str, Any], words: str) -> None:
    (found,) = refused(template)
    assert found.code == "VALUE_TOO_LARGE"
    assert words in found.message
    assert str(found.path[1]).startswith("Fn::ForEach::L")


def test_loops_up_to_the_quota_are_written_out() -> None:
    assert len(create(looped(2, 22, {"T${X0}${X1}": TOPIC})).changes) == 22 * 22 + 1


# --- Memory and time, in earnest --------------------------------------------------------------------------------------

HOSTILE = {
    "sub": named(nested(sub, 11)),
    "unknown": {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}} | named(nested(sub, 20, NO_QUEUE))["Resources"]},
    "loops": looped(4, 100, {"T${X0}${X1}${X2}${X3}": TOPIC}),
    "empty loops": looped(9, 100, {}),
    "pattern": named("a", Parameters={
        f"P{at}": {"Type": "String", "Default": "a" * 60 + "!", "AllowedPattern": "(a|a)+b"} for at in range(200)
    }),
    "list": named("a", Parameters={"P": {
        "Type": "CommaDelimitedList", "Default": ",".join(["a" * 38 + "!"] * 100), "AllowedPattern": "(a|a)+b",
    }}),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_template_takes_little_memory_and_ends(name: str, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(json.dumps(HOSTILE[name]))
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)); from smsgen.cli import run;"
        f"sys.exit(run(['generate-change-set', '--template', {str(tmp_path / 't.json')!r}, '--offline']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == (0 if name == "unknown" else 1), done.stderr[-2000:]
    if name != "unknown":
        assert "[VALUE_TOO_LARGE]" in done.stderr or "[SLOW_PATTERN]" in done.stderr, done.stderr[-2000:]
    assert "Traceback" not in done.stderr


# --- AllowedPattern ---------------------------------------------------------------------------------------------------


def with_pattern(pattern: str, value: str, **more: Any) -> dict[str, Any]:
    return named(
        "a", Parameters={"Name": {"Type": "String", "Default": value, "AllowedPattern": pattern} | more}
    )


@pytest.mark.parametrize(
    "pattern", ["(a|a)+b", "(a|aa)+$", "((a|a)+)+b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a*)*(a|a)*b"]
)
def test_a_pattern_that_runs_for_ever_is_given_up(pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsgen.changes.refusals.constraints.PATTERN_SECONDS", 0.2)
    for found in refused(with_pattern(pattern, "a" * 80 + "!")):
        assert found.code in ("SLOW_PATTERN", "PARAMETER_VALUE")  # `regex` sees through some of them
        assert "Name" in found.message
        assert found.path[:2] == ("Parameters", "Name")


def test_a_pattern_that_is_given_up_names_its_parameter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsgen.changes.refusals.constraints.PATTERN_SECONDS", 0.2)
    (found,) = refused(with_pattern("(a|a)+b", "a" * 80 + "!", ConstraintDescription="no a"))
    assert found.code == "SLOW_PATTERN"
    assert found.message.startswith("the AllowedPattern of parameter Name is not matched within 0.2 s")
    assert found.path == ("Parameters", "Name", "AllowedPattern")


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        (r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$", "m6i.large", True),
        (r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$", "a" * 4000, False),
        ("(ab|cd)+", "abcd", True),
        ("(ab|cd)+", "abc", False),
        ("(", "abc", None),
        (r"\p{Alpha}+", "abc", None),  # Java's, which `re` does not know
        ("(?:" * 500 + "a" + ")" * 500, "a", None),
        ("a{99999999999999999999}", "a", None),
    ],
)
def test_a_pattern_is_judged_where_it_can_be(pattern: str, value: str, fits: bool | None) -> None:
    assert patterns.matches(pattern, value, seconds=1) is fits


def test_without_the_package_nothing_is_matched_without_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "regex", None)
    assert patterns.matches("(a+)+b", "a" * 80, seconds=1) is None
    assert patterns.matches("[a-z]+", "a!", seconds=1) is False


def test_the_package_is_loaded_for_a_pattern_that_needs_it_only() -> None:
    code = (
        "import sys; from tests.changes.values.test_growth import create, with_pattern\n"
        "create(with_pattern({!r}, 'ab')); print('regex' in sys.modules)"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code.format(p)], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for p in ("[a-z]+", "(a|b)+")
    ]
    assert said == ["False\n", "True\n"]


def test_a_value_beyond_the_quota_is_refused_before_its_pattern_is_asked() -> None:
    (found,) = refused(with_pattern("(a|a)+b", "ä" * 2049))
    assert found.message == "Parameter 'Name' must contain at most 4096 bytes"


def test_an_index_of_thousands_of_digits_is_no_index() -> None:
    (found,) = refused(named({"Fn::Select": ["1" * 5000, ["a"]]}))
    assert found.code == "TEMPLATE_ERROR"


def test_limits_are_cloudformations_own() -> None:
    assert (growth.MAX_VALUE, MAX_BYTES) == (1_048_576, 1_048_576)
