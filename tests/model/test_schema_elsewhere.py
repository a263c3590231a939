"""The JSON Schema in the hands of a validator that is not the one it was made with: jsonschema-rs, which is Rust.

Editors and CI jobs bring validators of their own; what one of them lets pass, another must not refuse.
"""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
import yaml
from hypothesis import given, settings

from smsgen.changes.schema import snapshot_schema
from smsgen.errors import InvalidInput, errors
from smsgen.model.load import load
from smsgen.model.schema import json_schema
from smsgen.operations.files.init import starter
from tests.model.apps import any_app
from tests.model.test_load import cases

ROOT = Path(__file__).parent.parent.parent
VALIDATOR = jsonschema_rs.Draft202012Validator(json_schema())
OTHER = jsonschema.Draft202012Validator(json_schema())

BETWEEN_FIELDS = {
    "ACCEPTED_TWICE",
    "AMBIGUOUS_NUMBER",
    "BAD_VOLUME",
    "CONFLICT",
    "DUPLICATE_ADDRESS",
    "DUPLICATE_ATTACHMENT",
    "DUPLICATE_RECORD",
    "DUPLICATE_TARGET_GROUP",
    "DUPLICATE_DEVICE",
    "DUPLICATE_GROUP_ID",
    "DUPLICATE_GROUP_NAME",
    "DUPLICATE_LOGICAL_ID",
    "DUPLICATE_SERVER",
    "DUPLICATE_SERVER_ID",
    "DUPLICATE_TAG",
    "DUPLICATE_VM_ID",
    "LOGICAL_ID_COLLISION",
    "MISSING_FIELD",
    "NOT_A_DEFAULT",
    "OUT_OF_RANGE",
    "SMS_BUCKET",
    "SMS_LIMIT",
    "SMS_PROFILE",
    "TOO_LONG",
    "UNNAMED_SERVER",
}
"""Codes of what no schema says: a number's spelling, fields that do not fit each other, durations in seconds, bytes."""

EVERY_WAY = [
    ("serverGroup: []", "UNKNOWN_FIELD"),
    ("name: 5", "WRONG_TYPE"),
    ("name: ''", "EMPTY_VALUE"),
    ("serverGroups: {}", "WRONG_TYPE"),
    ("serverGroups: []", "EMPTY_LIST"),
    ("profile: soft", "UNKNOWN_VALUE"),
    ("tags: [{value: a}]", "MISSING_FIELD"),
    ("tags: [{key: 'aws:a', value: b}]", "BAD_TAG"),
    ("launchDefaults: {vpc: vpc-xyz}", "BAD_ID"),
    ("launchDefaults: {instanceType: m6i}", "UNKNOWN_INSTANCE_TYPE"),
    ("launchDefaults: {readiness: {signal: waitCondition, timeout: 15 minutes}}", "BAD_DURATION"),
    ("launchDefaults: {volumes: [{device: /dev/sda1, size: '8'}]}", "WRONG_TYPE"),
    ("launchDefaults: {userData: {file: b, s3Location: {bucket: aaa, key: b}}}", "NOT_ONE_OF"),
    ("serverGroups: [{serverList: [{serverId: i-12345678}]}]", "BAD_ID"),
    ("serverGroups: [{launchOrder: -1, serverList: [{serverId: s-12345678}]}]", "OUT_OF_RANGE"),
]
"""One line that takes the place of a good file's, and the code under which the loader refuses it."""

GOOD = {
    "name": "name: a",
    "serverGroups": "serverGroups: [{serverList: [{serverId: s-12345678}]}]",
}


def refused(text: str) -> set[str]:
    """Return the codes of the loader's errors."""
    try:
        return {one.code for one in errors(load(text.encode(), "app.yaml").warnings)}
    except InvalidInput as error:
        return {one.code for one in errors(error.diagnostics)}


def test_the_schemas_are_schemas_of_2020_12() -> None:
    for schema in (json_schema(), snapshot_schema()):
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert jsonschema_rs.meta.is_valid(schema)
    assert not jsonschema_rs.meta.is_valid({**json_schema(), "type": "map"})


@pytest.mark.parametrize("sample", sorted((ROOT / "samples").glob("*.yaml")), ids=lambda path: path.stem)
def test_samples_are_valid(sample: Path) -> None:
    VALIDATOR.validate(yaml.safe_load(sample.read_bytes()))


def test_the_starter_and_the_file_of_the_readme_are_valid() -> None:
    VALIDATOR.validate(yaml.safe_load(starter("shop")))
    (readme, *_) = re.findall(
        r"^```yaml\n(.*?)^```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE
    )
    VALIDATOR.validate(yaml.safe_load(readme))


@pytest.mark.parametrize(("line", "code"), EVERY_WAY)
def test_what_is_wrong_is_refused_by_schema_and_loader(line: str, code: str) -> None:
    good = "\n".join(GOOD.values()) + "\n"
    assert refused(good) == set()
    VALIDATOR.validate(yaml.safe_load(good))
    field = line.partition(":")[0]
    text = "\n".join({**GOOD, field: line}.values()) + "\n"
    assert code in refused(text)
    assert not VALIDATOR.is_valid(yaml.safe_load(text))


@pytest.mark.parametrize("text", [case.values[0] for case in cases()], ids=[case.id for case in cases()])
def test_the_schema_refuses_nothing_that_the_loader_takes(text: str) -> None:
    codes = refused(text)
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError:
        return
    if VALIDATOR.is_valid(data):
        assert codes <= BETWEEN_FIELDS, "the schema lets pass what is wrong with one field"
    else:
        assert codes, "the schema refuses a good file"


@settings(max_examples=100)
@given(any_app())
def test_both_validators_are_of_one_mind(data: Any) -> None:
    plain = json.loads(json.dumps(data))
    assert VALIDATOR.is_valid(plain) == OTHER.is_valid(plain)
