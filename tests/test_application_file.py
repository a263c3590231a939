"""docs/application-file.md: every field of the table, each with prose and an example that is taken."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from smsgen.model.fields import APP
from smsgen.model.kinds import Field, Record
from smsgen.model.load import load
from smsgen.model.problems import Problems
from tools.application_file import FILE, example_of, generate, prose_of, records

ROOT = Path(__file__).parent.parent
EVERY = [(record, name, field) for record in records(APP) for name, field in record.fields.items()]
IDS = [f"{record.name}.{name}" for record, name, _ in EVERY]


def test_the_page_is_what_the_table_makes() -> None:
    assert (ROOT / FILE).read_text() == generate(), (
        "stale: `python -m tools application-file` writes it again"
    )


def test_the_table_is_walked_whole() -> None:
    assert {"App", "ServerGroup", "Server", "Launch", "Volume", "Tag"} <= {
        record.name for record in records(APP)
    }
    assert len(EVERY) > 80


@pytest.mark.parametrize(("record", "name", "field"), EVERY, ids=IDS)
def test_an_example_is_one(record: Record, name: str, field: Field) -> None:
    problems = Problems(None)
    field.kind.read(example_of(record, name, field), (name,), problems)
    assert [one.render() for one in problems.all()] == [], "tools/application_file.py: _EXAMPLES"
    assert field.description.endswith(".")


@pytest.mark.parametrize("record", records(APP), ids=lambda record: record.name)
def test_a_record_has_prose(record: Record) -> None:
    heading, prose = prose_of(record)
    assert heading
    assert prose.endswith(".")


def test_what_is_shown_is_what_yaml_reads() -> None:
    blocks = generate().split("```yaml\n")[2:]
    assert len(blocks) == len(EVERY)
    for block, (record, name, field) in zip(blocks, EVERY, strict=True):
        data: Any = yaml.safe_load(block.partition("```")[0])
        assert data == {name: example_of(record, name, field)}


def test_the_example_at_the_top_is_an_application_without_a_problem() -> None:
    text = generate().split("```yaml\n")[1].partition("```")[0]
    assert load(text.encode(), "app.yaml").warnings == ()
