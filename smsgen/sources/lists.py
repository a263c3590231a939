"""Lists of servers as connectors have them: an RVTools export, or CSV, read as `smsgen import-inventory` reads them."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import BinaryIO

from smsgen.errors import InvalidInput, SmsgenError
from smsgen.model.fields import VM_SERVER
from smsgen.model.kinds import Choice
from smsgen.model.replicating.catalog import Connector
from smsgen.operations.intake.lists.cells import is_yes, whole_number
from smsgen.operations.intake.lists.listing import ListedRow, Listing
from smsgen.operations.intake.lists.reading import ListOptions, read_list
from smsgen.operations.intake.lists.sheets import LARGEST
from smsgen.operations.ports.inventories import ConnectorUnreadable, FoundServer

_MOST_DISKS = 10_000


def read_rvtools(connector: Connector) -> tuple[FoundServer, ...]:
    """Return the VMs of an export, templates apart; raises ConnectorUnreadable."""
    listing = _listing(connector.location, "rvtools")
    return tuple(_server(row, connector) for row in listing.rows)


def read_csv(connector: Connector) -> tuple[FoundServer, ...]:
    """Return the servers of a list; raises ConnectorUnreadable with the line of what is wrong.

    What a row does not say of its VM manager is the connector's.
    """
    listing = _listing(connector.location, "csv")
    return tuple(_server(row, connector) for row in listing.rows)


def _listing(path: str, kind: str) -> Listing:
    try:
        with _open_regular(path) as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise ConnectorUnreadable(f"cannot read {path}: {error.strerror}", hint="check the path") from None
    if len(content) > LARGEST:
        raise ConnectorUnreadable(f"{path} is larger than {LARGEST >> 20} MiB")
    try:
        return read_list(content, path, ListOptions(kind))
    except InvalidInput as error:
        problem = error.diagnostics[0]
        where = f"{problem.location.file}:{problem.location.line}" if problem.location else path
        raise ConnectorUnreadable(f"{where}: {problem.message}", hint=problem.hint) from None
    except SmsgenError as error:
        raise ConnectorUnreadable(str(error), hint=error.hint) from None


def _open_regular(path: str) -> BinaryIO:
    """Return a file opened for reading; raises OSError, and ConnectorUnreadable for what is no regular file.

    A pipe that nobody writes to is not waited for, and a device has no end.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise ConnectorUnreadable(f"{path} is not a regular file", hint="copy what it gives into a file")


def _server(row: ListedRow, connector: Connector) -> FoundServer:
    values, place = row.values, f"{row.location.file}:{row.location.line}"
    if "vmId" not in values:
        raise ConnectorUnreadable(f"{place}: vmId is empty", hint="each server has one, in a column vmId")
    return FoundServer(
        values.get("vmManagerId") or connector.vm_manager_id,
        values["vmId"],
        values.get("name") or values["vmId"],
        values.get("vmManagerName") or connector.vm_manager_name,
        _manager_type(values, place, connector),
        values.get("vmPath", ""),
        values.get("guest", ""),
        values.get("firmware", "").upper(),
        _disks(values, place),
        refused=_refused(values),
        application=values.get("application", ""),
        group=values.get("group", ""),
    )


def _manager_type(values: Mapping[str, str], place: str, connector: Connector) -> str:
    kind = values.get("vmManagerType", "").upper() or connector.vm_manager_type
    allowed = VM_SERVER.fields["vmManagerType"].kind
    if isinstance(allowed, Choice) and kind not in allowed.values:
        hint = f"it is one of {', '.join(allowed.values)}"
        raise ConnectorUnreadable(f"{place}: vmManagerType is {kind!r}", hint=hint)
    return kind


def _disks(values: Mapping[str, str], place: str) -> int:
    text = values.get("disks", "0")
    number = whole_number(text, most=_MOST_DISKS)
    if number is None:
        raise ConnectorUnreadable(f"{place}: disks is {text!r}, and no number of them") from None
    return number


def _refused(values: Mapping[str, str]) -> str:
    """Return why a server with such disks is not replicated (SMS User Guide, "Requirements"), "" where it is."""
    if is_yes(values.get("rawDisks", "")):
        return "a disk of it is a raw device map"
    if is_yes(values.get("independentDisks", "")):
        return "a disk of it is independent: it is in no snapshot"
    return ""
