"""What an import writes of an application, piece by piece: kept beside the files, it is the base of the next import.

A server keeps the logical id that it had at its first import, whatever it is called later: a new one would replace the
instance. It is written (`logicalId`) where its name gives another, or where two names give the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from smsgen.model import names
from smsgen.model.app import Server, VmServer, VmServerAddress
from smsgen.operations.intake.inventory.app_text import group_text, head_text, server_text
from smsgen.operations.intake.inventory.placing import PlannedApp, PlannedGroup
from smsgen.operations.intake.inventory.servers import PlannedServer


class ServerEntry(NamedTuple):
    """A server: what it is known by, the strongest first; its logical id; its text in the file."""

    keys: tuple[str, ...]
    logical_id: str
    text: str


class GroupEntry(NamedTuple):
    """A group: its name, the text before its servers, and these."""

    name: str
    head: str
    servers: tuple[ServerEntry, ...]


class AppEntry(NamedTuple):
    """An application: the name of its file, the text before its groups, and these."""

    file: str
    head: str
    groups: tuple[GroupEntry, ...]

    @property
    def text(self) -> str:
        """The whole text."""
        groups = (group.head + "".join(server.text for server in group.servers) for group in self.groups)
        return f"{self.head}serverGroups:\n{''.join(groups)}"

    @property
    def servers(self) -> Iterator[ServerEntry]:
        """All servers, in the order of the file."""
        return (server for group in self.groups for server in group.servers)


def keys_of(server_id: str, manager_id: str, vm_id: str, external_id: str, name: str) -> tuple[str, ...]:
    """Return what a server is known by from import to import, the strongest first."""
    keys = (
        server_id and f"serverId {server_id}",
        vm_id and f"vm {manager_id} {vm_id}",
        external_id and f"id {external_id}",
        name and f"name {name}",
    )
    return tuple(key for key in keys if key)


def _keys(server: PlannedServer) -> tuple[str, ...]:
    vm = server.vm
    return keys_of(
        server.fields.get("serverId", ""),
        vm.get("vmManagerId", ""),
        vm.get("vmId", ""),
        server.values.get("externalId", ""),
        vm.get("vmName", ""),
    )


class _Named(NamedTuple):
    """A server, the name of its group, and the logical id that is made of its name."""

    server: PlannedServer
    group: str
    made_id: str


def entry_of(app: PlannedApp, file: str, before: AppEntry | None) -> AppEntry:
    """Return what is written of an application; `before`: what the last import wrote."""
    groups = _as_before(app.groups, before)
    servers = [_Named(server, group.name, _made_id(server)) for group in groups for server in group.servers]
    ids = _logical_ids(servers, before)
    entries = iter([_entry(named, own) for named, own in zip(servers, ids, strict=True)])
    return AppEntry(file, head_text(app), tuple(_group(group, entries) for group in groups))


def _as_before(groups: Iterable[PlannedGroup], before: AppEntry | None) -> list[PlannedGroup]:
    """Return groups as they were called before, where that differs in capitals and signs alone."""
    known = {names.group_prefix(group.name).lower(): group.name for group in before.groups} if before else {}
    return [
        group._replace(name=known.get(names.group_prefix(group.name).lower(), group.name)) for group in groups
    ]


def _group(group: PlannedGroup, entries: Iterator[ServerEntry]) -> GroupEntry:
    return GroupEntry(group.name, group_text(group), tuple(islice(entries, len(group.servers))))


def _entry(named: _Named, logical_id: str) -> ServerEntry:
    pinned = logical_id if logical_id != named.made_id else ""
    return ServerEntry(_keys(named.server), logical_id, server_text(named.server, pinned))


def _as_server(server: PlannedServer) -> Server:
    vm = server.vm
    address = VmServerAddress(vm.get("vmManagerId", ""), vm.get("vmId", ""))
    return Server(server.fields.get("serverId", ""), vm_server=VmServer(address, vm.get("vmName", "")))


def _made_id(server: PlannedServer) -> str:
    vm = VmServer(vm_name=server.vm.get("vmName", ""))
    return names.logical_id(Server(server.fields.get("serverId", ""), vm_server=vm), None)


# --- Logical ids --------------------------------------------------------------------------------------------------


def _logical_ids(servers: list[_Named], before: AppEntry | None) -> list[str]:
    """Return the logical id of each server: that of before, else one that is free."""
    known = _recalled(servers, before) if before else {}
    taken = {own.lower() for own in known.values()}
    taken |= {entry.logical_id.lower() for entry in before.servers} if before else set()
    for index, named in enumerate(servers):
        if index not in known:
            known[index] = _free_id(named, taken)
            taken.add(known[index].lower())
    return [known[index] for index in range(len(servers))]


def _recalled(servers: list[_Named], before: AppEntry) -> dict[int, str]:
    """Return index -> the logical id that a server had before; a name alone tells it only where nothing else does."""
    by_key = unique_keys(before.servers)
    recalled: dict[int, str] = {}
    own_names = Counter(server.vm.get("vmName", "") for server, _, _ in servers)
    for strong in (True, False):
        given = set(recalled.values())
        for index, (server, _, _) in enumerate(servers):
            keys = [key for key in with_all(_keys(server)) if key.startswith("name ") is not strong]
            entry = next((by_key[key] for key in keys if key in by_key), None)
            usable = strong or own_names[server.vm.get("vmName", "")] == 1
            if entry and index not in recalled and usable and entry.logical_id not in given:
                recalled[index] = entry.logical_id
    return recalled


def with_all(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys of a server with one before them that is all of them which a file can say, taken together."""
    return ("all " + " | ".join(key for key in keys if not key.startswith("id ")), *keys)


def unique_keys(servers: Iterable[ServerEntry]) -> dict[str, ServerEntry]:
    """Return key -> the one server that is known by it; what several have in common tells none of them."""
    counted: dict[str, ServerEntry | None] = {}
    for server in servers:
        for key in with_all(server.keys):
            counted[key] = None if key in counted else server
    return {key: server for key, server in counted.items() if server is not None}


def _free_id(named: _Named, taken: set[str]) -> str:
    """Return the logical id that the list says, else the one that the name gives, else one of the server's own."""
    for candidate in (named.server.logical_id, named.made_id):
        if candidate and candidate.lower() not in taken:
            return candidate
    own = names.own_name(_as_server(named.server), named.group)
    numbered = (f"{own}{number}" for number in range(2, len(taken) + 3))
    return next(candidate for candidate in (own, *numbered) if candidate.lower() not in taken)


# --- What the list no longer has ----------------------------------------------------------------------------------


class Missing(NamedTuple):
    """A server of before that its list no longer has; `replaced`: another has its serverId or vmId."""

    server: ServerEntry
    replaced: bool


def missing_from(entry: AppEntry, before: AppEntry) -> tuple[Missing, ...]:
    """Return the servers of before that are not among those of an application now."""
    keys = {key for server in entry.servers for key in server.keys if key.startswith(("serverId ", "vm "))}
    ids = {server.logical_id for server in entry.servers}
    gone = (server for server in before.servers if server.logical_id not in ids)
    return tuple(Missing(server, any(key in keys for key in server.keys)) for server in gone)


def carried_over(entry: AppEntry, before: AppEntry, missing: Iterable[ServerEntry]) -> AppEntry:
    """Return an application with servers of before in the groups they were in, which are made where they are gone."""
    carried = frozenset(server.logical_id for server in missing)
    groups = {group.name: group for group in entry.groups}
    for group in before.groups:
        more = tuple(server for server in group.servers if server.logical_id in carried)
        if more:
            there = groups.get(group.name, group._replace(servers=()))
            groups[group.name] = there._replace(servers=(*there.servers, *more))
    return entry._replace(groups=tuple(groups.values()))
