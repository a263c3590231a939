"""The import template of AWS Migration Hub and Application Discovery Service, and the EC2 recommendations it exports.

https://docs.aws.amazon.com/application-discovery/latest/userguide/discovery-import.html
"""

from __future__ import annotations

from smsgen.operations.intake.lists.columns import plain_header
from smsgen.operations.intake.lists.reader import Meaning, Reader, named, takes_all

_COLUMNS = {
    "ExternalId": Meaning("externalId"),
    "IPAddress": Meaning("ip"),
    "HostName": Meaning("name", rank=1),
    "VMware.VMName": Meaning("name"),
    "VMware.MoRefId": Meaning("vmId"),
    "VMware.VCenterId": Meaning("vmManagerId"),
    "VMware.vCenterName": Meaning("vmManagerName"),
    "VMware.vmFolderPath": Meaning("vmPath"),
    "CPU.NumberOfLogicalCores": Meaning("cpus"),
    "CPU.NumberOfCores": Meaning("cpus", rank=1),
    "CPU.NumberOfProcessors": Meaning("cpus", rank=2),
    "RAM.TotalSizeInMB": Meaning("memory", "mib"),
    "OS.Name": Meaning("guest"),
    "Applications": Meaning("applications"),
    "ApplicationWave": Meaning("wave"),
    "Tags": Meaning("tags"),
    "Recommendation.EC2.Instance.Model": Meaning("instanceType"),
}
_TELLING = frozenset(map(plain_header, ("Applications", "RAM.TotalSizeInMB", "OS.Name", "ExternalId")))
_NAMING = frozenset(map(plain_header, ("HostName", "VMware.VMName", "VMware.MoRefId", "ExternalId")))


def _plain(header: str) -> str:
    """Return a header by what counts of it; the exported recommendations write `Server.` before most of them."""
    return plain_header(header.strip().removeprefix("Server."))


def _tells(headers: frozenset[str]) -> bool:
    bare = {header.removeprefix("server") for header in headers} | headers
    dotted = {"vmwaremorefid", "vmwarevmname", "ramtotalsizeinmb", "cpunumberofprocessors", "applicationwave"}
    return bool(bare & _NAMING) and bool(bare & _TELLING) and bool(bare & dotted)


READER = Reader(
    "migration-hub",
    _tells,
    named({plain_header(name): meaning for name, meaning in _COLUMNS.items()}, _plain),
    takes_all,
)
