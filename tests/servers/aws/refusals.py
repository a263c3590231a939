"""What EBS direct answers instead of obeying."""

from __future__ import annotations

STATUS = {
    "AccessDeniedException": 403,
    "ConcurrentLimitExceededException": 400,
    "ConflictException": 409,
    "InternalServerException": 500,
    "RequestThrottledException": 400,
    "ResourceNotFoundException": 404,
    "ServiceQuotaExceededException": 402,
    "ValidationException": 400,
    # Common to all services:
    "ExpiredTokenException": 403,
    "InvalidSignatureException": 403,
    "SerializationException": 400,
    "UnknownOperationException": 404,
}
"""HTTP status by code, as https://docs.aws.amazon.com/ebs/latest/APIReference/API_Operations.html has them."""


class Refusal(Exception):
    """An error with its code, its message, and its reason where the code has reasons."""

    def __init__(self, code: str, message: str, reason: str = "") -> None:
        super().__init__(f"{code} {reason}: {message}")
        self.code = code
        self.message = message
        self.reason = reason

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        return STATUS[self.code]


def invalid(reason: str, message: str) -> Refusal:
    """Return a ValidationException.

    AWS documents the reasons, and mostly not which rule gives which: these are the nearest of its list.
    """
    return Refusal("ValidationException", message, reason)


def throttled(reason: str) -> Refusal:
    """Return a RequestThrottledException."""
    return Refusal("RequestThrottledException", "Rate exceeded", reason)


def absent(snapshot_id: str) -> Refusal:
    """Return what is said of a snapshot that is not there, or not there yet.

    The text: https://github.com/awslabs/coldsnap/issues/43
    """
    message = f"The snapshot '{snapshot_id}' does not exist."
    return Refusal("ResourceNotFoundException", message, "SNAPSHOT_NOT_FOUND")
