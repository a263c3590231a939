"""Cards of a picture: as wide as there is room for their names, marked with what they run; a legend of their marks."""

from typing import Any
from xml.etree import ElementTree

import pytest

import smsgen
from smsgen.operations.files.generate_template import generate_from
from smsgen.report.graph import Card, Graph, Group, Lane, legend, of_compiled
from smsgen.report.graph.servers import servers
from smsgen.report.graph.svg import render

SVG = "{http://www.w3.org/2000/svg}"
LONG = "production-web-frontend-zurich-{}"


def drawn(*names: str, **launch: str) -> Graph:
    """The picture of an application with servers of these names in one group."""
    said = "".join(f", {key}: {value}" for key, value in launch.items())
    listed = "".join(
        f"      - {{vmServer: {{vmName: {name!r}}}, launch: {{instanceType: m6i.large{said}}}}}\n"
        for name in names
    )
    app = smsgen.load(
        f"name: a\nserverGroups:\n  - name: g\n    serverList:\n{listed}".encode(), "a.yaml"
    ).app
    return of_compiled(generate_from(app).compiled)


def boxes(picture: str) -> list[tuple[float, float]]:
    tree = ElementTree.fromstring(picture)
    cards = [node for node in tree.iter(f"{SVG}rect") if node.get("class") == "g-box"]
    return [(float(box.get("x", 0)), float(box.get("width", 0))) for box in cards]


def test_a_card_is_as_wide_as_its_name_needs_where_there_is_room() -> None:
    picture = render(drawn(LONG.format("01"), LONG.format("02")))
    assert LONG.format("01") in picture
    (left, wide), (right, _) = boxes(picture)
    assert wide > 180
    assert left + wide <= right


def test_short_names_need_no_more() -> None:
    assert {wide for _, wide in boxes(render(drawn("web01", "web02")))} == {180}


def test_cards_share_the_room_that_there_is() -> None:
    picture = render(drawn(*(LONG.format(number) for number in range(4))))
    assert {wide for _, wide in boxes(picture)} == {181}  # 774 for four of them and five gaps
    assert all(left + wide <= 108 + 774 + 40 for left, wide in boxes(picture))


def test_stacked_servers_are_told_from_the_first_to_the_last_without_their_domain() -> None:
    names = [f"web{number:02}.corp.example.org" for number in range(1, 21)]
    ((card,),) = (group.cards for lane in drawn(*names).lanes for group in lane.groups)
    assert card.title == "20 servers"
    assert "web01 … web20" in card.lines


@pytest.mark.parametrize(
    ("last", "span"), [("z.example.com", "a.example.org … z.example.com"), ("z", "a.example.org … z")]
)
def test_a_domain_that_is_not_common_is_told(last: str, span: str) -> None:
    names = ["a.example.org", *(f"m{number}.example.org" for number in range(20)), last]
    ((card,),) = (group.cards for lane in drawn(*names).lanes for group in lane.groups)
    assert span in card.lines


@pytest.mark.parametrize(("platform", "mark"), [("windows", "Windows"), ("linux", "Linux")])
def test_what_the_file_says_is_marked(platform: str, mark: str) -> None:
    (card,) = drawn("db01", platform=platform).lanes[0].groups[0].cards
    assert card.marks[0] == mark


def test_where_nothing_tells_nothing_is_marked() -> None:
    (card,) = drawn("db01").lanes[0].groups[0].cards
    assert card.marks == ()


@pytest.mark.parametrize(
    ("properties", "platform"),
    [
        ({"UserData": {"Fn::Base64": "<powershell>\nx\n</powershell>"}}, "Windows"),
        ({"UserData": {"Fn::Base64": {"Fn::Sub": "#!/bin/sh\n"}}}, "Linux"),
        ({"BlockDeviceMappings": [{"DeviceName": "xvdf"}]}, "Windows"),
        ({"BlockDeviceMappings": [{"DeviceName": "/dev/sdf"}]}, ""),
        ({"UserData": {"Ref": "Script"}, "BlockDeviceMappings": 3}, ""),
        ({}, ""),
    ],
)
def test_a_template_tells_it_by_scripts_and_devices(properties: Any, platform: str) -> None:
    resource = {
        "Type": "AWS::EC2::Instance",
        "Metadata": {"smsgen": {"launchOrder": 0}},
        "Properties": properties,
    }
    (server,) = servers({"Resources": {"A": resource}})
    assert server.platform == platform


def test_a_legend_says_what_marks_mean_and_no_more() -> None:
    plain = Graph("t", "", "", (Lane("0", 1, (Group("g", 1, (Card("a", ("m6i.large",)),)),)),))
    assert legend(plain) == ()
    assert "a pile" not in render(plain)
    cards = (Card("a", ("$Type",), ("stateful", "2 volumes kept", "signal in 5 min")), Card("b", number=3))
    marked = Graph("t", "", "", (Lane("0", 4, (Group("g", 4, cards),)),))
    assert [words for words, _ in legend(marked)] == ["stateful", "volumes kept", "signal", "a pile", "$Name"]
    for _, meaning in legend(marked):
        assert meaning in render(marked)


def test_a_legend_fits_its_picture() -> None:
    picture = render(Graph("t", "", "", (Lane("0", 3, (Group("g", 3, (Card("a", number=3),)),)),)))
    tree = ElementTree.fromstring(picture)
    wide, high = float(tree.get("width", 0)), float(tree.get("height", 0))
    last = list(tree.iter(f"{SVG}text"))[-1]
    assert float(last.get("y", 0)) < high
    assert float(last.get("x", 0)) + 120 < wide
