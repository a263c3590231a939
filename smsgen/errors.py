"""What can be wrong, as values and as exceptions.

A problem with what the user gave is a `Diagnostic`: a value, collected with the others and raised once, so that
everything is said at once. The exceptions:

    SmsgenError                 exit code 1: one sentence for the user, never a traceback
    ├── InvalidInput            carries the diagnostics: what the user gave is wrong
    ├── GateTripped             exit code 3: the answer is fine, and a gate the user set forbids it
    ├── UsageError              exit code 64: the command line itself is wrong
    ├── NoSuchFile              a file is not there
    └── ServiceError            AWS refused, or could not be reached
"""

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

Path = tuple[str | int, ...]
"""Where a value stands in a document: keys and list indices from the root."""


class Severity(Enum):
    """How bad a diagnostic is. Only ERROR stops the work."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Location(NamedTuple):
    """A place in a text: file name as the user gave it, line and column from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def visible(text: str, keep: str = "") -> str:
    """Return a text in which what is not seen is written out: `\\x1b`, `\\u202e`.

    Names, values and files may hold what moves a terminal's cursor, or turns around what is read. `keep`: characters
    that stay what they are, line ends for one.
    """
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c in keep or c in _SPACES else c.encode("unicode_escape").decode("ascii")
        for c in text
    )


_SPACES = "\xa0\u2007\u202f\u3000"
"""Of the spaces that are not U+0020, those that people write names with."""


class Diagnostic(NamedTuple):
    """One problem: where, what, and what to do next.

    `code` is stable and upper-case (`UNKNOWN_FIELD`); `message` says what is wrong in one sentence without a full
    stop; `hint` says what to do; `path` is where in the document, from which `Source.locate` makes the `location`.
    `accepted`: why the application file accepts a warning; "" where it does not.
    """

    code: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    path: Path = ()
    location: Location | None = None
    accepted: str = ""

    def render(self) -> str:
        """Return `file:line:column: error[CODE]: message`, and the hint on the next line; nothing in them is unseen."""
        where = f"{self.location}: " if self.location else ""
        severity = "accepted" if self.accepted else self.severity.value
        line = visible(f"{where}{severity}[{self.code}]: {self.message}")
        if self.accepted:
            return f"{line}\n  reason: {visible(self.accepted)}"
        return f"{line}\n  hint: {visible(self.hint)}" if self.hint else line


class SmsgenError(Exception):
    """Anything smsgen says no to, in one sentence for the user; `hint` is the next step."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class InvalidInput(SmsgenError):
    """What the user gave is wrong; `diagnostics` holds every problem found, in the order of the file."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(d.render() for d in self.diagnostics))


class GateTripped(SmsgenError):
    """A gate that the user set (`--fail-on`, `--verify`) forbids what would happen."""

    exit_code = 3


class NoSuchFile(SmsgenError):
    """A file is not there."""


class UsageError(SmsgenError):
    """The command line is wrong. 64 is EX_USAGE of sysexits(3)."""

    exit_code = 64


class Refusal(Enum):
    """What an error code of AWS means to whoever asked."""

    THROTTLED = "too many calls"
    DOWN = "AWS's own trouble"
    UNREACHED = "no answer: a network that failed, or credentials that are missing"
    DENIED = "a permission is missing"
    UNKNOWN_CALLER = "the credentials, or the time of the request, are no good"
    REFUSED = "anything else"


_REFUSALS = {
    Refusal.UNKNOWN_CALLER: "ExpiredToken|RequestExpired|TokenRefreshRequired|InvalidClientTokenId|UnrecognizedClient"
    "|InvalidAccessKeyId|^InvalidToken$|AuthFailure|RequestTimeTooSkewed|RequestInTheFuture|SignatureDoesNotMatch"
    "|InvalidSignature",
    Refusal.THROTTLED: "Throttl|RequestLimitExceeded|SlowDown|TooManyRequests|PriorRequestNotComplete|BandwidthLimit",
    Refusal.DENIED: "AccessDenied|Unauthorized|NotAuthorized|^403$|^Forbidden$",
    Refusal.DOWN: "InternalError|InternalFailure|InternalServer|ServiceUnavailable|^5[0-9][0-9]$|^Unavailable$"
    "|RequestTimeout",
    Refusal.UNREACHED: "^$",
}
"""What an error code means -> the codes, as a pattern: the first that fits counts.

Common errors in the API references of EC2, CloudFormation, S3 and STS.
"""

PASSING = (Refusal.THROTTLED, Refusal.DOWN, Refusal.UNREACHED)
"""What passes by itself: it is worth trying again after a while."""


def refusal_of(code: str) -> Refusal:
    """Return what an error code of AWS means; "" is an answer that never came."""
    import re  # short commands ask AWS nothing

    return next((kind for kind, codes in _REFUSALS.items() if re.search(codes, code)), Refusal.REFUSED)


class ServiceError(SmsgenError):
    """AWS refused a call or could not be reached; `code` and `request_id` are AWS's own, where it gave them."""

    def __init__(self, message: str, *, code: str = "", request_id: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.request_id = request_id

    @property
    def kind(self) -> Refusal:
        """What the code means."""
        return refusal_of(self.code)


def install_hint(extra: str) -> str:
    """Return how a part of smsgen is installed that is not there: one of the extras in pyproject.toml, by its name."""
    return f"install smsgen with its extra {extra!r}: `pip install '.[{extra}]'` in a clone of it (docs/install.md)"


def errors(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return only those diagnostics that stop the work."""
    return tuple(d for d in diagnostics if d.severity is Severity.ERROR)
