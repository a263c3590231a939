"""The endpoint as an ASGI application: answers, limits, pages beside the API, an orderly end."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from smsgen.operations.ports.store import StoreError
from smsgen.server.api import messages as m
from smsgen.server.api.operations import TARGET
from smsgen.server.api.protocol import CONTENT_TYPE, Call, Fault
from smsgen.server.http.access_log import AccessLog
from smsgen.server.http.asgi import Endpoint, Limits
from smsgen.server.http.auth import Loopback, Verifier
from smsgen.server.http.credentials import Key
from smsgen.server.http.metrics import Metrics
from tests.server.http.asgi_client import Response, exchange, get, post, scope_of, send_signed, whole
from tests.server.http.signing import KEY_ID, NOW, SECRET, signed

HEADERS = [
    (b"host", b"localhost"),
    (b"x-amz-target", f"{TARGET}.ListApps".encode()),
    (b"content-type", CONTENT_TYPE.encode()),
]
"""Of a request that nobody signs, on this machine."""

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Stub:
    """Performs calls: keeps them, and answers what it is told."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answer: Any = None

    def __call__(self, call: Call) -> Any:
        self.calls.append(call)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def stub() -> Stub:
    return Stub()


@pytest.fixture
def endpoint(stub: Stub) -> Iterator[Endpoint]:
    made = Endpoint(stub, Loopback())
    yield made
    made.close()


def test_an_answer_has_a_request_id_a_type_and_a_length(endpoint: Endpoint, stub: Stub) -> None:
    stub.answer = m.ListAppsResponse(apps=[m.AppSummary(app_id="app-1")])
    made = post(endpoint, body=b'{"maxResults": 5}')
    assert (made.status, made.json) == (200, {"apps": [{"appId": "app-1"}]})
    assert UUID.fullmatch(made.headers["x-amzn-requestid"])
    assert made.headers["content-type"] == CONTENT_TYPE
    (call,) = stub.calls
    assert call == Call("ListApps", m.ListAppsRequest(max_results=5), made.headers["x-amzn-requestid"])


def test_an_empty_answer_has_no_body_and_no_type(endpoint: Endpoint) -> None:
    made = post(endpoint, "LaunchApp")
    assert (made.status, made.body) == (200, b"")
    assert "content-type" not in made.headers


def test_an_error_is_json_with_its_status(endpoint: Endpoint, stub: Stub) -> None:
    stub.answer = Fault("InternalError", "the store does not answer")
    made = post(endpoint)
    assert made.status == 500
    assert made.json == {"__type": "InternalError", "message": "the store does not answer"}
    assert made.headers["content-type"] == CONTENT_TYPE
    assert UUID.fullmatch(made.headers["x-amzn-requestid"])


def test_a_bug_is_an_internal_error_without_its_traceback(
    endpoint: Endpoint, stub: Stub, caplog: pytest.LogCaptureFixture
) -> None:
    stub.answer = ZeroDivisionError("hush")
    made = post(endpoint)
    assert (made.status, made.error) == (500, "InternalError")
    assert b"hush" not in made.body
    assert b"Traceback" not in made.body
    assert made.headers["x-amzn-requestid"] in made.json["message"]
    assert "hush" in caplog.text


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"])
def test_only_post_is_the_api(endpoint: Endpoint, stub: Stub, method: str) -> None:
    made = get(endpoint, "/", method)
    assert (made.status, made.error) == (400, "UnknownOperationException")
    assert stub.calls == []


def test_the_path_of_a_post_does_not_matter(endpoint: Endpoint, stub: Stub) -> None:
    headers = [
        (b"Host", b"localhost"),
        (b"X-Amz-Target", f"{TARGET}.ListApps".encode()),
        (b"Content-Type", CONTENT_TYPE.encode()),
    ]
    for path in ("/sms", "/health", "//"):
        made = asyncio.run(exchange(endpoint, scope_of("POST", path, headers), whole(b"{}")))
        assert made is not None
        assert made.status == 200
    assert len(stub.calls) == 3


def test_a_header_that_comes_twice_is_neither(endpoint: Endpoint, stub: Stub) -> None:
    headers = [(b"x-amz-target", f"{TARGET}.{one}".encode()) for one in ("ListApps", "DeleteApp")]
    headers += [(b"content-type", CONTENT_TYPE.encode()), (b"host", b"localhost")]
    made = asyncio.run(exchange(endpoint, scope_of("POST", "/", headers), whole(b"{}")))
    assert made is not None
    assert made.error == "UnknownOperationException"
    assert stub.calls == []


# --- Who asks -------------------------------------------------------------------------------------------------------


def test_with_keys_only_who_signs_is_answered(stub: Stub) -> None:
    endpoint = Endpoint(stub, Verifier({KEY_ID: Key(SECRET)}, lambda: NOW))
    assert send_signed(endpoint, signed()).status == 200
    assert send_signed(endpoint, signed(path="/?b=1&a=%20")).status == 200
    made = send_signed(endpoint, signed(secret="wrong"))
    assert (made.status, made.error) == (400, "InvalidSignatureException")
    assert post(endpoint).error == "MissingAuthenticationTokenException"
    assert len(stub.calls) == 2
    endpoint.close()


def test_a_strangers_body_is_not_read(stub: Stub) -> None:
    endpoint = Endpoint(stub, Verifier({KEY_ID: Key(SECRET)}, lambda: NOW))
    assert post(endpoint, body=b"not JSON").error == "MissingAuthenticationTokenException"
    assert send_signed(endpoint, signed(body=b"not JSON")).error == "SerializationException"
    endpoint.close()


# --- Limits ---------------------------------------------------------------------------------------------------------


def small(stub: Stub, **limits: Any) -> Endpoint:
    return Endpoint(stub, Loopback(), limits=Limits(**limits))


def test_a_body_may_be_as_large_as_the_limit_and_no_larger(stub: Stub) -> None:
    endpoint = small(stub, body=100)
    fits = b'{"x": "' + b"a" * 91 + b'"}'
    assert len(fits) == 100
    assert post(endpoint, body=fits).status == 200
    made = post(endpoint, body=fits + b" ")
    assert (made.status, made.error) == (413, "RequestEntityTooLargeException")
    assert made.headers["connection"] == "close"
    endpoint.close()


def chunks(*sizes: int) -> list[dict[str, Any]]:
    made = [{"type": "http.request", "body": b"x" * size, "more_body": True} for size in sizes]
    return [*made, {"type": "http.request", "body": b"", "more_body": False}]


@pytest.mark.parametrize("sizes", [[101], [50, 51], [1] * 101, [100] * 3, [500, 10**6, 10**6]])
def test_a_body_in_pieces_is_limited_too(stub: Stub, sizes: list[int]) -> None:
    endpoint = small(stub, body=100)
    made = asyncio.run(exchange(endpoint, scope_of("POST", "/", HEADERS), chunks(*sizes)))
    assert made is not None
    assert made.error == "RequestEntityTooLargeException"
    endpoint.close()


def test_a_body_that_does_not_come_is_not_waited_for(stub: Stub) -> None:
    endpoint = small(stub, body_seconds=0.05)
    begun = [{"type": "http.request", "body": b"{", "more_body": True}]
    made = asyncio.run(exchange(endpoint, scope_of("POST", "/", HEADERS), begun))
    assert made is not None
    assert (made.status, made.error) == (408, "RequestTimeoutException")
    assert made.headers["connection"] == "close"
    endpoint.close()


def test_headers_are_limited(endpoint: Endpoint, stub: Stub) -> None:
    made = post(endpoint, **{"x-more": "a" * 33_000})
    assert (made.status, made.error) == (413, "RequestEntityTooLargeException")
    assert stub.calls == []


def test_who_hangs_up_gets_no_answer(endpoint: Endpoint, stub: Stub) -> None:
    gone = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    assert asyncio.run(exchange(endpoint, scope_of("POST", "/", HEADERS), gone)) is None
    assert stub.calls == []


def at_once(endpoint: Endpoint, count: int, release: threading.Event) -> list[Response]:
    async def many() -> list[Any]:
        tasks = [
            asyncio.create_task(exchange(endpoint, scope_of("POST", "/", HEADERS), whole(b"{}")))
            for _ in range(count)
        ]
        while sum(task.done() for task in tasks) < count - 3:
            await asyncio.sleep(0.01)
        release.set()
        return list(await asyncio.gather(*tasks))

    return asyncio.run(many())


def test_more_requests_than_can_be_answered_are_told_to_come_again() -> None:
    release = threading.Event()
    endpoint = Endpoint(
        lambda _: release.wait(30) and None, Loopback(), limits=Limits(threads=1, in_flight=3)
    )
    made = at_once(endpoint, 10, release)
    assert sorted(one.status for one in made) == [200] * 3 + [503] * 7
    assert {one.error for one in made if one.status == 503} == {"ServiceUnavailableException"}
    assert post(endpoint).status == 200
    endpoint.close()


def unread(body: bytes = b"{}", **headers: str) -> tuple[Response, list[object]]:
    """Return the answer of a server that wants signatures, and what it has read of a request's body."""
    stub, read = Stub(), []
    verifier = Verifier({KEY_ID: Key(SECRET)}, lambda: NOW)
    endpoint = Endpoint(stub, verifier)
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]

    class Reads(list[Any]):
        def pop(self, at: Any = -1) -> Any:
            read.append(at)
            return super().pop(at)

    made = asyncio.run(exchange(endpoint, scope_of("POST", "/", raw), Reads(whole(body))))
    endpoint.close()
    assert made is not None
    assert stub.calls == []
    return made, read


SIGNED_HEADERS = dict(signed().headers)
OLD = dict(signed(at=NOW - 3_600).headers)


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({**SIGNED_HEADERS, "authorization": ""}, "MissingAuthenticationTokenException"),
        ({**SIGNED_HEADERS, "authorization": "AWS4-HMAC-SHA256 x"}, "IncompleteSignatureException"),
        (
            {
                **SIGNED_HEADERS,
                "authorization": SIGNED_HEADERS["authorization"].replace(KEY_ID, "AKIANOBODY"),
            },
            "UnrecognizedClientException",
        ),
        (OLD, "InvalidSignatureException"),
        ({**SIGNED_HEADERS, "x-amz-target": "nonsense"}, "UnknownOperationException"),
        ({**SIGNED_HEADERS, "x-more": "x" * 40_000}, "RequestEntityTooLargeException"),
    ],
    ids=["unsigned", "incomplete", "unknown", "stale", "no operation", "too large"],
)
def test_what_its_headers_refuse_is_not_read(headers: dict[str, str], error: str) -> None:
    made, read = unread(**headers)
    assert (made.error, read) == (error, [])


def test_who_waits_for_a_100_and_is_refused_is_hung_up_on() -> None:
    made, _ = unread(**{**OLD, "expect": "100-continue"})
    assert made.headers["connection"] == "close"


def test_bodies_that_are_too_large_together_are_told_to_come_again(stub: Stub) -> None:
    endpoint = small(stub, body=100, bodies=250, body_seconds=0.5)
    slow = [{"type": "http.request", "body": b"x" * 90, "more_body": True}]

    async def many() -> list[Response | None]:
        tasks = [exchange(endpoint, scope_of("POST", "/", HEADERS), slow) for _ in range(5)]
        return list(await asyncio.gather(*tasks))

    errors = [made.error for made in asyncio.run(many()) if made]
    assert errors.count("RequestTimeoutException") == 2
    assert errors.count("ServiceUnavailableException") == 3
    assert post(endpoint).status == 200  # what was held is let go of
    endpoint.close()


# --- Beside the API -------------------------------------------------------------------------------------------------


def test_it_is_alive_and_ready(endpoint: Endpoint) -> None:
    assert get(endpoint, "/health").json == {"status": "alive"}
    assert get(endpoint, "/ready").json == {"status": "ready"}
    assert get(endpoint, "/health", "HEAD").status == 200


def test_it_is_not_ready_without_its_store_and_does_not_say_why(
    stub: Stub, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise StoreError("postgresql://db is down")

    endpoint = Endpoint(stub, Loopback(), readiness=fail)
    made = get(endpoint, "/ready")
    assert (made.status, made.json) == (503, {"status": "not ready"})
    assert get(endpoint, "/health").status == 200
    assert "postgresql://db is down" in caplog.text
    endpoint.close()


def test_the_pages_need_no_signature(stub: Stub) -> None:
    endpoint = Endpoint(stub, Verifier({}, lambda: NOW))
    assert [get(endpoint, path).status for path in ("/health", "/ready", "/metrics")] == [200] * 3
    endpoint.close()


def test_metrics_count_requests_by_operation_and_outcome(stub: Stub) -> None:
    endpoint = Endpoint(stub, Loopback(), metrics=Metrics(lambda: {"launch": 2}))
    post(endpoint)
    post(endpoint, "GetApp", b"nonsense")
    post(endpoint, "Nonsense" * 100)
    made = get(endpoint, "/metrics")
    text = made.body.decode()
    assert made.headers["content-type"].startswith("text/plain")
    assert 'smsgen_requests_total{code="OK",operation="ListApps"} 1.0' in text
    assert 'smsgen_requests_total{code="SerializationException",operation="GetApp"} 1.0' in text
    assert 'smsgen_requests_total{code="UnknownOperationException",operation="-"} 1.0' in text
    assert 'smsgen_request_seconds_count{operation="ListApps"} 1.0' in text
    assert "smsgen_requests_in_flight 0.0" in text
    assert 'smsgen_jobs{kind="launch"} 2.0' in text
    assert "NonsenseNonsense" not in text
    endpoint.close()


def test_every_request_is_a_line_of_the_log_without_secrets(stub: Stub) -> None:
    stream = StringIO()
    verifier = Verifier({KEY_ID: Key(SECRET)}, lambda: NOW)
    endpoint = Endpoint(stub, verifier, log=AccessLog(stream, lambda: NOW))
    made = send_signed(endpoint, signed(body=b'{"appIds": ["hush"]}', path="/?token=hush"))
    send_signed(endpoint, signed(secret="wrong"))
    get(endpoint, "/health")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first.pop("ms") >= 0
    assert first == {
        "time": "2018-11-26T12:00:00.000+00:00",
        "requestId": made.headers["x-amzn-requestid"],
        "client": "10.1.2.3",
        "accessKeyId": KEY_ID,
        "method": "POST",
        "path": "/",
        "operation": "ListApps",
        "status": 200,
        "bytesIn": 20,
        "bytesOut": 0,
    }
    assert (second["status"], second["error"]) == (400, "InvalidSignatureException")
    assert "accessKeyId" not in second
    assert second["claimedKeyId"] == KEY_ID
    for secret in ("hush", SECRET, "Signature="):
        assert secret not in stream.getvalue()
    endpoint.close()


def test_a_signature_that_does_not_hold_is_logged_with_the_key_it_claims(
    stub: Stub, caplog: pytest.LogCaptureFixture
) -> None:
    stream = StringIO()
    verifier = Verifier({KEY_ID: Key(SECRET)}, lambda: NOW)
    endpoint = Endpoint(stub, verifier, log=AccessLog(stream, lambda: NOW))
    claims = ["AKIANOBODY", "\x1b[31m\u202ered\x7f'\"", "A" * 5_000, ""]
    for claim in claims:
        scope = f"Credential={claim}/20181126/us-east-1/sms/aws4_request, SignedHeaders=host, Signature=0"
        header = f"AWS4-HMAC-SHA256 {scope}".encode().decode("latin-1")
        post(endpoint, **{"authorization": header, "x-amz-date": "20181126T120000Z"})
    claimed = [json.loads(line).get("claimedKeyId", "") for line in stream.getvalue().splitlines()]
    assert claimed[0] == "AKIANOBODY"
    assert len(claimed[2]) <= 128
    assert claimed[3] == ""
    assert all(one.isprintable() and one.isascii() for one in (*claimed, caplog.text.replace("\n", "")))
    assert "UnrecognizedClientException" in caplog.text
    assert "AKIANOBODY" in caplog.text
    endpoint.close()


def test_anybody_may_ask_whether_it_is_ready_and_the_store_is_asked_once_a_second(stub: Stub) -> None:
    asked: list[None] = []
    endpoint = Endpoint(stub, Loopback(), readiness=lambda: asked.append(None))

    async def many() -> None:
        scope = scope_of("GET", "/ready", [])
        await asyncio.gather(*(exchange(endpoint, scope, whole(b"")) for _ in range(50)))

    asyncio.run(many())
    assert len(asked) == 1
    endpoint.close()


# --- The end --------------------------------------------------------------------------------------------------------


def test_at_the_end_what_is_under_way_is_finished() -> None:
    finished, going = [], threading.Event()

    def perform(call: Call) -> None:
        going.set()
        release.wait(30)
        finished.append(call.operation)

    release = threading.Event()
    endpoint = Endpoint(perform, Loopback())
    events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[str] = []

    async def live() -> None:
        headers = [
            (b"host", b"localhost"),
            (b"x-amz-target", f"{TARGET}.LaunchApp".encode()),
            (b"content-type", CONTENT_TYPE.encode()),
        ]
        asked = asyncio.create_task(exchange(endpoint, scope_of("POST", "/", headers), whole(b"{}")))
        await asyncio.to_thread(going.wait, 30)

        async def receive() -> dict[str, str]:
            return events.pop(0)

        async def send(message: Any) -> None:
            sent.append(message["type"])

        ending = asyncio.create_task(endpoint({"type": "lifespan"}, receive, send))
        await asyncio.sleep(0.05)
        assert sent == ["lifespan.startup.complete"]
        release.set()
        await ending
        made = await asked
        assert made is not None
        assert made.status == 200

    asyncio.run(live())
    assert finished == ["LaunchApp"]
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
