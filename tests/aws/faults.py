"""A local HTTP proxy between boto3 and moto that counts calls and makes chosen ones fail. For every AWS test
here.

    with FaultProxy(moto_host, moto_port) as proxy:
        settings = AwsSettings(endpoint_url=proxy.url, region="eu-central-1")
        proxy.fail("s3:PutObject", "throttle")            # the next such call, once
        proxy.fail("cloudformation:*", "expired", at=3)   # the third call of that service from now
        ...
        assert proxy.count("s3:PutObject") == 1

A call is named `service:Operation`, read off the request itself (SigV4 scope; Action; X-Amz-Target; S3's
and EBS direct's method and path). Kinds of fault, in `KINDS`:

    throttle    the service's throttling error (503 SlowDown for S3, 400 Throttling elsewhere) error       500
    InternalError expired     the credentials have expired denied      access denied skew        the request's
    time is too far from the service's reset       the connection is reset before the call reaches the service
    lost        the call takes effect, then the connection is reset before the answer truncated   the call
    takes effect, and half of the answer arrives kill        the call takes effect, then `on_kill` runs (a
    test sends a signal there) and the answer is never sent
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import struct
import sys
import threading
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from smsgen.aws.iam.actions import action_of
from tests.servers.aws.routes import route

KINDS = ("throttle", "error", "expired", "denied", "skew", "reset", "lost", "truncated")
"""The faults of a matrix; `kill` needs a process of its own."""

_ANSWERS = {
    "throttle": (400, "Throttling", "Rate exceeded"),
    "error": (500, "InternalError", "We encountered an internal error. Please try again."),
    "expired": (400, "ExpiredToken", "The security token included in the request is expired"),
    "denied": (
        403,
        "AccessDenied",
        "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: {call}",
    ),
    "skew": (
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
    ),
}
_HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive", "expect"}


class Call(NamedTuple):
    """One call that reached the proxy."""

    name: str
    headers: dict[str, str]
    body: bytes


class _Fault:
    def __init__(self, pattern: str, kind: str, at: int, times: int) -> None:
        self.pattern = re.compile(re.escape(pattern).replace(r"\*", ".*"))
        self.kind = kind
        self.skip = at - 1
        self.times = times

    def takes(self, name: str) -> bool:
        if self.times == 0 or not self.pattern.fullmatch(name):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class FaultProxy:
    """Forwards to `host:port`; `calls` is what came by, in order. A context manager; `url` is its own
    address.
    """

    def __init__(self, host: str, port: int) -> None:
        self.upstream = (host, port)
        self.calls: list[Call] = []
        self.on_kill: Callable[[], None] = lambda: None
        self._faults: list[_Fault] = []
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FaultProxy:
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def fail(self, call: str, kind: str, *, at: int = 1, times: int = 1) -> None:
        """Make a call fail: the `at`-th from now whose name matches `call` (`*` stands for anything), `times`
        times.
        """
        assert kind in (*KINDS, "kill"), kind
        self._faults.append(_Fault(call, kind, at, times))

    def heal(self) -> None:
        """Forget the faults that are still to come, and the calls that came by."""
        self._faults.clear()
        self.calls.clear()

    def count(self, call: str) -> int:
        """Return how many calls came by whose name matches `call` (`*` stands for anything)."""
        pattern = re.compile(re.escape(call).replace(r"\*", ".*"))
        return sum(1 for seen in list(self.calls) if pattern.fullmatch(seen.name))

    def names(self) -> list[str]:
        """Return the names of the calls that came by, in order."""
        return [seen.name for seen in list(self.calls)]

    def seen(self, call: Call) -> str | None:
        """Note a call; give the kind of fault it shall meet, if any."""
        with self._lock:
            self.calls.append(call)
            return next((fault.kind for fault in self._faults if fault.takes(call.name)), None)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a client that was killed
            super().handle_error(request, client_address)


def _handler(proxy: FaultProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two writes: 40 ms a call otherwise

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            name = call_name(self.command, self.path, dict(self.headers.items()), body)
            fault = proxy.seen(Call(name, dict(self.headers.items()), body))
            if fault == "reset":
                return self._reset()
            if fault in _ANSWERS:
                return self._send(*refusal(fault, name), {"x-amz-request-id": "R1", "x-amzn-RequestId": "R1"})
            status, answer, headers = self._forward(body)
            if fault == "kill":
                proxy.on_kill()
            if fault in ("lost", "kill"):
                return self._reset()
            return self._send(status, answer, headers, cut=fault == "truncated")

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _any  # noqa: N815 - the names http.server looks for

        def _forward(self, body: bytes) -> tuple[int, bytes, dict[str, str]]:
            upstream = http.client.HTTPConnection(*proxy.upstream, timeout=60)
            try:
                headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP_BY_HOP}
                upstream.request(self.command, self.path, body, headers)
                answer = upstream.getresponse()
                return answer.status, answer.read(), dict(answer.getheaders())
            finally:
                upstream.close()

        def _send(self, status: int, body: bytes, headers: dict[str, str], *, cut: bool = False) -> None:
            self.send_response(status)
            length = headers.pop("Content-Length", None) if self.command == "HEAD" else None
            for key, value in headers.items():
                if key.lower() not in _HOP_BY_HOP | {"content-length", "date", "server"}:
                    self.send_header(key, value)
            self.send_header("Content-Length", length or str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body[: len(body) // 2] if cut else body)
            if cut:
                self.close_connection = True

        def _reset(self) -> None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            self.wfile = _Nowhere()
            self.rfile = _Nowhere()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's own name
            pass

    return Handler


class _Nowhere:
    """Stands in for the files of a connection that is gone."""

    closed = True

    def flush(self) -> None: ...
    def close(self) -> None: ...


def refusal(kind: str, name: str) -> tuple[int, bytes]:
    """Return the status and the body that a kind of fault answers to a call."""
    status, code, message = _ANSWERS[kind]
    service, _, operation = name.partition(":")
    action = action_of(operation)  # what AWS names is the action of IAM, not the operation
    message = message.format(call=action if ":" in action else name)
    if service == "s3":
        status, code = (503, "SlowDown") if kind == "throttle" else (status, code)
        return (
            status,
            f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>R1</RequestId></Error>".encode(),
        )
    if service == "ec2":
        code = {"throttle": "RequestLimitExceeded", "denied": "UnauthorizedOperation"}.get(kind, code)
        error = f"<Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
        return status, f"<Response>{error}<RequestID>R1</RequestID></Response>".encode()
    if service in ("ssm", "cloudcontrolapi", "ebs"):
        code = {"throttle": "ThrottlingException", "expired": "ExpiredTokenException"}.get(kind, code)
        return status, json.dumps({"__type": code, "message": message}).encode()
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    return status, f"<ErrorResponse>{error}<RequestId>R1</RequestId></ErrorResponse>".encode()


def call_name(method: str, path: str, headers: dict[str, str], body: bytes) -> str:
    """Return `service:Operation` of a request as botocore sends it."""
    by_lower = {key.lower(): value for key, value in headers.items()}
    scope = re.search(r"Credential=[^/]+/\d+/[^/]*/([^/]+)/aws4_request", by_lower.get("authorization", ""))
    service = scope.group(1) if scope else "unsigned"
    if "x-amz-target" in by_lower:
        return f"{service}:{by_lower['x-amz-target'].rpartition('.')[2]}"
    if service == "s3":
        return f"s3:{_s3_operation(method, path)}"
    if service == "ebs":
        return f"ebs:{route(method, path).operation}"
    action = parse_qs(body.decode("utf-8", "replace")).get("Action") or parse_qs(urlsplit(path).query).get(
        "Action"
    )
    return f"{service}:{action[0] if action else method + ' ' + path}"


def _s3_operation(method: str, path: str) -> str:
    parts = urlsplit(path)
    keys = {pair.partition("=")[0] for pair in parts.query.split("&")} if parts.query else set()
    with_key = parts.path.strip("/").count("/") > 0
    fitting = [
        (len(wanted), name)
        for name, verb, keyed, wanted in _s3_operations()
        if verb == method and keyed == with_key and wanted <= keys
    ]
    return max(fitting, key=lambda found: found[0], default=(0, "Unknown"))[1]


@cache
def _s3_operations() -> tuple[tuple[str, str, bool, frozenset[str]], ...]:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    # A reading of its own: S3's clients take the bucket out of the paths of the model that sessions share.
    model = ServiceModel(Loader(include_default_search_paths=True).load_service_model("s3", "service-2"))
    # Two operations of one shape: the one that copies or is of an older API gives way.
    hidden = {
        "CopyObject",
        "UploadPartCopy",
        "PutBucketLifecycle",
        "GetBucketLifecycle",
        "RenameObject",
    }
    found = []
    for name in model.operation_names:
        operation = model.operation_model(name)
        http_of = operation.http
        uri, _, query = http_of["requestUri"].partition("?")
        wanted = frozenset(pair.partition("=")[0] for pair in query.split("&")) if query else frozenset()
        wanted |= _required_in_query(operation)
        if name not in hidden and uri.startswith("/{Bucket}"):
            found.append((name, http_of["method"], "{Key" in uri, wanted))
    return tuple(found)


def _required_in_query(operation: Any) -> frozenset[str]:
    """Return the parameters that a call always has in its query: of a part, its number and its upload."""
    shape = operation.input_shape
    members = {name: shape.members[name].serialization for name in shape.required_members} if shape else {}
    return frozenset(one["name"] for one in members.values() if one.get("location") == "querystring")
