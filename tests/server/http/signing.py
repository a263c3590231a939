"""Signed requests, made as botocore makes them."""

from __future__ import annotations

from calendar import timegm
from datetime import UTC, datetime
from unittest.mock import patch

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from smsgen.server.api.operations import TARGET
from smsgen.server.api.protocol import CONTENT_TYPE
from smsgen.server.http.auth import Received

NOW = float(timegm((2018, 11, 26, 12, 0, 0)))
KEY_ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def signed(
    operation: str = "ListApps",
    body: bytes = b"{}",
    *,
    at: float = NOW,
    key_id: str = KEY_ID,
    secret: str = SECRET,
    token: str | None = None,
    service: str = "sms",
    region: str = "us-east-1",
    path: str = "/",
    host: str = "127.0.0.1:8471",
    **headers: str,
) -> Received:
    """Return a request as a client of AWS sends it."""
    said = {
        "Host": host,
        "X-Amz-Target": f"{TARGET}.{operation}",
        "Content-Type": CONTENT_TYPE,
        "User-Agent": "Boto3/1.9.57",
        **headers,
    }
    request = AWSRequest("POST", f"http://{host}{path}", headers=said, data=body)
    when = datetime.fromtimestamp(at, UTC)
    with patch("botocore.auth.get_current_datetime", lambda remove_tzinfo=True: when.replace(tzinfo=None)):
        SigV4Auth(Credentials(key_id, secret, token), service, region).add_auth(request)
    return Received("POST", path, {name.lower(): value for name, value in request.headers.items()}, body)


def changed(request: Received, **headers: str | None) -> Received:
    """Return the request with other headers (`_` for `-`), or without those that are None."""
    made = {**request.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return request._replace(headers={name: value for name, value in made.items() if value is not None})
