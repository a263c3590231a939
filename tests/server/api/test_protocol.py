"""awsJson1.1, bytes in and bytes out: one table of requests, one of answers."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from smsgen.server.api import messages as m
from smsgen.server.api.operations import COMMON_ERRORS, ERRORS, TARGET
from smsgen.server.api.protocol import (
    CODES,
    CONTENT_TYPE,
    Call,
    Fault,
    decode,
    encode,
    encode_fault,
    operation_of,
)


def headers(operation: str, **more: str) -> dict[str, str]:
    return {"x-amz-target": f"{TARGET}.{operation}", "content-type": CONTENT_TYPE, **more}


READ = [
    ("GetApp", b'{"appId": "app-1"}', m.GetAppRequest(app_id="app-1")),
    ("GetApp", b" {} \n", m.GetAppRequest()),
    ("GetApp", b'{"appId": null, "unknown": {"deep": [1, 2.5, null]}}', m.GetAppRequest()),
    ("GetApp", '{"appId": "ü€😀"}'.encode(), m.GetAppRequest(app_id="ü€😀")),
    ("GetApp", b'{"appId": "\\u00fc\\ud83d\\ude00"}', m.GetAppRequest(app_id="ü😀")),
    ("ListApps", b'{"maxResults": 1e1}', m.ListAppsRequest(max_results=10)),
    ("ImportServerCatalog", b"{}", m.ImportServerCatalogRequest()),
    (
        "CreateReplicationJob",
        b'{"serverId": "s-1", "seedReplicationTime": 1477006131.856}',
        m.CreateReplicationJobRequest(server_id="s-1", seed_replication_time=1477006131.856),
    ),
]


@pytest.mark.parametrize(("operation", "body", "expected"), READ)
def test_a_request_is_read(operation: str, body: bytes, expected: Any) -> None:
    assert decode(headers(operation), body, "r-1") == Call(operation, expected, "r-1")


def test_a_content_type_may_have_parameters() -> None:
    said = headers("GetApp") | {"content-type": "Application/X-Amz-JSON-1.1; charset=utf-8"}
    assert decode(said, b"{}", "r").operation == "GetApp"


SERIALIZATION = "SerializationException"
REFUSED = [
    (b"", SERIALIZATION, "not JSON"),
    (b"hello", SERIALIZATION, "not JSON"),
    (b"{", SERIALIZATION, "not JSON"),
    (b'{"appId": "a"} x', SERIALIZATION, "not JSON"),
    (b"{'appId': 'a'}", SERIALIZATION, "not JSON"),
    (b"[]", SERIALIZATION, "Start of list"),
    (b"null", SERIALIZATION, "Expected null"),
    (b'"appId"', SERIALIZATION, "Expected null"),
    (b"5", SERIALIZATION, "Expected null"),
    (b'{"appId": 5}', SERIALIZATION, "NUMBER_VALUE can not be converted to a String"),
    (b'{"appId": "\xff"}', SERIALIZATION, "UTF-8"),
    (b'\xef\xbb\xbf{"appId": "a"}', SERIALIZATION, "not JSON"),
    (b'{"appId": "a", "appId": "b"}', SERIALIZATION, "twice"),
    (b'{"unknown": {"a": 1, "a": 2}}', SERIALIZATION, "twice"),
    (b'{"appId": NaN}', SERIALIZATION, "finite"),
    (b'{"unknown": Infinity}', SERIALIZATION, "finite"),
    (b'{"unknown": 1e999}', SERIALIZATION, "finite"),
    (b'{"unknown": ' + b"9" * 10_000 + b"}", SERIALIZATION, ""),
    (b'{"appId": "\\ud800"}', SERIALIZATION, "half of a character"),
    (b'{"appId": "a\nb"}', SERIALIZATION, "not JSON"),
    (b'{"unknown": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", SERIALIZATION, "nested too deeply"),
    (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, SERIALIZATION, "nested too deeply"),
]


@pytest.mark.parametrize(("body", "code", "words"), REFUSED, ids=range(len(REFUSED)))
def test_a_body_that_is_none_is_refused(body: bytes, code: str, words: str) -> None:
    with pytest.raises(Fault) as caught:
        decode(headers("GetApp"), body, "r")
    assert caught.value.code == code
    assert words in caught.value.message
    assert len(caught.value.message) < 500


UNKNOWN = [
    {},
    {"content-type": CONTENT_TYPE},
    {"x-amz-target": f"{TARGET}.GetApp"},
    {"x-amz-target": f"{TARGET}.GetApp", "content-type": "application/json"},
    {"x-amz-target": f"{TARGET}.GetApp", "content-type": "application/x-amz-json-1.0"},
    headers("Getapp"),
    headers("GetApp "),
    headers("GetApps"),
    headers(""),
    headers("GetApp.GetApp"),
    {"x-amz-target": "GetApp", "content-type": CONTENT_TYPE},
    {"x-amz-target": f"DynamoDB_20120810{TARGET}.GetApp", "content-type": CONTENT_TYPE},
    {"x-amz-target": f"{TARGET}.GetApp,{TARGET}.GetApp", "content-type": CONTENT_TYPE},
]


@pytest.mark.parametrize("said", UNKNOWN)
def test_an_operation_that_is_none_is_unknown(said: dict[str, str]) -> None:
    with pytest.raises(Fault) as caught:
        decode(said, b"{}", "r")
    assert (caught.value.code, caught.value.status) == ("UnknownOperationException", 400)


def test_the_operation_is_known_without_the_body() -> None:
    assert operation_of(headers("LaunchApp")).request is m.LaunchAppRequest


@pytest.mark.parametrize(
    ("operation", "body", "code", "words"),
    [
        (
            "GetReplicationRuns",
            b"{}",
            "MissingRequiredParameterException",
            "the request must contain the parameter replicationJobId",
        ),
        ("GetAppValidationOutput", b'{"appId": null}', "MissingRequiredParameterException", "appId"),
        ("GetAppValidationOutput", b'{"appId": "app-1"}', "InvalidParameterException", "pattern"),
        ("GenerateTemplate", b'{"templateFormat": "json"}', "InvalidParameterException", "[JSON, YAML]"),
    ],
)
def test_what_a_member_must_be_is_checked(operation: str, body: bytes, code: str, words: str) -> None:
    with pytest.raises(Fault) as caught:
        decode(headers(operation), body, "r")
    assert caught.value.code == code
    assert words in caught.value.message


def test_an_answer_is_json_with_times_as_numbers_and_without_what_is_absent() -> None:
    summary = m.AppSummary(app_id="app-1", creation_time=1543233600.25, total_servers=0, name="ü")
    made = encode(m.ListAppsResponse(apps=[summary, m.AppSummary()]))
    assert json.loads(made) == {
        "apps": [{"appId": "app-1", "creationTime": 1543233600.25, "totalServers": 0, "name": "ü"}, {}]
    }


def test_an_operation_without_output_answers_nothing() -> None:
    assert encode(None) == b""


def test_an_answer_without_members_is_an_object() -> None:
    assert encode(m.ListAppsResponse()) == b"{}"


@pytest.mark.parametrize("code", sorted(CODES))
def test_an_error_has_its_type_its_message_and_its_status(code: str) -> None:
    fault = Fault(code, "why")
    body = json.loads(encode_fault(fault))
    assert body.pop("__type") == code
    assert body == ({} if code == "TemporarilyUnavailableException" else {"message": "why"})
    assert fault.status == {**ERRORS, **COMMON_ERRORS}[code].status


def test_messages_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        m.GetAppRequest(app_id="a").app_id = "b"
    assert issubclass(m.GetAppRequest, msgspec.Struct)
