"""The generated table of lists that have no order: fresh, and read only where something differs."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_table_is_what_the_generator_makes() -> None:
    pytest.importorskip("cfnlint", reason="the schemas come with cfn-lint")
    from tools import unordered

    stale = "cfn-lint's schemas moved on: run `python -m tools unordered`"
    assert (ROOT / unordered.FILE).read_text(encoding="utf-8") == unordered.generate(), stale


@pytest.mark.parametrize(
    ("array", "free"),
    [
        ({"insertionOrder": False}, True),
        ({"insertionOrder": True, "uniqueItems": True}, False),
        ({"uniqueItems": True}, False),
        ({}, False),
    ],
)
def test_only_a_schema_that_says_so_frees_a_list(array: dict[str, bool], free: bool) -> None:
    pytest.importorskip("cfnlint", reason="the schemas come with cfn-lint")
    from tools.unordered import unordered

    inner = {"type": "array", **array}
    schema = {
        "properties": {"A": {"$ref": "#/definitions/D"}},
        "definitions": {"D": {"properties": {"B": inner}}},
    }
    assert unordered(schema) == ({"A/B"} if free else set())


def test_tags_and_security_groups_are_free_unless_their_schema_keeps_the_order() -> None:
    pytest.importorskip("cfnlint", reason="the schemas come with cfn-lint")
    from tools.unordered import unordered

    kept = {"items": {}, "insertionOrder": True}
    schema = {
        "tagging": {"tagProperty": "/properties/Labels"},
        "properties": {"Labels": {"items": {}}, "HostTags": {"items": {}}, "OtherTags": kept}
        | {"SecurityGroupIds": {"items": {}}, "VpcSecurityGroupIds": kept, "Names": {"items": {}}},
    }
    assert unordered(schema) == {"Labels", "HostTags", "SecurityGroupIds"}


def test_a_template_that_is_as_deployed_needs_no_table() -> None:
    code = (
        "import sys; from smsgen.cfn.align import aligned; from smsgen.cfn.normal import same;"
        "t = {'Resources': {'A': {'Type': 'AWS::SNS::Topic', 'Properties': {'Tags': []}}}}; aligned(t, dict(t));"
        "sys.exit('smsgen.generated.unordered' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
