"""An ASGI server for tests: one request at a time, no sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from smsgen.server.api.operations import TARGET
from smsgen.server.api.protocol import CONTENT_TYPE
from smsgen.server.http.asgi import Endpoint
from smsgen.server.http.auth import Received


class Response(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        return str(self.json["__type"])


def scope_of(
    method: str, path: str, headers: Iterable[tuple[bytes, bytes]], query: bytes = b""
) -> dict[str, Any]:
    return {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": list(headers),
        "client": ("10.1.2.3", 4567),
    }


async def exchange(endpoint: Endpoint, scope: dict[str, Any], messages: Iterable[Any]) -> Response | None:
    """Return the response to a request whose body comes in messages; None where there is none.

    A number among the messages is a pause in seconds; after the last one, nothing comes for ever.
    """
    waiting, sent = list(messages), []

    async def receive() -> dict[str, Any]:
        while waiting:
            message = waiting.pop(0)
            if isinstance(message, dict):
                return message
            await asyncio.sleep(message)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)

    await endpoint(scope, receive, send)
    if not sent:
        return None
    start, body = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    assert len(headers) == len(start["headers"])
    assert headers["content-length"] == str(len(body["body"]))
    return Response(start["status"], headers, body["body"])


def whole(body: bytes) -> list[dict[str, Any]]:
    return [{"type": "http.request", "body": body, "more_body": False}]


def post(endpoint: Endpoint, operation: str = "ListApps", body: bytes = b"{}", **headers: str) -> Response:
    """Return the response to a request of the API that is not signed."""
    said = {
        "host": "localhost",
        "x-amz-target": f"{TARGET}.{operation}",
        "content-type": CONTENT_TYPE,
        **headers,
    }
    raw = [(name.encode(), value.encode("latin-1")) for name, value in said.items()]
    made = asyncio.run(exchange(endpoint, scope_of("POST", "/", raw), whole(body)))
    assert made is not None
    return made


def send_signed(endpoint: Endpoint, request: Received) -> Response:
    """Return the response to a request that is signed."""
    raw = [(name.encode(), value.encode()) for name, value in request.headers.items()]
    path, _, query = request.target.partition("?")
    scope = scope_of(request.method, path, raw, query.encode())
    made = asyncio.run(exchange(endpoint, scope, whole(request.body)))
    assert made is not None
    return made


def get(endpoint: Endpoint, path: str, method: str = "GET") -> Response:
    """Return the response to a request for a page."""
    made = asyncio.run(exchange(endpoint, scope_of(method, path, []), whole(b"")))
    assert made is not None
    return made
