"""Texts in a picture: cleaned, measured, cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsgen.report.graph.text import clean, elide, elide_name, width


@given(st.text(max_size=60), st.floats(20, 300), st.booleans())
def test_a_text_is_no_wider_than_its_room(text: str, room: float, mono: bool) -> None:
    shown = elide(text, room, 11, mono=mono)
    assert width(shown, 11, mono=mono) <= room
    assert shown == clean(text) or shown.endswith("…")


@given(st.text(max_size=60), st.floats(20, 300), st.booleans())
def test_a_name_is_no_wider_than_its_room(text: str, room: float, mono: bool) -> None:
    assert width(elide_name(text, room, 11, mono=mono), 11, mono=mono) <= room


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("db01", "db01"),
        ("db01.corp.example.internal.example.org", "db01…"),
        ("prod-zurich-datacenter-database-01", "prod-zuri…base-01"),
        ("prod-zurich-datacenter-database-02.example.org", "prod-zuri…base-02"),
        (".", "."),
    ],
)
def test_names_that_differ_at_their_ends_stay_different(name: str, shown: str) -> None:
    assert elide_name(name, 158, 13, bold=True) == shown


def test_a_text_that_fits_is_not_cut() -> None:
    assert elide("db01", 100, 13) == "db01"
    assert elide("ami-0123456789abcdef0", 158, 11, mono=True) == "ami-0123456789abcdef0"


def test_cutting_the_longest_text_takes_no_time() -> None:
    assert len(elide("x" * 10_000_000, 100, 11)) < 20


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\x00\x1b[1mb", "a [1mb"), ("\u202eabc", "abc"), ("a\n\t b", "a b"), ("a\ufffeb", "a b"), ("é", "é")],
)
def test_what_no_picture_may_hold_is_taken_out(text: str, shown: str) -> None:
    assert clean(text) == shown


# DejaVu Sans, which is the widest of the fonts that systems draw their interfaces in: width in 1/2048 of its size.
DEJAVU = {"m": 1995, "W": 2025, "i": 569, "a": 1255, "0": 1303, "G": 1587, "-": 739, "@": 2048, " ": 651}


@pytest.mark.parametrize(("letter", "units"), DEJAVU.items())
def test_a_width_is_an_upper_bound(letter: str, units: int) -> None:
    assert width(letter, 2048) >= units


def test_wide_letters_are_wider_and_combining_ones_take_no_room() -> None:
    assert width("日本", 10) > width("ab", 10)
    assert width("e\u0301", 10) == width("e", 10)
