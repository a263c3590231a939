"""GenerateTemplate and GenerateChangeSet of a kept application."""

from __future__ import annotations

import json

import pytest
import yaml

from smsgen.errors import ServiceError
from smsgen.model.launch import Launch
from smsgen.operations.apps import launching
from smsgen.operations.apps.configure_launch import delete_launch_configuration
from smsgen.operations.apps.world import NotPermitted, UnknownApp
from smsgen.operations.replication.set_images import set_images
from tests.operations.worlds import Site


def test_the_template_is_uploaded_in_the_format_asked_for(site: Site) -> None:
    app_id = site.ready()
    for form, read in (("json", json.loads), ("yaml", yaml.safe_load)):
        where = launching.generate_app_template(site.world, app_id, format=form)
        text = site.artifacts.documents[where].decode()
        if form == "yaml":
            assert "Resources:" in text
            assert not text.startswith("{")
        else:
            assert set(read(text)["Resources"]) >= {"Vm1", "Vm2", "Vm3"}
        assert where.key.startswith("templates/")


def test_documents_are_yaml_where_nothing_is_said(site: Site) -> None:
    app_id = site.launched()
    for operation in (launching.generate_app_template, launching.generate_change_set):
        text = site.artifacts.documents[operation(site.world, app_id)].decode()
        assert not text.startswith("{")
        assert ":\n" in text


def test_a_missing_image_is_a_parameter_of_the_template(site: Site) -> None:
    app_id = site.create().app.app_id
    site.configure(app_id)
    set_images(site.world, app_id, {"s-00000001": "ami-12345678"})
    where = launching.generate_app_template(site.world, app_id, format="json")
    body = json.loads(site.artifacts.documents[where])
    assert set(body["Parameters"]) == {"Vm2ImageId", "Vm3ImageId"}
    assert body["Resources"]["Vm1"]["Properties"]["ImageId"] == "ami-12345678"


def test_the_template_is_what_is_launched(site: Site) -> None:
    app_id = site.launched()
    where = launching.generate_app_template(site.world, app_id, format="json")
    stack = site.aws.find(f"sms-{app_id}")
    assert json.loads(site.artifacts.documents[where]) == site.aws.stacks[stack.stack_id].body


def test_a_change_set_says_what_launching_again_would_change(site: Site) -> None:
    app_id = site.launched()
    set_images(site.world, app_id, {"s-00000002": "ami-87654321"})
    where = launching.generate_change_set(site.world, app_id, format="json")
    assert where.key.startswith("change-sets/")
    document = json.loads(site.artifacts.documents[where])
    (change,) = document["changeSet"]["Changes"]
    assert change["ResourceChange"]["LogicalResourceId"] == "Vm2"
    assert change["ResourceChange"]["Replacement"] == "True"
    assert change["ResourceChange"]["PhysicalResourceId"] == "i-Vm2"
    where = launching.generate_change_set(site.world, app_id, format="yaml")
    assert yaml.safe_load(site.artifacts.documents[where])["counts"] == document["counts"]


def test_nothing_changes_where_nothing_was_changed(site: Site) -> None:
    app_id = site.launched()
    where = launching.generate_change_set(site.world, app_id, format="json")
    assert json.loads(site.artifacts.documents[where])["changeSet"]["Changes"] == []


def test_there_is_no_change_set_without_a_stack(site: Site) -> None:
    app_id = site.ready()
    with pytest.raises(NotPermitted, match="GenerateChangeSet while its launchStatus is READY_FOR_LAUNCH"):
        launching.generate_change_set(site.world, app_id)


def test_there_is_no_change_set_for_a_stack_that_somebody_else_deleted(site: Site) -> None:
    app_id = site.launched()
    site.aws.stacks.clear()
    with pytest.raises(NotPermitted, match="was deleted by somebody else"):
        launching.generate_change_set(site.world, app_id)


def test_a_parameter_that_nobody_gives_stands_in_the_way_of_a_change_set(site: Site) -> None:
    from smsgen.model.app import Server
    from smsgen.operations.apps.manage import Wanted, update_app

    app_id = site.launched()
    groups = site.app(app_id).app.server_groups
    more = groups[0]._replace(server_list=(*groups[0].server_list, Server("s-00000009")))
    update_app(site.world, app_id, Wanted(groups=(more, groups[1])))
    with pytest.raises(NotPermitted, match="no change set can be made"):
        launching.generate_change_set(site.world, app_id)


@pytest.mark.parametrize("call", [launching.generate_app_template, launching.generate_change_set])
def test_what_is_unknown_or_not_configured_is_refused(site: Site, call) -> None:
    with pytest.raises(UnknownApp):
        call(site.world, "app-none")
    app_id = site.launched()
    launching.terminate_app(site.world, app_id)
    site.work()
    delete_launch_configuration(site.world, app_id)
    with pytest.raises(NotPermitted):
        call(site.world, app_id)


def test_a_configuration_that_does_not_compile_is_refused(site: Site) -> None:
    app_id = site.create().app.app_id
    site.configure(app_id, launch=Launch(subnet="left"))
    with pytest.raises(NotPermitted, match="'left' is not a subnet id"):
        launching.generate_app_template(site.world, app_id)
    assert site.artifacts.documents == {}


def test_a_bucket_that_aws_denies_is_aws_saying_no(site: Site) -> None:
    app_id = site.ready()
    site.artifacts.error = ServiceError("no", code="AccessDenied")
    with pytest.raises(ServiceError):
        launching.generate_app_template(site.world, app_id)
