"""The JSON Schema: valid, committed as it is made, and of one mind with the loader."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given

from smsgen.model.fields import APP
from smsgen.model.problems import Problems
from smsgen.model.schema import json_schema, schema_text
from smsgen.operations.files.init import starter
from smsgen.text.source import parse
from tests.model.apps import any_app

SAMPLES = Path(__file__).parent.parent.parent / "samples"
VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def test_it_is_a_schema_of_2020_12() -> None:
    assert json_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(json_schema())


def test_the_committed_schema_is_the_one_that_is_made() -> None:
    committed = (SAMPLES / "smsgen.schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(), "stale: `python -m tools schema` writes it again"


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_samples_are_valid(sample: Path) -> None:
    VALIDATOR.validate(yaml.safe_load(sample.read_bytes()))


def test_the_starter_file_is_valid() -> None:
    VALIDATOR.validate(yaml.safe_load(starter("shop")))


def every_field(schema: Any) -> list[tuple[str, dict[str, Any]]]:
    if isinstance(schema, list):
        return [found for part in schema for found in every_field(part)]
    if not isinstance(schema, dict):
        return []
    here = list(schema["properties"].items()) if isinstance(schema.get("properties"), dict) else []
    return here + [found for part in schema.values() for found in every_field(part)]


def test_every_field_has_a_description() -> None:
    fields = every_field(json_schema())
    assert len(fields) > 60
    assert [name for name, field in fields if not field.get("description")] == []


def test_defaults_are_those_of_the_model() -> None:
    properties = json_schema()["properties"]
    assert properties["profile"]["default"] == "hardened"
    assert (
        json_schema()["$defs"]["launch"]["properties"]["readiness"]["properties"]["timeout"]["default"]
        == "PT15M"
    )
    assert "default" not in properties["description"]


@given(any_app())
def test_schema_and_loader_are_of_one_mind_about_the_fields(data: Any) -> None:
    """What the table refuses the schema refuses, and the other way round; the rules are the loader's."""
    problems = Problems(parse(json.dumps(data).encode(), "app.json"))
    APP.read(data, (), problems)
    complaints = [error.message[:200] for error in VALIDATOR.iter_errors(data)]
    assert bool(problems.found) == bool(complaints), (problems.found, complaints)
