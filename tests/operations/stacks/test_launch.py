"""A launch from every state a stack can be in, and through every fault between its calls."""

from __future__ import annotations

import json
from typing import Any

import pytest

from smsgen.cfn.document import Template
from smsgen.errors import GateTripped, InvalidInput, ServiceError, SmsgenError, UsageError
from smsgen.operations.ports.records import ChangeSetInfo
from smsgen.operations.stacks.follow import Interrupted
from smsgen.operations.stacks.launch import Ending, Launched, LaunchFailed, LaunchOptions, launch_stack
from smsgen.operations.stacks.request import DESCRIPTION, StackLaunch
from tests.operations.fake_stacks import FakeClock, FakeStacks
from tests.operations.intake.talk import FakeTalk

NAME = "sms-app-shop"
MINE = "smsgen-0123456789abcdef01234567"


def template(*servers: str, image: str = "ami-1") -> dict[str, Any]:
    return {
        "Resources": {s: {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": image}} for s in servers}
    }


TWO = template("Db1", "Web1")


def launch_of(body: dict[str, Any], **fields: Any) -> StackLaunch:
    return StackLaunch(NAME, (Template(body),), body=json.dumps(body), **fields)


class World:
    """One account, one user, one application."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.aws = FakeStacks(self.clock)
        self.talk = FakeTalk(True)

    def launch(self, body: dict[str, Any] = TWO, **options: Any) -> Launched:
        fields = {name: options.pop(name) for name in ("stateful", "profile") if name in options}
        return launch_stack(
            launch_of(body, **fields),
            LaunchOptions(**options),
            stacks=self.aws,
            changes=self.aws,
            clock=self.clock,
            talk=self.talk,
        )


@pytest.fixture
def world() -> World:
    return World()


def test_a_new_application_is_created_and_followed_to_its_end(world: World) -> None:
    done = world.launch()
    assert done.ending is Ending.LAUNCHED
    assert done.stack is not None
    assert done.stack.status == "CREATE_COMPLETE"
    assert done.stack.outputs == {"Address": "10.0.0.1"}
    assert world.talk.finished == ["Db1", "Web1"]
    assert world.aws.made == {}
    assert len(world.talk.shown) == len(world.talk.questions) == 1


def test_a_changed_application_is_updated(world: World) -> None:
    world.launch()
    world.talk = FakeTalk(True)
    done = world.launch(template("Db1", "Web1", image="ami-2"))
    assert done.stack is not None
    assert done.stack.status == "UPDATE_COMPLETE"
    assert world.aws.asked[-1].type == "UPDATE"


def test_no_changes_is_a_success_that_asks_nothing_and_leaves_nothing(world: World) -> None:
    world.launch()
    world.talk = FakeTalk()
    done = world.launch()
    assert done.ending is Ending.UNCHANGED
    assert done.stack is not None
    assert done.stack.outputs == {"Address": "10.0.0.1"}
    assert world.aws.made == {}
    assert world.talk.questions == []


def test_the_other_text_for_no_changes_is_a_success_too(world: World) -> None:
    world.launch()
    world.aws.refused = "No updates are to be performed."
    assert world.launch(template("Db1")).ending is Ending.UNCHANGED


@pytest.mark.parametrize(
    "status",
    [
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
        "CREATE_FAILED",
        "UPDATE_FAILED",
    ],
)
def test_a_standing_stack_is_updated(world: World, status: str) -> None:
    world.aws.put(NAME, status, template("Db1"))
    assert world.launch().ending is Ending.LAUNCHED
    assert world.aws.statuses(NAME) == ["UPDATE_COMPLETE"]


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"])
def test_a_dead_stack_is_deleted_and_created_again_if_the_user_agrees(world: World, status: str) -> None:
    world.aws.put(NAME, status, template("Db1"))
    world.talk = FakeTalk(True, True)
    assert world.launch().ending is Ending.LAUNCHED
    assert world.aws.statuses(NAME) == ["DELETE_COMPLETE", "CREATE_COMPLETE"]
    assert world.talk.questions[0] == f"Delete {NAME} and create it again?"


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"])
def test_a_dead_stack_stays_if_the_user_does_not_agree(world: World, status: str) -> None:
    world.aws.put(NAME, status, template("Db1"))
    world.talk = FakeTalk(False)
    with pytest.raises(SmsgenError, match="stays as it is"):
        world.launch()
    assert world.aws.statuses(NAME) == [status]


def test_a_dead_stack_that_is_protected_is_not_deleted(world: World) -> None:
    world.aws.put(NAME, "ROLLBACK_COMPLETE", TWO, protected=True)
    with pytest.raises(SmsgenError, match="protected") as caught:
        world.launch()
    assert "--disable-termination-protection" in caught.value.hint
    assert world.aws.count("delete") == 0


def test_a_dry_run_does_not_delete_a_dead_stack(world: World) -> None:
    world.aws.put(NAME, "ROLLBACK_COMPLETE", TWO)
    with pytest.raises(SmsgenError, match="ROLLBACK_COMPLETE"):
        world.launch(dry_run=True)
    assert world.aws.statuses(NAME) == ["ROLLBACK_COMPLETE"]


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_FAILED", "IMPORT_ROLLBACK_FAILED"])
def test_a_failed_rollback_says_what_to_do(world: World, status: str) -> None:
    world.aws.put(NAME, status, TWO, reason="Web1 has no capacity")
    with pytest.raises(SmsgenError, match="Web1 has no capacity") as caught:
        world.launch()
    assert f"continue-update-rollback --stack-name {NAME}" in caught.value.hint
    assert "create_change_set" not in world.aws.calls


def test_a_state_nobody_has_heard_of_is_refused(world: World) -> None:
    world.aws.put(NAME, "PAUSED", TWO)
    with pytest.raises(SmsgenError, match="PAUSED is not one that smsgen knows"):
        world.launch()


def test_an_operation_of_others_is_waited_for(world: World) -> None:
    world.aws.put(NAME, "UPDATE_IN_PROGRESS", template("Db1"))
    world.aws.begin(NAME, "UPDATE", ("Db1", "UPDATE_COMPLETE", ""), end="UPDATE_COMPLETE", token="console")
    assert world.launch().ending is Ending.LAUNCHED
    assert "begun elsewhere" in world.talk.notes[0]
    assert world.aws.statuses(NAME) == ["UPDATE_COMPLETE"]


def test_a_failed_operation_of_others_does_not_stop_the_launch(world: World) -> None:
    world.aws.put(NAME, "UPDATE_IN_PROGRESS", template("Db1"))
    world.aws.begin(
        NAME, "UPDATE", ("Db1", "UPDATE_FAILED", "no"), end="UPDATE_ROLLBACK_COMPLETE", token="console"
    )
    assert world.launch().ending is Ending.LAUNCHED


def test_a_deletion_is_waited_for_and_the_stack_created_anew(world: World) -> None:
    world.aws.put(NAME, "DELETE_IN_PROGRESS", TWO)
    world.aws.begin(NAME, "DELETE", ("Db1", "DELETE_COMPLETE", ""), end="DELETE_COMPLETE")
    assert world.launch().ending is Ending.LAUNCHED
    assert world.aws.statuses(NAME) == ["DELETE_COMPLETE", "CREATE_COMPLETE"]


def test_without_waiting_a_running_operation_is_only_told(world: World) -> None:
    world.aws.put(NAME, "UPDATE_IN_PROGRESS", TWO)
    with pytest.raises(SmsgenError, match="UPDATE_IN_PROGRESS"):
        world.launch(wait=False)


def test_a_dry_run_leaves_neither_change_set_nor_stack_behind(world: World) -> None:
    done = world.launch(dry_run=True)
    assert done.ending is Ending.SHOWN
    assert len(world.talk.shown) == 1
    assert world.talk.questions == []
    assert world.aws.made == {}
    assert world.aws.statuses(NAME) == ["DELETE_COMPLETE"]


def test_a_second_dry_run_copes_with_a_token_that_aws_remembers(world: World) -> None:
    world.aws.put(NAME, "CREATE_COMPLETE", template("Db1"))
    world.launch(dry_run=True)
    assert world.launch(dry_run=True).ending is Ending.SHOWN
    assert world.launch().ending is Ending.LAUNCHED


def test_a_dry_run_of_an_update_keeps_the_stack(world: World) -> None:
    world.aws.put(NAME, "CREATE_COMPLETE", template("Db1"))
    world.launch(dry_run=True)
    assert world.aws.made == {}
    assert world.aws.statuses(NAME) == ["CREATE_COMPLETE"]


@pytest.mark.parametrize("existing", [True, False])
def test_declining_takes_everything_back(world: World, existing: bool) -> None:
    if existing:
        world.aws.put(NAME, "CREATE_COMPLETE", template("Db1"))
    world.talk = FakeTalk(False)
    assert world.launch().ending is Ending.DECLINED
    assert world.aws.made == {}
    assert world.aws.count("execute") == 0
    assert world.aws.statuses(NAME) == (["CREATE_COMPLETE"] if existing else ["DELETE_COMPLETE"])


def test_nobody_to_ask_takes_everything_back_and_says_so(world: World) -> None:
    world.talk = FakeTalk()
    with pytest.raises(UsageError, match="nobody"):
        world.launch()
    assert world.aws.made == {}
    assert world.aws.statuses(NAME) == ["DELETE_COMPLETE"]


def test_what_is_shown_holds_both_templates(world: World) -> None:
    world.aws.put(NAME, "CREATE_COMPLETE", template("Db1"))
    world.launch()
    assert world.talk.shown[0].before.template == template("Db1")
    assert world.talk.shown[0].after.template == TWO


def test_a_deployed_template_that_only_cloudformation_can_read_is_no_hindrance(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.aws.put(NAME, "CREATE_COMPLETE", template("Db1"))
    monkeypatch.setattr(world.aws, "template", lambda stack: "a: [")
    assert world.launch().ending is Ending.LAUNCHED


def test_a_tripped_gate_takes_everything_back_before_asking(world: World) -> None:
    def gate(change_set: object) -> None:
        raise GateTripped("a server would be replaced")

    with pytest.raises(GateTripped):
        world.launch(gate=gate)
    assert world.aws.made == {}
    assert world.talk.questions == []


def test_a_ghost_of_ours_is_used_again(world: World) -> None:
    """SIGKILL after CreateChangeSet leaves a stack in review; the next run finds the very change set."""
    world.aws.fail("describe_change_set", KeyError("killed here"))
    world.aws.fail("delete_change_set", ServiceError("killed here"))
    with pytest.raises(KeyError):
        world.launch()
    assert world.aws.statuses(NAME) == ["REVIEW_IN_PROGRESS"]
    assert len(world.aws.made) == 1
    assert world.launch().ending is Ending.LAUNCHED
    assert world.aws.statuses(NAME) == ["CREATE_COMPLETE"]


def test_a_ghost_of_somebody_else_is_used_but_never_deleted(world: World) -> None:
    world.aws.put(NAME, "REVIEW_IN_PROGRESS")
    world.aws.leftover(NAME, ChangeSetInfo("cs-theirs", "theirs", "", "CREATE_COMPLETE", "AVAILABLE"))
    world.launch(dry_run=True)
    assert world.aws.statuses(NAME) == ["REVIEW_IN_PROGRESS"]
    assert list(world.aws.made) == ["cs-theirs"]


def test_spent_change_sets_of_ours_are_cleaned_up_and_those_of_others_are_not(world: World) -> None:
    world.aws.put(NAME, "CREATE_COMPLETE", template("Db1"))
    for number, (name, status, execution, description) in enumerate(
        [
            (MINE, "FAILED", "UNAVAILABLE", DESCRIPTION),
            (MINE + "b", "CREATE_COMPLETE", "OBSOLETE", DESCRIPTION),
            (MINE + "c", "CREATE_COMPLETE", "AVAILABLE", DESCRIPTION),
            ("theirs", "FAILED", "UNAVAILABLE", ""),
            (MINE + "d", "FAILED", "UNAVAILABLE", "somebody copied our naming"),
        ]
    ):
        world.aws.leftover(
            NAME, ChangeSetInfo(f"cs{number}", name, "", status, execution, description=description)
        )
    world.launch(dry_run=True)
    assert sorted(world.aws.made) == ["cs2", "cs3", "cs4"]


def test_the_limit_of_change_sets_is_met_by_removing_our_own(world: World) -> None:
    world.aws.put(NAME, "CREATE_COMPLETE", template("Db1"))
    world.aws.leftover(
        NAME, ChangeSetInfo("cs1", MINE, "", "CREATE_COMPLETE", "AVAILABLE", description=DESCRIPTION)
    )
    world.aws.limit = 1
    assert world.launch().ending is Ending.LAUNCHED


def test_the_limit_of_change_sets_made_by_others_is_told(world: World) -> None:
    world.aws.put(NAME, "CREATE_COMPLETE", template("Db1"))
    world.aws.leftover(NAME, ChangeSetInfo("cs1", "theirs", "", "CREATE_COMPLETE", "AVAILABLE"))
    world.aws.limit = 1
    with pytest.raises(ServiceError, match="too many change sets"):
        world.launch()
    assert list(world.aws.made) == ["cs1"]


def test_a_change_set_that_cloudformation_refuses_tells_why_and_leaves_nothing(world: World) -> None:
    world.aws.refused = "Template error: bad thing"
    with pytest.raises(SmsgenError, match="Template error: bad thing"):
        world.launch()
    assert world.aws.made == {}
    assert world.aws.statuses(NAME) == ["DELETE_COMPLETE"]


def test_a_failed_change_set_of_an_earlier_run_is_made_again(world: World) -> None:
    world.aws.put(NAME, "CREATE_COMPLETE", template("Db1"))
    world.aws.refused = "the role does not exist"
    world.aws.fail("delete_change_set", KeyError("killed here"))
    with pytest.raises(KeyError):
        world.launch()
    world.aws.refused = ""
    assert world.launch().ending is Ending.LAUNCHED


@pytest.mark.parametrize(
    ("on_failure", "status"),
    [("ROLLBACK", "ROLLBACK_COMPLETE"), ("DELETE", "DELETE_COMPLETE"), ("DO_NOTHING", "CREATE_FAILED")],
)
def test_a_failed_creation_names_the_first_real_failure(world: World, on_failure: str, status: str) -> None:
    world.aws.broken["Db1"] = "the image ami-1 does not exist"
    with pytest.raises(LaunchFailed) as caught:
        world.launch(on_failure=on_failure)
    assert (
        str(caught.value) == f"{NAME} is {status}: Db1 (AWS::EC2::Instance): the image ami-1 does not exist"
    )
    assert "cancelled" in next(e.reason for e in world.talk.events if e.logical_id == "Web1")


def test_a_failed_update_is_told(world: World) -> None:
    world.launch()
    world.talk = FakeTalk(True)
    world.aws.broken["Web1"] = "insufficient capacity"
    with pytest.raises(LaunchFailed, match=r"UPDATE_ROLLBACK_COMPLETE: Web1 .*: insufficient capacity"):
        world.launch(template("Db1", "Web1", image="ami-2"))


def test_an_update_is_never_deleted_on_failure(world: World) -> None:
    world.aws.put(NAME, "CREATE_COMPLETE", template("Db1"))
    world.launch(on_failure="DELETE")
    assert world.aws.asked[-1].on_failure == "ROLLBACK"
    assert "deleting is for creations only" in world.talk.notes[0]


def test_not_waiting_ends_once_it_is_started(world: World) -> None:
    assert world.launch(wait=False).ending is Ending.STARTED
    assert world.talk.events == []
    assert world.aws.count("execute") == 1


def test_termination_protection_comes_with_stateful_servers(world: World) -> None:
    done = world.launch(stateful=True)
    assert done.stack is not None
    assert done.stack.protected
    assert world.aws.count("protect") == 1


@pytest.mark.parametrize(
    ("stateful", "protect", "expected"), [(True, False, 0), (False, None, 0), (False, True, 1)]
)
def test_termination_protection_is_the_users_choice(
    world: World, stateful: bool, protect: bool | None, expected: int
) -> None:
    world.launch(stateful=stateful, protect=protect)
    assert world.aws.count("protect") == expected


def test_protection_that_an_interrupted_run_did_not_reach_is_switched_on_by_the_next(world: World) -> None:
    world.aws.fail("protect", ServiceError("lost"))
    with pytest.raises(ServiceError):
        world.launch(stateful=True)
    done = world.launch(stateful=True)
    assert done.ending is Ending.UNCHANGED
    assert done.stack is not None
    assert done.stack.protected


# --- stopped in the middle ---


def test_ctrl_c_while_following_stops_nothing_and_the_next_run_goes_on_watching(world: World) -> None:
    world.aws.per_nap = 1
    naps = world.clock.while_asleep

    def interrupt() -> None:
        naps()
        if len(world.talk.events) >= 2:
            raise KeyboardInterrupt

    world.clock.while_asleep = interrupt
    with pytest.raises(Interrupted, match="CloudFormation goes on") as caught:
        world.launch(resume="`smsgen launch-app shop.yaml` goes on watching")
    assert caught.value.exit_code == 130
    assert "smsgen launch-app shop.yaml" in caught.value.hint
    assert world.aws.statuses(NAME) == ["CREATE_IN_PROGRESS"]

    world.clock.while_asleep = naps
    world.talk = FakeTalk()
    assert world.launch().ending is Ending.UNCHANGED
    assert "begun earlier" in world.talk.notes[0]
    assert world.talk.finished == ["Db1", "Web1"]
    assert world.aws.statuses(NAME) == ["CREATE_COMPLETE"]
    assert world.aws.count("execute") == 1


def test_the_failure_of_an_interrupted_launch_is_told_by_the_run_that_goes_on_watching(world: World) -> None:
    world.aws.broken["Web1"] = "no capacity"
    world.launch(wait=False)
    world.aws.per_nap = 1
    world.aws.work()
    world.talk = FakeTalk()
    with pytest.raises(LaunchFailed, match=r"ROLLBACK_COMPLETE: Web1 .*: no capacity"):
        world.launch()
    assert world.aws.count("execute") == 1


def test_ctrl_c_while_the_change_set_is_worked_out_takes_it_back(world: World) -> None:
    world.clock.while_asleep = lambda: (_ for _ in ()).throw(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        world.launch()
    assert world.aws.made == {}


def test_ctrl_c_at_the_question_takes_everything_back(world: World) -> None:
    def confirm(question: str) -> bool:
        raise KeyboardInterrupt

    world.talk.confirm = confirm  # type: ignore[method-assign] - the user of this one test
    with pytest.raises(KeyboardInterrupt):
        world.launch()
    assert world.aws.made == {}
    assert world.aws.statuses(NAME) == ["DELETE_COMPLETE"]


def test_a_network_that_is_lost_for_a_while_does_not_end_the_watching(world: World) -> None:
    naps = world.clock.while_asleep

    def lose() -> None:
        naps()
        if world.talk.events and len(world.clock.naps) < 8:
            world.aws.fail("find", ServiceError("AWS could not be reached"))

    world.clock.while_asleep = lose
    assert world.launch().ending is Ending.LAUNCHED


def test_a_network_that_stays_lost_ends_the_watching_with_the_way_back(world: World) -> None:
    naps = world.clock.while_asleep

    def lose() -> None:
        naps()
        if world.talk.events:
            world.aws.fail("find", ServiceError("AWS could not be reached", hint="check the network"))

    world.clock.while_asleep = lose
    with pytest.raises(ServiceError, match="goes on with it") as caught:
        world.launch(resume="run it again")
    assert caught.value.hint == "check the network; run it again"


def test_expired_credentials_while_watching_are_told_at_once(world: World) -> None:
    naps = world.clock.while_asleep

    def expire() -> None:
        naps()
        if world.talk.events:
            world.aws.fail("find", ServiceError("the credentials have expired", code="ExpiredToken"))

    world.clock.while_asleep = expire
    with pytest.raises(ServiceError, match="expired"):
        world.launch()
    assert len(world.clock.naps) < 6
    world.clock.while_asleep = naps
    assert world.launch().ending is Ending.UNCHANGED


def test_watching_has_a_deadline(world: World) -> None:
    world.aws.per_nap = 0
    world.aws.put(NAME, "CREATE_IN_PROGRESS", TWO)
    world.aws.begin(NAME, "CREATE", end="CREATE_COMPLETE", token=MINE)
    with pytest.raises(SmsgenError, match="still CREATE_IN_PROGRESS after 600 s"):
        world.launch(timeout=600.0)
    assert sum(world.clock.naps) == pytest.approx(600)
    assert len(world.clock.naps) < 60


def test_a_change_set_that_is_never_worked_out_has_a_deadline(world: World) -> None:
    world.aws.per_nap = 0
    with pytest.raises(SmsgenError, match="has not worked out"):
        world.launch()


FAULTY_CALLS = ["find", "create_change_set", "change_set", "describe_change_set", "events", "execute"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("method", FAULTY_CALLS)
@pytest.mark.parametrize("existing", [False, True], ids=["create", "update"])
def test_a_fault_at_any_call_and_then_a_second_run_end_as_without_it(
    world: World, method: str, after: bool, existing: bool
) -> None:
    if existing:
        world.aws.put(NAME, "CREATE_COMPLETE", template("Db1"))
    world.aws.fail(method, ServiceError("the credentials have expired", code="ExpiredToken"), after=after)
    with pytest.raises(ServiceError):
        world.launch()
    world.talk = FakeTalk(True)
    world.launch()
    living = [status for status in world.aws.statuses(NAME) if status != "DELETE_COMPLETE"]
    assert living == ["UPDATE_COMPLETE" if existing else "CREATE_COMPLETE"]
    assert world.aws.made == {}
    assert [
        e
        for s in world.aws.stacks.values()
        for e in s.events
        if e.status == "CREATE_COMPLETE" and e.of_the_stack
    ][1:] == []


# --- what is asked of CloudFormation ---


def test_the_same_content_has_the_same_name_and_other_content_another(world: World) -> None:
    world.launch(dry_run=True)
    world.launch(dry_run=True)
    world.launch(template("Db1"), dry_run=True)
    names = [request.name for request in world.aws.asked]
    assert names[0] == names[1] != names[2]
    assert all(len(name) <= 128 and name.startswith("smsgen-") for name in names)


def test_missing_and_unknown_parameters_are_all_told_at_once(world: World) -> None:
    body = {
        **TWO,
        "Parameters": {"Subnet": {"Type": "String"}, "Image": {"Type": "String", "Default": "ami-1"}},
    }
    with pytest.raises(InvalidInput) as caught:
        world.launch(body, parameters={"Subnett": "x"})
    assert [d.code for d in caught.value.diagnostics] == ["UNKNOWN_PARAMETER", "MISSING_PARAMETER"]
    assert world.aws.stacks == {}


def test_an_update_keeps_the_values_that_are_not_given(world: World) -> None:
    body = {
        **template("Db1"),
        "Parameters": {"Subnet": {"Type": "String"}, "New": {"Type": "String", "Default": "x"}},
    }
    world.aws.put(NAME, "CREATE_COMPLETE", template("Db1"), parameters={"Subnet": "subnet-1"})
    world.launch(body)
    assert world.aws.asked[-1].parameters == {"Subnet": None}


def test_the_sms_profile_limits_the_resource_types(world: World) -> None:
    world.launch(profile="sms")
    assert world.aws.asked[-1].resource_types == ("AWS::EC2::Instance",)


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ({}, ()),
        ({"Role": {"Type": "AWS::IAM::Role"}}, ("CAPABILITY_IAM",)),
        ({"Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r"}}}, ("CAPABILITY_NAMED_IAM",)),
        ({"P": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "r"}}}, ("CAPABILITY_IAM",)),
        (
            {"X": {"Type": "AWS::SNS::Topic", "Properties": {"A": [{"Fn::Transform": {}}]}}},
            ("CAPABILITY_AUTO_EXPAND",),
        ),
    ],
)
def test_capabilities_are_acknowledged_only_where_the_template_needs_them(
    world: World, resources: dict[str, Any], expected: tuple[str, ...]
) -> None:
    world.launch({"Resources": {**TWO["Resources"], **resources}})
    assert world.aws.asked[-1].capabilities == expected


def test_an_existing_instance_is_imported_once(world: World) -> None:
    world.aws.put(NAME, "CREATE_COMPLETE", template("Db1"))
    world.launch(imports={"Web1": "i-0123456789abcdef0"})
    assert world.aws.asked[-1].type == "IMPORT"
    assert world.aws.asked[-1].imports == {
        "Web1": ("AWS::EC2::Instance", {"InstanceId": "i-0123456789abcdef0"})
    }
    world.talk = FakeTalk(True)
    assert world.launch(imports={"Web1": "i-0123456789abcdef0"}).ending is Ending.UNCHANGED


def test_an_import_of_what_the_template_lacks_is_refused(world: World) -> None:
    handle = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
    body = {"Resources": {**TWO["Resources"], "Handle": handle, "Eip": {"Type": "AWS::EC2::EIP"}}}
    with pytest.raises(InvalidInput) as caught:
        world.launch(body, imports={"Nope": "i-1", "Handle": "t", "Eip": "203.0.113.5"})
    assert [d.code for d in caught.value.diagnostics] == ["UNKNOWN_RESOURCE", "IMPORT_TYPE", "IMPORT_TYPE"]
    assert caught.value.diagnostics[2].hint == "write Eip=PublicIp=…,AllocationId=…"


def test_a_resource_that_several_properties_identify_is_named_by_them(world: World) -> None:
    world.aws.put(NAME, "CREATE_COMPLETE", template("Db1"))
    body = {"Resources": {**TWO["Resources"], "Eip": {"Type": "AWS::EC2::EIP"}}}
    world.launch(body, imports={"Eip": "PublicIp=203.0.113.5,AllocationId=eipalloc-1"})
    identifier = {"PublicIp": "203.0.113.5", "AllocationId": "eipalloc-1"}
    assert world.aws.asked[-1].imports == {"Eip": ("AWS::EC2::EIP", identifier)}
