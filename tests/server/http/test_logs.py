"""The server's own log is JSON, line by line."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from io import StringIO

import pytest

from smsgen.server.http.logs import JsonLines, log_to


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
