"""How many at once, how fast, and at which hours."""

import threading
from contextlib import ExitStack

import pytest

from smsgen.errors import SmsgenError
from smsgen.operations.replication.flight import Flight, Hours
from tests.operations.replication.fakes import StillClock

NOON = 1_800_014_400.0  # 2027-01-15 12:00 UTC, a Friday


def test_a_flight_shrinks_once_for_all_that_were_throttled_together_and_grows_again() -> None:
    flight = Flight(30)
    with ExitStack() as slots:
        for _ in range(3):
            slots.enter_context(flight.slot())
        for _ in range(3):
            flight.throttled()
        assert flight.window == 20
    for _ in range(500):
        with flight.slot():
            pass
    assert flight.window == 30
    for _ in range(100):
        flight.throttled()
    assert flight.window == 1
    with flight.slot():
        pass


def test_a_slot_is_waited_for() -> None:
    flight, order = Flight(1), []

    def other() -> None:
        with flight.slot():
            order.append("second")

    with flight.slot():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(0.05)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


@pytest.mark.parametrize(
    ("hours", "now", "opens"),
    [
        ("22:00-06:00", NOON, NOON + 10 * 3600),
        ("22:00-06:00", NOON + 11 * 3600, NOON + 11 * 3600),
        ("22:00-06:00", NOON + 17 * 3600, NOON + 17 * 3600),
        ("22:00-06:00", NOON + 18 * 3600, NOON + 34 * 3600),
        ("08:00-17:00", NOON, NOON),
        ("08:00-17:00", NOON + 5 * 3600, NOON + 20 * 3600),
        ("08:00-17:00", NOON - 6 * 3600, NOON - 4 * 3600),
        ("00:00-00:00", NOON, NOON),
    ],
)
def test_hours_open_when_they_say(hours: str, now: float, opens: float) -> None:
    assert Hours.parse(hours).opens(now) == opens


def test_hours_are_those_of_their_time_zone_in_summer_too() -> None:
    july = 1_815_652_800.0  # 2027-07-15 12:00 UTC, 14:00 in Berlin
    assert Hours.parse("14:00-15:00", "Europe/Berlin").opens(july) == july
    assert Hours.parse("15:00-16:00", "Europe/Berlin").opens(july) == july + 3600


@pytest.mark.parametrize("text", ["", "22:00", "25:00-26:00", "a-b", "1-2-3"])
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(SmsgenError, match="no hours"):
        Hours.parse(text)
    with pytest.raises(SmsgenError, match="no hours"):
        Hours.parse("22:00-06:00", "Nowhere/None")


def test_the_double_of_the_clock_keeps_time() -> None:
    clock = StillClock(10.0)
    clock.sleep(2)
    assert (clock.now(), clock.slept) == (12.0, 2.0)
