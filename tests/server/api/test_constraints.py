"""What a member's value may be is what its shape says, and said in AWS's words."""

from __future__ import annotations

import pytest

from smsgen.server.api import messages as m
from smsgen.server.api.constraints import missing, violations
from smsgen.server.api.shapes import Message

FAILED = "failed to satisfy constraint: Member must"
GOOD_ID = "app-0123456789abcdef0"


def ssm(**said: object) -> m.PutAppValidationConfigurationRequest:
    return m.PutAppValidationConfigurationRequest(
        app_id=GOOD_ID,
        app_validation_configurations=[
            m.AppValidationConfiguration(ssm_validation_parameters=m.SSMValidationParameters(**said))
        ],
    )


def configuration(**said: object) -> m.PutAppLaunchConfigurationRequest:
    server = m.ServerLaunchConfiguration(**said)
    group = m.ServerGroupLaunchConfiguration(server_launch_configurations=[server])
    return m.PutAppLaunchConfigurationRequest(server_group_launch_configurations=[group])


FINE = [
    m.GetAppRequest(app_id="anything"),
    m.GenerateTemplateRequest(template_format="JSON"),
    m.GetAppValidationOutputRequest(app_id=GOOD_ID),
    ssm(command="x", execution_timeout_seconds=60, instance_id="i-12345678"),
    ssm(command="x" * 64000, execution_timeout_seconds=28800, instance_id="mi-12345678901234567"),
    configuration(configure_script=m.S3Location(bucket="abc", key="k" * 1024)),
]

WRONG = [
    (
        m.GenerateTemplateRequest(template_format="XML"),
        f"Value 'XML' at 'templateFormat' {FAILED} satisfy enum value set: [JSON, YAML]",
    ),
    (
        m.GetAppValidationOutputRequest(app_id="app-1"),
        f"Value 'app-1' at 'appId' {FAILED} satisfy regular expression pattern: ^app-[0-9a-f]{{17}}$",
    ),
    (m.GetAppValidationOutputRequest(app_id=GOOD_ID + "\n"), "regular expression pattern"),
    (ssm(instance_id="i-1234567é"), "regular expression pattern"),
    (ssm(command=""), "Member must have length greater than or equal to 1"),
    (ssm(command="x" * 64001), "Member must have length less than or equal to 64000"),
    (ssm(execution_timeout_seconds=59), "Member must have value greater than or equal to 60"),
    (ssm(execution_timeout_seconds=28801), "Member must have value less than or equal to 28800"),
    (
        configuration(configure_script=m.S3Location(bucket="ab")),
        "'serverGroupLaunchConfigurations.1.member.serverLaunchConfigurations.1.member.configureScript.bucket'",
    ),
    (
        m.CreateAppRequest(server_groups=[m.ServerGroup(server_list=[m.Server(server_type="VM")])]),
        "'serverGroups.1.member.serverList.1.member.serverType'",
    ),
]


@pytest.mark.parametrize("request_", FINE, ids=lambda one: type(one).__name__)
def test_what_the_shapes_allow_is_allowed(request_: Message) -> None:
    assert violations(request_) == ""
    assert missing(request_) == ()


@pytest.mark.parametrize(("request_", "words"), WRONG)
def test_what_they_do_not_is_said(request_: Message, words: str) -> None:
    said = violations(request_)
    assert said.startswith("1 validation error detected: ")
    assert words in said
    assert len(said) < 700


def test_several_errors_are_said_together_but_no_more_than_ten() -> None:
    two = ssm(command="", execution_timeout_seconds=1)
    assert violations(two).startswith("2 validation errors detected: ")
    many = m.CreateAppRequest(server_groups=[m.ServerGroup(server_list=[m.Server(server_type="x")] * 50)])
    assert violations(many).startswith("10 validation errors detected: ")


def test_what_must_be_there_is_named() -> None:
    assert missing(m.CreateReplicationJobRequest(server_id="s-1")) == ("seedReplicationTime",)
    assert missing(m.GetAppRequest()) == ()
