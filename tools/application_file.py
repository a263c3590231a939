"""docs/application-file.md: every field of the application file, from the table that `smsgen validate` reads with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from smsgen.model.fields import APP
from smsgen.model.kinds import (
    Boolean,
    Choice,
    Field,
    FieldKind,
    Identifier,
    InstanceType,
    Integer,
    ListOf,
    Record,
    Text,
)
from smsgen.model.problems import Problems
from smsgen.report.leaf_names import spelled_out

FILE = "docs/application-file.md"

_PROSE_FILE = Path(__file__).with_name("application_file.prose.md")
"""What the page begins with, then `=== Record: its heading`, and what is said of the record as a whole."""


def prose() -> tuple[str, dict[str, tuple[str, str]]]:
    """Return the beginning of the page, and record -> its heading and prose."""
    head, *parts = _PROSE_FILE.read_text(encoding="utf-8").split("\n=== ")
    titles = [part.partition("\n") for part in parts]
    return head, {
        title.partition(": ")[0]: (title.partition(": ")[2], text.strip()) for title, _, text in titles
    }


_HEAD, _PROSE = prose()

_EXAMPLES: dict[str, Any] = {
    "ipv6Addresses": ["2001:db8:1234:1a00::10"],
    "secondaryPrivateIpAddresses": ["10.0.1.16"],
    "virtualName": "ephemeral0",
    "licenseConfigurationArn": "arn:aws:license-manager:eu-central-1:123456789012:license-configuration:lic-"
    "0123456789abcdef0123456789abcdef",
    "hostResourceGroupArn": "arn:aws:resource-groups:eu-central-1:123456789012:group/hosts",
    "capacityReservationResourceGroupArn": "arn:aws:resource-groups:eu-central-1:123456789012:group/capacity",
    "tags": [{"key": "CostCenter", "value": "4711"}],
    "AssociationParameter.value": ["d-0123456789"],
    "associationParameters": [{"key": "directoryId", "value": ["d-0123456789"]}],
    "appId": "app-0123456789abcdef0",
    "availabilityZone": "eu-central-1a",
    "bucket": "sms-app-scripts",
    "description": "Web shop, moved from the Zurich data centre",
    "device": "/dev/sdf",
    "ec2KeyName": "operations",
    "file": "scripts/web.sh",
    "iamInstanceProfileName": "shop-servers",
    "inline": "#!/bin/sh\nsystemctl start shop\n",
    "instanceType": "m6i.large",
    "iops": 4000,
    "key": "CostCenter",
    "S3Location.key": "web/boot.sh",
    "kmsKeyId": "alias/shop",
    "launchOrder": 1,
    "logicalId": "Database01",
    "App.name": "shop",
    "ServerGroup.name": "database",
    "privateIpAddress": "10.0.1.15",
    "reason": "the images are encrypted already",
    "replicationJobId": "sms-job-12345678",
    "roleName": "shop-launch",
    "serverGroupId": "group-0a1b2c3d",
    "serverId": "s-12345678",
    "size": 100,
    "stackName": "shop",
    "throughput": 250,
    "timeout": "PT15M",
    "value": "4711",
    "vmId": "vm-123",
    "vmManagerId": "4f5c0c9a-7d0e-4a0e-9a0b-1b2c3d4e5f60",
    "vmManagerName": "vcenter.example.org",
    "vmName": "db01",
    "vmPath": "/Datacenters/Zurich/vm/shop/db01",
    "volumes": [{"device": "/dev/xvda"}, {"device": "/dev/sdf", "size": 100, "retain": True}],
    "userData": {"file": "scripts/web.sh"},
    "vmServer": {"vmName": "db01"},
    "vmServerAddress": {"vmManagerId": "4f5c0c9a-7d0e-4a0e-9a0b-1b2c3d4e5f60", "vmId": "vm-123"},
    "accept": [{"code": "EC2.3", "reason": "the images are encrypted already"}],
    "serverGroups": [{"name": "web", "serverList": [{"vmServer": {"vmName": "web01"}}]}],
    "serverList": [{"vmServer": {"vmName": "web01"}}, {"vmServer": {"vmName": "web02"}}],
    "launchDefaults": {"instanceType": "m6i.large", "securityGroup": "sg-0a1b2c3d4e5f60718"},
    "launch": {"instanceType": "r6i.xlarge", "stateful": True},
}
"""Field, or Record.field -> an example of its value, where the kind alone does not tell one."""


def generate() -> str:
    """Return the text of the generated file."""
    return _HEAD + "".join(_section(record) for record in records(APP))


def records(kind: FieldKind) -> list[Record]:
    """Return the records that a kind holds, each once, the outer ones first."""
    every: list[Record] = []
    waiting = [kind]
    while waiting:
        current = waiting.pop(0)
        if isinstance(current, ListOf):
            waiting.insert(0, current.entry)
        elif isinstance(current, Record) and current not in every:
            every.append(current)
            waiting += [field.kind for field in current.fields.values()]
    return every


def _section(record: Record) -> str:
    heading, prose = prose_of(record)
    fields = "".join(_entry(record, name, field) for name, field in record.fields.items())
    return f"\n## {heading}\n\n{prose}\n\n{fields}".replace("\n\n\n", "\n\n")


def prose_of(record: Record) -> tuple[str, str]:
    """Give a record's heading, and what is said of it: by the prose, else by the first field that holds it."""
    if record.name in _PROSE:
        return _PROSE[record.name]
    fields = [field for outer in records(APP) for field in outer.fields.items()]
    name, described = next((name, field.description) for name, field in fields if _holds(field.kind, record))
    return spelled_out(name).capitalize(), described


def _holds(kind: FieldKind, record: Record) -> bool:
    return kind is record or (isinstance(kind, ListOf) and _holds(kind.entry, record))


def _entry(record: Record, name: str, field: Field) -> str:
    needed = ", needed" if field.required else ""
    example = _block(name, example_of(record, name, field))
    return f"**`{name}`**: {_kind(field.kind)}{needed}. {field.description}\n\n```yaml\n{example}```\n\n"


def _block(name: str, value: Any) -> str:
    """Return a field as YAML; a text of several lines as a block."""
    if isinstance(value, str) and "\n" in value:
        return f"{name}: |\n" + "".join(f"  {line}\n" for line in value.splitlines())
    return f"{name}: {_flow(value)}\n"


def _flow(value: Any) -> str:
    import re

    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_flow, value))}]"
    plain = isinstance(value, str) and re.fullmatch(r"[A-Za-z/][^:#\[\]{},\"'\n]*", value)
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


def _kind(kind: FieldKind) -> str:
    match kind:
        case Identifier():
            return f"an id, `{kind.prefix}…`"
        case Text():
            return f"text of at most {kind.most:,} {'bytes' if kind.in_bytes else 'characters'}"
        case Choice():
            return f"one of {', '.join(f'`{value}`' for value in kind.values)}"
        case InstanceType():
            return "an EC2 instance type"
        case Integer():
            return f"a whole number from {kind.least:,} to {kind.most:,}"
        case Boolean():
            return "true or false"
        case ListOf():
            most = f", at most {kind.most:,}" if kind.most else ""
            return f"a list{most}"
        case Record():
            return f"a map: [{prose_of(kind)[0].lower()}](#{_anchor(kind)})"
    return "a value"


def _anchor(record: Record) -> str:
    return prose_of(record)[0].lower().replace(" ", "-")


def example_of(record: Record, name: str, field: Field) -> Any:
    """Return an example of a field's value, as plain data."""
    for known in (f"{record.name}.{name}", name):
        if known in _EXAMPLES:
            return _EXAMPLES[known]
    return field.examples[0] if field.examples else _of_kind(field.kind, field.description)


def _of_kind(kind: FieldKind, described: str = "") -> Any:
    match kind:
        case Identifier():
            return f"{kind.prefix}0a1b2c3d4e5f60718"
        case Choice():
            return kind.values[0]
        case InstanceType():
            return "m6i.large"
        case Integer():
            return kind.least
        case Boolean():
            return True
        case ListOf():
            return [_of_kind(kind.entry, described)]
        case Record():
            return dict(_of_record(kind))
        case Text():
            return _of_text(kind, described)
    return "text"


def _of_text(kind: Text, described: str) -> str:
    """Give a text that is taken: a word that the description or the hint shows, or any."""
    import re

    words = [word.rstrip(".:") for word in re.findall(r"[^\s,;`()]+", f"{described} {kind.hint}")]
    shown = [word for word in words if re.search(r"[0-9.:/-]", word) and re.search(r"[A-Za-z]", word)]
    return next((word for word in [*shown, *_ANY] if not _problems(kind, word)), "text")


_ANY = ("text", "/health", "1", "$DEFAULT", "rate(1 day)", "arn:aws:sns:eu-central-1:123456789012:operations")


def _problems(kind: FieldKind, value: Any) -> bool:
    problems = Problems(None)
    kind.read(value, ("value",), problems)
    return bool(problems.all())


def _of_record(record: Record) -> Iterator[tuple[str, Any]]:
    """Yield the fields that a record needs, or its first one."""
    needed = (*record.required, *record.one_of[:1]) or tuple(record.fields)[:1]
    for name in needed:
        yield name, example_of(record, name, record.fields[name])
