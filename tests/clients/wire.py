"""Calls of a JSON service of AWS without an SDK: signed by botocore, over one connection that is kept.

An SDK takes more of a processor for a call than the server does; where many call at once, this is what to call with.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.clients.serving import KEY_ID, REGION, SECRET

_SIGNER = SigV4Auth(Credentials(KEY_ID, SECRET), "sms", REGION)
SMS_TARGET = "AWSServerMigrationService_V2016_10_24"


class Answered(NamedTuple):
    """What came back: the HTTP status, and the members of the answer or of the error."""

    status: int
    body: dict[str, Any]

    @property
    def error(self) -> str:
        """The error's code, or "" where there is none."""
        return "" if self.status == 200 else str(self.body.get("__type", self.status))


class Wire:
    """One client, for one thread: a connection to `url`, and calls of the operations behind `target`."""

    def __init__(self, url: str, target: str = SMS_TARGET, signer: SigV4Auth = _SIGNER) -> None:
        self.url, self._target, self._signer = url, target, signer
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)

    def call(self, operation: str, /, **members: Any) -> Answered:
        """Call an operation; raises OSError or HTTPException where the connection is lost before the answer."""
        status, body = self.send(self.request(operation, members))
        return Answered(status, json.loads(body) if body else {})

    def request(self, operation: str, members: Mapping[str, Any]) -> AWSRequest:
        """Return the signed request of a call."""
        headers = {
            "X-Amz-Target": f"{self._target}.{operation}",
            "Content-Type": "application/x-amz-json-1.1",
        }
        request = AWSRequest("POST", self.url + "/", headers, data=json.dumps(members).encode())
        self._signer.add_auth(request)
        return request

    def send(self, request: AWSRequest) -> tuple[int, bytes]:
        """Send a signed request and give the status and the body of its answer."""
        try:
            self._connection.request("POST", "/", request.data, dict(request.headers.items()))
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise

    def close(self) -> None:
        """Hang up."""
        self._connection.close()
