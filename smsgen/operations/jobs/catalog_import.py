"""The import of the server catalog as a job: all connectors are read, and what they find is one catalog."""

from __future__ import annotations

from smsgen.model.replicating.catalog import CatalogEvent, CatalogStatus, of_catalog
from smsgen.operations.apps.readiness import cut
from smsgen.operations.apps.world import World
from smsgen.operations.jobs.lease import Kind, Superseded
from smsgen.operations.jobs.record_lease import RecordLease, ignore
from smsgen.operations.ports.replication_store import Write
from smsgen.operations.ports.store import Change
from smsgen.operations.replication.catalog import imported, read_connectors


def _require_importing(world: World) -> None:
    status = world.store.catalog().status
    if status is not CatalogStatus.IMPORTING:
        raise Superseded(f"the catalog is {status} now")


def _carry_out(world: World, lease: RecordLease) -> None:
    looks = read_connectors(world, between=lease.keep)
    lease.keep()

    def decide() -> Change:
        _require_importing(world)
        return Change(None, None, records=imported(world, looks))

    lease.write(decide, done=True)


def _fail(world: World, lease: RecordLease, message: str) -> None:
    def decide() -> Change:
        _require_importing(world)
        before = world.store.catalog()
        after = of_catalog(before, CatalogEvent.FAIL, now=world.clock.now(), message=cut(message))
        return Change(None, None, records=(Write(before, after),))

    lease.write(decide, done=True)


IMPORT_CATALOG = Kind(RecordLease, _carry_out, ignore, _fail)
