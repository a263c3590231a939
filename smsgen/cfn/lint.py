"""cfn-lint, through its library API: the only place that imports it, and only when it runs."""

from __future__ import annotations

from typing import NamedTuple

from smsgen.errors import Path, SmsgenError, install_hint

REGION = "us-east-1"
"""The region whose resource types and values are checked; it has them all."""


class LintFinding(NamedTuple):
    """What a rule of cfn-lint found, and where in the text: `path`, and `line` and `column`, which count from 1.

    `level` is "error", "warning" or "informational".
    """

    rule: str
    level: str
    message: str
    path: Path
    url: str
    line: int
    column: int


def lint_text(text: str) -> tuple[LintFinding, ...]:
    """Return every finding of every level in a template, JSON or YAML, in the order of the text.

    Raises SmsgenError where cfn-lint is not installed.
    """
    try:
        from cfnlint.api import lint
        from cfnlint.config import ManualArgs
    except ImportError:
        hint = install_hint("lint")
        raise SmsgenError("--lint needs cfn-lint, which is not installed", hint=hint) from None
    config = ManualArgs(regions=[REGION], include_checks=["I", "W", "E"])
    findings = [
        LintFinding(
            match.rule.id,
            match.rule.severity,
            match.message,
            tuple(match.path or ()),
            match.rule.source_url,
            match.linenumber,
            match.columnnumber,
        )
        for match in lint(text, config=config)
    ]
    return tuple(
        sorted(findings, key=lambda finding: (finding.line, finding.column, finding.rule, finding.message))
    )
