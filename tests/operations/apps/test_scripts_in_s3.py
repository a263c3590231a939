"""userData.s3Location of a kept application: read by the server, and embedded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from smsgen.compiler.resolve import resolve
from smsgen.errors import InvalidInput, ServiceError
from smsgen.model.launch import Launch, S3Location, UserData
from smsgen.operations.apps import launching
from smsgen.operations.apps.scripts_in_s3 import read_scripts_in_s3
from smsgen.operations.apps.world import NotPermitted
from tests.operations.worlds import GOOD, Site

BOOT = S3Location("sms-app-scripts", "boot.sh")
SCRIPT = "#!/bin/bash\necho ${HOME} && echo 'süß'\n"
ONE = (("web", 0, ("s-00000001",)),)


def kept(site: Site, content: bytes | None = SCRIPT.encode(), **launch: Any) -> str:
    """Keep an application of one server that names a script, put that into the bucket, and give the app's id."""
    if content is not None:
        site.artifacts.documents[launch.get("configure_script") or BOOT] = content
    launch = {"user_data": UserData(s3_location=BOOT), **launch}
    app_id = site.create(groups=ONE).app.app_id
    site.configure(app_id, groups=ONE, launch=GOOD._replace(**launch))
    site.images(app_id)
    return app_id


def user_data(site: Site, app_id: str) -> Any:
    stack = site.aws.stacks[site.app(app_id).launch.stack_id]
    return stack.body["Resources"]["Vm1"]["Properties"]["UserData"]["Fn::Base64"]


def test_the_script_itself_is_the_user_data_of_what_is_launched(site: Site) -> None:
    app_id = kept(site)
    launching.launch_app(site.world, app_id)
    site.work()
    assert site.app(app_id).launch.status == "LAUNCHED"
    assert user_data(site, app_id) == SCRIPT


def test_the_template_and_the_change_set_say_the_same(site: Site) -> None:
    app_id = kept(site)
    launching.launch_app(site.world, app_id)
    site.work()
    where = launching.generate_app_template(site.world, app_id, format="json")
    body = json.loads(site.artifacts.documents[where])
    assert body["Resources"]["Vm1"]["Properties"]["UserData"]["Fn::Base64"] == SCRIPT
    where = launching.generate_change_set(site.world, app_id, format="json")
    assert json.loads(site.artifacts.documents[where])["changeSet"]["Changes"] == []


def test_what_was_launched_when_servers_fetched_their_scripts_changes_its_user_data_only(site: Site) -> None:
    from smsgen.operations.files.generate_template import generate_from

    app_id = kept(site)
    launching.launch_app(site.world, app_id)
    site.work()
    fetching = generate_from(site.app(app_id).app).compiled.template.body
    assert "s3://sms-app-scripts/boot.sh" in json.dumps(fetching)
    site.aws.stacks[site.app(app_id).launch.stack_id].body = fetching
    where = launching.generate_change_set(site.world, app_id, format="json")
    (change,) = json.loads(site.artifacts.documents[where])["changeSet"]["Changes"]
    assert {one["Target"]["Name"] for one in change["ResourceChange"]["Details"]} == {"UserData"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "there is no s3://sms-app-scripts/boot.sh"),
        (b"#" * 16_385, "larger than 16,384 bytes"),
        (b"\x1f\x8b\x08\x00\xff", "not a text in UTF-8"),
    ],
)
def test_what_cannot_be_user_data_makes_the_configuration_invalid(
    site: Site, content: bytes | None, says: str
) -> None:
    app_id = kept(site, content)
    launching.launch_app(site.world, app_id)
    site.work()
    launch = site.app(app_id).launch
    assert launch.status == "CONFIGURATION_INVALID"
    assert launch.message.startswith("serverGroups[0].serverList[0].launch.userData.s3Location: ")
    assert says in launch.message
    assert site.aws.stacks == {}
    with pytest.raises(NotPermitted, match=says):
        launching.generate_app_template(site.world, app_id)


def test_every_script_that_cannot_be_read_is_said_at_once(site: Site) -> None:
    app_id = site.ready()
    two = {"user_data": UserData(s3_location=BOOT), "configure_script": BOOT._replace(key="b")}
    site.configure(app_id, launch=GOOD._replace(**two))
    with pytest.raises(InvalidInput) as caught:
        read_scripts_in_s3(resolve(site.app(app_id).app), site.world.artifacts)
    assert [one.code for one in caught.value.diagnostics] == ["SCRIPT_OBJECT"] * 2


def test_sixteen_kilobytes_are_taken(site: Site) -> None:
    app_id = kept(site, b"#!/bin/sh\n" + b"#" * (16_384 - 10))
    launching.launch_app(site.world, app_id)
    site.work()
    assert site.app(app_id).launch.status == "LAUNCHED"


def test_two_scripts_that_are_too_long_together_are_invalid(site: Site) -> None:
    location = S3Location("sms-app-scripts", "configure.sh")
    site.artifacts.documents[BOOT] = b"#!/bin/sh\n" + b"#" * 10_000
    app_id = kept(site, b"#!/bin/sh\n" + b"#" * 10_000, configure_script=location)
    launching.launch_app(site.world, app_id)
    site.work()
    assert site.app(app_id).launch.status == "CONFIGURATION_INVALID"
    assert "EC2 takes 16,384" in site.app(app_id).launch.message


def test_a_launched_application_keeps_its_stack_when_its_script_goes(site: Site) -> None:
    app_id = kept(site)
    launching.launch_app(site.world, app_id)
    site.work()
    del site.artifacts.documents[BOOT]
    launching.launch_app(site.world, app_id)
    site.work()
    launch = site.app(app_id).launch
    assert (launch.status, bool(launch.stack_id)) == ("DELTA_LAUNCH_FAILED", True)
    assert "there is no s3://sms-app-scripts/boot.sh" in launch.message


def test_trouble_of_s3_is_tried_again_and_is_nobodys_fault(site: Site) -> None:
    app_id = kept(site)
    launching.launch_app(site.world, app_id)
    site.artifacts.error = ServiceError("S3 is slow", code="SlowDown")
    site.work()
    assert site.app(app_id).launch.status == "VALIDATION_IN_PROGRESS"
    assert "S3 is slow; trying again" in site.app(app_id).launch.message
    with pytest.raises(ServiceError):
        launching.generate_app_template(site.world, app_id)
    site.artifacts.error = None
    site.clock.sleep(600)
    site.work()
    assert site.app(app_id).launch.status == "LAUNCHED"


@pytest.mark.parametrize("content", ["Install-Thing\r\n", "<powershell>\nInstall-Thing\r\n</powershell>\n"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_key_that_ends_with_ps1_is_powershell(site: Site, content: str, codec: str) -> None:
    location = S3Location("sms-app-scripts", "Boot.PS1")
    site.artifacts.documents[location] = content.encode(codec)
    app_id = kept(site, user_data=UserData(s3_location=location))
    launching.launch_app(site.world, app_id)
    site.work()
    made = user_data(site, app_id)
    assert made.startswith("<powershell>\nInstall-Thing")
    assert made.rstrip().endswith("</powershell>")


def test_a_configuration_script_of_a_server_without_a_profile_is_embedded_too(site: Site) -> None:
    location = S3Location("sms-app-scripts", "configure.sh")
    site.artifacts.documents[BOOT] = SCRIPT.encode()
    app_id = kept(site, b"#!/bin/sh\necho configured\n", configure_script=location)
    launching.launch_app(site.world, app_id)
    site.work()
    made = json.dumps(user_data(site, app_id), ensure_ascii=False)
    assert "echo configured" in made
    assert "echo 'süß'" in made
    assert "s3://" not in made
    assert "aws s3 cp" not in made


def test_a_server_with_a_profile_fetches_its_configuration_script(site: Site) -> None:
    location = S3Location("sms-app-scripts", "configure.sh")
    app_id = kept(site, None, user_data=None, configure_script=location, iam_instance_profile_name="servers")
    launching.launch_app(site.world, app_id)
    site.work()
    assert "s3://sms-app-scripts/configure.sh" in json.dumps(user_data(site, app_id))


def test_a_script_that_nobody_could_run_is_said(site: Site) -> None:
    location = S3Location("sms-app-scripts", "configure.sh")
    site.artifacts.documents[location] = b"#!/bin/sh\n"
    site.artifacts.documents[BOOT] = b"#cloud-config\n"
    app_id = kept(site, None, configure_script=location)
    launching.launch_app(site.world, app_id)
    site.work()
    assert "does not begin with #!" in site.app(app_id).launch.message


def test_nothing_is_asked_of_s3_where_nothing_is_named_or_the_configuration_is_invalid(site: Site) -> None:
    app_id = site.ready()

    def refuse() -> Any:
        raise AssertionError("S3 is asked")

    assert read_scripts_in_s3(resolve(site.app(app_id).app), refuse) == {}
    site.artifacts.error = ServiceError("asked", code="SlowDown")
    site.configure(app_id, launch=Launch(subnet="left", user_data=UserData(s3_location=BOOT)))
    with pytest.raises(NotPermitted, match="'left' is not a subnet id"):
        launching.generate_app_template(site.world, app_id)
