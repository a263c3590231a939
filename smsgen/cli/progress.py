"""An operation on a stack as few lines: what is over is folded, what is under way stays in sight whatever the height.

In: where each resource belongs, and its last state. Out: lines, each with the state that colours it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from smsgen.operations.stacks.request import Place

PENDING = "pending"
_WORDS = {"done": "complete", "failed": "failed", "under way": "in progress", PENDING: PENDING}
"""Of a resource, and of a launch order as a whole; the word of a fold."""

_MOST_URGENT = ("failed", "under way", PENDING, "done")


class ProgressLine(NamedTuple):
    """A line, and the state by which it is coloured ("" for none)."""

    text: str
    state: str = ""


class _Order(NamedTuple):
    """A launch order: its resources by logical id, with their states."""

    number: int
    places: Sequence[tuple[str, Place]]
    states: Mapping[str, str]

    def phase(self, logical_id: str) -> str:
        """Return what a resource is: one of _WORDS."""
        state = self.states.get(logical_id, "")
        if not state:
            return PENDING
        if state.endswith("_FAILED"):
            return "failed"
        return "done" if state.endswith("_COMPLETE") else "under way"

    @property
    def phases(self) -> set[str]:
        """What its resources are, taken together."""
        return {self.phase(name) for name, _ in self.places}


def counted_done(places: Mapping[str, Place], states: Mapping[str, str]) -> str:
    """Return how many resources are there, of how many: `12/40`."""
    done = sum(states.get(name, "").endswith("_COMPLETE") for name in places)
    return f"{done}/{len(places)}"


def elapsed_words(seconds: float) -> str:
    """Return a time that has gone by: `42 s`, `3 min 20 s`, `1 h 05 min`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def settled_states(places: Mapping[str, Place], states: Mapping[str, str], stack: str) -> dict[str, str]:
    """Return the states with UNCHANGED_COMPLETE for what an update that is over never touched.

    `stack`: the stack's status.
    """
    over = stack.startswith("UPDATE") and stack.endswith("_COMPLETE") and "ROLLBACK" not in stack
    untouched = dict.fromkeys(places, "UNCHANGED_COMPLETE") if over else {}
    return {**untouched, **states}


def progress_lines(
    places: Mapping[str, Place], states: Mapping[str, str], *, height: int
) -> list[ProgressLine]:
    """Return at most `height` lines: a launch order in one where all of it is over, or nothing of it has begun.

    `states`: logical id -> its last state. Of the others, what failed comes before what is under way, and that before
    what is pending, where not all of them fit.
    """
    orders = list(_orders(places, states))
    room = max(height - sum(1 for order in orders if _is_folded(order)), 0)
    open_orders = [order for order in orders if not _is_folded(order)]
    shares = _shares([len(order.places) + 1 for order in open_orders], room)
    lines: list[ProgressLine] = []
    for order in orders:
        if _is_folded(order):
            lines.append(_fold(order))
        else:
            lines += _open(order, shares.pop(0))
    return _within(lines, height)


def _orders(places: Mapping[str, Place], states: Mapping[str, str]) -> Iterator[_Order]:
    by_order: dict[int, list[tuple[str, Place]]] = {}
    for name, place in sorted(places.items(), key=lambda item: (item[1], item[0])):
        by_order.setdefault(place.order, []).append((name, place))
    yield from (_Order(number, members, states) for number, members in by_order.items())


def _is_folded(order: _Order) -> bool:
    return order.phases in ({"done"}, {PENDING})


def _fold(order: _Order) -> ProgressLine:
    (phase,) = order.phases
    groups = list(dict.fromkeys(place.group for _, place in order.places if place.group))
    names = ", ".join(groups[:3]) + (" …" if len(groups) > 3 else "")
    number = len(order.places)
    count = f"{number:,} server{'' if number == 1 else 's'}"
    states = {order.states.get(name, "") for name, _ in order.places}
    state = states.pop() if len(states) == 1 else ""
    return ProgressLine(f"launch order {order.number}  {names}  {count}  {_WORDS[phase]}", state or phase)


def _open(order: _Order, room: int) -> list[ProgressLine]:
    """Return the lines of an order that is under way: its heading, and its resources as far as there is room."""
    done = counted_done(dict(order.places), order.states)
    heading = ProgressLine(f"launch order {order.number}  {done}")
    urgent = sorted(order.places, key=lambda item: _MOST_URGENT.index(order.phase(item[0])))
    fits = len(urgent) if len(urgent) < room else max(room - 2, 0)
    shown = {name for name, _ in urgent[:fits]}
    rows = [_row(order, name, place) for name, place in order.places if name in shown]
    left = [order.phase(name) for name, _ in urgent[fits:]]
    words = [f"{left.count(phase):,} {_WORDS[phase]}" for phase in _MOST_URGENT if phase in left]
    more = [ProgressLine(f"  … and {', '.join(words)}", PENDING)] if words else []
    return [heading, *rows, *more]


def _row(order: _Order, name: str, place: Place) -> ProgressLine:
    state = order.states.get(name, "") or PENDING
    server = place.server if place.server and place.server != name else ""
    words = (f"  {state:<20}", place.group, name, f"({server})" if server else "")
    return ProgressLine("  ".join(word for word in words if word), state)


def _shares(wants: Sequence[int], room: int) -> list[int]:
    """Return how many of `room` lines each gets: what it wants, and else an equal part of what is left."""
    shares = [0] * len(wants)
    left = room
    for position, place in enumerate(sorted(range(len(wants)), key=lambda at: wants[at])):
        shares[place] = min(wants[place], left // (len(wants) - position))
        left -= shares[place]
    return shares


def _within(lines: list[ProgressLine], height: int) -> list[ProgressLine]:
    """Return as many lines as there is room for: those that are under way first, then the ones around them."""
    if len(lines) <= height:
        return lines
    settled = [at for at, line in enumerate(lines) if line.text.startswith("launch order") and line.state]
    dropped = set(settled[: len(lines) - height + 1])
    kept = [line for at, line in enumerate(lines) if at not in dropped]
    note = [ProgressLine(f"{len(dropped):,} more launch orders", PENDING)] if dropped else []
    return [*note, *kept][: max(height, 0)]
