"""The access log says what was asked, and stops nothing."""

from __future__ import annotations

import json
from io import StringIO

from smsgen.server.http.access_log import AccessLog, Asked
from smsgen.server.http.answer import Answer

ASKED = Asked("r-1", "10.1.2.3", "POST", "/" + "a" * 1000, 5)


def test_a_line_is_json_whatever_the_request_said() -> None:
    stream = StringIO()
    odd = ASKED._replace(path='/"\n\x1b[31m')
    AccessLog(stream, lambda: 0.0).write(odd, Answer(400, b"", error="X"), 0.0015)
    (line,) = stream.getvalue().splitlines()
    said = json.loads(line)
    assert (said["path"], said["ms"], said["time"]) == (odd.path, 1.5, "1970-01-01T00:00:00.000+00:00")


def test_a_line_is_short() -> None:
    stream = StringIO()
    AccessLog(stream, lambda: 0.0).write(ASKED, Answer(200, b""), 1.0)
    assert len(stream.getvalue()) < 500


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    stream = StringIO()
    stream.close()
    AccessLog(stream, lambda: 0.0).write(ASKED, Answer(200, b""), 1.0)
