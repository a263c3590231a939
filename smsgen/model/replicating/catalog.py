"""Connectors and the server catalog, in SMS's words: what they hold, which statuses there are, which steps lead where.

A connector is a source that was configured: a folder of images, or an inventory. The catalog is what all of them found,
joined by vmManagerId and vmId. Names are the SMS API's (Connector, Server, 2018-11-26). Times are seconds since the
epoch; None and "" mean that there is nothing to say.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from hashlib import sha256
from typing import NamedTuple

from smsgen.model.app import VmServer
from smsgen.model.status import step

CATALOG_ID = "catalog"
"""The catalog is one record."""

MOST_VOLUMES = 22
"""SMS User Guide, "Requirements": a server with more volumes is not replicated."""


class ConnectorStatus(StrEnum):
    """Connector.status of the SMS API."""

    HEALTHY = "HEALTHY"
    UNHEALTHY = "UNHEALTHY"


class ConnectorEvent(Enum):
    """What a look at a connector's source shows."""

    READ = "its source was read"
    FAIL = "its source cannot be read"


_C, _CE = ConnectorStatus, ConnectorEvent
CONNECTOR_STEPS: dict[ConnectorStatus, dict[ConnectorEvent, ConnectorStatus]] = {
    status: {_CE.READ: _C.HEALTHY, _CE.FAIL: _C.UNHEALTHY} for status in ConnectorStatus
}
"""Status -> event -> next status."""


class CatalogStatus(StrEnum):
    """GetServers' serverCatalogStatus of the SMS API."""

    NOT_IMPORTED = "NOT_IMPORTED"
    IMPORTING = "IMPORTING"
    AVAILABLE = "AVAILABLE"
    DELETED = "DELETED"
    EXPIRED = "EXPIRED"


class CatalogEvent(Enum):
    """What moves the catalog from one status to the next."""

    IMPORT = "its import is asked for"
    SUCCEED = "its import is done"
    FAIL = "no connector can be read"
    DELETE = "it is deleted"
    EXPIRE = "it has not been imported for a long time"


_S, _E = CatalogStatus, CatalogEvent
_ASKED = {_E.IMPORT: _S.IMPORTING, _E.DELETE: _S.DELETED}

CATALOG_STEPS: dict[CatalogStatus, dict[CatalogEvent, CatalogStatus]] = {
    _S.NOT_IMPORTED: _ASKED,
    _S.IMPORTING: {**_ASKED, _E.SUCCEED: _S.AVAILABLE, _E.FAIL: _S.NOT_IMPORTED},
    _S.AVAILABLE: {**_ASKED, _E.EXPIRE: _S.EXPIRED},
    _S.DELETED: _ASKED,
    _S.EXPIRED: _ASKED,
}
"""Status -> event -> next status. A pair that is not here is refused."""


class Connector(NamedTuple):
    """A source of servers.

    `kind`: images, rvtools, csv or vcenter; `location`: the folder or file, or s3://BUCKET/PREFIX, or a vCenter's host.
    Of a vCenter, `user` is who signs in, `secret` where the password is (`env:NAME`, `file:PATH`, `secretsmanager:ID`),
    `ca_file` and `thumbprint` what its certificate is verified by. `profile` and `role_arn` name
    whose credentials read it, "" for the server's own; the credentials themselves are kept nowhere. `message` says why
    it is UNHEALTHY. `imported`: when its servers were last read.
    """

    connector_id: str
    kind: str
    location: str
    vm_manager_id: str = ""
    vm_manager_name: str = ""
    vm_manager_type: str = "VSPHERE"
    status: ConnectorStatus = ConnectorStatus.HEALTHY
    message: str = ""
    associated: float = 0.0
    imported: float | None = None
    found: int = 0
    software: str = ""
    profile: str = ""
    role_arn: str = ""
    user: str = ""
    secret: str = ""
    ca_file: str = ""
    thumbprint: str = ""
    version: int = 0


class Catalog(NamedTuple):
    """How the catalog stands. `message` says what went wrong with an import."""

    status: CatalogStatus = CatalogStatus.NOT_IMPORTED
    modified: float | None = None
    message: str = ""
    version: int = 0


class CatalogServer(NamedTuple):
    """A server that a connector found.

    `reader`: the connector that can read its disks, "" for none; `refused`: why it cannot be replicated, "" where it
    can. `application` and `group`: what an inventory says it belongs to.
    """

    server_id: str
    vm_server: VmServer = VmServer()
    connectors: tuple[str, ...] = ()
    reader: str = ""
    guest: str = ""
    firmware: str = ""
    disks: int = 0
    refused: str = ""
    application: str = ""
    group: str = ""
    version: int = 0


def of_catalog(catalog: Catalog, event: CatalogEvent, *, now: float | None, message: str = "") -> Catalog:
    """Return the catalog after an event; raises IllegalStep."""
    status = step(CATALOG_STEPS, catalog.status, event, what="a catalog")
    return catalog._replace(status=status, modified=now, message=message)


def as_of(catalog: Catalog, now: float, age: float) -> Catalog:
    """Return the catalog as it stands `now`: EXPIRED where it was not imported for `age` seconds."""
    if catalog.status is not CatalogStatus.AVAILABLE or now - (catalog.modified or 0.0) <= age:
        return catalog
    return of_catalog(catalog, CatalogEvent.EXPIRE, now=catalog.modified)


def looked_at(connector: Connector, event: ConnectorEvent, message: str = "") -> Connector:
    """Return a connector after a look at its source."""
    status = step(CONNECTOR_STEPS, connector.status, event, what="a connector")
    return connector._replace(status=status, message=message)


def server_id_of(vm_manager_id: str, vm_id: str, salt: int = 0) -> str:
    """Return the id of a VM: the same one for the same VM, always. `salt` tells two apart that would share one."""
    text = f"{vm_manager_id}\0{vm_id}" + (f"\0{salt}" if salt else "")
    return f"s-{sha256(text.encode('utf-8', 'replace')).hexdigest()[:8]}"
