"""The library's public names: contracts that others rely on."""

import subprocess
import sys

import pytest

import smsgen

NAMES = [
    "App",
    "ChangeSet",
    "Compiled",
    "Diagnostic",
    "Environment",
    "GeneratedTemplate",
    "InvalidInput",
    "Loaded",
    "Service",
    "Severity",
    "SmsgenError",
    "Stack",
    "Template",
    "client",
    "compile_app",
    "dump",
    "dump_template",
    "generate_change_set",
    "generate_template",
    "json_schema",
    "load",
    "load_app",
    "parse_template",
    "predict",
    "read_snapshot",
    "requires_recreation",
    "validate",
]


def test_the_public_names_are_pinned() -> None:
    assert smsgen.__all__ == NAMES
    assert dir(smsgen) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_public_name_is_there_and_says_what_it_is(name: str) -> None:
    assert getattr(smsgen, name).__doc__


def test_another_name_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = smsgen.nonsense


@pytest.mark.parametrize("heavy", ["yaml", "troposphere", "boto3", "jinja2", "cfnlint", "argparse"])
def test_importing_smsgen_loads_nothing_heavy(heavy: str) -> None:
    code = f"import smsgen, sys; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("type_name", "property_name", "expected"),
    [
        ("AWS::EC2::Instance", "ImageId", "Always"),
        ("AWS::EC2::Instance", "KeyName", "Always"),
        ("AWS::EC2::Instance", "InstanceType", "Conditionally"),
        ("AWS::EC2::Instance", "Tags", "Never"),
        ("AWS::SNS::Topic", "TopicName", "Always"),
        ("Custom::Anything", "Whatever", "Conditionally"),
    ],
)
def test_requires_recreation_gives_cloudformations_three_words(
    type_name: str, property_name: str, expected: str
) -> None:
    assert smsgen.requires_recreation(type_name, property_name) == expected
