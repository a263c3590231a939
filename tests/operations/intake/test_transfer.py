"""Applications out of the store into files and back: nothing is lost without a word, and nothing half done."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from smsgen.errors import InvalidInput, SmsgenError
from smsgen.model.app import App, Server, ServerGroup
from smsgen.model.launch import Launch, UserData
from smsgen.model.load import load
from smsgen.model.managed import (
    AppValidation,
    LaunchState,
    ManagedApp,
    ReplicationParameters,
    ReplicationState,
    ServerValidation,
    ValidationOutput,
    ValidationState,
)
from smsgen.model.status import IllegalStep, LaunchStatus
from smsgen.operations.files.generate_template import generate_from
from smsgen.operations.intake.transfer import export_app, keep, read_files, text
from smsgen.operations.ports.store import Change, ServerTaken
from smsgen.store import SqlStore, open_store
from tests.operations.intake.answers import Given, app_id, get_app, get_launch, get_replication, server_id

SHOP = b"""\
name: shop
appId: app-0123456789abcdef0
launchDefaults: {vpc: vpc-12345678, subnet: subnet-12345678, securityGroup: sg-12345678, instanceType: m6i.large}
serverGroups:
  - name: web
    serverList:
      - serverId: s-12345678
        imageId: ami-12345678
        launch: {userData: {file: boot.sh}, volumes: [{device: /dev/sdf, size: 10}]}
"""
SHOP_ID = "app-0123456789abcdef0"
SCRIPT = b"#!/bin/sh\necho hello\n"


@pytest.fixture
def store() -> Iterator[SqlStore]:
    made = open_store("sqlite://")
    yield made
    made.close()


def put(
    store: SqlStore, *, replace: bool = False, now: float = 100.0, **files: Any
) -> tuple[ManagedApp, ...]:
    numbers = count(1)
    imported = read_files(files, Given(**files, **{"boot.sh": SCRIPT}), in_store=True).apps
    return keep(
        store, imported, replace=replace, now=now, new_id=lambda digits: f"{next(numbers):0{digits}x}"
    )


# --- In -----------------------------------------------------------------------------------------------------------


def test_an_application_file_is_kept_with_its_scripts(store: SqlStore) -> None:
    (kept,) = put(store, shop=SHOP)
    assert store.app(SHOP_ID) == kept
    server = kept.app.server_groups[0].server_list[0]
    assert server.launch.user_data == UserData(inline=SCRIPT.decode())
    assert server.launch.volumes
    assert kept.app.server_groups[0].server_group_id == "group-00000000000000001"
    assert (kept.launch.configured, kept.launch.status, kept.launch.message) == (True, "READY_FOR_LAUNCH", "")
    assert (kept.created, kept.modified, kept.status) == (100.0, 100.0, "ACTIVE")
    assert generate_from(kept.app).compiled.template.resources


def test_a_file_that_is_powershell_by_its_name_stays_so(store: SqlStore) -> None:
    files = Given(shop=SHOP.replace(b"boot.sh", b"boot.ps1"), **{"boot.ps1": b"Install-Thing\n"})
    (kept,) = read_files(["shop"], files, in_store=True).apps
    (server, *_) = generate_from(kept.app).compiled.template.resources.values()
    assert server["Properties"]["UserData"] == {"Fn::Base64": "<powershell>\nInstall-Thing\n</powershell>\n"}


def test_a_file_that_says_too_little_is_kept_with_what_it_lacks(store: SqlStore) -> None:
    (kept,) = put(store, shop=b"name: x\nserverGroups: [{serverList: [{serverId: s-12345678}]}]\n")
    assert kept.launch.status == "CONFIGURATION_INVALID"
    assert "has no subnet" in kept.launch.message


def test_answers_are_kept_with_their_statuses(store: SqlStore) -> None:
    (kept,) = put(store, a=get_app(), l=get_launch(), r=get_replication())
    assert (kept.launch.status, kept.replication.status) == ("READY_FOR_LAUNCH", "READY_FOR_REPLICATION")
    assert "waits for an image" in kept.launch.message
    assert (kept.created, kept.modified) == (1556697600.5, 1556697700.0)
    details = {"stackName": "sms-app-x", "stackId": "arn:x"}
    (other,) = put(
        store, a=get_app(2, launchStatus="TERMINATE_FAILED", launchDetails=details), l=get_launch(2)
    )
    assert (other.launch.status, other.launch.stack_id) == ("TERMINATE_FAILED", "arn:x")


@pytest.mark.parametrize("script", [b"\xff\xfe", b"x" * 16_385, b"\x00"])
def test_a_script_that_cannot_stand_in_an_application_is_refused_in_its_place(script: bytes) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_files(["shop"], Given(shop=SHOP, **{"boot.sh": script}), in_store=True)
    assert [(one.location and one.location.line) for one in raised.value.diagnostics] == [9]


def test_a_server_without_an_id_is_refused_for_a_store_only() -> None:
    files = Given(shop=b"name: x\nserverGroups:\n  - serverList:\n      - vmServer: {vmName: web01}\n")
    with pytest.raises(
        InvalidInput, match=r"shop:4:9: error\[MISSING_FIELD\]: in a store every server needs"
    ):
        read_files(["shop"], files, in_store=True)
    assert len(read_files(["shop"], files, in_store=False).apps) == 1


def test_everything_is_kept_or_nothing(store: SqlStore) -> None:
    put(store, one=get_app(1))
    before = store.apps(limit=9)
    with pytest.raises(SmsgenError, match=f"{app_id(1)} is in the store already") as raised:
        put(store, two=get_app(2), one=get_app(1))
    assert "--replace" in raised.value.hint
    taken = get_app(3)
    taken["serverGroups"][0]["serverList"][1]["serverId"] = server_id(1, 1)
    with pytest.raises(ServerTaken):
        put(store, two=get_app(2), three=taken)
    assert store.apps(limit=9) == before


def test_answers_that_make_no_application_are_refused(store: SqlStore) -> None:
    twice = get_app()
    twice["serverGroups"][1]["serverList"][0]["serverId"] = server_id(1, 1)
    with pytest.raises(InvalidInput, match=rf"{app_id()}: serverGroups\[1\].*serverId.* is used twice"):
        put(store, a=twice)
    assert store.apps(limit=9) == ()


# --- Replace ------------------------------------------------------------------------------------------------------


def launched(store: SqlStore) -> ManagedApp:
    (kept,) = put(store, shop=SHOP)
    after = kept._replace(
        role_name="sms",
        launch=kept.launch._replace(status=LaunchStatus.LAUNCHED, stack_id="arn:x", auto_launch=True),
        replication=ReplicationState(
            configured=True,
            parameters=(("s-12345678", ReplicationParameters(frequency=1)),),
            terminated=("s-12345678",),
        ),
        validation=ValidationState(
            servers=(ServerValidation("val-1", "s-12345678"),),
            outputs=(ValidationOutput("val-1", server_id="s-12345678"),),
        ),
    )
    written = store.commit(Change(kept, after))
    assert written
    return written


def test_replacing_keeps_how_an_application_stands(store: SqlStore) -> None:
    before = launched(store)
    (after,) = put(store, shop=SHOP.replace(b"m6i.large", b"m6i.xlarge"), replace=True, now=200.0)
    assert after.app.launch_defaults.instance_type == "m6i.xlarge"
    assert after.app.server_groups[0].server_group_id == before.app.server_groups[0].server_group_id
    assert (after.launch, after.replication) == (before.launch, before.replication)
    assert (after.validation, after.role_name) == (before.validation, "sms")
    assert (after.created, after.modified, after.version) == (100.0, 200.0, before.version + 1)


def test_replacing_forgets_servers_that_are_gone(store: SqlStore) -> None:
    launched(store)
    (after,) = put(store, shop=SHOP.replace(b"s-12345678", b"s-23456789"), replace=True)
    assert (after.replication.parameters, after.replication.terminated) == ((), ())
    assert (after.validation.servers, after.validation.outputs) == ((), ())
    assert store.owners(["s-12345678", "s-23456789"]) == {"s-23456789": SHOP_ID}


def test_what_is_being_launched_is_not_replaced(store: SqlStore) -> None:
    kept = launched(store)
    busy = store.commit(
        Change(kept, kept._replace(launch=kept.launch._replace(status=LaunchStatus.LAUNCH_IN_PROGRESS)))
    )
    with pytest.raises(IllegalStep):
        put(store, shop=SHOP, replace=True)
    assert store.app(SHOP_ID) == busy


def test_answers_replace_a_configuration(store: SqlStore) -> None:
    put(store, a=get_app(), l=get_launch(), r=get_replication())
    changed = get_replication()
    said = changed["serverGroupReplicationConfigurations"][0]["serverReplicationConfigurations"][0]
    said["serverReplicationParameters"]["frequency"] = 24
    (after,) = put(store, a=get_app(), l=get_launch(), r=changed, replace=True)
    assert dict(after.replication.parameters)[server_id(1, 1)].frequency == 24
    assert dict(after.replication.parameters)[server_id(1, 2)].frequency == 12


# --- Out ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", ["yaml", "json"])
def test_what_is_exported_is_the_same_application_and_compiles(store: SqlStore, format_: str) -> None:
    (kept,) = put(store, shop=SHOP)
    exported = export_app(kept)
    assert exported.notes == ()
    loaded = load(text(exported.data, format_).encode(), "shop")
    assert loaded.app == kept.app
    (again,) = put(store, shop=text(exported.data, format_).encode(), replace=True)
    assert again.app == kept.app


def test_old_exports_become_application_files() -> None:
    files = Given(a=get_app(), l=get_launch(), r=get_replication())
    (managed,) = read_files(["a", "l", "r"], files, in_store=False).apps
    exported = export_app(managed)
    assert load(text(exported.data, "yaml").encode(), "shop.yaml").app == managed.app
    assert exported.notes == (
        "an application file does not say the role of its replication, sms",
        "an application file does not say how its servers are replicated",
    )


def test_what_an_application_file_cannot_say_is_named() -> None:
    managed = ManagedApp(
        App("shop", SHOP_ID, server_groups=(ServerGroup("web", "g-1"), ServerGroup("", "g-2"))),
        role_name="sms",
        imported_app_id="app-d",
        launch=LaunchState(True, True, "LAUNCHED", stack_id="arn:x"),
        replication=ReplicationState(parameters=(("s-1", ReplicationParameters()),)),
        validation=ValidationState(apps=(AppValidation("val-1"),)),
    )
    notes = export_app(managed).notes
    assert [
        word
        for word in (
            "role",
            "imported",
            "replicated",
            "as soon as",
            "validated",
            "LAUNCHED",
            "web",
            "g-2",
            "generate-template will say",
        )
        if not any(word in one for one in notes)
    ] == []
    assert len(notes) == 9


def test_what_an_application_lacks_to_be_a_template_is_named() -> None:
    groups = tuple(
        ServerGroup(name, server_list=(Server(f"s-1234567{at}", launch=Launch()),))
        for at, name in enumerate("ab")
    )
    exported = export_app(ManagedApp(App("shop", SHOP_ID, server_groups=groups)))
    assert len(exported.notes) == 2
    assert all("needs launchOrder" in note for note in exported.notes)
