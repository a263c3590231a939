"""Every error that an operation lists is answered for a real cause, or it stands here why nothing causes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from smsgen.errors import ServiceError
from smsgen.model.permitted import PERMITTED, SHOWING, WITH_GROUPS
from smsgen.operations.ports.store import StoreError
from smsgen.server.api.operations import OPERATIONS
from smsgen.server.api.protocol import Fault
from tests.operations.replication.site import found
from tests.operations.worlds import Site
from tests.server.actions.test_every_status import imported, job_of_one
from tests.server.actions.test_permitted import SCRIPT
from tests.server.calls import Caller

NOBODY = "app-00000000000000000"
NO_JOB = "sms-job-00000000"
KEY = "alias/disks"

Cause = Callable[[Caller], object]
Pair = tuple[str, str]

APP_OPERATIONS = sorted({*PERMITTED} - {WITH_GROUPS})
"""Operations on one application that is there."""

PLAIN: dict[str, dict[str, Any]] = {
    "CreateApp": {"name": "shop"},
    "CreateReplicationJob": {"serverId": "s-12345678", "seedReplicationTime": 0.0, "frequency": 1},
    "DeleteReplicationJob": {"replicationJobId": NO_JOB},
    "DisassociateConnector": {"connectorId": "c-1"},
    "GetReplicationRuns": {"replicationJobId": NO_JOB},
    "NotifyAppValidationOutput": {
        "appId": NOBODY,
        "notificationContext": {"validationId": "val-00000000000000000", "status": "SUCCEEDED"},
    },
    "StartOnDemandReplicationRun": {"replicationJobId": NO_JOB},
    "UpdateReplicationJob": {"replicationJobId": NO_JOB},
}
"""Operation -> a request that lacks nothing, but for operations of which an appId is enough, or nothing."""


def plain(operation: str) -> dict[str, Any]:
    return PLAIN.get(operation, {"appId": NOBODY} if operation in APP_OPERATIONS else {})


# --- Causes that many operations share --------------------------------------------------------------------------------


class Away:
    """A store that is away."""

    def __getattr__(self, name: str) -> Any:
        def refuse(*_: Any, **__: Any) -> Any:
            raise StoreError("the database does not answer")

        return refuse


def store_is_away(operation: str) -> Cause:
    def cause(call: Caller) -> None:
        call.site.world = replace(call.site.world, store=Away())  # type: ignore[arg-type] # it refuses all
        call(operation, **plain(operation))

    return cause


def said_nothing(operation: str) -> Cause:
    return lambda call: call(operation)


def nobody(operation: str) -> Cause:
    return lambda call: call(operation, **plain(operation))


def other_status(operation: str) -> Cause:
    """The application is in a status in which it does not take the operation."""

    def cause(call: Caller) -> None:
        app_id = call.create("s-12345678")
        call.site.stand(app_id, status="DELETING")
        call(operation, **{**plain(operation), "appId": app_id})

    return cause


def on_key(operation: str, code: str) -> Cause:
    """KMS refuses to tell of the key that images are encrypted with."""

    def cause(call: Caller) -> None:
        more: dict[str, Any] = {"encrypted": True, "kmsKeyId": KEY}
        if operation == "UpdateReplicationJob":
            more["replicationJobId"] = job_of_one(call, frequency=1)
        else:
            (server,) = imported(call, "vm-1")
            more |= {"serverId": server, "seedReplicationTime": 0.0, "frequency": 1}
        call.site.keys.error = ServiceError("KMS refuses", code=code)
        call(operation, **more)

    return cause


# --- Causes of their own ----------------------------------------------------------------------------------------------


def a_server_twice(call: Caller) -> None:
    call.create("s-12345678")
    call.create("s-12345678")


def page_of_none(operation: str) -> Cause:
    return lambda call: call(operation, maxResults=0)


def unknown_server(call: Caller) -> None:
    imported(call, "vm-1")
    call("CreateReplicationJob", **PLAIN["CreateReplicationJob"])


def too_rare(call: Caller) -> None:
    call("UpdateReplicationJob", replicationJobId=job_of_one(call, frequency=1), frequency=25)


def too_many(call: Caller) -> None:
    first, second = imported(call, "vm-1", "vm-2")
    call.site.world = replace(call.site.world, settings=call.site.world.settings._replace(max_replications=1))
    for server in (first, second):
        call("CreateReplicationJob", serverId=server, seedReplicationTime=0.0, frequency=1)


def job_that_is_over(operation: str) -> Cause:
    def cause(call: Caller) -> None:
        job_id = job_of_one(call, runOnce=True)
        call.site.work()
        call(operation, replicationJobId=job_id)

    return cause


def second_job(call: Caller) -> None:
    job_of_one(call, frequency=1)
    (server,) = imported(call, "vm-1")
    call("CreateReplicationJob", serverId=server, seedReplicationTime=0.0, frequency=1)


def third_run(call: Caller) -> None:
    job_id = job_of_one(call, frequency=24)
    for _ in range(3):
        call.site.work()
        call("StartOnDemandReplicationRun", replicationJobId=job_id)


def raw_device(call: Caller) -> str:
    """A server's disk turns out to be what cannot be replicated."""
    call.site.inventories.found["/images"] = [found("vm-1", refused="its disk 1 is a raw device map")]
    call("ImportServerCatalog")
    call.site.work()
    (server,) = call("GetServers")["serverList"]
    return str(server["serverId"])


def job_of_a_raw_device(call: Caller) -> None:
    imported(call, "vm-1")
    server = raw_device(call)
    call("CreateReplicationJob", serverId=server, seedReplicationTime=0.0, frequency=1)


def next_run_of_a_raw_device(call: Caller) -> None:
    job_id = job_of_one(call, frequency=1)
    raw_device(call)
    call("UpdateReplicationJob", replicationJobId=job_id, nextReplicationRunStartTime=call.site.clock.now())


def denied_upload(operation: str) -> Cause:
    def cause(call: Caller) -> None:
        app_id = call.site.launched()
        call.site.artifacts.error = ServiceError("AWS denies s3:PutObject", code="AccessDenied")
        call(operation, appId=app_id)

    return cause


def report_before_the_launch(call: Caller) -> None:
    app_id = call.create("s-12345678")
    call("PutAppValidationConfiguration", appId=app_id, appValidationConfigurations=[SCRIPT])
    (there,) = call("GetAppValidationConfiguration", appId=app_id)["appValidationConfigurations"]
    report = {"validationId": there["validationId"], "status": "SUCCEEDED"}
    call("NotifyAppValidationOutput", appId=app_id, notificationContext=report)


UNAUTHORIZED, INVALID = "UnauthorizedOperationException", "InvalidParameterException"
MISSING, INTERNAL = "MissingRequiredParameterException", "InternalError"
NOT_PERMITTED = "OperationNotPermittedException"
UNAVAILABLE, NO_CONNECTORS = "TemporarilyUnavailableException", "NoConnectorsAvailableException"
NOT_FOUND, NO_SERVER = "ReplicationJobNotFoundException", "ServerCannotBeReplicatedException"

ON_JOBS = ("CreateReplicationJob", "UpdateReplicationJob")
NOTHING_NEEDED = (
    *("ListApps", "GetServers", "GetReplicationJobs"),
    *("ImportAppCatalog", "ImportServerCatalog", "DeleteServerCatalog"),
)
"""Operations whose members may all be left out."""

SHOWS = tuple(SHOWING)

CAUSES: dict[Pair, Cause] = {
    **{
        (name, INTERNAL): store_is_away(name)
        for name, one in OPERATIONS.items()
        if INTERNAL in one.errors and UNAVAILABLE not in one.errors
    },
    **{
        (name, MISSING): said_nothing(name)
        for name, one in OPERATIONS.items()
        if MISSING in one.errors and name not in NOTHING_NEEDED
    },
    **{(name, INVALID): nobody(name) for name in APP_OPERATIONS},
    **{(name, NOT_PERMITTED): other_status(name) for name in APP_OPERATIONS if name not in SHOWS},
    **{(name, UNAVAILABLE): store_is_away(name) for name in ON_JOBS},
    **{(name, INTERNAL): on_key(name, "ThrottlingException") for name in ON_JOBS},
    **{(name, UNAUTHORIZED): on_key(name, "AccessDeniedException") for name in ON_JOBS},
    **{(name, UNAUTHORIZED): denied_upload(name) for name in ("GenerateTemplate", "GenerateChangeSet")},
    ("NotifyAppValidationOutput", NOT_PERMITTED): report_before_the_launch,
    ("CreateApp", INVALID): a_server_twice,
    ("ListApps", INVALID): page_of_none("ListApps"),
    ("GetServers", INVALID): page_of_none("GetServers"),
    ("GetReplicationJobs", INVALID): page_of_none("GetReplicationJobs"),
    ("GetReplicationRuns", INVALID): nobody("GetReplicationRuns"),
    ("StartOnDemandReplicationRun", INVALID): nobody("StartOnDemandReplicationRun"),
    ("DisassociateConnector", INVALID): nobody("DisassociateConnector"),
    ("CreateReplicationJob", INVALID): unknown_server,
    ("UpdateReplicationJob", INVALID): too_rare,
    ("CreateReplicationJob", NOT_PERMITTED): too_many,
    ("UpdateReplicationJob", NOT_PERMITTED): job_that_is_over("UpdateReplicationJob"),
    ("StartOnDemandReplicationRun", NOT_PERMITTED): job_that_is_over("StartOnDemandReplicationRun"),
    ("ImportAppCatalog", NOT_PERMITTED): lambda call: call("ImportAppCatalog"),
    ("CreateReplicationJob", NO_SERVER): job_of_a_raw_device,
    ("UpdateReplicationJob", NO_SERVER): next_run_of_a_raw_device,
    ("CreateReplicationJob", "ReplicationJobAlreadyExistsException"): second_job,
    ("CreateReplicationJob", NO_CONNECTORS): nobody("CreateReplicationJob"),
    ("ImportServerCatalog", NO_CONNECTORS): nobody("ImportServerCatalog"),
    ("UpdateReplicationJob", NOT_FOUND): nobody("UpdateReplicationJob"),
    ("DeleteReplicationJob", NOT_FOUND): nobody("DeleteReplicationJob"),
    ("StartOnDemandReplicationRun", "ReplicationRunLimitExceededException"): third_run,
}
"""(operation, error) -> what causes it."""

_NO_POLICIES = "the endpoint knows no policies of callers, and AWS is not asked before the answer"
_NOT_NEEDED = "nothing has to be said"
_ALWAYS = "it is taken always"

REASONS: dict[Pair, str] = {
    **{(name, UNAUTHORIZED): _NO_POLICIES for name in OPERATIONS if (name, UNAUTHORIZED) not in CAUSES},
    **{(name, MISSING): _NOT_NEEDED for name in NOTHING_NEEDED},
    **{(name, NOT_PERMITTED): "what shows something is taken always" for name in (*SHOWS, "ListApps")},
    **{
        (name, NOT_PERMITTED): _ALWAYS
        for name in ("CreateApp", "DeleteReplicationJob", "DeleteServerCatalog", "DisassociateConnector")
    },
    ("ImportServerCatalog", NOT_PERMITTED): "an import while one is under way is none",
    ("ImportServerCatalog", INVALID): "it has no members",
    ("DeleteServerCatalog", INVALID): "it has no members",
    ("ImportAppCatalog", INVALID): "its one member, roleName, may be any",
    ("DeleteReplicationJob", INVALID): "a job that is not there is ReplicationJobNotFoundException",
    ("StartOnDemandReplicationRun", "DryRunOperationException"): "no member asks for a dry run",
}
"""(operation, error) -> why nothing causes it."""


def test_every_error_has_a_cause_or_a_reason() -> None:
    listed = {(name, error) for name, one in OPERATIONS.items() for error in one.errors}
    assert CAUSES.keys() | REASONS.keys() == listed
    assert not CAUSES.keys() & REASONS.keys()


@pytest.mark.parametrize(("operation", "error"), CAUSES)
def test_every_error_is_answered_for_its_cause(operation: str, error: str) -> None:
    with pytest.raises(Fault) as fault:
        CAUSES[operation, error](Caller(Site()))
    assert fault.value.code == error
