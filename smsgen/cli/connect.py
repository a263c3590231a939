"""smsgen connect: configure a source of servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import put, say
from smsgen.cli.aws_options import add_aws_options, aws_settings, bucket_and_prefix
from smsgen.cli.store_options import add_store_option, store_url
from smsgen.errors import SmsgenError, UsageError

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  smsgen connect images /exports/vms                 a folder of images, OVAs, and folders that hold a server each
  smsgen connect images s3://exports/vms --profile storage    the same, below a prefix of a bucket
  smsgen connect rvtools inventory.xlsx              or the ZIP of RVTools' CSV files; xlsx needs smsgen[inventory]
  smsgen connect csv servers.csv                     columns: docs/replication.md
  smsgen connect vcenter vcenter.example.com --user migrator@vsphere.local --secret env:VCENTER_PASSWORD
  smsgen connect images /exports/vms --vm-manager-id 6c1b1d6c-0c2d-4c0e-9d6a-3c5ad2a0f1aa

A connector is looked at now, and read whole by ImportServerCatalog (`smsgen servers --import`). Servers that several
connectors find are one where vmManagerId and vmId are the same: an inventory names them, images give their disks.
The connector's id goes to stdout. DisassociateConnector forgets it.
"""

KINDS = ("images", "rvtools", "csv", "vcenter")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=KINDS, help="what it is")
    parser.add_argument(
        "location",
        metavar="DIR|FILE|s3://BUCKET/PREFIX|HOST",
        help="where it is: on the machine that serves, images in S3, or a vCenter",
    )
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
    vcenter = parser.add_argument_group("vcenter")
    vcenter.add_argument("--user", help="who signs in to it")
    vcenter.add_argument(
        "--secret",
        metavar="REFERENCE",
        help="where the password is, on each machine that serves: env:NAME, file:PATH or secretsmanager:ID",
    )
    vcenter.add_argument(
        "--ca-file", metavar="FILE", help="authority of its certificate, PEM (default: the system's)"
    )
    vcenter.add_argument(
        "--thumbprint", metavar="HEX", help="SHA-256 of its certificate, in place of an authority"
    )
    parser.add_argument(
        "--role-arn", metavar="ARN", help="role that is assumed to read images in S3; kept with the connector"
    )
    add_aws_options(parser)


def run(args: argparse.Namespace) -> int:
    from uuid import NAMESPACE_URL, uuid5

    from smsgen import wiring
    from smsgen.model.replicating.catalog import Connector
    from smsgen.operations.ports.inventories import ConnectorUnreadable
    from smsgen.operations.replication.catalog import connect

    location, url = _location(args)
    connector = Connector(
        "",
        args.kind,
        location,
        args.vm_manager_id or str(uuid5(NAMESPACE_URL, url)),
        args.vm_manager_name or location,
        args.vm_manager_type,
        software=_version(),
        profile=args.profile or "",
        role_arn=args.role_arn or "",
        user=args.user or "",
        secret=args.secret or "",
        ca_file=_absolute(args.ca_file),
        thumbprint=(args.thumbprint or "").replace(":", "").lower(),
    )
    try:
        found = wiring.inventories(aws_settings(args)).servers(connector)
    except ConnectorUnreadable as error:
        raise SmsgenError(str(error), hint=error.hint) from None
    if args.kind == "vcenter" and found:
        connector = connector._replace(vm_manager_id=args.vm_manager_id or found[0].vm_manager_id)
    store = wiring.store(store_url(args))
    try:
        kept = connect(wiring.kept(store), connector)
    finally:
        store.close()
    say(f"{location}: {len(found)} servers; `smsgen servers --import` reads them into the catalog")
    put(f"{kept.connector_id}\n")
    return 0


def _location(args: argparse.Namespace) -> tuple[str, str]:
    """Return where the source is, and the URL that stands for it; raises UsageError."""
    from pathlib import Path

    if args.kind == "vcenter":
        return _vcenter(args)
    if args.user or args.secret or args.ca_file or args.thumbprint:
        raise UsageError("--user, --secret, --ca-file and --thumbprint are for a vCenter")
    if args.location.startswith("s3://") and args.kind == "images":
        bucket, prefix = bucket_and_prefix(args.location)
        if not bucket:
            raise UsageError(f"{args.location} names no bucket", hint="write s3://BUCKET/PREFIX")
        location = f"s3://{bucket}/{prefix.strip('/')}".rstrip("/")
        return location, location
    if "://" in args.location:
        raise UsageError(f"{args.location} is no path", hint="copy it to this machine, or mount it")
    if args.profile or args.role_arn:
        raise UsageError(f"{args.location} is not in S3, and needs no credentials of AWS")
    location = str(Path(args.location).resolve())
    return location, f"file://{location}"


def _vcenter(args: argparse.Namespace) -> tuple[str, str]:
    import re

    from smsgen.cli.urls import is_origin
    from smsgen.local.secrets import check_reference

    location = args.location.removeprefix("https://").rstrip("/").removesuffix("/sdk")
    if not is_origin(f"https://{location}"):
        raise UsageError(
            "a vCenter is given by its host", hint="vcenter.example.com, or vcenter.example.com:8443"
        )
    if not args.user or not args.secret:
        raise UsageError("a vCenter needs --user and --secret", hint="--secret env:VCENTER_PASSWORD")
    check_reference(args.secret)
    if args.thumbprint and not re.fullmatch(r"([0-9a-f]{2}:?){32}", args.thumbprint.lower()):
        raise UsageError("--thumbprint is no SHA-256", hint="64 hexadecimal digits, with or without colons")
    if args.ca_file and args.thumbprint:
        raise UsageError("--ca-file and --thumbprint contradict each other", hint="give one of them")
    return location, f"https://{location}"


def _absolute(path: str | None) -> str:
    from pathlib import Path

    return str(Path(path).resolve()) if path else ""


def _version() -> str:
    from importlib.metadata import version

    return f"smsgen {version('smsgen')}"
