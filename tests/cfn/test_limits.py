"""CloudFormation's quotas."""

import pytest

from smsgen.cfn.document import Template
from smsgen.cfn.limits import check


@pytest.mark.parametrize(
    ("body", "size", "path"),
    [
        ({"Resources": dict.fromkeys(map(str, range(501)))}, 10, ("Resources",)),
        ({"Parameters": dict.fromkeys(map(str, range(201)))}, 10, ("Parameters",)),
        ({"Outputs": dict.fromkeys(map(str, range(201)))}, 10, ("Outputs",)),
        ({"Description": "é" * 513}, 10, ("Description",)),
        ({}, 1_048_577, ()),
    ],
)
def test_a_quota_that_is_passed_is_named(body: dict[str, object], size: int, path: tuple[str, ...]) -> None:
    (found,) = check(Template(body), size)
    assert (found.code, found.path) == ("CLOUDFORMATION_QUOTA", path)


def test_the_quota_itself_is_allowed() -> None:
    body = {"Resources": dict.fromkeys(map(str, range(500))), "Description": "é" * 512}
    assert check(Template(body), 1_048_576) == ()
