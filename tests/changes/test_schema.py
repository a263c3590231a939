"""The schema of a snapshot: it takes what is written, and refuses what `read_snapshot` refuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from smsgen.changes.schema import snapshot_schema
from smsgen.changes.stack import problems_of

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema comes with smsgen[dev]")
RECORDED = Path(__file__).parents[3] / "shared" / "change_sets" / "recorded"


def fits(snapshot: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(snapshot_schema()).is_valid(snapshot))


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(snapshot_schema())


@pytest.mark.skipif(
    not RECORDED.is_dir(), reason="the recorded change sets (../shared/change_sets) are not here"
)
def test_every_recorded_stack_fits() -> None:
    stacks = [json.loads(path.read_text())["before"] for path in RECORDED.glob("*.json")]
    stacks = [stack for stack in stacks if stack]
    assert stacks
    assert all(fits(stack) for stack in stacks)


@pytest.mark.parametrize(
    "snapshot",
    [
        {"template": {}},
        {"template": {}, "children": {"Child": {"template": {}}}, "environment": {"exports": None}},
        {"stackName": 1, "template": {}},
        {"template": []},
        {"template": {}, "resources": {"A": 1}},
        {"template": {}, "children": {"Child": {}}},
        {"template": {}, "resources": {"A": {"type": "T", "attributes": [1]}}},
        {},
        [],
    ],
)
def test_it_agrees_with_the_reader(snapshot: Any) -> None:
    assert fits(snapshot) == (not problems_of(snapshot))
