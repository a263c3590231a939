from __future__ import annotations

from typing import Any

import pytest

from smsgen.model.launch import S3Location
from smsgen.model.managed import AppValidation, ManagedApp, ServerValidation
from smsgen.operations.apps.configure_validation import (
    GroupValidation,
    ValidationConfiguration,
    delete_validation_configuration,
    notify_validation_output,
    outputs,
    put_validation_configuration,
)
from smsgen.operations.apps.manage import Wanted, update_app
from smsgen.operations.apps.world import BadParameter, MissingParameter, UnknownApp
from tests.operations.worlds import Site

SCRIPT = AppValidation(
    "", name="smoke", instance_id="i-12345678", script_type="SHELL_SCRIPT", command="curl localhost"
)
OWN = ServerValidation(
    "", "s-00000002", "boot", source=S3Location("sms-app-scripts", "v.sh"), script_type="SHELL_SCRIPT"
)


def put(
    site: Site, app_id: str, *apps: AppValidation, servers: tuple[ServerValidation, ...] | None = ()
) -> ManagedApp:
    web = site.app(app_id).app.server_groups[1].server_group_id
    groups = None if servers is None else (GroupValidation(web, servers),)
    return put_validation_configuration(site.world, app_id, ValidationConfiguration(apps, groups))


def test_what_is_put_gets_ids_and_is_ready(site: Site) -> None:
    app_id = site.create().app.app_id
    after = put(site, app_id, SCRIPT, servers=(OWN,))
    (script,), (own,) = after.validation.apps, after.validation.servers
    assert script.validation_id.startswith("val-")
    assert len({script.validation_id, own.validation_id}) == 2
    assert script._replace(validation_id="") == SCRIPT
    assert [(one.name, one.status, one.server_id) for one in outputs(after)] == [
        ("smoke", "READY_FOR_VALIDATION", ""),
        ("boot", "READY_FOR_VALIDATION", "s-00000002"),
    ]


def test_what_is_given_replaces_what_was_there_and_what_is_not_given_stays(site: Site) -> None:
    app_id = site.create().app.app_id
    first = put(site, app_id, SCRIPT, servers=(OWN,))
    site.stand(app_id, launch="LAUNCHED")
    notify_validation_output(
        site.world, app_id, validation_id=first.validation.apps[0].validation_id, status="SUCCEEDED"
    )
    kept = first.validation.apps[0]._replace(name="renamed")
    after = put(site, app_id, kept, SCRIPT, servers=None)
    assert [one.name for one in after.validation.apps] == ["renamed", "smoke"]
    assert after.validation.apps[0].validation_id == kept.validation_id
    assert after.validation.servers == first.validation.servers
    assert outputs(after)[0].status == "SUCCEEDED"
    gone = put_validation_configuration(site.world, app_id, ValidationConfiguration(apps=()))
    assert [one.server_id for one in outputs(gone)] == ["s-00000002"]


@pytest.mark.parametrize(
    ("fields", "error", "said"),
    [
        ({"instance_id": ""}, MissingParameter, "instanceId"),
        ({"script_type": ""}, MissingParameter, "scriptType"),
        ({"command": ""}, MissingParameter, "command"),
        ({"timeout_seconds": 59}, BadParameter, "60 to 28,800"),
        ({"timeout_seconds": 28_801}, BadParameter, "60 to 28,800"),
        ({"validation_id": "val-0000000000000ffff"}, BadParameter, "no validation val-0000000000000ffff"),
    ],
)
def test_a_script_that_cannot_run_is_refused(
    site: Site, fields: dict[str, Any], error: type[Exception], said: str
) -> None:
    before = site.create()
    with pytest.raises(error, match=said):
        put(site, before.app.app_id, SCRIPT._replace(**fields))
    assert site.app(before.app.app_id) == before


@pytest.mark.parametrize(
    ("fields", "error", "said"),
    [
        ({"source": None}, MissingParameter, "s3Location"),
        ({"script_type": ""}, MissingParameter, "scriptType"),
        ({"server_id": "s-00000001"}, BadParameter, "s-00000001 is not in the server group"),
    ],
)
def test_a_server_that_cannot_be_validated_is_refused(
    site: Site, fields: dict[str, Any], error: type[Exception], said: str
) -> None:
    app_id = site.create().app.app_id
    with pytest.raises(error, match=said):
        put(site, app_id, servers=(OWN._replace(**fields),))
    unknown = ValidationConfiguration(groups=(GroupValidation("group-none"),))
    with pytest.raises(BadParameter, match="group-none"):
        put_validation_configuration(site.world, app_id, unknown)


def test_a_server_reports_for_itself(site: Site) -> None:
    app_id = site.create().app.app_id
    own = put(site, app_id, servers=(OWN,)).validation.servers[0].validation_id
    site.stand(app_id, launch="LAUNCHED")
    after = notify_validation_output(
        site.world, app_id, validation_id=own, status="FAILED", message="no\nanswer"
    )
    (output,) = outputs(after)
    assert (output.status, output.message, output.latest_time) == ("FAILED", "no answer", site.clock.now())
    with pytest.raises(BadParameter, match="no validation"):
        notify_validation_output(site.world, app_id, validation_id="val-none", status="FAILED")
    with pytest.raises(BadParameter, match="'FINE' is not one of"):
        notify_validation_output(site.world, app_id, validation_id=own, status="FINE")
    with pytest.raises(UnknownApp):
        notify_validation_output(site.world, "app-none", validation_id=own, status="FAILED")


def test_a_configuration_can_be_forgotten(site: Site) -> None:
    app_id = site.create().app.app_id
    put(site, app_id, SCRIPT, servers=(OWN,))
    assert outputs(delete_validation_configuration(site.world, app_id)) == ()


def test_validations_of_a_server_go_with_it(site: Site) -> None:
    app_id = site.create().app.app_id
    put(site, app_id, SCRIPT, servers=(OWN,))
    groups = site.app(app_id).app.server_groups
    after = update_app(site.world, app_id, Wanted(groups=(groups[0], groups[1]._replace(server_list=()))))
    assert [one.name for one in outputs(after)] == ["smoke"]
