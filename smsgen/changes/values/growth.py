"""Bounds on what functions make, held while it is made: a template of 700 bytes can ask for gigabytes.

CloudFormation takes a template of at most 1 MiB, with all that its functions make of it
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html), so a single larger value
is refused. A second limit, ours, is on all values of a template together, counted as often as a comparison makes them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from smsgen.cfn.limits import MAX_BYTES
from smsgen.errors import Diagnostic, Path

MAX_VALUE = MAX_BYTES
"""Characters of one value."""

MAX_CALLS = 5_000_000
"""Calls of functions in one side of a comparison."""

MAX_MADE = 64 * MAX_BYTES
"""Characters that all calls of one side give."""


class TooLarge(Exception):
    """A value would become larger than CloudFormation takes. Whoever knows its place makes a diagnostic of it."""


def bounded(size: int) -> int:
    """Return `size`, in characters; raises TooLarge where it is more than one value may have."""
    if size > MAX_VALUE:
        raise TooLarge
    return size


def joined(delimiter: str, texts: list[str]) -> str:
    """Join texts that together are no larger than one value may be; raises TooLarge before it joins others."""
    bounded(sum(map(len, texts)) + len(delimiter) * max(len(texts) - 1, 0))
    return delimiter.join(texts)


def size_of(value: Any) -> int:
    """Return the characters of a value, at any depth; a list and a map, and each of their members, count one more."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return len(value) + sum(map(size_of, value))
    if isinstance(value, dict):
        return sum(len(key) + 1 + size_of(item) for key, item in value.items())
    return 1


def too_large(path: Path, problem: str) -> Diagnostic:
    """Return the diagnostic of a value, or a loop, at `path`; `problem` says what it makes too much of."""
    named = [str(step) for step in _named(path)]
    message = f"{'/'.join(named) or 'the template'} {problem}"
    return Diagnostic("VALUE_TOO_LARGE", message, "let it repeat less, or write it out", path=path)


def _named(path: Path) -> Iterable[str | int]:
    """Return as much of a path as names a resource and its property."""
    return path[:4]
