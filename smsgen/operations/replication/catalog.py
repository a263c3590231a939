"""Use cases: connectors, and the server catalog that they fill.

An import only begins here: the catalog is IMPORTING, and a job is queued in the same commit; `jobs/catalog_import`
reads the connectors. What they find is one catalog, joined by vmManagerId and vmId: names come from the first connector
that has them, disks from the first that can read them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from smsgen.model.app import VmServer, VmServerAddress
from smsgen.model.replicating.catalog import (
    CATALOG_ID,
    MOST_VOLUMES,
    Catalog,
    CatalogEvent,
    CatalogServer,
    CatalogStatus,
    Connector,
    ConnectorEvent,
    ConnectorStatus,
    as_of,
    looked_at,
    of_catalog,
    server_id_of,
)
from smsgen.operations.apps.readiness import cut
from smsgen.operations.apps.world import BadParameter, Kept, World, commit_decided, new_job
from smsgen.operations.ports.inventories import ConnectorUnreadable, FoundServer
from smsgen.operations.ports.replication_store import Write
from smsgen.operations.ports.store import Change
from smsgen.operations.replication.machines import reader_of
from smsgen.operations.replication.refusals import NoConnectors

IMPORT = "import-catalog"
_ALL = 1_000_000

UNREADABLE = "no connector can read its disks"


# --- Connectors ---------------------------------------------------------------------------------------------


def connect(world: Kept, connector: Connector) -> Connector:
    """Keep a connector, in place of one to the same location, and return it as it is kept."""
    kept: Connector = connector

    def decide() -> Change:
        nonlocal kept
        there = next((one for one in all_connectors(world) if _same(one, connector)), None)
        kept = connector._replace(
            connector_id=there.connector_id if there else f"c-{world.new_id(17)}",
            associated=there.associated if there else world.clock.now(),
            version=there.version if there else 0,
        )
        return Change(None, None, records=(Write(there, kept),))

    commit_decided(world, CATALOG_ID, decide)
    return kept


def _same(connector: Connector, other: Connector) -> bool:
    return (connector.kind, connector.location) == (other.kind, other.location)


def all_connectors(world: Kept) -> tuple[Connector, ...]:
    """Return all connectors, by their ids."""
    return world.store.connectors(limit=_ALL)


def disassociate_connector(world: World, connector_id: str) -> None:
    """Forget a connector, and the servers that nobody else finds; raises BadParameter."""

    def decide() -> Change:
        connector = world.store.connector(connector_id)
        if connector is None:
            raise BadParameter(f"there is no connector {connector_id}")
        servers = (one for one in world.store.servers(limit=_ALL) if connector_id in one.connectors)
        return Change(
            None,
            None,
            records=(Write(connector, None), *(Write(one, _without(one, connector_id)) for one in servers)),
        )

    commit_decided(world, CATALOG_ID, decide)


def _without(server: CatalogServer, connector_id: str) -> CatalogServer | None:
    left = tuple(one for one in server.connectors if one != connector_id)
    if not left:
        return None
    if server.reader != connector_id:
        return server._replace(connectors=left)
    return server._replace(connectors=left, reader="", refused=server.refused or UNREADABLE)


# --- Catalog ------------------------------------------------------------------------------------------------


def import_server_catalog(world: World) -> None:
    """Begin to read all connectors; raises NoConnectors. While that is under way, another one is none."""

    def decide() -> Change:
        if not world.store.connectors(limit=1):
            raise NoConnectors
        before = world.store.catalog()
        after = of_catalog(before, CatalogEvent.IMPORT, now=before.modified)
        jobs = () if world.store.jobs(CATALOG_ID) else (new_job(world, CATALOG_ID, IMPORT),)
        return Change(None, None, records=(_write(before, after),), jobs=jobs)

    commit_decided(world, CATALOG_ID, decide)


def delete_server_catalog(world: World) -> None:
    """Forget all servers. Replication jobs, and servers of applications, stay."""

    def decide() -> Change:
        before = world.store.catalog()
        after = of_catalog(before, CatalogEvent.DELETE, now=world.clock.now())
        servers = tuple(Write(server, None) for server in world.store.servers(limit=_ALL))
        return Change(None, None, records=(_write(before, after), *servers))

    commit_decided(world, CATALOG_ID, decide)


def _write(before: Catalog, after: Catalog) -> Write:
    return Write(before if before.version else None, after)


def catalog_now(world: World) -> Catalog:
    """Return how the catalog stands."""
    return as_of(world.store.catalog(), world.clock.now(), world.settings.catalog_age)


def get_servers(
    world: World, *, addresses: Iterable[VmServerAddress] | None = None, after: str = "", limit: int
) -> tuple[tuple[CatalogServer, ...], bool]:
    """Return at most `limit` servers by their ids, and whether there are more.

    `addresses`: only servers at these, where a part that is left out is any; those that are not there are left out. A
    catalog that is deleted, expired or was
    never imported holds none.
    """
    if catalog_now(world).status not in (CatalogStatus.AVAILABLE, CatalogStatus.IMPORTING):
        return (), False
    if addresses is None:
        page = world.store.servers(after=after, limit=limit + 1)
        return page[:limit], len(page) > limit
    wanted = set(addresses)
    candidates = [
        one for one in _candidates(world, wanted) if _is_at(one.vm_server.vm_server_address, wanted)
    ]
    page = tuple(one for one in candidates if one.server_id > after)
    return page[:limit], len(page) > limit


def _is_at(address: VmServerAddress, wanted: set[VmServerAddress]) -> bool:
    manager_id, vm_id = address
    return not wanted.isdisjoint((address, VmServerAddress("", vm_id), VmServerAddress(manager_id, "")))


def _candidates(world: World, wanted: set[VmServerAddress]) -> tuple[CatalogServer, ...]:
    if not all(all(address) for address in wanted):
        return world.store.servers(limit=_ALL)
    salted = {server_id_of(*address, salt) for address in wanted for salt in range(_SALTS)}
    return world.store.servers(ids=salted, limit=len(salted) or 1)


_SALTS = 4


# --- What an import finds -----------------------------------------------------------------------------------


def read_connectors(
    world: World, *, between: Callable[[], None] = lambda: None
) -> tuple[tuple[Connector, tuple[FoundServer, ...]], ...]:
    """Return each connector after a look at it, with what it finds: nothing where it cannot be read.

    A folder that only another machine reads is left as it is: who works there imports it (`smsgen servers --import`).
    `between` is called now and then: what it raises ends the reading.
    """
    return tuple(
        _read(world, connector, between)
        for connector in all_connectors(world)
        if connector.kind != "images" or not reader_of(world, connector)
    )


def _read(
    world: World, connector: Connector, between: Callable[[], None]
) -> tuple[Connector, tuple[FoundServer, ...]]:
    between()
    try:
        servers = world.inventories.servers(connector, between=between)
    except ConnectorUnreadable as error:
        return looked_at(connector, ConnectorEvent.FAIL, cut(str(error))), ()
    read = looked_at(connector, ConnectorEvent.READ)
    return read._replace(imported=world.clock.now(), found=len(servers)), servers


def imported(world: World, looks: tuple[tuple[Connector, tuple[FoundServer, ...]], ...]) -> tuple[Write, ...]:
    """Return what is written once all connectors were looked at: they themselves, the catalog and its servers.

    Servers of a connector that is not read now stay. Where none can be read, the catalog is not imported.
    """
    there = {server.server_id: server for server in world.store.servers(limit=_ALL)}
    connectors = {one.connector_id: one for one in all_connectors(world)}
    before = world.store.catalog()
    read = {connector.connector_id for connector, _ in looks if connector.status is ConnectorStatus.HEALTHY}
    left = connectors.keys() - {connector.connector_id for connector, _ in looks}
    event = CatalogEvent.SUCCEED if read or left else CatalogEvent.FAIL
    message = "; ".join(f"{one.location}: {one.message}" for one, _ in looks if one.message)
    after = of_catalog(before, event, now=world.clock.now(), message=cut(message))
    servers = _joined(looks, there, read)
    return (
        _write(before, after),
        *(
            Write(connectors[one.connector_id], one._replace(version=connectors[one.connector_id].version))
            for one, _ in looks
            if one.connector_id in connectors
        ),
        *(_server_write(there.get(server_id), server) for server_id, server in servers.items()),
        *(Write(server, None) for server_id, server in there.items() if server_id not in servers),
    )


def _server_write(before: CatalogServer | None, after: CatalogServer) -> Write:
    return Write(before, after._replace(version=before.version if before else 0))


def _joined(
    looks: tuple[tuple[Connector, tuple[FoundServer, ...]], ...],
    there: Mapping[str, CatalogServer],
    read: set[str],
) -> dict[str, CatalogServer]:
    servers = {
        server_id: server._replace(connectors=left, reader=server.reader if server.reader in left else "")
        for server_id, server in there.items()
        if (left := tuple(one for one in server.connectors if one not in read))
    }
    for connector, found in looks:
        for one in found:
            server_id = _free_id(one, servers)
            servers[server_id] = _merged(server_id, servers.get(server_id), one, connector)
    return {server_id: _judged(server) for server_id, server in servers.items()}


def _free_id(listed: FoundServer, servers: Mapping[str, CatalogServer]) -> str:
    address = VmServerAddress(listed.vm_manager_id, listed.vm_id)
    for salt in range(_SALTS):
        server_id = server_id_of(*address, salt)
        there = servers.get(server_id)
        if there is None or there.vm_server.vm_server_address == address:
            return server_id
    raise ConnectorUnreadable(f"{listed.vm_id} of {listed.vm_manager_id} has no id that is free")


def _merged(
    server_id: str, there: CatalogServer | None, listed: FoundServer, connector: Connector
) -> CatalogServer:
    known = there or CatalogServer(server_id)
    vm = known.vm_server
    return known._replace(
        vm_server=VmServer(
            VmServerAddress(listed.vm_manager_id, listed.vm_id),
            vm.vm_name or listed.vm_name,
            vm.vm_manager_name or listed.vm_manager_name,
            vm.vm_manager_type or listed.vm_manager_type,
            vm.vm_path or listed.vm_path,
        ),
        connectors=tuple(dict.fromkeys((*known.connectors, connector.connector_id))),
        reader=known.reader or (connector.connector_id if listed.readable else ""),
        guest=known.guest or listed.guest,
        firmware=listed.firmware if listed.readable else known.firmware or listed.firmware,
        disks=listed.disks if listed.readable else known.disks or listed.disks,
        refused=listed.refused or ("" if known.refused == UNREADABLE else known.refused),
        application=known.application or listed.application,
        group=known.group or listed.group,
    )


def _judged(server: CatalogServer) -> CatalogServer:
    """Return a server with what keeps it from being replicated."""
    refused = "" if server.refused == UNREADABLE else server.refused
    if not refused and server.disks > MOST_VOLUMES:
        refused = f"it has {server.disks} volumes, and at most {MOST_VOLUMES} are replicated"
    return server._replace(refused=refused or ("" if server.reader else UNREADABLE))
