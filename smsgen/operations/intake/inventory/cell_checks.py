"""What cells become in an application file, each checked by the field that takes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from smsgen.model.check import read_plain
from smsgen.model.fields import NAME, SERVER, VM_SERVER
from smsgen.model.kinds import FieldKind, Text
from smsgen.model.launch_fields import LAUNCH
from smsgen.model.launching.network_fields import SECURITY_GROUP
from smsgen.model.launching.tag_fields import TAG
from smsgen.operations.intake.lists.cells import is_yes


def _tenancy(text: str) -> str:
    return {"shared": "default", "dedicated host": "host"}.get(text.casefold(), text.casefold())


@lru_cache(4096)
def platform_of(text: str) -> str:
    """Return the platform that a guest's name says, "" where it says none."""
    guest = text.casefold()
    if "windows" in guest or guest.startswith("win") or guest == "microsoft":
        return "windows"
    return "linux" if any(word in guest for word in _LINUX) else ""


_LINUX = (
    "linux",
    "ubuntu",
    "debian",
    "red hat",
    "redhat",
    "rhel",
    "centos",
    "suse",
    "sles",
    "fedora",
    "rocky",
    "alma",
)

_FLAGS = frozenset({"stateful", "ebsOptimized", "monitoring"})
_CONVERTED: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(_FLAGS, is_yes),
    "instanceType": str.lower,
    "tenancy": _tenancy,
}
_LONGEST_ID = 200
"""Characters of a logical id, so that names made of it stay below CloudFormation's 255."""

SERVER_FIELDS = ("serverId", "imageId")
VM_FIELDS = ("vmId", "vmManagerId", "vmManagerName", "vmManagerType", "vmPath")
LAUNCH_FIELDS = (
    *("logicalId", "subnet", "ec2KeyName", "instanceType", "iamInstanceProfileName", "privateIpAddress"),
    *("availabilityZone", "tenancy", *sorted(_FLAGS)),
)

_KINDS: Mapping[str, FieldKind] = {
    **{name: SERVER.fields[name].kind for name in SERVER_FIELDS},
    **{name: VM_SERVER.fields[name].kind for name in ("vmManagerName", "vmManagerType", "vmPath")},
    "vmName": VM_SERVER.fields["vmName"].kind,
    "vmId": VM_SERVER.fields["vmName"].kind,
    "vmManagerId": VM_SERVER.fields["vmName"].kind,
    **{name: LAUNCH.fields[name].kind for name in LAUNCH_FIELDS},
    "securityGroup": SECURITY_GROUP,
    "application": NAME,
}


def wrong_with(name: str, value: str | bool) -> tuple[str, str]:
    """Return what is wrong with a value of a field, and what to do; two empty texts where nothing is."""
    kind = _KINDS[name]
    if isinstance(kind, Text) and isinstance(value, str) and _is_well_formed(kind, value):
        return "", ""
    return _problem(name, value)


def _is_well_formed(kind: Text, value: str) -> bool:
    """Whether a text will do: asked first, for most will, and saying what is wrong takes longer."""
    return value.isprintable() and kind.least <= kind.size(value) <= kind.most and kind.fits(value)


@lru_cache(1 << 14)
def _problem(name: str, value: str | bool) -> tuple[str, str]:
    problems = read_plain(_KINDS[name], value, name)[1]
    return (problems[0].message, problems[0].hint) if problems else ("", "")


def taken(column: str, text: str) -> tuple[Any, str, str]:
    """Return what a cell says as its field takes it; or None, what is wrong with it, and what to do."""
    convert = _CONVERTED.get(column)
    value = convert(text) if convert else text
    message, hint = wrong_with(column, value)
    if column == "logicalId" and len(text) > _LONGEST_ID:
        message, hint = f"the logicalId has more than {_LONGEST_ID} characters", "shorten it"
    return (None, message, hint) if message else (value, "", "")


@lru_cache(1 << 14)
def wrong_tag(key: str, value: str) -> tuple[str, str]:
    """Return what is wrong with a tag, and what to do; two empty texts where nothing is."""
    problems = read_plain(TAG, {"key": key, "value": value}, "tag")[1]
    return (problems[0].message, problems[0].hint) if problems else ("", "")
