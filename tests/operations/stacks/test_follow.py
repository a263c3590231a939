"""Following: events of nested stacks, the first real failure, and the pauses in between."""

from __future__ import annotations

import pytest

from smsgen.operations.ports.records import StackEvent, StackInfo
from smsgen.operations.ports.waiting import Backoff, Pace
from smsgen.operations.stacks.follow import Outcome, Trail, follow, running_operation
from tests.operations.fake_stacks import FakeClock, FakeStacks
from tests.operations.intake.talk import FakeTalk

ROOT = StackInfo("shop", "arn:stack/shop/1", "CREATE_COMPLETE")
NESTED = "arn:stack/shop-Group1/2"


def event(
    number: int,
    logical_id: str,
    status: str,
    reason: str = "",
    *,
    stack: str = ROOT.stack_id,
    physical: str = "",
    type_: str = "AWS::EC2::Instance",
) -> StackEvent:  # fmt: skip - one event, one line
    name = stack.split("/")[1]
    return StackEvent(f"e{number}", stack, name, logical_id, physical, type_, status, reason, float(number))


def root(number: int, status: str, reason: str = "") -> StackEvent:
    return event(number, "shop", status, reason, physical=ROOT.stack_id, type_="AWS::CloudFormation::Stack")


def nested(number: int, status: str, reason: str = "") -> StackEvent:
    return event(number, "Group1", status, reason, physical=NESTED, type_="AWS::CloudFormation::Stack")


class Recorded(FakeStacks):
    """Stacks whose histories are given."""

    def __init__(self, **histories: list[StackEvent]) -> None:
        super().__init__(FakeClock())
        self.histories = {ROOT.stack_id: histories["root"], NESTED: histories.get("nested", [])}
        self.status = "CREATE_COMPLETE"

    def find(self, stack: str) -> StackInfo | None:
        return ROOT._replace(status=self.status)

    def events(self, stack: str, *, after: str = "") -> tuple[StackEvent, ...]:
        history = self.histories[stack]
        ids = [one.event_id for one in history]
        return tuple(history[ids.index(after) + 1 :] if after else history)


def watch(stacks: Recorded, after: str = "") -> tuple[Outcome, FakeTalk]:
    talk = FakeTalk()
    outcome = follow(stacks, stacks.clock, ROOT, after=after, view=talk, pace=Pace(), resume="again")
    return outcome, talk


def test_events_of_nested_stacks_are_woven_in_by_time_and_come_once() -> None:
    stacks = Recorded(
        root=[
            root(1, "CREATE_IN_PROGRESS"),
            nested(2, "CREATE_IN_PROGRESS"),
            nested(6, "CREATE_COMPLETE"),
            root(7, "CREATE_COMPLETE"),
        ],
        nested=[
            event(3, "Db1", "CREATE_IN_PROGRESS", stack=NESTED),
            event(5, "Db1", "CREATE_COMPLETE", stack=NESTED),
        ],
    )
    outcome, talk = watch(stacks)
    assert [e.event_id for e in talk.events] == ["e1", "e2", "e3", "e5", "e6", "e7"]
    assert outcome.launched
    assert talk.watched == ["closed"]


def test_the_history_of_a_nested_stack_from_before_the_operation_is_left_out() -> None:
    stacks = Recorded(
        root=[
            root(1, "CREATE_IN_PROGRESS"),
            root(9, "CREATE_COMPLETE"),
            root(20, "UPDATE_IN_PROGRESS"),
            nested(21, "UPDATE_IN_PROGRESS"),
            root(30, "UPDATE_COMPLETE"),
        ],
        nested=[
            event(3, "Db1", "CREATE_FAILED", "an old story", stack=NESTED),
            event(22, "Db1", "UPDATE_COMPLETE", stack=NESTED),
        ],
    )
    outcome, talk = watch(stacks, after="e9")
    assert [e.event_id for e in talk.events] == ["e20", "e21", "e22", "e30"]
    assert outcome.failure is None


def test_the_first_real_failure_is_named_though_it_is_deep_inside() -> None:
    stacks = Recorded(
        root=[
            root(1, "CREATE_IN_PROGRESS"),
            nested(2, "CREATE_IN_PROGRESS"),
            event(3, "Web1", "CREATE_FAILED", "Resource creation cancelled"),
            nested(6, "CREATE_FAILED", "Embedded stack arn was not successfully created: see inside"),
            root(7, "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Group1, Web1]."),
            root(9, "ROLLBACK_COMPLETE"),
        ],
        nested=[event(5, "Db1", "CREATE_FAILED", "no capacity", stack=NESTED)],
    )
    stacks.status = "ROLLBACK_COMPLETE"
    outcome, _ = watch(stacks)
    assert not outcome.launched
    assert outcome.cause == "Db1 (AWS::EC2::Instance) in shop-Group1: no capacity"


@pytest.mark.parametrize(
    "reason", ["Resource creation cancelled", "Resource update cancelled", "Resource deletion canceled"]
)
def test_a_cancellation_is_named_only_where_nothing_else_failed(reason: str) -> None:
    stacks = Recorded(
        root=[
            root(1, "UPDATE_IN_PROGRESS"),
            event(2, "Web1", "UPDATE_FAILED", reason),
            root(3, "UPDATE_ROLLBACK_COMPLETE"),
        ]
    )
    stacks.status = "UPDATE_ROLLBACK_COMPLETE"
    outcome, _ = watch(stacks)
    assert outcome.cause == f"Web1 (AWS::EC2::Instance): {reason}"
    stacks.histories[ROOT.stack_id].insert(2, event(2, "Db1", "UPDATE_FAILED", "the real one"))
    outcome, _ = watch(stacks)
    assert outcome.cause == "Db1 (AWS::EC2::Instance): the real one"


def test_without_a_failed_resource_the_stacks_own_reason_is_the_cause() -> None:
    outcome = Outcome(ROOT._replace(status="ROLLBACK_COMPLETE", reason="the role may not be assumed"))
    assert outcome.cause == "the role may not be assumed"


def test_the_state_from_before_does_not_end_the_watching() -> None:
    """For a moment after ExecuteChangeSet a stack still shows UPDATE_COMPLETE of the last update."""
    stacks = Recorded(root=[root(1, "UPDATE_IN_PROGRESS"), root(2, "UPDATE_COMPLETE")])
    stacks.status = "UPDATE_COMPLETE"

    def begin() -> None:
        if len(stacks.clock.naps) == 2:
            stacks.histories[ROOT.stack_id] += [root(10, "UPDATE_IN_PROGRESS"), root(11, "UPDATE_COMPLETE")]

    stacks.clock.while_asleep = begin
    outcome, talk = watch(stacks, after="e2")
    assert outcome.launched
    assert [e.event_id for e in talk.events] == ["e10", "e11"]


def test_the_running_operation_is_the_latest_one() -> None:
    history = [
        root(1, "CREATE_IN_PROGRESS"),
        root(2, "CREATE_COMPLETE"),
        root(3, "UPDATE_IN_PROGRESS")._replace(token="smsgen-x"),
    ]
    stacks = Recorded(root=history)
    assert running_operation(stacks, ROOT) == ("e2", "smsgen-x")


def test_a_trail_gives_each_event_once() -> None:
    stacks = Recorded(root=[root(1, "CREATE_IN_PROGRESS")])
    trail = Trail(stacks, ROOT.stack_id, "")
    assert [e.event_id for e in trail.news()] == ["e1"]
    assert trail.news() == []


def test_pauses_grow_with_jitter_up_to_the_longest_and_end_at_the_deadline() -> None:
    clock = FakeClock()
    backoff = Backoff(clock, Pace(first=2, longest=5, deadline=30))
    while backoff.wait():
        pass
    assert clock.naps[:4] == pytest.approx([2 * 1.125, 3 * 1.125, 4.5 * 1.125, 5 * 1.125])
    assert max(clock.naps) <= 5 * 1.25
    assert sum(clock.naps) == pytest.approx(30)


def test_news_brings_back_the_first_pause_but_moves_no_deadline() -> None:
    clock = FakeClock()
    backoff = Backoff(clock, Pace(first=2, longest=5, deadline=30))
    count = 0
    while backoff.wait():
        backoff.reset()
        count += 1
    assert set(clock.naps[:-1]) == {2.25}
    assert sum(clock.naps) == pytest.approx(30)
    assert count == len(clock.naps)
