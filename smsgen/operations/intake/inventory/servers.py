"""A row -> a server of an application file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from smsgen.errors import Diagnostic, Location
from smsgen.operations.intake.inventory.cell_checks import SERVER_FIELDS, VM_FIELDS, taken, wrong_with
from smsgen.operations.intake.inventory.shapes import LaunchShape, columns_among, shape_of
from smsgen.operations.intake.lists.listing import ListedRow, cell_left_out

_OWN = (*SERVER_FIELDS, *VM_FIELDS, "privateIpAddress", "logicalId")


class PlannedServer(NamedTuple):
    """A server as its application file is to say it; `values` are those of its row.

    `fields`: of the server itself (serverId, imageId). `vm`: of its vmServer. `shape`: how it is launched. `address`,
    `logical_id`, `wave`: what the list says of them, "" where it says nothing.
    """

    location: Location
    name: str
    values: Mapping[str, str]
    fields: Mapping[str, str]
    vm: Mapping[str, str]
    shape: LaunchShape
    address: str = ""
    logical_id: str = ""
    wave: str = ""


def planned(row: ListedRow) -> tuple[PlannedServer, list[Diagnostic]]:
    """Return the server of a row, and what of the row is not taken."""
    values = row.values
    name = values.get("name") or values.get("fqdn") or values.get("vmId") or ""
    shared = columns_among(tuple(values)).shared
    shape = shape_of(shared, tuple([values[column] for column in shared]))
    complaints = list(shape.complaints)
    own = {}
    for column in _OWN:
        if column in values:
            value, message, hint = taken(column, values[column])
            if message:
                complaints.append((message, hint))
            else:
                own[column] = value
    vm = _vm(name, own, complaints)
    fields = {column: own[column] for column in SERVER_FIELDS if column in own}
    address, logical_id = own.get("privateIpAddress", ""), own.get("logicalId", "")
    wave = values.get("wave") or shape.wave
    server = PlannedServer(row.location, name, values, fields, vm, shape, address, logical_id, wave)
    title = name or values.get("serverId", "")
    return server, [cell_left_out(row.location, f"{title}: {message}", hint) for message, hint in complaints]


def _vm(name: str, own: Mapping[str, Any], complaints: list[tuple[str, str]]) -> dict[str, str]:
    vm = {column: own[column] for column in VM_FIELDS if column in own}
    if name:
        message, hint = wrong_with("vmName", name)
        if message:
            complaints.append((message, hint))
        else:
            vm["vmName"] = name
    return vm
