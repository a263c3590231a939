"""Plain data as boto3 takes and gives it: times are datetimes, and what is not known is refused by name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from smsgen.model.status import AppStatus
from smsgen.server.api import messages as m
from smsgen.server.api.plain import answer_of, request_of

NOON = datetime(2018, 11, 26, 12, 0, tzinfo=UTC)


def seed(time: Any) -> dict[str, Any]:
    return {
        "appId": "app-1",
        "serverGroupReplicationConfigurations": [
            {"serverReplicationConfigurations": [{"serverReplicationParameters": {"seedTime": time}}]}
        ],
    }


@pytest.mark.parametrize(
    "time", [NOON, NOON.astimezone(timezone(timedelta(hours=2))), NOON.timestamp(), int(NOON.timestamp())]
)
def test_times_are_seconds_since_the_epoch_in_a_message(time: Any) -> None:
    made = request_of(m.PutAppReplicationConfigurationRequest, seed(time))
    group = made.server_group_replication_configurations[0]
    (server,) = group.server_replication_configurations
    assert server.server_replication_parameters.seed_time == NOON.timestamp()


def test_times_are_datetimes_with_a_time_zone_in_an_answer() -> None:
    answer = m.ListAppsResponse(
        apps=[m.AppSummary(app_id="app-1", creation_time=NOON.timestamp(), total_servers=1)]
    )
    assert answer_of(answer) == {"apps": [{"appId": "app-1", "creationTime": NOON, "totalServers": 1}]}
    assert answer_of(None) == {}


def test_what_is_none_is_not_said() -> None:
    assert request_of(m.GetAppRequest, {"appId": None}) == m.GetAppRequest()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"nam": "x"}, "unknown parameter nam; there is: name, description"),
        (
            {"serverGroups": [{"servers": []}]},
            "unknown parameter serverGroups.servers; there is: serverGroupId",
        ),
        (
            {"serverGroups": [{"serverList": [{"vmServer": {"vmServerAddress": {"id": "x"}}}]}]},
            "serverGroups.serverList.vmServer.vmServerAddress.id",
        ),
        ({"name": 5}, "name"),
        ({"serverGroups": {}}, "serverGroups"),
        ({"tags": [{"key": ["k"]}]}, "tags"),
    ],
)
def test_what_the_operation_does_not_have_is_refused_by_name(said: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        request_of(m.CreateAppRequest, said)


def test_a_status_is_a_plain_text() -> None:
    answer = answer_of(m.GetAppResponse(app_summary=m.AppSummary(status=AppStatus.ACTIVE)))
    assert answer == {"appSummary": {"status": "ACTIVE"}}
    assert type(answer["appSummary"]["status"]) is str
