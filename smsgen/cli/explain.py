"""smsgen explain: what a diagnostic's code means, what causes it, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsgen.cli import put
from smsgen.errors import UsageError

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  smsgen explain BAD_ID                            what it means, an example, what to do
  smsgen explain EC2.8 EC2.3                       several
  smsgen explain                                   all codes, one line each
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "codes", nargs="*", metavar="CODE", help="what stands in the brackets of a diagnostic"
    )


def run(args: argparse.Namespace) -> int:
    from smsgen.report import explain
    from smsgen.report.codes import CODES

    if not args.codes:
        put(explain.every())
        return 0
    for code in args.codes:
        if code.upper() not in CODES:
            raise UsageError(f"there is no code {code!r}", hint=_hint(code))
    put(explain.several([CODES[code.upper()] for code in args.codes]))
    return 0


def _hint(code: str) -> str:
    from smsgen.report.codes import is_cfn_lint
    from smsgen.report.explain import nearest

    if is_cfn_lint(code.upper()):
        rules = "https://github.com/aws-cloudformation/cfn-lint/blob/main/docs/rules.md"
        return f"it is a rule of cfn-lint: {rules}"
    near = nearest(code)
    return f"did you mean {near}?" if near else "`smsgen explain` lists them"
