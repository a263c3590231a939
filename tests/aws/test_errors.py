"""What boto3 raises is told in one sentence, with the request id, the next step and no secret."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("boto3", reason="boto3 comes with smsgen[aws]")

import botocore.exceptions as boto

from smsgen.aws.errors import redact, service_error, service_errors
from smsgen.errors import ServiceError


def refused(
    code: str, message: str = "", *, operation: str = "DescribeStacks", status: int = 400
) -> Exception:
    answer: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"RequestId": "b25f48e8", "HTTPStatusCode": status},
    }
    return boto.ClientError(answer, operation)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("ExpiredToken", "the AWS credentials have expired"),
        ("ExpiredTokenException", "the AWS credentials have expired"),
        ("InvalidClientTokenId", "AWS does not know these credentials"),
        ("RequestTimeTooSkewed", "AWS refused the request's time"),
        ("SignatureDoesNotMatch", "AWS refused the request's signature"),
        ("Throttling", "AWS still throttles"),
        ("ThrottlingException", "AWS still throttles"),
        ("RequestLimitExceeded", "AWS still throttles"),
        ("SlowDown", "AWS still throttles"),
        ("InternalFailure", "an error of its own"),
        ("AccessDenied", "may not cloudformation:DescribeStacks"),
        ("ValidationError", "AWS refused it"),
    ],
)
def test_a_refusal_is_a_sentence_with_the_request_id(code: str, sentence: str) -> None:
    error = service_error(refused(code, "said AWS"), "cannot look at stack shop")
    assert str(error).startswith("cannot look at stack shop: ")
    assert sentence in str(error)
    assert "b25f48e8" in str(error)
    assert (error.code, error.request_id) == (code, "b25f48e8")


def test_what_smsgen_does_not_know_is_told_in_awss_words() -> None:
    assert "Stack [x] is odd (OddError" in str(
        service_error(refused("OddError", "Stack [x] is odd."), "cannot")
    )


def test_a_signature_that_is_too_old_is_a_matter_of_the_clock() -> None:
    error = service_error(
        refused("InvalidSignatureException", "Signature expired: 2026 is now earlier than 2027"), "cannot"
    )
    assert "clock" in error.hint


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("HeadObject", "s3:GetObject"),
        ("HeadBucket", "s3:ListBucket"),
        ("GetResource", "cloudformation:GetResource"),
    ],
)
def test_a_denial_names_the_action_not_the_operation(operation: str, action: str) -> None:
    assert f"may not {action}" in str(service_error(refused("AccessDenied", operation=operation), "cannot"))


def test_a_denial_names_the_action_that_aws_names() -> None:
    said = "User: ann is not authorized to perform: kms:Decrypt, explicit deny in a service control policy"
    assert "may not kms:Decrypt: a service control policy denies it" in str(
        service_error(refused("AccessDenied", said), "cannot")
    )


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (boto.NoCredentialsError(), "no AWS credentials"),
        (boto.NoRegionError(), "no AWS Region"),
        (boto.ProfileNotFound(profile="prod"), "prod"),
        (boto.EndpointConnectionError(endpoint_url="https://x.example/"), "could not be reached"),
        (boto.ConnectTimeoutError(endpoint_url="https://x.example/"), "in time"),
        (boto.ReadTimeoutError(endpoint_url="https://x.example/"), "in time"),
        (boto.ConnectionClosedError(endpoint_url="https://x.example/"), "broke"),
        (boto.IncompleteReadError(actual_bytes=1, expected_bytes=2), "incomplete"),
        (boto.UnauthorizedSSOTokenError(), "sign-on"),
        (boto.SSLError(endpoint_url="https://x.example/", error="self-signed"), "TLS"),
    ],
)
def test_what_botocore_says_is_a_sentence(error: Exception, sentence: str) -> None:
    assert sentence in str(service_error(error, "cannot look"))
    assert service_error(error, "cannot look").hint


def test_no_secret_leaves() -> None:
    text = (
        "GET https://b.s3.amazonaws.com/k?X-Amz-Signature=deadbeef&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE for "
        "ASIAIOSFODNN7EXAMPLE with hunter2. Encoded authorization failure message: abcDEF123"
    )
    shown = redact(text, ["hunter2"])
    assert "https://b.s3.amazonaws.com/k" in shown
    for secret in ("deadbeef", "IOSFODNN7", "hunter2", "abcDEF123"):
        assert secret not in shown


def test_an_error_that_is_not_awss_passes_through() -> None:
    with pytest.raises(ZeroDivisionError), service_errors("cannot"):
        _ = 1 // 0
    with pytest.raises(ServiceError, match=r"^first$"), service_errors("second"):
        raise ServiceError("first")
