"""Each sample compiles to its goldens, and cfn-lint has nothing to say of any of them."""

from functools import cache

import pytest

from smsgen.cfn.lint import lint_text
from smsgen.cfn.text import parse_template
from tests.golden.samples import HERE, cases, goldens, made

once = cache(goldens)
COMPILED = sorted(path.name for path in HERE.glob("*.yaml"))


@pytest.mark.parametrize(("name", "profile", "format_"), cases())
def test_a_sample_compiles_to_its_goldens(name: str, profile: str, format_: str) -> None:
    for file, content in once(name, profile, format_).items():
        assert (HERE / file).read_text() == content, f"{file}: `make goldens`, and read the difference"


def test_no_golden_is_left_over() -> None:
    expected = {file for case in cases() for file in once(*case)}
    kept = {
        path.name for path in HERE.iterdir() if path.suffix in (".yaml", ".json", ".children", ".refused")
    }
    assert kept == expected


def test_both_formats_say_the_same() -> None:
    assert COMPILED
    for name in COMPILED:
        yaml, json = HERE / name, (HERE / name).with_suffix(".json")
        assert (
            parse_template(yaml.read_bytes(), name).template
            == parse_template(json.read_bytes().replace(b'.json"', b'.yaml"'), name).template
        )


@pytest.mark.parametrize("name", COMPILED)
def test_cfn_lint_has_no_finding_of_any_level(name: str) -> None:
    pytest.importorskip("cfnlint", reason="cfn-lint comes with smsgen[lint]")
    assert lint_text((HERE / name).read_text()) == ()


def test_cfn_lint_has_no_finding_in_a_nested_template() -> None:
    pytest.importorskip("cfnlint", reason="cfn-lint comes with smsgen[lint]")
    _, (file, child), *_ = made("large", "hardened", "yaml").items()
    assert lint_text(child) == (), file


def test_cfn_lint_is_asked_for_every_level() -> None:
    pytest.importorskip("cfnlint", reason="cfn-lint comes with smsgen[lint]")
    template = """
    Parameters: {Unused: {Type: String}}
    Resources:
      Topic: {Type: AWS::SNS::Topic, Properties: {Nonsense: 1, DisplayName: !Join ["", [a, b]]}}
    """
    assert {finding.level for finding in lint_text(template)} == {"error", "warning", "informational"}
