"""Connections that stay open, that break, that go through a proxy, and whose certificate nobody trusts."""

from __future__ import annotations

import gc
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path

import pytest

from smsgen.aws.clients import AwsSettings, Clients
from smsgen.aws.ebs.connections import EndpointConnections, ca_bundle
from smsgen.aws.ebs.disks import EbsSnapshots
from smsgen.errors import ServiceError
from tests.servers.certificate import certificate

__all__ = ["certificate"]

Serve = Callable[[socket.socket], None]
CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\nX-A: b\r\n\r\n{}"


class Server:
    """Accepts connections, and hands each to a function; keeps what the requests began with."""

    def __init__(
        self, serve: Callable[[Server, socket.socket], None], tls: ssl.SSLContext | None = None
    ) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.heads: list[str] = []
        self.connections = 0
        self._serve = serve
        self._tls = tls
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection: socket.socket) -> None:
        try:
            with self._tls.wrap_socket(connection, server_side=True) if self._tls else connection as stream:
                self._serve(self, stream)
        except OSError:
            connection.close()

    def read(self, stream: socket.socket) -> bool:
        """Read a request, its body too; give whether there was one."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = stream.recv(65_536)
            if not piece:
                return False
            data += piece
        head, _, rest = data.partition(b"\r\n\r\n")
        self.heads.append(head.decode())
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        left = int(lengths[0].partition(b":")[2]) - len(rest) if lengths else 0
        while left > 0:
            left -= len(stream.recv(left))
        return True

    def close(self) -> None:
        self._socket.close()


def answers(server: Server, stream: socket.socket) -> None:
    while server.read(stream):
        stream.sendall(CREATED)


def answers_once(server: Server, stream: socket.socket) -> None:
    server.read(stream)
    stream.sendall(CREATED)


def says_close(server: Server, stream: socket.socket) -> None:
    server.read(stream)
    stream.sendall(CREATED.replace(b"X-A: b", b"Connection: close"))


def says_nothing(server: Server, stream: socket.socket) -> None:
    server.read(stream)


@pytest.fixture
def serving() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def serve(how: Callable[[Server, socket.socket], None], tls: ssl.SSLContext | None = None) -> Server:
        servers.append(Server(how, tls))
        return servers[-1]

    yield serve
    for server in servers:
        server.close()


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_a_connection_serves_one_request_after_another(serving: Callable[..., Server]) -> None:
    server = serving(answers)
    connections = EndpointConnections(f"http://127.0.0.1:{server.port}", "")
    for _ in range(3):
        answer = connections.put("/x", {"A": "b"}, b"body")
        assert (answer.status, answer.headers["x-a"], answer.body) == (201, "b", b"{}")
    assert server.connections == 1
    del connections
    gc.collect()  # closes them: pytest turns a socket that is left open into an error


@pytest.mark.parametrize("how", [answers_once, says_nothing])
def test_a_connection_that_breaks_is_an_error_once_and_a_new_one_follows(
    how: Serve, serving: Callable[..., Server]
) -> None:
    server = serving(how)
    connections = EndpointConnections(f"http://127.0.0.1:{server.port}", "")
    failures = 0
    for _ in range(4):
        try:
            connections.put("/x", {}, b"body")
        except (OSError, HTTPException):
            failures += 1
    assert failures == (2 if how is answers_once else 4)
    assert server.connections >= 2


def test_a_server_that_says_close_is_connected_to_again(serving: Callable[..., Server]) -> None:
    server = serving(says_close)
    connections = EndpointConnections(f"http://127.0.0.1:{server.port}", "")
    assert [connections.put("/x", {}, b"").status for _ in range(3)] == [201, 201, 201]
    assert server.connections == 3


def server_tls(certificate: Path) -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, certificate.with_name("key.pem"))
    return tls


def tunnels(server: Server, stream: socket.socket) -> None:
    """A proxy: CONNECT, then bytes to and fro."""
    server.read(stream)
    host, _, port = server.heads[-1].split()[1].rpartition(":")
    with socket.create_connection((host, int(port))) as onward:
        stream.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        back = threading.Thread(target=pipe, args=(onward, stream), daemon=True)
        back.start()
        pipe(stream, onward)


def pipe(one: socket.socket, other: socket.socket) -> None:
    try:
        while data := one.recv(65_536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def test_tls_goes_through_a_proxy_with_its_password(
    certificate: Path, serving: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, proxy = serving(answers, server_tls(certificate)), serving(tunnels)
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:pass%20word@127.0.0.1:{proxy.port}")
    connections = EndpointConnections(f"https://127.0.0.1:{server.port}", str(certificate))
    assert [connections.put("/x", {}, b"y").status for _ in range(2)] == [201, 201]
    assert proxy.connections == 1
    assert proxy.heads[0].startswith(f"CONNECT 127.0.0.1:{server.port} ")
    assert "Proxy-Authorization: Basic dXNlcjpwYXNzIHdvcmQ=" in proxy.heads[0]
    assert "Proxy-Authorization" not in server.heads[0]


def test_without_tls_a_proxy_is_told_the_whole_url(
    serving: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serving(answers)
    monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{proxy.port}")
    assert EndpointConnections("http://ebs.example:8000", "").put("/x", {}, b"y").status == 201
    assert proxy.heads[0].startswith("PUT http://ebs.example:8000/x ")


def test_a_certificate_that_nobody_trusts_is_an_error_in_one_sentence(
    certificate: Path, serving: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serving(answers, server_tls(certificate))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    clients = Clients(AwsSettings(region="eu-central-1", endpoint_url=f"https://127.0.0.1:{server.port}"))
    with pytest.raises(ServiceError, match="TLS connection to AWS failed") as raised:
        EbsSnapshots(clients).put("snap-1", 0, b"x", b"y" * 32)
    assert type(raised.value) is ServiceError  # trying again would not help
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    trusting = Clients(clients.settings)
    assert ca_bundle(trusting.session) == str(certificate)
    EbsSnapshots(trusting).put("snap-1", 0, b"x", b"y" * 32)
