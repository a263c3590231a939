"""The picture as a Mermaid flowchart."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.report.graph.mermaid import render
from tests.report.graphs import NASTY, hostile, sample
from tests.report.test_graph_svg import NAMES

# Labels stand in quotes, and hold letters, the marks that mean nothing, entities and line breaks.
LABEL = r'"(?:[\w ,:/….()+~-]|#\d+;|<br/>)*"'
ID = r"lane\d+(?:group\d+(?:card\d+)?)?"
LINES = (
    r"acc(?:Title|Descr): [\w,:/….()+~-][\w ,:/….()+~-]*",  # empty, it would take the next line
    rf"subgraph {ID}\[{LABEL}\]",
    "end",
    "direction TB",
    rf"{ID}\[{LABEL}\]",
    rf"{ID}\[\[{LABEL}\]\]",
    rf"gate\d+\{{\{{{LABEL}\}}\}}",
    r"lane\d+ --> gate\d+ --> lane\d+",
    r"lane\d+ -\.-> lane\d+",
    "classDef stateful stroke:#bf8700,stroke-width:3px",
    r"class [\w,]+ stateful",
)
LINE = re.compile(rf"flowchart TB| *(?:{'|'.join(LINES)})")


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_holds_only_lines_of_a_flowchart(name: str) -> None:
    assert [line for line in render(sample(name)).splitlines() if not LINE.fullmatch(line)] == []


@given(st.lists(st.text(max_size=40) | st.sampled_from(NASTY), min_size=1, max_size=4))
def test_no_name_is_a_line_of_its_own_or_ends_its_quotes(names: list[str]) -> None:
    made = render(hostile(tuple(names)))
    assert [line for line in made.split("\n")[:-1] if not LINE.fullmatch(line)] == []
    assert len(re.findall(r"^ *end$", made, re.MULTILINE)) == made.count("subgraph ")


def test_lanes_follow_each_other_through_gates() -> None:
    made = render(sample("windows"))
    assert '    gate0{{"LaunchOrder0Complete<br/>when it has signalled"}}' in made.splitlines()
    assert "    lane0 --> gate0 --> lane1" in made.splitlines()
    assert '"DC01<br/>m6i.large<br/>ami-07a10c301d4e5f601<br/>Windows, stateful, signal in 30 min"' in made


def test_folded_servers_look_like_several() -> None:
    assert '[["100 servers<br/>' in render(sample("large"))


def test_what_could_mean_something_is_an_entity() -> None:
    assert "#34;#59; #60;script#62;alert(1" in render(hostile()).replace("#40;", "(").replace("#49;", "1")
