"""The VMs of a vCenter, by its PropertyCollector in pages: no call for each VM, however many there are.

https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/vmodl.query.PropertyCollector.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from smsgen.model.replicating.catalog import MOST_VOLUMES, Connector
from smsgen.operations.ports.inventories import FoundServer
from smsgen.sources.vcenter.session import VcenterSession

PAGE = 500
"""VMs in an answer, at most."""

_PROPERTIES = (
    "name",
    "parent",
    "parentVApp",
    "config.template",
    "config.firmware",
    "config.guestFullName",
    "config.hardware.device",
    "config.keyId",
    "runtime.connectionState",
)


class VirtualDisk(NamedTuple):
    """A disk of a VM. `file`: `[datastore] folder/name.vmdk`; `refused`: why it cannot be read, "" where it can."""

    label: str
    file: str
    bytes: int
    refused: str = ""


def read_catalog(
    session: VcenterSession, connector: Connector, between: Callable[[], None] = lambda: None
) -> tuple[FoundServer, ...]:
    """Return the VMs of a vCenter, templates left out; `between` is called after each page."""
    from pyVmomi import vim

    parents = {**_parents(session, vim.Folder, between), **_parents(session, vim.Datacenter, between)}
    servers = []
    for key, values in _collected(session, vim.VirtualMachine, _PROPERTIES, between):
        if not values.get("config.template"):
            servers.append(_server(session, connector, key, values, parents))
    return tuple(servers)


def datacenter_of(session: VcenterSession, machine: Any) -> str:
    """Return the inventory path of the datacenter that a VM is in, as paths of datastores want it."""
    from pyVmomi import vim

    def nothing() -> None:
        """Do nothing between pages."""

    folders, centers = _parents(session, vim.Folder, nothing), _parents(session, vim.Datacenter, nothing)
    parent, names = machine.parent, list[str]()
    while parent is not None and parent._moId in {**folders, **centers}:
        known = centers.get(parent._moId) or folders[parent._moId]
        if names or parent._moId in centers:
            names.append(str(known["name"]))
        parent = known.get("parent")
    return "/".join(reversed(names))


def virtual_disks(devices: Any) -> tuple[VirtualDisk, ...]:
    """Return the disks among a VM's devices, in the order of their controllers and units: as it boots."""
    from pyVmomi import vim

    disks = [one for one in devices or () if isinstance(one, vim.vm.device.VirtualDisk)]
    disks.sort(key=lambda disk: (disk.controllerKey or 0, disk.unitNumber or 0))
    return tuple(_disk(disk) for disk in disks)


def _disk(disk: Any) -> VirtualDisk:
    from pyVmomi import vim

    backing, label = disk.backing, disk.deviceInfo.label if disk.deviceInfo else f"disk {disk.key}"
    size = disk.capacityInBytes or (disk.capacityInKB or 0) * 1024
    refused = ""
    if isinstance(backing, vim.vm.device.VirtualDisk.RawDiskMappingVer1BackingInfo):
        refused = f"{label} is a raw device mapping"
    elif str(getattr(backing, "diskMode", "")).startswith("independent"):
        refused = f"{label} is an independent disk, which no snapshot holds"
    return VirtualDisk(label, str(getattr(backing, "fileName", "")), int(size), refused)


def _server(
    session: VcenterSession,
    connector: Connector,
    key: str,
    values: Mapping[str, Any],
    parents: Mapping[str, Mapping[str, Any]],
) -> FoundServer:
    disks = virtual_disks(values.get("config.hardware.device"))
    refused = _refusal(values, disks)
    return FoundServer(
        session.manager_id,
        key,
        str(values.get("name", "")),
        connector.vm_manager_name,
        "VSPHERE",
        _path(values, parents),
        str(values.get("config.guestFullName") or ""),
        "EFI" if values.get("config.firmware") == "efi" else "BIOS",
        len(disks),
        readable=not refused,
        refused=refused,
    )


def _refusal(values: Mapping[str, Any], disks: tuple[VirtualDisk, ...]) -> str:
    """Return why a VM cannot be replicated, all reasons at once (SMS User Guide, "Requirements"); "" where it can."""
    state = str(values.get("runtime.connectionState", "connected"))
    reasons = [disk.refused for disk in disks if disk.refused]
    if state != "connected":
        reasons.append(f"the VM is {state}")
    if values.get("config.keyId") is not None:
        reasons.append("the VM is encrypted")
    if not disks:
        reasons.append("the VM has no disks")
    if len(disks) > MOST_VOLUMES:
        reasons.append(f"the VM has {len(disks)} disks, and at most {MOST_VOLUMES} are replicated")
    return "; ".join(reasons)


def _path(values: Mapping[str, Any], parents: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what SMS calls vmPath: the folders from the datacenter down to the VM."""
    names = [str(values.get("name", ""))]
    parent = values.get("parent")
    while parent is not None and len(names) < 100:
        known = parents.get(parent._moId)
        if known is None:
            break
        names.append(str(known.get("name", "")))
        parent = known.get("parent")
    return "/" + "/".join(reversed(names))


def _parents(
    session: VcenterSession, kind: Any, between: Callable[[], None]
) -> Mapping[str, Mapping[str, Any]]:
    """Return id -> name and parent of all folders, or all datacenters."""
    return dict(_collected(session, kind, ("name", "parent"), between))


def _collected(
    session: VcenterSession, kind: Any, properties: tuple[str, ...], between: Callable[[], None]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield id and properties of everything of a kind."""
    from pyVmomi import vim, vmodl

    query = vmodl.query.PropertyCollector
    view = session.content.viewManager.CreateContainerView(session.content.rootFolder, [kind], True)
    try:
        into = query.TraversalSpec(name="view", path="view", skip=False, type=vim.view.ContainerView)
        spec = query.FilterSpec(
            objectSet=[query.ObjectSpec(obj=view, skip=True, selectSet=[into])],
            propSet=[query.PropertySpec(type=kind, pathSet=list(properties))],
        )
        collector = session.content.propertyCollector
        page = collector.RetrievePropertiesEx([spec], query.RetrieveOptions(maxObjects=PAGE))
        while page is not None:
            for found in page.objects:
                yield found.obj._moId, {each.name: each.val for each in found.propSet}
            between()
            page = collector.ContinueRetrievePropertiesEx(page.token) if page.token else None
    finally:
        view.Destroy()
