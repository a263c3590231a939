"""What a stranger can do to a server with nothing but sockets: little memory is taken, and /health answers meanwhile.

Budgets are generous, for a machine that does other things, too: without the limits each of them is missed many times.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from smsgen.server.http.sockets import MOST_HEADERS, MOST_UNANSWERED
from tests.clients.serving import KEY_ID, Server, environment, serving
from tests.clients.wire import SMS_TARGET, Wire

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="Linux shows the memory of a process"
)

MEGABYTES = 80.0
"""That a server may take on top of what it has when it is idle."""

HEALTH_SECONDS = 5.0

HEADERS = (
    b"Host: 127.0.0.1\r\nX-Amz-Target: " + SMS_TARGET.encode() + b".ListApps\r\n"
    b"Content-Type: application/x-amz-json-1.1\r\n"
)
CLAIMED = (
    HEADERS
    + b"X-Amz-Date: 20260131T120000Z\r\nAuthorization: AWS4-HMAC-SHA256 Credential="
    + KEY_ID.encode()
    + b"/20260131/eu-central-1/sms/aws4_request, SignedHeaders=host;x-amz-date, Signature=0\r\n"
)
"""A signature of years ago, or not even one."""


@pytest.fixture
def signed(tmp_path: Path) -> Iterator[Server]:
    """A server that wants signatures."""
    with serving(tmp_path, "--workers", "0", env=environment(tmp_path)) as running:
        yield running


@pytest.fixture
def unsigned(tmp_path: Path) -> Iterator[Server]:
    """A server that lets in everybody on this machine."""
    with serving(tmp_path, "--no-auth", "--workers", "0", env=environment(tmp_path)) as running:
        yield running


def address(server: Server) -> tuple[str, int]:
    host, port = server.url.rpartition("/")[2].split(":")
    return host, int(port)


def connected(server: Server, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(address(server), timeout=30, source_address=(source, 0))


def megabytes(server: Server) -> float:
    """Return the most memory that a server has held."""
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


@contextmanager
def within_budget(server: Server, *, memory: float = MEGABYTES) -> Iterator[None]:
    """Ask for /health all the time, from another address, and see that it answers in time and memory stays small."""
    before, over = megabytes(server), threading.Event()
    seconds: list[float] = []
    answers: list[int | OSError] = []

    def ask() -> None:
        while not over.is_set():
            began = time.monotonic()
            try:
                answers.append(health(server, "127.0.0.9"))
            except OSError as error:
                answers.append(error)
            seconds.append(time.monotonic() - began)
            over.wait(0.1)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield
    finally:
        over.set()
        asking.join()
    assert answers == [200] * len(answers)
    assert max(seconds) < HEALTH_SECONDS
    assert megabytes(server) - before < memory


def health(server: Server, source: str = "127.0.0.1") -> int:
    with connected(server, source) as asking:
        asking.settimeout(60)
        asking.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: asking.recv(4_096), b""))
    return int(answer.split()[1])


def push(connections: Sequence[socket.socket], content: bytes, seconds: float = 30.0) -> int:
    """Send to all connections at once what they take of `content`, each from its beginning; give how many hung up."""
    selector, lost = selectors.DefaultSelector(), 0
    for one in connections:
        one.setblocking(False)
        selector.register(one, selectors.EVENT_WRITE, [0])
    end = time.monotonic() + seconds
    while selector.get_map() and time.monotonic() < end:
        for key, _ in selector.select(0.5):
            one, sent = key.fileobj, key.data
            assert isinstance(one, socket.socket)
            try:
                sent[0] += one.send(content[sent[0] : sent[0] + 262_144])
            except BlockingIOError:
                continue
            except OSError:
                lost += 1
                sent[0] = len(content)
            if sent[0] >= len(content):
                selector.unregister(one)
    selector.close()
    return lost


def received(connection: socket.socket) -> bytes:
    """Return all that comes until the server hangs up."""
    connection.settimeout(30)
    content = b""
    try:
        while some := connection.recv(65_536):
            content += some
    except ConnectionError:
        pass
    return content


# --- Bytes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", [b"a: b\r\n", b"x" * 65_536])
def test_trailers_without_end_are_not_kept(unsigned: Server, line: bytes) -> None:
    head = b"POST / HTTP/1.1\r\n" + HEADERS + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
    with within_budget(unsigned), connected(unsigned) as connection:
        connection.sendall(head)
        time.sleep(0.5)  # until its body is waited for
        assert push([connection], line * (20_000_000 // len(line))) == 1


def test_trailers_are_no_headers(unsigned: Server) -> None:
    target = b"X-Amz-Target: " + SMS_TARGET.encode() + b".ListApps\r\n"
    body = b"2\r\n{}\r\n0\r\n" + target + b"\r\n"
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.1\r\n"
    with connected(unsigned) as connection:
        connection.sendall(head + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + body)
        answer = received(connection)
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"UnknownOperationException" in answer


def test_chunks_that_are_nothing_but_framing_are_cut_off(unsigned: Server) -> None:
    head = b"POST / HTTP/1.1\r\n" + HEADERS + b"Transfer-Encoding: chunked\r\n\r\n1;"
    with within_budget(unsigned), connected(unsigned) as connection:
        assert push([connection], head + b"e" * 20_000_000) == 1


def test_chunks_of_one_byte_do_not_silence_the_server(unsigned: Server) -> None:
    head = b"POST / HTTP/1.1\r\n" + HEADERS + b"Transfer-Encoding: chunked\r\n\r\n"
    with within_budget(unsigned), ExitStack() as stack:
        connections = [stack.enter_context(connected(unsigned)) for _ in range(4)]
        push(connections, head + b"1\r\n \r\n" * 1_000_000)


@pytest.mark.parametrize("part", [b"x" * 65_536, b"X: 1\r\n" * 10_000], ids=["one", "many"])
def test_headers_without_end_are_cut_off(signed: Server, part: bytes) -> None:
    with within_budget(signed), ExitStack() as stack:
        connections = [stack.enter_context(connected(signed)) for _ in range(20)]
        content = b"POST / HTTP/1.1\r\n" + part * (10_000_000 // len(part))
        assert push(connections, content) == len(connections)


def test_as_many_headers_as_a_client_needs_and_no_more(unsigned: Server) -> None:
    def status(count: int) -> bytes:
        head = b"POST / HTTP/1.1\r\n" + HEADERS + b"Content-Length: 2\r\nConnection: close\r\n"
        with connected(unsigned) as connection:
            connection.sendall(head + b"X: 1\r\n" * (count - 5) + b"\r\n{}")
            return received(connection).split()[1]

    assert status(MOST_HEADERS) == b"200"
    assert status(MOST_HEADERS + 1) == b"400"


# --- Pipelining -------------------------------------------------------------------------------------------------


def test_requests_in_a_row_do_not_silence_the_server(signed: Server) -> None:
    request = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    with within_budget(signed), ExitStack() as stack:
        connections = [stack.enter_context(connected(signed)) for _ in range(20)]
        push(connections, request * (250_000 // len(request)), seconds=60)
        assert health(signed) == 200


def test_so_many_requests_may_wait_for_their_answers_and_no_more(unsigned: Server) -> None:
    request = b"POST / HTTP/1.1\r\n" + HEADERS + b"Content-Length: 2\r\n\r\n{}"
    last = request.replace(b"Host:", b"Connection: close\r\nHost:")
    with connected(unsigned) as connection:
        connection.sendall(request * (MOST_UNANSWERED - 1) + last)
        assert received(connection).count(b"HTTP/1.1 200 ") == MOST_UNANSWERED
    with connected(unsigned) as connection:
        connection.sendall(request * (MOST_UNANSWERED + 1))
        answers = received(connection)
    assert answers.count(b"HTTP/1.1 200 ") == 0
    assert answers.startswith(b"HTTP/1.1 400 ")


# --- Bodies -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [HEADERS, CLAIMED, CLAIMED.replace(KEY_ID.encode(), b"AKIANOBODY")])
def test_a_strangers_body_is_not_waited_for(signed: Server, headers: bytes) -> None:
    with connected(signed) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\n" + headers + b"Content-Length: 1048576\r\n\r\n")
        connection.settimeout(10)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 400 ")


def test_a_refused_request_may_be_followed_by_another(signed: Server) -> None:
    head = b"POST / HTTP/1.1\r\n" + HEADERS + b"Content-Length: 200000\r\n\r\n"
    with connected(signed) as connection:
        connection.sendall(head)
        answer = b""
        while b"MissingAuthenticationTokenException" not in answer:
            some = connection.recv(65_536)
            assert some, answer
            answer += some
        connection.sendall(b" " * 200_000 + b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert received(connection).startswith(b"HTTP/1.1 200 ")


def test_a_large_body_that_is_refused_is_not_let_pass(signed: Server) -> None:
    head = b"POST / HTTP/1.1\r\n" + HEADERS + b"Content-Length: 1000000\r\n\r\n"
    with connected(signed) as connection:
        connection.sendall(head)
        answer = received(connection)  # to the end
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"MissingAuthenticationTokenException" in answer


def test_whoever_waits_for_a_100_is_told_at_once(signed: Server) -> None:
    head = b"POST / HTTP/1.1\r\n" + HEADERS + b"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n"
    with connected(signed) as connection:
        connection.sendall(head)
        answer = received(connection)  # to the end: the body was not sent, so that nothing can follow it
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_bodies_that_never_end_take_a_bounded_part_of_the_memory(unsigned: Server) -> None:
    head = b"POST / HTTP/1.1\r\n" + HEADERS + b"Content-Length: 1048576\r\n\r\n"
    with within_budget(unsigned, memory=200), ExitStack() as stack:
        connections = [stack.enter_context(connected(unsigned)) for _ in range(600)]
        push(connections, head + b" " * 1_048_575, seconds=20)


def test_strangers_bodies_take_no_memory(signed: Server) -> None:
    head = b"POST / HTTP/1.1\r\n" + HEADERS + b"Content-Length: 1048576\r\n\r\n"
    with within_budget(signed), ExitStack() as stack:
        connections = [stack.enter_context(connected(signed)) for _ in range(600)]
        push(connections, head + b" " * 1_048_575, seconds=20)


# --- Connections ------------------------------------------------------------------------------------------------


def test_more_connections_than_descriptors(tmp_path: Path) -> None:
    env = environment(tmp_path)
    with serving(tmp_path, "--workers", "0", env=env, open_files=200) as server:
        with within_budget(server), ExitStack() as stack:
            for number in range(1_000):
                one = stack.enter_context(connected(server, f"127.0.1.{number % 50 + 1}"))
                if number % 2:
                    one.sendall(b"POST / HTTP/1.1\r\n")
            time.sleep(3)
            assert health(server) == 200
        assert len(server.log.read_text().splitlines()) < 30


def test_one_address_has_a_part_of_the_connections(tmp_path: Path) -> None:
    options = ("--max-connections", "40", "--max-connections-per-address", "10", "--workers", "0")
    with serving(tmp_path, *options, env=environment(tmp_path)) as server, ExitStack() as stack:
        mine = Wire(server.url)
        stack.callback(mine.close)
        assert mine.call("ListApps").status == 200
        many = [stack.enter_context(connected(server, "127.0.0.2")) for _ in range(50)]
        assert health(server, "127.0.0.2") == 200  # whoever waits longest for nothing makes room
        deadline = time.monotonic() + 30
        while sum(is_open(one) for one in many) > 10:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert mine.call("ListApps").status == 200  # on the connection that it had


def is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def test_handshakes_that_never_end_make_room(tmp_path: Path, certificate: Path) -> None:
    tls = ("--tls-cert", certificate, "--tls-key", certificate.parent / "key.pem")
    options = (*tls, "--max-connections", "50", "--max-connections-per-address", "50", "--workers", "0")
    trusting = ssl.create_default_context(cafile=str(certificate))
    with serving(tmp_path, *options, env=environment(tmp_path)) as server, ExitStack() as stack:
        for number in range(200):
            one = stack.enter_context(connected(server, f"127.0.1.{number % 50 + 1}"))
            if number % 2:
                one.sendall(bytes.fromhex("1603010200010001fc0303"))
        began = time.monotonic()
        with urllib.request.urlopen(server.url + "/health", context=trusting, timeout=60) as answer:
            assert answer.status == 200
        assert time.monotonic() - began < HEALTH_SECONDS
