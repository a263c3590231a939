"""Diagnostics as text for people, JSON for programs, SARIF 2.1.0 for code scanning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from smsgen.errors import Diagnostic, Severity

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(diagnostics: Sequence[Diagnostic], output: str) -> str:
    """Return the diagnostics in the format `output`, a key of OUTPUTS, as lines that end with a newline."""
    return OUTPUTS[output](diagnostics)


def counted_diagnostics(diagnostics: Sequence[Diagnostic], files: int) -> str:
    """Return one line that counts them: `2 errors, 1 warning in 3 files`."""
    open_ones = [found for found in diagnostics if not found.accepted]
    counts = [(severity, sum(found.severity is severity for found in open_ones)) for severity in Severity]
    words = [_plural(count, severity.value) for severity, count in counts if count]
    if len(open_ones) < len(diagnostics):
        words.append(f"{len(diagnostics) - len(open_ones):,} accepted")
    return f"{', '.join(words) or 'no problems'} in {_plural(files, 'file')}"


_MOST_EXPLAINED = 5


def explain_line(diagnostics: Sequence[Diagnostic]) -> str:
    """Return the command that explains the errors among diagnostics, in one line; "" for none."""
    codes = dict.fromkeys(found.code for found in diagnostics if found.severity is Severity.ERROR)
    if not codes:
        return ""
    from smsgen.report.codes import CODES

    known = [code for code in codes if code in CODES][:_MOST_EXPLAINED]
    return f"more: smsgen explain {' '.join(known)}" if known else ""


def _plural(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 or word == "info" else f"{count:,} {word}s"


def _text(diagnostics: Sequence[Diagnostic]) -> str:
    return "".join(f"{found.render()}\n" for found in diagnostics)


def _json(diagnostics: Sequence[Diagnostic]) -> str:
    return _dump([_entry(found) for found in diagnostics])


def _entry(diagnostic: Diagnostic) -> dict[str, Any]:
    at = diagnostic.location
    return {
        "file": at.file if at else None,
        "line": at.line if at else None,
        "column": at.column if at else None,
        "severity": diagnostic.severity.value,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        **({"accepted": diagnostic.accepted} if diagnostic.accepted else {}),
    }


def _dump(data: Any) -> str:
    import json

    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """Return a SARIF log with what GitHub's documentation asks for ("SARIF support for code scanning")."""
    codes = sorted({found.code for found in diagnostics})
    run = {
        "tool": {"driver": {"name": "smsgen", "rules": [_sarif_rule(code) for code in codes]}},
        "results": [_sarif_result(found, codes.index(found.code)) for found in diagnostics],
        "columnKind": "unicodeCodePoints",
    }
    return _dump({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _sarif_rule(code: str) -> dict[str, Any]:
    """Return what is said of a code; one that is not smsgen's own is a rule of cfn-lint's."""
    from smsgen.report.codes import CODES
    from smsgen.report.explain import one

    known = CODES.get(code)
    if known is None:
        return _foreign_rule(code)
    help_uri = {"helpUri": known.url} if known.url else {}
    return {
        "id": code,
        "shortDescription": {"text": known.title[:1].upper() + known.title[1:]},
        "fullDescription": {"text": known.means},
        "help": {"text": one(known)},
        **help_uri,
        "defaultConfiguration": {"level": _LEVELS[Severity(known.severity)]},
    }


def _foreign_rule(code: str) -> dict[str, Any]:
    words = code.replace("_", " ").capitalize()
    return {
        "id": code,
        "shortDescription": {"text": words},
        "fullDescription": {"text": words},
        "help": {"text": "Every result says what to do next after its message."},
    }


def _sarif_result(diagnostic: Diagnostic, rule: int) -> dict[str, Any]:
    message = f"{diagnostic.message}\n{diagnostic.hint}" if diagnostic.hint else diagnostic.message
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": message},
        "locations": [_sarif_location(diagnostic)] if diagnostic.location else [],
        **({"suppressions": [_suppression(diagnostic)]} if diagnostic.accepted else {}),
    }


def _suppression(diagnostic: Diagnostic) -> dict[str, str]:
    """Return what says that a result is accepted where it stands (SARIF 3.35)."""
    return {"kind": "inSource", "justification": diagnostic.accepted}


def _sarif_location(diagnostic: Diagnostic) -> dict[str, Any]:
    from urllib.parse import quote

    file, line, column = diagnostic.location or ("", 1, 1)
    uri = {"uri": quote(file.replace("\\", "/"))}
    if not file.startswith("/"):
        uri["uriBaseId"] = "%SRCROOT%"
    return {
        "physicalLocation": {"artifactLocation": uri, "region": {"startLine": line, "startColumn": column}}
    }


OUTPUTS: dict[str, Callable[[Sequence[Diagnostic]], str]] = {"text": _text, "json": _json, "sarif": _sarif}
"""Format -> what writes it."""
