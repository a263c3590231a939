"""A termination from every state a stack can be in."""

from __future__ import annotations

from typing import Any

import pytest

from smsgen.errors import SmsgenError, UsageError
from smsgen.operations.ports.records import StackInfo
from smsgen.operations.stacks.launch import Ending, Launched, LaunchFailed
from smsgen.operations.stacks.terminate import TerminateOptions, doomed, terminate_stack
from tests.operations.fake_stacks import FakeClock, FakeStacks
from tests.operations.intake.talk import FakeTalk

NAME = "sms-app-shop"
BODY = {
    "Resources": {
        "Db1": {"Type": "AWS::EC2::Instance", "DeletionPolicy": "Retain"},
        "Disk": {"Type": "AWS::EC2::Volume", "DeletionPolicy": "Snapshot"},
        "Web1": {"Type": "AWS::EC2::Instance"},
    }
}


class World:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.aws = FakeStacks(self.clock)
        self.talk = FakeTalk(True)

    def put(self, status: str = "CREATE_COMPLETE", **fields: Any) -> StackInfo:
        return self.aws.put(NAME, status, BODY, **fields)

    def terminate(self, **options: Any) -> Launched:
        given = TerminateOptions(**options)
        return terminate_stack(
            NAME, given, stacks=self.aws, changes=self.aws, clock=self.clock, talk=self.talk
        )


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    "status",
    [
        "CREATE_COMPLETE",
        "CREATE_FAILED",
        "ROLLBACK_COMPLETE",
        "ROLLBACK_FAILED",
        "UPDATE_COMPLETE",
        "UPDATE_FAILED",
        "UPDATE_ROLLBACK_COMPLETE",
        "UPDATE_ROLLBACK_FAILED",
        "IMPORT_COMPLETE",
        "DELETE_FAILED",
        "REVIEW_IN_PROGRESS",
        "CREATE_IN_PROGRESS",
    ],
)
def test_a_stack_in_any_resting_state_is_deleted_and_followed(world: World, status: str) -> None:
    world.put(status)
    assert world.terminate().ending is Ending.TERMINATED
    assert world.aws.statuses(NAME) == ["DELETE_COMPLETE"]
    assert world.talk.questions == [f"Delete {NAME}?"]
    assert "Web1" in world.talk.finished


def test_what_goes_and_what_stays_is_shown_before_the_question(world: World) -> None:
    world.put()
    world.terminate(dry_run=True)
    [said] = world.talk.notes
    assert said.splitlines() == [
        f"{NAME} (CREATE_COMPLETE): 1 to be deleted, 1 to be deleted after a snapshot, 1 to be retained",
        "  deleted: Web1 (AWS::EC2::Instance) i-Web1",
        "  deleted after a snapshot: Disk (AWS::EC2::Volume) i-Disk",
        "  retained: Db1 (AWS::EC2::Instance) i-Db1",
    ]
    assert world.talk.questions == []
    assert world.aws.count("delete") == 0


def test_what_the_user_retains_is_shown_as_retained(world: World) -> None:
    stack = world.put("DELETE_FAILED")
    fates = {one.resource.logical_id: one.fate for one in doomed(stack, world.aws, ["Web1"])}
    assert fates["Web1"] == "retained"


def test_a_template_that_only_cloudformation_can_read_does_not_stand_in_the_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put()
    monkeypatch.setattr(world.aws, "template", lambda stack: "a: [")
    assert world.terminate().ending is Ending.TERMINATED


def test_no_stack_is_a_success(world: World) -> None:
    assert world.terminate().ending is Ending.UNCHANGED
    assert world.talk.questions == []


def test_a_protected_stack_is_refused_unless_told(world: World) -> None:
    world.put(protected=True)
    with pytest.raises(SmsgenError, match="protected") as caught:
        world.terminate()
    assert "--disable-termination-protection" in caught.value.hint
    assert world.aws.statuses(NAME) == ["CREATE_COMPLETE"]
    assert world.terminate(unprotect=True).ending is Ending.TERMINATED


def test_declining_keeps_the_stack_and_its_protection(world: World) -> None:
    world.put(protected=True)
    world.talk = FakeTalk(False)
    assert world.terminate(unprotect=True).ending is Ending.DECLINED
    assert world.aws.count("protect") == world.aws.count("delete") == 0


def test_nobody_to_ask_keeps_the_stack(world: World) -> None:
    world.put()
    world.talk = FakeTalk()
    with pytest.raises(UsageError):
        world.terminate()
    assert world.aws.statuses(NAME) == ["CREATE_COMPLETE"]


def test_an_update_is_waited_for(world: World) -> None:
    world.put("UPDATE_IN_PROGRESS")
    world.aws.begin(NAME, "UPDATE", ("Web1", "UPDATE_COMPLETE", ""), end="UPDATE_COMPLETE")
    assert world.terminate().ending is Ending.TERMINATED
    assert "waiting" in world.talk.notes[0]


def test_without_waiting_a_running_update_is_only_told(world: World) -> None:
    world.put("UPDATE_IN_PROGRESS")
    with pytest.raises(SmsgenError, match="UPDATE_IN_PROGRESS"):
        world.terminate(wait=False)


def test_a_deletion_that_runs_already_is_followed_without_a_question(world: World) -> None:
    world.put("DELETE_IN_PROGRESS")
    world.aws.begin(NAME, "DELETE", ("Web1", "DELETE_COMPLETE", ""), end="DELETE_COMPLETE")
    assert world.terminate().ending is Ending.TERMINATED
    assert world.talk.questions == []
    assert world.aws.count("delete") == 0


def test_a_failed_deletion_names_the_cause_and_a_second_run_can_leave_it_out(world: World) -> None:
    world.put()
    world.aws.undeletable["Web1"] = "it has termination protection of its own"
    with pytest.raises(LaunchFailed, match=r"DELETE_FAILED: Web1 .*protection of its own") as caught:
        world.terminate()
    assert "--retain" in caught.value.hint
    world.talk = FakeTalk(True)
    assert world.terminate(retain=("Web1",)).ending is Ending.TERMINATED


def test_retaining_is_refused_where_cloudformation_would_not_take_it(world: World) -> None:
    world.put()
    with pytest.raises(SmsgenError, match="--retain is for a stack in DELETE_FAILED"):
        world.terminate(retain=("Web1",))


def test_not_waiting_ends_once_it_is_started(world: World) -> None:
    world.put()
    assert world.terminate(wait=False).ending is Ending.STARTED
    assert world.aws.statuses(NAME) == ["DELETE_IN_PROGRESS"]
