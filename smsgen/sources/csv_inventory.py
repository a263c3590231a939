"""An inventory as CSV, with documented columns (docs/replication.md): one row a server."""

from __future__ import annotations

import csv
import io
import os
import stat
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from smsgen.model.replicating.catalog import Connector
from smsgen.operations.ports.inventories import ConnectorUnreadable, FoundServer

LONGEST = 64 << 20
COLUMNS = (
    "vmId",
    "vmName",
    "vmManagerId",
    "vmManagerName",
    "vmManagerType",
    "vmPath",
    "guest",
    "firmware",
    "disks",
    "rawDisks",
    "independentDisks",
    "application",
    "group",
)
"""vmId is needed; all others may be left out or empty. Capitals do not count."""

TYPES = ("VSPHERE", "SCVMM", "HYPERV-MANAGER")


def read_csv(path: str, connector: Connector) -> tuple[FoundServer, ...]:
    """Return the servers of a CSV file; raises ConnectorUnreadable with the line of what is wrong.

    What a row does not say of its VM manager is the connector's.
    """
    rows = csv.reader(io.StringIO(read_text(path)), strict=True)
    try:
        return tuple(_servers(rows, path, connector))
    except csv.Error as error:
        raise ConnectorUnreadable(f"{path}:{rows.line_num}: {error}", hint="export it as CSV again") from None


def read_text(path: str) -> str:
    """Return the text of a file of at most 64 MiB, UTF-8 with or without a mark; raises ConnectorUnreadable."""
    try:
        with open_regular(path) as file:
            content = file.read(LONGEST + 1)
        if len(content) > LONGEST:
            raise ConnectorUnreadable(f"{path} is larger than {LONGEST >> 20} MiB")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise ConnectorUnreadable(f"cannot read {path}: {error.strerror}", hint="check the path") from None
    except UnicodeDecodeError:
        raise ConnectorUnreadable(f"{path} is not UTF-8", hint="save it as CSV UTF-8") from None


def open_regular(path: str) -> BinaryIO:
    """Return a file opened for reading; raises OSError, and ConnectorUnreadable for what is no regular file.

    A pipe that nobody writes to is not waited for, and a device has no end.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise ConnectorUnreadable(f"{path} is not a regular file", hint="copy what it gives into a file")


def _servers(rows: Iterator[list[str]], path: str, connector: Connector) -> Iterator[FoundServer]:
    known = {column.lower(): column for column in COLUMNS}
    names = [known.get(name.strip().lower(), "") for name in next(rows, [])]
    if "vmId" not in names:
        raise ConnectorUnreadable(f"{path}:1: there is no column vmId", hint=f"columns: {', '.join(COLUMNS)}")
    for number, row in enumerate(rows, 2):
        values = {name: value.strip() for name, value in zip(names, row, strict=False) if name}
        if any(row):
            yield _server(values, f"{path}:{number}", connector)


def _server(values: Mapping[str, str], place: str, connector: Connector) -> FoundServer:
    if not values.get("vmId"):
        raise ConnectorUnreadable(f"{place}: vmId is empty", hint="each server has one")
    kind = values.get("vmManagerType", "").upper() or connector.vm_manager_type
    if kind not in TYPES:
        raise ConnectorUnreadable(
            f"{place}: vmManagerType is {kind!r}", hint=f"it is one of {', '.join(TYPES)}"
        )
    return FoundServer(
        values.get("vmManagerId") or connector.vm_manager_id,
        values["vmId"],
        values.get("vmName") or values["vmId"],
        values.get("vmManagerName") or connector.vm_manager_name,
        kind,
        values.get("vmPath", ""),
        values.get("guest", ""),
        values.get("firmware", "").upper(),
        number_of(values.get("disks", ""), place, "disks"),
        refused=refused_for(
            raw=yes(values.get("rawDisks", "")), independent=yes(values.get("independentDisks", ""))
        ),
        application=values.get("application", ""),
        group=values.get("group", ""),
    )


def refused_for(*, raw: bool, independent: bool) -> str:
    """Return why a server with such disks is not replicated (SMS User Guide, "Requirements"), "" where it is."""
    if raw:
        return "a disk of it is a raw device map"
    return "a disk of it is independent: it is in no snapshot" if independent else ""


def yes(text: str) -> bool:
    """Whether a cell says yes."""
    return text.strip().lower() in ("true", "yes", "1", "x")


def number_of(text: str, place: str, name: str) -> int:
    """Return the number in a cell, 0 for an empty one; raises ConnectorUnreadable."""
    if not text.strip():
        return 0
    try:
        return int(float(text.replace(",", "")))
    except (ValueError, OverflowError):
        raise ConnectorUnreadable(f"{place}: {name} is {text!r}, and no number") from None
