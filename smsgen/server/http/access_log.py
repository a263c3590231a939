"""The access log: one JSON object a line for each request of the SMS API. No body, header or query: no secrets."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple, TextIO

from smsgen.server.http.answer import Answer

_LONGEST = 200


class Asked(NamedTuple):
    """What the log says of a request. `client`: its address; `size`: bytes of its body."""

    request_id: str
    client: str
    method: str
    path: str
    size: int


class AccessLog:
    """Writes the lines. `clock` gives seconds since the epoch. A log that cannot be written stops no request."""

    def __init__(self, stream: TextIO, clock: Callable[[], float]) -> None:
        self._stream = stream
        self._now = clock

    def write(self, asked: Asked, answer: Answer, seconds: float) -> None:
        """Say how a request was answered, and how long that took."""
        line = {
            "time": datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="milliseconds"),
            "requestId": asked.request_id,
            "client": asked.client,
            "accessKeyId": answer.key_id,
            "claimedKeyId": answer.claimed,
            "method": asked.method,
            "path": asked.path[:_LONGEST],
            "operation": answer.operation,
            "status": answer.status,
            "error": answer.error,
            "bytesIn": asked.size,
            "bytesOut": len(answer.body),
            "ms": round(seconds * 1000, 3),
        }
        try:
            self._stream.write(
                json.dumps({name: value for name, value in line.items() if value != ""}) + "\n"
            )
            self._stream.flush()
        except (OSError, ValueError):  # the reader has gone, or the stream is closed
            return
