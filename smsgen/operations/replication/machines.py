"""Machines near the disks: each says which connectors it can read, and leaves to another one what only that can.

A folder of images may be on one machine of a store and not on the others. A run of it waits for that machine, also
while it restarts, and fails only where nobody has read the connector for an hour. A machine is known by its name: what
several processes of it say is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from smsgen.model.replicating.catalog import Connector
from smsgen.model.replicating.machines import Machine
from smsgen.operations.apps.world import World
from smsgen.operations.ports.replication_store import Write
from smsgen.operations.ports.store import Change, Conflict

BEAT = 20.0
"""Seconds between two times that a machine says what it reads."""

WAITED_FOR = 3600.0
"""Seconds for which a machine that says nothing any more is waited for."""

_ALL = 1_000_000
_FORGOTTEN = 7 * 86_400.0


def beat(world: World) -> None:
    """Tell the store which connectors this machine reads; raises StoreError."""
    now = world.store.now()
    there = {machine.name: machine for machine in world.store.machines()}
    reads = tuple(
        one.connector_id for one in world.store.connectors(limit=_ALL) if world.inventories.reads(one)
    )
    gone = (one for one in there.values() if now - one.seen > _FORGOTTEN and one.name != world.machine)
    told = Write(there.get(world.machine), Machine(world.machine, reads, now))
    with suppress(Conflict):  # another process of this machine has just told it
        world.store.commit(Change(None, None, records=(told, *(Write(one, None) for one in gone))))


def others(world: World) -> Iterator[Machine]:
    """Yield the other machines that are there, or may come back."""
    now = world.store.now()
    for machine in world.store.machines():
        if machine.name != world.machine and now - machine.seen < WAITED_FOR:
            yield machine


def reader_of(world: World, connector: Connector) -> str:
    """Return the name of the machine that is to read a connector which this one cannot; "" where it is this one's."""
    if world.inventories.reads(connector):
        return ""
    return next((one.name for one in others(world) if connector.connector_id in one.connectors), "")
