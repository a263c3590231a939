"""What an error code of AWS means to a use case: whether it passes, and whether it is a matter of permission."""

from __future__ import annotations

import re

from smsgen.errors import ServiceError

_TRANSIENT = re.compile(
    r"Throttl|RequestLimitExceeded|SlowDown|TooManyRequests|PriorRequestNotComplete|BandwidthLimit|RequestTimeout"
    r"|InternalError|InternalFailure|InternalServer|ServiceUnavailable|^Unavailable$|^5\d\d$|^$"
)
"""AWS's error codes that pass by themselves; none at all is a network that failed, or credentials that are missing."""

_DENIED = re.compile(r"AccessDenied|Unauthorized|NotAuthorized|^403$|^Forbidden$")


def is_transient(error: ServiceError) -> bool:
    """Say whether it is worth trying again after a while."""
    return _TRANSIENT.search(error.code) is not None


def is_denied(error: ServiceError) -> bool:
    """Say whether AWS refuses for want of a permission."""
    return _DENIED.search(error.code) is not None
