"""CloudFormation's quotas."""

from typing import Any

import pytest

from smsgen.cfn.document import Template
from smsgen.cfn.limits import check_limits, check_nested
from smsgen.cfn.text import dump
from smsgen.errors import Severity


def names(count: int) -> dict[str, Any]:
    return dict.fromkeys(map(str, range(count)))


def resolving(count: int, key: str = "MasterUserPassword") -> dict[str, Any]:
    """Return a template with so many dynamic references, two in a text."""
    two = "{{resolve:ssm:/a:1}}-{{resolve:secretsmanager:b}}"
    values = [{"Fn::Join": ["", [two]]}] * (count // 2) + ["{{resolve:ssm:/c}}"] * (count % 2)
    return {"Resources": {"A": {"Type": "AWS::X::Y", "Properties": {key: values}}}}


@pytest.mark.parametrize(
    ("body", "size", "path"),
    [
        ({"Resources": names(501)}, 10, ("Resources",)),
        ({"Parameters": names(201)}, 10, ("Parameters",)),
        ({"Outputs": names(201)}, 10, ("Outputs",)),
        ({"Description": "é" * 513}, 10, ("Description",)),
        ({}, 1_048_577, ()),
    ],
)
def test_a_quota_that_is_passed_is_named(body: dict[str, Any], size: int, path: tuple[str, ...]) -> None:
    (found,) = check_limits(Template(body), "x" * size)
    assert (found.code, found.path) == ("CLOUDFORMATION_QUOTA", path)


def test_the_quota_itself_is_allowed() -> None:
    body = {"Resources": names(500), "Description": "é" * 512}
    assert check_limits(Template(body), "x" * 1_048_576) == ()


@pytest.mark.parametrize("format_", ["yaml", "json"])
def test_a_template_takes_sixty_dynamic_references(format_: str) -> None:
    def found(body: dict[str, Any]) -> list[str]:
        return [one.message for one in check_limits(Template(body), dump(Template(body), format_))]

    assert found(resolving(60)) == []
    assert found(resolving(61)) == ["the template has 61 dynamic references, and CloudFormation takes 60"]
    assert found(resolving(61, "UserData")) == [], "CloudFormation does not resolve them there"
    both = resolving(60)
    both["Resources"]["B"] = resolving(2, "UserData")["Resources"]["A"]
    assert found(both) == []


def test_the_resources_of_nested_stacks_are_counted_together() -> None:
    root, child = Template({"Resources": names(5)}), Template({"Resources": names(499)})
    assert check_nested([root, *[child] * 5]) == ()
    (found,) = check_nested([root, *[child] * 5, Template({"Resources": {"A": {}}})])
    assert found.severity is Severity.WARNING
    assert "2,501 resources" in found.message
    assert check_nested([Template({"Resources": names(2_501)})]) == (), (
        "without nested stacks it is another quota"
    )
