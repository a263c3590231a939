"""The socket side of the endpoint: uvicorn, with the limits and the TLS that a server needs in the open.

uvicorn's settings: https://www.uvicorn.org/settings/.
"""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import ssl
from collections.abc import Callable
from typing import Any, NamedTuple

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from smsgen.errors import SmsgenError

HEADER_BYTES = 32_768
"""A request's line and headers together; more are answered 400. Session tokens take a few thousand of them."""

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
        found = socket.socket(family, kind, protocol)
    except OSError as error:
        raise SmsgenError(
            f"{host} is no address of this machine: {error.strerror}", hint="check --host"
        ) from None
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(2048)
    except (OSError, OverflowError) as error:
        found.close()
        raise _not_bound(host, port, error) from None
    return found


def _not_bound(host: str, port: int, error: OSError | OverflowError) -> SmsgenError:
    known = {
        errno.EADDRINUSE: ("it is taken", "stop the other server, or give another --port (0: any free one)"),
        errno.EACCES: ("this user may not", "ports below 1024 are the superuser's: give a higher --port"),
        errno.EADDRNOTAVAIL: ("the address is not this machine's", "check --host"),
    }
    reason, hint = known.get(getattr(error, "errno", None) or 0, (str(error), ""))
    return SmsgenError(f"cannot listen on {host} port {port}: {reason}", hint=hint)


def url(listening: socket.socket, *, tls: bool) -> str:
    """Give the URL that a socket listens on."""
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
    app: Any, listening: socket.socket, *, tls: Tls | None, stop_seconds: float, ready: Callable[[], None]
) -> None:
    """Serve until SIGINT or SIGTERM; then finish what is under way, for `stop_seconds` at most. For the main thread.

    `ready` is called once requests are answered.
    """
    before = {one: signal.signal(one, _obeyed) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        server(app, tls=tls, stop_seconds=stop_seconds, ready=ready).run(sockets=[listening])
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _obeyed(_number: int, _frame: Any) -> None:
    """Let a signal pass that uvicorn has obeyed: it raises it once more, which would keep us from an orderly end."""


def server(app: Any, *, tls: Tls | None, stop_seconds: float, ready: Callable[[], None]) -> uvicorn.Server:
    """Give the server that `run` runs, set up as it has to be."""
    config = uvicorn.Config(
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
    return _Server(config, ready)


class _Server(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


class _Protocol(HttpToolsProtocol):
    """HTTP/1.1 that waits for headers only so long, and reads only so much of them: the parser itself has no limits."""

    _watch: asyncio.TimerHandle | None = None
    _unfinished = 0
    _cycles: tuple[Any, ...] = ()
    """Requests that are not answered; more than one where they come before the answers (pipelining)."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._give_up()
        super().connection_lost(exc)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        known = [one for one in self._cycles if one is not self.cycle and not one.response_complete]
        self._cycles = (*known, self.cycle)

    def eof_received(self) -> bool:  # type: ignore[override] # as asyncio has it
        """Say whether the connection stays open for an answer to who only listens now, as `nc -N` does."""
        if self.scheme == "https" or self._between_requests() or self.cycle.more_body:
            self._give_up()
            return False  # TLS ends both ways at once; and what has no end is not answered
        self.cycle.keep_alive = False
        return True

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, and hang up."""
        super().send_400_response(msg)
        self._give_up()

    def _give_up(self) -> None:
        """Let all that is under way know that nobody listens; uvicorn tells only the last, and uvloop then raises."""
        for cycle in self._cycles:
            cycle.disconnected = True
            cycle.message_event.set()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._between_requests():
            self._stop_waiting()
            self._unfinished = 0
            return
        self._unfinished += len(data)  # a part of the next request's headers
        if self._unfinished > HEADER_BYTES and not self.transport.is_closing():
            self.send_400_response("Request headers are too large.")
        elif self._watch is None:
            self._wait()

    def _wait(self) -> None:
        self._watch = self.loop.call_later(HEADER_SECONDS, self._too_late)

    def _stop_waiting(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _between_requests(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _too_late(self) -> None:
        self._watch = None
        if self._between_requests():
            self.transport.close()
