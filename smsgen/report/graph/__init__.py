"""The launch order as a picture, as data: lanes, groups in them, cards in those; what every format draws.

    templates ──servers──▶ servers ──fold──▶ Graph ──▶ svg · mermaid · dot

In: what was compiled, or a change set. Out: a `Graph` of bounded size, whatever the number of servers: groups that are
too large to draw are folded into cards that stand for several servers alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

from smsgen.cfn.nested import template_url
from smsgen.changes.change_set import ChangeSet
from smsgen.compiler import Compiled
from smsgen.report.alike import natural
from smsgen.report.graph.servers import DrawnServer, barriers, depends_on, servers

MOST_CARDS = 12
"""A group of more servers is folded."""

MOST_SERVERS = 120
"""A picture of more servers folds every group, so that it can be taken in at a glance."""

MOST_LANES, MOST_GROUPS = 24, 24
"""More of them are drawn as one that says how many."""


class Card(NamedTuple):
    """One server, or several alike: `number` of them. `marks` are short words: "stateful", "signal in 15 min".

    `tooltip`: lines for who points at it. `kind`: what a change set does ("" outside one). `target`: the logical id
    that a report links it to.
    """

    title: str
    lines: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    tooltip: tuple[str, ...] = ()
    number: int = 1
    kind: str = ""
    target: str = ""


class Group(NamedTuple):
    """A server group, or several that there was no room for."""

    name: str
    number: int
    cards: tuple[Card, ...]


class LaneGate(NamedTuple):
    """What the next lane waits for: `name` of the barrier's resource ("" where none is), and `when` it opens."""

    name: str
    when: str


class Lane(NamedTuple):
    """The servers of one launch order, or of several that there was no room for ("3 to 990").

    `gate` is None for the last lane, and where the next one does not wait.
    """

    label: str
    number: int
    groups: tuple[Group, ...]
    gate: LaneGate | None = None


class Graph(NamedTuple):
    """A picture. `title` and `subtitle` are "" where the page around it says them."""

    title: str
    subtitle: str
    description: str
    lanes: tuple[Lane, ...]


def of_compiled(compiled: Compiled) -> Graph:
    """Return the picture of an application that was compiled."""
    body = compiled.template.body
    children = {child.file: child.template.body for child in compiled.children}
    drawn = list(servers(body))
    for name, resource in compiled.template.resources.items():
        url = template_url(resource)
        if url in children:
            drawn += servers(children[url], f"{name}/", depends_on(resource))
    drawn = _with_platforms(drawn, compiled)
    metadata = body["Metadata"]["smsgen"]
    lanes = _lanes(drawn, barriers(body))
    nested = f", {counted(len(children), 'nested stack')}" if children else ""
    subtitle = f"{_size(drawn)}{nested}, profile {metadata['profile']}"
    return Graph(metadata["app"], subtitle, f"{_size(drawn)}. {_words(lanes)}".strip(), lanes)


def _with_platforms(drawn: Sequence[DrawnServer], compiled: Compiled) -> list[DrawnServer]:
    """Return the servers with the platforms that the application file says."""
    said = {server.logical_id: (server.launch.platform or "").capitalize() for server in compiled.servers}
    return [
        server._replace(platform=said.get(server.path.rpartition("/")[2]) or server.platform)
        for server in drawn
    ]


def of_change_set(
    change_set: ChangeSet,
    kinds: Mapping[str, str],
    mask: Callable[[Any, str], Any] = lambda text, _: text,
    *,
    only_changes: bool = False,
) -> Graph:
    """Return the picture of both sides of a change set: servers that go are drawn, too.

    `kinds`: logical id (`Child/Id` in a nested stack) -> what happens to it. `mask`: hides the secrets of a text that
    is the value of a property. `only_changes`: the servers of a group that stay as they are become one card.
    """
    by_path: dict[str, DrawnServer] = {}
    between: set[str] = set()

    def look(inner: ChangeSet, inside: str, waits_for: tuple[str, ...]) -> None:
        for side in (inner.after, inner.before):
            between.update(barriers(side.template))
            for server in servers(side.template, inside, waits_for):
                by_path.setdefault(server.path, _masked(server, kinds.get(server.path, "unchanged"), mask))
        resources = {**_resources(inner.before.template), **_resources(inner.after.template)}
        for name, child in inner.nested.items():
            look(child, f"{inside}{name}/", waits_for or depends_on(resources.get(name)))

    look(change_set, "", ())
    lanes = _lanes(list(by_path.values()), frozenset(between), only_changes=only_changes)
    return Graph("", "", f"{_size(list(by_path.values()))}. {_words(lanes)}".strip(), lanes)


def _resources(template: Mapping[str, Any]) -> Mapping[str, Any]:
    resources = template.get("Resources")
    return resources if isinstance(resources, Mapping) else {}


def _masked(server: DrawnServer, kind: str, mask: Callable[[Any, str], Any]) -> DrawnServer:
    return server._replace(
        kind=kind,
        name=str(mask(server.name, "")),
        group=str(mask(server.group, "")),
        instance_type=str(mask(server.instance_type, "InstanceType")),
        image=str(mask(server.image, "ImageId")),
    )


_MEANINGS = (
    ("stateful", "outlives the stack, and is protected"),
    ("kept", "outlive the server"),
    ("signal", "is there when its boot script says so"),
)
"""Word in a mark -> what the mark means."""


def legend(graph: Graph) -> tuple[tuple[str, str], ...]:
    """Return (mark, what it means) of what a picture shows and does not explain itself."""
    cards = [card for lane in graph.lanes for group in lane.groups for card in group.cards]
    words = {word for card in cards for mark in card.marks for word in mark.split()}
    entries = [
        ("volumes kept" if word == "kept" else word, meaning) for word, meaning in _MEANINGS if word in words
    ]
    if any(card.number > 1 for card in cards):
        entries.append(("a pile", "servers that are alike"))
    if any(line.startswith("$") for card in cards for line in card.lines):
        entries.append(("$Name", "a parameter of the template"))
    return tuple(entries)


def counted(number: int, word: str) -> str:
    """Return a number and what it counts: `1 server`, `1,200 servers`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _size(drawn: Sequence[DrawnServer]) -> str:
    orders = len({server.launch_order for server in drawn})
    return f"{counted(len(drawn), 'server')} in {counted(orders, 'launch order')}"


def _in_lanes(server: DrawnServer) -> tuple[int, str, Any, str]:
    return server.launch_order, server.group, natural(server.name), server.path


def _lanes(
    drawn: Sequence[DrawnServer], between: frozenset[str], *, only_changes: bool = False
) -> tuple[Lane, ...]:
    by_order: dict[int, list[DrawnServer]] = {}
    for server in sorted(drawn, key=_in_lanes):
        by_order.setdefault(server.launch_order, []).append(server)
    unchanged = sum(server.kind == "unchanged" for server in drawn) if only_changes else 0
    most = MOST_CARDS if len(drawn) - unchanged <= MOST_SERVERS else 1
    orders = sorted(by_order)
    lanes = []
    for order, following in zip_longest(orders, orders[1:]):
        waiting = [] if following is None else by_order[following]
        lanes.append(
            Lane(
                label=str(order),
                number=len(by_order[order]),
                groups=tuple(_groups(by_order[order], most, only_changes=only_changes)),
                gate=_gate(by_order[order], waiting, between),
            )
        )
    return _fewer_lanes(lanes)


def _fewer_lanes(lanes: list[Lane]) -> tuple[Lane, ...]:
    """Return the first lanes and the last ones, and between them one that stands for the rest."""
    if len(lanes) <= MOST_LANES:
        return tuple(lanes)
    head, rest, tail = lanes[: MOST_LANES - 8], lanes[MOST_LANES - 8 : -7], lanes[-7:]
    count = sum(lane.number for lane in rest)
    card = Card(counted(count, "server"), (counted(len(rest), "launch order"),), number=count)
    label = f"{rest[0].label} to {rest[-1].label}"
    middle = Lane(label, count, (Group("one after the other", count, (card,)),), rest[-1].gate)
    return (*head, middle, *tail)


def _gate(
    lower: Sequence[DrawnServer], waiting: Sequence[DrawnServer], between: frozenset[str]
) -> LaneGate | None:
    names = {name for server in waiting for name in server.waits_for}
    if not names:
        return None
    signals = sum(bool(server.signal) for server in lower)
    there = "it" if len(lower) == 1 else f"all {len(lower):,}"
    if not signals:
        when = f"when {there} {'runs' if len(lower) == 1 else 'run'}"
    elif signals == len(lower):
        when = f"when {there} {'has' if signals == 1 else 'have'} signalled"
    else:
        when = f"when {there} run and {signals:,} {'has' if signals == 1 else 'have'} signalled"
    return LaneGate(min(names & between, default=""), when)


def _groups(members: Sequence[DrawnServer], most: int, *, only_changes: bool) -> Iterator[Group]:
    by_name: dict[str, list[DrawnServer]] = {}
    for server in members:
        by_name.setdefault(server.group, []).append(server)
    shown = list(by_name)[: MOST_GROUPS if len(by_name) <= MOST_GROUPS else MOST_GROUPS - 1]
    for name in shown:
        fold = _fold_unchanged if only_changes else _fold
        yield Group(name, len(by_name[name]), tuple(fold(by_name[name], most)))
    left = [server for name in list(by_name)[len(shown) :] for server in by_name[name]]
    if left:
        more = counted(len(by_name) - len(shown), "more group")
        yield Group(more, len(left), tuple(_fold(left, 1)))


def _fold(members: Sequence[DrawnServer], most: int) -> Iterator[Card]:
    """Yield a card a server, or where these are more than `most`, a card for all that are alike."""
    if len(members) <= most:
        yield from map(_card, members)
        return
    alike: dict[tuple[Any, ...], list[DrawnServer]] = {}
    for server in members:
        mark = (
            *(server.kind, server.platform, server.instance_type),
            *(server.stateful, server.volumes, server.signal),
        )
        alike.setdefault(mark, []).append(server)
    parts = list(alike.values())
    shown = parts if len(parts) <= MOST_CARDS else parts[: MOST_CARDS - 1]
    for part in shown:
        yield _card(part[0]) if len(part) == 1 else _cards(part)
    left = [server for part in parts[len(shown) :] for server in part]
    if left:
        yield Card(f"{len(left):,} more servers", (_span(left),), number=len(left), kind=_only(left, "kind"))


def _fold_unchanged(members: Sequence[DrawnServer], most: int) -> Iterator[Card]:
    """Yield the cards of servers that change, and one for all that do not."""
    changing = [server for server in members if server.kind != "unchanged"]
    yield from _fold(changing, most)
    left = [server for server in members if server.kind == "unchanged"]
    if len(left) == 1:
        yield _card(left[0])
    elif left:
        yield Card(f"{len(left):,} unchanged", (_span(left),), number=len(left), kind="unchanged")


def _card(server: DrawnServer) -> Card:
    facts = (
        ("", server.name),
        ("logical id ", server.path),
        ("instance type ", server.instance_type),
        ("image ", server.image),
        ("change: ", server.kind),
    )
    return Card(
        title=server.name,
        lines=tuple(line for line in (server.instance_type, server.image) if line),
        marks=_marks(server),
        tooltip=(*(f"{what}{text}" for what, text in facts if text), *_marks(server)),
        kind=server.kind,
        target=server.path,
    )


def _cards(alike: Sequence[DrawnServer]) -> Card:
    first = alike[0]
    lines = (first.instance_type, _span(alike), _only(alike, "image") or counted(_images(alike), "image"))
    return Card(
        title=counted(len(alike), "server"),
        lines=tuple(line for line in lines if line),
        marks=_marks(first),
        tooltip=(f"{counted(len(alike), 'server')}: {_span(alike)}",),
        number=len(alike),
        kind=first.kind,
    )


def _marks(server: DrawnServer) -> tuple[str, ...]:
    marks = (
        server.platform,
        "stateful" if server.stateful else "",
        f"{counted(server.volumes, 'volume')} kept" if server.volumes else "",
        f"signal in {server.signal}" if server.signal else "",
    )
    return tuple(mark for mark in marks if mark)


def _span(members: Sequence[DrawnServer]) -> str:
    names = sorted({server.name for server in members}, key=natural)
    if len(names) == 1:
        return names[0]
    suffix = _common_suffix(names)
    first, last = (name.removesuffix(suffix) for name in (names[0], names[-1]))
    return f"{first} … {last}"


def _common_suffix(names: Sequence[str]) -> str:
    """Return what all names end with from a dot on, a domain: it says nothing of which server it is."""
    rest = {name.partition(".")[2] for name in names}
    (suffix,) = rest if len(rest) == 1 else ("",)
    return f".{suffix}" if suffix and all(name.partition(".")[0] for name in names) else ""


def _only(members: Iterable[DrawnServer], field: str) -> str:
    """Return the value of a field that all have in common, or ""."""
    values = {getattr(server, field) for server in members}
    return str(values.pop()) if len(values) == 1 else ""


def _images(members: Iterable[DrawnServer]) -> int:
    return len({server.image for server in members} - {""})


def _words(lanes: Sequence[Lane]) -> str:
    """Return the picture in words, for who cannot see it."""
    return " ".join(
        f"Launch order {lane.label}: {'; '.join(map(_group_words, lane.groups))}."
        + (f" Then, {lane.gate.when}:" if lane.gate else "")
        for lane in lanes
    ).removesuffix(":")


def _group_words(group: Group) -> str:
    cards = ", ".join(" ".join((card.title, *card.marks)) for card in group.cards)
    return f"{group.name} ({cards})" if group.name else cards
