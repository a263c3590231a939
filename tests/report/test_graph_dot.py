"""The picture as a DOT file, also for Graphviz itself where it is installed."""

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.report.graph.dot import render
from tests.report.graphs import NASTY, hostile, sample
from tests.report.test_graph_svg import NAMES


def dot(text: str, output: str = "canon") -> str:
    if not shutil.which("dot"):
        pytest.skip("Graphviz is not installed (apt-get install graphviz)")
    done = subprocess.run(
        ["dot", f"-T{output}"], input=text, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_graphviz_reads_a_sample(name: str) -> None:
    dot(render(sample(name)))


def test_graphviz_reads_hostile_names() -> None:
    drawn = dot(render(hostile()), "svg")
    assert "<script" not in drawn
    assert "&lt;script&gt;" in drawn
    assert "&amp;amp; &amp;lt;" in drawn  # `&amp;` is drawn as it was written


def outside_quotes(text: str) -> str:
    """Return what is outside quoted strings; fails where a quote is left open on a line."""
    made, quoted, at = [], False, 0
    while at < len(text):
        if quoted and text[at] == "\\":
            at += 1
        elif text[at] == '"':
            quoted = not quoted
        elif not quoted:
            made.append(text[at])
        assert not (quoted and text[at] == "\n")
        at += 1
    assert not quoted
    return "".join(made)


@given(st.text(max_size=40) | st.sampled_from(NASTY))
def test_no_name_gets_out_of_its_quotes(name: str) -> None:
    bare = outside_quotes(render(hostile((name, name))))
    assert bare == outside_quotes(render(hostile(("a", "a"))))


def test_every_server_stands_before_the_gate_and_it_before_every_next_one() -> None:
    """One edge a lane is drawn; the others keep what they lead to below."""
    made = render(sample("windows"))
    assert "lane0_group0_card0 -> gate0 [ltail=cluster_lane0, arrowhead=none];" in made
    assert "gate0 -> lane1_group0_card0 [lhead=cluster_lane1, minlen=2];" in made
    assert "gate0 -> lane1_group0_card1 [style=invis, minlen=2];" in made
