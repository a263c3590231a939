"""Record: a NamedTuple that costs a tenth as much to make.

`typing.NamedTuple` compiles a constructor for every class, and each annotation that is a text. A short command loads
some forty records before it does anything, and that was a tenth of its time. A Record is the same to its users and to
a type checker: a tuple with named fields, defaults, `_replace`, `_fields`; it has one constructor for all classes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from smsgen.hints import TYPE_CHECKING, Any

if TYPE_CHECKING or sys.version_info >= (3, 14):  # there, annotations stand elsewhere, and are not compiled
    from typing import NamedTuple as Record
else:
    from collections import _tuplegetter

    class _Record(tuple):
        """What all records have in common."""

        __slots__ = ()
        _fields: tuple[str, ...] = ()
        _field_defaults: Mapping[str, Any] = {}

        def __new__(cls, *values: Any, **named: Any) -> Any:
            fields = cls._fields
            if len(values) != len(fields):
                defaults = cls._field_defaults
                try:
                    rest = [
                        named.pop(field) if field in named else defaults[field]
                        for field in fields[len(values) :]
                    ]
                except KeyError as missing:
                    raise TypeError(f"{cls.__name__}() misses the field {missing}") from None
                values = (*values, *rest)
            if named or len(values) > len(fields):
                raise TypeError(
                    f"{cls.__name__}() got too many values, or unknown or repeated fields: {sorted(named)}"
                )
            return tuple.__new__(cls, values)

        def _replace(self, /, **named: Any) -> Any:
            made = tuple.__new__(
                type(self),
                [named.pop(f) if f in named else v for f, v in zip(self._fields, self, strict=True)],
            )
            if named:
                raise ValueError(f"{type(self).__name__} has no fields {sorted(named)}")
            return made

        @classmethod
        def _make(cls, values: Any) -> Any:
            return cls(*values)

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

        def __repr__(self) -> str:
            named = ", ".join(f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({named})"

    class _Maker(type):
        """Makes the classes that name `Record` as their base."""

        def __new__(cls, name: str, bases: Any, body: dict[str, Any]) -> Any:
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body[field] for field in fields if field in body}
            getters = {field: _tuplegetter(at, field) for at, field in enumerate(fields)}
            more = {"_fields": fields, "_field_defaults": defaults, "__match_args__": fields, "__slots__": ()}
            return type(name, (_Record,), {**body, **getters, **more})

    Record = type.__new__(_Maker, "Record", (), {})

__all__ = ["Record"]
