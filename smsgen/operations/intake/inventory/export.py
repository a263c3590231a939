"""Use case: application files -> one list of their servers as CSV, which `import-inventory` reads back.

A server's row says what its file says of it, defaults of its group and its application included. Its logical id is in
it, so that who renames a server in the list does not rename its instance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from smsgen.compiler.resolve import ResolvedServer, resolve
from smsgen.model.app import App
from smsgen.model.launch_fields import LAUNCH
from smsgen.model.load import load
from smsgen.operations.intake.lists.csv_out import csv_text
from smsgen.operations.ports.protocols import Files
from smsgen.text.source import MAX_BYTES

_SERVER_COLUMNS = (
    *(
        "application",
        "applicationDescription",
        "group",
        "launchOrder",
        "name",
        "serverId",
        "vmId",
        "vmManagerId",
    ),
    *("vmManagerName", "vmManagerType", "vmPath", "imageId", "logicalId"),
)
_LAUNCH_COLUMNS = (
    *(
        "subnet",
        "ec2KeyName",
        "instanceType",
        "iamInstanceProfileName",
        "privateIpAddress",
        "availabilityZone",
    ),
    *("tenancy", "platform", "ebsOptimized", "monitoring", "stateful"),
)
_SAID_OTHERWISE = frozenset({"logicalId", "securityGroup", "securityGroups", "tags"})


class ExportedList(NamedTuple):
    """A list as CSV, and what the files say that no column of it does, in one sentence each."""

    text: str
    notes: tuple[str, ...]


def export_inventory(paths: Iterable[str], files: Files) -> ExportedList:
    """Return the servers of application files as a list; raises InvalidInput and SmsgenError."""
    rows: list[dict[str, str]] = []
    notes: list[str] = []
    for path in paths:
        app = load(files.read(path, max_bytes=MAX_BYTES), path).app
        servers = resolve(app)
        rows += [_row(app, server) for server in servers]
        unsaid = sorted({name for server in servers for name in _unsaid(server)})
        notes += [f"{path}: not in the list: {', '.join(unsaid)}"] if unsaid else []
    columns = _columns(rows)
    table = ([row.get(column, "") for column in columns] for row in rows)
    return ExportedList(csv_text([columns, *table]), tuple(notes))


def _columns(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Return the columns that any row has: ours in their order, then those of tags."""
    there = {column for row in rows for column in row}
    fixed = [*_SERVER_COLUMNS, "securityGroups", *_LAUNCH_COLUMNS, "tags"]
    needed = [column for column in fixed if column in there or column in ("application", "name")]
    return [*needed, *sorted(there - set(fixed))]


def _row(app: App, server: ResolvedServer) -> dict[str, str]:
    vm, address = server.server.vm_server, server.server.vm_server.vm_server_address
    values = {
        "application": app.name,
        "applicationDescription": app.description,
        "group": server.group.name,
        "launchOrder": str(server.launch_order),
        "name": vm.vm_name,
        "serverId": server.server.server_id,
        "vmId": address.vm_id,
        "vmManagerId": address.vm_manager_id,
        "vmManagerName": vm.vm_manager_name,
        "vmManagerType": vm.vm_manager_type,
        "vmPath": vm.vm_path,
        "imageId": server.server.image_id,
        "logicalId": server.logical_id,
        **dict(_launch_values(server)),
        **{f"appTag:{tag.key}": tag.value for tag in app.tags},
    }
    return {column: text for column, text in values.items() if text}


def _launch_values(server: ResolvedServer) -> Iterator[tuple[str, str]]:
    launch = server.launch
    groups = launch.security_groups or ((launch.security_group,) if launch.security_group else ())
    yield "securityGroups", ";".join(groups)
    for column in _LAUNCH_COLUMNS:
        value: Any = getattr(launch, LAUNCH.fields[column].attribute)
        if value is not None:
            yield column, value if isinstance(value, str) else str(value).lower()
    tags = launch.tags or ()
    yield (
        "tags",
        ";".join(f"{key}=" for key, value in tags if not value),
    )  # no cell of its own says an empty value
    yield from ((f"tag:{key}", value) for key, value in tags if value)


def _unsaid(server: ResolvedServer) -> Iterator[str]:
    """Yield what a server is launched with that no column says."""
    for name, field in LAUNCH.fields.items():
        told = name in _LAUNCH_COLUMNS or name in _SAID_OTHERWISE
        if not told and getattr(server.launch, field.attribute) is not None:
            yield name
