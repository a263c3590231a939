"""Statuses decide, by table: every operation of the API, in every status of an application."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from smsgen.model import replication, status
from smsgen.model.permitted import CHANGING, PERMITTED, SHOWING, WITH_GROUPS, PermittedStatuses
from smsgen.model.replication import ReplicationStatus
from smsgen.model.status import AppStatus, LaunchStatus
from smsgen.server.actions.table import ACTIONS
from smsgen.server.api.operations import OPERATIONS
from smsgen.server.api.protocol import Fault
from tests.server.calls import Caller

OF_NO_APP = {
    *(
        "CreateApp",
        "ListApps",
        "ImportAppCatalog",
        "ImportServerCatalog",
        "DeleteServerCatalog",
        "GetServers",
    ),
    *("GetConnectors", "DisassociateConnector", "CreateReplicationJob", "UpdateReplicationJob"),
    *("DeleteReplicationJob", "GetReplicationJobs", "GetReplicationRuns", "StartOnDemandReplicationRun"),
}
"""Operations whose request names no application that is there."""

ASKING = {"GenerateTemplate", "GenerateChangeSet"}
"""Operations that ask AWS before they answer: the others leave that to the work in the background."""

STATUSES = [
    *(("status", one.value) for one in AppStatus),
    *(("launch", one.value) for one in LaunchStatus),
    *(("replication", one.value) for one in ReplicationStatus),
]
NAMES = {"status": "status", "launch": "launchStatus", "replication": "replicationStatus"}


def test_all_35_operations_are_decided() -> None:
    assert PERMITTED.keys() - {WITH_GROUPS} == set(ACTIONS) - OF_NO_APP
    assert len(ACTIONS) == 35
    assert {name for name in OF_NO_APP if "app_id" in OPERATIONS[name].request.__struct_fields__} == set()


def taken(row: PermittedStatuses, kind: str, value: str) -> bool:
    return value in {one.value for one in getattr(row, kind)}


def calm(row: PermittedStatuses, kind: str) -> dict[str, str]:
    """Statuses that the row takes, but for the one that is looked at."""
    first = {
        "status": "ACTIVE",
        "launch": "LAUNCHED" if taken(row, "launch", "LAUNCHED") else "READY_FOR_LAUNCH",
        "replication": min(one.value for one in row.replication),
    }
    return {name: value for name, value in first.items() if name != kind}


@pytest.mark.parametrize(("kind", "value"), STATUSES)
@pytest.mark.parametrize("operation", sorted(PERMITTED))
def test_what_the_table_refuses_is_refused_and_nothing_else(operation: str, kind: str, value: str) -> None:
    call, row = Caller(), PERMITTED[operation]
    app_id = call.create("s-12345678")
    call.configure(app_id)
    call("PutAppValidationConfiguration", appId=app_id, appValidationConfigurations=[SCRIPT])
    (given,) = call("GetAppValidationConfiguration", appId=app_id)["appValidationConfigurations"]
    before = call.site.stand(app_id, **{**calm(row, kind), kind: value})
    more: dict[str, Any] = {}
    if operation == "NotifyAppValidationOutput":
        more = {"notificationContext": {"validationId": given["validationId"], "status": "SUCCEEDED"}}
    if operation == WITH_GROUPS:
        more = {"serverGroups": []}
    if not taken(row, kind, value):
        without_aws(call)
    code, message = fault_of(call, operation.split(maxsplit=1)[0], appId=app_id, **more)
    if taken(row, kind, value):
        assert "does not take" not in message
        return
    assert code == "OperationNotPermittedException"
    assert re.search(
        rf"does not take {operation.split(maxsplit=1)[0]}.* while its {NAMES[kind]} is {value}", message
    )
    assert call.site.app(app_id) == before


class Nobody:
    """A port of AWS that must not be asked."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"AWS is asked: {name}")


def without_aws(call: Caller) -> None:
    """Let nothing of AWS be asked any more."""
    nobody: Any = Nobody()
    world = call.site.world
    ports = dict.fromkeys(("stacks", "reader", "commands", "lookups"), nobody)
    call.site.world = replace(world, artifacts=lambda: nobody, **ports)


@pytest.mark.parametrize(
    "operation",
    # A run on demand needs replication jobs, which this application has none of.
    sorted(set(CHANGING) - ASKING - {WITH_GROUPS, "StartOnDemandAppReplication"}),
)
def test_what_is_taken_is_decided_from_the_store_as_well(operation: str) -> None:
    call, row = Caller(), PERMITTED[operation]
    app_id = call.create("s-12345678")
    call.configure(app_id, userData={"s3Location": {"bucket": "sms-app-scripts", "key": "boot.sh"}})
    call.site.images(app_id)
    call.site.stand(app_id, **calm(row, ""))
    without_aws(call)
    assert fault_of(call, operation, appId=app_id)[0] in ("", "MissingRequiredParameterException")


@pytest.mark.parametrize("operation", sorted(ASKING))
def test_what_asks_aws_asks_it_last(operation: str) -> None:
    call = Caller()
    app_id = call.create("s-12345678")
    without_aws(call)
    assert fault_of(call, operation, appId=app_id)[0] == "OperationNotPermittedException"
    call.configure(
        app_id, subnet="left", userData={"s3Location": {"bucket": "sms-app-scripts", "key": "boot.sh"}}
    )
    assert fault_of(call, operation, appId=app_id)[0] == "OperationNotPermittedException"


SCRIPT = {
    "name": "smoke",
    "ssmValidationParameters": {"instanceId": "i-12345678", "scriptType": "SHELL_SCRIPT", "command": "true"},
}


def fault_of(call: Caller, operation: str, **arguments: Any) -> tuple[str, str]:
    """Return code and message of what an operation is answered, where that is no response."""
    try:
        call(operation, **arguments)
    except Fault as fault:
        return fault.code, fault.message
    return "", ""


def test_what_only_shows_is_taken_in_every_status() -> None:
    for row in SHOWING.values():
        assert row == PermittedStatuses(
            frozenset(AppStatus), frozenset(LaunchStatus), frozenset(ReplicationStatus)
        )


def test_an_application_that_is_being_deleted_takes_nothing_that_changes_it() -> None:
    assert [name for name, row in CHANGING.items() if AppStatus.DELETING in row.status] == []


def test_each_operation_has_a_status_in_which_it_is_taken_and_one_in_which_it_is_not() -> None:
    for name, row in CHANGING.items():
        assert all((row.status, row.launch, row.replication)), name
        assert row != PermittedStatuses(frozenset(AppStatus)), name


def test_steps_and_operations_agree() -> None:
    launch = {"LaunchApp": status.LaunchEvent.LAUNCH, "TerminateApp": status.LaunchEvent.TERMINATE}
    for operation, event in launch.items():
        assert CHANGING[operation].launch == {one for one, steps in status.STEPS.items() if event in steps}
    start = replication.ReplicationEvent.START
    assert CHANGING["StartAppReplication"].replication == {
        one for one, steps in replication.STEPS.items() if start in steps
    }


def test_a_refusal_names_the_operations_that_are_taken_and_no_steps() -> None:
    call = Caller()
    app_id = call.create("s-12345678")
    with pytest.raises(Fault) as caught:
        call("LaunchApp", appId=app_id)
    assert caught.value.message == (
        f"the application {app_id} does not take LaunchApp while its launchStatus is READY_FOR_CONFIGURATION; "
        "it takes: DeleteApp, DeleteAppLaunchConfiguration, DeleteAppValidationConfiguration, "
        "PutAppLaunchConfiguration, PutAppValidationConfiguration"
    )
    call.site.stand(app_id, status="DELETING")
    with pytest.raises(Fault, match="it takes: only what shows it, until that is over"):
        call("UpdateApp", appId=app_id, description="x")


def test_the_page_says_what_the_table_says() -> None:
    text = (Path(__file__).parents[3] / "docs" / "sms-api.md").read_text()
    section = text.partition("## Statuses decide")[2].partition("\n## ")[0]
    said = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")][1:]
    settled = {one.value for one in CHANGING["PutAppLaunchConfiguration"].launch}
    seen = set()
    for names, app, launch, _ in said:
        for name in names.split(", "):
            if name not in CHANGING:
                continue
            seen.add(name)
            assert set(app.split(", ")) == {one.value for one in CHANGING[name].status}, name
            listed = set(launch.split(", "))
            if listed <= set(LaunchStatus.__members__) | {"settled"}:
                assert {one.value for one in CHANGING[name].launch} == (
                    settled if listed == {"settled"} else listed
                ), name
    assert seen == CHANGING.keys() - {WITH_GROUPS}
