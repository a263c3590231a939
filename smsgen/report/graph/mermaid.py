"""A Graph as a Mermaid flowchart, for Markdown that draws it (GitHub, GitLab, Notion): lanes and groups as subgraphs.

Syntax: https://mermaid.js.org/syntax/flowchart.html; a character that could mean something there is written by its
number (`#34;`), as the page says under "Entity codes to escape characters".
"""

from __future__ import annotations

from collections.abc import Iterator

from smsgen.report.graph import Card, Graph, Lane, counted
from smsgen.report.graph.text import clean

_PLAIN = frozenset(" ,:/…_-.()+~")
_LONGEST = 80


def render(graph: Graph) -> str:
    """Return the flowchart as text that ends with a newline."""
    return "".join(f"{line}\n" for line in _lines(graph))


def _lines(graph: Graph) -> Iterator[str]:
    yield "flowchart TB"
    yield f"    accTitle: {_words(f'Launch order of {graph.title}' if graph.title else 'Launch order')}"
    description = _words(graph.subtitle or graph.description)
    if description:  # without one, Mermaid takes the next line for it
        yield f"    accDescr: {description}"
    for at, lane in enumerate(graph.lanes):
        yield from _lane(at, lane)
    for at, lane in enumerate(graph.lanes[:-1]):
        if lane.gate:
            name = lane.gate.name or "DependsOn"
            yield f'    gate{at}{{{{"{_text(name)}<br/>{_text(lane.gate.when)}"}}}}'
            yield f"    lane{at} --> gate{at} --> lane{at + 1}"
        else:
            yield f"    lane{at} -.-> lane{at + 1}"
    yield from _styles(graph)


def _lane(at: int, lane: Lane) -> Iterator[str]:
    label = f"launch order {lane.label}: {counted(lane.number, 'server')}"
    yield f'    subgraph lane{at}["{_text(label)}"]'
    for number, group in enumerate(lane.groups):
        name = f"lane{at}group{number}"
        yield f'        subgraph {name}["{_text(group.name) or " "}"]'
        yield "            direction TB"  # servers side by side: none of them comes before another
        for index, card in enumerate(group.cards):
            yield f"            {name}card{index}{_card(card)}"
        yield "        end"
    yield "    end"


def _card(card: Card) -> str:
    words = (card.title, *card.lines, ", ".join(card.marks), card.kind)
    label = "<br/>".join(_text(line) for line in words if line)
    return f'[["{label}"]]' if card.number > 1 else f'["{label}"]'


def _styles(graph: Graph) -> Iterator[str]:
    kept = [
        f"lane{at}group{number}card{index}"
        for at, lane in enumerate(graph.lanes)
        for number, group in enumerate(lane.groups)
        for index, card in enumerate(group.cards)
        if "stateful" in card.marks
    ]
    if kept:
        yield "    classDef stateful stroke:#bf8700,stroke-width:3px"
        yield f"    class {','.join(kept)} stateful"


def _text(text: str) -> str:
    """Return a text as it may stand within quotes: one line, not too long, nothing in it that means anything."""
    text = clean(text[: _LONGEST * 2])
    shown = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    # At its beginning, `-`, `+` or `1.` would make a list of it.
    return "".join(
        c if (c.isalnum() or (c in _PLAIN and at and shown[at - 1].isalpha()) or c == " ") else f"#{ord(c)};"
        for at, c in enumerate(shown)
    )


def _words(text: str) -> str:
    """Return a text for who cannot see the picture: to the end of a line nothing means anything but these."""
    return clean("".join(c if c.isalnum() or c in _PLAIN else " " for c in clean(text)))
