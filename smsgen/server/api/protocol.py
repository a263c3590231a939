"""awsJson1.1, bytes in and bytes out: a request's headers and body -> Call, an answer or a Fault -> body. No sockets.

The protocol: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html. What it leaves open is answered as AWS's
services of that protocol do; where they take the last of two members of one name, we refuse.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from smsgen.server.api.constraints import missing, violations
from smsgen.server.api.operations import COMMON_ERRORS, ERRORS, OPERATIONS, TARGET, Operation
from smsgen.server.api.reading import WrongType, read_message
from smsgen.server.api.shapes import Message
from smsgen.text import json_text

CONTENT_TYPE = "application/x-amz-json-1.1"

CODES: Mapping[str, int] = {code: error.status for code, error in {**ERRORS, **COMMON_ERRORS}.items()}
"""Every error that may be answered -> its HTTP status."""


class Call(NamedTuple):
    """A request that has been read. `request` is the Struct of `messages`."""

    operation: str
    request: Any
    request_id: str


class Fault(Exception):
    """What an operation answers in place of a response: `code` as in the API, `message` for people."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        """The HTTP status."""
        return CODES[self.code]


def operation_of(headers: Mapping[str, str]) -> Operation:
    """Return the operation that a request is for; raises Fault. Names of headers are in lower case."""
    service, _, name = headers.get("x-amz-target", "").rpartition(".")
    if service != TARGET or name not in OPERATIONS:
        raise Fault(
            "UnknownOperationException", f"X-Amz-Target must be {TARGET}. and an operation of the SMS API"
        )
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != CONTENT_TYPE:
        raise Fault("UnknownOperationException", f"Content-Type must be {CONTENT_TYPE}")
    return OPERATIONS[name]


def decode(headers: Mapping[str, str], body: bytes, request_id: str) -> Call:
    """Read a request; raises Fault for what no operation would take. Names of headers are in lower case."""
    operation = operation_of(headers)
    try:
        request = read_message(operation.request, _json(body))
    except WrongType as error:
        raise Fault("SerializationException", str(error)) from None
    check_request(request)
    return Call(operation.name, request, request_id)


def check_request(request: Message) -> None:
    """Raise Fault where a request lacks a member, or a member's value is not one that its shape allows."""
    for name in missing(request):
        raise Fault("MissingRequiredParameterException", f"the request must contain the parameter {name}")
    wrong = violations(request)
    if wrong:
        raise Fault("InvalidParameterException", wrong)


def encode(response: Message | None) -> bytes:
    """Return the body of an answer: empty for an operation that answers nothing."""
    return b"" if response is None else _ENCODER.encode(response)


def encode_fault(fault: Fault) -> bytes:
    """Return the body of an error."""
    error = ERRORS.get(fault.code)
    says_why = error is None or error.says_why
    return _ENCODER.encode({"__type": fault.code, **({"message": fault.message} if says_why else {})})


_ENCODER = msgspec.json.Encoder()


def _json(body: bytes) -> Any:
    try:
        return json_text.loads(body.decode())
    except json_text.Refused as error:
        raise Fault("SerializationException", f"the body is not JSON: {error}") from None
    except UnicodeDecodeError:
        raise Fault("SerializationException", "the body is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise Fault("SerializationException", f"the body is not JSON: {error}") from None
    except RecursionError:
        raise Fault("SerializationException", "the body is nested too deeply") from None
    except ValueError as error:  # a member twice, a number of thousands of digits
        raise Fault("SerializationException", f"the body cannot be read: {error}") from None
