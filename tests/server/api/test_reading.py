"""JSON data becomes a message as AWS reads it, or a sentence in AWS's words."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from smsgen.server.api import messages as m
from smsgen.server.api.reading import WrongType, read_message

SEED = "serverGroupReplicationConfigurations"


def seed(value: Any) -> dict[str, Any]:
    parameters = {"serverReplicationParameters": {"seedTime": value}}
    return {SEED: [{"serverReplicationConfigurations": [parameters]}]}


def time_of(request: m.PutAppReplicationConfigurationRequest) -> Any:
    (group,) = request.server_group_replication_configurations or []
    (server,) = group.server_replication_configurations or []
    assert server.server_replication_parameters is not None
    return server.server_replication_parameters.seed_time


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        (m.GetAppRequest, {"appId": "app-1"}, m.GetAppRequest(app_id="app-1")),
        (m.GetAppRequest, {}, m.GetAppRequest()),
        (m.GetAppRequest, {"appId": None}, m.GetAppRequest()),
        (m.GetAppRequest, {"appId": "a", "AppId": "b", "more": {"x": [1]}}, m.GetAppRequest(app_id="a")),
        (m.ListAppsRequest, {"maxResults": 3, "appIds": []}, m.ListAppsRequest(max_results=3, app_ids=[])),
        (m.ListAppsRequest, {"maxResults": 3.0}, m.ListAppsRequest(max_results=3)),
        (m.ListAppsRequest, {"maxResults": 3.9}, m.ListAppsRequest(max_results=3)),
        (m.ListAppsRequest, {"maxResults": -3.9, "nextToken": None}, m.ListAppsRequest(max_results=-3)),
        (m.DeleteAppRequest, {"forceTerminateApp": True}, m.DeleteAppRequest(force_terminate_app=True)),
    ],
)
def test_what_is_said_is_read(kind: Any, data: Any, expected: Any) -> None:
    assert read_message(kind, data) == expected


@pytest.mark.parametrize("said", [1477006131, 1477006131.856, 0, -1.5, 253402300799])
def test_times_are_numbers(said: float) -> None:
    assert time_of(read_message(m.PutAppReplicationConfigurationRequest, seed(said))) == said


WRONG = [
    (m.GetAppRequest, [], "Start of list found where not expected"),
    (m.GetAppRequest, "text", "Expected null"),
    (m.GetAppRequest, None, "Expected null"),
    (m.GetAppRequest, {"appId": 5}, "NUMBER_VALUE can not be converted to a String at 'appId'"),
    (m.GetAppRequest, {"appId": 5.5}, "NUMBER_VALUE can not be converted to a String at 'appId'"),
    (m.GetAppRequest, {"appId": True}, "TRUE_VALUE can not be converted to a String at 'appId'"),
    (m.GetAppRequest, {"appId": {}}, "Start of structure or map found where not expected at 'appId'"),
    (m.GetAppRequest, {"appId": ["a"]}, "Start of list found where not expected at 'appId'"),
    (
        m.ListAppsRequest,
        {"maxResults": "5"},
        "STRING_VALUE can not be converted to an Integer at 'maxResults'",
    ),
    (
        m.ListAppsRequest,
        {"maxResults": False},
        "FALSE_VALUE can not be converted to an Integer at 'maxResults'",
    ),
    (
        m.ListAppsRequest,
        {"maxResults": 2**31},
        "NUMBER_VALUE can not be converted to an Integer at 'maxResults'",
    ),
    (m.ListAppsRequest, {"maxResults": -1e300}, "NUMBER_VALUE can not be converted to an Integer"),
    (m.ListAppsRequest, {"maxResults": 10**4000}, "NUMBER_VALUE can not be converted to an Integer"),
    (m.ListAppsRequest, {"appIds": "a"}, "Expected list or null at 'appIds'"),
    (
        m.ListAppsRequest,
        {"appIds": ["a", None]},
        "NULL_VALUE can not be converted to a String at 'appIds[1]'",
    ),
    (
        m.ListAppsRequest,
        {"appIds": {"a": "b"}},
        "Start of structure or map found where not expected at 'appIds'",
    ),
    (m.DeleteAppRequest, {"forceTerminateApp": 1}, "NUMBER_VALUE can not be converted to a Boolean"),
    (m.DeleteAppRequest, {"forceTerminateApp": "true"}, "STRING_VALUE can not be converted to a Boolean"),
    (
        m.CreateAppRequest,
        {"serverGroups": [{}, {"serverList": [{"vmServer": 5}]}]},
        "Expected null at 'serverGroups[1].serverList[0].vmServer'",
    ),
    (
        m.PutAppReplicationConfigurationRequest,
        seed("2018-11-26T12:00:00Z"),
        "STRING_VALUE can not be converted to milliseconds since epoch",
    ),
    (m.PutAppReplicationConfigurationRequest, seed(1e300), "seedTime"),
    (m.PutAppReplicationConfigurationRequest, seed(10**400), "seedTime"),
]


@pytest.mark.parametrize(("kind", "data", "words"), WRONG)
def test_a_wrong_type_is_said_in_their_words(kind: Any, data: Any, words: str) -> None:
    with pytest.raises(WrongType) as caught:
        read_message(kind, data)
    assert words in str(caught.value)


FIRST = """
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from smsgen.server.api.operations import OPERATIONS
from smsgen.server.api.reading import read_message
sys.setswitchinterval(1e-6)
together = Barrier(32)
def each(_):
    together.wait()
    for name in ("CreateApp", "UpdateApp"):
        read_message(OPERATIONS[name].request, {"serverGroups": [{"serverList": [{"serverId": "s-1"}]}]})
with ThreadPoolExecutor(32) as pool:
    list(pool.map(each, range(32)))
"""


def test_the_first_requests_of_a_server_may_come_at_once() -> None:
    """Where types are looked into by many threads, more than half of such processes crash (msgspec 0.22)."""
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
