from __future__ import annotations

import pytest

from smsgen.changes.change_set import ChangeSet
from smsgen.changes.model import Detail, ResourceChange, Side, Target
from smsgen.errors import GateTripped
from smsgen.operations.ports.records import ChangeSetRequest
from smsgen.operations.stacks.verify import differences, real_change_set, verify_prediction
from tests.operations.fake_stacks import FakeClock, FakeStacks

IMAGE = Detail(Target("Properties", "ImageId", "Always"), "Static", "DirectModification")
TAGS = Detail(Target("Tags"), "Dynamic", "ParameterReference", "Purpose")
WEB = ResourceChange(
    "Modify",
    "Web1",
    "AWS::EC2::Instance",
    "i-1",
    "True",
    "ReplaceAndDelete",
    ("Properties", "Tags"),
    (IMAGE, TAGS),
)


def change_set(*changes: ResourceChange, **nested: ChangeSet) -> ChangeSet:
    return ChangeSet(
        "s",
        None,
        "UPDATE",
        "CREATE_COMPLETE",
        "AVAILABLE",
        None,
        (),
        changes,
        changes,
        nested,
        Side(),
        Side(),
    )


def test_order_of_changes_details_and_scopes_is_no_difference() -> None:
    other = WEB._replace(details=(TAGS, IMAGE), scope=("Tags", "Properties"))
    db = WEB._replace(logical_resource_id="Db1")
    verify_prediction(change_set(WEB, db), change_set(db, other))


@pytest.mark.parametrize(
    ("real", "said"),
    [
        (WEB._replace(replacement="Conditional"), "Web1.replacement: predicted 'True', real 'Conditional'"),
        (WEB._replace(scope=("Tags",)), "Web1.scope: predicted ['Properties', 'Tags'], real ['Tags']"),
        (
            WEB._replace(details=(IMAGE,)),
            "Web1: predicted only: Tags Never ParameterReference Dynamic by Purpose",
        ),
        (
            WEB._replace(details=(IMAGE, TAGS, TAGS)),
            "Web1: real only: Tags Never ParameterReference Dynamic by Purpose",
        ),
        (WEB._replace(logical_resource_id="Db1"), "Db1: Modify is not predicted"),
        (
            WEB._replace(after_context={"Properties": {}}),
            "Web1.after_context: predicted None, real {'Properties': {}}",
        ),
    ],
)
def test_each_difference_is_named_in_both_modes(real: ResourceChange, said: str) -> None:
    found = list(differences(change_set(WEB), change_set(real)))
    assert said in found
    assert f"with values: {said}" in found


def test_differences_inside_nested_stacks_are_found() -> None:
    inner = change_set(WEB)
    outer = change_set(Group1=inner)
    assert next(iter(differences(outer, change_set(Group1=change_set())))).startswith(
        "Group1/Web1: Modify is predicted"
    )
    assert list(differences(outer, change_set())) == ["Group1: a nested change set is predicted only"]


def test_no_real_changes_against_predicted_ones_trips_the_gate() -> None:
    verify_prediction(change_set(), None)
    with pytest.raises(GateTripped, match="2 differences") as caught:
        verify_prediction(change_set(WEB), None)
    assert caught.value.exit_code == 3


def test_a_real_change_set_is_read_and_removed_with_its_ghost() -> None:
    aws = FakeStacks(FakeClock())
    request = ChangeSetRequest(
        "s", "smsgen-1", "CREATE", "t", "", template_body='{"Resources": {}, "Description": "x"}'
    )
    assert real_change_set(request, stacks=aws, changes=aws, clock=aws.clock) is not None
    assert aws.made == {}
