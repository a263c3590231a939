"""Every code that a diagnostic of smsgen can have: what it means, what causes it, how to mend it.

One table, in parts: `smsgen explain`, docs/diagnostics.md and the rules in SARIF are made from it. A test finds the
codes in the source tree and holds them against it, both ways, and brings every example about.
"""

from __future__ import annotations

from smsgen.report.codes import answers, application, changes, fields, files, inventories, security, templates
from smsgen.report.codes.entry import Code, Example

__all__ = ["CODES", "PARTS", "Code", "Example", "is_cfn_lint"]

PARTS: tuple[tuple[str, tuple[Code, ...]], ...] = (
    ("Files that cannot be read", files.CODES),
    ("Fields of the application file", fields.CODES),
    ("The application as a whole", application.CODES),
    ("What is weakened", security.CODES),
    ("Templates and parameters", templates.CODES),
    ("Change sets", changes.CODES),
    ("What `aws sms` printed", answers.CODES),
    ("Lists of servers", inventories.CODES),
)
"""Heading -> its codes, by name."""

CODES: dict[str, Code] = {one.code: one for _, codes in PARTS for one in codes}


def is_cfn_lint(code: str) -> bool:
    """Return whether a code is that of a rule of cfn-lint (`E3012`), which `--lint` passes on."""
    return len(code) == 5 and code[0] in "EWI" and code[1:].isdecimal()
