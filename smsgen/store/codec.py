"""Records <-> plain JSON data, by their type hints: how the store keeps what the model holds.

    decode(ManagedApp, encode(app)) == app

What nothing is said of (None, "", no entries) is left out where that is the field's default. Any other default is
written out: one that changes later must not change what was kept under the old one. A field that is missing gets its
default, and one that this smsgen does not know is passed over, so that two versions of smsgen can share a store.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from smsgen.operations.ports.store import StoreError

T = TypeVar("T")
_SILENT: tuple[Any, ...] = (None, "", [], {})
"""What is left out where it is the default."""


_MISSING: Any = object()


class _Way(NamedTuple):
    """How values of one type go out to JSON data, and in again."""

    out: Callable[[Any], Any]
    back: Callable[[Any], Any]


def to_plain(value: Any) -> Any:
    """Return a record as plain JSON data; raises TypeError where its type holds what JSON does not."""
    kind: Any = type(value)
    return _way(kind).out(value)


def to_record(kind: type[T], data: Any) -> T:
    """Return the record of this kind that `to_plain` made the data of; raises StoreError for an unknown status."""
    record: Any = kind
    decoded: T = _way(record).back(data)
    return decoded


def _same(value: Any) -> Any:
    return value


@cache
def _way(kind: Any) -> _Way:
    if isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return _record(kind)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _optional(inner)
    if origin is tuple:
        return _list(inner[0]) if inner[1:] == (...,) else _tuple(inner)
    if kind is float:  # JSON of another hand may say 1 for 1.0
        return _Way(_same, float)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _word(kind)
    if kind in (str, int, bool) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return _Way(_same, _same)
    raise TypeError(f"a store keeps no {kind}")


def _word(kind: type[StrEnum]) -> _Way:
    """Return the way of a word that is one of a list."""
    words = {member.value: member for member in kind}

    def back(data: Any) -> StrEnum:
        try:
            return words[data]
        except (KeyError, TypeError):
            message = f"the store holds the {kind.__name__} {data!r}, which this smsgen does not know"
            raise StoreError(message, hint="a newer smsgen has written it: use that one") from None

    return _Way(lambda value: value.value, back)


def _record(kind: Any) -> _Way:
    hints = get_type_hints(kind)
    ways = {name: _way(hints[name]) for name in kind._fields}
    defaults = kind._field_defaults
    fields = [(name, name in defaults, defaults.get(name), way.out) for name, way in ways.items()]

    def out(value: Any) -> dict[str, Any]:
        members = {}
        for item, (name, optional, default, write) in zip(value, fields, strict=True):
            if item is None and default is None and optional:  # most fields of a launch configuration
                continue
            written = write(item)
            if not (optional and written in _SILENT and item == default):
                members[name] = written
        return members

    blank = [defaults.get(name, _MISSING) for name in ways]
    places = {
        name: (at, None if way.back is _same else way.back) for at, (name, way) in enumerate(ways.items())
    }

    def back(data: Mapping[str, Any]) -> Any:
        # By places: by names it would take twice as long, and this is most of what reading an application takes.
        values = blank.copy()
        for name, item in data.items():
            place = places.get(name)
            if place:
                at, read = place
                values[at] = read(item) if read else item
        if _MISSING in values:
            lacking = [name for name, value in zip(ways, values, strict=True) if value is _MISSING]
            raise TypeError(f"a {kind.__name__} needs {', '.join(lacking)}")
        return kind._make(values)

    return _Way(out, back)


def _optional(inner: tuple[Any, ...]) -> _Way:
    (only,) = (kind for kind in inner if kind is not type(None))
    out, back = _way(only)
    return _Way(
        lambda value: None if value is None else out(value),
        lambda data: None if data is None else back(data),
    )


def _list(inner: Any) -> _Way:
    out, back = _way(inner)
    return _Way(lambda value: [out(one) for one in value], lambda data: tuple([back(one) for one in data]))


def _tuple(inner: tuple[Any, ...]) -> _Way:
    ways = [_way(kind) for kind in inner]
    return _Way(
        lambda value: [way.out(one) for way, one in zip(ways, value, strict=True)],
        lambda data: tuple([way.back(one) for way, one in zip(ways, data, strict=True)]),
    )
