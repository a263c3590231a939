"""Who is let in: those who sign as AWS's clients do, with a key that is known, now."""

from __future__ import annotations

import re
from hashlib import sha256
from unittest.mock import patch

import pytest

from smsgen.server.api.protocol import CODES, Fault
from smsgen.server.http.auth import Loopback, Received, Verifier, is_loopback
from smsgen.server.http.credentials import Key
from tests.server.http.signing import KEY_ID, NOW, SECRET, changed, signed

KEYS = {KEY_ID: Key(SECRET), "ASIATEMPORARY": Key("other/secret", "session-token")}


@pytest.fixture
def verifier() -> Verifier:
    return Verifier(KEYS, lambda: NOW)


def refused(verifier: Verifier, request: Received) -> tuple[str, str]:
    with pytest.raises(Fault) as caught:
        verifier.check(request)
    assert CODES[caught.value.code] == 400
    assert SECRET not in caught.value.message
    return caught.value.code, caught.value.message


@pytest.mark.parametrize(
    "request_",
    [
        signed(),
        signed("CreateApp", '{"name": "ü"}'.encode()),
        signed(region="eu-central-1"),
        signed(path="/some/path?b=2&a=1"),
        signed(at=NOW - 300),
        signed(at=NOW + 300),
        signed(body=b""),
        signed(body=b"x" * 1_000_000),
        signed(**{"X-Amz-Meta": "  two   spaces "}),
        signed(**{"amz-sdk-invocation-id": "a", "amz-sdk-request": "attempt=1"}),
    ],
)
def test_what_botocore_signs_is_let_in(verifier: Verifier, request_: Received) -> None:
    assert verifier.check(request_) == KEY_ID


def test_temporary_credentials_come_with_their_token(verifier: Verifier) -> None:
    made = {"key_id": "ASIATEMPORARY", "secret": "other/secret"}
    assert verifier.check(signed(**made, token="session-token")) == "ASIATEMPORARY"
    for wrong in (signed(**made), signed(**made, token="another")):
        assert refused(verifier, wrong)[0] == "UnrecognizedClientException"


def test_a_key_without_a_token_comes_without_one(verifier: Verifier) -> None:
    assert refused(verifier, signed(token="session-token"))[0] == "UnrecognizedClientException"


def test_what_is_not_signed_may_change_on_the_way(verifier: Verifier) -> None:
    assert verifier.check(changed(signed(), user_agent="another", x_forwarded_for="10.0.0.1")) == KEY_ID


def test_headers_may_be_signed_that_botocore_does_not_sign(verifier: Verifier) -> None:
    """The SDK for Java signs User-Agent."""
    with patch("botocore.auth.SIGNED_HEADERS_BLACKLIST", []):
        request = signed()
    assert "user-agent" in request.headers["authorization"]
    assert verifier.check(request) == KEY_ID
    assert refused(verifier, changed(request, user_agent="another"))[0] == "InvalidSignatureException"


UNKNOWN_KEY = "The security token included in the request is invalid."
DIFFERENT = "The request signature we calculated does not match"


@pytest.mark.parametrize(
    ("request_", "code", "words"),
    [
        (
            changed(signed(), authorization=None),
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ),
        (changed(signed(), authorization=""), "MissingAuthenticationTokenException", ""),
        (
            changed(signed(), authorization="X", x_amz_date=None),
            "IncompleteSignatureException",
            (
                "Authorization header requires 'Credential' parameter. "
                "Authorization header requires 'Signature' parameter. "
                "Authorization header requires 'SignedHeaders' parameter. "
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
            ),
        ),
        (
            changed(signed(), authorization="Basic dXNlcjpwYXNz"),
            "IncompleteSignatureException",
            "'Credential' parameter",
        ),
        (
            changed(signed(), x_amz_date="Mon, 26 Nov 2018 12:00:00 GMT"),
            "IncompleteSignatureException",
            "Date must be in ISO-8601 'basic format'",
        ),
        (changed(signed(), x_amz_date="20181326T120000Z"), "InvalidSignatureException", "Date in Credential"),
        (changed(signed(), x_amz_date="20181126T110000Z"), "InvalidSignatureException", "Signature expired"),
        (signed(service="s3"), "InvalidSignatureException", "scoped to correct service: 'sms'"),
        (signed(region=""), "InvalidSignatureException", "valid Region"),
        (signed(key_id="AKIAUNKNOWN"), "UnrecognizedClientException", UNKNOWN_KEY),
        (signed(key_id="A/B"), "IncompleteSignatureException", "exactly 5 slash-delimited elements"),
        (signed(secret="wrong"), "InvalidSignatureException", DIFFERENT),
        (signed()._replace(body=b'{"x": 1}'), "InvalidSignatureException", DIFFERENT),
        (signed()._replace(method="PUT"), "InvalidSignatureException", DIFFERENT),
        (signed()._replace(target="/other"), "InvalidSignatureException", DIFFERENT),
        (signed()._replace(target="/?a=b"), "InvalidSignatureException", DIFFERENT),
        (changed(signed(), host="another:1"), "InvalidSignatureException", DIFFERENT),
        (
            changed(signed(), x_amz_target="AWSServerMigrationService_V2016_10_24.DeleteApp"),
            "InvalidSignatureException",
            DIFFERENT,
        ),
        (changed(signed(), x_amz_date="20181126T120001Z"), "InvalidSignatureException", DIFFERENT),
        (
            signed(at=NOW - 301),
            "InvalidSignatureException",
            "Signature expired: 20181126T115459Z is now earlier than 20181126T115500Z (20181126T120000Z - 5 min.)",
        ),
        (
            signed(at=NOW + 301),
            "InvalidSignatureException",
            (
                "Signature not yet current: 20181126T120501Z is still later than 20181126T120500Z "
                "(20181126T120000Z + 5 min.)"
            ),
        ),
    ],
)
def test_what_is_not_signed_right_is_refused_in_their_words(
    verifier: Verifier, request_: Received, code: str, words: str
) -> None:
    told, said = refused(verifier, request_)
    assert told == code
    assert words in said


def without(request: Received, name: str) -> Received:
    """Return the request with a header that is sent, and left out of the signature."""
    said = re.sub(f"(SignedHeaders=.*?)(;{name}|{name};)", r"\1", request.headers["authorization"])
    assert said != request.headers["authorization"]
    return changed(request, authorization=said)


@pytest.mark.parametrize("name", ["host", "x-amz-target", "x-amz-date"])
def test_what_makes_the_request_must_be_signed(verifier: Verifier, name: str) -> None:
    code, said = refused(verifier, without(signed(), name))
    assert code == "InvalidSignatureException"
    assert "must be a 'SignedHeader' in the AWS Authorization." in said
    assert name in said.lower()


@pytest.mark.parametrize("claim", ["UNSIGNED-PAYLOAD", sha256(b"{}").hexdigest()])
def test_the_body_is_looked_at_whatever_the_headers_say_of_it(verifier: Verifier, claim: str) -> None:
    """botocore's signer would believe X-Amz-Content-SHA256; whoever changes a body leaves that as it is."""
    request = signed(**{"X-Amz-Content-SHA256": claim})
    tampered = request._replace(body=b'{"appIds": []}')
    assert refused(verifier, tampered)[0] == "InvalidSignatureException"


def test_a_request_can_be_sent_again_until_it_expires() -> None:
    request, now = signed(), [NOW]
    verifier = Verifier(KEYS, lambda: now[0])
    assert verifier.check(request) == verifier.check(request) == KEY_ID
    now[0] += 300
    assert verifier.check(request) == KEY_ID
    now[0] += 1
    assert refused(verifier, request)[0] == "InvalidSignatureException"


# --- Without keys ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8471", "localhost", "LOCALHOST:8471", "127.9.9.9", "[::1]:8471", "[::1]"]
)
def test_without_keys_this_machine_is_served(host: str) -> None:
    assert Loopback().check(Received("POST", "/", {"host": host}, b"")) == ""


@pytest.mark.parametrize(
    "host", ["", "evil.example:8471", "127.0.0.1.evil.example", "10.0.0.1:8471", "0.0.0.0"]
)
def test_a_page_in_a_browser_that_calls_itself_this_machine_is_not(host: str) -> None:
    with pytest.raises(Fault, match="localhost"):
        Loopback().check(Received("POST", "/", {"host": host}, b""))


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("db", False),
    ],
)
def test_loopback_addresses(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
