"""Lists of servers as the programs of this world write them, with their quirks: for tests and benchmarks.

`estate` makes up servers; each writer gives the bytes of a list of them.
"""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class Machine(NamedTuple):
    """A server that somebody has."""

    name: str
    application: str
    wave: str
    tier: str
    cpus: int
    memory: int  # MiB
    guest: str
    address: str
    vm_id: str
    vcenter: str = "4e1b3a52-0d0f-4b7e-9f53-6b1a4c7f2a10"

    @property
    def windows(self) -> bool:
        return "Windows" in self.guest


TIERS = ("database", "app", "web")
GUESTS = (
    "Red Hat Enterprise Linux 8 (64-bit)",
    "Microsoft Windows Server 2019 (64-bit)",
    "Ubuntu Linux (64-bit)",
)


def estate(count: int, *, applications: int | None = None, seed: int = 1) -> list[Machine]:
    """Make up so many servers: the same ones for the same numbers."""
    draw = random.Random(seed)
    many = applications or max(count // 20, 1)
    machines = []
    for number in range(count):
        app = number % many
        tier = TIERS[number // many % 3]
        machines.append(
            Machine(
                f"{tier[:3]}{number:05}",
                f"Application {app:04}",
                f"Wave {1 + app % 9}",
                tier,
                draw.choice((1, 2, 4, 8, 16)),
                draw.choice((2, 4, 8, 16, 24, 64)) * 1024,
                draw.choice(GUESTS),
                f"10.{number // 65536}.{number // 256 % 256}.{number % 256}",
                f"vm-{1000 + number}",
            )
        )
    return machines


# --- CSV ------------------------------------------------------------------------------------------------------------


def csv_bytes(
    rows: Iterable[Sequence[object]], *, separator: str = ",", encoding: str = "utf-8", newline: str = "\r\n"
) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=newline).writerows(rows)
    return out.getvalue().encode(encoding)


def mgn_rows(machines: Iterable[Machine]) -> list[list[object]]:
    """MGN's export: a row a server, what is shared said in each; columns of interfaces and tags are numbered."""
    header = [
        *("mgn:account-id", "mgn:region", "mgn:wave:name", "mgn:wave:description", "mgn:app:name"),
        *(
            "mgn:app:description",
            "mgn:app:tag:CostCenter",
            "mgn:server:user-provided-id",
            "mgn:server:platform",
        ),
        *("mgn:server:fqdn-for-action-framework", "mgn:server:tag:tier", "mgn:launch:instance-type"),
        *(
            "mgn:launch:nic:0:subnet-id",
            "mgn:launch:nic:0:security-group-id:0",
            "mgn:launch:nic:0:private-ip:0",
        ),
        *("mgn:launch:nic:1:subnet-id", "mgn:launch:placement:tenancy", "mgn:launch:volume:/dev/sda:type"),
        *("mgn:launch:tag:instance:Owner", "mgn:launch:transfer-server-tags"),
    ]
    rows: list[list[object]] = [list(header)]
    for machine in machines:
        rows.append(
            [
                *("123456789012", "eu-central-1", machine.wave, "", machine.application, ""),
                *(
                    "4711",
                    machine.name,
                    "WINDOWS" if machine.windows else "LINUX",
                    f"{machine.name}.corp.example",
                ),
                *(
                    machine.tier,
                    "m6i.large",
                    "subnet-0a1b2c3d4e5f60718",
                    "sg-0a1b2c3d4e5f60718",
                    machine.address,
                ),
                *("", "default", "gp3", "ops", "true"),
            ]
        )
    return rows


def cmf_rows(machines: Iterable[Machine]) -> list[list[object]]:
    header = ",".join(
        [
            "wave_name,app_name,aws_accountid,aws_region,server_name,server_os_family,server_os_version",
            "server_fqdn,r_type,server_tier,subnet_IDs,securitygroup_IDs,instanceType,tenancy,tags",
        ]
    ).split(",")
    rows: list[list[object]] = [list(header)]
    for machine in machines:
        rows.append(
            [
                *(machine.wave, machine.application, "123456789012", "eu-central-1", machine.name),
                *(
                    "windows" if machine.windows else "linux",
                    machine.guest,
                    f"{machine.name}.corp.example",
                    "Rehost",
                ),
                *(machine.tier, "subnet-0a1b2c3d4e5f60718", "sg-0a1b2c3d4e5f60718;sg-0a1b2c3d4e5f60719"),
                *("m6i.large", "Shared", "Owner=ops;CostCenter=4711"),
            ]
        )
    return rows


def migration_hub_rows(machines: Iterable[Machine]) -> list[list[object]]:
    header = ",".join(
        [
            "ExternalId,IPAddress,HostName,VMware.MoRefId,VMware.VCenterId,CPU.NumberOfProcessors",
            "CPU.NumberOfLogicalCores,OS.Name,OS.Version,VMware.VMName,RAM.TotalSizeInMB",
            "RAM.UsedSizeInMB.Avg,Applications,ApplicationWave,Tags",
        ]
    ).split(",")
    rows: list[list[object]] = [list(header)]
    for machine in machines:
        rows.append(
            [
                *(f"ext-{machine.vm_id}", machine.address, f"{machine.name}.corp.example", machine.vm_id),
                *(machine.vcenter, 1, machine.cpus, machine.guest, "", machine.name, machine.memory, ""),
                *(machine.application, machine.wave, f"tier:{machine.tier}, zone:1"),
            ]
        )
    return rows


GERMAN = (
    "Rechnername",
    "Anwendung",
    "Welle",
    "Ebene",
    "Kerne",
    "Arbeitsspeicher (GB)",
    "Betriebssystem",
    "IP-Adresse",
)
JAPANESE = ("サーバ名", "システム名", "移行ウェーブ", "役割", "コア数", "メモリ(GB)", "OS名", "IPアドレス")
ENGLISH = (
    "Server Name",
    "Application",
    "Wave",
    "Tier",
    "vCPUs",
    "RAM (GB)",
    "Operating System",
    "IP Address",
)


def plain_rows(machines: Iterable[Machine], header: Sequence[str] = ENGLISH) -> list[list[object]]:
    """A list as people keep it; Germans write decimal commas."""
    comma = "," if header == GERMAN else "."
    rows: list[list[object]] = [list(header)]
    for machine in machines:
        memory = f"{machine.memory / 1024:.1f}".replace(".", comma)
        rows.append(
            [
                *(machine.name, machine.application, machine.wave, machine.tier, machine.cpus, memory),
                *(machine.guest, machine.address),
            ]
        )
    return rows


# --- RVTools --------------------------------------------------------------------------------------------------------


def rvtools_sheets(machines: Iterable[Machine], *, unit: str = "MiB") -> dict[str, list[list[object]]]:
    """The sheets of an export, with a template, a placeholder, and custom attributes before Datacenter."""
    info: list[list[object]] = [
        [
            *(
                "VM",
                "Powerstate",
                "Template",
                "SRM Placeholder",
                "Config status",
                "DNS Name",
                "CPUs",
                "Memory",
            ),
            *(
                "NICs",
                "Disks",
                f"Total disk capacity {unit}",
                "Primary IP Address",
                "Network #1",
                "Resource pool",
            ),
            *(
                "Folder",
                f"Provisioned {unit}",
                "Firmware",
                "Path",
                "Annotation",
                "Application",
                "Wave",
                "Tier",
            ),
            *("Datacenter", "Cluster", "Host", "OS according to the configuration file"),
            *("OS according to the VMware Tools", "VM ID", "VM UUID", "VI SDK Server", "VI SDK UUID"),
        ]
    ]
    disks: list[list[object]] = [
        ["VM", "Disk", f"Capacity {unit}", "Raw", "Disk Mode", "VM ID", "VI SDK UUID"]
    ]
    for machine in machines:
        info.append(
            [
                *(machine.name, "poweredOn", "False", "False", "green", f"{machine.name}.corp.example"),
                *(machine.cpus, machine.memory, 1, 2, 204_800, machine.address, "VLAN 10", "/DC1/pool"),
                *(machine.application, 204_800, "efi" if machine.windows else "bios"),
                *(f"[ds1] {machine.name}/{machine.name}.vmx", "made by ops\nsee wiki", machine.application),
                *(machine.wave, machine.tier, "DC1", "C1", "esx01.corp.example", machine.guest, ""),
                *(machine.vm_id, f"uuid-{machine.vm_id}", "vc01.corp.example", machine.vcenter),
            ]
        )
        disks += [
            [machine.name, f"Hard disk {at}", 102_400, "False", "persistent", machine.vm_id, machine.vcenter]
            for at in (1, 2)
        ]
    template = [*info[1]]
    template[0], template[2], template[27] = "tmpl-rhel8", "True", "vm-1"
    return {"vInfo": [*info, template], "vDisk": disks, "vHost": [["Host", "Datacenter"], ["esx01", "DC1"]]}


def zip_bytes(sheets: Mapping[str, Iterable[Sequence[object]]], *, name: str = "RVTools_tab{}.csv") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet, rows in sheets.items():
            archive.writestr(name.format(sheet), csv_bytes(rows, encoding="utf-8-sig"))
    return out.getvalue()


def xlsx_bytes(
    sheets: Mapping[str, Iterable[Sequence[object]]],
    *,
    hidden: Iterable[str] = (),
    merged: Mapping[str, Iterable[str]] | None = None,
) -> bytes:
    """A workbook; `merged`: sheet -> ranges such as B2:B5, of which the first cell keeps its value."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for area in (merged or {}).get(name, ()):
            sheet.merge_cells(area)
        if name in hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
