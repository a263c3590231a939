"""Plain data -> a message, as AWS's services read JSON: what is unknown is ignored, null is absent, fractions are cut
off where a whole number is wanted, and a wrong type is said in their words.

msgspec reads what is right; only what it refuses is walked through here.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from smsgen.server.api.schema import MemberKind, members
from smsgen.server.api.shapes import Message

M = TypeVar("M", bound=Message)


class WrongType(Exception):
    """A value is of another type than its member."""


def read_message(kind: type[M], data: Any) -> M:
    """Return the message that JSON data is; raises WrongType, in AWS's words and with the place."""
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError:
        try:
            return msgspec.convert(_structure(kind, data, ""), kind)
        except msgspec.ValidationError as error:  # msgspec knows a reason that we do not
            raise WrongType(str(error)) from None


_WANTED = {
    "string": ("a String", (str,)),
    "integer": ("an Integer", (int, float)),
    "boolean": ("a Boolean", (bool,)),
    "timestamp": ("milliseconds since epoch", (int, float)),
}
"""Type -> what AWS calls it where something else is given, and what is read as it."""


def _structure(kind: type[Message], data: Any, at: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise WrongType(_said(data, "Expected null", at))
    return {
        one.name: _value(one.kind, data[one.name], f"{at}.{one.name}" if at else one.name)
        for one in members(kind)
        if data.get(one.name) is not None
    }


def _value(kind: MemberKind, data: Any, at: str) -> Any:
    if kind.message is not None:
        return _structure(kind.message, data, at)
    if kind.item is not None:
        if not isinstance(data, list):
            raise WrongType(_said(data, "Expected list or null", at))
        return [_value(kind.item, one, f"{at}[{number}]") for number, one in enumerate(data)]
    name, types = _WANTED[kind.is_a]
    if not isinstance(data, types) or (isinstance(data, bool) and bool not in types):
        raise WrongType(_said(data, f"{_token(data)} can not be converted to {name}", at))
    if kind.is_a == "integer":
        data = int(data)
        if not -(2**31) <= data < 2**31:
            raise WrongType(f"NUMBER_VALUE can not be converted to an Integer at '{at}'")
    return data


def _said(data: Any, otherwise: str, at: str) -> str:
    if isinstance(data, dict):
        otherwise = "Start of structure or map found where not expected"
    elif isinstance(data, list):
        otherwise = "Start of list found where not expected"
    return otherwise + (f" at '{at}'" if at else "")


def _token(data: Any) -> str:
    if isinstance(data, bool):
        return "TRUE_VALUE" if data else "FALSE_VALUE"
    if data is None:
        return "NULL_VALUE"
    return "STRING_VALUE" if isinstance(data, str) else "NUMBER_VALUE"
