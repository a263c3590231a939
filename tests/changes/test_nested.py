"""Nested stacks: what their changes make unknown to others, and what the entry of each says."""

from typing import Any

from smsgen.changes import ChangeSet
from tests.changes.stacks import ENVIRONMENT, UNKNOWN, causes, listed, stack, topic, update

NAME = {"Parameters": {"Name": {"Type": "String"}}}
TOPIC = {"Name": {"Value": {"Fn::GetAtt": ["T", "TopicName"]}}}


def child(url: str, **parameters: Any) -> dict[str, Any]:
    properties: dict[str, Any] = {"TemplateURL": url, "Parameters": parameters}
    return {"Type": "AWS::CloudFormation::Stack", "Properties": properties}


def output(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "Outputs.Name"]}


def data(display: str) -> dict[str, Any]:
    return {"Resources": {"T": topic(DisplayName=display)}, "Outputs": TOPIC}


READER = NAME | {"Resources": {"T": topic(TopicName={"Ref": "Name"})}, "Outputs": TOPIC}


def root(url: str, **more: Any) -> dict[str, Any]:
    return {"Resources": {"Data": child(url), "Api": child("api", Name=output("Data")), **more}}


def changed(display: str = "new", **more: Any) -> ChangeSet:
    """Return what a root answers of whose child Data another topic's display name is submitted."""
    children = {
        "Data": stack(data("old"), outputs={"Name": "n"}),
        "Api": stack(READER, {"Name": "n"}, outputs={"Name": "n"}),
        "Next": stack(READER, {"Name": "n"}),
    }
    templates = {"d1": data("old"), "d2": data(display), "api": READER}
    deployed = stack(root("d1", **more), children=children)
    return update(deployed, root("d2", **more), children=templates, environment=ENVIRONMENT)


def test_the_outputs_of_a_nested_stack_that_changes_are_unknown_to_the_others() -> None:
    """Recorded: whatever the output holds, and though the resource behind it does not change."""
    change = listed(changed().nested["Api"], values=True)["T"]
    assert change["Replacement"] == "True"
    assert change["AfterContext"] == {"Properties": {"TopicName": UNKNOWN}}
    assert causes(change) == {
        ("ParameterReference", "Static", "Name"),
        ("DirectModification", "Dynamic", None),
    }


def test_they_are_unknown_along_the_whole_chain() -> None:
    answer = changed(Next=child("api", Name=output("Api")))
    assert listed(answer.nested["Next"], values=True)["T"]["Replacement"] == "True"


def test_a_nested_stack_that_reads_them_is_listed_as_automatic_alone() -> None:
    changes = listed(changed(), values=True)
    assert causes(changes["Api"]) == {("Automatic", "Dynamic", None)}
    assert causes(changes["Data"]) == {("DirectModification", "Static", None)}
    assert (changes["Api"]["Replacement"], changes["Api"]["Scope"]) == ("False", ["Properties"])


def test_plain_it_is_listed_for_the_attribute() -> None:
    assert causes(listed(changed(), values=False)["Api"]) == {
        ("ResourceAttribute", "Dynamic", "Data.Outputs.Name")
    }


def test_another_resource_that_reads_them_may_be_replaced() -> None:
    """ "Change sets can mark resources … for conditional replacement": the user guide, viewing a change set."""
    answer = changed(Reader=topic(TopicName=output("Data")))
    change = listed(answer, values=True)["Reader"]
    assert change["Replacement"] == "Conditional"
    assert causes(change) == {
        ("ResourceAttribute", "Dynamic", "Data.Outputs.Name"),
        ("DirectModification", "Dynamic", None),
    }


def test_where_the_nested_stack_is_the_same_nothing_is_unknown() -> None:
    answer = changed(display="old")
    assert listed(answer, values=True).keys() == {"Data"}
    assert answer.nested["Api"].status == "FAILED"


def test_only_the_root_can_be_executed() -> None:
    answer = changed()
    inside = answer.nested["Api"]
    assert (answer.execution_status, answer.status_reason) == ("AVAILABLE", None)
    assert (inside.status, inside.execution_status) == ("CREATE_COMPLETE", "UNAVAILABLE")
    assert inside.status_reason == "Executable from root change set"


def test_nesting_costs_no_more_than_its_stacks() -> None:
    """Ten levels that each read the one below: each is predicted a few times, not twice for each level above."""
    template: dict[str, Any] = {"Resources": {"T": topic(DisplayName="new")}}
    deployed = stack({"Resources": {"T": topic(DisplayName="old")}})
    templates = {}
    for level in range(9):
        templates[f"u{level}"] = template
        template = {"Resources": {"C": child(f"u{level}"), "R": topic(DisplayName=output("C"))}}
        deployed = stack(template, children={"C": deployed})
    answer = update(deployed, template, children=templates)
    for _ in range(9):
        answer = answer.nested["C"]
    assert listed(answer, values=True).keys() == {"T"}
