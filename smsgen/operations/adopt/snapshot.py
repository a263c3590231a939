"""What was seen of running servers, as a JSON file: with it, plans and checks need no AWS, and changes show.

User data may hold secrets: a digest stands for it. The rest is what the application file says too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from smsgen.errors import SmsgenError
from smsgen.operations.adopt.resources import LiveResource, masked

FORMAT = "smsgen-live-servers-1"
MOST_BYTES = 256 * 1024 * 1024
"""Of a snapshot: of 10,000 servers it has about 40 MB."""


class SeenServer(NamedTuple):
    """A server that is to be adopted: its name and instance, its resources by logical id (its own first), and in one
    sentence each what no template says of it. `unsaid`: properties of the instance that the file leaves out.
    """

    name: str
    instance_id: str
    resources: Mapping[str, LiveResource]
    not_captured: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()

    @property
    def logical_id(self) -> str:
        """Return the logical id of the instance."""
        return next(iter(self.resources))


class LeftOut(NamedTuple):
    """A server that is not adopted, and why."""

    instance_id: str
    name: str
    reason: str


class LiveSnapshot(NamedTuple):
    """Servers as they were, by instance id. `asked`: properties that are declared on request."""

    servers: tuple[SeenServer, ...]
    refused: tuple[LeftOut, ...] = ()
    region: str = ""
    asked: frozenset[str] = frozenset()
    account: str = ""

    def resources(self) -> dict[str, LiveResource]:
        """Return all resources by logical id."""
        return {name: found for server in self.servers for name, found in server.resources.items()}


def dump_live(snapshot: LiveSnapshot) -> str:
    """Return the text of a snapshot."""
    data = {
        "format": FORMAT,
        "region": snapshot.region,
        "account": snapshot.account,
        "asked": sorted(snapshot.asked),
        "servers": [_server(server) for server in snapshot.servers],
        "refused": [one._asdict() for one in snapshot.refused],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def read_live(text: bytes, path: str) -> LiveSnapshot:
    """Return the snapshot that a text holds. Raises SmsgenError for what is none."""
    try:
        data = json.loads(text)
        if data["format"] != FORMAT:
            raise ValueError(data["format"])
        return LiveSnapshot(
            tuple(_read_server(one) for one in data["servers"]),
            tuple(LeftOut(**one) for one in data["refused"]),
            str(data["region"]),
            frozenset(data["asked"]),
            str(data["account"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        hint = "`smsgen adopt discover` writes one beside the application file"
        raise SmsgenError(f"{path} is no snapshot of running servers", hint=hint) from None


def as_seen(servers: Iterable[SeenServer]) -> tuple[SeenServer, ...]:
    """Return servers as a snapshot holds them, user data masked, by instance id."""
    shown = (
        server._replace(
            resources={
                name: found._replace(properties=masked(found.properties))
                for name, found in server.resources.items()
            }
        )
        for server in servers
    )
    return tuple(sorted(shown, key=lambda server: server.instance_id))


def _server(server: SeenServer) -> dict[str, Any]:
    return {
        "name": server.name,
        "instanceId": server.instance_id,
        "resources": {name: found._asdict() for name, found in server.resources.items()},
        "notCaptured": list(server.not_captured),
        "unsaid": list(server.unsaid),
    }


def _read_server(data: Mapping[str, Any]) -> SeenServer:
    resources = {name: LiveResource(**found) for name, found in data["resources"].items()}
    if not resources:
        raise ValueError(data)
    return SeenServer(
        data["name"], data["instanceId"], resources, tuple(data["notCaptured"]), tuple(data["unsaid"])
    )
