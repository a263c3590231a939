"""What is no HTTP, or strange HTTP, on a real socket: an answer that blames the client or a closed connection, and the
server goes on. `serving` sees to it that nothing of it becomes a traceback in the log.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.clients.serving import Server, environment, serving
from tests.clients.wire import SMS_TARGET, Wire

HEADERS = (
    b"Host: 127.0.0.1\r\nX-Amz-Target: " + SMS_TARGET.encode() + b".ListApps\r\n"
    b"Content-Type: application/x-amz-json-1.1\r\n"
)
GOOD = b"POST / HTTP/1.1\r\n" + HEADERS + b"Content-Length: 2\r\n\r\n{}"
CHUNKED = b"POST / HTTP/1.1\r\n" + HEADERS + b"Transfer-Encoding: chunked\r\n\r\n"
HELLO = bytes.fromhex("16030100c8010000c40303") + bytes(range(190))
"""As a client of TLS begins, at a server without."""

PATIENCE = 20.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with serving(folder, "--no-auth", env=environment(folder)) as running:
        yield running


def told(server: Server, *parts: bytes, hang_up: bool = False) -> list[int]:
    """Send bytes, and give the statuses of all that comes back until the server hangs up."""
    host, port = server.url.removeprefix("http://").split(":")
    received = b""
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        try:
            for part in parts:
                connection.sendall(part)
            if hang_up:
                return []
            connection.shutdown(socket.SHUT_WR)
            while some := connection.recv(65_536):
                received += some
        except TimeoutError:
            raise
        except OSError:  # it need not read all of that
            pass
    assert b"Traceback" not in received
    statuses = [int(one) for one in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]
    assert all(status < 500 for status in statuses), received
    return statuses


def goes_on(server: Server) -> None:
    """See that the server answers as ever."""
    wire = Wire(server.url)
    try:
        assert wire.call("ListApps").body == {"apps": []}
    finally:
        wire.close()


CASES: dict[str, tuple[bytes, list[int]]] = {
    "good": (GOOD, [200]),
    "two in one go": (GOOD + GOOD, [200, 200]),
    "good, then nonsense": (GOOD + b"\x00\x01nonsense\r\n\r\n", [400]),
    "HTTP/1.0": (GOOD.replace(b"HTTP/1.1", b"HTTP/1.0"), [200]),
    "nothing": (b"", []),
    "a line": (b"hello\r\n\r\n", [400]),
    "TLS": (HELLO, [400]),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400]),
    "a header without a colon": (GOOD.replace(b"Host:", b"Host"), [400]),
    "a header with a null": (GOOD.replace(b"127.0.0.1", b"127\x00"), [400]),
    "a header of another line": (GOOD.replace(b"Host:", b"X: 1\r\n 2\r\nHost:"), [400]),
    "headers that are too large": (GOOD.replace(b"Host:", b"X: " + b"x" * 40_000 + b"\r\nHost:"), [413]),
    "many headers": (GOOD.replace(b"Host:", b"X: 1\r\n" * 90 + b"Host:"), [200]),
    "too many headers": (GOOD.replace(b"Host:", b"X: 1\r\n" * 9_000 + b"Host:"), [400]),
    "trailers": (CHUNKED + b"2\r\n{}\r\n0\r\nX: 1\r\nX-Amz-Target: nonsense\r\n\r\n", [200]),
    "no length": (GOOD.replace(b"Content-Length: 2\r\n", b""), [400]),
    "a length that is negative": (GOOD.replace(b"Length: 2", b"Length: -2"), [400]),
    "a length that is no number": (GOOD.replace(b"Length: 2", b"Length: two"), [400]),
    "a length that no number holds": (GOOD.replace(b"Length: 2", b"Length: " + b"9" * 30), [400]),
    "two lengths": (GOOD.replace(b"Length: 2", b"Length: 2\r\nContent-Length: 3"), [400]),
    "less than its length": (GOOD.replace(b"Length: 2", b"Length: 3"), []),
    "a body that is too large": (
        GOOD.replace(b"Length: 2\r\n\r\n{}", b"Length: 1100000\r\n\r\n" + b" " * 1_100_000),
        [413],
    ),
    "chunks": (CHUNKED + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", [200]),
    "chunks and a length": (
        CHUNKED.replace(b"Transfer", b"Content-Length: 2\r\nTransfer") + b"0\r\n\r\n",
        [400],
    ),
    "a chunk of no size": (CHUNKED + b"x\r\n{}\r\n0\r\n\r\n", [400]),
    "a chunk that is too large": (CHUNKED + b"fffffffffffffffff\r\n{}", [400]),
    "chunks that are too large": (CHUNKED + b"ffff\r\n" + b" " * 65_535 + b"\r\n" + b"0\r\n\r\n", [400]),
    "another method": (GOOD.replace(b"POST", b"DELETE"), [400]),
    "no method": (GOOD.replace(b"POST", b"NONSENSE"), [400]),
    "a path that is no URL": (GOOD.replace(b"POST /", b"POST \xff\xfe"), [400]),
    "a WebSocket": (GOOD.replace(b"Host:", b"Connection: Upgrade\r\nUpgrade: websocket\r\nHost:"), [400]),
    "a body that is no JSON": (GOOD.replace(b"{}", b"}{"), [400]),
    "a body that is no UTF-8": (GOOD.replace(b"{}", b"\xff\xfe"), [400]),
    "JSON that is too deep": (
        GOOD.replace(b"Length: 2\r\n\r\n{}", b"Length: 200000\r\n\r\n" + b"[" * 200_000),
        [400],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_strange_bytes_are_answered(name: str, server: Server) -> None:
    sent, wanted = CASES[name]
    assert told(server, sent) == wanted
    goes_on(server)


@st.composite
def nearly_good(draw: st.DrawFn) -> list[bytes]:
    """Return a request, or two, that were cut, doubled and scribbled on, in the parts in which they are sent."""
    sent = draw(st.sampled_from([GOOD, GOOD + GOOD, CHUNKED + b"2\r\n{}\r\n0\r\n\r\n", HELLO]))
    for _ in range(draw(st.integers(0, 3))):
        first, last = sorted(draw(st.integers(0, len(sent))) for _ in range(2))
        piece = draw(
            st.binary(max_size=40) | st.sampled_from([b"", b"\r\n", sent[first:last] * 2, b"\x00" * 5_000])
        )
        sent = sent[:first] + piece + sent[last:]
    cuts = sorted(draw(st.lists(st.integers(0, len(sent)), max_size=3)))
    return [sent[first:last] for first, last in zip([0, *cuts], [*cuts, len(sent)], strict=True)]


@given(nearly_good(), st.booleans())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_is_answered_and_the_server_goes_on(
    server: Server, parts: list[bytes], hang_up: bool
) -> None:
    told(server, *parts, hang_up=hang_up)
    goes_on(server)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="Linux shows the open files of a process")
def test_no_connection_stays_open_that_is_over(server: Server) -> None:
    def sockets() -> int:
        """Count them, and not the store's files: a thread opens those when it first asks."""
        return sum(_is_socket(file) for file in Path(f"/proc/{server.process.pid}/fd").iterdir())

    goes_on(server)
    before = sockets()
    for number in range(100):
        told(server, GOOD[: number * 2], hang_up=number % 2 == 0)
    deadline = time.monotonic() + PATIENCE
    while sockets() > before:
        assert time.monotonic() < deadline, sockets()
        time.sleep(0.05)


def _is_socket(file: Path) -> bool:
    try:
        return str(file.readlink()).startswith("socket:")
    except FileNotFoundError:  # closed since it was listed
        return False
