"""What annotations need of `typing`, without loading it: a short command spends a tenth of its time on that otherwise,
and only type checkers read annotations.

Modules that make something of them when they run (Protocol, TypeVar, msgspec's structures) import `typing` itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

TYPE_CHECKING = False

if TYPE_CHECKING or "typing" in sys.modules:
    from typing import Any, Final, Literal, NoReturn, TextIO
else:

    class _Literal:
        def __getitem__(self, values):
            return type(values[0] if isinstance(values, tuple) else values)

    Any = Final = NoReturn = TextIO = object
    Literal = _Literal()

__all__ = ["STAND_INS", "TYPE_CHECKING", "Any", "Final", "Literal", "NoReturn", "TextIO"]


class _Anything:
    """What only annotations are made of."""

    def __call__(self, *_: object, **__: object) -> _Anything:
        return self

    def __getitem__(self, _: object) -> _Anything:
        return self


def _cast(_: object, value: object) -> object:
    return value


def _overload(function: object) -> object:
    return function


_ANYTHING = _Anything()

STAND_INS: dict[str, object] = {
    **dict.fromkeys(("Any", "NoReturn", "SupportsFloat", "SupportsInt"), object),
    **dict.fromkeys(("Optional", "TypeVar", "Union"), _ANYTHING),
    "Callable": Callable,
    "Dict": dict,
    "List": list,
    "Set": set,
    "TYPE_CHECKING": False,
    "Tuple": tuple,
    "Type": type,
    "cast": _cast,
    "overload": _overload,
}
"""Name in `typing` -> what does for it in a library that annotates (and casts, and overloads) with it."""
