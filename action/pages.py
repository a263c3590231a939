"""What people read: a page on each application, the job's summary, the comment."""

from __future__ import annotations

import re
from typing import NamedTuple

from smsgen.errors import visible

COMMENT_CHARACTERS = 65_536 - 200
"""Of a comment's body, less its hidden line."""

_DIFF_CHARACTERS = 6_000


class Page(NamedTuple):
    """A page on one application. `result` is its line in the table of all."""

    app: str
    result: str
    text: str


def code(text: str) -> str:
    """Return a text as a code span: on one line, in a table too, nothing in it is markup or a mention."""
    shown = visible(text).replace("`", "'").replace("|", "\\|").strip()
    return f"`{shown or ' '}`"


def fence(text: str, language: str = "text") -> str:
    """Return a text as a block of code, cut where it is very long."""
    cut = text[:_DIFF_CHARACTERS]
    more = "" if cut == text else "\n… the rest is in the job's log"
    shown = visible(cut, "\n\t") + more
    ticks = "`" * (3 + max((len(run) for run in re.findall("`+", shown)), default=0))
    return f"{ticks}{language}\n{shown.rstrip()}\n{ticks}\n"


def alert(kind: str, title: str, text: str = "") -> str:
    """Return a box. `kind`: CAUTION, WARNING or NOTE. `title` is ours, `text` may be anybody's."""
    return f"> [!{kind}]\n> {title}\n\n" + (f"{fence(text)}\n" if text.strip() else "")


def everything(pages: list[Page], footer: str, most: int | None = None) -> str:
    """Return all pages as one text; with `most`, as many as fit that number of characters."""
    parts = [_table(pages)] if len(pages) > 1 else []
    left = None if most is None else most - sum(map(len, parts)) - len(footer) - 200
    for at, page in enumerate(pages):
        heading = f"## {code(page.app)}\n\n" if len(pages) > 1 else ""
        text = f"{heading}{page.text.strip()}\n\n"
        if left is not None:
            if len(text) > left:
                parts.append(
                    f"_{len(pages) - at} of {len(pages)} reports do not fit here: see the job's summary._\n\n"
                )
                break
            left -= len(text)
        parts.append(text)
    return "".join((*parts, footer))


def _table(pages: list[Page]) -> str:
    shown = pages[:200]
    rows = "".join(f"| {code(page.app)} | {page.result} |\n" for page in shown)
    more = f"\n_and {len(pages) - len(shown)} more_\n" if len(pages) > len(shown) else ""
    return f"| application | result |\n|---|---|\n{rows}{more}\n"
