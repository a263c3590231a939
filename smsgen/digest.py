"""The SHA-256 of texts, from which ids are made that must be the same tomorrow."""

from __future__ import annotations

from functools import cache

from smsgen.hints import Any


def digest(text: str) -> str:
    """Give the SHA-256 of a text's UTF-8, in 64 hexadecimal digits."""
    return str(_sha256()(text.encode()).hexdigest())


@cache
def _sha256() -> Any:
    """Give CPython's own SHA-256 where it has one: hashlib loads OpenSSL, 3 ms of the cold start."""
    for module in ("_sha2", "_sha256"):  # CPython 3.12; 3.11
        try:
            return __import__(module).sha256
        except ImportError:
            continue
    from hashlib import sha256

    return sha256
