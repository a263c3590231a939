"""The elements of a list without order that differ, as a person would say it.

CloudFormation compares lists by position, so that one element that goes changes all behind it. Of a list that has no
order a reader wants to know which elements go, come and change: the same ones are left out wherever they stand, and
others are matched by what names them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from smsgen.cfn.normal import normal_part, sets_of
from smsgen.changes.leaves import Leaf, leaves
from smsgen.changes.model import KNOWN_AFTER_APPLY, MASK, MISSING, Detail, ResourceChange
from smsgen.changes.pointers import at, pointer, steps_of
from smsgen.changes.values.unknown import value_text
from smsgen.report.leaf_names import ELEMENTS

Group = tuple[ResourceChange, list[Detail]]
"""The details of one leaf, and the change with the contexts in which its path names the leaf."""
Steps = tuple[str, ...]


def by_leaf(change: ResourceChange) -> Iterator[Group]:
    """Yield the details of a change, leaf by leaf; of a list without order whose elements move, by element."""
    targets: dict[tuple[str, str], list[Detail]] = {}
    lists: dict[Steps, list[Detail]] = {}
    for detail in change.details:
        targets.setdefault(_key(detail), []).append(detail)
        if steps := _unordered(change, detail):
            lists.setdefault(steps, []).append(detail)
    moved = {steps: groups for steps, inside in lists.items() if (groups := _moved(change, steps, inside))}
    for details in targets.values():
        steps = _unordered(change, details[0])
        if steps not in moved:
            yield change, details
        else:
            yield from moved[steps]
            moved[steps] = []


def _key(detail: Detail) -> tuple[str, str]:
    target = detail.target
    return target.attribute, target.path or target.name or ""


def _unordered(change: ResourceChange, detail: Detail) -> Steps:
    """Return the steps to the list without order into which a path leads; none where it leads into no such list."""
    steps = steps_of(detail.target.path or "")
    sets = sets_of(change.resource_type)
    contexts = change.before_context or {}, change.after_context or {}
    for index in range(2, len(steps)):
        keys = tuple(step for step in steps[1:index] if not step.isdecimal())
        sides = (at(context, steps[:index]) for context in contexts)
        if steps[0] == "Properties" and keys in sets and all(isinstance(side, list) for side in sides):
            return steps[:index]
    return ()


class _Lists(NamedTuple):
    """A list on both sides, and the positions (before, after) of elements that are the same, or have the same name."""

    before: list[Any]
    after: list[Any]
    same: list[tuple[int, int]]
    named: list[tuple[int, int]]


def _moved(change: ResourceChange, steps: Steps, inside: list[Detail]) -> list[Group]:
    """Return the groups of a list; none where positions say it as well, or where not all of it is known."""
    shown = [text or "" for one in inside for text in (one.target.before_value, one.target.after_value)]
    if any(hidden in text for hidden in (KNOWN_AFTER_APPLY, MASK) for text in shown):
        return []
    both = _lists(change, steps)
    if all(here == there for here, there in both.same + both.named):
        return []
    return list(_groups(change, both, steps, inside))


def _lists(change: ResourceChange, steps: Steps) -> _Lists:
    before, after = (at(context or {}, steps) for context in (change.before_context, change.after_context))
    path = tuple(step for step in steps[1:] if not step.isdecimal())
    sets = sets_of(change.resource_type)
    normal = [
        [value_text(_sorted(normal_part(element, sets, path))) for element in side]
        for side in (before, after)
    ]
    same = _matches(*normal)
    gone, come = (set(range(len(side))) - {pair[of] for pair in same} for of, side in enumerate(normal))
    names = [
        [_name(element, steps) if position in left else None for position, element in enumerate(side)]
        for side, left in ((before, gone), (after, come))
    ]
    return _Lists(before, after, same, _matches(*names))


def _sorted(value: Any) -> Any:
    """Return a value with the keys of its maps in one order."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def _matches(before: list[str | None], after: list[str | None]) -> list[tuple[int, int]]:
    """Return the positions of equal texts, each once, in the same place if they can be; None equals nothing."""
    stays = {place for place, (was, now) in enumerate(zip(before, after, strict=False)) if was == now}
    left: dict[str | None, list[int]] = {}
    for place in reversed(range(len(after))):
        if place not in stays:
            left.setdefault(after[place], []).append(place)
    moves = [
        (here, left[was].pop()) for here, was in enumerate(before) if here not in stays and left.get(was)
    ]
    pairs = [*((place, place) for place in sorted(stays)), *moves]
    return [(here, there) for here, there in pairs if before[here] is not None]


def _name(element: Any, steps: Steps) -> str | None:
    noun = ELEMENTS.get(steps[-1])
    keys = noun.named_by if noun and isinstance(element, Mapping) else ()
    return next((str(element[key]) for key in keys if isinstance(element.get(key), str)), None)


def _groups(change: ResourceChange, both: _Lists, steps: Steps, inside: list[Detail]) -> Iterator[Group]:
    removed, will_be = change._replace(after_context=None), change._replace(before_context=None)
    for here, there in both.named:
        for leaf in leaves(both.before[here], both.after[there], (*steps, here)):
            yield removed, _details(inside, (*steps, str(there)), leaf)
    taken = [{pair[of] for pair in both.same + both.named} for of in (0, 1)]
    here_left, there_left = (
        [place for place in range(len(side)) if place not in taken[of]]
        for of, side in enumerate((both.before, both.after))
    )
    for here in here_left:
        yield removed, _details(inside, (), Leaf((*steps, here), both.before[here], MISSING))
    for there in there_left:
        yield (
            will_be,
            _details(inside, (*steps, str(there)), Leaf((*steps, there), MISSING, both.after[there])),
        )


def _details(inside: list[Detail], element: Steps, leaf: Leaf) -> list[Detail]:
    """Return the details of a leaf, with the causes of those that stand at its element in the list as it will be."""
    own = [one for one in inside if element and steps_of(one.target.path or "")[: len(element)] == element]
    caused = [one for one in own if one.causing_entity]
    target = inside[0].target._replace(
        path=pointer(leaf.steps),
        attribute_change_type=leaf.change,
        before_value=value_text(leaf.before),
        after_value=value_text(leaf.after),
    )
    return [one._replace(target=target) for one in caused or inside[:1]]
