"""Template -> the servers in it, as they are drawn: what `graph` reads, of one template and its nested ones.

Only what smsgen compiled says a launch order (`Metadata.smsgen.launchOrder`); other resources are not drawn. A template
may come from anywhere, so nothing is taken for granted of its shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from smsgen.report.scripts import written_script

KEPT = ("Retain", "Snapshot", "RetainExceptOnCreate")
"""Deletion policies under which the data outlives the stack."""


class DrawnServer(NamedTuple):
    """A server as it is drawn. Texts are "" where the template does not say.

    `path`: its logical id, after those of the nested stacks it is in. `volumes`: how many volumes outlive it.
    `signal`: how long CloudFormation waits for its signal ("15 min"). `waits_for`: logical ids that it, or the nested
    stack it is in, depends on. `kind`: what a change set does to it. `platform`: "Windows" or "Linux", where its boot
    script or the names of its volumes tell.
    """

    path: str
    name: str
    group: str
    launch_order: int
    instance_type: str = ""
    image: str = ""
    stateful: bool = False
    volumes: int = 0
    signal: str = ""
    waits_for: tuple[str, ...] = ()
    kind: str = ""
    platform: str = ""


def servers(template: Any, inside: str = "", waits_for: tuple[str, ...] = ()) -> Iterator[DrawnServer]:
    """Yield the servers of one template, in its order.

    `inside`: begins their paths (`Child/`). `waits_for`: what the nested stack that the template is of depends on.
    """
    resources = _map(_map(template).get("Resources"))
    volumes = _kept_volumes(resources)
    signals = _signals(resources)
    for name, resource in resources.items():
        metadata = _map(_map(_map(resource).get("Metadata")).get("smsgen"))
        order = metadata.get("launchOrder")
        if not isinstance(order, int) or isinstance(order, bool):
            continue
        properties = _map(resource.get("Properties"))
        yield DrawnServer(
            path=f"{inside}{name}",
            name=str(metadata.get("vmName") or metadata.get("serverId") or name),
            group=str(metadata.get("group") or ""),
            launch_order=order,
            instance_type=_value(properties.get("InstanceType")),
            image=_value(properties.get("ImageId")),
            stateful=resource.get("DeletionPolicy") in KEPT,
            volumes=volumes.get(name, 0),
            signal=_creation_signal(resource) or signals.get(name, ""),
            waits_for=waits_for or depends_on(resource),
            platform=_platform(properties, written_script({"Resources": resources}, str(name))),
        )


_FIRST_WORDS = (
    ("<powershell>", "Windows"),
    ("<script>", "Windows"),
    ("#!", "Linux"),
    ("#cloud-config", "Linux"),
)
"""How user data begins -> the platform that runs it (EC2 User Guide, "Run commands at launch")."""


def _platform(properties: Mapping[str, Any], script: str | None) -> str:
    """Return what a server runs, "" where nothing tells: Windows calls its volumes `xvdf`, without a folder."""
    first = (script or "").lstrip()[:32].lower()
    told = next((platform for words, platform in _FIRST_WORDS if first.startswith(words)), "")
    mappings = properties.get("BlockDeviceMappings")
    devices = [_map(volume).get("DeviceName") for volume in mappings] if isinstance(mappings, list) else []
    return told or ("Windows" if any(str(device).startswith("xvd") for device in devices) else "")


def depends_on(resource: Any) -> tuple[str, ...]:
    """Return the logical ids under a resource's DependsOn, which takes one or a list."""
    names = _map(resource).get("DependsOn")
    return (names,) if isinstance(names, str) else tuple(map(str, names)) if isinstance(names, list) else ()


def barriers(template: Any) -> frozenset[str]:
    """Return the logical ids of those resources of a template that stand between two launch orders."""
    return frozenset(
        str(name)
        for name, resource in _map(_map(template).get("Resources")).items()
        if _map(resource).get("Type") == "AWS::CloudFormation::WaitConditionHandle" and depends_on(resource)
    )


def _kept_volumes(resources: Mapping[str, Any]) -> dict[str, int]:
    """Return logical id of a server -> how many of the volumes attached to it outlive it."""
    kept: dict[str, int] = {}
    for resource in resources.values():
        properties = _map(_map(resource).get("Properties"))
        if _map(resource).get("Type") == "AWS::EC2::VolumeAttachment":
            volume = _map(resources.get(_ref(properties.get("VolumeId"))))
            server = _ref(properties.get("InstanceId"))
            kept[server] = kept.get(server, 0) + (volume.get("DeletionPolicy") in KEPT)
    return kept


def _signals(resources: Mapping[str, Any]) -> dict[str, str]:
    """Return logical id of a server -> how long its WaitCondition waits."""
    return {
        server: duration(_map(resource.get("Properties")).get("Timeout"))
        for resource in map(_map, resources.values())
        if resource.get("Type") == "AWS::CloudFormation::WaitCondition"
        for server in depends_on(resource)
    }


def _creation_signal(resource: Mapping[str, Any]) -> str:
    signal = _map(_map(resource.get("CreationPolicy")).get("ResourceSignal"))
    return duration(signal.get("Timeout", "PT5M")) if signal else ""  # PT5M is CloudFormation's default


def duration(value: Any) -> str:
    """Return an ISO 8601 duration, or a number of seconds, in short words: `PT1H30M`, `5400` -> `1 h 30 min`."""
    import re

    text = str(value)
    written = re.fullmatch(r"PT(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?", text)
    if written and written.group() != "PT":
        hours, minutes, seconds = (int(part or 0) for part in written.groups())
        total = hours * 3600 + minutes * 60 + seconds
    elif re.fullmatch(r"\d{1,9}", text):
        total = int(text)
    else:
        return text if isinstance(value, str) else "some time"
    parts = ((total // 3600, "h"), (total // 60 % 60, "min"), (total % 60, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"


def _value(value: Any) -> str:
    """Return a property as it is drawn: a literal as it stands, a parameter by its name: `$ImageId`."""
    name = _ref(value)
    if name:
        return f"${name}"
    return str(value) if isinstance(value, (str, int)) else "(computed)" if value else ""


def _ref(value: Any) -> str:
    return str(_map(value).get("Ref") or "")


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
