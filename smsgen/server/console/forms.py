"""Forms of the console -> the requests of the API that they stand for, and back. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from smsgen.errors import Diagnostic
from smsgen.model.managed import ManagedApp
from smsgen.server.api.protocol import Fault
from smsgen.server.console.visit import Form


class FormField(NamedTuple):
    """A field of a form. `name` is the API's; one with a dot is a member of a member. `choices`: value and words."""

    name: str
    label: str
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    kind: str = "text"


_YES_NO = (("", "not said"), ("true", "yes"), ("false", "no"))
_SCRIPTS = (("", "none"), ("SHELL_SCRIPT", "shell"), ("POWERSHELL_SCRIPT", "PowerShell"))

LAUNCH: tuple[FormField, ...] = (
    FormField("instanceType", "Instance type", "m6i.large"),
    FormField("subnet", "Subnet", "subnet-0a1b2c3d4e5f60718"),
    FormField("securityGroup", "Security group", "sg-0a1b2c3d4e5f60718"),
    FormField("vpc", "VPC", "vpc-0a1b2c3d4e5f60718"),
    FormField("ec2KeyName", "Key pair", "name of a key pair"),
    FormField("iamInstanceProfileName", "Instance profile", "name of a profile"),
    FormField("associatePublicIpAddress", "Public address", choices=_YES_NO, kind="choice"),
    FormField("logicalId", "Logical id", "made from the name"),
    FormField("userData.s3Location.bucket", "User data: bucket", "bucket of a script"),
    FormField("userData.s3Location.key", "User data: key", "scripts/boot.sh"),
    FormField("configureScript.bucket", "Configuration script: bucket", "bucket of a script"),
    FormField("configureScript.key", "Configuration script: key", "scripts/configure.sh"),
    FormField("configureScriptType", "Configuration script: type", choices=_SCRIPTS, kind="choice"),
)
"""A server's launch configuration (API: ServerLaunchConfiguration)."""

REPLICATION: tuple[FormField, ...] = (
    FormField("runOnce", "Run once", choices=_YES_NO, kind="choice"),
    FormField("frequency", "Every so many hours", "1 to 24", kind="number"),
    FormField("seedTime", "First run, in UTC", "now", kind="datetime-local"),
    FormField(
        "licenseType",
        "Licence",
        choices=(("", "as the platform has it"), ("AWS", "AWS"), ("BYOL", "bring your own")),
        kind="choice",
    ),
    FormField("numberOfRecentAmisToKeep", "Images to keep", "0 to 270", kind="number"),
    FormField("encrypted", "Encrypted", choices=_YES_NO, kind="choice"),
    FormField("kmsKeyId", "KMS key", "id, ARN or alias"),
)
"""How a server is replicated (API: ServerReplicationParameters)."""


def values_of(fields: Sequence[FormField], data: Mapping[str, Any]) -> dict[str, str]:
    """Return what a form shows of a structure of the API: field -> text."""
    return {one.name: _text(_dig(data, one.name), one.kind) for one in fields}


def sent(fields: Sequence[FormField], form: Form, prefix: str) -> dict[str, str]:
    """Return what a form says of a server: field -> text. What it says of all servers of the group goes first."""
    return {one.name: form.get(f"all.{one.name}") or form.get(f"{prefix}.{one.name}") for one in fields}


def structure(fields: Sequence[FormField], values: Mapping[str, str]) -> dict[str, Any]:
    """Return the structure of the API that texts stand for; raises Fault where one is none. Empty texts say nothing."""
    data: dict[str, Any] = {}
    for field in fields:
        if values[field.name]:
            *outer, name = field.name.split(".")
            inner = data
            for step in outer:
                inner = inner.setdefault(step, {})
            inner[name] = _value(field, values[field.name])
    return data


def problems_by_field(
    managed: ManagedApp, problems: Sequence[Diagnostic]
) -> dict[tuple[str, str], list[str]]:
    """Return (server id, field) -> what is wrong with it; ("", "") -> what is wrong elsewhere."""
    told: dict[tuple[str, str], list[str]] = {}
    for problem in problems:
        words = f"{problem.message}; {problem.hint}" if problem.hint else problem.message
        told.setdefault(_place(managed, problem.path), []).append(words)
    return told


def _place(managed: ManagedApp, path: Sequence[str | int]) -> tuple[str, str]:
    match list(path):
        case ["serverGroups", int(group), "serverList", int(server), "launch", *rest]:
            server_id = managed.app.server_groups[group].server_list[server].server_id
            name = ".".join(str(step) for step in rest)
            known = next((one.name for one in LAUNCH if name and one.name.startswith(name.split(".")[0])), "")
            exact = next((one.name for one in LAUNCH if one.name == name), known)
            return server_id, exact
        case ["serverGroups", int(group), "serverList", int(server), *_]:
            return managed.app.server_groups[group].server_list[server].server_id, ""
    return "", ""


def _dig(data: Mapping[str, Any], name: str) -> Any:
    value: Any = data
    for step in name.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _text(value: Any, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if kind == "datetime-local":
        return str(value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M"))
    return str(value)


def _value(field: FormField, text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if field.kind == "number":
        if not text.isdecimal() or len(text) > 9:
            raise Fault("InvalidParameterException", f"{field.label}: {text[:40]!r} is not a number")
        return int(text)
    if field.kind == "datetime-local":
        return _moment(field, text)
    return text


def _moment(field: FormField, text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        words = f"{field.label}: {text[:40]!r} is not a time such as 2026-01-31T22:00"
        raise Fault("InvalidParameterException", words) from None


def grouped(form: Form, server_ids: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the groups that a form puts servers into: name, and ids of servers. Who has no group is left out."""
    groups: dict[str, list[str]] = {}
    for server_id in server_ids:
        name = form.get(f"group.{server_id}")
        if name:
            groups.setdefault(name, []).append(server_id)
    yield from groups.items()
