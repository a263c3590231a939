"""An application as the text of its file: the same bytes for the same application, with advice as comments.

Texts are put together here and not by PyYAML: a list may have tens of thousands of servers, and comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from smsgen.cfn.text import dump_json
from smsgen.operations.intake.inventory.placing import PlannedApp, PlannedGroup
from smsgen.operations.intake.inventory.servers import PlannedServer
from smsgen.text.pyyaml import implicit_tag

HEADER = """\
# Written by `smsgen import-inventory`. Edit it: what you change, the next import keeps.
"""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./(][A-Za-z0-9_./()-]*)*")
_MISREAD = frozenset(("y", "n", "Y", "N"))


@lru_cache(1 << 16)
def scalar(value: str) -> str:
    """Return a text as a YAML scalar that every reader takes for this text."""
    if _PLAIN.fullmatch(value) and implicit_tag(value) is None and value not in _MISREAD:
        return value
    return dump_json(value)


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
        lines += ["tags:\n", *(_tag(key, value, "  ") for key, value in app.tags.items())]
    return "".join(lines)


def _comment(text: str) -> str:
    return "".join(character for character in text if character.isprintable())


def _tag(key: str, value: str, pad: str) -> str:
    return f"{pad}- {{key: {_in_flow(key)}, value: {_in_flow(value)}}}\n"


@lru_cache(1 << 14)
def _in_flow(value: str) -> str:
    return scalar(value) if value.replace(" ", "").replace("-", "").isalnum() else dump_json(value)


def group_text(group: PlannedGroup) -> str:
    """Return what stands before the servers of a group."""
    advice = f"  # {group.advice}" if group.advice else ""
    return f"  - name: {scalar(group.name)}\n    launchOrder: {group.launch_order}{advice}\n    serverList:\n"


def server_text(server: PlannedServer, logical_id: str) -> str:
    """Return a server as an entry of a serverList; `logical_id`: "" where it is made of its name."""
    lines = [f"{field}: {scalar(value)}" for field, value in server.fields.items() if field == "serverId"]
    lines += _vm(server.vm) if server.vm else ()
    lines += [f"{field}: {scalar(value)}" for field, value in server.fields.items() if field == "imageId"]
    launch = list(_launch(server, logical_id))
    if launch:
        lines += ["launch:", *launch]
    return "      - " + "\n        ".join(lines) + "\n"


def _vm(vm: Mapping[str, str]) -> Iterator[str]:
    yield "vmServer:"
    address = [f"{name}: {_in_flow(vm[name])}" for name in ("vmManagerId", "vmId") if name in vm]
    if address:
        yield f"  vmServerAddress: {{{', '.join(address)}}}"
    for name in ("vmName", "vmManagerName", "vmManagerType", "vmPath"):
        if name in vm:
            yield f"  {name}: {scalar(vm[name])}"


_ORDER = (
    *("logicalId", "subnet", "securityGroup", "securityGroups", "ec2KeyName", "instanceType"),
    *("iamInstanceProfileName", "privateIpAddress", "availabilityZone", "tenancy", "platform"),
    *("ebsOptimized", "monitoring", "stateful"),
)


def _launch(server: PlannedServer, logical_id: str) -> Iterator[str]:
    launch = server.launch
    if logical_id:
        yield f"  logicalId: {scalar(logical_id)}"
    for name in _ORDER:
        if name in launch and name != "logicalId":
            comment = f"  # {server.advice}" if name == "instanceType" and server.advice else ""
            yield f"  {name}: {_plain(launch[name])}{comment}"
    if server.tags:
        yield "  tags:"
        yield from (_tag(key, value, "    ")[:-1] for key, value in server.tags.items())


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_in_flow, value))}]"
    return "true" if value else "false"
