"""cfn-lint's findings, as data."""

import pytest

from smsgen.cfn.lint import lint_text

TEMPLATE = """\
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: x
      Nonsense: 1
  Wrong:
    Type: AWS::Not::There
"""


def test_a_finding_says_which_rule_and_where() -> None:
    pytest.importorskip("cfnlint", reason="cfn-lint comes with smsgen[lint]")
    first, second = lint_text(TEMPLATE)
    assert (first.rule, first.level, first.line, first.column) == ("E3002", "error", 6, 7)
    assert first.path == ("Resources", "Topic", "Properties", "Nonsense")
    assert (second.rule, second.line, second.path) == ("E3006", 8, ("Resources", "Wrong", "Type"))
    assert first.url.startswith("https://")
