"""The socket side of the endpoint: uvicorn, with the limits and the TLS that a server needs in the open.

uvicorn's settings: https://www.uvicorn.org/settings/.
"""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import ssl
import sys
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from smsgen.errors import SmsgenError
from smsgen.server.http.asgi import Limits
from smsgen.server.http.connections import Connection, ConnectionLimits, Connections, Listener

HEADER_BYTES = 32_768
"""A request's line and headers together; more are answered 400. Session tokens take a few thousand of them."""

MOST_HEADERS = 100
"""Headers of a request; SDKs send ten of them, and proxies add some."""

MOST_UNANSWERED = 16
"""Requests on one connection that wait for their answers; one more, and it is closed."""

FRAMING = 8
"""Bytes around each byte of a body that comes in chunks of one byte; what is beyond that counts as headers do."""

HEADER_SECONDS = 20.0
"""For a request's headers to arrive; uvicorn itself would wait for ever."""

KEEP_ALIVE_SECONDS = 65
"""For the next request on a connection: more than a balancer (60 s at AWS), so that it is the one who closes."""


class Tls(NamedTuple):
    """Files in PEM: the certificate with its chain, and its private key."""

    certificate: str
    key: str


def bind(host: str, port: int) -> socket.socket:
    """Take a port (0: any that is free) and listen on it; raises SmsgenError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        # Without the protocol, asyncio would not know that it is TCP, and not send at once (TCP_NODELAY).
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise SmsgenError(
            f"{host} is no address of this machine: {error.strerror}", hint="check --host"
        ) from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(2048)
    except (OSError, OverflowError) as error:
        listening.close()
        raise _not_bound(host, port, error) from None
    return listening


def _not_bound(host: str, port: int, error: OSError | OverflowError) -> SmsgenError:
    known = {
        errno.EADDRINUSE: ("it is taken", "stop the other server, or give another --port (0: any free one)"),
        errno.EACCES: ("this user may not", "ports below 1024 are the superuser's: give a higher --port"),
        errno.EADDRNOTAVAIL: ("the address is not this machine's", "check --host"),
    }
    reason, hint = known.get(getattr(error, "errno", None) or 0, (str(error), ""))
    return SmsgenError(f"cannot listen on {host} port {port}: {reason}", hint=hint)


def url(listening: socket.socket, *, tls: bool) -> str:
    """Return the URL that a socket listens on."""
    host, port = listening.getsockname()[:2]
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def check_tls(tls: Tls) -> None:
    """Raise SmsgenError in one sentence where the files of a certificate cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for name in tls:
        try:
            with open(name, "rb"):  # noqa: PTH123 - the ssl module does not say which of the two files it means
                pass
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise SmsgenError(
                f"cannot read {name}: {reason}", hint="check --tls-cert and --tls-key"
            ) from None
    try:
        context.load_cert_chain(*tls, password=_no_password)
    except ssl.SSLError as error:
        if "KEY_VALUES_MISMATCH" in str(error):
            raise SmsgenError(f"{tls.key} is not the key of the certificate in {tls.certificate}") from None
        hint = "both are PEM: -----BEGIN CERTIFICATE-----, -----BEGIN PRIVATE KEY-----"
        raise SmsgenError(
            f"{tls.certificate} and {tls.key} are not a certificate and its key", hint=hint
        ) from None


def _no_password() -> bytes:
    raise SmsgenError(
        "the TLS key is encrypted", hint="give one without a passphrase, readable by the server only"
    )


def run(
    app: Any,
    listening: socket.socket,
    *,
    tls: Tls | None,
    limits: ConnectionLimits,
    stop_seconds: float,
    ready: Callable[[], None],
    on_hangup: Callable[[], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; then finish what is under way, for `stop_seconds` at most. For the main thread.

    `ready` is called once requests are answered, `on_hangup` at each SIGHUP; without it, that ends the process.
    """
    before = {number: signal.signal(number, _obeyed) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        config = _config(app, tls, stop_seconds)
        _Server(config, limits, ready, on_hangup, getattr(app, "stop", _nothing)).run(sockets=[listening])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _obeyed(_number: int, _frame: Any) -> None:
    """Let a signal pass that uvicorn has obeyed: it raises it once more, which would keep us from an orderly end."""


def _nothing() -> None:
    """Do nothing: an application need not have anything that must be stopped."""


def open_files() -> int:
    """Return how many files and connections this process may have open."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return sys.maxsize
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft


def _config(app: Any, tls: Tls | None, stop_seconds: float) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=int(stop_seconds),
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
    )


class _Server(uvicorn.Server):
    """Takes its connections within limits, and says when it is ready."""

    def __init__(
        self,
        config: uvicorn.Config,
        limits: ConnectionLimits,
        ready: Callable[[], None],
        on_hangup: Callable[[], None] | None,
        stop: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._stop = stop
        self._connections = Connections(limits)
        self._ready = ready
        self._on_hangup = on_hangup

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup([])
        if self._on_hangup and hasattr(signal, "SIGHUP"):  # Windows has none
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._on_hangup)
        listeners: list[Any] = self.servers  # uvicorn wants no more of them than a Listener has
        for listening in sockets or []:
            listeners.append(Listener(listening, self._connections, self._protocol, self.config.ssl))
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stop()  # streams would be waited for
        await super().shutdown(sockets)

    def _protocol(self, connection: Connection) -> asyncio.Protocol:
        return _Protocol(self.config, self.server_state, self.lifespan.state, connection)


class _Refused(Exception):
    """What has come is more than a server takes."""


class _Protocol(HttpToolsProtocol):
    """HTTP/1.1 that waits for headers only so long, and takes only so much of everything: the parser has no limits."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        connection: Connection,
    ) -> None:
        super().__init__(config, server_state, app_state)
        self._connection = connection
        self._watch: asyncio.TimerHandle | None = None
        self._unanswered: deque[Any] = deque()
        """Requests that are not answered; more than one where they come before the answers (pipelining)."""
        self._framing = 0
        """Bytes of a request that are not its body: headers, sizes of chunks, trailers."""
        self._discarded = 0
        """Bytes of the body of a request that is answered already."""
        self._has_begun = False
        """Whether a part of a request is here, and the rest of it is not."""
        self._has_headers = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        super().connection_made(transport)
        self._connection.close = transport.abort
        self._wait(HEADER_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._give_up()
        self._connection.leave()
        super().connection_lost(exc)

    # --- What the parser finds ---

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._has_begun, self._has_headers = True, False
        self._discarded = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._has_headers:
            return  # a trailer, which is no header (RFC 9110, 6.5.1)
        if len(self.headers) == MOST_HEADERS:
            raise _Refused
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if len(self._unanswered) == MOST_UNANSWERED:
            raise _Refused
        super().on_headers_complete()
        self._has_headers = True
        self._unanswered.append(self.cycle)
        self._connection.work()

    def on_body(self, body: bytes) -> None:
        self._framing = max(0, self._framing - FRAMING * len(body))
        if self.cycle.response_complete:
            self._discarded += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._has_begun, self._framing = False, 0

    def on_response_complete(self) -> None:
        self._unanswered.popleft()
        if not self._unanswered:
            self._connection.wait()
            # uvicorn closes it before that; but not where somebody does not read the rest of an answer.
            unfinished = self._has_begun or self.transport.is_closing()
            self._wait(HEADER_SECONDS if unfinished else KEEP_ALIVE_SECONDS + HEADER_SECONDS)
        super().on_response_complete()

    # --- What comes and goes ---

    def data_received(self, data: bytes) -> None:
        self._framing += len(data)
        had_begun = self._has_begun
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._discarded > Limits().unread:
            self.transport.close()
        elif self._framing > HEADER_BYTES:
            self.send_400_response("Request headers are too large.")
        elif not self._between_requests():
            if not self.flow.write_paused:
                self._stop_waiting()
        elif self._has_begun and not had_begun:
            self._wait(HEADER_SECONDS)  # for the rest of the headers

    def eof_received(self) -> bool:  # type: ignore[override] # as asyncio has it
        """Return whether the connection stays open for an answer to who only listens now, as `nc -N` does."""
        if self.scheme == "https" or self._between_requests() or self.cycle.more_body:
            self._give_up()
            return False  # TLS ends both ways at once; and what has no end is not answered
        self.cycle.keep_alive = False
        return True

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, and hang up."""
        super().send_400_response(msg)
        self._give_up()
        self._connection.wait()
        self._wait(HEADER_SECONDS)  # until that is sent

    def pause_writing(self) -> None:
        """Wait for somebody who does not read the answers, but not for ever."""
        super().pause_writing()
        self._wait(HEADER_SECONDS)

    def resume_writing(self) -> None:
        """Go on: the answers are read."""
        super().resume_writing()
        if not self._between_requests():
            self._stop_waiting()

    def _give_up(self) -> None:
        """Let all that is under way know that nobody listens; uvicorn tells only the last, and uvloop then raises."""
        for cycle in self._unanswered:
            cycle.disconnected = True
            cycle.message_event.set()

    def _between_requests(self) -> bool:
        return not self._unanswered

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._watch = self.loop.call_later(seconds, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
