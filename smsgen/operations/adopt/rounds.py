"""How servers come into a stack: one canary, then rounds of at most 200 resources; and the template of each round.

A change set that imports does nothing else, so its template has what is in the stack, what is being imported, and no
more: no outputs, nothing that cannot be imported, no dependency on what is not there yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from smsgen.cfn.document import Template
from smsgen.changes.identifiers import identifier_keys
from smsgen.changes.refusals.importing import MOST_IMPORTS
from smsgen.compiler import Compiled
from smsgen.compiler.servers.lifetime import RETAIN
from smsgen.errors import SmsgenError
from smsgen.operations.adopt.snapshot import LiveSnapshot, SeenServer

MOST_SERVERS = MOST_IMPORTS


class Round(NamedTuple):
    """Servers that are imported by one change set, with all that is theirs."""

    servers: tuple[SeenServer, ...]

    @property
    def imports(self) -> dict[str, Mapping[str, str]]:
        """Return logical id -> what identifies the resource."""
        return {name: found.identifier for server in self.servers for name, found in server.resources.items()}


def rounds(
    servers: Iterable[SeenServer], *, most: int = MOST_SERVERS, canary: bool = True
) -> tuple[Round, ...]:
    """Return the rounds in which servers are imported, in their order.

    `most`: resources of a round, at most 200. `canary`: the first round is one server alone, that with the fewest
    resources. Raises SmsgenError for a server that has more resources than a round may.
    """
    waiting, done = list(servers), []
    if canary and waiting:
        first = min(waiting, key=lambda server: len(server.resources))
        waiting.remove(first)
        done.append(Round((first,)))
    batch: list[SeenServer] = []
    for server in waiting:
        if len(server.resources) > most:
            raise SmsgenError(
                f"{server.name} has {len(server.resources)} resources", hint=f"a round takes {most}"
            )
        if sum(len(one.resources) for one in batch) + len(server.resources) > most:
            done.append(Round(tuple(batch)))
            batch = []
        batch.append(server)
    return (*done, Round(tuple(batch))) if batch else tuple(done)


def in_launch_order(compiled: Compiled, snapshot: LiveSnapshot) -> tuple[SeenServer, ...]:
    """Return the servers of a snapshot that a compiled application has, in launch order.

    Raises SmsgenError where the application has servers that are not in the snapshot, or is split into nested stacks.
    """
    if compiled.children:
        message = "the application is too large for one template, and nothing is imported into nested stacks"
        raise SmsgenError(message, hint="part it into several applications, by tag or by wave")
    by_name = {server.logical_id: server for server in snapshot.servers}
    names = [server.logical_id for server in compiled.servers]
    unknown = [name for name in names if name not in by_name]
    if unknown:
        message = f"the snapshot has no server {', '.join(unknown[:10])}"
        raise SmsgenError(
            message, hint="an import creates none: take it out of the file, and add it after that"
        )
    return tuple(by_name[name] for name in names)


def import_template(compiled: Template, names: Iterable[str]) -> Template:
    """Return the template of a round: of what is compiled, the resources with these logical ids, as they are imported.

    Both policies are Retain, whatever the file says: a server outlives whatever goes wrong.
    """
    wanted = set(names)
    resources = {
        name: _retained(resource, wanted)
        for name, resource in compiled.resources.items()
        if name in wanted and identifier_keys(str(resource.get("Type")))
    }
    body = {key: value for key, value in compiled.body.items() if key not in ("Resources", "Outputs")}
    return Template({**body, "Resources": resources})


def _retained(resource: Mapping[str, Any], wanted: set[str]) -> dict[str, Any]:
    depends = resource.get("DependsOn", [])
    kept = [name for name in ([depends] if isinstance(depends, str) else depends) if name in wanted]
    rest = {key: value for key, value in resource.items() if key not in ("DependsOn", "CreationPolicy")}
    return {**rest, **RETAIN, **({"DependsOn": kept} if kept else {})}
