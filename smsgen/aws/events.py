"""The EventBuses port on EventBridge; see `operations.ports.events.EventBuses`.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from smsgen.aws.clients import Clients
from smsgen.aws.errors import service_errors
from smsgen.errors import ServiceError
from smsgen.model.replicating.notices import DETAIL_TYPE, SOURCE, Notice, detail_of


class EventBridgeEvents:
    """The event buses of one account and Region."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def send(self, notice: Notice) -> None:
        """Put one event, and look at what became of it: PutEvents succeeds also where an entry has failed."""
        doing = f"cannot send an event to the bus {notice.bus}"
        entry = {
            "Time": datetime.fromtimestamp(notice.time, UTC),
            "Source": SOURCE,
            "Resources": [self._arn(notice)],
            "DetailType": DETAIL_TYPE,
            "Detail": json.dumps(detail_of(notice)),
            "EventBusName": notice.bus,
        }
        with service_errors(doing):
            answer = self._clients.client("events").put_events(Entries=[entry])
        failed: list[dict[str, Any]] = [one for one in answer["Entries"] if one.get("ErrorCode")]
        for one in failed:
            code = str(one["ErrorCode"])
            raise ServiceError(f"{doing}: {code}: {one.get('ErrorMessage', '')}".rstrip(": "), code=code)

    def _arn(self, notice: Notice) -> str:
        """Return the ARN that SMS gave a replication job."""
        identity = self._clients.identity()
        where = f"{self._clients.region}:{identity.account}"
        return f"arn:{identity.partition}:sms:{where}:{notice.replication_job_id}"
