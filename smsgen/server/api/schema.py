"""What a message says of its members, as data: for the service model, and for what is not as it says."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import NoneType
from typing import Annotated, Any, NamedTuple, get_args, get_origin

import msgspec

from smsgen.server.api.shapes import REQUIRED, Message, Shape

TYPES = {str: "string", int: "integer", bool: "boolean", float: "timestamp", list: "list"}
"""Type of a member -> its type in a service model. The only numbers with fractions that the API has are times."""


class MemberKind(NamedTuple):
    """A shape as a member refers to it: `is_a` is its type in a service model, `item` what a list is of."""

    shape: Shape
    is_a: str
    item: MemberKind | None = None
    message: type[Message] | None = None


class Member(NamedTuple):
    """A member of a structure: `attribute` of the Struct, `name` in the API."""

    attribute: str
    name: str
    kind: MemberKind
    required: bool


@cache
def members(message: type[Message]) -> tuple[Member, ...]:
    """Return the members of a structure, in the order of the API."""
    return tuple(
        Member(
            field.name,
            field.encode_name,
            _kind(field.type),
            any(one is REQUIRED for one in _metadata(field.type)),
        )
        for field in msgspec.structs.fields(message)
    )


def _kind(hint: Any) -> MemberKind:
    hint = _without_none(hint)
    if isinstance(hint, type) and issubclass(hint, Message):
        return MemberKind(Shape(hint.__name__), "structure", message=hint)
    shape = next(one for one in _metadata(hint) if isinstance(one, Shape))
    bare = get_args(hint)[0]
    if get_origin(bare) is list:
        return MemberKind(shape, "list", item=_kind(get_args(bare)[0]))
    return MemberKind(shape, TYPES[bare])


def _without_none(hint: Any) -> Any:
    """Return X of `X | None` and of `Annotated[X | None, REQUIRED]`."""
    if get_origin(hint) is Annotated and any(one is REQUIRED for one in _metadata(hint)):
        hint = get_args(hint)[0]
    if get_origin(hint) is Annotated or isinstance(hint, type):
        return hint
    return next(one for one in get_args(hint) if one is not NoneType)


def _metadata(hint: Any) -> Iterator[Any]:
    return iter(getattr(hint, "__metadata__", ()))
