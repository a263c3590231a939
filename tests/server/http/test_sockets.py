"""Time on a connection, on real sockets in this process: whoever is too slow with anything is hung up on."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from smsgen.server.api.operations import TARGET
from smsgen.server.api.protocol import CONTENT_TYPE
from smsgen.server.http import sockets
from smsgen.server.http.asgi import Endpoint, Limits
from smsgen.server.http.auth import Loopback, Verifier
from smsgen.server.http.connections import ConnectionLimits

SHORT = 0.4
"""Seconds that the server waits, in place of 20 and 65."""

HEADERS = f"Host: localhost\r\nX-Amz-Target: {TARGET}.ListApps\r\nContent-Type: {CONTENT_TYPE}\r\n".encode()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


def started(
    stack: ExitStack, monkeypatch: pytest.MonkeyPatch, *, keyless: bool = True, body: float = SHORT
) -> int:
    """Serve until the test is over, and give the port."""
    for name in ("HEADER_SECONDS", "KEEP_ALIVE_SECONDS"):
        monkeypatch.setattr(sockets, name, SHORT)
    gate = Loopback() if keyless else Verifier({}, time.time)
    page = b"x" * 5_000_000
    endpoint = Endpoint(lambda _: None, gate, limits=Limits(body_seconds=body, threads=2))
    monkeypatch.setattr(endpoint._metrics_now, "_ask", lambda: page)
    listening = sockets.bind("127.0.0.1", 0)
    port = int(listening.getsockname()[1])
    ready = threading.Event()
    server = sockets._Server(
        sockets._config(endpoint, None, 5), ConnectionLimits(), ready.set, None, endpoint.stop
    )
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    serving.start()

    def stop() -> None:
        server.should_exit = True
        serving.join(30)
        assert not serving.is_alive()

    stack.callback(stop)
    assert ready.wait(30)
    return port


def connect(stack: ExitStack, port: int) -> socket.socket:
    return stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))


def rest(connection: socket.socket) -> bytes:
    """Return what comes until the server hangs up; a test that waits 30 s for that fails."""
    content = b""
    try:
        while some := connection.recv(65_536):
            content += some
    except ConnectionError:
        pass
    return content


def trickle(connection: socket.socket, content: bytes, seconds: float = 15.0) -> bool:
    """Send byte by byte, and give whether the server hung up meanwhile."""
    end = time.monotonic() + seconds
    for at in range(len(content)):
        if time.monotonic() > end:
            break
        try:
            connection.sendall(content[at : at + 1])
        except OSError:
            return True
        time.sleep(SHORT / 8)
    return False


@pytest.mark.parametrize("begun", [b"", b"POST / HTTP/1.1\r\n", b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"])
def test_who_says_nothing_more(begun: bytes, stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = connect(stack, started(stack, monkeypatch))
    connection.sendall(begun)
    assert rest(connection).count(b"HTTP/1.1 200 ") == begun.count(b"GET")


@pytest.mark.parametrize("before", [b"", b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"])
def test_headers_that_trickle(before: bytes, stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = connect(stack, started(stack, monkeypatch))
    connection.sendall(before)
    assert trickle(connection, b"GET /health HTTP/1.1\r\nX: " + b"x" * 10_000)


@pytest.mark.parametrize("keyless", [True, False])
def test_a_body_that_trickles(keyless: bool, stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = connect(stack, started(stack, monkeypatch, keyless=keyless))
    connection.sendall(b"POST / HTTP/1.1\r\n" + HEADERS + b"Content-Length: 10000\r\n\r\n")
    assert trickle(connection, b" " * 10_000)


def test_answers_that_nobody_reads(stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    port = started(stack, monkeypatch)
    connection = stack.enter_context(socket.socket())
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.connect(("127.0.0.1", port))
    connection.settimeout(30)
    connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 3)
    time.sleep(SHORT * 4)
    assert len(rest(connection)) < 5_000_000  # what was on its way; the rest is not kept for it


def test_whoever_is_quick_is_answered_again_and_again(
    stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connect(stack, started(stack, monkeypatch))
    for _ in range(8):
        connection.sendall(b"POST / HTTP/1.1\r\n" + HEADERS + b"Content-Length: 2\r\n\r\n{}")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
        time.sleep(SHORT / 3)
