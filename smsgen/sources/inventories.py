"""The port Inventories: what connectors point to, by their kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from smsgen.errors import ServiceError, SmsgenError
from smsgen.model.replicating.catalog import Connector
from smsgen.operations.ports.disks import DiskFile, ImageFolder, SourceUnreadable
from smsgen.operations.ports.inventories import ConnectorUnreadable, FoundDisk, FoundServer
from smsgen.sources.importable import importable
from smsgen.sources.lists import read_csv, read_rvtools
from smsgen.sources.machine import MachineDisk, MachineImage, machines_in, passes, readers_in
from smsgen.sources.stored import LocalFolder

IMAGES = "images"
VCENTER = "vcenter"
IN_S3 = "s3://"
"""What a connector's location begins with that is no path."""


Buckets = Callable[[Connector], ImageFolder]
"""What opens the folder in S3 that a connector points to; nothing is asked of S3 yet."""

_AT_ONCE = 16
"""Servers that are looked at at once: what stands in S3 is far away."""


class SourceInventories:
    """Folders of images, on this machine and in S3; RVTools exports and CSV files of this machine; vCenters."""

    def __init__(self, buckets: Buckets, secrets: Callable[[str], str]) -> None:
        self._buckets = buckets
        self._secrets = secrets

    def servers(
        self, connector: Connector, *, between: Callable[[], None] = lambda: None
    ) -> tuple[FoundServer, ...]:
        """Return the servers that a connector finds."""
        if connector.kind == IMAGES:
            return _images(connector, self._folder(connector), between)
        if connector.kind == VCENTER:
            from smsgen.sources.vcenter.source import servers_of

            return servers_of(connector, self._secrets, between)
        return _READERS[connector.kind](connector)

    def reads(self, connector: Connector) -> bool:
        """Return whether this machine can read disks of a connector; a bucket is there for all of them."""
        if connector.kind != IMAGES:
            return connector.kind == VCENTER
        return connector.location.startswith(IN_S3) or Path(connector.location).is_dir()

    def disks(self, connector: Connector, vm_id: str) -> tuple[FoundDisk, ...]:
        """Return the disks of a server in a folder of images."""
        if connector.kind == VCENTER:
            from smsgen.sources.vcenter.source import disks_of_server

            return disks_of_server(connector, vm_id, self._secrets)
        try:
            machine = next((one for one in machines_in(self._folder(connector)) if one.name == vm_id), None)
        except SourceUnreadable as error:
            raise ConnectorUnreadable(str(error), hint=error.hint) from None
        if machine is None:
            raise SourceUnreadable(f"there is no server {vm_id} in {connector.location} any more")
        if machine.refused:
            raise SourceUnreadable(f"{vm_id} cannot be read: {machine.refused}")
        return tuple(FoundDisk(disk.name, disk.open, partial(_open_file, disk)) for disk in machine.disks)

    def _folder(self, connector: Connector) -> ImageFolder:
        if connector.location.startswith(IN_S3):
            return self._buckets(connector)
        if not Path(connector.location).is_dir():
            raise ConnectorUnreadable(
                f"there is no folder {connector.location}", hint="check the path, and who may read it"
            )
        return LocalFolder(connector.location)


def _open_file(disk: MachineDisk) -> DiskFile:
    image = disk.open()
    try:
        return importable(image, disk.name)
    except BaseException:
        image.release()
        raise


def _images(
    connector: Connector, folder: ImageFolder, between: Callable[[], None]
) -> tuple[FoundServer, ...]:
    pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="smsgen-catalog")
    try:
        readers = list(readers_in(folder))
        if not readers and connector.location.startswith(IN_S3):
            raise ConnectorUnreadable(
                f"{connector.location} holds neither images nor folders",
                hint="check the bucket and the prefix",
            )
        servers = []
        for server in pool.map(lambda read: _server(connector, read), readers):
            between()
            servers += [server] if server else []
    except (SourceUnreadable, ServiceError) as error:
        raise ConnectorUnreadable(str(error), hint=error.hint) from None
    finally:
        pool.shutdown(cancel_futures=True)
    return tuple(_first_of_each_name(servers))


def _first_of_each_name(servers: list[FoundServer]) -> Iterator[FoundServer]:
    """Yield the servers but for those that are called like one before them: the first by its path counts."""
    names: set[str] = set()
    for server in servers:
        if server.vm_id not in names:
            names.add(server.vm_id)
            yield server


def _server(connector: Connector, read: Callable[[], MachineImage]) -> FoundServer | None:
    machine = read()
    return _found(connector, machine) if machine.disks or machine.refused else None


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
            if passes(error):
                raise
            return str(error)
    return ""


_READERS: dict[str, Callable[[Connector], tuple[FoundServer, ...]]] = {
    "rvtools": read_rvtools,
    "csv": read_csv,
}
"""Kind of a connector -> what reads its file."""
