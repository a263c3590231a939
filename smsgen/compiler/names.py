"""Logical ids: the given one, else from the VM's name or the server's id; never from a position.

Two servers that would get the same name both get a suffix made from what they are, so that the outcome is the same
whatever the order of the file, and adding a third changes neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256

from smsgen.compiler.resolve import ResolvedServer

_WORDS = re.compile(r"[A-Za-z0-9]+")
_MAX = 200
"""Below CloudFormation's 255, because suffixes (`…InstanceId`) make names of their own."""


def logical_ids(servers: Iterable[ResolvedServer], reserved: Iterable[str] = ()) -> dict[str, ResolvedServer]:
    """Give logical id -> server, in the order of the servers; none of them is in `reserved`.

    Given ids are taken as they are (the loader has checked that they differ).
    """
    servers = tuple(servers)
    given = {one.launch.logical_id for one in servers if one.launch.logical_id}
    taken = {name.lower() for name in (*given, *reserved)}
    wishes = {
        one.identity: alphanumeric(one.title) or "Server" for one in servers if not one.launch.logical_id
    }
    counts: dict[str, int] = {}
    for wish in wishes.values():
        counts[wish.lower()] = counts.get(wish.lower(), 0) + 1
    made = {}
    for one in servers:
        name = one.launch.logical_id
        if not name:
            name = wishes[one.identity]
            if counts[name.lower()] > 1 or name.lower() in taken:
                name += sha256(one.identity.encode()).hexdigest()[:8]
        made[name] = one
    return made


def alphanumeric(text: str) -> str:
    """Give a text as the letters and digits of a logical id: `web-01.prod` -> `Web01Prod`."""
    words = _WORDS.findall(text)
    name = "".join(word[:1].upper() + word[1:] for word in words)[:_MAX]
    return f"Server{name}" if name[:1].isdigit() else name


def group_names(servers: Iterable[ResolvedServer]) -> Mapping[str, str]:
    """Give group name -> the alphanumeric prefix for what belongs to the group (`web tier` -> `WebTier`)."""
    names = sorted({one.group.name for one in servers})
    plain = {name: alphanumeric(name) or "Group" for name in names}
    counts: dict[str, int] = {}
    for prefix in plain.values():
        counts[prefix.lower()] = counts.get(prefix.lower(), 0) + 1
    return {
        name: prefix + sha256(name.encode()).hexdigest()[:8] if counts[prefix.lower()] > 1 else prefix
        for name, prefix in plain.items()
    }
