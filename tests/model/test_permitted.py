"""What stands in the way of an operation, and what is taken instead."""

import pytest

from smsgen.model.app import App
from smsgen.model.managed import ManagedApp
from smsgen.model.permitted import WITH_GROUPS, NotPermittedNow, refused_now
from smsgen.model.replication import ReplicationStatus
from smsgen.model.status import AppStatus, LaunchStatus

READY = "READY_FOR_CONFIGURATION"
CONFIGURE = (
    "DeleteApp",
    "DeleteAppLaunchConfiguration",
    "DeleteAppValidationConfiguration",
    "PutAppLaunchConfiguration",
    "PutAppValidationConfiguration",
)


def managed(status: str = "ACTIVE", launch: str = READY, replication: str = READY) -> ManagedApp:
    made = ManagedApp(App("shop"))
    return made._replace(
        status=AppStatus(status),
        launch=made.launch._replace(status=LaunchStatus(launch)),
        replication=made.replication._replace(status=ReplicationStatus(replication)),
    )


@pytest.mark.parametrize(
    ("operation", "app", "refused"),
    [
        ("LaunchApp", managed(), NotPermittedNow("launchStatus", READY, CONFIGURE)),
        ("TerminateApp", managed(), NotPermittedNow("launchStatus", READY, CONFIGURE)),
        (
            "StartAppReplication",
            managed(),
            NotPermittedNow(
                "replicationStatus",
                READY,
                ("DeleteAppReplicationConfiguration", "PutAppReplicationConfiguration"),
            ),
        ),
        # An operation that another status forbids is no way out.
        (
            WITH_GROUPS,
            managed(launch="LAUNCH_IN_PROGRESS"),
            NotPermittedNow(
                "launchStatus",
                "LAUNCH_IN_PROGRESS",
                ("DeleteApp", "GenerateTemplate", "NotifyAppValidationOutput", "TerminateApp"),
            ),
        ),
        (
            "DeleteApp",
            managed(launch="DELTA_LAUNCH_IN_PROGRESS"),
            NotPermittedNow(
                "launchStatus",
                "DELTA_LAUNCH_IN_PROGRESS",
                ("GenerateChangeSet", "GenerateTemplate", "NotifyAppValidationOutput"),
            ),
        ),
        ("DeleteApp", managed(status="DELETED"), NotPermittedNow("status", "DELETED", ())),
        ("LaunchApp", managed(launch="LAUNCHED"), None),
        ("GetApp", managed(status="DELETED"), None),
    ],
)
def test_a_status_that_stands_in_the_way_is_named_with_what_is_taken(
    operation: str, app: ManagedApp, refused: NotPermittedNow | None
) -> None:
    assert refused_now(operation, app) == refused
