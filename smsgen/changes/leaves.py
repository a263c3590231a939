"""The leaves of a property that differ: each has a path of its own, both values, and what it is made of.

With property values CloudFormation gives a Detail for each changed leaf, not for the property: `/Properties/Tags/0/Key`
(recorded: tags of an instance, environment variables, roles of a policy, keys of a custom resource). What is new or
gone is one leaf, whatever it holds. Elements of a list are matched by position (recorded: the one tag of an instance
became another one, and both its key and its value were listed).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from smsgen.cfn.intrinsics import call
from smsgen.changes.model import MISSING, ChangeType
from smsgen.changes.values.evaluate import Evaluator, Uses
from smsgen.changes.values.functions import FUNCTIONS, branch
from smsgen.generated.json_properties import TABLE
from smsgen.generated.type_table import words_of_type

Steps = tuple[str | int, ...]
"""Where a value stands inside a property: keys of maps, positions in lists; () is the property as a whole."""


class Leaf(NamedTuple):
    """A value that differs; MISSING before one that is new, and after one that is gone."""

    steps: Steps
    before: Any
    after: Any

    @property
    def change(self) -> ChangeType:
        """What happens to it."""
        return "Add" if self.before is MISSING else "Remove" if self.after is MISSING else "Modify"


def leaves(before: Any, after: Any, steps: Steps = ()) -> Iterator[Leaf]:
    """Yield the leaves in which two values differ, in the order of what will be; nothing where they are equal."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*after, *(key for key in before if key not in after)]:
            yield from leaves(before.get(key, MISSING), after.get(key, MISSING), (*steps, key))
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            old, new = (side[index] if index < len(side) else MISSING for side in (before, after))
            yield from leaves(old, new, (*steps, index))
    elif (before is MISSING) != (after is MISSING) or before != after:
        yield Leaf(steps, before, after)


def whole(leaf: Leaf, before: Any, after: Any, length: int) -> Leaf:
    """Return the leaf at the first `length` steps of the path of `leaf`; `before`, `after`: the whole property."""
    steps = leaf.steps[:length]
    return Leaf(steps, value_at(before, steps), value_at(after, steps))


def value_at(value: Any, steps: Steps) -> Any:
    """Return what stands at a path inside a value; MISSING where nothing does."""
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step, MISSING)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return MISSING
    return value


# --- What a leaf is made of ------------------------------------------------------------------------------------------

_NOTHING = Uses({}, {})


def uses_at(evaluator: Evaluator, expression: Any, steps: Steps) -> Uses:
    """Return what the value at a path was made of: the function that stands there, or above it.

    A literal uses nothing, and neither does a map or a list that is written out, whatever stands inside it: of a policy
    that changed as a whole and reads a changed parameter CloudFormation says DirectModification (recorded [3]).
    """
    rest = list(steps)
    while True:
        called = call(expression)
        if called and called[0] == "Fn::If":
            expression = branch(evaluator, called[1])
        elif called and called[0] in FUNCTIONS:
            return evaluator.used(expression)[1]
        elif rest and isinstance(expression, Mapping):
            expression = expression.get(rest.pop(0))
        elif rest and isinstance(expression, list):
            expression = _element(evaluator, expression, rest.pop(0))
        else:
            return _NOTHING


def _element(evaluator: Evaluator, items: list[Any], index: str | int) -> Any:
    """Return the element that became the one at `index`: what AWS::NoValue removes is not counted."""
    there = (item for item in items if not call(item) or evaluator.used(item)[0] is not MISSING)
    return next((item for position, item in enumerate(there) if position == index), None)


# --- Values that are JSON --------------------------------------------------------------------------------------------


def json_length(type_name: str, property_name: str, steps: Steps) -> int | None:
    """Return how many steps lead to the JSON document that a path leads into, as for a policy; None for none.

    What a schema does not describe further is JSON: an object without properties, or one that may be text.
    """
    path = (property_name, *steps)
    for pattern in _json_paths(type_name).get(property_name, ()):
        if len(pattern) <= len(path) and all(
            expected in ("*", step) for expected, step in zip(pattern, path, strict=False)
        ):
            return len(pattern) - 1
    return None


@lru_cache(maxsize=256)
def _json_paths(type_name: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    paths: dict[str, tuple[tuple[str, ...], ...]] = {}
    for word in words_of_type(TABLE, type_name) or ():
        path = tuple(word.split("/"))
        paths[path[0]] = (*paths.get(path[0], ()), path)
    return paths
