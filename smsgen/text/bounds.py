"""What no text may do, seen before the memory is full of it: nest without end, expand, hold millions of values.

A value takes about 500 bytes as PyYAML keeps it, so a file of 32 MiB could take many gigabytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NoReturn

from smsgen.text.loader import MAX_VALUES, Loader
from smsgen.text.pyyaml import yaml

MAX_DEPTH = 100
_SHORT = 500_000
"""A text of no more characters cannot hold MAX_VALUES values: each takes one, and each key without a value two."""

_BRACKETS = re.compile(r"[\[\]{}]")
# Possessive, so that no space is tried twice: "-  -  -  x" has as many readings as it has spaces otherwise.
_NESTED_LINE = re.compile(rf"^(?: {{{2 * MAX_DEPTH}}}|(?:[ ]*+[-?:][ ]++){{{MAX_DEPTH // 2}}})", re.MULTILINE)
_JSON_TEXT = r'(?s)"(?:[^"\\]++|\\.)*+"'  # a text: it is compiled where it is asked, for long files alone


class Deep(Exception):
    """A text nests or expands without bound: `code`, `message`, `hint` and the `place` (line and column, from 1)."""

    def __init__(self, code: str, message: str, hint: str, mark: Any) -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint
        self.place = (mark.line + 1, mark.column + 1)


def is_short(text: str) -> bool:
    """Return whether a text is too short to hold MAX_VALUES values."""
    return len(text) <= _SHORT


def json_values(text: str) -> int:
    """Return how many values, keys counted, a JSON text may hold, and no fewer than it holds."""
    count = _separators(text)
    return count if count <= MAX_VALUES else _separators(re.sub(_JSON_TEXT, "", text))


def _separators(text: str) -> int:
    return 1 + sum(map(text.count, ",:[{"))


def check_depth(text: str) -> None:
    """Refuse deep nesting before the C composer recurses into it: that recursion ends the process, not the call.

    Raises Deep.
    """
    depth = deepest = 0
    for bracket in _BRACKETS.findall(text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
        depth = max(depth, 0)
    if deepest <= MAX_DEPTH // 2 and not _NESTED_LINE.search(text):
        return
    depth = 0
    loader = Loader(text)
    try:
        while loader.check_event():
            event = loader.get_event()
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH:
                _too_deep(event.start_mark)
    except yaml.MarkedYAMLError as error:
        # libyaml's own limit, since 0.2.6: its scanner looks far ahead
        if "maximum nesting depth" in str(error.problem):
            _too_deep(error.problem_mark)
        return  # anything else, the composer says with its place
    except yaml.YAMLError:
        return
    finally:
        loader.dispose()


def _too_deep(mark: Any) -> NoReturn:
    message = f"nested more than {MAX_DEPTH} levels deep"
    raise Deep("TOO_DEEP", message, "nothing smsgen reads is so deep", mark)


def check_aliases(root: Any, max_characters: int) -> None:
    """Refuse aliases that contain themselves, or expand without bound (a "billion laughs" file). Raises Deep."""
    sizes: dict[int, tuple[int, int]] = {}
    open_nodes: set[int] = set()

    def size(node: Any) -> tuple[int, int]:
        known = sizes.get(id(node))
        if known is not None:
            return known
        if id(node) in open_nodes:
            raise Deep("RECURSIVE_ALIAS", "an alias contains itself", "spell it out", node.start_mark)
        open_nodes.add(id(node))
        values, characters = 1, len(node.value) if isinstance(node, yaml.ScalarNode) else 0
        for child in _children(node):
            more = size(child)
            values, characters = values + more[0], characters + more[1]
        if values > MAX_VALUES or characters > max_characters:
            over = (
                f"{MAX_VALUES:,} values" if values > MAX_VALUES else f"{max_characters // 2**20} MiB of text"
            )
            message = f"aliases expand to more than {over}"
            raise Deep("ALIAS_BOMB", message, "spell the values out", node.start_mark)
        sizes[id(node)] = values, characters
        return values, characters

    size(root)


def _children(node: Any) -> Iterable[Any]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else ()
