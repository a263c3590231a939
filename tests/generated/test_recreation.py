"""The generated table of what cannot change in place: fresh, decided where sources disagree, quick to load."""

import subprocess
import sys
from pathlib import Path

import pytest

from smsgen.changes import requires_recreation
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
