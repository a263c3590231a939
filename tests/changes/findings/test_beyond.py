"""What a change set does not show."""

from typing import Any

from smsgen.changes.findings.beyond import beyond
from smsgen.changes.ignore import ignoring
from tests.report.scenarios import change_set, snapshot

TOPIC: dict[str, Any] = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}}


def edits(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    base = {"Resources": {"A": TOPIC, "B": TOPIC}}
    made = change_set(snapshot({**base, **before}), {**base, **after})
    return [(edit.kind, edit.name, edit.change) for edit in beyond(made)]


def test_sections_are_compared_member_by_member() -> None:
    before = {"Outputs": {"X": {"Value": "1"}, "Y": {"Value": "1"}}, "Description": "old"}
    after = {
        "Outputs": {"X": {"Value": "2"}, "Z": {"Value": "1"}},
        "Mappings": {"M": {"a": {"b": "c"}}},
        "Metadata": {"k": 1},
    }
    assert edits(before, after) == [
        ("Mappings", "M", "Add"),
        ("Outputs", "X", "Modify"),
        ("Outputs", "Y", "Remove"),
        ("Outputs", "Z", "Add"),
        ("Description", "", "Remove"),
        ("Metadata", "", "Add"),
    ]


def test_depends_on_is_a_set_however_it_is_written() -> None:
    def resources(depends_on: Any) -> dict[str, Any]:
        return {"Resources": {"A": TOPIC, "B": TOPIC, "C": {**TOPIC, "DependsOn": depends_on}}}

    assert edits(resources("A"), resources(["A"])) == []
    assert edits(resources(["A", "B"]), resources(["B", "A"])) == []
    assert edits(resources("A"), resources("B")) == [("DependsOn", "C", "Modify")]


def test_a_condition_that_changes_its_name_is_shown() -> None:
    conditions = {"Conditions": {"Yes": {"Fn::Equals": ["a", "a"]}, "Also": {"Fn::Equals": ["a", "a"]}}}
    before = {**conditions, "Resources": {"A": {**TOPIC, "Condition": "Yes"}, "B": TOPIC}}
    after = {**conditions, "Resources": {"A": {**TOPIC, "Condition": "Also"}, "B": TOPIC}}
    assert edits(before, after) == [("Condition", "A", "Modify")]


def test_of_a_new_stack_nothing_is_listed_beyond_it() -> None:
    assert beyond(change_set(None, {"Resources": {"A": TOPIC}, "Outputs": {"X": {"Value": "1"}}})) == ()


TEMPLATE = {
    "Resources": {
        "A": {
            "Properties": {
                "Tags": [{"Key": "Build", "Value": "1"}, {"Key": "Team", "Value": "x"}],
                "Name": "a",
            }
        },
        "B": {"Properties": {"Env": [{"Name": "Build", "Value": "1"}]}},
    }
}


def test_a_volatile_tag_is_left_out_by_its_key() -> None:
    made = ignoring(TEMPLATE, ["Resources.*.Properties.Tags.Build"])
    assert made["Resources"]["A"]["Properties"] == {"Tags": [{"Key": "Team", "Value": "x"}], "Name": "a"}
    assert made["Resources"]["B"] == TEMPLATE["Resources"]["B"]


def test_paths_name_keys_entries_and_everything() -> None:
    assert "Name" not in ignoring(TEMPLATE, ["Resources.A.Properties.Name"])["Resources"]["A"]["Properties"]
    assert (
        ignoring(TEMPLATE, ["Resources.A.Properties.Tags.0"])["Resources"]["A"]["Properties"]["Tags"][0][
            "Key"
        ]
        == "Team"
    )
    assert ignoring(TEMPLATE, ["Resources.*"]) == {"Resources": {}}
    assert ignoring(TEMPLATE, []) is TEMPLATE
    assert ignoring(TEMPLATE, ["Nowhere.At.All"]) == TEMPLATE
