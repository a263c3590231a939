"""The application file of running servers: what it says, and what no field says yet."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from smsgen.model.launch_fields import LAUNCH
from smsgen.model.names import alphanumeric, name_digest
from smsgen.operations.adopt.properties import PROPERTIES
from smsgen.operations.adopt.resources import LiveResource
from smsgen.operations.ports.adoption import LiveServer

_INTERFACE = "AWS::EC2::NetworkInterfaceAttachment"
_PRINTED = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]*"
"""What YAML writes and reads as it is, and people read."""

_SECRET = re.compile(
    r"(?i)(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|credential)s?['\"]?\s*[:=]\s*\S"
    r"|\bA[KS]IA[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)


class Grouping(NamedTuple):
    """How servers become groups: by MGN's applications or waves, or by a tag, and their orders by another tag.

    `by`: "application", "wave", or "tag:KEY"; "" puts all in one. `order_tag`: the tag that holds a launch order.
    """

    by: str = ""
    order_tag: str = ""


class AdoptedServer(NamedTuple):
    """A server as an application file has it: its place, and its plain data."""

    group: str
    order: int | None
    data: Mapping[str, Any]


def looks_secret(user_data: str) -> bool:
    """Return whether user data (Base64) looks as if it held a password, a key or a token."""
    return bool(_SECRET.search(_decoded(user_data) or ""))


def application(name: str, entries: Iterable[AdoptedServer], description: str = "") -> dict[str, Any]:
    """Return an application file's data: groups by order and name, servers in the order given.

    A group whose order nobody says launches with the first, for of several groups each needs an order.
    """
    groups: dict[tuple[int, str], list[Mapping[str, Any]]] = {}
    is_ordered = False
    for entry in entries:
        is_ordered = is_ordered or entry.order is not None
        groups.setdefault((entry.order or 0, entry.group), []).append(entry.data)
    names = [group for _, group in groups]
    listed = []
    for order, group in sorted(groups):
        title = f"{group}-{order}" if names.count(group) > 1 else group
        ordered = {"launchOrder": order} if is_ordered or len(groups) > 1 else {}
        listed.append({"name": title, **ordered, "serverList": groups[order, group]})
    head = {"name": name} | ({"description": description} if description else {})
    return head | {"profile": "plain", "launchDefaults": {"retain": True}, "serverGroups": listed}


def entry(
    server: LiveServer, resources: Mapping[str, LiveResource], grouping: Grouping, *, keep_user_data: bool
) -> tuple[AdoptedServer, dict[str, str]]:
    """Return a server's entry, and property -> in one sentence why the file does not say it.

    `resources`: those of the server, the instance first. What is left out of the entry is missing in the template too.
    """
    logical_id, instance = next(iter(resources.items()))
    launch: dict[str, Any] = {"logicalId": logical_id}
    notes = dict[str, str]()
    for each in PROPERTIES:
        value = instance.properties.get(each.name)
        if value is None or each.field == "imageId":
            continue
        field, note = _field(each.name, each.field, value, keep_user_data=keep_user_data)
        if note:
            notes[each.name] = note
        else:
            _put(launch, each.field, field)
    if server.instance.get("Platform", "").lower() == "windows":
        launch["platform"] = "windows"
    volumes = [
        _volume(resource, resources[f"{name}Attachment"])
        for name, resource in resources.items()
        if resource.type == "AWS::EC2::Volume"
    ]
    further = [_interface(each) for each in resources.values() if each.type == _INTERFACE]
    addresses = [_address(each) for each in resources.values() if each.type == "AWS::EC2::EIP"]
    companions = {"volumes": volumes, "networkInterfaces": further, "elasticIpAddresses": addresses}
    launch |= {field: entries for field, entries in companions.items() if entries}
    data = {
        "serverId": _server_id(server),
        "vmServer": {"vmName": server.name},
        "imageId": instance.properties["ImageId"],
        "launch": launch,
    }
    return AdoptedServer(_group(server, grouping), _order(server, grouping), data), notes


def logical_ids(servers: Iterable[LiveServer]) -> dict[str, str]:
    """Return instance id -> logical id: of the name; where several have one, with what tells the instance apart."""
    names = {
        server.instance_id: alphanumeric(server.name) or f"Server{name_digest(server.name)}"
        for server in servers
    }
    return {
        instance_id: name if list(names.values()).count(name) == 1 else f"{name}{alphanumeric(instance_id)}"
        for instance_id, name in names.items()
    }


def _field(name: str, field: str, value: Any, *, keep_user_data: bool) -> tuple[Any, str]:
    """Return the value of a field, or in one sentence why there is none."""
    if not _is_known(field):
        return None, f"{name} {value}: no field says it"
    if name == "UserData":
        return _user_data(value, keep=keep_user_data)
    if name == "Tags":
        return [{"key": tag["Key"], "value": tag["Value"]} for tag in value], ""
    return _camel(value), ""


def _is_known(field: str) -> bool:
    outer, _, inner = field.partition(".")
    known = LAUNCH.fields.get(outer)
    return known is not None and (not inner or inner in getattr(known.kind, "fields", {}))


def _put(launch: dict[str, Any], field: str, value: Any) -> None:
    outer, _, inner = field.partition(".")
    launch[outer] = {**launch.get(outer, {}), inner: value} if inner else value


def _user_data(value: str, *, keep: bool) -> tuple[Any, str]:
    if not keep:
        return None, "user data, which looks as if it held a secret: it stays as it is on the server"
    text = _decoded(value)
    again = base64.b64encode(text.encode()).decode() if text else ""
    is_text = text is not None and again == value and re.fullmatch(_PRINTED, text) is not None
    return ({"inline": text} if is_text else {"base64": value}), ""


def _decoded(value: str) -> str | None:
    try:
        return base64.b64decode(value, validate=True).decode("utf-8")
    except ValueError:
        return None


def _camel(value: Any) -> Any:
    """Return a value with the keys of its maps as the application file spells them."""
    if isinstance(value, Mapping):
        return {_spelled(key): _camel(inner) for key, inner in value.items()}
    return [_camel(inner) for inner in value] if isinstance(value, list) else value


def _spelled(key: str) -> str:
    """Return `httpTokens` of HttpTokens, `cpuCredits` of CPUCredits."""
    head = re.match(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]", key)
    return key if head is None else head.group().lower() + key[head.end() :]


def _volume(volume: LiveResource, attachment: LiveResource) -> dict[str, Any]:
    properties = volume.properties
    fields = {
        "device": attachment.properties["Device"],
        "size": properties["Size"],
        "type": properties["VolumeType"],
        "iops": properties.get("Iops"),
        "throughput": properties.get("Throughput"),
        "encrypted": properties["Encrypted"],
        "kmsKeyId": properties.get("KmsKeyId"),
        "retain": True,
        "tags": [{"key": tag["Key"], "value": tag["Value"]} for tag in properties.get("Tags", ())] or None,
    }
    return {key: value for key, value in fields.items() if value is not None}


def _interface(attachment: LiveResource) -> dict[str, Any]:
    properties = attachment.properties
    return {
        "deviceIndex": int(properties["DeviceIndex"]),
        "networkInterfaceId": properties["NetworkInterfaceId"],
        "deleteOnTermination": properties["DeleteOnTermination"],
    }


def _address(address: LiveResource) -> dict[str, Any]:
    tags = [{"key": tag["Key"], "value": tag["Value"]} for tag in address.properties.get("Tags", ())]
    return {"tags": tags} if tags else {}


def _server_id(server: LiveServer) -> str:
    """Return the id of MGN's source server; else one that is made of the instance's own."""
    if server.launched is not None:
        return server.launched.source_server_id
    return f"s-{server.instance_id.removeprefix('i-')}"


def _group(server: LiveServer, grouping: Grouping) -> str:
    kind, _, key = grouping.by.partition(":")
    launched = server.launched
    name = {
        "tag": server.tags.get(key, ""),
        "application": launched.application if launched else "",
        "wave": launched.wave if launched else "",
    }.get(kind, "")
    return name or "servers"


def _order(server: LiveServer, grouping: Grouping) -> int | None:
    text = server.tags.get(grouping.order_tag, "") if grouping.order_tag else ""
    return int(text) if re.fullmatch(r"\d{1,9}", text.strip()) else None


def undecided(servers: Iterable[LiveServer], grouping: Grouping) -> Iterator[str]:
    """Yield the names of servers whose launch order the tag does not say."""
    if grouping.order_tag:
        yield from (server.name for server in servers if _order(server, grouping) is None)
