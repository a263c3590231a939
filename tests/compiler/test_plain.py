"""Profile `plain`: the template says what the file says, and nothing else."""

from typing import Any

import pytest
from hypothesis import given

from smsgen.compiler import compile_app
from smsgen.errors import InvalidInput
from smsgen.model.app import App
from smsgen.model.load import load
from tests.compiler.apps import SCRIPTS, apps
from tests.compiler.test_compile import SERVER, compiled, server

PLAIN = "profile: plain\n"


def test_nothing_but_what_was_said_stands_in_the_template() -> None:
    template = compiled(SERVER + PLAIN).template
    assert template.resources["Web01Prod"]["Properties"] == {
        "ImageId": "ami-0123456789abcdef0",
        "InstanceType": "m6i.large",
        "SubnetId": "subnet-0123456789abcdef0",
        "SecurityGroupIds": ["sg-0123456789abcdef0"],
    }
    assert set(template.resources["Web01Prod"]) == {"Type", "Metadata", "Properties"}
    assert not template.outputs


def test_the_tags_are_those_of_the_file() -> None:
    made = server("tags: [{key: Role, value: web}]", top=PLAIN + "tags: [{key: Cost, value: '1'}]\n")
    assert made["Properties"]["Tags"] == [{"Key": "Cost", "Value": "1"}, {"Key": "Role", "Value": "web"}]


def test_a_volume_of_its_own_has_its_own_tags_and_no_defaults() -> None:
    more = "tags: [{key: Role, value: web}]\nvolumes: [{device: /dev/sdf, size: 8, retain: true, tags: [{key: D}]}]"
    text = SERVER + "".join(f"          {line}\n" for line in more.splitlines())
    properties = compiled(text + PLAIN).template.resources["Web01ProdVolumeSdf"]["Properties"]
    zone = {"Fn::GetAtt": ["Web01Prod", "AvailabilityZone"]}
    assert properties == {"AvailabilityZone": zone, "Size": 8, "Tags": [{"Key": "D", "Value": ""}]}
    tags = compiled(text).template.resources["Web01ProdVolumeSdf"]["Properties"]["Tags"]
    assert {tag["Key"] for tag in tags} > {"D", "Role", "Name", "smsgen:app"}


def test_launch_order_is_kept_without_a_handle_which_no_import_takes() -> None:
    text = """
name: a
profile: plain
launchDefaults: {subnet: subnet-12345678, securityGroup: sg-12345678, instanceType: m6i.large}
serverGroups:
  - {name: one, launchOrder: 0, serverList: [{serverId: s-12345678, imageId: ami-12345678, launch: {logicalId: A,
     volumes: [{device: /dev/sdf, size: 8, retain: true}]}}]}
  - {name: two, launchOrder: 1, serverList: [{serverId: s-23456789, imageId: ami-12345678, launch: {logicalId: B}}]}
"""
    resources = compiled(text).template.resources
    assert {resource["Type"] for resource in resources.values()} == {
        "AWS::EC2::Instance",
        "AWS::EC2::Volume",
        "AWS::EC2::VolumeAttachment",
    }
    assert resources["B"]["DependsOn"] == ["A", "AVolumeSdfAttachment"]


@given(apps(profile="plain"))
def test_no_word_is_added_whatever_the_application(app: App) -> None:
    template = compile_app(app, scripts=SCRIPTS).template
    properties = [one.get("Properties", {}) for one in template.resources.values()]
    assert "smsgen:" not in str([one.get("Tags") for one in properties])
    handles = [
        one
        for one in template.resources.values()
        if one["Type"] == "AWS::CloudFormation::WaitConditionHandle"
    ]
    assert not any("DependsOn" in handle for handle in handles), "a barrier"
    said = [app.launch_defaults, *(group.launch_defaults for group in app.server_groups)]
    said += [one.launch for group in app.server_groups for one in group.server_list]
    for field, name in (
        ("monitoring", "Monitoring"),
        ("metadata_options", "MetadataOptions"),
        ("ebs_optimized", "EbsOptimized"),
        ("tenancy", "Tenancy"),
        ("propagate_tags_to_volume_on_creation", "PropagateTagsToVolumeOnCreation"),
    ):
        if all(getattr(launch, field) is None for launch in said):
            assert not any(name in one for one in properties)


@pytest.mark.parametrize("profile", ["hardened", "plain"])
@pytest.mark.parametrize(
    ("more", "kept", "protected"),
    [
        ("", None, None),
        ("stateful: true", "Retain", True),
        ("retain: true", "Retain", None),
        ("disableApiTermination: true", None, True),
        ("disableApiTermination: false", None, False),
        ("stateful: true\nretain: false", None, True),
        ("stateful: true\ndisableApiTermination: false", "Retain", False),
        ("stateful: false\nretain: true\ndisableApiTermination: true", "Retain", True),
    ],
)
def test_retain_and_termination_protection_are_two_things(
    more: str, kept: str | None, protected: bool | None, profile: str
) -> None:
    made: dict[str, Any] = server(more, top=f"profile: {profile}\n")
    assert (made.get("DeletionPolicy"), made.get("UpdateReplacePolicy")) == (kept, kept)
    assert made["Properties"].get("DisableApiTermination") is protected


@pytest.mark.parametrize(("more", "policy"), [("retain: true", "Retain"), ("stateful: true", "Snapshot")])
def test_retain_keeps_all_that_is_the_servers_own(more: str, policy: str) -> None:
    text = SERVER + f"          {more}\n          volumes: [{{device: /dev/sdf, size: 8, retain: true}}]\n"
    resources = compiled(text).template.resources
    assert resources["Web01ProdVolumeSdf"]["DeletionPolicy"] == policy
    attachment = resources["Web01ProdVolumeSdfAttachment"].get("DeletionPolicy")
    assert attachment == (policy if policy == "Retain" else None)


def test_tags_of_a_volume_need_retain_and_differ() -> None:
    twice = "{device: /dev/sdg, size: 8, retain: true, tags: [{key: a}, {key: a}]}"
    volumes = f"[{{device: /dev/sdf, size: 8, tags: [{{key: a}}]}}, {twice}]"
    with pytest.raises(InvalidInput) as refused:
        load((SERVER + f"          volumes: {volumes}\n").encode(), "app.yaml")
    assert {(one.code, one.path[-3:]) for one in refused.value.diagnostics} == {
        ("CONFLICT", ("volumes", 0, "tags")),
        ("DUPLICATE_TAG", ("tags", 1, "key")),
    }
