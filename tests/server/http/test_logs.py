"""The server's own log is JSON, line by line."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from io import StringIO

import pytest

from smsgen.server.http.logs import REPEATS, AtMostOnceASecond, JsonLines, log_to


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, as it was before afterwards."""
    made = logging.getLogger()
    handlers, level = made.handlers[:], made.level
    yield made
    made.handlers[:], made.level = handlers, level


def test_a_record_is_one_line_with_its_traceback() -> None:
    try:
        raise ValueError("boom\nboom")
    except ValueError:
        record = logging.LogRecord("smsgen.x", logging.ERROR, "", 1, "it %s", ("broke",), sys.exc_info())
    made = JsonLines().format(record)
    assert "\n" not in made
    line = json.loads(made)
    assert (line["level"], line["message"], line["logger"]) == ("ERROR", "it broke", "smsgen.x")
    assert "ValueError: boom" in line["traceback"]


def test_warnings_of_all_libraries_are_logged_and_chatter_is_not(root: logging.Logger) -> None:
    stream = StringIO()
    log_to(stream)
    logging.getLogger("uvicorn.error").warning("careful")
    logging.getLogger("botocore.auth").debug("a signature")
    logging.getLogger("uvicorn.error").info("hello")
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["careful"]


def test_what_repeats_itself_is_said_once_a_second_and_how_often_it_was() -> None:
    now = [100.0]
    sparing = AtMostOnceASecond(lambda: now[0])

    def said(text: str, *arguments: object, **more: str) -> str:
        record = logging.LogRecord("smsgen.x", logging.WARNING, "", 1, text, arguments, None)
        record.__dict__.update(more)
        return record.getMessage() if sparing.filter(record) else ""

    assert said("no room") == "no room"
    assert [said("no room") for _ in range(5)] == [""] * 5
    assert said("something else") == "something else"
    now[0] += 1.5
    assert said("no room") == "no room (and 5 times more before)"
    now[0] += 1.5
    assert said("no room") == "no room"
    # Who chooses the words cannot choose how often they are said.
    assert [said("key %s", number, **{REPEATS: "key"}) for number in range(3)] == ["key 0", "", ""]
    assert [said("request %s", number) for number in range(3)] == [f"request {one}" for one in range(3)]


def test_what_is_kept_of_the_log_is_bounded() -> None:
    sparing = AtMostOnceASecond(lambda: 1.0)
    for number in range(5_000):
        record = logging.LogRecord("x", logging.WARNING, "", 1, "%s", (number,), None)
        assert sparing.filter(record)
    assert len(sparing._passed) <= 1_000
