"""The port of what connectors find: servers, and the disks of those that can be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from smsgen.errors import SmsgenError
from smsgen.model.replicating.catalog import Connector
from smsgen.operations.ports.disks import DiskFile, DiskSource


class ConnectorUnreadable(SmsgenError):
    """What a connector points to cannot be read: it is missing, forbidden, or not what it should be."""


class FoundServer(NamedTuple):
    """A server as one connector has it.

    `readable`: its disks can be read through this connector. `refused`: why it cannot be replicated at all ("": nothing
    is known against it). `disks` is how many it has, 0 where that is not known.
    """

    vm_manager_id: str
    vm_id: str
    vm_name: str = ""
    vm_manager_name: str = ""
    vm_manager_type: str = ""
    vm_path: str = ""
    guest: str = ""
    firmware: str = ""
    disks: int = 0
    readable: bool = False
    refused: str = ""
    application: str = ""
    group: str = ""


class FoundDisk(NamedTuple):
    """A disk of a server: its name, and what opens it, or it as a file (both raise SourceUnreadable and BadImage)."""

    name: str
    open: Callable[[], DiskSource]
    open_file: Callable[[], DiskFile]


class Inventories(Protocol):
    """What stands behind connectors."""

    def servers(
        self, connector: Connector, *, between: Callable[[], None] = lambda: None
    ) -> tuple[FoundServer, ...]:
        """Return the servers that a connector finds; raises ConnectorUnreadable.

        `between` is called now and then: what it raises ends the reading.
        """

    def reads(self, connector: Connector) -> bool:
        """Return whether this machine can read disks of a connector: whether its folder is there."""

    def disks(self, connector: Connector, vm_id: str) -> tuple[FoundDisk, ...]:
        """Return a server's disks, the one it boots from first; raises ConnectorUnreadable and SourceUnreadable."""
