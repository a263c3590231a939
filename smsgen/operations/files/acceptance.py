"""Warnings that an application file accepts, each with its reason: `accept: [{code: EC2.3, reason: ...}]`.

An accepted warning stays a value, so that it can be shown; nothing else is said of it. Errors are never accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smsgen.errors import Diagnostic, InvalidInput, Severity, errors
from smsgen.model.app import AcceptedWarning, App

_OF_CHANGE_SETS = ("CHANGE_", "REVIEW_")


def with_reasons(app: App, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics, those that the application accepts with the reason why."""
    if not app.accept:
        return tuple(diagnostics)
    reasons = {accepted.code: accepted.reason for accepted in app.accept}
    return tuple(
        one._replace(accepted=reasons.get(one.code, "")) if one.severity is Severity.WARNING else one
        for one in diagnostics
    )


def unaccepted(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics that nobody accepts."""
    return tuple(one for one in diagnostics if not one.accepted)


def strictly(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics with errors in place of the warnings that nobody accepts."""
    return tuple(
        one._replace(severity=Severity.ERROR)
        if one.severity is Severity.WARNING and not one.accepted
        else one
        for one in diagnostics
    )


def refuse_warnings(diagnostics: Iterable[Diagnostic]) -> None:
    """Raise InvalidInput, with errors in place of warnings, where there are any that nobody accepts."""
    strict = strictly(diagnostics)
    if errors(strict):
        raise InvalidInput(strict)


def wrong_codes(app: App) -> Iterator[Diagnostic]:
    """Yield an error for each code that an application accepts and no warning about its file can have."""
    for index, accepted in enumerate(app.accept):
        if accepted.code:
            problem = _wrong_code(accepted)
            if problem:
                message, hint = problem
                yield Diagnostic("NOT_A_WARNING", message, hint, path=("accept", index, "code"))


def _wrong_code(accepted: AcceptedWarning) -> tuple[str, str] | None:
    from smsgen.report.codes import CODES, is_cfn_lint
    from smsgen.report.explain import nearest

    code = accepted.code
    if is_cfn_lint(code) and code[0] == "W":
        return None
    if code not in CODES:
        near = nearest(code)
        return (
            f"no warning has the code {code!r}",
            f"did you mean {near}?" if near else "`smsgen explain` lists them",
        )
    if code.startswith(_OF_CHANGE_SETS):
        return (
            f"{code} is said of a change set, and not of the file",
            "a reviewer accepts it in the pull request",
        )
    if CODES[code].severity != "warning":
        return f"{code} is an error, and only warnings can be accepted", f"mend it: `smsgen explain {code}`"
    return None


def idle(app: App, diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield a note for each code that is accepted though nothing of it was found."""
    codes = {one.code for one in diagnostics}
    for index, accepted in enumerate(app.accept):
        if accepted.code not in codes:
            message = f"{accepted.code} is accepted, and was not found"
            hint = "remove it, unless another check finds it (--aws, --lint, the other profile)"
            yield Diagnostic("ACCEPTED_IN_VAIN", message, hint, Severity.INFO, path=("accept", index, "code"))
