"""The connections of a server: how many there may be, and who makes room for the next one.

A flood is most of all connections that wait: for the end of a TLS handshake, for a request, for the next one. Where
there are too many, the one that has waited longest is closed for the one that comes, so that who asks something is
answered during a flood too. Only where all are at work is the next one refused.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from itertools import count
from typing import NamedTuple

_log = logging.getLogger("smsgen.connections")

HANDSHAKE_SECONDS = 20.0
"""For a TLS handshake."""

SHUTDOWN_SECONDS = 5.0
"""For the end of TLS, which the other side must answer."""

_PAUSE = 1.0
"""Seconds after which connections are taken again, where the system has refused one."""


class ConnectionLimits(NamedTuple):
    """How many connections there may be at a time: in all, and from one address (of IPv6: from one /64)."""

    total: int = 512
    per_address: int = 256


def limits_within(open_files: int, total: int | None, per_address: int | None) -> ConnectionLimits:
    """Return the limits that are wanted (None: the default), as far as `open_files` (RLIMIT_NOFILE) allows.

    Half of the files stay for the store, for AWS and for what Python opens.
    """
    most = min(total or ConnectionLimits().total, max(1, open_files // 2))
    return ConnectionLimits(most, min(per_address or max(1, most // 2), most))


class Connection:
    """One connection, as `Connections` counts it. `close` ends it at once."""

    def __init__(self, connections: Connections, address: str) -> None:
        self.address = address
        self.close: Callable[[], object] = lambda: None
        self._connections = connections

    def wait(self) -> None:
        """Note that nothing is under way on it from now on."""
        self._connections.note(self, waiting=True)

    def work(self) -> None:
        """Note that a request is under way on it."""
        self._connections.note(self, waiting=False)

    def leave(self) -> None:
        """Note that it is over; as often as you like."""
        self._connections.forget(self)


class Connections:
    """All connections that are open, as many as `limits` allow. For one event loop."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self._open: set[Connection] = set()
        self._waiting: dict[Connection, None] = {}
        self._of_address: Counter[str] = Counter()

    def enter(self, host: str) -> Connection | None:
        """Count a connection from an address, which is waiting; give None where it must be refused."""
        address = _counted_as(host)
        if self._of_address[address] >= self.limits.per_address and not self._make_room(address):
            return None
        if len(self._open) >= self.limits.total and not self._make_room():
            return None
        entered = Connection(self, address)
        self._open.add(entered)
        self._of_address[address] += 1
        self._waiting[entered] = None
        return entered

    def note(self, connection: Connection, *, waiting: bool) -> None:
        """Note whether a connection waits; the one that has waited longest is the first of them."""
        self._waiting.pop(connection, None)
        if waiting and connection in self._open:
            self._waiting[connection] = None

    def forget(self, connection: Connection) -> None:
        """Count a connection no longer."""
        if connection not in self._open:
            return
        self._open.remove(connection)
        self._waiting.pop(connection, None)
        self._of_address[connection.address] -= 1
        if not self._of_address[connection.address]:
            del self._of_address[connection.address]

    def _make_room(self, address: str = "") -> bool:
        """Close the connection that has waited longest, of an address or of all; give False where none waits."""
        for connection in self._waiting:
            if not address or connection.address == address:
                self.forget(connection)
                connection.close()
                return True
        return False


class Listener:
    """Takes connections from a socket. What uvicorn wants of an asyncio.Server: `close` and `wait_closed`.

    asyncio's own server knows no limit, and where no descriptor is left it says so thousands of times a second.
    `serve` makes the protocol of a connection.
    """

    def __init__(
        self,
        listening: socket.socket,
        connections: Connections,
        serve: Callable[[Connection], asyncio.Protocol],
        tls: ssl.SSLContext | None,
    ) -> None:
        self._listening = listening
        self._connections = connections
        self._serve = serve
        self._tls = tls
        self._entering: set[asyncio.Task[None]] = set()
        listening.setblocking(False)
        self._taking = asyncio.get_running_loop().create_task(self._take())

    def close(self) -> None:
        """Take no more connections, and let go of those that are not served yet."""
        self._taking.cancel()
        for task in self._entering:
            task.cancel()

    async def wait_closed(self) -> None:
        """Return once no connection is between being taken and being served."""
        while self._entering:
            await asyncio.wait(self._entering)

    async def _take(self) -> None:
        loop = asyncio.get_running_loop()
        # Who asks waits for all that came before, so that many are taken at once; but it takes a new one some rounds of
        # the loop to be heard, and in so many it must not have to make room.
        at_once = max(1, self._connections.limits.total // 16)
        for taken in count(1):
            try:
                accepted, address = await loop.sock_accept(self._listening)
            except ConnectionError:  # it has gone already
                continue
            except OSError as error:
                _log.warning("no connection can be taken: %s", error.strerror)
                await asyncio.sleep(_PAUSE)
                continue
            connection = self._connections.enter(address[0])
            if connection is None:
                accepted.close()
                _log.warning("connections are refused: as many as there may be are at work")
            else:
                self._begin(accepted, connection)
            if taken % at_once == 0:
                await asyncio.sleep(0)  # those that are open have their turn, too

    def _begin(self, accepted: socket.socket, connection: Connection) -> None:
        task = asyncio.get_running_loop().create_task(self._enter(accepted, connection))

        def drop() -> None:
            task.cancel()
            accepted.close()

        connection.close = drop
        self._entering.add(task)
        task.add_done_callback(self._entering.discard)

    async def _enter(self, accepted: socket.socket, connection: Connection) -> None:
        task = asyncio.current_task()
        if task is not None:
            connection.close = task.cancel  # from here on, the socket is the transport's
        times = (HANDSHAKE_SECONDS, SHUTDOWN_SECONDS) if self._tls else (None, None)
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: self._serve(connection),
                accepted,
                ssl=self._tls,
                ssl_handshake_timeout=times[0],
                ssl_shutdown_timeout=times[1],
            )
        except (OSError, asyncio.CancelledError):  # no TLS, too slow, gone, or it had to make room
            connection.leave()


def _counted_as(host: str) -> str:
    """Return what an address counts as: who has one of IPv6 has all of its network."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    return str(address.ipv4_mapped or (int(address) >> 64))
