"""What RVTools exports of a vCenter: sheet vInfo has a row a VM, vDisk a row a disk (https://www.robware.net/rvtools).

Applications, waves and tiers stand in custom attributes, if at all: columns between Annotation and Datacenter.
"""

from __future__ import annotations

from collections.abc import Iterable

from smsgen.operations.intake.lists.cells import is_yes
from smsgen.operations.intake.lists.columns import plain_header, unit_of
from smsgen.operations.intake.lists.reader import UNREAD, Meaning, Reader, Values, by_words

SHEET = "vInfo"
DISKS = "vDisk"

_COLUMNS = {
    "VM": Meaning("name"),
    "Template": Meaning("template"),
    "SRM Placeholder": Meaning("placeholder"),
    "CPUs": Meaning("cpus"),
    "Memory": Meaning("memory", "mib"),
    "Disks": Meaning("disks"),
    "Firmware": Meaning("firmware"),
    "Primary IP Address": Meaning("ip"),
    "Datacenter": Meaning("datacenter"),
    "Folder": Meaning("folder"),
    "OS according to the VMware Tools": Meaning("guest"),
    "OS according to the configuration file": Meaning("guest", rank=1),
    "VM ID": Meaning("vmId"),
    "VI SDK Server": Meaning("vmManagerName"),
    "VI SDK UUID": Meaning("vmManagerId"),
}
_BY_PLAIN = {plain_header(name): meaning for name, meaning in _COLUMNS.items()}
_ATTRIBUTES = frozenset({"application", "applicationDescription", "wave", "group", "launchOrder"})


def _meaning(header: str) -> Meaning:
    plain = (
        unit_of(plain_header(header))[0]
        if plain_header(header).startswith("memory")
        else plain_header(header)
    )
    known = _BY_PLAIN.get(plain)
    if known is not None:
        return known
    attribute = by_words(header)
    return attribute if attribute.column in _ATTRIBUTES else UNREAD


def _tells(headers: frozenset[str]) -> bool:
    return "vm" in headers and bool({"powerstate", "visdkuuid", "visdkserver", "template"} & headers)


def _leaves_out(values: Values) -> tuple[str, str]:
    if is_yes(values.get("template", "")):
        return "it is a template", "a template is no server"
    if is_yes(values.get("placeholder", "")):
        return (
            "it is a placeholder of Site Recovery Manager",
            "the server itself is in the other site's export",
        )
    return "", ""


def with_place(values: dict[str, str]) -> dict[str, str]:
    """Return a row of vInfo with what its folder and its vCenter say of the server."""
    folder = "/".join(part for part in ("", values.get("datacenter", ""), values.get("folder", "")) if part)
    name = values.get("name", "")
    return {"vmId": name, "vmManagerType": "VSPHERE", **values, "vmPath": f"/{folder}/{name}"}


def disks_of(rows: Iterable[Values]) -> dict[tuple[str, str], dict[str, str]]:
    """Return vCenter and VM -> what its disks, the rows of vDisk, say of the server."""
    disks: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        known = disks.setdefault(
            (row.get("vmManagerId", ""), row.get("vmId") or row.get("name", "")), {"disks": "0"}
        )
        known["disks"] = str(int(known["disks"]) + 1)
        if is_yes(row.get("raw", "")):
            known["rawDisks"] = "yes"
        if "independent" in row.get("mode", "").lower():
            known["independentDisks"] = "yes"
    return disks


_DISK_COLUMNS = {
    "vm": Meaning("name"),
    "vmid": Meaning("vmId"),
    "visdkuuid": Meaning("vmManagerId"),
    "raw": Meaning("raw"),
    "diskmode": Meaning("mode"),
}


def disk_meaning(header: str) -> Meaning:
    """Return what a column of vDisk means."""
    return _DISK_COLUMNS.get(plain_header(header), UNREAD)


READER = Reader("rvtools", _tells, _meaning, _leaves_out, SHEET, with_place)
