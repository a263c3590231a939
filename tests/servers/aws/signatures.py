"""Signature Version 4, checked for keys of which the secret is known: a client that signs by itself has to do it right.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. PutSnapshotBlock's data is
not part of it, its checksum is: https://docs.aws.amazon.com/ebs/latest/userguide/ebsapis-using-checksums.html.
"""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.message import Message
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote

from tests.servers.aws.refusals import Refusal

SECRETS = {"AKIAIOSFODNN7EXAMPLE": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
"""The key of AWS's documentation, which tests use. Whoever has another key need not sign."""

SKEW_SECONDS = 300
_FIELDS = re.compile(r"(Credential|SignedHeaders|Signature)=([^,\s]+)")
_UNSIGNED = "UNSIGNED-PAYLOAD"


class Signed(NamedTuple):
    """A request as it came; `target` is its path and query, as they were sent."""

    method: str
    target: str
    headers: Mapping[str, str] | Message
    body: bytes | bytearray


def check(request: Signed, secret: str) -> None:
    """Raise Refusal for a signature that is wrong, old, or leaves out what has to be signed."""
    fields = dict(_FIELDS.findall(request.headers["Authorization"] or ""))
    _, date, region, service, _ = fields["Credential"].split("/")
    signed = fields.get("SignedHeaders", "").split(";")
    _check_time(request.headers.get("X-Amz-Date") or "")
    unsigned = [
        name.lower()
        for name in request.headers
        if name.lower().startswith("x-amz-") and name.lower() not in signed
    ]
    if unsigned or "host" not in signed:
        raise _refusal(f"These headers have to be signed: {', '.join(unsigned or ['host'])}")
    key = _signing_key(secret, date, region, service)
    for text in _texts(request, signed, f"{date}/{region}/{service}/aws4_request"):
        if hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), fields.get("Signature", "")):
            return
    raise _refusal(
        "The request signature we calculated does not match the signature you provided. "
        "Check your AWS Secret Access Key and signing method."
    )


def _refusal(message: str) -> Refusal:
    return Refusal("InvalidSignatureException", message)


def _check_time(text: str) -> None:
    try:
        at = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise _refusal("Date is missing or invalid: X-Amz-Date") from None
    if abs(time.time() - at) > SKEW_SECONDS:  # the machine's time, wherever the stand-in's clock was moved
        raise _refusal(f"Signature expired: {text} is too far from the service's time.")


def _texts(request: Signed, signed: list[str], scope: str) -> Iterator[str]:
    """Yield what may have been signed: with the data's hash and without."""
    path, _, query = request.target.partition("?")
    pairs = sorted(part.partition("=")[::2] for part in query.split("&") if part)
    lines = [
        request.method,
        quote(path, safe="/~"),
        "&".join(f"{name}={value}" for name, value in pairs),
        *(f"{name}:{' '.join((request.headers.get(name) or '').split())}" for name in signed),
        "",
        ";".join(signed),
    ]
    declared = request.headers.get("X-Amz-Content-SHA256")
    hashes = iter([declared]) if declared else _hashes(request)
    for payload in hashes:
        canonical = "\n".join([*lines, payload])
        digest = sha256(canonical.encode()).hexdigest()
        yield f"AWS4-HMAC-SHA256\n{request.headers.get('X-Amz-Date')}\n{scope}\n{digest}"


def _hashes(request: Signed) -> Iterator[str]:
    if request.method == "PUT":
        yield _UNSIGNED
    yield sha256(request.body).hexdigest()


@lru_cache(maxsize=16)
def _signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
