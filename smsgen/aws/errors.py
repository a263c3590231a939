"""What boto3 raises -> one sentence for the user, with AWS's request id. Every adapter calls AWS inside
`service_errors`.

Errors are told apart by AWS's error code, or by the name of botocore's exception class, so that this file
needs neither. Nothing that could be secret leaves here: query strings of URLs (a presigned URL is a
credential), access keys, encoded authorization messages, and whatever values the caller names.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from smsgen.aws.iam.actions import action_of
from smsgen.changes.model import MASK
from smsgen.errors import Refusal, ServiceError, refusal_of

_MAX_SAID = 500


class _Said(NamedTuple):
    sentence: str
    hint: str = ""
    quote: bool = False
    """Whether AWS's own words follow."""


_EXPIRED = _Said(
    "the AWS credentials have expired",
    "get new ones (`aws sso login`, say) and run the same command again: it goes on where it stopped",
)
_UNKNOWN_KEY = _Said("AWS does not know these credentials", "check --profile and the AWS_* variables")
_CLOCK = _Said(
    "AWS refused the request's time",
    "set this machine's clock (for example `timedatectl set-ntp true`), then try again",
)
_SIGNATURE = _Said(
    "AWS refused the request's signature",
    "the secret key is not the access key's, or this machine's clock is wrong",
)
_THROTTLED = _Said(
    "AWS still throttles the call after every retry", "wait a minute and run the same command again"
)
_DOWN = _Said(
    "AWS answered with an error of its own after every retry", "run the same command again in a minute"
)
_BROKEN = _Said("the connection to AWS broke, also after every retry", "check the network, then run it again")
_GARBLED = _Said(
    "AWS's answer arrived incomplete or garbled",
    "a proxy in between may cut answers; run the same command again",
)
_CODES = {
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "RequestExpired": _EXPIRED,
    "TokenRefreshRequired": _EXPIRED,
    "InvalidClientTokenId": _UNKNOWN_KEY,
    "UnrecognizedClientException": _UNKNOWN_KEY,
    "InvalidAccessKeyId": _UNKNOWN_KEY,
    "InvalidToken": _UNKNOWN_KEY,
    "AuthFailure": _UNKNOWN_KEY,
    "RequestTimeTooSkewed": _CLOCK,
    "RequestInTheFuture": _CLOCK,
    "SignatureDoesNotMatch": _SIGNATURE,
    "InvalidSignatureException": _SIGNATURE,
    # A HEAD request's answer has no body to say more.
    "400": _Said("AWS refused the call without a reason", "expired credentials do that: get new ones"),
    "OptInRequired": _Said(
        "this account has not enabled the service or Region", "enable it in the account settings"
    ),
}
_PERFORM = re.compile(r"not authorized to perform:? ([\w-]+:\w+)")

_CLASSES = {
    "NoCredentialsError": _Said(
        "no AWS credentials were found", "`aws configure sso`, give --profile, or set the AWS_* variables"
    ),
    "PartialCredentialsError": _Said(
        "the AWS credentials are incomplete", "set both the key id and the secret key"
    ),
    "NoRegionError": _Said("no AWS Region is set", "give --region, or set AWS_REGION"),
    "InvalidRegionError": _Said(
        "that is not the name of an AWS Region", "give one such as eu-central-1", quote=True
    ),
    "ProfileNotFound": _Said(
        "that AWS profile is not configured", "`aws configure list-profiles` shows them", quote=True
    ),
    "ConfigParseError": _Said("the AWS configuration file cannot be read", "check ~/.aws/config", quote=True),
    "ConfigNotFound": _Said("the AWS configuration file is missing", "check AWS_CONFIG_FILE", quote=True),
    "SSOError": _Said(
        "the AWS single sign-on session is over", "`aws sso login`, then run the same command again"
    ),
    "TokenRetrievalError": _Said(
        "the AWS sign-on token is over", "`aws sso login`, then run the same command again"
    ),
    "CredentialRetrievalError": _Said(
        "the AWS credentials could not be fetched", "sign in again", quote=True
    ),
    "EndpointConnectionError": _Said(
        "AWS could not be reached", "check the network, --region and --endpoint-url", quote=True
    ),
    "ProxyConnectionError": _Said("the HTTP proxy could not be reached", "check HTTPS_PROXY"),
    "SSLError": _Said(
        "the TLS connection to AWS failed", "a proxy may need its certificate in AWS_CA_BUNDLE"
    ),
    "ConnectTimeoutError": _Said(
        "AWS did not answer in time", "check the network, then run the same command again"
    ),
    "ReadTimeoutError": _Said(
        "AWS did not answer in time", "check the network, then run the same command again"
    ),
    "ConnectionClosedError": _BROKEN,
    "HTTPClientError": _BROKEN,
    "ResponseStreamingError": _GARBLED,
    "IncompleteReadError": _GARBLED,
    "ResponseParserError": _GARBLED,
    "FlexibleChecksumError": _GARBLED,
    "HTTPError": _GARBLED,  # urllib3's root: raised while a body is read
    "ParamValidationError": _Said(
        "boto3 does not accept the call", "this boto3 may be too old: upgrade it", quote=True
    ),
    "BotoCoreError": _Said("boto3 failed", quote=True),
}


@contextmanager
def service_errors(doing: str, *, secrets: Collection[str] = ()) -> Iterator[None]:
    """Turn what boto3 raises inside into a ServiceError that begins with `doing` ("cannot read stack shop").

    `secrets`: values that must not show, whatever AWS echoes. Errors that are not AWS's pass through.
    """
    try:
        yield
    except ServiceError:
        raise
    except Exception as error:
        if not _from_aws(error):
            raise
        raise service_error(error, doing, secrets=secrets) from None


def service_error(error: Exception, doing: str, *, secrets: Collection[str] = ()) -> ServiceError:
    """Return the ServiceError for an exception of boto3, botocore or urllib3."""
    code, request_id = error_code(error), _metadata(error).get("RequestId", "")
    meaning = _by_code(error, code) if code else _by_class(error)
    sentence = f"{doing}: {meaning.sentence}"
    if meaning.quote:
        sentence += f": {redact(str(_details(error).get('Message') or error), secrets).rstrip('.')}"
    if code:
        sentence += f" ({code}, request {request_id})" if request_id else f" ({code})"
    return ServiceError(sentence, code=code, request_id=request_id, hint=meaning.hint)


def error_code(error: Exception) -> str:
    """Return AWS's error code of an exception ("NoSuchBucket", "404"), or "" where AWS did not answer."""
    return str(_details(error).get("Code", ""))


def error_message(error: Exception) -> str:
    """Return AWS's own words of an exception, redacted; "" where AWS did not answer."""
    return redact(str(_details(error).get("Message", "")))


def redact(text: str, secrets: Collection[str] = ()) -> str:
    """Return a text of AWS without what may be secret, cut to what fits a terminal."""
    for secret in sorted((s for s in secrets if s), key=len, reverse=True):
        text = text.replace(secret, MASK)
    text = re.sub(r"(https?://[^\s?'\"<>]++)(?:\?[^\s'\"<>]*+)?", r"\1", text)
    text = re.sub(r"\b(A[KS]IA)[A-Z0-9]{12,}", rf"\1{MASK}", text)
    text = re.sub(r"(?i)\b(X-Amz-(?:Signature|Credential|Security-Token))=[^\s&]+", rf"\1={MASK}", text)
    text = re.sub(r"Encoded authorization failure message: \S+", "", text)
    text = " ".join(text.split())
    return text if len(text) <= _MAX_SAID else text[:_MAX_SAID] + "…"


def _by_code(error: Exception, code: str) -> _Said:
    message = str(_details(error).get("Message", ""))
    if code == "InvalidSignatureException" and ("expired" in message or "not yet current" in message):
        return _CLOCK
    if code in _CODES:
        return _CODES[code]
    kind = refusal_of(code)
    if kind is Refusal.THROTTLED:
        return _THROTTLED
    if kind is Refusal.DENIED:
        return _denied(error, message)
    if kind is Refusal.DOWN or _metadata(error).get("HTTPStatusCode", 0) >= 500:
        return _DOWN
    return _Said("AWS refused it", quote=True)


def _denied(error: Exception, message: str) -> _Said:
    denied_action = _PERFORM.search(message)
    action = denied_action.group(1) if denied_action else action_of(str(getattr(error, "operation_name", "")))
    sentence = f"these credentials may not {action}"
    if "explicit deny" in message:
        kind = "a service control policy" if "service control policy" in message else "a policy"
        return _Said(f"{sentence}: {kind} denies it", "ask whoever keeps that policy")
    return _Said(sentence, "`smsgen iam-policy` prints the policy that smsgen needs")


def _by_class(error: Exception) -> _Said:
    names = [kind.__name__ for kind in type(error).__mro__]
    return next(_CLASSES[name] for name in names if name in _CLASSES)


def _from_aws(error: Exception) -> bool:
    return bool(error_code(error)) or any(kind.__name__ in _CLASSES for kind in type(error).__mro__)


def _details(error: Exception) -> dict[str, Any]:
    response = getattr(error, "response", None)
    details = response.get("Error") if isinstance(response, dict) else None
    return details if isinstance(details, dict) else {}


def _metadata(error: Exception) -> dict[str, Any]:
    response = getattr(error, "response", None)
    metadata = response.get("ResponseMetadata") if isinstance(response, dict) else None
    return metadata if isinstance(metadata, dict) else {}
