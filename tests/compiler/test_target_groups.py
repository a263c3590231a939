"""Target groups: the application's own, with every server that names them."""

from typing import Any

import pytest

from samples.large import large_app
from smsgen.compiler import compile_app
from smsgen.errors import InvalidInput
from smsgen.model.launching.target_groups import TargetGroup
from smsgen.model.load import load
from tests.compiler.test_compile import compiled

TEXT = """
name: shop
profile: plain
targetGroups: [{name: shop-web, protocol: HTTPS, port: 443, healthCheckPath: /up, matcher: "200", retain: true}]
launchDefaults: {vpc: vpc-12345678, subnet: subnet-12345678, securityGroup: sg-12345678, instanceType: m6i.large}
serverGroups:
  - name: web
    launchDefaults: {targetGroups: [{name: shop-web}]}
    serverList:
      - {serverId: s-00000002, imageId: ami-12345678, launch: {logicalId: B}}
      - serverId: s-00000001
        imageId: ami-12345678
        launch: {logicalId: A, targetGroups: [{name: shop-web, port: 8443}]}
"""


def test_a_target_group_has_the_servers_that_name_it_each_at_its_port() -> None:
    resource: dict[str, Any] = compiled(TEXT).template.resources["ShopWebTargetGroup"]
    assert resource == {
        "Type": "AWS::ElasticLoadBalancingV2::TargetGroup",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "Name": "shop-web",
            "TargetType": "instance",
            "Protocol": "HTTPS",
            "Port": 443,
            "VpcId": "vpc-12345678",
            "HealthCheckPath": "/up",
            "Matcher": {"HttpCode": "200"},
            "Targets": [{"Id": {"Ref": "A"}, "Port": 8443}, {"Id": {"Ref": "B"}}],
        },
    }


def test_its_arn_is_put_out_for_listeners_and_its_tags_are_the_applications() -> None:
    template = compiled(TEXT.replace("profile: plain", "tags: [{key: Cost, value: '1'}]")).template
    assert template.outputs["ShopWebTargetGroupArn"]["Value"] == {"Ref": "ShopWebTargetGroup"}
    tags = template.resources["ShopWebTargetGroup"]["Properties"]["Tags"]
    assert [one["Key"] for one in tags] == ["Cost", "smsgen:app", "smsgen:app-id"]


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("{name: shop-web, port: 8443}", "{name: other}", "UNKNOWN_TARGET_GROUP"),
        ("vpc: vpc-12345678, ", "", "MISSING_FIELD"),
        ("logicalId: B", "logicalId: ShopWebTargetGroup", "LOGICAL_ID_TAKEN"),
        ("{name: shop-web, port: 8443}", "{name: shop-web}, {name: shop-web}", "DUPLICATE_ATTACHMENT"),
        ("port: 443,", "port: 443}, {name: shop--web, protocol: TLS, port: 1,", "DUPLICATE_TARGET_GROUP"),
        ("profile: plain", "profile: sms", "SMS_PROFILE"),
    ],
)
def test_what_is_refused(before: str, after: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        compiled(TEXT.replace(before, after))
    assert code in {one.code for one in refused.value.diagnostics}


def test_a_group_without_tls_is_a_warning() -> None:
    codes = {one.code for one in compiled(TEXT.replace("HTTPS", "HTTP")).diagnostics}
    assert "PLAIN_TARGETS" in codes
    assert "PLAIN_TARGETS" not in {one.code for one in compiled(TEXT).diagnostics}


def test_nested_stacks_have_none_for_one_resource_would_need_the_servers_of_all() -> None:
    app = load(large_app(600, 2).encode(), "large.yaml").app
    with pytest.raises(InvalidInput) as refused:
        compile_app(app._replace(target_groups=(TargetGroup("web", "HTTPS", 443, "vpc-12345678"),)))
    assert {one.code for one in refused.value.diagnostics} == {"CLOUDFORMATION_QUOTA"}
