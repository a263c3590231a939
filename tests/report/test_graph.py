"""The launch order as data: lanes, groups, cards, gates; folded where there are too many."""

from collections.abc import Iterator

import pytest

from smsgen.report import graph as module
from smsgen.report.graph import Card, Graph, LaneGate, of_change_set, of_compiled
from tests.report.graphs import compiled, sample
from tests.report.scenarios import SCENARIOS, SECRET, change_set, instance


def cards(graph: Graph) -> Iterator[Card]:
    for lane in graph.lanes:
        for group in lane.groups:
            yield from group.cards


def many(numbers: list[tuple[int, str]]) -> Graph:
    """A picture of servers by (launch order, group)."""
    resources = {f"S{at}": instance(f"s{at}", order) for at, (order, _) in enumerate(numbers)}
    for at, (_, group) in enumerate(numbers):
        resources[f"S{at}"]["Metadata"]["smsgen"]["group"] = group
    return of_change_set(change_set(None, {"Resources": resources}), {})


def test_lanes_groups_and_servers_stand_in_launch_order() -> None:
    made = sample("three-tier")
    assert (made.title, made.subtitle) == ("shop", "12 servers in 4 launch orders, profile hardened")
    assert [lane.label for lane in made.lanes] == ["0", "1", "2", "3"]
    assert [group.name for lane in made.lanes for group in lane.groups] == ["database", "file", "web", "app"]
    assert [card.title for card in cards(made)][:4] == ["db01", "db02", "db03", "file01"]


def test_a_gate_says_which_barrier_it_is_and_when_it_opens() -> None:
    assert [lane.gate for lane in sample("three-tier").lanes] == [
        *(LaneGate(f"LaunchOrder{order}Complete", "when all 3 run") for order in range(3)),
        None,
    ]
    assert sample("windows").lanes[0].gate == LaneGate("LaunchOrder0Complete", "when it has signalled")
    assert sample("stateful").lanes[0].gate == LaneGate("LaunchOrder0Complete", "when it runs")


def test_without_barriers_servers_wait_for_servers() -> None:
    assert sample("three-tier", "sms").lanes[0].gate == LaneGate("", "when all 3 run")


def test_what_is_kept_and_what_signals_is_marked() -> None:
    ledger, _ = cards(sample("stateful"))
    assert ledger.marks == ("stateful", "2 volumes kept")
    assert next(cards(sample("windows"))).marks == ("Windows", "stateful", "signal in 30 min")


def test_a_picture_of_1200_servers_has_a_card_a_group() -> None:
    made = sample("large")
    assert made.subtitle == "1,200 servers in 12 launch orders, 12 nested stacks, profile hardened"
    assert [(card.number, card.title) for card in cards(made)] == [(100, "100 servers")] * 12
    assert next(cards(made)).lines == ("r6i.xlarge", "db00001 … db00100", "100 images")
    # The barriers are in the root, and the servers that wait for them in nested stacks.
    assert made.lanes[0].gate == LaneGate("LaunchOrder0Complete", "when all 100 run")


def test_folding_keeps_apart_what_is_not_alike() -> None:
    kinds = {f"S{at}": "replace" if at == 3 else "modify" if at > 15 else "unchanged" for at in range(20)}
    resources = {f"S{at}": instance(f"s{at}", 0) for at in range(20)}
    made = of_change_set(change_set(None, {"Resources": resources}), kinds)
    assert [(card.title, card.kind, card.target) for card in cards(made)] == [
        ("15 servers", "unchanged", ""),
        ("s3", "replace", "S3"),
        ("4 servers", "modify", ""),
    ]


@pytest.mark.parametrize(
    "numbers",
    [
        [(0, f"g{at}") for at in range(300)],
        [(at, "g") for at in range(300)],
        [(at % 30, f"g{at}") for at in range(300)],
        [(0, "g")] * 300,
    ],
    ids=["groups", "orders", "both", "servers"],
)
def test_no_number_of_servers_makes_a_picture_too_large(numbers: list[tuple[int, str]]) -> None:
    made = many(numbers)
    assert len(made.lanes) <= module.MOST_LANES
    assert all(len(lane.groups) <= module.MOST_GROUPS for lane in made.lanes)
    assert sum(card.number for card in cards(made)) == sum(lane.number for lane in made.lanes) == 300


def test_the_rest_of_what_is_not_alike_is_counted() -> None:
    resources = {f"S{at}": instance(f"s{at}", 0, InstanceType=f"t{at}") for at in range(20)}
    made = of_change_set(change_set(None, {"Resources": resources}), {})
    assert [card.title for card in cards(made)][-2:] == ["s10", "9 more servers"]


def test_names_are_sorted_as_people_count() -> None:
    made = many([(0, "g")] * 11)
    assert [card.title for card in cards(made)] == [f"s{at}" for at in range(11)]


def test_a_change_set_draws_both_sides() -> None:
    made = of_change_set(SCENARIOS["replaced"](), {"Db01": "replace", "Old": "remove", "Web01": "modify"})
    assert [(card.title, card.kind) for card in cards(made)] == [
        ("db01", "replace"),
        ("old", "remove"),
        ("web01", "modify"),
    ]


def test_what_smsgen_did_not_compile_is_not_drawn() -> None:
    assert of_change_set(SCENARIOS["widened"](), {}).lanes == ()


def test_secrets_are_masked() -> None:
    resources = {"Web": instance(f"name password={SECRET}", 0, ImageId=f"token={SECRET}")}
    made = change_set(None, {"Resources": resources})
    from smsgen.changes.masking import mask_of

    assert SECRET in str(of_change_set(made, {}))
    assert SECRET not in str(of_change_set(made, {}, mask_of(made)))


def test_the_picture_is_said_in_words() -> None:
    assert sample("windows").description == (
        "3 servers in 2 launch orders. Launch order 0: directory (DC01 Windows stateful signal in 30 min). "
        "Then, when it has signalled: Launch order 1: web (PAYWEB01 Windows signal in 30 min, "
        "PAYWEB02 Windows signal in 30 min)."
    )


def test_the_same_application_is_the_same_picture() -> None:
    assert of_compiled(compiled("three-tier")) == of_compiled(compiled("three-tier"))
