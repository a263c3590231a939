"""What a request's members may be, beyond their types: lengths, ranges, patterns, words of a list; what must be there.

The wording is that of AWS's own services. Messages whose shapes say nothing of that kind are not walked through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any

from smsgen.server.api.schema import MemberKind, members
from smsgen.server.api.shapes import Message, Shape

_MOST = 10
_LONGEST = 100


def missing(request: Message) -> tuple[str, ...]:
    """Return the names of members that the request must have and has not."""
    needed = (one for one in members(type(request)) if one.required)
    return tuple(one.name for one in needed if getattr(request, one.attribute) is None)


def violations(request: Message) -> str:
    """Return what is wrong with the values of a request in one sentence, ten members at most, or ""."""
    sentences = list(islice(_of_message(request, ""), _MOST))
    if not sentences:
        return ""
    return f"{len(sentences)} validation error{'s' if len(sentences) > 1 else ''} detected: {'; '.join(sentences)}"


def _of_message(message: Message, at: str) -> Iterator[str]:
    for member in members(type(message)):
        if _is_constrained(member.kind):
            value = getattr(message, member.attribute)
            if value is not None:
                yield from _of_value(value, member.kind, f"{at}{member.name}")


def _of_value(value: Any, kind: MemberKind, at: str) -> Iterator[str]:
    if kind.message is not None:
        yield from _of_message(value, f"{at}.")
    elif kind.item is not None:
        for number, item in enumerate(value, 1):
            yield from _of_value(item, kind.item, f"{at}.{number}.member")
    else:
        for rule in _RULES[kind.is_a]:
            wanted = rule(value, kind.shape)
            if wanted:
                shown = str(value)
                short = shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"
                yield f"Value '{short}' at '{at}' failed to satisfy constraint: Member must {wanted}"


def _is_constrained(kind: MemberKind) -> bool:
    """Return whether a value of this kind can be wrong."""
    return _is_message_constrained(kind.message) if kind.message else _is_shape_constrained(kind)


@cache
def _is_message_constrained(message: type[Message]) -> bool:
    return any(_is_constrained(one.kind) for one in members(message))


@cache
def _is_shape_constrained(kind: MemberKind) -> bool:
    return _is_constrained(kind.item) if kind.item else kind.shape != Shape(kind.shape.name)


def _short(value: str, shape: Shape) -> str:
    few = shape.least is not None and len(value) < shape.least
    return f"have length greater than or equal to {shape.least}" if few else ""


def _long(value: str, shape: Shape) -> str:
    many = shape.most is not None and len(value) > shape.most
    return f"have length less than or equal to {shape.most}" if many else ""


def _low(value: int, shape: Shape) -> str:
    low = shape.least is not None and value < shape.least
    return f"have value greater than or equal to {shape.least}" if low else ""


def _high(value: int, shape: Shape) -> str:
    high = shape.most is not None and value > shape.most
    return f"have value less than or equal to {shape.most}" if high else ""


def _unlike(value: str, shape: Shape) -> str:
    unlike = shape.pattern and not _compiled(shape.pattern).search(value)
    return f"satisfy regular expression pattern: {shape.pattern}" if unlike else ""


def _not_of_list(value: str, shape: Shape) -> str:
    stranger = shape.enum and value not in shape.enum
    return f"satisfy enum value set: [{', '.join(shape.enum)}]" if stranger else ""


_RULES: dict[str, tuple[Callable[[Any, Shape], str], ...]] = {
    "string": (_short, _long, _unlike, _not_of_list),
    "integer": (_low, _high),
    "boolean": (),
    "timestamp": (),
}
"""Type -> rules; each says what a value that breaks it should have been."""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # The models' patterns are Java's: $ is the end and not a line's, \w is ASCII.
    return re.compile(pattern.replace("$", r"\Z"), re.ASCII)
