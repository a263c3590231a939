"""The server's own log on the stream of the access log: one JSON object a line, warnings and worse."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from time import monotonic
from typing import TextIO


class JsonLines(logging.Formatter):
    """Makes a record one line of JSON; a traceback is a member of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


REPEATS = "repeats"
"""What a record names (`extra`) that repeats another one in other words; without it, the words themselves count."""


class AtMostOnceASecond(logging.Filter):
    """Lets a record pass once a second, and then with how often it was to be said meanwhile.

    `clock` gives seconds. Who can make a server say something must not fill its disk with that.
    """

    _KEPT = 1_000

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._now = clock
        self._lock = Lock()
        self._passed: dict[tuple[str, str], float] = {}
        self._unsaid: Counter[tuple[str, str]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is written."""
        key, seconds = (record.name, str(getattr(record, REPEATS, record.getMessage()))), self._now()
        with self._lock:
            if seconds < self._passed.get(key, seconds) + 1.0 and key in self._passed:
                self._unsaid[key] += 1
                return False
            if len(self._passed) >= self._KEPT:  # all of them were new within a second or so
                self._passed.clear()
                self._unsaid.clear()
            self._passed[key] = seconds
            unsaid = self._unsaid.pop(key, 0)
        if unsaid:
            record.msg, record.args = f"{record.getMessage()} (and {unsaid} times more before)", ()
        return True


def log_to(stream: TextIO) -> None:
    """Send warnings and errors of all libraries to a stream, as JSON lines; what repeats itself, once a second."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    handler.addFilter(AtMostOnceASecond(monotonic))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
