"""Use case: running servers -> an application file that says exactly what they are, and a snapshot of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from smsgen.cfn.text import dump_yaml
from smsgen.errors import SmsgenError
from smsgen.operations.adopt.application import (
    AdoptedServer,
    Grouping,
    application,
    entry,
    logical_ids,
    looks_secret,
    undecided,
)
from smsgen.operations.adopt.check import Difference, faults_of_file
from smsgen.operations.adopt.refusals import beyond_schema, why_not
from smsgen.operations.adopt.resources import resources_of
from smsgen.operations.adopt.snapshot import LeftOut, LiveSnapshot, SeenServer, as_seen
from smsgen.operations.files.generate_template import generate_template
from smsgen.operations.ports.adoption import Fleet, LiveServer, Selection
from smsgen.operations.ports.protocols import Files


class Wish(NamedTuple):
    """How to write down what is found. `asked`: properties on request, such as PrivateIpAddress.

    `keep_secret`: tells, given a server's name, whether user data that looks secret goes into the file.
    """

    name: str
    grouping: Grouping = Grouping()
    asked: frozenset[str] = frozenset()
    keep_secret: Callable[[str], bool] = lambda name: False


class Discovered(NamedTuple):
    """An application file as text, the snapshot, and the names of servers whose launch order nobody has said."""

    text: str
    snapshot: LiveSnapshot
    unordered: tuple[str, ...] = ()


def discover(fleet: Fleet, selection: Selection, wish: Wish) -> Discovered:
    """Return the application file of the servers that are meant. Raises SmsgenError where there are none to adopt."""
    servers = fleet.servers(selection)
    refused = tuple(
        LeftOut(server.instance_id, server.name, reason) for server in servers if (reason := why_not(server))
    )
    gone = set(selection.ids) - {server.instance_id for server in servers}
    refused += tuple(LeftOut(instance_id, "", "EC2 knows no such instance") for instance_id in sorted(gone))
    out = {one.instance_id for one in refused}
    taken = [server for server in servers if server.instance_id not in out]
    if not taken:
        reasons = "; ".join(f"{one.instance_id}: {one.reason}" for one in refused[:5])
        raise SmsgenError(
            "there are no servers to adopt", hint=reasons or "nothing is selected by what is said"
        )
    entries, described = _entries(taken, wish)
    text = dump_yaml(application(wish.name, entries))
    return Discovered(
        text,
        LiveSnapshot(as_seen(described), refused, asked=wish.asked),
        tuple(undecided(taken, wish.grouping)),
    )


def look_again(fleet: Fleet, snapshot: LiveSnapshot) -> LiveSnapshot:
    """Return how the servers of a snapshot are now, under the logical ids that they have there."""
    names = {server.instance_id: server for server in snapshot.servers}
    servers = fleet.servers(Selection(ids=tuple(names)))
    live = [
        names[server.instance_id]._replace(
            resources=resources_of(server, names[server.instance_id].logical_id, snapshot.asked)
        )
        for server in servers
    ]
    return snapshot._replace(servers=as_seen(live))


def unfaithful(text: str, snapshot: LiveSnapshot, files: Files) -> tuple[Difference, ...]:
    """Return where the template of an application file is not what the servers are: the law of this room."""
    generated = generate_template("discovered", files=files, text=text.encode())
    return faults_of_file(generated.compiled.template.resources, snapshot)


def _entries(servers: Iterable[LiveServer], wish: Wish) -> tuple[list[AdoptedServer], list[SeenServer]]:
    listed = tuple(servers)
    names = logical_ids(listed)
    entries, described = [], []
    for server in listed:
        resources = resources_of(server, names[server.instance_id], wish.asked)
        user_data: Any = server.attributes.get("userData")
        keep = not user_data or not looks_secret(user_data) or wish.keep_secret(server.name)
        written, notes = entry(server, resources, wish.grouping, keep_user_data=keep)
        entries.append(written)
        captured = (*notes.values(), *beyond_schema(server))
        described.append(
            SeenServer(server.name, server.instance_id, resources, captured, tuple(sorted(notes)))
        )
    return entries, described
