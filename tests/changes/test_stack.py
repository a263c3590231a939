"""A snapshot is read as the stack it was written of."""

from typing import Any

import pytest

from smsgen.changes.model import Environment, Stack, StackResource
from smsgen.changes.stack import from_data, problems_of, read_snapshot, to_data
from smsgen.errors import InvalidInput

TEMPLATE = {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}
CHILD = Stack("child", TEMPLATE, outputs={"Arn": "arn:x"})
STACK = Stack(
    stack_name="app",
    stack_id="arn:aws:cloudformation:eu-central-1:1:stack/app/1",
    template=TEMPLATE,
    parameters={"P": "1"},
    ssm={"/path": "stored"},
    resources={
        "T": StackResource("AWS::SNS::Topic", "topic-1", "arn:topic-1", {"TopicName": "t"}),
        "U": StackResource("AWS::SNS::Topic", None, None, {}),
    },
    outputs={"O": "out"},
    tags={"Team": "x"},
    children={"C": CHILD},
    environment=Environment({"AWS::Region": "r"}, {"/a": "b"}, {"net": "vpc-1"}, {"r": ("r-a", "r-b")}),
)


@pytest.mark.parametrize("stack", [STACK, CHILD, Stack("bare", {}), STACK._replace(environment=None)])
def test_what_is_written_is_read_as_the_same(stack: Stack) -> None:
    assert from_data(to_data(stack)) == stack


def test_what_is_not_known_is_not_written() -> None:
    assert to_data(CHILD) == {"stackName": "child", "template": TEMPLATE, "outputs": {"Arn": "arn:x"}}
    assert to_data(STACK)["resources"] == {
        "T": {
            "type": "AWS::SNS::Topic",
            "physicalId": "topic-1",
            "ref": "arn:topic-1",
            "attributes": {"TopicName": "t"},
        },
        "U": {"type": "AWS::SNS::Topic"},
    }
    assert to_data(Stack("empty", {})) == {"stackName": "empty", "template": {}}


def test_exports_that_are_known_to_be_none_are_not_taken_for_unknown() -> None:
    known = Stack("s", TEMPLATE, environment=Environment({"AWS::Region": "r"}, exports={}))
    read = from_data(to_data(known)).environment
    assert read is not None
    assert read.exports == {}


def test_the_processed_template_is_the_stacks() -> None:
    made = from_data({"template": {"A": 1}, "processedTemplate": TEMPLATE, "parameters": {"N": 5}})
    assert (made.template, made.parameters, made.stack_name) == (TEMPLATE, {"N": "5"}, "")


def test_a_bare_template_is_a_stack_and_a_snapshot_that_has_resources_is_none() -> None:
    assert read_snapshot(b"Resources: {}", "f").template == {"Resources": {}}
    both = b"template: {Resources: {}}\nResources: {}\nstackName: s\n"
    assert read_snapshot(both, "f").stack_name == "s"


@pytest.mark.parametrize(
    ("data", "paths"),
    [
        ({"template": {}, "tags": [1], "stackId": 1}, [("tags",), ("stackId",)]),
        ({"template": {}, "environment": [1]}, [("environment",)]),
        ({"template": {}, "tags": None, "stackName": None}, []),
        ({"template": {}, "resources": {"A": {"attributes": None}, "B": 1}}, [("resources", "B")]),
        (
            {"template": {}, "children": {"C": {"template": 1}, "D": [], "E": {"template": {}}}},
            [("children", "C"), ("children", "D")],
        ),
        (
            {"template": {}, "resources": {"A": 1}, "children": {"C": {"template": 1}}},
            [("resources", "A"), ("children", "C")],
        ),
        ({"template": 1, "tags": [1]}, [()]),
    ],
)
def test_every_problem_of_a_shape_is_said_at_its_place(data: Any, paths: list[Any]) -> None:
    assert [problem.path for problem in problems_of(data)] == paths


def test_a_snapshot_of_a_wrong_shape_is_refused_with_its_lines() -> None:
    with pytest.raises(InvalidInput) as raised:
        read_snapshot(b"template: {}\ntags: [1]\nstackId: 5\n", "f")
    assert [d.location and d.location.line for d in raised.value.diagnostics] == [2, 3]
