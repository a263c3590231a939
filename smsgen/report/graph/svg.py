"""A Graph as SVG: lanes from top to bottom, groups and cards side by side in them, a gate between two lanes.

Drawn here, without a program or a font from elsewhere: it loads nothing, holds no ids that a page around it could have,
and is readable on light and on dark. Lengths are pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from smsgen.report.graph import Card, Graph, Group, Lane, LaneGate, counted, legend
from smsgen.report.graph.style import STYLE
from smsgen.report.graph.text import clean, elide, elide_name, width
from smsgen.report.view import MARKS

_MARGIN, _GUTTER, _GAP = 20, 108, 10
_ROOM = 774
"""For the groups of a lane: four cards stand side by side."""

_CARD, _PADDING = 180, 10
_INNER = _CARD - 2 * _PADDING - 2
_HEADING, _LINE, _PILL = 30, 16, 21
_BETWEEN = 58
"""Between two lanes, where the gate is."""


class _Box(NamedTuple):
    """Something with a place and a size."""

    x: float
    y: float
    width: float
    height: float


class _Placed(NamedTuple):
    """A group and its box."""

    group: Group
    box: _Box
    columns: int
    card: float = _CARD
    """The width of its cards."""

    @property
    def inner(self) -> float:
        """The room in a card for its texts."""
        return self.card - 2 * _PADDING - 2


def render(graph: Graph, *, page: bool = False, style: bool = True) -> str:
    """Return the picture.

    `page`: to stand in an HTML page, where changes are links to what is said of them; `style`: with its style sheet,
    which one picture of a page needs.
    """
    lanes = [_place(lane.groups) for lane in graph.lanes]
    wide = max([_extent(placed)[0] for placed in lanes] + [_heading_room(graph)])
    margin = 0 if page else _MARGIN
    inner = _GUTTER + wide + _GAP
    top: float = 78 if graph.title else margin
    parts = list(_heading(graph, inner))
    for lane, placed in zip(graph.lanes, lanes, strict=True):
        height = max(_extent(placed)[1] + 2 * _GAP, 92)
        parts += _lane(lane, placed, _Box(margin, top, inner, height), page)
        top += height
        if lane is not graph.lanes[-1]:
            parts += _gate(lane.gate, margin + _GUTTER, top, wide)
            top += _BETWEEN
    entries = legend(graph)
    if entries:
        parts += _legend(entries, margin, top + _GAP, inner)
        top += _GAP + _PILL * len(_legend_rows(entries, inner))
    sheet = STYLE if style else ""
    return _document(graph, parts, inner + 2 * margin, top + margin, page, sheet)


def _document(graph: Graph, parts: Iterable[str], wide: float, high: float, page: bool, sheet: str) -> str:
    # In a page, cards are links: role img would hide them from who cannot see the picture.
    role = "group" if page else "img"
    name = f"Launch order of {clean(graph.title)}" if graph.title else "Launch order"
    space = "" if page else ' xmlns="http://www.w3.org/2000/svg"'
    head = (
        f'<svg{space} class="smsgen-graph" role="{role}" aria-label="{_escape(name)}" '
        f'width="{_n(wide)}" height="{_n(high)}" viewBox="0 0 {_n(wide)} {_n(high)}">'
    )
    panel = (
        ()
        if page
        else (f'<rect class="g-page" width="{_n(wide)}" height="{_n(high)}" rx="10" fill="#fff"/>',)
    )
    texts = (f"<title>{_escape(name)}</title>", f"<desc>{_escape(clean(graph.description))}</desc>")
    styles = (f"<style>{sheet}</style>",) if sheet else ()
    return "\n".join((head, *texts, *styles, *panel, *parts, "</svg>", ""))


def _heading_room(graph: Graph) -> float:
    """Return the room that a heading asks of a narrow picture, and that a gate and the legend do."""
    gates = [_gate_width(lane.gate) for lane in graph.lanes if lane.gate]
    subtitle = width(clean(graph.subtitle), 12) - _GUTTER if graph.title else 0
    meanings = [_legend_width(*entry) - _GUTTER - _GAP for entry in legend(graph)]
    return min(max([2 * _GAP + _CARD, subtitle, *gates, *meanings]), _ROOM)


def _heading(graph: Graph, room: float) -> Iterator[str]:
    if graph.title:
        yield _text(_MARGIN, 38, graph.title, 19, room, "g-title", bold=True)
        yield _text(_MARGIN, 58, graph.subtitle, 12, room, "g-quiet")


# --- Where things stand ---------------------------------------------------------------------------------------------


def _place(groups: Sequence[Group]) -> list[_Placed]:
    """Place the groups of a lane from left to right, and in a row below where there is no room left."""
    places: list[_Placed] = []
    x = y = row = 0.0
    for group in groups:
        columns = min(len(group.cards), (_ROOM - _GAP) // (_CARD + _GAP))
        wide = columns * (_CARD + _GAP) + _GAP
        rows = -(-len(group.cards) // columns)
        high = _HEADING + rows * (_card_height(group) + _GAP)
        if x and x + wide > _ROOM:
            x, y, row = 0, y + row + _GAP, 0
        places.append(_Placed(group, _Box(x, y, wide, high), columns))
        x, row = x + wide + _GAP, max(row, high)
    return _widened(places)


def _widened(places: list[_Placed]) -> list[_Placed]:
    """Widen cards by the room that is left in their row, as far as their texts need it."""
    rows: dict[float, list[_Placed]] = {}
    for placed in places:
        rows.setdefault(placed.box.y, []).append(placed)
    widened: list[_Placed] = []
    for row in rows.values():
        slack = _ROOM - row[-1].box.x - row[-1].box.width
        each = slack / max(sum(placed.columns for placed in row), 1)
        moved = 0.0
        for placed in row:
            more = max(min(_needed(placed.group) - _CARD, each), 0)
            box = placed.box._replace(x=placed.box.x + moved, width=placed.box.width + more * placed.columns)
            widened.append(placed._replace(box=box, card=_CARD + more))
            moved += more * placed.columns
    return widened


def _needed(group: Group) -> float:
    """Return the width that the widest text of a group's cards asks of a card."""
    texts = [width(clean(card.title), 13, bold=True) for card in group.cards]
    texts += [width(clean(line), 11, mono=True) for card in group.cards for line in card.lines]
    return max(texts, default=0) + 2 * _PADDING + 3


def _extent(placed: Sequence[_Placed]) -> tuple[float, float]:
    return (
        max((one.box.x + one.box.width for one in placed), default=0),
        max((one.box.y + one.box.height for one in placed), default=0),
    )


def _card_height(group: Group) -> float:
    """Return the height of the group's tallest card: all of them have it."""
    return max(26 + _LINE * len(card.lines) + _PILL * len(_pill_rows(card)) + 8 for card in group.cards)


def _pill_rows(card: Card) -> list[list[tuple[str, str]]]:
    """Return (class, words) of a card's marks, in rows as they fit."""
    change = [("change", f"{MARKS.get(card.kind, '')} {card.kind}".strip())] if card.kind else []
    rows: list[list[tuple[str, str]]] = []
    left = 0.0
    for kind, words in [*change, *((clean(mark).partition(" ")[0], mark) for mark in card.marks)]:
        wide = _pill_width(words) + 5
        if not rows or wide > left:
            rows.append([])
            left = _INNER + 5
        rows[-1].append((kind, words))
        left -= wide
    return rows


def _pill_width(words: str) -> float:
    return min(width(clean(words), 10.5) + 14, _INNER)


# --- How they look --------------------------------------------------------------------------------------------------


def _lane(lane: Lane, placed: Sequence[_Placed], box: _Box, page: bool) -> Iterator[str]:
    yield f'<rect class="g-lane" {_at(box)} rx="8" fill="#f6f8fa"/>'
    middle = box.y + box.height / 2
    size = 26 if len(lane.label) < 5 else 13
    yield _text(box.x + 14, middle - 22, "launch order", 10.5, _GUTTER - 18, "g-quiet")
    yield _text(box.x + 14, middle + size / 4, lane.label, size, _GUTTER - 18, "g-order", bold=True)
    yield _text(box.x + 14, middle + 26, counted(lane.number, "server"), 11, _GUTTER - 18, "g-quiet")
    # In the middle, where the way to the next lane begins.
    left = box.x + _GUTTER + (box.width - _GUTTER - _GAP - _extent(placed)[0]) / 2
    for group in placed:
        moved = group.box._replace(x=left + group.box.x, y=box.y + _GAP + group.box.y)
        yield from _group(group._replace(box=moved), page)


def _group(placed: _Placed, page: bool) -> Iterator[str]:
    group, box, columns = placed.group, placed.box, placed.columns
    count = f"{group.number:,}"
    yield f'<rect class="g-group" {_at(box)} rx="6" fill="#fff" stroke="#d0d7de"/>'
    room = box.width - 3 * _GAP - width(count, 11)
    yield _text(box.x + _GAP, box.y + 20, group.name, 12.5, room, "g-name", bold=True, tooltip=True)
    yield _text(box.x + box.width - _GAP, box.y + 20, count, 11, box.width, "g-quiet g-end")
    high = _card_height(group)
    for at, card in enumerate(group.cards):
        x = box.x + _GAP + at % columns * (placed.card + _GAP)
        y = box.y + _HEADING + at // columns * (high + _GAP)
        yield from _linked(card, _Box(x, y, placed.card, high), page)


def _linked(card: Card, box: _Box, page: bool) -> Iterator[str]:
    from urllib.parse import quote

    link = page and card.target and card.kind != "unchanged"
    if link:
        yield f'<a href="#{_escape(quote(card.target, errors="replace"))}">'
    yield f'<g class="g-card g-{_escape(clean(card.kind).replace(" ", "-")) or "plain"}">'
    yield f"<title>{_escape(chr(10).join(clean(line) for line in card.tooltip))}</title>"
    yield from _card(card, box)
    yield "</g>"
    if link:
        yield "</a>"


def _card(card: Card, box: _Box) -> Iterator[str]:
    if card.number > 1:  # a pile: what it stands on looks out below it
        for off in (4, 2):
            under = box._replace(x=box.x + off, width=box.width - 2 * off, y=box.y + off)
            yield f'<rect class="g-box" {_at(under)} rx="4" fill="#fff" stroke="#d0d7de"/>'
    yield f'<rect class="g-box" {_at(box)} rx="4" fill="#fff" stroke="#d0d7de"/>'
    bar = _Box(box.x + 1, box.y + 7, 3, box.height - 14)
    yield f'<rect class="g-bar" {_at(bar)} rx="1.5" fill="#0969da"/>'
    x = box.x + _PADDING + 4
    inner = box.width - 2 * _PADDING - 2
    title = elide_name(card.title, inner, 13, bold=True)
    yield _text(x, box.y + 20, title, 13, inner, "g-name", bold=True)
    for at, line in enumerate(card.lines):
        yield _text(x, box.y + 37 + at * _LINE, line, 11, inner, "g-mono", mono=True)
    y = box.y + 28 + _LINE * len(card.lines)
    for row in _pill_rows(card):
        left = x
        for kind, words in row:
            wide = _pill_width(words)
            pill = _Box(left, y, wide, 17)
            yield f'<rect class="g-pill g-p-{_escape(kind)}" {_at(pill)} rx="8.5" fill="#eaeef2"/>'
            yield _text(
                left + wide / 2, y + 12.2, words, 10.5, wide - 13, f"g-middle g-pt g-t-{_escape(kind)}"
            )
            left += wide + 5
        y += _PILL


def _legend(entries: Sequence[tuple[str, str]], x: float, y: float, room: float) -> Iterator[str]:
    """Draw what the marks mean, in rows."""
    for at, row in enumerate(_legend_rows(entries, room)):
        left = x
        for words, meaning in row:
            wide = _pill_width(words)
            top = y + at * _PILL
            kind = _escape(words.partition(" ")[0])
            yield f'<rect class="g-pill g-p-{kind}" {_at(_Box(left, top, wide, 17))} rx="8.5" fill="#eaeef2"/>'
            yield _text(left + wide / 2, top + 12.2, words, 10.5, wide, f"g-middle g-pt g-t-{kind}")
            yield _text(left + wide + 5, top + 12.2, meaning, 10.5, room, "g-quiet")
            left += _legend_width(words, meaning)


def _legend_width(words: str, meaning: str) -> float:
    return _pill_width(words) + 5 + width(meaning, 10.5) + 14


def _legend_rows(entries: Sequence[tuple[str, str]], room: float) -> list[list[tuple[str, str]]]:
    rows: list[list[tuple[str, str]]] = [[]]
    left = room
    for entry in entries:
        wide = _legend_width(*entry)
        if rows[-1] and wide > left:
            rows.append([])
            left = room
        rows[-1].append(entry)
        left -= wide
    return rows


def _gate_width(gate: LaneGate) -> float:
    """Return the width of a gate's box with its two texts."""
    return width(clean(_gate_name(gate)), 11, mono=True) + width(clean(gate.when), 11.5) + 46


def _gate_name(gate: LaneGate) -> str:
    return gate.name or "DependsOn"


def _gate(gate: LaneGate | None, x: float, y: float, room: float) -> Iterator[str]:
    """Draw the way from one lane to the next; it is open where nothing is waited for."""
    middle = x + room / 2
    loose = "" if gate else ' stroke-dasharray="3 4"'
    end = y + _BETWEEN
    yield (
        f'<path class="g-way" d="M{_n(middle)} {_n(y)}V{_n(end - 6)}" fill="none" stroke="#59636e" '
        f'stroke-width="1.5"{loose}/>'
    )
    yield f'<path class="g-head" d="M{_n(middle - 5)} {_n(end - 9)}h10l-5 8z" fill="#59636e"/>'
    if gate is None:
        return
    wide = min(_gate_width(gate), room)
    left, top, bottom = middle - wide / 2, y + 14, y + 40
    right, half, slant = left + wide, (top + bottom) / 2, 9
    corners = (
        (left, half),
        (left + slant, top),
        (right - slant, top),
        (right, half),
        (right - slant, bottom),
        (left + slant, bottom),
    )
    points = " ".join(f"{_n(a)},{_n(b)}" for a, b in corners)
    yield f'<polygon class="g-gate" points="{points}" fill="#ddf4ff" stroke="#54aeff"/>'
    waiting = width(clean(gate.when), 11.5)
    name = wide - waiting - 46
    shown = _gate_name(gate)
    yield _text(left + 17, top + 17, shown, 11, name + 1, "g-mono g-gt", mono=True, tooltip=True)
    yield _text(left + wide - 17, top + 17, gate.when, 11.5, waiting + 1, "g-quiet g-end")


def _text(
    x: float,
    y: float,
    text: str,
    size: float,
    room: float,
    classes: str,
    *,
    bold: bool = False,
    mono: bool = False,
    tooltip: bool = False,
) -> str:
    """Return a text within `room`; with `tooltip`, one that is cut says all of it where it is pointed at."""
    shown = elide(text, room, size, bold=bold, mono=mono)
    whole = clean(text)
    more = f"<title>{_escape(whole)}</title>" if tooltip and shown != whole else ""
    return f'<text class="{classes}" x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}">{more}{_escape(shown)}</text>'


def _at(box: _Box) -> str:
    return f'x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}"'


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _escape(text: str) -> str:
    """Return a text as it may stand in XML and HTML, between tags and within quotes."""
    from html import escape

    return escape(text)
