"""How PyYAML reads a plain scalar, without compiling the patterns it would ask."""

from __future__ import annotations

from smsgen.startup.light_pyyaml import yaml

__all__ = ["implicit_tag", "may_be_number", "yaml"]

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
    """Return the tag that PyYAML's resolver (YAML 1.1) gives to a plain scalar, or None where it is text.

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
    """Return whether YAML may read a text as a number: a sign, digit or dot first, and no two hyphens after it."""
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
