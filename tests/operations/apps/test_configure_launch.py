from __future__ import annotations

import pytest

from smsgen.errors import InvalidInput
from smsgen.model.app import App
from smsgen.model.launch import Launch, S3Location, UserData
from smsgen.operations.apps import launching
from smsgen.operations.apps.configure_launch import (
    GroupLaunch,
    LaunchConfiguration,
    delete_launch_configuration,
    put_launch_configuration,
)
from smsgen.operations.apps.world import BadParameter, NotPermitted, UnknownApp
from smsgen.operations.replication.set_images import set_images
from tests.operations.worlds import GOOD, TWO, Site


def test_a_valid_configuration_makes_it_ready_and_says_what_it_waits_for(site: Site) -> None:
    app_id = site.create().app.app_id
    after = site.configure(app_id, role_name="sms-launch", auto_launch=True)
    assert after.launch.status == "READY_FOR_LAUNCH"
    assert after.launch.message == "waits for an image of s-00000001, s-00000002, s-00000003"
    assert after.launch.configured
    assert after.launch.auto_launch is True
    assert after.app.role_name == "sms-launch"
    assert [group.launch_order for group in after.app.server_groups] == [0, 1]
    assert {s.launch for group in after.app.server_groups for s in group.server_list} == {GOOD}
    assert site.images(app_id).launch.message == ""


@pytest.mark.parametrize(
    ("launch", "said"),
    [
        (GOOD._replace(subnet=None), "serverGroups[0].serverList[0]: vm1 has no subnet"),
        (GOOD._replace(instance_type="m6i.huge"), "there is no instance type 'm6i.huge'"),
        (GOOD._replace(security_group="left"), "launch.securityGroup: 'left' is not a security group id"),
        (GOOD._replace(logical_id="Web1"), "logicalId 'Web1' is used twice"),
        (GOOD._replace(logical_id="web-1"), "'web-1' is not a logical id"),
        (GOOD._replace(user_data=UserData(S3Location("B!", "k"))), "is not an S3 bucket name"),
        (Launch(), "vm2 has no instance type"),
    ],
)
def test_a_configuration_that_will_not_do_is_kept_and_told(site: Site, launch: Launch, said: str) -> None:
    app_id = site.create().app.app_id
    after = site.configure(app_id, launch=launch)
    assert after.launch.status == "CONFIGURATION_INVALID"
    assert said in after.launch.message
    assert "\n" not in after.launch.message
    assert len(after.launch.message) <= 2000
    assert after.app.server_groups[0].server_list[0].launch == launch
    assert site.configure(app_id).launch.status == "READY_FOR_LAUNCH"


def test_groups_need_an_order(site: Site) -> None:
    app_id = site.create().app.app_id
    after = site.configure(app_id, groups=[(name, None, servers) for name, _, servers in TWO])
    assert after.launch.status == "CONFIGURATION_INVALID"
    assert "needs launchOrder" in after.launch.message


def test_an_empty_application_is_not_ready(site: Site) -> None:
    app_id = site.create(groups=()).app.app_id
    after = site.configure(app_id, groups=())
    assert after.launch.status == "CONFIGURATION_INVALID"
    assert "serverGroups is empty" in after.launch.message


def test_a_configuration_may_come_in_parts(site: Site) -> None:
    app_id = site.create().app.app_id
    site.configure(app_id, groups=TWO[:1], role_name="r")
    after = site.configure(app_id, groups=TWO[1:])
    assert after.launch.status == "READY_FOR_LAUNCH"
    assert after.app.role_name == "r"


def test_a_server_that_is_named_gets_its_configuration_anew(site: Site) -> None:
    app_id = site.create().app.app_id
    site.configure(app_id, launch=GOOD._replace(ec2_key_name="k"))
    after = site.configure(app_id, groups=TWO[:1])
    keys = [s.launch.ec2_key_name for group in after.app.server_groups for s in group.server_list]
    assert keys == [None, "k", "k"]


def test_what_the_api_does_not_know_stays(site: Site) -> None:
    app_id = site.create().app.app_id

    def tenancy(app: App) -> App:
        return app._replace(launch_defaults=Launch(tenancy="dedicated", subnet="subnet-99999999"))

    site.edit(app_id, tenancy)
    after = site.configure(app_id, launch=GOOD._replace(subnet=None))
    assert after.app.launch_defaults.tenancy == "dedicated"
    assert after.launch.status == "READY_FOR_LAUNCH"  # an imported default is one


@pytest.mark.parametrize(
    ("group", "server", "said"),
    [
        ("group-none", "s-00000001", "server group group-none"),
        ("", "s-0000000f", "server s-0000000f"),
        ("", "s-00000002", "not in the server group"),
    ],
)
def test_what_is_not_in_the_application_is_refused(site: Site, group: str, server: str, said: str) -> None:
    before = site.create()
    group = group or before.app.server_groups[0].server_group_id
    wanted = LaunchConfiguration(groups=(GroupLaunch(group, 0, ((server, GOOD),)),))
    with pytest.raises(BadParameter, match=said):
        put_launch_configuration(site.world, before.app.app_id, wanted)
    assert site.app(before.app.app_id) == before


def test_nothing_is_configured_while_it_is_launched_or_terminated(site: Site) -> None:
    app_id = site.ready()
    launching.launch_app(site.world, app_id)
    with pytest.raises(NotPermitted):
        site.configure(app_id)
    with pytest.raises(NotPermitted):
        delete_launch_configuration(site.world, app_id)
    site.work()
    launching.terminate_app(site.world, app_id)
    with pytest.raises(NotPermitted):
        site.configure(app_id)


def test_a_launched_application_stays_launched_whatever_is_put(site: Site) -> None:
    app_id = site.launched()
    after = site.configure(app_id, launch=Launch())
    assert after.launch.status == "LAUNCHED"
    assert "has no subnet" in after.launch.message
    assert after.launch.stack_id
    with pytest.raises(NotPermitted):
        delete_launch_configuration(site.world, app_id)


def test_a_configuration_can_be_forgotten(site: Site) -> None:
    app_id = site.ready()
    after = delete_launch_configuration(site.world, app_id)
    assert after.launch.status == "READY_FOR_CONFIGURATION"
    assert not after.launch.configured
    assert after.app.role_name == ""
    assert {s.launch for group in after.app.server_groups for s in group.server_list} == {Launch()}
    assert {group.launch_order for group in after.app.server_groups} == {None}
    assert {s.image_id for group in after.app.server_groups for s in group.server_list} == {"ami-12345678"}
    assert delete_launch_configuration(site.world, app_id).launch.status == "READY_FOR_CONFIGURATION"


def test_a_configuration_is_not_forgotten_while_a_failed_stack_is_left(site: Site) -> None:
    app_id = site.ready()
    site.aws.broken["Vm1"] = "no capacity"
    launching.launch_app(site.world, app_id)
    site.work()
    with pytest.raises(NotPermitted, match="left its stack"):
        delete_launch_configuration(site.world, app_id)


def test_an_image_is_recorded(site: Site) -> None:
    app_id = site.create().app.app_id
    after = set_images(site.world, app_id, {"s-00000002": "ssm:/shop/web/image"})
    assert [s.image_id for g in after.app.server_groups for s in g.server_list] == [
        "",
        "ssm:/shop/web/image",
        "",
    ]
    with pytest.raises(BadParameter, match="s-0000000f"):
        set_images(site.world, app_id, {"s-0000000f": "ami-12345678"})
    with pytest.raises(InvalidInput, match="not an image id"):
        set_images(site.world, app_id, {"s-00000002": "image"})
    with pytest.raises(UnknownApp):
        set_images(site.world, "app-none", {"s-00000002": "image"})


def test_an_image_can_be_recorded_at_any_time(site: Site) -> None:
    app_id = site.ready()
    launching.launch_app(site.world, app_id)
    after = set_images(site.world, app_id, {"s-00000002": "ami-87654321"})
    assert after.launch.status == "VALIDATION_IN_PROGRESS"


@pytest.mark.parametrize("count", [201, 450])
def test_servers_without_images_take_no_parameters(count: int) -> None:
    """They are waited for; a template would take 200 parameters."""
    site = Site(max_servers=500)
    groups = (("web", 0, tuple(f"s-{number:08x}" for number in range(1, count + 1))),)
    app_id = site.create(groups=groups).app.app_id
    after = site.configure(app_id, groups=groups)
    assert after.launch.status == "READY_FOR_LAUNCH"
    assert after.launch.message.startswith("waits for an image of s-00000001, ")


def test_more_groups_than_a_stack_can_hold_make_a_configuration_invalid() -> None:
    site = Site(max_servers=500, max_groups=500)
    groups = tuple((f"g{number}", number, (f"s-{number:08x}",)) for number in range(1, 261))
    app_id = site.create(groups=groups).app.app_id
    after = site.configure(app_id, groups=groups)
    assert after.launch.status == "CONFIGURATION_INVALID"
    assert "260 nested stacks of server groups in 260 launch orders" in after.launch.message
