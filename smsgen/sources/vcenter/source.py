"""What stands behind a connector to a vCenter: its servers, and the disks of one that is powered off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from smsgen.model.replicating.catalog import Connector
from smsgen.operations.ports.disks import DiskSource, Extent, SourceChanged, SourceUnreadable
from smsgen.operations.ports.inventories import ConnectorUnreadable, FoundDisk, FoundServer
from smsgen.sources.disk_image import DiskImage, open_stored
from smsgen.sources.importable import made_up
from smsgen.sources.vcenter.catalog import VirtualDisk, datacenter_of, read_catalog, virtual_disks
from smsgen.sources.vcenter.datastore import Datastores, path_of
from smsgen.sources.vcenter.session import Secrets, VcenterSession, missing_privileges, session_of

OFF = "poweredOff"


def servers_of(
    connector: Connector, secrets: Secrets, between: Callable[[], None] = lambda: None
) -> tuple[FoundServer, ...]:
    """Return the servers of a vCenter; raises ConnectorUnreadable, where privileges are missing, too."""
    with session_of(connector, secrets) as session:
        missing = missing_privileges(session)
        if missing:
            words = (
                f"the account {connector.user} lacks privileges in {connector.location}: {', '.join(missing)}"
            )
            raise ConnectorUnreadable(words, hint="grant them at the root, and let them propagate")
        return read_catalog(session, connector, between)


def disks_of_server(connector: Connector, vm_id: str, secrets: Secrets) -> tuple[FoundDisk, ...]:
    """Return the disks of a VM; raises ConnectorUnreadable, and SourceUnreadable where it runs or cannot be read."""
    with session_of(connector, secrets) as session:
        machine = _machine(session, vm_id)
        _require_off(machine, vm_id)
        disks = virtual_disks(machine.config.hardware.device)
    refused = "; ".join(disk.refused for disk in disks if disk.refused)
    if refused:
        raise SourceUnreadable(f"{vm_id} cannot be read: {refused}")

    return tuple(_found(disk, partial(open_disk, connector, vm_id, disk, secrets)) for disk in disks)


def _found(disk: VirtualDisk, opened: Callable[[], DiskSource]) -> FoundDisk:
    return FoundDisk(disk.label, opened, lambda: made_up(opened(), disk.label))


def open_disk(connector: Connector, vm_id: str, disk: VirtualDisk, secrets: Secrets) -> PoweredOffDisk:
    """Return a disk of a VM that is powered off; release it at the end."""
    place = path_of(disk.file, _off(connector, vm_id, secrets))
    stores = Datastores(connector, secrets)
    try:
        image = open_stored(stores.open(place), "VMDK", lambda name: stores.open(place.beside(name)))
    except BaseException:
        stores.close()
        raise
    return PoweredOffDisk(image, stores, lambda: _off(connector, vm_id, secrets))


def _off(connector: Connector, vm_id: str, secrets: Secrets) -> str:
    """Return the datacenter of a VM; raises SourceUnreadable where the VM is not powered off."""
    with session_of(connector, secrets) as session:
        machine = _machine(session, vm_id)
        _require_off(machine, vm_id)
        return datacenter_of(session, machine)


class PoweredOffDisk:
    """A disk of a VM that is powered off; see `operations.ports.disks.DiskSource`. It is always read in full."""

    def __init__(self, image: DiskImage, stores: Datastores, require_off: Callable[[], object]) -> None:
        self._image = image
        self._stores = stores
        self._require_off = require_off
        self.size = image.size

    @property
    def mark(self) -> str:
        """Return what tells this state of the disk from any other."""
        return self._image.mark

    def allocated(self) -> Iterator[Extent]:
        """Yield where the disk may hold something."""
        return self._image.allocated()

    def changed(self, since: str) -> Iterator[Extent] | None:
        """Return None: a datastore does not tell what has changed."""
        return self._image.changed(since)

    def read(self, start: int, length: int) -> bytes:
        """Return exactly so many bytes."""
        return self._image.read(start, length)

    def check(self) -> None:
        """Raise SourceChanged where the VM was powered on, or a file of the disk was written."""
        try:
            self._require_off()
        except SourceUnreadable as error:
            raise SourceChanged("the disk", str(error)) from None
        self._image.check()

    def release(self) -> None:
        """Close what was opened; a second time does nothing."""
        self._image.release()
        self._stores.close()


def _machine(session: VcenterSession, vm_id: str) -> Any:
    from pyVmomi import vim, vmodl

    machine = vim.VirtualMachine(vm_id, session.content.rootFolder._stub)
    try:
        machine.runtime.powerState  # noqa: B018 - whether it is there shows when it is asked
    except vmodl.fault.ManagedObjectNotFound:
        raise SourceUnreadable(
            f"there is no VM {vm_id} any more", hint="import the catalog again (`smsgen servers --import`)"
        ) from None
    return machine


def _require_off(machine: Any, vm_id: str) -> None:
    state = str(machine.runtime.powerState)
    if state != OFF:
        raise SourceUnreadable(
            f"the VM {vm_id} ({machine.name}) is {state}, and the disks of a VM that runs are locked",
            hint="power it off, or connect images of its disks; reading running VMs (VDDK) is not done yet",
        )
