"""The SMS API as callers see it: every member goes in and comes out, every error is one of those it lists."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from smsgen.errors import ServiceError, SmsgenError
from smsgen.operations.ports.store import Change, Conflict, StoreError
from smsgen.server.actions.table import ACTIONS, BACKGROUND, FAULTS, fault_of, perform
from smsgen.server.api.operations import OPERATIONS
from smsgen.server.api.plain import request_of
from smsgen.server.api.protocol import Call, Fault
from tests.operations.worlds import Site
from tests.server.api.facts import facts
from tests.server.calls import GOOD, Caller


@pytest.fixture
def call() -> Caller:
    return Caller()


def refused(call: Caller, operation: str, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(Fault) as caught:
        call(operation, **arguments)
    return caught.value.code, caught.value.message


# --- The table ------------------------------------------------------------------------------------------------------


def test_every_operation_of_the_service_model_is_in_the_table() -> None:
    assert set(ACTIONS) == set(facts()["operations"])
    assert len(ACTIONS) == 35
    assert set(ACTIONS) > BACKGROUND


def test_every_fault_is_one_that_the_operations_list() -> None:
    raised = {code for _, code in FAULTS} | {
        "UnauthorizedOperationException",
        "TemporarilyUnavailableException",
    }
    listed = {code for operation in OPERATIONS.values() for code in operation.errors}
    assert listed - raised == {"DryRunOperationException"}  # no member of a request asks for a dry run
    assert raised <= listed


def test_an_operation_answers_no_error_that_it_does_not_list() -> None:
    for operation, known in OPERATIONS.items():
        call = Call(operation, None, "r")
        for kind, _ in FAULTS:
            error = kind.__new__(kind)
            error.hint, error.diagnostics = "", ()  # type: ignore[attr-defined] # InvalidInput has them
            code = fault_of(error, call).code
            if code == "InvalidParameterException":
                continue  # a wrong page of GetConnectors, which lists no error for it
            assert code in known.errors or code == "ServiceUnavailableException", (operation, kind)


WITH_APP = sorted(
    name
    for name in ACTIONS
    if "app_id" in OPERATIONS[name].request.__struct_fields__ and name not in ("CreateApp", "ListApps")
)


@pytest.mark.parametrize("operation", WITH_APP)
def test_an_operation_on_an_application_needs_its_id(call: Caller, operation: str) -> None:
    more: dict[str, Any] = {"notificationContext": {}} if operation.startswith("Notify") else {}
    request = OPERATIONS[operation].request
    for app_id in ({}, {"appId": ""}):
        try:
            made = request_of(request, {**app_id, **more})
        except TypeError:
            continue  # the message itself needs it
        with pytest.raises(Fault, match="appId") as caught:
            perform(Call(operation, made, "r"), call.site.world)
        assert caught.value.code == "MissingRequiredParameterException"


@pytest.mark.parametrize("operation", WITH_APP)
def test_an_unknown_application_is_an_invalid_parameter(call: Caller, operation: str) -> None:
    more: dict[str, Any] = {}
    if operation.startswith("Notify"):
        more = {"notificationContext": {"validationId": "val-00000000000000000", "status": "FAILED"}}
    code, message = refused(call, operation, appId="app-00000000000000000", **more)
    assert code == "InvalidParameterException"
    assert "app-00000000000000000" in message


# --- What goes wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (
            ServiceError("no: s3:PutObject", code="AccessDenied"),
            "UnauthorizedOperationException",
            "s3:PutObject",
        ),
        (ServiceError("no", code="403"), "UnauthorizedOperationException", "no"),
        (ServiceError("slow down", code="Throttling"), "InternalError", "slow down"),
        (
            ServiceError("AWS could not be reached", hint="check the network"),
            "InternalError",
            "check the network",
        ),
        (SmsgenError("something"), "InternalError", "something"),
        (ZeroDivisionError("secret"), "InternalError", "request-1"),
    ],
)
def test_what_goes_wrong_behind_an_operation(call: Caller, error: Any, code: str, said: str) -> None:
    app_id = call.create("s-12345678")
    call.configure(app_id)
    call.site.artifacts.error = error
    told, message = refused(call, "GenerateTemplate", appId=app_id)
    assert told == code
    assert said in message
    assert "secret" not in message


def test_a_store_that_fails_tells_nothing_of_itself(call: Caller, caplog: pytest.LogCaptureFixture) -> None:
    def fail(app_id: str) -> None:
        raise StoreError("postgresql://user:pass@db/sms is down")

    call.site.store.app = fail
    code, message = refused(call, "GetApp", appId="app-00000000000000000")
    assert code == "InternalError"
    assert "postgresql" not in message
    assert "postgresql" in caplog.text


def test_a_writer_that_never_gets_its_turn_is_told_to_try_again(call: Caller) -> None:
    app_id = call.create("s-12345678")

    def always(change: Change) -> None:
        raise Conflict("changed meanwhile")

    call.site.store.before_commit = always
    code, message = refused(call, "UpdateApp", appId=app_id, name="new")
    assert code == "InternalError"
    assert "try again" in message


@pytest.mark.parametrize(
    ("operation", "arguments", "code", "said"),
    [
        ("CreateApp", {}, "MissingRequiredParameterException", "name"),
        (
            "CreateApp",
            {"name": "a", "serverGroups": [{"serverList": [{"vmServer": {"vmName": "x"}}]}]},
            "MissingRequiredParameterException",
            "serverGroups[0].serverList[0].serverId",
        ),
        (
            "CreateApp",
            {"name": "a", "tags": [{"value": "v"}]},
            "MissingRequiredParameterException",
            "tags[0].key",
        ),
        ("CreateApp", {"name": "a", "tags": [{"key": "aws:x"}]}, "InvalidParameterException", "tags[0].key"),
        (
            "CreateApp",
            {"name": "a", "serverGroups": [{"serverList": [{"serverId": "x"}]}]},
            "InvalidParameterException",
            "not a server id",
        ),
        ("ListApps", {"maxResults": 0}, "InvalidParameterException", "maxResults"),
        ("ListApps", {"nextToken": "nonsense"}, "InvalidParameterException", "oken"),
    ],
)
def test_what_a_request_cannot_say(
    call: Caller, operation: str, arguments: dict[str, Any], code: str, said: str
) -> None:
    told, message = refused(call, operation, **arguments)
    assert (told, said in message) == (code, True), message


def test_a_server_of_another_application_is_an_invalid_parameter(call: Caller) -> None:
    call.create("s-12345678")
    group = {"serverList": [{"serverId": "s-12345678"}]}
    code, message = refused(call, "CreateApp", name="other", serverGroups=[group])
    assert code == "InvalidParameterException"
    assert "s-12345678" in message


def test_steps_that_cannot_be_taken_are_not_permitted(call: Caller) -> None:
    app_id = call.create("s-12345678")
    for operation in ("LaunchApp", "TerminateApp", "GenerateTemplate", "GenerateChangeSet"):
        assert refused(call, operation, appId=app_id)[0] == "OperationNotPermittedException"
    call.configure(app_id)
    code, message = refused(call, "LaunchApp", appId=app_id)
    assert (code, "s-12345678" in message) == ("OperationNotPermittedException", True)


# --- Every member goes in and comes out -----------------------------------------------------------------------------

SERVER = {
    "serverId": "s-12345678",
    "serverType": "VIRTUAL_MACHINE",
    "vmServer": {
        "vmServerAddress": {"vmManagerId": "manager", "vmId": "vm-1"},
        "vmName": "web01",
        "vmManagerName": "vcenter",
        "vmManagerType": "VSPHERE",
        "vmPath": "/DC1/vm/web01",
    },
    "replicationJobId": "sms-job-12345678",
}
GROUP = {"serverGroupId": "g-1", "name": "web", "serverList": [SERVER]}


def test_an_application_comes_out_as_it_went_in(call: Caller) -> None:
    made = call(
        "CreateApp",
        name="shop",
        description="d",
        roleName="sms",
        clientToken="t",
        serverGroups=[GROUP],
        tags=[{"key": "k", "value": "v"}],
    )
    app_id = made["appSummary"]["appId"]
    now = datetime.fromtimestamp(call.site.clock.now(), UTC)
    assert made == call("GetApp", appId=app_id)
    assert made == {
        "appSummary": {
            "appId": app_id,
            "name": "shop",
            "description": "d",
            "status": "ACTIVE",
            "replicationConfigurationStatus": "NOT_CONFIGURED",
            "replicationStatus": "READY_FOR_CONFIGURATION",
            "launchConfigurationStatus": "NOT_CONFIGURED",
            "launchStatus": "READY_FOR_CONFIGURATION",
            "creationTime": now,
            "lastModified": now,
            "roleName": "sms",
            "totalServerGroups": 1,
            "totalServers": 1,
        },
        "serverGroups": [GROUP],
        "tags": [{"key": "k", "value": "v"}],
    }
    assert (
        call(
            "CreateApp",
            name="shop",
            description="d",
            roleName="sms",
            clientToken="t",
            serverGroups=[GROUP],
            tags=[{"key": "k", "value": "v"}],
        )
        == made
    )
    assert call("UpdateApp", appId=app_id, name="new", tags=[])["appSummary"]["name"] == "new"
    assert call("ListApps")["apps"] == [call("GetApp", appId=app_id)["appSummary"]]


LAUNCH = {
    "server": SERVER,
    "logicalId": "Web01",
    **GOOD,
    "ec2KeyName": "key",
    "userData": {"s3Location": {"bucket": "sms-app-scripts", "key": "boot.sh"}},
    "associatePublicIpAddress": False,
    "iamInstanceProfileName": "web",
    "configureScript": {"bucket": "sms-app-scripts", "key": "configure.sh"},
    "configureScriptType": "SHELL_SCRIPT",
}


def test_a_launch_configuration_comes_out_as_it_went_in(call: Caller) -> None:
    app_id = call("CreateApp", name="shop", serverGroups=[GROUP])["appSummary"]["appId"]
    assert call("GetAppLaunchConfiguration", appId=app_id) == {
        "appId": app_id,
        "serverGroupLaunchConfigurations": [],
    }
    said = {
        "appId": app_id,
        "roleName": "sms-launch",
        "autoLaunch": True,
        "serverGroupLaunchConfigurations": [
            {"serverGroupId": "g-1", "launchOrder": 2, "serverLaunchConfigurations": [LAUNCH]}
        ],
    }
    assert call("PutAppLaunchConfiguration", **said) == {}
    assert call("GetAppLaunchConfiguration", appId=app_id) == said
    summary = call("GetApp", appId=app_id)["appSummary"]
    assert summary["launchConfigurationStatus"] == "CONFIGURED"
    assert summary["launchStatus"] == "READY_FOR_LAUNCH", summary
    assert call("DeleteAppLaunchConfiguration", appId=app_id) == {}
    assert call.status(app_id) == "READY_FOR_CONFIGURATION"


LAUNCHES = "serverGroupLaunchConfigurations"
COPIES = "serverGroupReplicationConfigurations"
CHECKS = "serverGroupValidationConfigurations"
KNOWN = {"server": {"serverId": "s-12345678"}}
WEB = {"serverGroupId": "g-1", "serverList": [{"serverId": "s-12345678"}]}
HALF = {"s3Location": {"bucket": "abc"}}


def group_of(kind: str, *servers: dict[str, Any]) -> dict[str, Any]:
    """A group's configuration of a kind ("Launch"), of servers."""
    return {"serverGroupId": "g-1", f"server{kind}Configurations": list(servers)}


@pytest.mark.parametrize(
    ("operation", "arguments", "place"),
    [
        ("PutAppLaunchConfiguration", {LAUNCHES: [{}]}, f"{LAUNCHES}[0].serverGroupId"),
        (
            "PutAppLaunchConfiguration",
            {LAUNCHES: [group_of("Launch"), group_of("Launch", KNOWN, {"subnet": "x"})]},
            f"{LAUNCHES}[1].serverLaunchConfigurations[1].server.serverId",
        ),
        (
            "PutAppLaunchConfiguration",
            {LAUNCHES: [group_of("Launch", {**KNOWN, "userData": HALF})]},
            f"{LAUNCHES}[0].serverLaunchConfigurations[0].userData.s3Location.key",
        ),
        (
            "PutAppLaunchConfiguration",
            {LAUNCHES: [group_of("Launch", KNOWN, {**KNOWN, "configureScript": {"key": "x"}})]},
            f"{LAUNCHES}[0].serverLaunchConfigurations[1].configureScript.bucket",
        ),
        (
            "PutAppReplicationConfiguration",
            {COPIES: [group_of("Replication", KNOWN, {"server": {}})]},
            f"{COPIES}[0].serverReplicationConfigurations[1].server.serverId",
        ),
        (
            "PutAppReplicationConfiguration",
            {COPIES: [group_of("Replication"), {}]},
            f"{COPIES}[1].serverGroupId",
        ),
        (
            "PutAppValidationConfiguration",
            {CHECKS: [group_of("Validation"), {}]},
            f"{CHECKS}[1].serverGroupId",
        ),
        (
            "PutAppValidationConfiguration",
            {CHECKS: [group_of("Validation", {"name": "x"})]},
            f"{CHECKS}[0].serverValidationConfigurations[0].server.serverId",
        ),
        (
            "PutAppValidationConfiguration",
            {CHECKS: [group_of("Validation", {**KNOWN, "userDataValidationParameters": {"source": HALF}})]},
            f"{CHECKS}[0].serverValidationConfigurations[0].userDataValidationParameters.source.s3Location.key",
        ),
        (
            "PutAppValidationConfiguration",
            {CHECKS: [group_of("Validation", KNOWN)]},
            f"{CHECKS}[0].serverValidationConfigurations[0].userDataValidationParameters.source.s3Location",
        ),
        (
            "PutAppValidationConfiguration",
            {"appValidationConfigurations": [{"ssmValidationParameters": {"source": HALF}}]},
            "appValidationConfigurations[0].ssmValidationParameters.source.s3Location.key",
        ),
        (
            "PutAppValidationConfiguration",
            {"appValidationConfigurations": [{"ssmValidationParameters": {}}]},
            "appValidationConfigurations[0].ssmValidationParameters.instanceId",
        ),
        ("UpdateApp", {"tags": [{"key": "a"}, {"value": "v"}]}, "tags[1].key"),
    ],
)
def test_what_is_missing_is_named_with_its_indexes(
    call: Caller, operation: str, arguments: dict[str, Any], place: str
) -> None:
    app_id = call.create("s-12345678")
    code, message = refused(call, operation, appId=app_id, **arguments)
    assert (code, message) == (
        "MissingRequiredParameterException",
        f"the request must contain the parameter {place}",
    )


def test_an_empty_group_does_not_make_a_configuration_invalid(call: Caller) -> None:
    groups = [
        {"name": "web", "serverGroupId": "g-1", "serverList": [{"serverId": "s-12345678"}]},
        {"name": "later", "serverGroupId": "g-2", "serverList": []},
    ]
    app_id = call("CreateApp", name="shop", serverGroups=groups)["appSummary"]["appId"]
    call.configure(app_id)
    assert call.status(app_id) == "READY_FOR_LAUNCH"
    call.site.images(app_id)
    call("LaunchApp", appId=app_id)
    call.site.work()
    assert call.status(app_id) == "LAUNCHED"


def test_an_empty_group_needs_no_launch_order(call: Caller) -> None:
    app_id = call.create("s-12345678")
    call("UpdateApp", appId=app_id, serverGroups=[WEB, {"name": "later"}])
    group = {"serverGroupId": "g-1", "serverLaunchConfigurations": [{**KNOWN, **GOOD}]}
    call("PutAppLaunchConfiguration", appId=app_id, serverGroupLaunchConfigurations=[group])
    assert call.status(app_id) == "READY_FOR_LAUNCH"


def test_an_application_without_servers_is_no_configuration_to_launch(call: Caller) -> None:
    app_id = call.create()
    call("PutAppLaunchConfiguration", appId=app_id, roleName="launcher")
    summary = call("GetApp", appId=app_id)["appSummary"]
    assert (summary["launchStatus"], summary["launchStatusMessage"]) == (
        "CONFIGURATION_INVALID",
        "serverGroups[0].serverList: serverList is empty",
    )


def test_the_last_stack_stays_known_when_it_is_terminated(call: Caller) -> None:
    app_id = call.create("s-12345678")
    call.configure(app_id)
    call.site.images(app_id)
    call("LaunchApp", appId=app_id)
    call.site.work()
    details = call("GetApp", appId=app_id)["appSummary"]["launchDetails"]
    assert details["stackId"]
    call("TerminateApp", appId=app_id)
    call.site.work()
    summary = call("GetApp", appId=app_id)["appSummary"]
    assert (summary["launchStatus"], summary["launchDetails"]) == ("TERMINATED", details)
    call("DeleteApp", appId=app_id)  # what is only remembered stands in nobody's way
    assert call("ListApps") == {"apps": []}


def test_a_termination_tells_counts_in_one_sentence(call: Caller) -> None:
    app_id = call.create("s-12345678", "s-23456789")
    call.configure(app_id)
    call.site.images(app_id)
    call("LaunchApp", appId=app_id)
    call.site.work()
    call("TerminateApp", appId=app_id)
    told = []
    asleep = call.site.clock.while_asleep

    def look() -> None:
        told.append(call("GetApp", appId=app_id)["appSummary"].get("launchStatusMessage", ""))
        asleep()

    call.site.clock.while_asleep = look
    call.site.work()
    assert told[0] == f"sms-{app_id} (CREATE_COMPLETE): 2 to be deleted"


def test_a_template_is_yaml_unless_json_is_asked_for(call: Caller) -> None:
    app_id = call.create("s-12345678")
    call.configure(app_id)
    for form, ending in ((None, "yaml"), ("YAML", "yaml"), ("JSON", "json")):
        more = {"templateFormat": form} if form else {}
        assert call("GenerateTemplate", appId=app_id, **more)["s3Location"]["key"].endswith(ending)
    call.site.images(app_id)
    call("LaunchApp", appId=app_id)
    call.site.work()
    for form, ending in ((None, "yaml"), ("YAML", "yaml"), ("JSON", "json")):
        more = {"changesetFormat": form} if form else {}
        assert call("GenerateChangeSet", appId=app_id, **more)["s3Location"]["key"].endswith(ending)


def test_a_replication_configuration_comes_out_as_it_went_in(call: Caller) -> None:
    app_id = call("CreateApp", name="shop", serverGroups=[GROUP])["appSummary"]["appId"]
    groups = [
        {
            "serverGroupId": "g-1",
            "serverReplicationConfigurations": [
                {
                    "server": SERVER,
                    "serverReplicationParameters": {
                        "seedTime": datetime(1970, 1, 12, 14, 0, tzinfo=UTC),
                        "frequency": 12,
                        "runOnce": False,
                        "licenseType": "BYOL",
                        "numberOfRecentAmisToKeep": 3,
                        "encrypted": True,
                        "kmsKeyId": "alias/mine",
                    },
                }
            ],
        }
    ]
    call("PutAppReplicationConfiguration", appId=app_id, serverGroupReplicationConfigurations=groups)
    found = call("GetAppReplicationConfiguration", appId=app_id)
    assert found == {"serverGroupReplicationConfigurations": groups}
    summary = call("GetApp", appId=app_id)["appSummary"]
    assert summary["replicationStatus"] == "READY_FOR_REPLICATION"
    assert summary["replicationConfigurationStatus"] == "CONFIGURED"
    call("DeleteAppReplicationConfiguration", appId=app_id)
    assert call("GetAppReplicationConfiguration", appId=app_id) == {
        "serverGroupReplicationConfigurations": []
    }


def test_a_validation_configuration_comes_out_as_it_went_in(call: Caller) -> None:
    app_id = call("CreateApp", name="shop", serverGroups=[GROUP])["appSummary"]["appId"]
    script = {
        "name": "smoke",
        "appValidationStrategy": "SSM",
        "ssmValidationParameters": {
            "source": {"s3Location": {"bucket": "sms-app-scripts", "key": "v.sh"}},
            "instanceId": "i-12345678",
            "scriptType": "SHELL_SCRIPT",
            "command": "v.sh",
            "executionTimeoutSeconds": 60,
            "outputS3BucketName": "sms-app-out",
        },
    }
    own = {
        "server": SERVER,
        "name": "boot",
        "serverValidationStrategy": "USERDATA",
        "userDataValidationParameters": {
            "source": {"s3Location": {"bucket": "sms-app-scripts", "key": "v.ps1"}},
            "scriptType": "POWERSHELL_SCRIPT",
        },
    }
    groups = [{"serverGroupId": "g-1", "serverValidationConfigurations": [own]}]
    call(
        "PutAppValidationConfiguration",
        appId=app_id,
        appValidationConfigurations=[script],
        serverGroupValidationConfigurations=groups,
    )
    found = call("GetAppValidationConfiguration", appId=app_id)
    app_validation = found["appValidationConfigurations"][0]
    own_validation = found["serverGroupValidationConfigurations"][0]["serverValidationConfigurations"][0]
    ids = [app_validation.pop("validationId"), own_validation.pop("validationId")]
    assert found == {
        "appValidationConfigurations": [script],
        "serverGroupValidationConfigurations": groups,
    }
    call.site.stand(app_id, launch="LAUNCHED")
    call(
        "NotifyAppValidationOutput",
        appId=app_id,
        notificationContext={"validationId": ids[1], "status": "SUCCEEDED", "statusMessage": "up"},
    )
    assert call("GetAppValidationOutput", appId=app_id)["validationOutputList"] == [
        {"validationId": ids[0], "name": "smoke", "status": "READY_FOR_VALIDATION"},
        {
            "validationId": ids[1],
            "name": "boot",
            "status": "SUCCEEDED",
            "statusMessage": "up",
            "latestValidationTime": datetime.fromtimestamp(call.site.clock.now(), UTC),
            "serverValidationOutput": {"server": SERVER},
        },
    ]
    call("DeleteAppValidationConfiguration", appId=app_id)
    assert call("GetAppValidationOutput", appId=app_id) == {"validationOutputList": []}


def test_ssm_output_is_named(call: Caller) -> None:
    app_id = call.create("s-12345678")
    script = {
        "ssmValidationParameters": {
            "instanceId": "i-12345678",
            "scriptType": "SHELL_SCRIPT",
            "command": "true",
            "outputS3BucketName": "sms-app-out",
        }
    }
    call("PutAppValidationConfiguration", appId=app_id, appValidationConfigurations=[script])
    call.configure(app_id)
    call.site.images(app_id)
    call("LaunchApp", appId=app_id)
    call.site.work()
    (output,) = call("GetAppValidationOutput", appId=app_id)["validationOutputList"]
    assert output["status"] == "SUCCEEDED"
    assert output["appValidationOutput"]["ssmOutput"]["s3Location"]["bucket"] == "sms-app-out"


# --- The way of an application --------------------------------------------------------------------------------------


def test_a_migration_from_beginning_to_end(call: Caller) -> None:
    app_id = call.create("s-12345678", tags=[{"key": "CostCenter", "value": "4711"}])
    call.configure(app_id)
    call.site.images(app_id)
    for form in ("JSON", "YAML"):
        where = call("GenerateTemplate", appId=app_id, templateFormat=form)["s3Location"]
        assert set(where) == {"bucket", "key"}
    assert call("LaunchApp", appId=app_id) == {}
    assert call.status(app_id) == "VALIDATION_IN_PROGRESS"
    call.site.work()
    summary = call("GetApp", appId=app_id)["appSummary"]
    assert summary["launchStatus"] == "LAUNCHED"
    assert summary["launchStatusMessage"] == "all 1 servers launched"
    assert summary["launchDetails"] == {
        "latestLaunchTime": datetime.fromtimestamp(call.site.app(app_id).launch.latest_time or 0, UTC),
        "stackName": f"sms-{app_id}",
        "stackId": call.site.app(app_id).launch.stack_id,
    }
    assert call("GenerateChangeSet", appId=app_id, changesetFormat="JSON")["s3Location"]["bucket"]
    assert refused(call, "DeleteApp", appId=app_id)[0] == "OperationNotPermittedException"
    assert call("TerminateApp", appId=app_id) == {}
    call.site.work()
    assert call.status(app_id) == "TERMINATED"
    assert call("DeleteApp", appId=app_id) == {}
    assert call("ListApps") == {"apps": []}


def test_applications_are_listed_page_by_page(call: Caller) -> None:
    made = sorted(call("CreateApp", name=f"n{n}")["appSummary"]["appId"] for n in range(5))
    found, token, pages = [], None, 0
    while True:
        page = call("ListApps", maxResults=2, **({"nextToken": token} if token else {}))
        found += [one["appId"] for one in page["apps"]]
        pages += 1
        token = page.get("nextToken")
        if not token:
            break
    assert (found, pages) == (made, 3)
    assert [one["appId"] for one in call("ListApps", appIds=[made[3], "app-none"])["apps"]] == [made[3]]
    token = call("ListApps", maxResults=1)["nextToken"]
    assert refused(call, "ListApps", nextToken=token + "x")[0] == "InvalidParameterException"
    assert refused(call, "ListApps", nextToken=token, appIds=made)[0] == "InvalidParameterException"


def test_a_page_holds_a_hundred_at_most() -> None:
    call = Caller(Site())
    for n in range(101):
        call("CreateApp", name=f"n{n}")
    assert [len(call("ListApps", maxResults=most)["apps"]) for most in (1, 99, 100, 1000)] == [
        1,
        99,
        100,
        100,
    ]
    assert len(call("ListApps")["apps"]) == 100
