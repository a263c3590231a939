"""PyYAML, whose regular expressions are compiled when they are first used, and how it reads a plain scalar.

PyYAML compiles patterns as it loads that its C reader never asks (one of them reaches over all of Unicode): a third
of its import, which is a tenth of a whole command. So while PyYAML is imported for the first time, what its own
modules compile are stand-ins, each of which becomes its pattern at its first use. Who needs `yaml` imports it here.
"""

from __future__ import annotations

import re
import sys

from smsgen.hints import Any
from smsgen.late import late, standing_in

__all__ = ["implicit_tag", "yaml"]

_compile = re.compile


class _Late:
    """A pattern that is compiled when one of its methods is first asked for; the method then stays at hand."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._arguments = pattern, flags

    def __getattr__(self, name: str) -> Any:
        method = getattr(_compile(*self._arguments), name)
        setattr(self, name, method)
        return method


def _compile_late(pattern: Any, flags: Any = 0) -> Any:
    if sys._getframe(1).f_globals.get("__name__", "").startswith("yaml."):
        return _Late(pattern, flags)
    return _compile(pattern, flags)  # another thread's


if "yaml" in sys.modules:
    import yaml
else:
    re.compile = _compile_late
    try:
        # For !!binary and !!timestamp. Of datetime, PyYAML wants classes that are C's; datetime.py is all of them once
        # more in Python (up to 3.11), read only to be thrown away.
        import _datetime  # type: ignore[import-not-found] # C, and so without a stub

        dates = late("datetime", date=_datetime.date, datetime=_datetime.datetime)
        with standing_in(late("base64"), late("binascii"), dates):
            import yaml
    finally:
        re.compile = _compile

_TAG = "tag:yaml.org,2002:"
_WORDS = {
    word: _TAG + kind
    for kind, words in {
        "bool": "yes Yes YES no No NO true True TRUE false False FALSE on On ON off Off OFF",
        "null": "~ null Null NULL",
        "merge": "<<",
        "value": "=",
        "yaml": "! & *",
    }.items()
    for word in words.split(" ")
}
_NUMERIC = frozenset("+-.0123456789")


def implicit_tag(text: str) -> str | None:
    """Give the tag that PyYAML's resolver (YAML 1.1) gives to a plain scalar, or None where it is text.

    The same answer as asking its patterns; but those are compiled only for what looks like a number and is not one of
    the plainest.
    """
    if text[:1] not in _NUMERIC:
        return _WORDS.get(text) if text else _TAG + "null"
    if text.isdecimal() and text.isascii() and (text[0] != "0" or text == "0"):
        return _TAG + "int"
    if not may_be_number(text) and ":" not in text:
        return _TAG + "timestamp" if _is_date(text) else None
    resolvers = yaml.resolver.Resolver.yaml_implicit_resolvers
    return next((tag for tag, pattern in resolvers[text[0]] if pattern.match(text)), None)


def may_be_number(text: str) -> bool:
    """Whether a text can be a number to a reader of YAML: a sign, digit or dot first, and no two hyphens after."""
    return text[:1] in _NUMERIC and text.count("-", 1) < 2


def _is_date(text: str) -> bool:
    digits = text.replace("-", "")
    return (
        len(text) == 10
        and text[4] == text[7] == "-"
        and len(digits) == 8
        and digits.isdecimal()
        and text.isascii()
    )
