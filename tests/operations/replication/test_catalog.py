"""Connectors and the catalog they fill: every status is seen here."""

from __future__ import annotations

import pytest

from smsgen.model.app import VmServerAddress
from smsgen.model.replicating.catalog import (
    CATALOG_STEPS,
    CatalogEvent,
    Connector,
)
from smsgen.operations.apps.world import BadParameter, NotPermitted
from smsgen.operations.replication import apps, catalog
from smsgen.operations.replication.refusals import NoConnectors
from tests.operations.replication.site import found, ids, take, with_catalog
from tests.operations.worlds import Site

DAY = 86_400.0


def status(site: Site) -> str:
    return catalog.catalog_now(site.world).status


def test_the_catalog_goes_through_all_its_statuses() -> None:
    site = Site()
    assert status(site) == "NOT_IMPORTED"
    with pytest.raises(NoConnectors):
        catalog.import_server_catalog(site.world)
    site.inventories.found["/images"] = [found("vm-1")]
    catalog.connect(site.world, Connector("", "images", "/images"))
    catalog.import_server_catalog(site.world)
    catalog.import_server_catalog(site.world)
    assert status(site) == "IMPORTING"
    assert take(site, "import-catalog")
    assert not take(site, "import-catalog")
    assert status(site) == "AVAILABLE"
    assert len(ids(site)) == 1
    site.clock.time += 31 * DAY
    assert (status(site), ids(site)) == ("EXPIRED", [])
    catalog.import_server_catalog(site.world)
    site.work()
    assert status(site) == "AVAILABLE"
    catalog.delete_server_catalog(site.world)
    assert (status(site), ids(site)) == ("DELETED", [])


def test_a_catalog_that_is_deleted_while_it_is_imported_stays_deleted() -> None:
    site = with_catalog("vm-1")
    catalog.import_server_catalog(site.world)
    catalog.delete_server_catalog(site.world)
    site.work()
    assert (status(site), ids(site)) == ("DELETED", [])


def test_a_connector_that_cannot_be_read_is_unhealthy_and_its_servers_stay() -> None:
    site = with_catalog("vm-1")
    there = site.inventories.found.pop("/images")
    catalog.import_server_catalog(site.world)
    site.work()
    (connector,) = catalog.all_connectors(site.world)
    assert (connector.status, status(site)) == ("UNHEALTHY", "NOT_IMPORTED")
    assert "/images" in connector.message
    assert len(site.store.servers(limit=9)) == 1
    site.inventories.found["/images"] = there
    catalog.import_server_catalog(site.world)
    site.work()
    assert catalog.all_connectors(site.world)[0].status == "HEALTHY"


def test_connectors_are_joined_by_address_and_a_server_that_nobody_finds_goes() -> None:
    site = with_catalog("vm-1", guest="")
    site.inventories.found["/list.csv"] = [
        found("vm-1", readable=False, guest="Ubuntu 22.04", application="shop", group="web"),
        found("vm-2", readable=False),
    ]
    catalog.connect(site.world, Connector("", "csv", "/list.csv", "vcenter-1"))
    catalog.import_server_catalog(site.world)
    site.work()
    first, second = sorted(site.store.servers(limit=9), key=lambda one: one.vm_server.vm_server_address.vm_id)
    assert (len(first.connectors), first.guest, first.refused) == (2, "Ubuntu 22.04", "")
    assert second.refused == "no connector can read its disks"
    page, more = catalog.get_servers(
        site.world, addresses=[VmServerAddress("vcenter-1", "vm-2"), VmServerAddress("x", "y")], limit=9
    )
    assert ([one.server_id for one in page], more) == ([second.server_id], False)
    made = apps.import_app_catalog(site.world, role_name="sms")
    assert apps.import_app_catalog(site.world) == ()
    (server,) = site.app(made[0]).app.server_groups[0].server_list
    assert (server.server_id, site.app(made[0]).imported_app_id) == (first.server_id, "inventory/shop")
    images = next(one for one in catalog.all_connectors(site.world) if one.kind == "images")
    catalog.disassociate_connector(site.world, images.connector_id)
    assert site.store.server(first.server_id).refused == "no connector can read its disks"  # type: ignore[union-attr] # there
    with pytest.raises(BadParameter):
        catalog.disassociate_connector(site.world, images.connector_id)
    site.inventories.found["/list.csv"] = []
    catalog.import_server_catalog(site.world)
    site.work()
    assert site.store.servers(limit=9) == ()


def test_applications_come_of_a_catalog_that_is_there() -> None:
    with pytest.raises(NotPermitted, match="the server catalog is not there"):
        apps.import_app_catalog(Site().world)


def test_the_same_location_is_one_connector() -> None:
    site = Site()
    first = catalog.connect(site.world, Connector("", "images", "/images", "a"))
    second = catalog.connect(site.world, Connector("", "images", "/images", "b"))
    assert first.connector_id == second.connector_id
    assert [one.vm_manager_id for one in catalog.all_connectors(site.world)] == ["b"]


def test_a_catalog_can_be_imported_whatever_became_of_it() -> None:
    assert all(CatalogEvent.IMPORT in steps for steps in CATALOG_STEPS.values())
