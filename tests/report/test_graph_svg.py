"""The picture as SVG: whole, self-contained, readable, and never broken out of."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsgen.report.graph import Card, Graph, Group, Lane
from smsgen.report.graph.svg import render
from smsgen.report.graph.text import width
from tests.report.graphs import NASTY, hostile, sample

ROOT = Path(__file__).parent.parent.parent
SVG = "{http://www.w3.org/2000/svg}"
TAGS = {"svg", "title", "desc", "style", "g", "rect", "path", "polygon", "text"}
NAMES = ("three-tier", "single", "stateful", "windows", "scripts", "parameters", "large")


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_a_picture_that_loads_nothing(name: str) -> None:
    made = render(sample(name))
    tree = ElementTree.fromstring(made)
    assert {node.tag.removeprefix(SVG) for node in tree.iter()} <= TAGS
    assert not re.search(r"url\(|@import|@font-face|href", made)
    assert re.findall(r"https?://[^\"]*", made) == ["http://www.w3.org/2000/svg"]


def test_who_cannot_see_it_is_told() -> None:
    tree = ElementTree.fromstring(render(sample("windows")))
    assert tree.get("role") == "img"
    assert tree.get("aria-label") == tree[0].text == "Launch order of payroll"
    assert tree[0].tag == f"{SVG}title"
    assert tree[1].tag == f"{SVG}desc"
    assert "when it has signalled" in (tree[1].text or "")


def test_it_is_readable_on_light_and_on_dark() -> None:
    made = render(sample("single"))
    light, dark = made.split("@media screen and (prefers-color-scheme:dark)")
    selectors = re.compile(r"^(\.smsgen-graph [^{]+)\{(?:fill|stroke):#", re.MULTILINE)
    assert selectors.findall(light) == selectors.findall(dark) != []
    # Without a style sheet (some converters) it still is not black on black.
    assert '<rect class="g-page" width' in made
    assert 'fill="#fff"' in made


def test_every_rule_of_its_style_is_the_pictures_own() -> None:
    style = re.findall(r"(?s)<style>(.*?)</style>", render(sample("single")))[0]
    for line in style.strip().splitlines():
        assert line.startswith((".smsgen-graph ", "@media", "}")), line


def test_servers_groups_gates_and_marks_are_drawn() -> None:
    drawn = texts(render(sample("stateful")))
    assert {"ledger", "primary", "ledger-a", "r6i.2xlarge", "stateful", "2 volumes kept"} <= set(drawn)
    assert {"LaunchOrder0Complete", "when it runs"} <= set(drawn)


def test_a_large_application_is_a_small_picture() -> None:
    made = render(sample("large"))
    assert len(made) < 100_000
    assert texts(made).count("100 servers") == 24  # a lane's and a card's
    _, _, wide, high = map(float, ElementTree.fromstring(made).attrib["viewBox"].split())
    assert wide < 1000
    assert high < 3000


def test_hostile_names_stay_texts() -> None:
    for page in (False, True):
        made = render(hostile(), page=page)
        tree = ElementTree.fromstring(made)
        tags = {node.tag.removeprefix(SVG) for node in tree.iter()}
        assert tags <= TAGS | ({"a"} if page else set())
        assert not [name for node in tree.iter() for name in node.attrib if name.startswith("on")]
        links = [node.get("href", "") for node in tree.iter("a")]
        assert all(re.fullmatch(r"#[\w.~%/-]+", link) for link in links)
    assert "&lt;script&gt;" in made


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=40) | st.sampled_from(NASTY), min_size=1, max_size=4))
def test_any_name_can_be_drawn(names: list[str]) -> None:
    for page in (False, True):
        assert "</svg>" in render(hostile(tuple(names)), page=page)
        ElementTree.fromstring(render(hostile(tuple(names)), page=page))


def test_a_text_stays_in_its_card() -> None:
    tree = ElementTree.fromstring(render(hostile()))
    sizes = {"g-name": True, "g-mono": False}
    for card in tree.iter(f"{SVG}g"):
        box = next(node for node in card if node.get("class") == "g-box")
        right = float(box.get("x", 0)) + float(box.get("width", 0))
        for node in card.iter(f"{SVG}text"):
            classes = node.get("class", "")
            if classes not in sizes:
                continue
            wide = width(
                node.text or "", float(node.get("font-size", 0)), bold=sizes[classes], mono=not sizes[classes]
            )
            assert float(node.get("x", 0)) + wide <= right


def test_what_is_cut_is_said_where_it_is_pointed_at() -> None:
    graph = Graph("t", "", "", (Lane("0", 1, (Group("g" * 99, 1, (Card("a", tooltip=("all of it",)),)),)),))
    made = render(graph)
    assert f"<title>{'g' * 99}</title>" in made
    assert "<title>all of it</title>" in made


def test_in_a_page_changes_are_links_and_the_page_says_the_rest() -> None:
    cards = (Card("a", kind="replace", target="Db/A 1"), Card("b", kind="unchanged", target="B"))
    made = render(Graph("", "", "", (Lane("0", 2, (Group("g", 2, cards),)),)), page=True)
    assert re.findall(r'href="([^"]*)"', made) == ["#Db/A%201"]
    assert 'role="group"' in made
    assert "xmlns" not in made
    assert "-/+ replace" in made


def test_the_readmes_picture_is_what_is_drawn_today() -> None:
    from tools import picture

    assert (ROOT / picture.FILE).read_text() == picture.generate(), "`python -m tools picture`"
    assert picture.FILE in (ROOT / "README.md").read_text()
