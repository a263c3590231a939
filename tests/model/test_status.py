from __future__ import annotations

import itertools

import pytest

from smsgen.model.status import OF_STACK, STEPS, IllegalStep, LaunchEvent, LaunchStatus, advance, of_stack


def walk(*events: LaunchEvent) -> LaunchStatus:
    status = LaunchStatus.READY_FOR_CONFIGURATION
    for event in events:
        status = advance(status, event)
    return status


E = LaunchEvent
TO_LAUNCHED = (E.CONFIGURE, E.ACCEPT, E.LAUNCH, E.ACCEPT, E.START, E.SUCCEED)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((E.CONFIGURE, E.REJECT), "CONFIGURATION_INVALID"),
        ((E.CONFIGURE, E.ACCEPT, E.LAUNCH), "VALIDATION_IN_PROGRESS"),
        (TO_LAUNCHED, "LAUNCHED"),
        ((*TO_LAUNCHED, E.LAUNCH, E.FAIL), "DELTA_LAUNCH_FAILED"),
        ((*TO_LAUNCHED, E.LAUNCH, E.SUCCEED), "LAUNCHED"),
        ((*TO_LAUNCHED, E.TERMINATE, E.FAIL, E.TERMINATE, E.SUCCEED), "TERMINATED"),
        ((*TO_LAUNCHED, E.TERMINATE, E.SUCCEED, E.LAUNCH), "VALIDATION_IN_PROGRESS"),
    ],
)
def test_the_way_of_an_application(events: tuple[LaunchEvent, ...], expected: str) -> None:
    assert walk(*events).value == expected


@pytest.mark.parametrize(("status", "event"), list(itertools.product(LaunchStatus, LaunchEvent)))
def test_every_pair_is_decided(status: LaunchStatus, event: LaunchEvent) -> None:
    if event in STEPS[status]:
        assert advance(status, event) is STEPS[status][event]
    else:
        with pytest.raises(IllegalStep, match=status.value) as caught:
            advance(status, event)
        assert caught.value.hint


def test_every_status_can_be_reached_and_left() -> None:
    seen = {LaunchStatus.READY_FOR_CONFIGURATION}
    while True:
        more = {following for status in seen for following in STEPS[status].values()} | seen
        if more == seen:
            break
        seen = more
    assert seen == set(LaunchStatus)
    assert all(STEPS[status] for status in LaunchStatus)


def test_no_launch_starts_while_one_is_running() -> None:
    running = [s for s in LaunchStatus if s.value.endswith(("_IN_PROGRESS", "_PENDING"))]
    assert len(running) == 6
    for status in running:
        assert LaunchEvent.LAUNCH not in STEPS[status]


def test_every_stack_status_of_the_service_model_has_a_launch_status() -> None:
    session = pytest.importorskip("botocore.session", reason="needs the aws extra")
    statuses = session.get_session().get_service_model("cloudformation").shape_for("StackStatus").enum
    assert set(statuses) == set(OF_STACK)


@pytest.mark.parametrize(
    ("stack_status", "expected"),
    [
        (None, "READY_FOR_LAUNCH"),
        ("REVIEW_IN_PROGRESS", "LAUNCH_PENDING"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "DELTA_LAUNCH_IN_PROGRESS"),
        ("ROLLBACK_IN_PROGRESS", "LAUNCH_FAILED"),
        ("UPDATE_ROLLBACK_COMPLETE", "DELTA_LAUNCH_FAILED"),
        ("DELETE_COMPLETE", "TERMINATED"),
        ("SOMETHING_NEW_IN_PROGRESS", "DELTA_LAUNCH_IN_PROGRESS"),
        ("SOMETHING_NEW_COMPLETE", "LAUNCHED"),
        ("SOMETHING_NEW_FAILED", "DELTA_LAUNCH_FAILED"),
    ],
)
def test_a_stack_status_in_smss_words(stack_status: str | None, expected: str) -> None:
    assert of_stack(stack_status).value == expected
