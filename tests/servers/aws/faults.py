"""Calls that shall fail: which, how, when. Names and patterns are those of `tests.aws.faults`."""

from __future__ import annotations

import re
import threading
from typing import NamedTuple

from tests.servers.aws.refusals import Refusal

KINDS = (
    "throttle",
    "absent",
    "conflict",
    "late",
    "error",
    "denied",
    "quota",
    "expired",
    "skew",
    "reset",
    "lost",
    "slow",
    "kill",
)
"""
throttle    RequestThrottledException, with a reason
absent      404 ResourceNotFoundException, as for a snapshot that was just started
conflict    ValidationException, CONFLICTING_BLOCK_UPDATE
late        ValidationException, WRITE_REQUEST_TIMEOUT
error       500 InternalServerException
denied      403 AccessDeniedException, with a reason
quota       402 ServiceQuotaExceededException
expired     the credentials have expired
skew        the request's time is too far from the service's
reset       the connection is reset before the call takes effect
lost        the call takes effect, then the connection is reset before the answer
slow        the call takes effect; the answer comes `seconds` later
kill        the call takes effect, then process `pid` is killed (SIGKILL), and the answer is never sent
"""

_REFUSALS = {
    "throttle": ("RequestThrottledException", "ACCOUNT_THROTTLED", "Rate exceeded"),
    "absent": ("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", "The snapshot does not exist."),
    "conflict": ("ValidationException", "CONFLICTING_BLOCK_UPDATE", "The block is being written."),
    "late": ("ValidationException", "WRITE_REQUEST_TIMEOUT", "The block data took too long to arrive."),
    "error": ("InternalServerException", "", "An internal error has occurred."),
    "denied": ("AccessDeniedException", "UNAUTHORIZED_ACCOUNT", "You do not have sufficient access."),
    "quota": (
        "ServiceQuotaExceededException",
        "DEPENDENCY_SERVICE_QUOTA_EXCEEDED",
        "Your current service quotas do not allow you to perform this action.",
    ),
    "skew": (
        "InvalidSignatureException",
        "",
        "Signature expired: the request's time is too far from the service's.",
    ),
    "expired": ("ExpiredTokenException", "", "The security token included in the request is expired"),
}


class Fault(NamedTuple):
    """What happens to a call: of the calls that `call` names, the `at`-th from now and every `every`-th after it,
    `times` times (0: for ever).
    """

    call: str
    kind: str
    at: int = 1
    times: int = 1
    every: int = 1
    reason: str = ""
    seconds: float = 0.0
    pid: int = 0

    def refusal(self) -> Refusal | None:
        """Return the answer in place of the call's own, if there is one."""
        if self.kind not in _REFUSALS:
            return None
        code, reason, message = _REFUSALS[self.kind]
        return Refusal(code, message, self.reason or reason)


class _Turn:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._pattern = re.compile(re.escape(fault.call).replace(r"\*", ".*"))
        self._wait = fault.at - 1
        self._left = fault.times or -1

    def takes(self, call: str) -> bool:
        """Tell whether this call is its next one."""
        if self._left == 0 or not self._pattern.fullmatch(call):
            return False
        if self._wait:
            self._wait -= 1
            return False
        self._wait = self.fault.every - 1
        self._left -= 1
        return True


class Faults:
    """The faults to come."""

    def __init__(self) -> None:
        self._turns: list[_Turn] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Let a call fail; raises ValueError for a kind that is none, or a process that is none."""
        if fault.kind not in KINDS:
            raise ValueError(f"{fault.kind} is none of {', '.join(KINDS)}")
        if fault.kind == "kill" and fault.pid <= 1:  # 0 and below would be all processes of a group
            raise ValueError(f"kill whom? {fault.pid} is no process of yours")
        with self._lock:
            self._turns.append(_Turn(fault))

    def heal(self) -> None:
        """Forget them all."""
        self._turns.clear()

    def meets(self, call: str) -> Fault | None:
        """Return the fault that this call meets, if any."""
        if not self._turns:
            return None
        with self._lock:
            return next((turn.fault for turn in self._turns if turn.takes(call)), None)
