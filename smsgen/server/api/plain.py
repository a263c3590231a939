"""The messages of the SMS API as plain data, as boto3 takes and gives them: dicts in camelCase, times as datetimes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeVar

import msgspec

from smsgen.server.api.schema import MemberKind, members
from smsgen.server.api.shapes import Message

M = TypeVar("M", bound=Message)


def request_of(kind: type[M], arguments: Mapping[str, Any]) -> M:
    """Return the message of a request; raises TypeError naming every member that is unknown or of a wrong type."""
    unknown = list(_unknown(kind, arguments, ""))
    if unknown:
        raise TypeError("; ".join(unknown))
    try:
        return msgspec.convert(_numbers(arguments), kind)
    except msgspec.ValidationError as error:
        raise TypeError(str(error)) from None


def answer_of(message: Message | None) -> dict[str, Any]:
    """Return a response's message as boto3 gives it; None, which is an answer without members, as an empty dict."""
    return {} if message is None else _plain(message)


def _unknown(kind: type[Message], data: Any, at: str) -> Iterator[str]:
    """Yield what the data says that the message does not have. A wrong type is found by msgspec."""
    if not isinstance(data, Mapping):
        return
    known = {member.name: member.kind for member in members(kind)}
    for name, value in data.items():
        if name not in known:
            yield f"unknown parameter {at}{name}; there is: {', '.join(known)}"
            continue
        inner, values = known[name], [value]
        while inner.item is not None:
            values = [item for several in values if isinstance(several, (list, tuple)) for item in several]
            inner = inner.item
        if inner.message is not None:
            for item in values:
                yield from _unknown(inner.message, item, f"{at}{name}.")


def _numbers(data: Any) -> Any:
    """Return the data with times as seconds since the epoch, and without what is None."""
    if isinstance(data, datetime):
        return data.timestamp()
    if isinstance(data, Mapping):
        return {name: _numbers(value) for name, value in data.items() if value is not None}
    if isinstance(data, (list, tuple)):
        return [_numbers(one) for one in data]
    return data


def _plain(message: Message) -> dict[str, Any]:
    values = ((one, getattr(message, one.attribute)) for one in members(type(message)))
    return {one.name: _value(value, one.kind) for one, value in values if value is not None}


def _value(value: Any, kind: MemberKind) -> Any:
    if kind.message is not None:
        return _plain(value)
    if kind.item is not None:
        return [_value(one, kind.item) for one in value]
    if kind.is_a == "timestamp":
        return datetime.fromtimestamp(value, UTC)
    return value.value if isinstance(value, Enum) else value
