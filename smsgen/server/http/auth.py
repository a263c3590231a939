"""Whether a request is signed by a key that we know, and when (Signature Version 4). botocore's signer does the sums.

What is refused, and in which words, is what AWS's services of this protocol answer; all of them with status 400:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html. The Region of a signature is anybody's: there is
one store. A request that is sent again within five minutes of its signature is as good as before, as it is with AWS;
who reads along can send it, so that across a network TLS belongs around it.
"""

from __future__ import annotations

import hmac
import re
from calendar import timegm
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from time import gmtime, strftime
from typing import Any, NamedTuple

from botocore.auth import SigV4Auth

from smsgen.server.api.operations import SERVICE
from smsgen.server.api.protocol import Fault
from smsgen.server.http.credentials import Key, Keys

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW = 300
"""Seconds that the clocks of caller and server may be apart, and for which a signature is good."""

SIGNATURE_FAULTS = frozenset(
    ("IncompleteSignatureException", "InvalidSignatureException", "UnrecognizedClientException")
)
"""What is answered to a signature that does not hold."""

LONGEST_KEY_ID = 128
"""Characters of an access key id, at most (IAM API reference, AccessKey)."""

_STAMP = "%Y%m%dT%H%M%SZ"
_PARTS = ((0, 4), (4, 6), (6, 8), (9, 11), (11, 13), (13, 15))
_STAMP_LIKE = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_HOST = re.compile(r"(\[[^]]*\]|[^:]*)(?::\d*)?")
_CLAIM = re.compile(r"Credential=([^/,\s]*)")
_NEEDED = ("Credential", "Signature", "SignedHeaders")
_UNKNOWN = "The security token included in the request is invalid."
_DIFFERENT = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)


class Received(NamedTuple):
    """A request as it came. `headers`: by their names in lower case; `target`: path and query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class Signature(NamedTuple):
    """What the header Authorization says, and the time that goes with it."""

    key_id: str
    date: str
    region: str
    signed: tuple[str, ...]
    signature: str
    stamp: str


class Verifier:
    """Checks signatures. `clock` gives seconds since the epoch."""

    def __init__(self, keys: Keys, clock: Callable[[], float]) -> None:
        self._keys = keys
        self._now = clock

    def accept(self, keys: Keys) -> None:
        """Accept these keys from now on, and no others."""
        self._keys = keys

    def key(self, key_id: str) -> Key | None:
        """Return what belongs to an access key id; None where it is not accepted."""
        return self._keys.get(key_id)

    def admit(self, request: Received) -> None:
        """Raise Fault for a request whose headers say no signature, a key that is not known, or another time."""
        self._read(request)

    def check(self, request: Received) -> str:
        """Return the access key id that a request is signed with; raises Fault where it is not signed as it must be."""
        signature, key = self._read(request)
        if not _same(_calculated(request, signature, key), signature.signature):
            raise Fault("InvalidSignatureException", _DIFFERENT)
        return signature.key_id

    def _read(self, request: Received) -> tuple[Signature, Key]:
        """Return what a request says of its signature, and the key it must be made with."""
        signature = _read(request)
        key = self._keys.get(signature.key_id)
        if key is None or not _same(key.token, request.headers.get("x-amz-security-token", "")):
            raise Fault("UnrecognizedClientException", _UNKNOWN)
        self._check_time(signature.stamp)
        _check_signed(signature.signed, request.headers)
        return signature, key

    def _check_time(self, stamp: str) -> None:
        try:
            signed = timegm(tuple(int(stamp[at:end]) for at, end in _PARTS))
        except ValueError:
            raise _incomplete(_not_a_date(stamp)) from None
        current = int(self._now())
        if signed < current - SKEW:
            words = f"Signature expired: {stamp} is now earlier than {_stamp(current - SKEW)}"
            raise Fault("InvalidSignatureException", f"{words} ({_stamp(current)} - 5 min.)")
        if signed > current + SKEW:
            words = f"Signature not yet current: {stamp} is still later than {_stamp(current + SKEW)}"
            raise Fault("InvalidSignatureException", f"{words} ({_stamp(current)} + 5 min.)")


class Loopback:
    """Lets everybody in who is on this machine. The address that is listened on sees to that, but for pages in a
    browser that give their own name the address 127.0.0.1: those say their name in the header Host.
    """

    def key(self, key_id: str) -> Key | None:
        """Return None: no key is asked for."""
        return None

    def check(self, request: Received) -> str:
        """Return ""; raises Fault where the header Host is not this machine's."""
        self.admit(request)
        return ""

    def admit(self, request: Received) -> None:
        """Raise Fault where the header Host is not this machine's."""
        host = _HOST.fullmatch(request.headers.get("host", ""))
        if host is None or not is_loopback(host[1].strip("[]")):
            raise Fault(
                "MissingAuthenticationTokenException", "without keys, the header Host must say localhost"
            )


def claimed_key_id(request: Received) -> str:
    """Return the access key id that a request says it is signed with, fit for a log: short, and of visible ASCII."""
    claim = _CLAIM.search(request.headers.get("authorization", ""))
    return ascii(claim[1][:LONGEST_KEY_ID])[1:-1] if claim else ""


def is_loopback(host: str) -> bool:
    """Return whether a name or an address is this machine's own, and reached from nowhere else."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _read(request: Received) -> Signature:
    header = request.headers.get("authorization", "")
    if not header:
        raise Fault("MissingAuthenticationTokenException", "Missing Authentication Token")
    algorithm, _, rest = header.partition(" ")
    fields = dict(part.partition("=")[::2] for part in re.split(r"[,\s]+", rest))
    missing = [f"Authorization header requires '{one}' parameter." for one in _NEEDED if not fields.get(one)]
    stamp = request.headers.get("x-amz-date") or request.headers.get("date", "")
    if not stamp:
        missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if missing:
        raise _incomplete(" ".join(missing))
    if algorithm != ALGORITHM:
        raise _incomplete(f"Unsupported AWS 'algorithm': '{algorithm[:40]}'; sign with {ALGORITHM}")
    if not _STAMP_LIKE.fullmatch(stamp):
        raise _incomplete(_not_a_date(stamp))
    return _scoped(fields, stamp)


def _scoped(fields: Mapping[str, str], stamp: str) -> Signature:
    scope = fields["Credential"].split("/")
    if len(scope) != 5:
        raise _incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term"
        )
    key_id, date, region, service, term = scope
    from_date = f"'{date[:16]}' != '{stamp[:8]}', from '{stamp}'."
    for wrong, words in (
        (service != SERVICE, f"Credential should be scoped to correct service: '{SERVICE}'."),
        (term != "aws4_request", "Credential should be scoped with a valid terminator: 'aws4_request'."),
        (not region, "Credential should be scoped to a valid Region."),
        (
            date != stamp[:8],
            f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: {from_date}",
        ),
    ):
        if wrong:
            raise Fault("InvalidSignatureException", words)
    signed = tuple(fields["SignedHeaders"].lower().split(";"))
    return Signature(key_id, date, region, signed, fields["Signature"], stamp)


_DATE = ("x-amz-date", "date")
_MUST = {
    "host": "'Host' or ':authority'",
    "x-amz-target": "'X-Amz-Target'",
    "x-amz-security-token": "'X-Amz-Security-Token'",
}
"""Header -> what AWS calls it. Where it is there it must be signed: who changes it would make another request of it."""


def _check_signed(signed: tuple[str, ...], headers: Mapping[str, str]) -> None:
    if not all(name in headers for name in signed):
        raise Fault("InvalidSignatureException", _DIFFERENT)
    date = next(name for name in _DATE if headers.get(name))
    for name, called in {**_MUST, date: f"'{date.title()}'"}.items():
        if name not in signed and (name in headers or name == "host"):
            raise Fault(
                "InvalidSignatureException", f"{called} must be a 'SignedHeader' in the AWS Authorization."
            )


class _Signer(SigV4Auth):  # type: ignore[misc] # botocore ships no types
    """The signer, for the headers that the caller has signed and no others (it would leave User-Agent out)."""

    def headers_to_sign(self, request: Any) -> Any:
        return request.signed


class _Headers(dict[str, str]):
    """Headers as botocore's signer asks for them."""

    def get_all(self, name: str) -> list[str]:
        return [self[name]]


class _ToSign:
    """A request as botocore's signer asks for it. It has no headers but the signed ones: else the signer would believe
    what X-Amz-Content-SHA256 says of the body, and not look.
    """

    params: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}

    def __init__(self, request: Received, claim: Signature) -> None:
        self.method = request.method
        self.url = f"http://host{request.target}"  # http: over https, the signer may leave the body out
        self.body = request.body
        self.context = {"timestamp": claim.stamp}
        self.signed = _Headers(
            {name: request.headers[name] for name in claim.signed if name in request.headers}
        )


def _calculated(request: Received, claim: Signature, key: Key) -> str:
    signer = _Signer(key, SERVICE, claim.region)
    to_sign = _ToSign(request, claim)
    text = signer.string_to_sign(to_sign, signer.canonical_request(to_sign))
    signature: str = signer.signature(text, to_sign)
    return signature


def _same(mine: str, theirs: str) -> bool:
    return hmac.compare_digest(mine.encode(), theirs.encode())


def _stamp(time: float) -> str:
    return strftime(_STAMP, gmtime(time))


def _not_a_date(stamp: str) -> str:
    return f"Date must be in ISO-8601 'basic format'. Got '{stamp[:40]}'. See http://en.wikipedia.org/wiki/ISO_8601"


def _incomplete(words: str) -> Fault:
    return Fault("IncompleteSignatureException", words)
