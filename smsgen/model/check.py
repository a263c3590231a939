"""Check an application that came from no file: the same fields and rules as `load`, with paths in place of lines."""

from __future__ import annotations

from typing import Any

from smsgen.errors import Diagnostic
from smsgen.model.app import App
from smsgen.model.fields import APP
from smsgen.model.kinds import FieldKind
from smsgen.model.problems import Problems, written
from smsgen.model.rules import RULES
from smsgen.model.view import view


def check_app(app: App) -> tuple[Diagnostic, ...]:
    """Return every problem of an application, warnings included; their places are paths into its application file."""
    problems = Problems(None)
    APP.read(APP.write(app), (), problems)
    if not problems.full():
        problems.end_of_fields()
        places = view(app)
        for rule in RULES:
            rule(places, problems)
    return problems.all()


def read_plain(kind: FieldKind, data: Any, name: str) -> tuple[Any, tuple[Diagnostic, ...]]:
    """Read plain data of one kind that came from no file, and give what the model holds, and what is wrong with it.

    `name`: how the place of the data begins in messages.
    """
    problems = Problems(None)
    value = kind.read(data, (name,), problems)
    return value, problems.all()


def sentence(diagnostic: Diagnostic) -> str:
    """Return a diagnostic in one sentence that begins with its place."""
    at = f"{written(diagnostic.path)}: " if diagnostic.path else ""
    return f"{at}{diagnostic.message}"
