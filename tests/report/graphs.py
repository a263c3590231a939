"""Graphs to draw: of samples, and of names that try to break out of the drawing."""

from pathlib import Path

from samples.large import large_app
from smsgen.compiler import Compiled
from smsgen.local.disk import DiskFiles
from smsgen.operations.files.generate_template import generate_template
from smsgen.report.graph import Card, Graph, Group, Lane, LaneGate, of_compiled

SAMPLES = Path(__file__).parent.parent.parent / "samples"

NASTY = (
    '"; <script>alert(1)</script>',
    "end",
    "- list",
    "1. item",
    "`md`",
    "#quot; #35; %% {x}",
    "a\\nb\\",
    "\\",
    "日本語サーバー名前がとても長いです日本語",
    "W" * 300,
    "i" * 300,
    "\u202eevil\u0627",
    "x\x00\x1b[31my\n\tz\ufffe",
    "&amp; &lt; ]]> --> {{ }}",
    'click me href "javascript:alert(1)"',
    "é́́ 👩\u200d👩",
    "",
)


def compiled(name: str, profile: str | None = None) -> Compiled:
    text = large_app(1200, 12).encode() if name == "large" else None
    path = str(SAMPLES / f"{name}.yaml")
    return generate_template(path, files=DiskFiles(), profile=profile, text=text).compiled


def sample(name: str, profile: str | None = None) -> Graph:
    return of_compiled(compiled(name, profile))


def hostile(names: tuple[str, ...] = NASTY) -> Graph:
    """Every text of a picture is one of these."""
    cards = tuple(Card(name, (name, name), ("stateful", name), (name,), 1, name, name) for name in names)
    groups = tuple(Group(name, 1, (card,)) for name, card in zip(names, cards, strict=True))
    first, last = names[0], names[-1]
    return Graph(
        first,
        last,
        first,
        (
            Lane(first, 1, (Group(first, len(cards), cards),), LaneGate(last, first)),
            Lane(last, 1, groups, LaneGate(first, last)),
            Lane("3", 1, (Group("", 1, (Card("a", number=2),)),)),
        ),
    )
