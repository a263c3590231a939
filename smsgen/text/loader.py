"""PyYAML's safe loader, with a shorter way to the tags that nobody wrote, and an end to how much it builds."""

from __future__ import annotations

from typing import Any

from smsgen.text.pyyaml import implicit_tag, yaml

STR = "tag:yaml.org,2002:str"
COLLECTIONS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")

MAX_VALUES = 1_000_000
"""Of a file, keys counted: 20,000 servers with all they can be told have about 700,000."""

_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Many(Exception):
    """A text holds more than MAX_VALUES values."""


class Loader(_SafeLoader):  # type: ignore[misc] # one of two classes, chosen at run time
    """The safe loader, the C one where it is there; raises Many where a text holds more than MAX_VALUES values."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._left = MAX_VALUES - text.count("!")  # a value with a tag of its own is not asked for one below

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        """Return the tag of a value that was written without one: PyYAML asks once for each."""
        self._left -= 1
        if self._left < 0:
            raise Many
        if kind is yaml.ScalarNode:
            return (implicit_tag(value) or STR) if implicit[0] else STR
        return COLLECTIONS[kind is yaml.SequenceNode]
