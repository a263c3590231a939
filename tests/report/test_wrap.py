"""Lines within a terminal's width: nothing is lost, words stay whole, and what goes on is indented."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.report import text
from smsgen.report.wrap import Span, columns, wrapped
from tests.report.scenarios import SCENARIOS
from tests.report.test_alike import tagged

TEXTS = st.text("ab 漢é-", max_size=200)
PARTS = st.lists(st.builds(Span, TEXTS, st.sampled_from(["", "1", "31"])), max_size=5).map(tuple)


def flat(parts: tuple[Span, ...]) -> str:
    return "".join(part.text for part in parts)


@given(PARTS, st.integers(40, 120), st.integers(0, 12))
def test_no_line_is_too_wide_and_no_letter_is_lost(parts: tuple[Span, ...], width: int, hang: int) -> None:
    lines = list(wrapped(parts, width, hang))
    assert all(columns(flat(line)) <= width for line in lines) or not flat(parts).strip()
    assert "".join(map(flat, lines)).replace(" ", "") == flat(parts).replace(" ", "")
    assert all(flat(line).startswith(" " * hang) for line in lines[1:])


@given(PARTS)
def test_without_a_width_a_line_is_left_alone(parts: tuple[Span, ...]) -> None:
    assert list(wrapped(parts, 0, 4)) == [parts]


@pytest.mark.parametrize("width", [80, 60, 120])
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_report_fits_a_terminal_and_breaks_no_word(name: str, width: int) -> None:
    made = SCENARIOS[name]()
    narrow, wide = text.render(made, width=width), text.render(made)
    assert max(map(columns, narrow.splitlines())) <= width
    assert narrow.split() == wide.split()
    coloured = text.render(made, width=width, colour=True)
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == narrow


def test_many_names_hang_below_their_launch_order() -> None:
    lines = text.render(tagged(60), width=80).splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("      launch order 0: "))
    assert lines[first + 1].startswith("        Web")
    assert max(map(len, lines)) <= 80


def test_a_wide_letter_takes_two_columns() -> None:
    assert (columns("漢字"), columns("e\u0301"), columns("abc")) == (4, 1, 3)
