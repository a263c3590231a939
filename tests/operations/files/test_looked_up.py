"""What EC2 says of images and subnets: used where it can be asked, warned of where it cannot be known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from smsgen.changes.model import Stack
from smsgen.errors import ServiceError
from smsgen.local.disk import DiskFiles
from smsgen.model.load import load
from smsgen.operations.apps import launching
from smsgen.operations.apps.world import NotPermitted
from smsgen.operations.files.generate_change_set import from_app
from smsgen.operations.files.looked_up import deployed_root_devices, with_root_devices
from smsgen.operations.files.validate import validate
from tests.operations.worlds import FakeLookups, Site

APP = """\
name: shop
launchDefaults:
  vpc: vpc-12345678
  subnet: subnet-12345678
  securityGroup: sg-12345678
  instanceType: m6i.large
serverGroups:
  - serverList:
      - {serverId: s-12345678, imageId: ami-12345678, launch: {logicalId: Web}}
      - {serverId: s-23456789, imageId: ami-87654321, launch: {logicalId: Db}}
"""
XVDA = {"ami-12345678": "/dev/xvda"}


def devices(text: str, known: dict[str, str], profile: str = "hardened") -> list[list[str]]:
    """The devices that each server of the template maps, once EC2 has said what it knows."""
    from smsgen.operations.files.generate_template import generate_from

    app = with_root_devices(load(text.encode(), "shop.yaml", profile=profile).app, known)
    resources = generate_from(app).compiled.template.resources
    return [
        [mapped["DeviceName"] for mapped in resources[name]["Properties"].get("BlockDeviceMappings", ())]
        for name in ("Web", "Db")
    ]


@pytest.mark.parametrize(
    ("volumes", "known", "mapped"),
    [
        ("", {}, [["/dev/sda1"], ["/dev/sda1"]]),
        ("", XVDA, [["/dev/xvda"], ["/dev/sda1"]]),
        ("", {"ami-12345678": "/dev/sda1"}, [["/dev/sda1"], ["/dev/sda1"]]),
        ("", {"ami-12345678": "/dev/sda"}, [["/dev/sda"], ["/dev/sda1"]]),
        ("", {"ami-12345678": "/dev/nvme0"}, [["/dev/sda1"], ["/dev/sda1"]]),
        ("[]", XVDA, [[], []]),
        ("[{device: /dev/xvda, size: 40}]", {"ami-12345678": "/dev/sda1"}, [["/dev/sda1"], ["/dev/xvda"]]),
        ("[{device: /dev/sdf, size: 9}]", XVDA, [["/dev/sdf", "/dev/xvda"], ["/dev/sda1", "/dev/sdf"]]),
    ],
)
def test_the_root_volume_is_mapped_as_the_image_calls_it(
    volumes: str, known: dict[str, str], mapped: list[list[str]]
) -> None:
    text = APP.replace("serverGroups:", f"  volumes: {volumes}\nserverGroups:") if volumes else APP
    assert devices(text, known) == mapped


def test_profile_sms_leaves_the_images_devices_alone() -> None:
    assert devices(APP, XVDA, "sms") == [[], []]
    named = APP.replace("serverGroups:", "  volumes: [{device: /dev/xvda}]\nserverGroups:")
    assert devices(named, {}, "sms") == [[], []]


def findings(tmp_path: Path, text: str, lookups: FakeLookups | None = None) -> list[tuple[str, str, int]]:
    file = tmp_path / "shop.yaml"
    file.write_text(text)
    found = validate([str(file)], files=DiskFiles(), lookups=lookups)
    return [(one.code, one.severity.value, one.location.line if one.location else 0) for one in found]


def test_validate_warns_once_where_nobody_can_know(tmp_path: Path) -> None:
    assert findings(tmp_path, APP) == [("ROOT_DEVICE", "warning", 9)]
    assert "ROOT_DEVICE" not in {code for code, _, _ in findings(tmp_path, f"profile: sms\n{APP}")}
    for volumes in ("[{device: /dev/xvda}]", "[{device: /dev/sda1, size: 20}]"):
        assert findings(tmp_path, APP.replace("serverGroups:", f"  volumes: {volumes}\nserverGroups:")) == []
    without = APP.replace("serverGroups:", "  volumes: []\nserverGroups:")
    assert {code for code, _, _ in findings(tmp_path, without)} == {"EC2.3"}


def test_validate_with_aws_knows(tmp_path: Path) -> None:
    lookups = FakeLookups()
    assert findings(tmp_path, APP, lookups) == []
    lookups.devices = {"ami-87654321": "/dev/xvda"}
    assert findings(tmp_path, APP, lookups) == [("ROOT_DEVICE", "warning", 10)]
    named = APP.replace("logicalId: Db", "logicalId: Db, volumes: [{device: /dev/xvda}]")
    assert findings(tmp_path, named, lookups) == []
    lookups.devices = {"ami-87654321": ""}  # not there, or not ours
    assert findings(tmp_path, APP, lookups) == [("ROOT_DEVICE", "warning", 10)]


@pytest.mark.parametrize("there", ["vpc-87654321", ""])
def test_a_subnet_of_another_vpc_is_an_error_where_it_stands(tmp_path: Path, there: str) -> None:
    lookups = FakeLookups()
    lookups.networks = {"subnet-12345678": there}
    assert findings(tmp_path, APP, lookups) == [("SUBNET_NOT_IN_VPC", "error", 4)]
    assert findings(tmp_path, APP.replace("  vpc: vpc-12345678\n", ""), lookups) == []


def test_what_may_not_be_asked_is_not_known_and_trouble_is_said(tmp_path: Path) -> None:
    lookups = FakeLookups()
    lookups.error = ServiceError("no", code="UnauthorizedOperation")
    assert [code for code, _, _ in findings(tmp_path, APP, lookups)] == ["ROOT_DEVICE"]
    lookups.error = ServiceError("slow down", code="Throttling")
    with pytest.raises(ServiceError):
        findings(tmp_path, APP, lookups)


def test_what_was_launched_with_another_root_device_is_no_change(tmp_path: Path) -> None:
    """launch-app asks EC2, and a job that may not ask it compares with what launch-app launched."""
    file = tmp_path / "shop.yaml"
    file.write_text(APP)
    launched = from_app(str(file), files=DiskFiles(), devices=XVDA)
    assert "/dev/xvda" in json.dumps(launched.template.body)
    known = deployed_root_devices(Stack("", launched.template.body).bodies())
    assert known["ami-12345678"] == "/dev/xvda"
    again = from_app(str(file), files=DiskFiles(), devices=known)
    assert again.template.body == launched.template.body
    (tmp_path / "deployed.json").write_text(json.dumps(launched.template.body))
    from smsgen.cli import run

    assert (
        run(["generate-change-set", str(file), "--deployed", str(tmp_path / "deployed.json"), "--exit-code"])
        == 0
    )


# --- The SMS API ----------------------------------------------------------------------------------------------------


def mapped(site: Site, app_id: str) -> Any:
    body = site.aws.stacks[site.app(app_id).launch.stack_id].body
    return {
        name: [one["DeviceName"] for one in body["Resources"][name]["Properties"]["BlockDeviceMappings"]]
        for name in ("Vm1", "Vm2", "Vm3")
    }


def test_launch_app_asks_what_images_call_their_root_volume() -> None:
    site = Site()
    app_id = site.ready()
    site.lookups.devices = XVDA
    launching.launch_app(site.world, app_id)
    site.work()
    assert mapped(site, app_id) == {name: ["/dev/xvda"] for name in ("Vm1", "Vm2", "Vm3")}
    where = launching.generate_change_set(site.world, app_id, format="json")
    assert json.loads(site.artifacts.documents[where])["changeSet"]["Changes"] == []


def test_an_image_is_recorded_with_its_root_device_so_that_an_export_says_it() -> None:
    site = Site()
    app_id = site.ready()
    site.lookups.devices = {"ami-87654321": "/dev/xvda"}
    site.set_images(app_id, {"s-00000001": "ami-87654321"})
    (database, web) = site.app(app_id).app.server_groups
    assert [one.device for one in database.server_list[0].launch.volumes or ()] == ["/dev/xvda"]
    assert [one.launch.volumes for one in web.server_list] == [None, None]
    site.lookups.error = ServiceError("no credentials")
    site.set_images(app_id, {"s-00000002": "ami-87654321"})
    assert site.app(app_id).app.server_groups[1].server_list[0].image_id == "ami-87654321"
    site.lookups.error = None
    site.set_images(app_id, {"s-00000001": "ami-12345678"})
    assert [
        one.device for one in site.app(app_id).app.server_groups[0].server_list[0].launch.volumes or ()
    ] == ["/dev/sda1"]


def test_launch_app_refuses_a_subnet_of_another_vpc() -> None:
    site = Site()
    app_id = site.ready()
    site.lookups.networks = {"subnet-12345678": "vpc-87654321"}
    launching.launch_app(site.world, app_id)
    site.work()
    launch = site.app(app_id).launch
    assert launch.status == "CONFIGURATION_INVALID"
    assert "the subnet subnet-12345678 of vm1 is in vpc-87654321 and not in vpc-12345678" in launch.message
    assert site.aws.stacks == {}
    with pytest.raises(NotPermitted, match="is in vpc-87654321"):
        launching.generate_app_template(site.world, app_id)


def test_launch_app_goes_on_where_ec2_may_not_be_asked() -> None:
    site = Site()
    app_id = site.ready()
    site.lookups.error = ServiceError("no", code="UnauthorizedOperation")
    launching.launch_app(site.world, app_id)
    site.work()
    assert site.app(app_id).launch.status == "LAUNCHED"
