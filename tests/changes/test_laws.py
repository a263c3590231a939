"""Laws of predictions over generated templates, and what broken input comes to."""

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from smsgen.changes import ChangeSet, Stack, predict
from smsgen.changes.stack import read_snapshot
from smsgen.errors import InvalidInput
from tests.changes.stacks import ENVIRONMENT, UNKNOWN, create, listed, stack, update

NAMES = ("A", "B", "C", "D")
LITERALS = st.sampled_from(["x", "y", "z", 1, True])
REVERSED = {"Add": "Remove", "Remove": "Add", "Modify": "Modify"}


def values(earlier: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Return literals and references to earlier resources only, so that there are no circles."""
    if not earlier:
        return LITERALS
    target = st.sampled_from(earlier)
    return st.one_of(
        LITERALS,
        target.map(lambda name: {"Ref": name}),
        target.map(lambda name: {"Fn::GetAtt": [name, "DisplayName"]}),
        target.map(lambda name: {"Fn::Sub": f"a-${{{name}}}"}),
    )


@st.composite
def templates(draw: st.DrawFn, names: tuple[str, ...] = NAMES) -> dict[str, Any]:
    made = {}
    for index, name in enumerate(names):
        properties = draw(
            st.dictionaries(st.sampled_from(["DisplayName", "TopicName"]), values(names[:index]), max_size=2)
        )
        made[name] = {"Type": "AWS::SNS::Topic", "Properties": properties}
    return {"Resources": made}


@st.composite
def edits(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a template and an edit of it: one resource has other properties."""
    before = draw(templates())
    index = draw(st.integers(0, len(NAMES) - 1))
    properties = draw(st.dictionaries(st.sampled_from(["DisplayName", "TopicName"]), values(NAMES[:index])))
    edited = {"Type": "AWS::SNS::Topic", "Properties": properties}
    return before, {"Resources": before["Resources"] | {NAMES[index]: edited}}


def shown(change_set: ChangeSet) -> list[Any]:
    return [change_set.describe(mode, "parsed") for mode in (False, True)]


@given(templates())
def test_a_template_against_itself_is_no_change(template: dict[str, Any]) -> None:
    assert update(template, template).status == "FAILED"
    assert predict(Stack("", template), template, {}, environment=ENVIRONMENT).status == "FAILED"


@given(edits())
def test_the_order_of_resources_and_properties_does_not_matter(pair: tuple[Any, Any]) -> None:
    before, after = pair
    turned = {
        "Resources": {
            name: resource | {"Properties": dict(reversed(resource["Properties"].items()))}
            for name, resource in reversed(after["Resources"].items())
        }
    }
    canonical = [sorted_details(answer) for answer in shown(update(before, after))]
    assert canonical == [sorted_details(answer) for answer in shown(update(before, turned))]


def sorted_details(answer: Mapping[str, Any]) -> Any:
    for change in answer["Changes"]:
        change["ResourceChange"]["Details"].sort(key=lambda detail: json.dumps(detail, sort_keys=True))
    return answer


@given(templates(), templates(("A", "B")))
def test_the_reverse_adds_what_was_removed(one: dict[str, Any], other: dict[str, Any]) -> None:
    there, back = (listed(update(*pair), values=False) for pair in ((one, other), (other, one)))
    added = {name for name, change in there.items() if change["Action"] == "Remove"}
    assert added == {name for name, change in back.items() if change["Action"] == "Add"} == {"C", "D"}


@given(edits())
def test_whoever_refers_to_a_replaced_resource_is_listed(pair: tuple[Any, Any]) -> None:
    before, after = pair
    for values_mode in (False, True):
        changes = listed(update(before, after), values=values_mode)
        replaced = {name for name, change in changes.items() if change.get("Replacement") == "True"}
        readers = {
            name
            for name, resource in after["Resources"].items()
            if any(
                f'"{target}"' in json.dumps(resource) or f"{{{target}}}" in str(resource)
                for target in replaced
            )
        }
        assert readers <= changes.keys()


@given(edits())
def test_with_values_nothing_is_listed_that_is_not_listed_plain(pair: tuple[Any, Any]) -> None:
    plain, valued = (listed(update(*pair), values=mode) for mode in (False, True))
    assert valued.keys() <= plain.keys()


@given(edits())
def test_every_listed_modification_has_a_reason_and_differs_or_is_not_known(pair: tuple[Any, Any]) -> None:
    for change in listed(update(*pair), values=True).values():
        assert change["Details"]
        assert change["BeforeContext"] != change["AfterContext"] or UNKNOWN in str(change["BeforeContext"])


@given(edits())
def test_arguments_are_left_as_they_are(pair: tuple[Any, Any]) -> None:
    copy = json.dumps(pair)
    update(*pair)
    assert json.dumps(pair) == copy


FUNCTIONS = (
    "Sub GetAtt Join Split Select If FindInMap Cidr GetAZs Length ToJsonString Base64 ImportValue And Not "
    "Contains EachMemberIn RefAll"
)
KEYS = [
    *(f"Fn::{name}" for name in FUNCTIONS.split()),
    "Fn::ForEach::X",
    "Ref",
    "Condition",
    "Type",
    "A",
    "Default",
    "Assertions",
    "Assert",
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 300)
    | st.sampled_from(["", "A", "${A}", "AWS::NoValue", "10.0.0.0/8"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)
BROKEN = st.dictionaries(
    st.sampled_from(
        ["Resources", "Parameters", "Conditions", "Mappings", "Rules", "Outputs", "Transform", "Metadata"]
    ),
    st.dictionaries(st.sampled_from(["A", "B", "Fn::ForEach::X"]), JSON, max_size=2) | JSON,
)
VALUES = st.fixed_dictionaries(
    {
        "Resources": st.fixed_dictionaries(
            {"A": st.fixed_dictionaries({"Type": st.just("AWS::SNS::Topic"), "Properties": JSON})}
        )
    },
    optional={
        "Conditions": st.dictionaries(st.just("A"), JSON),
        "Mappings": st.dictionaries(st.just("A"), JSON),
        "Transform": st.just("AWS::LanguageExtensions"),
    },
)


@settings(max_examples=150, deadline=2000)
@given(BROKEN | VALUES, BROKEN | VALUES)
def test_broken_templates_come_to_an_answer_or_to_diagnostics(before: Any, after: Any) -> None:
    for deployed in (None, Stack("app", before)):
        answer = or_diagnostics(predict, deployed, after, {}, environment=ENVIRONMENT)
        if isinstance(answer, ChangeSet):
            assert json.dumps(answer.describe(include_property_values=True))
        else:
            assert answer


def or_diagnostics(call: Any, *arguments: Any, **options: Any) -> Any:
    try:
        return call(*arguments, **options)
    except InvalidInput as refused:
        return refused.diagnostics


@settings(max_examples=100)
@given(
    st.dictionaries(st.sampled_from(["template", "resources", "parameters", "children", "stackName"]), JSON)
)
def test_broken_snapshots_come_to_a_stack_or_to_diagnostics(snapshot: Any) -> None:
    read = or_diagnostics(read_snapshot, json.dumps(snapshot).encode(), "snapshot.json")
    assert isinstance(read.template, dict) if isinstance(read, Stack) else all(d.location for d in read)


def test_a_template_nested_beyond_reason_is_refused() -> None:
    value: Any = "x"
    for _ in range(3000):
        value = [value]
    template = {"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"X": value}}}}
    assert [d.code for d in or_diagnostics(create, template)] == ["TOO_DEEP"]


def test_a_snapshot_gives_the_stack() -> None:
    text = b"""
stackName: app
stackId: arn:x
template: {Resources: {A: {Type: "AWS::SNS::Topic", Properties: {X: !Sub "${AWS::Region}"}}}}
parameters: {P: 1}
resources: {A: {type: "AWS::SNS::Topic", physicalId: id, attributes: {TopicName: n}}}
environment: {pseudo: {"AWS::Region": r}, exports: {e: v}}
"""
    read = read_snapshot(text, "s.yaml")
    assert (read.stack_name, read.parameters, read.resources["A"].physical_id) == ("app", {"P": "1"}, "id")
    assert read.template["Resources"]["A"]["Properties"] == {"X": {"Fn::Sub": "${AWS::Region}"}}
    assert read.environment is not None
    assert read.environment.exports == {"e": "v"}


def test_a_bare_template_is_a_stack_of_which_nothing_live_is_known() -> None:
    read = read_snapshot(b'{"Resources": {"A": {"Type": "T"}}}', "t.json")
    assert (read.template["Resources"], dict(read.resources)) == ({"A": {"Type": "T"}}, {})
    assert stack(read.template).resources.keys() == {"A"}
