from __future__ import annotations

import itertools

import pytest

from smsgen.model import replication
from smsgen.model.replicating import catalog, jobs
from smsgen.model.replication import ReplicationEvent, ReplicationStatus
from smsgen.model.status import (
    APP_STEPS,
    OF_STACK,
    STEPS,
    AppEvent,
    AppStatus,
    IllegalStep,
    LaunchEvent,
    LaunchStatus,
    advance,
    of_stack,
    step,
)
from smsgen.server.api.service_model import service_model

MACHINES = {
    "status": (APP_STEPS, AppStatus, AppEvent, AppStatus.CREATING),
    "launchStatus": (STEPS, LaunchStatus, LaunchEvent, LaunchStatus.READY_FOR_CONFIGURATION),
    "replicationStatus": (
        replication.STEPS,
        ReplicationStatus,
        ReplicationEvent,
        ReplicationStatus.READY_FOR_CONFIGURATION,
    ),
    "connector": (
        catalog.CONNECTOR_STEPS,
        catalog.ConnectorStatus,
        catalog.ConnectorEvent,
        catalog.ConnectorStatus.HEALTHY,
    ),
    "catalog": (
        catalog.CATALOG_STEPS,
        catalog.CatalogStatus,
        catalog.CatalogEvent,
        catalog.CatalogStatus.NOT_IMPORTED,
    ),
    "job": (jobs.JOB_STEPS, jobs.JobState, jobs.JobEvent, jobs.JobState.PENDING),
    "run": (jobs.RUN_STEPS, jobs.RunState, jobs.RunEvent, jobs.RunState.PENDING),
}
LAST = {"status": {"DELETED"}, "job": {"DELETED"}, "run": {"DELETED", "FAILED", "MISSED"}}
"""What is not left any more."""


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


PAIRS = [
    pytest.param(table, status, event, id=f"{name}-{status.name}-{event.name}")
    for name, (table, statuses, events, _) in MACHINES.items()
    for status, event in itertools.product(statuses, events)
]


@pytest.mark.parametrize(("table", "status", "event"), PAIRS)
def test_every_pair_is_decided(table, status, event) -> None:
    if event in table[status]:
        assert step(table, status, event) is table[status][event]
    else:
        with pytest.raises(IllegalStep, match=status.value) as caught:
            step(table, status, event)
        assert caught.value.hint


@pytest.mark.parametrize("name", MACHINES)
def test_every_status_can_be_reached_and_left(name: str) -> None:
    table, statuses, events, first = MACHINES[name]
    seen = {first}
    while True:
        more = {following for status in seen for following in table[status].values()} | seen
        if more == seen:
            break
        seen = more
    assert seen == set(statuses) == set(table)
    assert {status.value for status in statuses if not table[status]} == LAST.get(name, set())
    assert {event for steps in table.values() for event in steps} == set(events)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("status", "AppStatus"),
        ("launchStatus", "AppLaunchStatus"),
        ("replicationStatus", "AppReplicationStatus"),
        ("connector", "ConnectorStatus"),
        ("catalog", "ServerCatalogStatus"),
        ("job", "ReplicationJobState"),
        ("run", "ReplicationRunState"),
    ],
)
def test_the_statuses_are_those_of_the_service_model(name: str, shape: str) -> None:
    words = service_model()["shapes"][shape]["enum"]  # which is AWS's: tests/server/api/test_service_model.py
    assert [status.value for status in MACHINES[name][1]] == words


R = ReplicationEvent
TO_REPLICATED = (R.CONFIGURE, R.ACCEPT, R.START, R.ACCEPT, R.RUN, R.SUCCEED)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((R.CONFIGURE, R.REJECT), "CONFIGURATION_INVALID"),
        (TO_REPLICATED, "REPLICATED"),
        ((*TO_REPLICATED, R.RUN, R.SUCCEED), "DELTA_REPLICATED"),
        ((*TO_REPLICATED, R.RUN, R.FAIL), "DELTA_REPLICATION_FAILED"),
        ((*TO_REPLICATED, R.RUN, R.SUCCEED_IN_PART), "PARTIALLY_REPLICATED"),
        ((*TO_REPLICATED, R.STOP, R.FAIL, R.STOP, R.STOPPED), "REPLICATION_STOPPED"),
    ],
)
def test_the_way_of_a_replication(events: tuple[ReplicationEvent, ...], expected: str) -> None:
    status = ReplicationStatus.READY_FOR_CONFIGURATION
    for event in events:
        status = replication.advance_replication(status, event)
    assert status.value == expected
    assert replication.is_running(status) == (
        expected not in ("CONFIGURATION_INVALID", "REPLICATION_STOPPED")
    )


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


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (AppStatus.ACTIVE, "what can happen: it is changed, or it is deleted"),
        (AppStatus.DELETED, "what can happen: nothing any more"),
    ],
)
def test_a_step_that_cannot_be_says_which_can(status: AppStatus, hint: str) -> None:
    with pytest.raises(IllegalStep) as refused:
        step(APP_STEPS, status, AppEvent.SUCCEED)
    assert refused.value.hint == hint
