"""The view of a running operation: what is over is one line, what is under way is in sight on any terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.cli import terminal
from smsgen.cli.progress import PENDING, counted_done, elapsed_words, progress_lines, settled_states
from smsgen.operations.stacks.request import Place
from tests.cli.test_terminal import DONE, STACK, Tty, tty

__all__ = ["tty"]


def placed(*sizes: int) -> dict[str, Place]:
    """Servers by launch order: so many of each."""
    return {
        f"S{order}x{number:03}": Place(order, f"group{order}", f"server{order}-{number:03}")
        for order, size in enumerate(sizes)
        for number in range(size)
    }


def shown(places: dict[str, Place], states: dict[str, str], height: int = 40) -> list[str]:
    return [line.text for line in progress_lines(places, states, height=height)]


def test_orders_that_are_over_or_have_not_begun_are_a_line_each() -> None:
    places = placed(3, 2, 4)
    states = {name: "CREATE_COMPLETE" for name, place in places.items() if place.order == 0}
    states |= {"S1x000": "CREATE_IN_PROGRESS"}
    assert shown(places, states) == [
        "launch order 0  group0  3 servers  complete",
        "launch order 1  0/2",
        "  CREATE_IN_PROGRESS    group1  S1x000  (server1-000)",
        "  pending               group1  S1x001  (server1-001)",
        "launch order 2  group2  4 servers  pending",
    ]
    assert counted_done(places, states) == "3/9"


def test_where_not_all_fit_the_urgent_ones_do() -> None:
    places = placed(300)
    states = dict.fromkeys(list(places)[:200], "CREATE_COMPLETE")
    states |= {"S0x250": "CREATE_FAILED", "S0x260": "CREATE_IN_PROGRESS"}
    lines = shown(places, states, height=6)
    assert len(lines) == 6
    assert lines[0] == "launch order 0  200/300"
    assert any("S0x250" in line and "CREATE_FAILED" in line for line in lines)
    assert any("S0x260" in line and "CREATE_IN_PROGRESS" in line for line in lines)
    assert lines[-1] == "  … and 96 pending, 200 complete"


STATES = st.sampled_from(["", "CREATE_IN_PROGRESS", "CREATE_COMPLETE", "CREATE_FAILED", "DELETE_IN_PROGRESS"])


@given(st.lists(st.integers(1, 12), max_size=30), st.data(), st.integers(1, 50))
def test_it_fits_any_terminal(sizes: list[int], data: st.DataObject, height: int) -> None:
    places = placed(*sizes)
    states = {name: state for name in places if (state := data.draw(STATES))}
    lines = progress_lines(places, states, height=height)
    assert len(lines) <= height
    if sum(sizes) + len(sizes) <= height:
        text = "\n".join(line.text for line in lines)
        assert all(name in text for name, state in states.items() if state.endswith(("PROGRESS", "FAILED")))


def test_what_is_pending_is_marked() -> None:
    (line,) = progress_lines(placed(2), {}, height=5)
    assert line.state == PENDING
    assert line.text.endswith("pending")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (42.9, "42 s"), (200, "3 min 20 s"), (3900, "1 h 05 min")]
)
def test_elapsed_time_in_words(seconds: float, words: str) -> None:
    assert elapsed_words(seconds) == words


@pytest.mark.parametrize("lines", ["10", "24", "60"])
def test_the_last_event_and_what_runs_are_on_the_screen_whatever_its_height(
    tty: Tty, monkeypatch: pytest.MonkeyPatch, lines: str
) -> None:
    monkeypatch.setenv("LINES", lines)
    places = placed(20, 20, 20)
    view = terminal.live_view(STACK, places)
    for number, (name, place) in enumerate(places.items()):
        state = "CREATE_COMPLETE" if place.order == 0 else "CREATE_IN_PROGRESS" if place.order == 1 else ""
        if state:
            view.event(DONE._replace(event_id=str(number), logical_id=name, status=state))
    tty.truncate(0)
    tty.seek(0)
    view.pulse(STACK)
    picture = tty.getvalue()
    view.close()
    assert picture.count("\n") < int(lines)
    assert "20/60" in picture
    assert "launch order 0  group0  20 servers  complete" in picture
    assert "CREATE_IN_PROGRESS    group1" in picture
    assert "launch order 2  group2  20 servers  pending" in picture
    assert "S1x019 (launch order 1)" in picture


def test_what_an_update_never_touched_is_not_pending_in_the_end() -> None:
    places, states = placed(2), {"S0x000": "UPDATE_COMPLETE"}
    assert counted_done(places, settled_states(places, states, "UPDATE_IN_PROGRESS")) == "1/2"
    assert counted_done(places, settled_states(places, states, "UPDATE_COMPLETE")) == "2/2"
    assert counted_done(places, settled_states(places, states, "UPDATE_ROLLBACK_COMPLETE")) == "1/2"
    assert counted_done(places, settled_states(places, {}, "CREATE_COMPLETE")) == "0/2"
