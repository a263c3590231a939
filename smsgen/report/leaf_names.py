"""What a person calls a leaf of a change set: `tag Purpose`, `volume /dev/sdb size`, for the Path of its Target.

A property as a whole keeps CloudFormation's name, and so does an attribute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from smsgen.changes.pointers import at, steps_of
from smsgen.changes.tags import TAGS


class Noun(NamedTuple):
    """What one element of a list or a map is called, and which of its own values names it (none: its position)."""

    word: str
    named_by: tuple[str, ...] = ()


ELEMENTS: dict[str, Noun] = {
    "BlockDeviceMappings": Noun("volume", ("DeviceName", "VirtualName")),
    "ContainerDefinitions": Noun("container", ("Name",)),
    "Environment": Noun("variable", ("Name",)),
    "GroupSet": Noun("security group"),
    "Ingress": Noun("ingress rule"),
    "ManagedPolicyArns": Noun("managed policy"),
    "NetworkInterfaces": Noun("network interface", ("DeviceIndex",)),
    "Parameters": Noun("parameter"),
    "Policies": Noun("policy", ("PolicyName",)),
    "Roles": Noun("role"),
    "SecurityGroupEgress": Noun("egress rule"),
    "SecurityGroupIds": Noun("security group"),
    "SecurityGroupIngress": Noun("ingress rule"),
    "SecurityGroups": Noun("security group"),
    "Statement": Noun("statement", ("Sid",)),
    "SubnetIds": Noun("subnet"),
    "Subnets": Noun("subnet"),
    "TagSpecifications": Noun("", ("ResourceType",)),
    "Tags": Noun("tag", ("Key",)),
    "Variables": Noun("variable"),
    "Volumes": Noun("volume", ("Device", "Name", "VolumeId")),
}
"""List or map -> its elements. Of any other list an element is called by the list's name and its position, from 1."""

MAPS = frozenset(("Parameters", "Variables"))
"""The maps among them: an element is called by its key."""

SILENT = frozenset(("Ebs", "LaunchTemplateData", "Value"))
"""Steps that say nothing to a person, where others name the leaf."""

WORDS = {
    "CidrIp": "CIDR",
    "CidrIpv6": "IPv6 CIDR",
    "HttpPutResponseHopLimit": "hop limit",
    "HttpTokens": "tokens",
    "IpProtocol": "protocol",
    "PolicyDocument": "document",
    "VolumeSize": "size",
    "VolumeType": "type",
}
"""Properties that have a shorter name."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z]+")
_ABBREVIATIONS = frozenset(
    ("arn", "dns", "ebs", "http", "iam", "id", "iops", "ip", "kms", "s3", "ssl", "tls", "url", "vpc")
)


def leaf_name(
    path: str | None, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> str | None:
    """Return the name of what a Path leads to, of which both contexts are given; None for a property as a whole."""
    steps = steps_of(path or "")
    if len(steps) < 2 or (len(steps) == 2 and steps[0] == "Properties"):
        return None
    named = [word for word in _words(steps, before, after) if word] or [steps[1]]
    attribute = {"Properties": "", TAGS: "stack"}.get(steps[0], spelled_out(steps[0]))
    return " ".join([attribute, *named]).lstrip()


def _words(
    steps: tuple[str, ...], before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Iterator[str]:
    """Yield the words for each step after `Properties`; an element is called as it is deployed, else as it will be."""
    for index, step in enumerate(steps[1:], 1):
        above = steps[index - 1]
        followed = index + 1 < len(steps)
        if _is_element(above, step, steps[: index + 1], before, after):
            noun = ELEMENTS.get(above, Noun(spelled_out(above)))
            yield noun.word
            yield _element_name(noun, step, steps[: index + 1], before, after)
        elif not (followed and (step in ELEMENTS or _is_list(steps[: index + 1], before, after))):
            yield "" if step in SILENT and (index > 1 or followed) else spelled_out(step)


def _is_element(above: str, step: str, steps: tuple[str, ...], *contexts: Mapping[str, Any] | None) -> bool:
    return above in MAPS or (step.isdecimal() and _is_list(steps[:-1], *contexts))


def _is_list(steps: tuple[str, ...], *contexts: Mapping[str, Any] | None) -> bool:
    return any(isinstance(at(context or {}, steps), list) for context in contexts)


def _element_name(noun: Noun, step: str, steps: tuple[str, ...], *contexts: Mapping[str, Any] | None) -> str:
    for context in contexts:
        element = at(context or {}, steps)
        for key in noun.named_by if isinstance(element, Mapping) else ():
            if isinstance(element.get(key), str):
                return str(element[key])
    return str(int(step) + 1) if step.isdecimal() and _is_list(steps[:-1], *contexts) else step


def spelled_out(name: str) -> str:
    """Return a CamelCase name as words: `delete on termination`, `subnet ID`."""
    if name in WORDS:
        return WORDS[name]
    parts = (part.lower() for part in _WORD.findall(name))
    return " ".join(part.upper() if part in _ABBREVIATIONS else part for part in parts)
