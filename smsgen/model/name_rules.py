"""Rules of names: nothing twice, and a name of its own for every server in the template."""

from collections.abc import Hashable, Iterator
from typing import NamedTuple

from smsgen.errors import Path
from smsgen.model import names
from smsgen.model.app import Server, ServerGroup
from smsgen.model.problems import Problems
from smsgen.model.view import AppView


def server_ids_differ(view: AppView, problems: Problems) -> None:
    """No serverId twice."""
    ids = (((*path, "serverId"), server.server_id) for path, _, server in view.servers)
    refuse_twice("DUPLICATE_SERVER_ID", "serverId", ids, problems)


def vm_ids_differ(view: AppView, problems: Problems) -> None:
    """No vmId twice under one VM manager."""
    addresses = ((path, server.vm_server.vm_server_address) for path, _, server in view.servers)
    ids = (
        (
            (*path, "vmServer", "vmServerAddress", "vmId"),
            address.vm_id and (address.vm_id, address.vm_manager_id),
        )
        for path, address in addresses
    )
    refuse_twice("DUPLICATE_VM_ID", "vmId", ids, problems)


def group_names_differ(view: AppView, problems: Problems) -> None:
    """No group name twice."""
    group_names = (((*path, "name"), group.name) for path, group in view.groups)
    refuse_twice("DUPLICATE_GROUP_NAME", "the group name", group_names, problems)


def group_ids_differ(view: AppView, problems: Problems) -> None:
    """No serverGroupId twice."""
    ids = (((*path, "serverGroupId"), group.server_group_id) for path, group in view.groups)
    refuse_twice("DUPLICATE_GROUP_ID", "serverGroupId", ids, problems)


def refuse_twice(
    code: str, what: str, values: Iterator[tuple[Path, Hashable]], problems: Problems, hint: str = ""
) -> None:
    """Add a problem for each value after the first that is equal to it; empty ones may be equal."""
    first: dict[Hashable, Path] = {}
    for path, value in values:
        if not value:
            continue
        before = first.setdefault(value, path)
        if before is not path:
            shown = value[0] if isinstance(value, tuple) else value
            message = f"{what} {str(shown)[:80]!r} is used twice, first in {problems.line(before)}"
            problems.add(code, path, message, hint or "give each its own")


def servers_are_named(view: AppView, problems: Problems) -> None:
    """Refuse a server with nothing to make its logical id from: its index in the file is not stable."""
    for named in _named(view):
        if not (named.pinned or names.title(named.server)):
            message = "this server has no serverId, no vmServer.vmName and no launch.logicalId"
            hint = "give one: its logical id in the template comes of it"
            problems.add("UNNAMED_SERVER", named.path, message, hint)


# --- Logical ids ----------------------------------------------------------------------------------------------------


class _Named(NamedTuple):
    """A server, its logical id, and the place of what that is made of. `pinned`: the id that is said of it."""

    path: Path
    group: str
    server: Server
    pinned: str | None
    said_at: Path
    logical_id: str


def logical_ids_differ(view: AppView, problems: Problems) -> None:
    """No logical id for two servers, whether it is said or made of their names.

    Two that are made, or one that is said and one that is made, may not differ in case alone either.
    """
    everybody = [named for named in _named(view) if named.pinned or names.title(named.server)]
    ids = ((named.said_at, named.pinned) for named in everybody)
    refuse_twice("DUPLICATE_LOGICAL_ID", "logicalId", ids, problems)
    by_name: dict[str, list[_Named]] = {}
    for named in everybody:
        by_name.setdefault(named.logical_id.lower(), []).append(named)
    for namesakes in by_name.values():
        if len(namesakes) > 1:
            _refuse_namesakes(namesakes, problems)


def _named(view: AppView) -> Iterator[_Named]:
    total = len(view.servers)
    for path, group, server in view.servers:
        pinned, said_at = _pin(view, path, group, server, total)
        if not pinned:
            name = ("vmServer", "vmName") if server.vm_server.vm_name else ("serverId",)
            said_at = (*path, *name)
        logical_id = names.logical_id(server, pinned)
        yield _Named(path, group.name, server, pinned, said_at, logical_id)


def _pin(
    view: AppView, path: Path, group: ServerGroup, server: Server, total: int
) -> tuple[str | None, Path]:
    """Return the logicalId that is said of a server, under its launch or as a default for it alone, and where."""
    if server.launch.logical_id:
        return server.launch.logical_id, (*path, "launch", "logicalId")
    if len(group.server_list) == 1 and group.launch_defaults.logical_id:
        return group.launch_defaults.logical_id, (*path[:2], "launchDefaults", "logicalId")
    if total == 1:
        return view.app.launch_defaults.logical_id, ("launchDefaults", "logicalId")
    return None, ()


def _refuse_namesakes(namesakes: list[_Named], problems: Problems) -> None:
    """Add a problem at the place of each: unless all is said that can be, of servers that are there twice."""
    told = _without_twins(namesakes)
    if len(told) < 2 or all(named.pinned for named in told):
        return
    for named in told:
        other = told[1] if named is told[0] else told[0]
        if _nothing_tells_apart(named, other):
            _refuse_copy(named, other, problems)
        else:
            _refuse_name(named, other, len(told) - 2, problems)


def _without_twins(namesakes: list[_Named]) -> list[_Named]:
    """Return the servers without those whose serverId or vmId another has: that is said of them already."""
    known: set[Hashable] = set()
    told = []
    for named in namesakes:
        address = named.server.vm_server.vm_server_address
        ids = {named.server.server_id, address.vm_id and address} - {""}
        if not ids & known:
            told.append(named)
        known |= ids
    return told


def _nothing_tells_apart(named: _Named, other: _Named) -> bool:
    ids = (named.server.server_id, named.server.vm_server.vm_server_address.vm_id, named.pinned)
    return not any(ids) and named.server.vm_server == other.server.vm_server and not other.server.server_id


def _refuse_copy(named: _Named, other: _Named, problems: Problems) -> None:
    line = problems.line(other.said_at)
    message = f"the server {names.title(named.server)[:80]} stands here and in {line}, and nothing tells the two apart"
    hint = (
        "remove one, if they are one machine; else give each its serverId, or its vmServerAddress with vmId and"
        " vmManagerId, and a launch.logicalId of its own"
    )
    problems.add("DUPLICATE_SERVER", named.said_at, message, hint)


def _refuse_name(named: _Named, other: _Named, more: int, problems: Problems) -> None:
    line = problems.line(other.said_at)
    beside = f", and {more:,} more," if more else ""
    pin = names.own_name((other if named.pinned else named).server, (other if named.pinned else named).group)
    message = (
        f"{_title(named, other)} and {_title(other, named)} ({line}){beside} would {'all' if more else 'both'} be"
        f" {named.logical_id} in the template; give {'all but one' if more else 'one'} of them a launch.logicalId of"
        f" its own, such as logicalId: {pin}"
    )
    hint = (
        f"pin what a server is launched under, so that it stays: logicalId: {named.logical_id}, or the example where an"
        " earlier version of smsgen named it so"
    )
    problems.add("LOGICAL_ID_COLLISION", named.said_at, message, hint)


def _title(named: _Named, other: _Named) -> str:
    """Return what a server is called; where the other is called so too, with what tells the two apart."""
    title = names.title(named.server) or named.logical_id
    address = named.server.vm_server.vm_server_address
    ids = [named.server.server_id] if named.server.server_id else [address.vm_id, address.vm_manager_id]
    more = ", ".join(filter(None, ids)) if title == (names.title(other.server) or other.logical_id) else ""
    return f"{title[:80]} [{more[:80]}]" if more else title[:80]
