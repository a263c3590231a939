"""Whether a value matches an AllowedPattern. Anybody may have written it, so matching ends within a time limit.

Patterns that cannot take long are left to `re`; for the others the package `regex` is loaded, which has a time limit.
"""

from __future__ import annotations

import re

_REPEATS = "*+?{"
_MOST_REPEATS = 2
"""With no more repeats than these, none of them inside of another, a value of 4,096 bytes takes no time to speak of."""


class TooSlow(Exception):
    """A pattern was given up after its time."""


def matches(pattern: str, value: str, *, seconds: float) -> bool | None:
    """Return whether the whole value matches; None where that is not to be told.

    CloudFormation's patterns are Java's: what Python cannot read is not judged. Raises TooSlow after `seconds` of the
    processor's time.
    """
    try:
        return _plain(pattern, value) if _is_plain(pattern) else _timed(pattern, value, seconds)
    except (re.error, RecursionError, OverflowError):
        return None


def _is_plain(pattern: str) -> bool:
    return not set("(|").intersection(pattern) and sum(map(pattern.count, _REPEATS)) <= _MOST_REPEATS


def _plain(pattern: str, value: str) -> bool:
    return re.fullmatch(pattern, value) is not None


def _timed(pattern: str, value: str, seconds: float) -> bool | None:
    try:
        import regex
    except ImportError:  # somebody left it out: nothing is matched without a limit
        return None
    try:
        return regex.fullmatch(pattern, value, timeout=seconds) is not None
    except regex.error:
        return None
    except TimeoutError:
        raise TooSlow(pattern) from None
