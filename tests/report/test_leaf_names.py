"""What a person calls what changed."""

from typing import Any

import pytest

from smsgen.changes import Environment, predict
from smsgen.changes.stack import from_data
from smsgen.report import html, markdown, sarif, text
from smsgen.report.document import document
from smsgen.report.leaf_names import leaf_name
from smsgen.report.view import view_of, view_summary
from tests.report.scenarios import change_set, instance, snapshot

CONTEXT = {
    "Properties": {
        "Tags": [{"Key": "Purpose", "Value": "testing"}],
        "BlockDeviceMappings": [{}, {"DeviceName": "/dev/sdb", "Ebs": {"VolumeSize": "8"}}],
        "SecurityGroupIds": ["sg-1", "sg-2"],
        "SecurityGroupIngress": [{"CidrIp": "10.0.0.0/8"}],
        "MetadataOptions": {"HttpTokens": "required"},
        "Environment": {"Variables": {"LOG_LEVEL": "info"}},
        "ContainerDefinitions": [{"Name": "web", "Environment": [{"Name": "LOG_LEVEL", "Value": "info"}]}],
        "LaunchTemplateData": {
            "ImageId": "ami-1",
            "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}],
        },
        "Policies": [{"PolicyName": "read", "PolicyDocument": {"Statement": [{"Effect": "Allow"}]}}],
        "SourceObjectKeys": ["a.zip"],
        "Parameters": {"Vpc": "vpc-1"},
    }
}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/Properties/InstanceType", None),
        ("/Metadata", None),
        ("/Properties/Tags/0/Value", "tag Purpose"),
        ("/Properties/Tags/0/Key", "tag Purpose key"),
        ("/Properties/Tags/0", "tag Purpose"),
        ("/Properties/BlockDeviceMappings/1/Ebs/VolumeSize", "volume /dev/sdb size"),
        ("/Properties/BlockDeviceMappings/0/Ebs/DeleteOnTermination", "volume 1 delete on termination"),
        ("/Properties/SecurityGroupIds/1", "security group 2"),
        ("/Properties/SecurityGroupIngress/0/CidrIp", "ingress rule 1 CIDR"),
        ("/Properties/MetadataOptions/HttpTokens", "metadata options tokens"),
        ("/Properties/Environment/Variables/LOG_LEVEL", "variable LOG_LEVEL"),
        ("/Properties/ContainerDefinitions/0/Environment/0/Value", "container web variable LOG_LEVEL"),
        ("/Properties/LaunchTemplateData/ImageId", "image ID"),
        (
            "/Properties/LaunchTemplateData/TagSpecifications/0/Tags/0/Value",
            "instance tag Name",
        ),
        ("/Properties/Policies/0/PolicyDocument", "policy read document"),
        ("/Properties/SourceObjectKeys/0", "source object keys 1"),
        ("/Properties/Parameters/Vpc", "parameter Vpc"),
    ],
)
def test_a_leaf_is_named_as_a_person_would(path: str, name: str | None) -> None:
    assert leaf_name(path, CONTEXT, CONTEXT) == name


def test_an_element_is_called_as_it_is_deployed_else_as_it_will_be() -> None:
    after = {"Properties": {"Tags": [{"Key": "Test", "Value": "Test"}, {"Key": "New", "Value": "x"}]}}
    assert leaf_name("/Properties/Tags/0/Value", CONTEXT, after) == "tag Purpose"
    assert leaf_name("/Properties/Tags/1", CONTEXT, after) == "tag New"


def servers(before: dict[str, Any], after: dict[str, Any]) -> Any:
    return change_set(
        snapshot({"Resources": {"Web": instance("web", 0, **before)}}),
        {"Resources": {"Web": instance("web", 0, **after)}},
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"InstanceType": "t3.small"}, {"InstanceType": "t3.large"}, "1 to stop and start"),
        ({"UserData": "YQ=="}, {"UserData": "Yg=="}, "1 to stop and start"),
        ({"ImageId": "ami-1"}, {"ImageId": "ami-2"}, "1 to replace"),
        ({"Tenancy": "default"}, {"Tenancy": "dedicated"}, "1 may be replaced"),
        (
            {"InstanceType": "t3.small", "Tenancy": "default"},
            {"InstanceType": "t3.large", "Tenancy": "dedicated"},
            "1 may be replaced",
        ),
        ({"Monitoring": True}, {"Monitoring": False}, "1 to modify"),
    ],
)
def test_an_instance_that_stops_and_starts_is_said_apart_from_one_that_is_replaced(
    before: dict[str, Any], after: dict[str, Any], said: str
) -> None:
    made = servers(before, after)
    assert view_summary(view_of(made)) == said
    restarts = said == "1 to stop and start"
    renders = text.render(made), markdown.render(made), html.render(made), sarif.render(made, lambda _: None)
    for report in renders:
        assert ("stopped and started" in report) is restarts


def test_new_resources_show_their_properties_when_asked() -> None:
    password = instance("db", 0, ImageId="ami-1", Tags=[{"Key": "DB_PASSWORD", "Value": "hunter2-Secr3t!"}])
    made = change_set(None, {"Resources": {"Db": password}})
    for render in (text.render, markdown.render, html.render):
        assert "DB_PASSWORD" not in render(made)
        shown = render(made, show_added=True)
        assert "ami-1" in shown
        assert "DB_PASSWORD" in shown
        assert "hunter2" not in shown


def test_a_secret_in_a_new_element_is_masked() -> None:
    made = servers({"Tags": []}, {"Tags": [{"Key": "DB_PASSWORD", "Value": "hunter2-Secr3t!"}]})
    for render in (text.render, markdown.render, html.render):
        report = render(made)
        assert "tag DB_PASSWORD" in report or "tag DB\\_PASSWORD" in report
        assert "hunter2" not in report


def test_a_tag_of_the_stack_is_called_so() -> None:
    context = {"Tags": [{"Key": "Stage", "Value": "live"}]}
    assert leaf_name("/Tags/0/Value", context, context) == "stack tag Stage"
    assert leaf_name("/Tags/0", {}, context) == "stack tag Stage"


def test_every_format_says_what_is_not_sure() -> None:
    template = {"Resources": {"Web": instance("web", 0, ImageId="ami-1")}}
    deployed = from_data(snapshot(template, tags={"Stage": "test"}))
    shown = predict(deployed, template, {}, environment=Environment(), tags={"Stage": "live"})
    said = "in which words exactly is not documented"
    assert document(shown)["uncertain"] == list(shown.uncertain)
    for text_of in (text.render, markdown.render, html.render):
        assert said in text_of(shown)
        assert "stack tag Stage" in text_of(shown)
    assert "uncertain" not in document(change_set(snapshot(template), template))


def test_a_part_of_an_attribute_is_called_after_it() -> None:
    context = {"Metadata": {"aws:asset:path": "asset.1", "smsgen": {"launchOrder": "1"}}}
    assert leaf_name("/Metadata/aws:asset:path", context, context) == "metadata aws:asset:path"
    assert leaf_name("/Metadata/smsgen/launchOrder", context, context) == "metadata smsgen launch order"
    assert leaf_name("/Metadata", context, context) is None
