"""Values that only the execution of a change set makes known, and how values become text."""

from __future__ import annotations

from typing import Any

from smsgen.changes.model import KNOWN_AFTER_APPLY, MISSING


class Unknown(str):
    """A value known after apply. It reads as KNOWN_AFTER_APPLY; `symbol` says which unknown value it is.

    Two are equal where their symbols are, so that what is unknown and unchanged counts as unchanged; none
    equals any known text.
    """

    __slots__ = ("symbol",)
    symbol: str

    def __new__(cls, symbol: str) -> Unknown:
        """Make the unknown value that `symbol` names."""
        unknown = super().__new__(cls, KNOWN_AFTER_APPLY)
        unknown.symbol = symbol if len(symbol) <= _LONGEST else _short(symbol)
        return unknown

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unknown) and other.symbol == self.symbol

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.symbol)

    def __repr__(self) -> str:
        return f"<{self.symbol}>"


_LONGEST = 200
"""Characters of a symbol: those of values that are made of unknown ones would grow with every step."""


def _short(symbol: str) -> str:
    """Return a symbol that stands for a longer one, and for no other."""
    from hashlib import sha256

    return f"{symbol[:_LONGEST]}#{sha256(symbol.encode('utf-8', 'backslashreplace')).hexdigest()}"


def has_unknown(value: Any) -> bool:
    """Return whether a value is or holds an unknown one, at any depth."""
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    return isinstance(value, Unknown)


def shown(value: Any) -> Any:
    """Return the value with every unknown one as the plain text KNOWN_AFTER_APPLY."""
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value]
    return KNOWN_AFTER_APPLY if isinstance(value, Unknown) else value


def scalar_text(value: Any) -> str:
    """Return a scalar as CloudFormation writes it: true, 10, 1.5; an unknown value stays unknown."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def value_text(value: Any) -> str | None:
    """Return a value as BeforeValue and AfterValue hold it: a list or a map as JSON; None for MISSING."""
    if value is MISSING:
        return None
    if isinstance(value, str):
        return str(shown(value))
    import json

    return json.dumps(shown(value), separators=(",", ":"), ensure_ascii=False)
