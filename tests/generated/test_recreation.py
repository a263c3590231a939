"""The generated table of what cannot change in place: fresh, decided where sources disagree, quick to load."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from smsgen.changes import recreation as recreation_of
from smsgen.changes import requires_recreation
from smsgen.changes.model import MISSING
from smsgen.changes.recreation import is_opaque
from tools import recreation_sources
from tools.recreation_judgements import JUDGEMENTS, Judgement

ROOT = Path(__file__).parents[2]


def test_the_table_is_what_the_generator_makes() -> None:
    pytest.importorskip("cfnlint", reason="the schemas come with cfn-lint")
    from tools import recreation

    stale = "cfn-lint's schemas moved on: run `python -m tools recreation`"
    assert (ROOT / recreation.FILE).read_text(encoding="utf-8") == recreation.generate(), stale


@pytest.mark.parametrize("judgement", JUDGEMENTS, ids=lambda judgement: "-".join(judgement[:2]))
def test_what_was_judged_by_hand_is_answered_and_says_why(judgement: Judgement) -> None:
    assert requires_recreation(judgement.type_name, judgement.property_name) == judgement.answer
    assert judgement.why
    assert judgement.source.startswith("https://docs.aws.amazon.com/")


@pytest.mark.parametrize(
    ("type_name", "property_name", "expected"),
    [
        ("AWS::Route53::RecordSet", "Name", "Always"),
        ("AWS::Route53::RecordSet", "TTL", "Never"),
        ("AWS::EC2::TrafficMirrorSession", "NetworkInterfaceId", "Always"),
        ("AWS::ElastiCache::ReplicationGroup", "NumNodeGroups", "Conditionally"),
        # Create-only in 2023, and no longer.
        ("AWS::EC2::EIP", "Domain", "Never"),
        ("AWS::EC2::VPNConnection", "CustomerGatewayId", "Never"),
        ("AWS::S3::Bucket", "ObjectLockEnabled", "Never"),
        ("AWS::ECS::Service", "DeploymentController", "Never"),
        # A type without an update handler can only be replaced.
        ("AWS::AppStream::ImageBuilder", "Description", "Always"),
    ],
)
def test_where_the_sources_disagree(type_name: str, property_name: str, expected: str) -> None:
    assert requires_recreation(type_name, property_name) == expected


@pytest.mark.parametrize(
    ("type_name", "opaque"),
    [
        ("Custom::Thing", True),
        ("AWS::CloudFormation::CustomResource", True),
        ("AWS::CDK::Metadata", True),
        ("Acme::Private::Thing", True),
        ("AWS::SNS::Topic", False),
        # A type that can only be replaced is no riddle.
        ("AWS::AppStream::ImageBuilder", False),
        ("AWS::CloudFormation::Stack", False),
    ],
)
def test_what_only_the_types_own_code_knows(type_name: str, opaque: bool) -> None:
    assert is_opaque(type_name) is opaque
    assert (requires_recreation(type_name, "Anything") == "Conditionally") is opaque


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"A": {"B": 1}}, {"A": {"B": 1}, "C": 2}, "Never"),
        ({"A": {"B": 1}}, {"A": {"B": 2}}, "Always"),
        ({"A": {"B": 1}}, {"A": {}}, "Always"),
        ({"A": [{"B": 1, "C": 1}, {"B": 2}]}, {"A": [{"B": 1, "C": 2}, {"B": 2}]}, "Never"),
        ({"A": [{"B": 1}]}, {"A": [{"B": 1}, {"B": 2}]}, "Always"),
        # What is not known yet may be another value in that part, too.
        ({"A": {"B": 1}}, "unknown", "Always"),
        ({"A": {"B": 1}}, MISSING, "Always"),
        (MISSING, {"C": 1}, "Never"),
        (MISSING, MISSING, "Conditionally"),
        ({"D": {"x": {"E": 1}}}, {"D": {"x": {"E": 1}, "y": {}}}, "Never"),
        ({"D": [{"E": 1}]}, {"D": [{"E": 2}]}, "Conditionally"),
    ],
)
def test_a_part_of_a_property_is_judged_by_its_values(
    before: Any, after: Any, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smsgen.changes.recreation.TABLE", "\nAcme::Made::Up\n P/A/B ?P/D/*/E\nZ\n")
    recreation_of._rules.cache_clear()
    try:
        assert requires_recreation("Acme::Made::Up", "P", before, after) == expected
    finally:
        recreation_of._rules.cache_clear()


def test_the_list_of_disagreements_says_what_is_answered() -> None:
    lines = recreation_sources.read()
    wrong = [line for line in lines if requires_recreation(line.type_name, line.property_name) != line.answer]
    assert (wrong, len(lines) > 1000) == ([], True)
    assert {line.rule for line in lines if line.why} == {"judged"}


def test_every_property_of_ec2_is_decided() -> None:
    pytest.importorskip("cfnlint", reason="the schemas come with cfn-lint")
    from tools import recreation

    expected = {
        (type_name, name, recreation_sources.word(schema, name))
        for type_name, schema in recreation.schemas().items()
        if type_name.startswith("AWS::EC2::")
        for name in recreation.writable(schema)
    }
    decided = {line[:3] for line in recreation_sources.read() if line.type_name.startswith("AWS::EC2::")}
    stale = "cfn-lint's schemas moved on: run `python -m tools.recreation_sources` (it asks the npm registry)"
    assert decided == expected, stale


def test_predicting_imports_nothing_heavy() -> None:
    heavy = "{'cfnlint', 'boto3', 'dataclasses', 'inspect', 'troposphere', 'jinja2', 'msgspec'}"
    code = f"import sys, smsgen.changes; sys.exit(' '.join(sorted({heavy} & sys.modules.keys())) or 0)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
