from __future__ import annotations

import re
from typing import Any

import pytest

from smsgen.model.app import Server
from smsgen.model.managed import ManagedApp, ReplicationParameters
from smsgen.model.replication import ReplicationStatus
from smsgen.operations.apps.configure_replication import (
    GroupReplication,
    delete_replication_configuration,
    put_replication_configuration,
)
from smsgen.operations.apps.manage import Wanted, update_app
from smsgen.operations.apps.world import BadParameter, NotPermitted, UnknownApp
from smsgen.operations.ports.store import Change
from tests.operations.worlds import Site

GOOD = ReplicationParameters(frequency=12, license_type="BYOL", number_of_recent_amis_to_keep=3)


def put(site: Site, app_id: str, parameters: ReplicationParameters = GOOD) -> ManagedApp:
    groups = site.app(app_id).app.server_groups
    wanted = tuple(
        GroupReplication(group.server_group_id, tuple((s.server_id, parameters) for s in group.server_list))
        for group in groups
    )
    return put_replication_configuration(site.world, app_id, wanted)


def test_a_valid_configuration_makes_it_ready(site: Site) -> None:
    app_id = site.create().app.app_id
    after = put(site, app_id)
    assert after.replication.status == "READY_FOR_REPLICATION"
    assert after.replication.configured
    assert dict(after.replication.parameters) == dict.fromkeys(
        ["s-00000001", "s-00000002", "s-00000003"], GOOD
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"frequency": None}, "needs frequency, or runOnce"),
        ({"frequency": 25}, "frequency is 25; it must be from 1 to 24 hours"),
        ({"frequency": 0}, "frequency is 0"),
        ({"number_of_recent_amis_to_keep": 271}, "from 0 \\(all\\) to 270"),
        ({"number_of_recent_amis_to_keep": -1}, "is -1"),
        ({"license_type": "MINE"}, "licenseType is 'MINE'"),
        ({"kms_key_id": "alias/mine"}, "kmsKeyId needs encrypted"),
        ({"encrypted": True, "kms_key_id": "mine"}, "kmsKeyId: 'mine' is not a KMS key"),
        ({"seed_time": 1_000_000.0 + 31 * 86_400}, "more than 30 days ahead"),
    ],
)
def test_what_will_not_do_is_kept_and_told(site: Site, fields: dict[str, Any], said: str) -> None:
    app_id = site.create().app.app_id
    after = put(site, app_id, GOOD._replace(**fields))
    assert after.replication.status == "CONFIGURATION_INVALID"
    assert re.search(f"s-00000001: .*{said}", after.replication.message)
    assert put(site, app_id).replication == put(site, app_id).replication
    assert site.app(app_id).replication.status == "READY_FOR_REPLICATION"


@pytest.mark.parametrize(
    "fields",
    [
        {"frequency": None, "run_once": True},
        {"frequency": 1},
        {"frequency": 24},
        {"number_of_recent_amis_to_keep": 0},
        {"number_of_recent_amis_to_keep": 270},
        {"encrypted": True},
        {"encrypted": True, "kms_key_id": "alias/mine"},
        {"seed_time": 1_000_000.0 + 29 * 86_400},
    ],
)
def test_the_edges_of_what_will_do(site: Site, fields: dict[str, Any]) -> None:
    app_id = site.create().app.app_id
    assert put(site, app_id, GOOD._replace(**fields)).replication.message == ""


def test_every_server_needs_parameters(site: Site) -> None:
    before = site.create()
    groups = before.app.server_groups
    first = GroupReplication(groups[0].server_group_id, (("s-00000001", GOOD),))
    after = put_replication_configuration(site.world, before.app.app_id, (first,))
    assert after.replication.status == "CONFIGURATION_INVALID"
    assert after.replication.message == (
        "s-00000002: it has no replication parameters; s-00000003: it has no replication parameters"
    )
    second = GroupReplication(groups[1].server_group_id, (("s-00000002", GOOD), ("s-00000003", GOOD)))
    after = put_replication_configuration(site.world, before.app.app_id, (second,))
    assert after.replication.status == "READY_FOR_REPLICATION"


def test_groups_that_change_are_judged_again(site: Site) -> None:
    app_id = site.create().app.app_id
    put(site, app_id)
    groups = site.app(app_id).app.server_groups
    more = groups[0]._replace(server_list=(*groups[0].server_list, Server("s-00000009")))
    after = update_app(site.world, app_id, Wanted(groups=(more, groups[1])))
    assert after.replication.status == "CONFIGURATION_INVALID"
    fewer = update_app(site.world, app_id, Wanted(groups=(groups[0], groups[1]._replace(server_list=()))))
    assert fewer.replication.status == "READY_FOR_REPLICATION"
    assert [server for server, _ in fewer.replication.parameters] == ["s-00000001"]
    empty = tuple(group._replace(server_list=()) for group in groups)
    assert "no servers" in update_app(site.world, app_id, Wanted(groups=empty)).replication.message


def test_what_is_not_in_the_application_is_refused(site: Site) -> None:
    before = site.create()
    group = before.app.server_groups[0].server_group_id
    for wanted in (GroupReplication("group-none"), GroupReplication(group, (("s-00000002", GOOD),))):
        with pytest.raises(BadParameter):
            put_replication_configuration(site.world, before.app.app_id, (wanted,))
    with pytest.raises(UnknownApp):
        put_replication_configuration(site.world, "app-none", ())
    assert site.app(before.app.app_id) == before


def test_a_configuration_can_be_forgotten_but_not_while_it_replicates(site: Site) -> None:
    app_id = site.create().app.app_id
    put(site, app_id)
    after = delete_replication_configuration(site.world, app_id)
    assert (after.replication.status, after.replication.parameters) == ("READY_FOR_CONFIGURATION", ())
    put(site, app_id)
    before = site.app(app_id)
    running = before._replace(
        replication=before.replication._replace(status=ReplicationStatus.REPLICATION_IN_PROGRESS)
    )
    site.store.commit(Change(before, running))
    with pytest.raises(NotPermitted):
        delete_replication_configuration(site.world, app_id)
    with pytest.raises(NotPermitted):
        put(site, app_id)
