"""What servers and groups are called in a template: functions of the server, or the group, alone.

A name never depends on what else is in the application, so a server that comes, goes or moves renames no other. Where
two would have one name, that is an error (`rules.logical_ids_differ`), for no rule here could tell which of them is
launched under it.
"""

from __future__ import annotations

import re
from hashlib import sha256

from smsgen.model.app import Server

_WORDS = re.compile(r"[A-Za-z0-9]+")
_MAX = 200
"""Below CloudFormation's 255, because what is named after a server (`…InstanceId`) has a longer name."""


def logical_id(server: Server, pinned: str | None) -> str:
    """Return the logical id of a server: the pinned one, else the letters and digits of its vmName, else of serverId.

    A vmName without any (`データベース`) gives `Server` and eight digits of its hash.
    """
    return pinned or alphanumeric(title(server)) or f"Server{name_digest(title(server))}"


def title(server: Server) -> str:
    """Return what people call a server: its VM's name, else its id."""
    return server.vm_server.vm_name or server.server_id


def group_prefix(name: str) -> str:
    """Return what the names of all that belongs to a group begin with: `web tier` -> `WebTier`."""
    return alphanumeric(name) or (f"Group{name_digest(name)}" if name else "Group")


def alphanumeric(text: str) -> str:
    """Return a text as the letters and digits of a logical id: `web-01.prod` -> `Web01Prod`."""
    words = _WORDS.findall(text)
    name = "".join(word[:1].upper() + word[1:] for word in words)[:_MAX]
    return f"Server{name}" if name[:1].isdigit() else name


def name_digest(text: str) -> str:
    """Return eight hexadecimal digits that stand for a text in a name."""
    return sha256(text.encode()).hexdigest()[:8]


def identity(server: Server, group: str, pinned: str | None) -> str:
    """Return what servers are sorted by: all that tells one from another, and the name of its group."""
    vm = server.vm_server
    address = vm.vm_server_address
    parts = (server.server_id, address.vm_manager_id, address.vm_id, vm.vm_name, pinned or "", group)
    return "/".join(parts)


def own_name(server: Server, group: str) -> str:
    """Return a logical id that a server has to itself, to be pinned where another has the name it would get.

    Until names depended on the server alone, smsgen gave this one to both servers of such a pair.
    """
    return logical_id(server, None) + name_digest(identity(server, group, None))
