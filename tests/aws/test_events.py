"""The port EventBuses on moto's EventBridge, and against one that refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytest.importorskip("boto3", reason="boto3 comes with smsgen[aws]")

from botocore.stub import Stubber

from smsgen.aws.clients import Clients
from smsgen.aws.events import EventBridgeEvents
from smsgen.errors import PASSING, Refusal, ServiceError
from smsgen.model.replicating.notices import Notice
from tests.aws.conftest import ACCOUNT, REGION
from tests.aws.faults import FaultProxy

NOTICE = Notice(
    "notice-1",
    "migrations",
    "Completed",
    "sms-job-12345678",
    "sms-run-12345678",
    "ami-12345678",
    1_700_000_000.0,
)


def archived(clients: Clients, bus: str) -> Any:
    """Make a bus that keeps what it is told, and give its archive."""
    from moto.events.models import events_backends

    events = clients.client("events")
    arn = events.create_event_bus(Name=bus)["EventBusArn"]
    pattern = json.dumps({"source": ["smsgen"], "detail-type": ["Server Migration Job State Change"]})
    events.create_archive(ArchiveName="kept", EventSourceArn=arn, EventPattern=pattern)
    return events_backends[ACCOUNT][REGION].archives["kept"]


def test_an_event_reaches_the_bus_in_sms_shape(clients: Clients) -> None:
    archive = archived(clients, "migrations")
    EventBridgeEvents(clients).send(NOTICE)
    (event,) = archive.events
    assert event["source"] == "smsgen"
    assert event["detail-type"] == "Server Migration Job State Change"
    assert event["resources"] == [f"arn:aws:sms:{REGION}:{ACCOUNT}:sms-job-12345678"]
    assert event["detail"] == {
        "state": "Completed",
        "replication-job-id": "sms-job-12345678",
        "replication-run-id": "sms-run-12345678",
        "ami-id": "ami-12345678",
        "version": "1.0",
    }


def test_who_may_not_send_is_told(clients: Clients, proxy: FaultProxy) -> None:
    proxy.fail("events:PutEvents", "denied")
    with pytest.raises(ServiceError, match="migrations") as error:
        EventBridgeEvents(clients).send(NOTICE)
    assert error.value.kind is Refusal.DENIED


@pytest.mark.parametrize(
    ("code", "passes"), [("ThrottlingException", True), ("NotAuthorizedForSourceException", False)]
)
def test_an_entry_that_failed_in_an_answer_that_did_not(clients: Clients, code: str, passes: bool) -> None:
    with Stubber(clients.client("events")) as stub:
        entry = {"ErrorCode": code, "ErrorMessage": "no"}
        stub.add_response("put_events", {"FailedEntryCount": 1, "Entries": [entry]})
        with pytest.raises(
            ServiceError, match=f"cannot send an event to the bus migrations: {code}: no"
        ) as error:
            EventBridgeEvents(clients).send(NOTICE)
    assert (error.value.kind in PASSING) is passes
