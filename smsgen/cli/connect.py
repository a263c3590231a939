"""smsgen connect: configure a source of servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import put, say
from smsgen.cli.store_options import add_store_option, store_url
from smsgen.errors import SmsgenError, UsageError

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  smsgen connect images /exports/vms                 a folder of images, OVAs, and folders that hold a server each
  smsgen connect rvtools inventory.xlsx              or the ZIP of RVTools' CSV files; xlsx needs smsgen[inventory]
  smsgen connect csv servers.csv                     columns: docs/replication.md
  smsgen connect images /exports/vms --vm-manager-id 6c1b1d6c-0c2d-4c0e-9d6a-3c5ad2a0f1aa

A connector is looked at now, and read whole by ImportServerCatalog (`smsgen servers --import`). Servers that several
connectors find are one where vmManagerId and vmId are the same: an inventory names them, images give their disks.
The connector's id goes to stdout. DisassociateConnector forgets it.
"""

KINDS = ("images", "rvtools", "csv")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=KINDS, help="what it is")
    parser.add_argument("location", metavar="DIR|FILE", help="where it is, on the machine that serves")
    parser.add_argument(
        "--vm-manager-id", metavar="ID", help="of servers that do not say it (default: of the path)"
    )
    parser.add_argument(
        "--vm-manager-name", metavar="NAME", help="of servers that do not say it (default: the path)"
    )
    parser.add_argument(
        "--vm-manager-type",
        choices=("VSPHERE", "SCVMM", "HYPERV-MANAGER"),
        default="VSPHERE",
        help="of servers that do not say it (default: %(default)s)",
    )
    add_store_option(parser)


def run(args: argparse.Namespace) -> int:
    from pathlib import Path
    from uuid import NAMESPACE_URL, uuid5

    from smsgen import wiring
    from smsgen.model.replicating.catalog import Connector
    from smsgen.operations.ports.inventories import ConnectorUnreadable
    from smsgen.operations.replication.catalog import connect

    if "://" in args.location:
        raise UsageError(f"{args.location} is no path", hint="copy it to this machine, or mount it")
    location = str(Path(args.location).resolve())
    connector = Connector(
        "",
        args.kind,
        location,
        args.vm_manager_id or str(uuid5(NAMESPACE_URL, f"file://{location}")),
        args.vm_manager_name or location,
        args.vm_manager_type,
        software=_version(),
    )
    try:
        found = wiring.inventories().servers(connector)
    except ConnectorUnreadable as error:
        raise SmsgenError(str(error), hint=error.hint) from None
    store = wiring.store(store_url(args))
    try:
        kept = connect(wiring.kept(store), connector)
    finally:
        store.close()
    say(f"{location}: {len(found)} servers; `smsgen servers --import` reads them into the catalog")
    put(f"{kept.connector_id}\n")
    return 0


def _version() -> str:
    from importlib.metadata import version

    return f"smsgen {version('smsgen')}"
