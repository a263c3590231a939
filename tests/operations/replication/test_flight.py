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


def test_hours_keep_to_the_wall_clock_over_the_changes_of_summer_time() -> None:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    berlin = ZoneInfo("Europe/Berlin")

    def opens(hours: str, *at: int) -> str:
        now = datetime(*at, tzinfo=berlin).timestamp()
        open_at = Hours.parse(hours, "Europe/Berlin").opens(now)
        return "" if open_at == now else datetime.fromtimestamp(open_at, berlin).isoformat(timespec="minutes")

    assert opens("22:00-06:00", 2027, 3, 28, 1, 30) == ""  # the night in which 2:00 becomes 3:00
    assert opens("22:00-06:00", 2027, 3, 28, 5, 59) == ""
    assert opens("22:00-06:00", 2027, 3, 28, 6, 0) == "2027-03-28T22:00+02:00"
    assert opens("02:30-05:00", 2027, 3, 28, 0, 0) == "2027-03-28T03:30+02:00"  # 2:30 is not there
    assert opens("22:00-06:00", 2027, 10, 31, 12, 0) == "2027-10-31T22:00+01:00"  # 3:00 was 2:00 again
    # Hours that are not there in that night at all open in the next one.
    first = Hours.parse("02:15-02:45", "Europe/Berlin").opens(
        datetime(2027, 3, 28, 0, 0, tzinfo=berlin).timestamp()
    )
    assert opens("02:15-02:45", *datetime.fromtimestamp(first, berlin).timetuple()[:5]) == (
        "2027-03-29T02:15+02:00"
    )


@pytest.mark.parametrize("hours", ["22:00-22:00", "00:00-00:00"])
def test_hours_that_end_when_they_begin_are_all_day_so_that_none_never_open(hours: str) -> None:
    assert all(Hours.parse(hours).opens(NOON + hour * 3600) == NOON + hour * 3600 for hour in range(24))
