"""docs/diagnostics.md: every code of a diagnostic, from the table that `smsgen explain` shows."""

FILE = "docs/diagnostics.md"


def generate() -> str:
    """Return the text of the generated file."""
    from smsgen.report.explain import page

    return page()
