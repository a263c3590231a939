"""Names that two things of a template would have: an error at the place of every server that is concerned.

Two servers of one logical id are found before anything is compiled (`model.name_rules`). Here it is about the names
that smsgen makes from those of servers and groups: logical ids, parameters and outputs share one space of names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from smsgen.compiler import identity
from smsgen.compiler.barrier import barrier_name
from smsgen.compiler.outputs import KINDS, are_folded
from smsgen.compiler.parameters import Declared, open_names
from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.servers import Part, resource_names
from smsgen.errors import Diagnostic, Path
from smsgen.model import names

MAX_NAME = 255
"""Characters of a logical id, of a parameter's and of an output's name (CloudFormation quotas)."""

_LONGEST_SUFFIX = max(len(suffix) for suffix, *_ in KINDS)


def reserved_names(servers: Iterable[ResolvedServer]) -> tuple[str, ...]:
    """Return the logical ids of what is made for all servers together, or may be once one of them asks for it."""
    servers = tuple(servers)
    return (
        *_identity_names(servers),
        *map(barrier_name, sorted({one.launch_order for one in servers})),
    )


def _identity_names(servers: Iterable[ResolvedServer]) -> set[str]:
    sets = {None, *(server.launch.managed_policy_arns for server in servers)}
    return {name for arns in sets for name in identity.profile_names(arns)}


def taken_names(
    servers: Mapping[str, ResolvedServer], owned: Mapping[str, Iterable[str]], others: Iterable[str]
) -> Iterator[Diagnostic]:
    """Find names that a server's resource shares with another server's, or with one of `others`.

    `servers` and `owned`, the names of their resources: by logical id.
    """
    owners: dict[str, list[str]] = {name: [""] for name in others}
    for logical_id in servers:
        for name in owned[logical_id]:
            owners.setdefault(name, []).append(logical_id)
    for name, claims in owners.items():
        for logical_id in claims if len(claims) > 1 else ():
            other = next(claim for claim in claims if claim != logical_id)
            if logical_id:
                what = (
                    f"the server {servers[other].title}" if other else "what smsgen makes beside the servers"
                )
                yield _taken(servers[logical_id], name, what)


def taken_early(servers: Iterable[ResolvedServer]) -> Iterator[Diagnostic]:
    """Find most of what `taken_names` finds before anything is compiled, whatever else is wrong with the servers.

    Servers of one logical id are left out, which an error says of them already.
    """
    servers = tuple(servers)
    known: dict[str, list[ResolvedServer]] = {}
    for server in servers:
        known.setdefault(server.logical_id.lower(), []).append(server)
    alone = {server.logical_id: server for (server, *more) in known.values() if not more}
    owned = {logical_id: resource_names(server, logical_id) for logical_id, server in alone.items()}
    yield from taken_names(alone, owned, {*reserved_names(servers), *open_names(servers)})


def _taken(server: ResolvedServer, name: str, owner: str) -> Diagnostic:
    pin = names.own_name(server.server, server.group.name)
    message = f"the name {name} in the template belongs to the server {server.title} and to {owner}"
    hint = f"give one of them another launch.logicalId, such as logicalId: {pin}"
    return Diagnostic("LOGICAL_ID_TAKEN", message, hint, path=server.path_of("logical_id"))


def long_names(
    servers: Mapping[str, ResolvedServer], parts: Mapping[str, Part], declared: Iterable[Declared]
) -> Iterator[Diagnostic]:
    """Find servers from whose logical id names are made that are longer than CloudFormation takes."""
    images = {one.name for one in declared}
    for logical_id, server in servers.items():
        names = [*parts[logical_id].resources, logical_id + "X" * _LONGEST_SUFFIX]
        names += [f"{logical_id}ImageId"] if f"{logical_id}ImageId" in images else []
        most = MAX_NAME - max(map(len, names)) + len(logical_id)
        if len(logical_id) > most:
            message = (
                f"the logical id of {server.title[:80]} has {len(logical_id)} characters, and the names that are made"
                f" from it would pass the {MAX_NAME} that CloudFormation takes"
            )
            hint = f"give it a launch.logicalId of at most {most}"
            yield Diagnostic("BAD_LOGICAL_ID", message, hint, path=server.path_of("logical_id"))


def group_namesakes(servers: Iterable[ResolvedServer]) -> Iterator[Diagnostic]:
    """Find groups that would share a parameter or an output, because their names differ in nothing that shows there.

    A group without open instance types whose servers are put out one by one gives its name to nothing.
    """
    servers = tuple(servers)
    folded = are_folded(len(servers))
    named = (one for one in servers if folded or not one.launch.instance_type)
    yield from group_clashes((one.group.name, one.path[:2]) for one in named)


def group_clashes(groups: Iterable[tuple[str, Path]]) -> Iterator[Diagnostic]:
    """Find those of the groups, by name and place, whose names begin alike what is made for them in a template."""
    places: dict[str, Path] = {}
    for name, path in groups:
        places.setdefault(name, path)
    by_prefix: dict[str, list[str]] = {}
    for name in places:
        by_prefix.setdefault(names.group_prefix(name).lower(), []).append(name)
    for namesakes in by_prefix.values():
        for name in namesakes if len(namesakes) > 1 else ():
            other = next(one for one in namesakes if one != name)
            prefix = names.group_prefix(name)
            message = f"the server groups {name!r} and {other!r} would both be {prefix} in the template"
            hint = (
                "rename the one that is not launched yet"
                f" (earlier versions of smsgen called this one {prefix}{names.name_digest(name)})"
            )
            yield Diagnostic("GROUP_NAME_COLLISION", message, hint, path=(*places[name], "name"))
