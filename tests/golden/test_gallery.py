"""The gallery: ten applications that people have, each without a problem, and its template without a finding."""

import re
from pathlib import Path

import pytest

from smsgen.cfn.lint import lint_text
from smsgen.local.disk import DiskFiles
from smsgen.operations.files.acceptance import strictly
from smsgen.operations.files.validate import validate
from tests.golden.samples import GALLERY, HERE, SAMPLES, gallery_golden

DOCS = SAMPLES.parent / "docs" / "gallery.md"


@pytest.mark.parametrize("name", GALLERY)
def test_an_application_compiles_to_its_golden(name: str) -> None:
    golden = HERE / "gallery" / f"{name}.yaml"
    assert golden.read_text() == gallery_golden(name), "`make goldens`, and read the difference"


@pytest.mark.parametrize("name", GALLERY)
def test_an_application_has_no_problem_even_to_the_strict(name: str) -> None:
    found = strictly(validate([str(SAMPLES / "gallery" / f"{name}.yaml")], files=DiskFiles()))
    assert [one.render() for one in found] == []


@pytest.mark.parametrize("name", GALLERY)
def test_cfn_lint_has_no_finding(name: str) -> None:
    pytest.importorskip("cfnlint", reason="cfn-lint comes with smsgen[lint]")
    assert lint_text((HERE / "gallery" / f"{name}.yaml").read_text()) == ()


def test_there_are_ten_and_the_page_shows_them_all() -> None:
    assert len(GALLERY) == 10
    shown = re.findall(r"\{literalinclude\} \.\./samples/gallery/(.*)\.yaml", DOCS.read_text())
    assert sorted(shown) == sorted(GALLERY)
    assert {path.stem for path in (HERE / "gallery").iterdir()} == set(GALLERY)


@pytest.mark.parametrize("path", sorted((SAMPLES / "gallery").iterdir()), ids=lambda path: path.stem)
def test_an_application_begins_with_what_it_is(path: Path) -> None:
    schema, first, *_ = path.read_text().splitlines()
    assert schema == "# yaml-language-server: $schema=../smsgen.schema.json"
    assert first.startswith("# ")
