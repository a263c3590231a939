"""The SMS API as an ASGI 3 application (https://asgi.readthedocs.io): requests in, answers out, within limits.

Everything that blocks runs in a pool of threads; the event loop only reads and writes. Beside the API there are
`/health` (it lives), `/ready` (the store answers) and `/metrics` (Prometheus), for GET and without a signature.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any, Generic, NamedTuple, Protocol, TypeVar
from uuid import uuid4

from smsgen.server.api.protocol import CONTENT_TYPE, Call, Fault
from smsgen.server.http.access_log import AccessLog, Asked
from smsgen.server.http.answer import Answer, Gate, answered, refusal, refused
from smsgen.server.http.auth import SIGNATURE_FAULTS, Received
from smsgen.server.http.logs import REPEATS
from smsgen.server.http.metrics import CONTENT_TYPE as METRICS_TYPE
from smsgen.server.http.metrics import Metrics

_log = logging.getLogger("smsgen.endpoint")

T = TypeVar("T")

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


class Limits(NamedTuple):
    """How much of everything. `headers`, `body`: bytes of a request; `bodies`: bytes of all bodies that are there;
    `body_seconds`: for the body to arrive; `in_flight`: requests whose body comes, that wait for one of `threads` or
    are under way. Above `bodies` and `in_flight` the next ones are told to come again.
    """

    headers: int = 32_768
    body: int = 1_048_576
    bodies: int = 67_108_864
    unread: int = 262_144
    body_seconds: float = 20.0
    threads: int = 32
    in_flight: int = 256


PAGE_SECONDS = 1.0
"""For how long /ready and /metrics give the same answer: both ask the store, and anybody may ask for them."""

CONSOLE = "console"
"""What the log calls the operation of a request for a page."""

_PATIENCE = 8
_GONE = Answer(499, b"", error="Gone")
_UNREAD = ("RequestTimeoutException", "RequestEntityTooLargeException")
"""Errors after which a connection may still hold the rest of a body."""


class Gone(Exception):
    """The client has hung up before its request was there."""


class Pages(Protocol):
    """Pages for people that stand beside the API: the console."""

    def serves(self, method: str, path: str) -> bool:
        """Return whether a request is for these pages."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as ASGI has it."""

    def start(self) -> None:
        """Begin: requests are answered now."""

    def stop(self) -> None:
        """End what would go on for ever: the server stops."""


class Endpoint:
    """The application. `perform` carries out a call, `gate` says who may; `readiness` raises where it is not ready.

    `perform` and `readiness` may block; threads call them.
    """

    def __init__(
        self,
        perform: Callable[[Call], Any],
        gate: Gate,
        *,
        readiness: Callable[[], None] = lambda: None,
        limits: Limits | None = None,
        metrics: Metrics | None = None,
        log: AccessLog | None = None,
        pages: Pages | None = None,
    ) -> None:
        self._perform = perform
        self._gate = gate
        self._limits = limits or Limits()
        self._metrics = metrics or Metrics()
        self._access_log = log
        self._pool = ThreadPoolExecutor(self._limits.threads, "smsgen-request")
        self._in_flight = 0
        self._held = 0
        self._ready_now = _Shared(readiness, self._pool)
        self._metrics_now = _Shared(self._metrics.text, self._pool)
        self._console = pages
        self._pages = {"/health": self._health, "/ready": self._ready, "/metrics": self._show_metrics}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection scope, as ASGI has it."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            page = self._pages.get(scope["path"]) if scope["method"] in ("GET", "HEAD") else None
            if page:
                await page(send)
            elif self._console and self._console.serves(scope["method"], scope["path"]):
                await self._shown(self._console, scope, receive, send)
            else:
                await self._api(scope, receive, send)

    def start(self) -> None:
        """Begin: requests are answered now."""
        if self._console:
            self._console.start()

    def stop(self) -> None:
        """End what would go on for ever: the server stops."""
        if self._console:
            self._console.stop()

    def close(self) -> None:
        """End the threads, once what they do is done."""
        self._pool.shutdown(wait=True)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                await asyncio.to_thread(self.close)
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _api(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = perf_counter()
        request_id = str(uuid4())
        self._metrics.begin()
        self._in_flight += 1
        answer, body, is_read = _GONE, bytearray(), False
        try:
            request = _received(scope)
            refused_now = self._refused(request)
            answer = refused_now or await self._answered(request, body, receive, request_id)
            is_read = refused_now is None
        except Fault as fault:
            answer = refusal(fault)
        except Gone:
            return
        finally:
            self._in_flight -= 1
            self._held -= len(body)
            seconds = perf_counter() - began
            self._metrics.end(answer.operation, answer.error, seconds)
            client = (scope.get("client") or ("",))[0]
            if answer.error in SIGNATURE_FAULTS:
                _warn_of_signature(client, answer)
            if self._access_log is not None:
                asked = Asked(request_id, client, scope["method"], scope["path"], len(body))
                self._access_log.write(asked, answer, seconds)
        headers = [(b"x-amzn-requestid", request_id.encode())]
        if answer.body:
            headers.append((b"content-type", CONTENT_TYPE.encode()))
        if not is_read and (answer.error in _UNREAD or not self._passes(request)):
            headers.append((b"connection", b"close"))
        await _send(send, answer.status, headers, answer.body)

    async def _shown(self, pages: Pages, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a page, and log it."""
        began, status = perf_counter(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await pages(scope, receive, noted)
        finally:
            if self._access_log is not None:
                asked = Asked(
                    str(uuid4()), (scope.get("client") or ("",))[0], scope["method"], scope["path"], 0
                )
                self._access_log.write(asked, Answer(status, b"", CONSOLE), perf_counter() - began)

    def _passes(self, request: Received) -> bool:
        """Return whether the body of a refused request is let pass."""
        # Who waits to be told that the body may come sends none now, and the next request would be taken for it.
        if "expect" in request.headers or "transfer-encoding" in request.headers:
            return False
        length = request.headers.get("content-length", "0")
        return length.isdecimal() and len(length) < 20 and int(length) <= self._limits.unread

    def _refused(self, request: Received) -> Answer | None:
        """Return the answer to a request whose body is not read; raises Fault, too."""
        if sum(len(name) + len(value) for name, value in request.headers.items()) > self._limits.headers:
            raise Fault("RequestEntityTooLargeException", "the request's headers are too large")
        refused_now = refused(request, self._gate)
        if refused_now is None and (
            self._in_flight > self._limits.in_flight or self._held >= self._limits.bodies
        ):
            raise _busy()
        return refused_now

    async def _answered(
        self, request: Received, body: bytearray, receive: Receive, request_id: str
    ) -> Answer:
        await self._fill(body, receive)
        loop = asyncio.get_running_loop()
        whole = request._replace(body=bytes(body))
        return await loop.run_in_executor(self._pool, answered, whole, request_id, self._gate, self._perform)

    async def _fill(self, body: bytearray, receive: Receive) -> None:
        """Read a request's body; raises Fault where it is too large, takes too long, or all bodies are too large."""
        most, size, more = self._limits.body, 0, True
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                # What is a little too large is read to its end: a client that still sends does not see an answer.
                while more and size <= _PATIENCE * most:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Gone
                    part, more = message.get("body", b""), message.get("more_body", False)
                    size += len(part)
                    if size <= most:
                        body += part
                        self._held += len(part)
                    if self._held > self._limits.bodies:
                        raise _busy()
        except TimeoutError:
            raise Fault("RequestTimeoutException", "the request took too long to arrive") from None
        if size > most:
            raise Fault("RequestEntityTooLargeException", f"the request is larger than {most:,} bytes")

    async def _health(self, send: Send) -> None:
        await _send(send, 200, _JSON, b'{"status": "alive"}\n')

    async def _ready(self, send: Send) -> None:
        try:
            await self._ready_now.get()
        except Exception as error:
            _log.warning("not ready: %s", error)
            await _send(send, 503, _JSON, b'{"status": "not ready"}\n')
        else:
            await _send(send, 200, _JSON, b'{"status": "ready"}\n')

    async def _show_metrics(self, send: Send) -> None:
        await _send(send, 200, [(b"content-type", METRICS_TYPE.encode())], await self._metrics_now.get())


class _Shared(Generic[T]):
    """Asks something in a thread, and gives what it says to whoever asks within PAGE_SECONDS."""

    def __init__(self, ask: Callable[[], T], pool: ThreadPoolExecutor) -> None:
        self._ask = ask
        self._pool = pool
        self._asked: asyncio.Future[T] | None = None
        self._until = 0.0

    async def get(self) -> T:
        """Return what was said, or raise what was raised."""
        loop = asyncio.get_running_loop()
        if self._asked is None or (self._asked.done() and loop.time() > self._until):
            self._asked = loop.run_in_executor(self._pool, self._ask)
            self._asked.add_done_callback(lambda _: self._keep(loop.time()))
        return await asyncio.shield(self._asked)

    def _keep(self, now: float) -> None:
        self._until = now + PAGE_SECONDS


_JSON = [(b"content-type", b"application/json")]


def _busy() -> Fault:
    return Fault("ServiceUnavailableException", "too many requests are under way; try again")


def _warn_of_signature(client: str, answer: Answer) -> None:
    words = "a signature does not hold: %s, access key id %s, from %s"
    _log.warning(words, answer.error, answer.claimed, client, extra={REPEATS: "signature"})


def _received(scope: Scope) -> Received:
    headers: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name, text = raw.decode("latin-1").lower(), value.decode("latin-1")
        # A header that came twice is one with a comma (RFC 9110, 5.3): none of the two is preferred.
        headers[name] = f"{headers[name]},{text}" if name in headers else text
    target = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    query = scope.get("query_string", b"").decode("latin-1")
    return Received(scope["method"], f"{target}?{query}" if query else target, headers, b"")


async def _send(send: Send, status: int, headers: Headers, body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
