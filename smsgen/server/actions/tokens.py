"""Pagination tokens: where the next page begins, sealed, so that nobody makes one up or uses it for another list.

A token is what comes after a seal (HMAC-SHA256) over the position, the operation and its arguments. The key is the
store's, so that every server of one store takes every other's tokens, also after a restart; nothing is kept, and a
token does not expire.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence

from smsgen.operations.apps.world import BadParameter

_SEAL = 16
_LONGEST = 2048
_VERSION = b"1"


def sealed(position: str, operation: str, arguments: Sequence[str], secret: Callable[[], bytes]) -> str:
    """Return the token for the page after `position` of what an operation lists for these arguments."""
    where = position.encode()
    return urlsafe_b64encode(_seal(where, operation, arguments, secret()) + where).decode().rstrip("=")


def opened(token: str, operation: str, arguments: Sequence[str], secret: Callable[[], bytes]) -> str:
    """Return the position that a token was made for; raises BadParameter where it was not made for this list."""
    try:
        if len(token) > _LONGEST:
            raise ValueError
        content = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        seal, where = content[:_SEAL], content[_SEAL:]
        # Base64 has several spellings of one content: only ours counts.
        if urlsafe_b64encode(content).decode().rstrip("=") != token:
            raise ValueError
        if not hmac.compare_digest(seal, _seal(where, operation, arguments, secret())):
            raise ValueError
        return where.decode()
    except ValueError:
        raise BadParameter(f"nextToken is not one that {operation} gave for these parameters") from None


def _seal(where: bytes, operation: str, arguments: Sequence[str], secret: bytes) -> bytes:
    list_asked = json.dumps([operation, list(arguments)]).encode()
    return hmac.digest(secret, b"\0".join((_VERSION, list_asked, where)), "sha256")[:_SEAL]
