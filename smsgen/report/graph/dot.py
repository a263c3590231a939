"""A Graph as a DOT file for Graphviz: lanes and groups as clusters, one node a card, and one a gate.

Syntax: https://graphviz.org/doc/info/lang.html; in labels, `\\` and `&` begin what is replaced (escString, entities).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smsgen.report.graph import Card, Graph, Lane, counted
from smsgen.report.graph.text import clean

_LONGEST = 80
_GATE = 'style=filled, fillcolor="#ddf4ff", color="#54aeff"'


def render(graph: Graph) -> str:
    """Return the graph as text that ends with a newline."""
    return "".join(f"{line}\n" for line in _lines(graph))


def _lines(graph: Graph) -> Iterator[str]:
    title = [graph.title, graph.subtitle] if graph.title else ["Launch order"]
    yield "digraph smsgen {"
    yield f"  graph [label={_label(title)}, labelloc=t, fontname=Helvetica, compound=true, ranksep=0.3];"
    yield '  node [shape=box, style="rounded,filled", fillcolor=white, fontname=Helvetica, fontsize=11];'
    yield '  edge [color="#59636e"];'
    for at, lane in enumerate(graph.lanes):
        yield from _lane(at, lane)
    for at, lane in enumerate(graph.lanes[:-1]):
        gate = lane.gate
        if gate:
            label = _label([gate.name or "DependsOn", gate.when])
            yield f"  gate{at} [shape=hexagon, margin=0, {_GATE}, label={label}];"
        else:
            yield f"  gate{at} [shape=point];"
        for name, style in _edges(at, lane, f"ltail=cluster_lane{at}, arrowhead=none"):
            yield f"  {name} -> gate{at} [{style}];"
        for name, style in _edges(at + 1, graph.lanes[at + 1], f"lhead=cluster_lane{at + 1}"):
            yield f"  gate{at} -> {name} [{style}, minlen=2];"  # the lane's name takes room above it
    yield "}"


def _lane(at: int, lane: Lane) -> Iterator[str]:
    label = [f"launch order {lane.label}: {counted(lane.number, 'server')}"]
    yield f"  subgraph cluster_lane{at} {{"
    yield f'    label={_label(label)}; labeljust=l; style="rounded,filled"; color="#f6f8fa";'
    for number, group in enumerate(lane.groups):
        yield f"    subgraph cluster_lane{at}_group{number} {{"
        yield f'      label={_label([group.name])}; style="rounded,filled"; color="#d0d7de"; fillcolor=white;'
        for index, card in enumerate(group.cards):
            yield f"      lane{at}_group{number}_card{index} [{_card(card)}];"
        row = " -> ".join(f"lane{at}_group{number}_card{index}" for index in range(len(group.cards)))
        if len(group.cards) > 1:  # Graphviz would turn their order round
            yield f"      {{ rank=same; {row} [style=invis]; }}"
        yield "    }"
    yield "  }"


def _card(card: Card) -> str:
    label = _label([line for line in (card.title, *card.lines, ", ".join(card.marks), card.kind) if line])
    pile = ", peripheries=2" if card.number > 1 else ""
    kept = ', color="#bf8700", penwidth=2' if "stateful" in card.marks else ""
    return f"label={label}{pile}{kept}"


def _edges(at: int, lane: Lane, style: str) -> Iterator[tuple[str, str]]:
    """Yield each card with the style of its edge: one is drawn for the lane, the others only keep the order."""
    names = list(_names(at, lane))
    for index, name in enumerate(names):
        yield name, style if index == (len(names) - 1) // 2 else "style=invis"


def _names(at: int, lane: Lane) -> Iterator[str]:
    for number, group in enumerate(lane.groups):
        yield from (f"lane{at}_group{number}_card{index}" for index in range(len(group.cards)))


def _label(lines: Sequence[str]) -> str:
    return '"' + "\\n".join(map(_text, lines)) + '"'


def _text(text: str) -> str:
    text = clean(text[: _LONGEST * 2])
    shown = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return shown.replace("\\", "\\\\").replace("&", "&amp;").replace('"', '\\"')
