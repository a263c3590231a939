"""An application as the text of its file: the same bytes for the same application, with advice as comments."""

from __future__ import annotations

from smsgen.operations.intake.inventory.placing import PlannedApp, PlannedGroup
from smsgen.operations.intake.inventory.servers import PlannedServer
from smsgen.operations.intake.inventory.yaml_text import in_flow, scalar, tag_line

HEADER = """\
# Written by `smsgen import-inventory`. Edit it: what you change, the next import keeps.
"""


def head_text(app: PlannedApp) -> str:
    """Return what stands before the server groups of an application's file."""
    lines = [HEADER]
    if app.waves:
        lines.append(f"# Wave: {', '.join(map(_comment, app.waves))}\n")
    if any(app.where):
        lines.append(f"# Account and Region: {_comment(' '.join(filter(None, app.where)))}\n")
    lines.append(f"name: {scalar(app.name)}\n")
    if app.description:
        lines.append(f"description: {scalar(app.description)}\n")
    if app.tags:
        lines += ["tags:\n", *(tag_line(key, value, "  ") for key, value in app.tags.items())]
    return "".join(lines)


def _comment(text: str) -> str:
    return "".join(character for character in text if character.isprintable())


def group_text(group: PlannedGroup) -> str:
    """Return what stands before the servers of a group."""
    advice = f"  # {group.advice}" if group.advice else ""
    return f"  - name: {scalar(group.name)}\n    launchOrder: {group.launch_order}{advice}\n    serverList:\n"


def server_text(server: PlannedServer, logical_id: str) -> str:
    """Return a server as an entry of a serverList; `logical_id`: "" where it is made of its name."""
    server_id, image_id = server.fields.get("serverId"), server.fields.get("imageId")
    lines = f"        serverId: {scalar(server_id)}\n" if server_id else ""
    if server.vm:
        lines += _vm_text(server)
    if image_id:
        lines += f"        imageId: {scalar(image_id)}\n"
    return f"      - {lines[8:]}{_launch_text(server, logical_id)}"


def _vm_text(server: PlannedServer) -> str:
    vm = server.vm
    text = "        vmServer:\n"
    if "vmId" in vm or "vmManagerId" in vm:
        address = [f"{name}: {in_flow(vm[name])}" for name in ("vmManagerId", "vmId") if name in vm]
        text += f"          vmServerAddress: {{{', '.join(address)}}}\n"
    for name in ("vmName", "vmManagerName", "vmManagerType", "vmPath"):
        if name in vm:
            text += f"          {name}: {scalar(vm[name])}\n"
    return text


def _launch_text(server: PlannedServer, logical_id: str) -> str:
    before, behind = server.shape.texts
    pinned = f"          logicalId: {scalar(logical_id)}\n" if logical_id else ""
    address = f'          privateIpAddress: "{server.address}"\n' if server.address else ""
    lines = f"{pinned}{before}{address}{behind}"
    return f"        launch:\n{lines}" if lines else ""
