"""The port Inventories: what connectors point to, by their kinds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from smsgen.errors import SmsgenError
from smsgen.model.replicating.catalog import Connector
from smsgen.operations.ports.disks import SourceUnreadable
from smsgen.operations.ports.inventories import ConnectorUnreadable, FoundDisk, FoundServer
from smsgen.sources.csv_inventory import read_csv
from smsgen.sources.machine import MachineImage, machines_in
from smsgen.sources.rvtools import read_rvtools


class LocalInventories:
    """Folders of images, RVTools exports and CSV files of this machine."""

    def servers(self, connector: Connector) -> tuple[FoundServer, ...]:
        """Return the servers that a connector finds."""
        return _READERS[connector.kind](connector)

    def disks(self, connector: Connector, vm_id: str) -> tuple[FoundDisk, ...]:
        """Return the disks of a server in a folder of images."""
        machine = next((one for one in _machines(connector) if one.name == vm_id), None)
        if machine is None:
            raise SourceUnreadable(f"there is no server {vm_id} in {connector.location} any more")
        if machine.refused:
            raise SourceUnreadable(f"{vm_id} cannot be read: {machine.refused}")
        return tuple(FoundDisk(disk.name, disk.open) for disk in machine.disks)


def _images(connector: Connector) -> tuple[FoundServer, ...]:
    seen: set[str] = set()
    servers = []
    for machine in _machines(connector):
        if machine.name in seen:
            continue  # two that are called the same: the first by its path counts
        seen.add(machine.name)
        servers.append(_found(connector, machine))
    return tuple(servers)


def _found(connector: Connector, machine: MachineImage) -> FoundServer:
    refused = machine.refused or _unreadable(machine)
    return FoundServer(
        connector.vm_manager_id,
        machine.name,
        machine.name,
        connector.vm_manager_name,
        connector.vm_manager_type,
        f"{connector.location}/{machine.name}",
        machine.guest,
        machine.firmware,
        len(machine.disks),
        readable=not refused,
        refused=refused,
    )


def _unreadable(machine: MachineImage) -> str:
    """Return why a disk of a server cannot be read, as its own reader says, "" where all can."""
    for disk in machine.disks:
        try:
            disk.open().release()
        except SmsgenError as error:
            return str(error)
    return ""


def _machines(connector: Connector) -> tuple[MachineImage, ...]:
    if not Path(connector.location).is_dir():
        raise ConnectorUnreadable(
            f"there is no folder {connector.location}", hint="check the path, and who may read it"
        )
    try:
        return tuple(machines_in(connector.location))
    except SourceUnreadable as error:
        raise ConnectorUnreadable(str(error), hint=error.hint) from None


def _exports(connector: Connector) -> tuple[FoundServer, ...]:
    return read_rvtools(connector.location)


def _csv(connector: Connector) -> tuple[FoundServer, ...]:
    return read_csv(connector.location, connector)


_READERS: dict[str, Callable[[Connector], tuple[FoundServer, ...]]] = {
    "images": _images,
    "rvtools": _exports,
    "csv": _csv,
}
"""Kind of a connector -> what reads it."""

KINDS = tuple(_READERS)
