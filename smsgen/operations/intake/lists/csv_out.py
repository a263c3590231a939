"""CSV that people open in a spreadsheet: no cell of it is a formula there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from smsgen.errors import Diagnostic, visible

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
LEFT_OUT = ("file", "row", "code", "message", "hint")


def csv_text(rows: Iterable[Iterable[str]]) -> str:
    """Return rows as CSV, UTF-8 with a mark, so that Excel reads it as such.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it, which `import-inventory` takes away
    again (OWASP, "CSV Injection").
    """
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue()


def safe(cell: str) -> str:
    """Return the text of a cell that is no formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def left_out_csv(diagnostics: Iterable[Diagnostic]) -> str:
    """Return what was not taken of lists as CSV, a row each."""
    rows = (
        (at.file, str(at.line), one.code, visible(one.message), one.hint)
        for one in diagnostics
        if (at := one.location)
    )
    return csv_text((LEFT_OUT, *rows))
