"""A request that came -> what is sent back: who asks, what, what comes of it. Blocking, and without sockets."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from smsgen.server.api.operations import READS
from smsgen.server.api.protocol import Call, Fault, decode, encode, encode_fault, operation_of
from smsgen.server.http.auth import SIGNATURE_FAULTS, Received, claimed_key_id
from smsgen.server.http.credentials import Key

_log = logging.getLogger("smsgen.endpoint")

NO_OPERATION = "-"
"""What logs and metrics call the operation of a request that is for none."""


class Gate(Protocol):
    """Says who a request is from: `auth.Verifier`, `auth.Loopback`."""

    def admit(self, request: Received) -> None:
        """Raise Fault for a request that its headers alone say no to; its body is not looked at."""

    def check(self, request: Received) -> str:
        """Return the access key id, or "" where there is none; raises Fault."""

    def key(self, key_id: str) -> Key | None:
        """Return what belongs to an access key id; None where it is not accepted."""


class Answer(NamedTuple):
    """What is sent back, and what logs and metrics say of it.

    `error`: the code of a Fault, else "". `key_id`: who has signed; `claimed`: who it says has, where that is not true
    or not known.
    """

    status: int
    body: bytes
    operation: str = NO_OPERATION
    error: str = ""
    key_id: str = ""
    claimed: str = ""


def refusal(fault: Fault, operation: str = NO_OPERATION, key_id: str = "", claimed: str = "") -> Answer:
    """Return the answer that a Fault is."""
    return Answer(fault.status, encode_fault(fault), operation, fault.code, key_id, claimed)


def refused(request: Received, gate: Gate) -> Answer | None:
    """Return the answer to a request that is refused on its headers, before its body is read; None for any other."""
    operation = NO_OPERATION
    try:
        operation = _operation(request)
        gate.admit(request)
    except Fault as fault:
        return refusal(fault, operation, claimed=_claimed(fault, request))
    return None


def answered(request: Received, request_id: str, gate: Gate, perform: Callable[[Call], Any]) -> Answer:
    """Answer a request; whatever goes wrong is an answer, too.

    Who asks is looked at before what is asked: nothing of a stranger's body is read.
    """
    operation, key_id = NO_OPERATION, ""
    try:
        operation = _operation(request)
        key_id = gate.check(request)
        check_permitted(gate.key(key_id), operation)
        call = decode(request.headers, request.body, request_id)
        return Answer(200, encode(perform(call)), operation, "", key_id)
    except Fault as fault:
        return refusal(fault, operation, key_id, _claimed(fault, request))
    except Exception:
        _log.exception("%s failed (request %s)", operation, request_id)
        words = f"internal error; the server's log tells of the request {request_id}"
        return refusal(Fault("InternalError", words), operation, key_id)


def check_permitted(key: Key | None, operation: str) -> None:
    """Raise Fault where an access key may not be used for an operation: one that only reads takes nothing else."""
    if key is not None and key.readonly and operation not in READS:
        words = f"this access key may only read: it does not take {operation}"
        raise Fault("UnauthorizedOperationException", words)


def _operation(request: Received) -> str:
    if request.method != "POST":
        raise Fault("UnknownOperationException", "the SMS API takes POST requests")
    return operation_of(request.headers).name


def _claimed(fault: Fault, request: Received) -> str:
    return claimed_key_id(request) if fault.code in SIGNATURE_FAULTS else ""
