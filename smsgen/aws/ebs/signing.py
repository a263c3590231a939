"""Signature Version 4 for requests that are all alike, a block of a disk each: botocore's signer, without its headers.

botocore keeps headers in an email.Message and looks through it again for each step, which takes more time than the
signature. Here they are a dict of names in lower case: what is signed, how, and with which key stays botocore's.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth


class _Request(NamedTuple):
    """What botocore's signer looks at. `headers` and `context` are what it writes into."""

    method: str
    url: str
    headers: dict[str, str]
    context: dict[str, Any]
    params: None = None


class HeaderSigner(SigV4Auth):  # type: ignore[misc] # botocore has no types
    """Signs headers whose names are in lower case, of requests without a query."""

    def sign(self, method: str, url: str, path: str, headers: dict[str, str]) -> dict[str, str]:
        """Return these headers of a request to the path below a URL with what signs them; raises NoCredentialsError."""
        request = _Request(method, url + path, {**headers, "host": urlsplit(url).netloc}, {})
        self.add_auth(request)
        return request.headers

    def headers_to_sign(self, request: _Request) -> dict[str, str]:
        """Return all headers: the signer's own is written last."""
        return request.headers

    def canonical_headers(self, headers_to_sign: dict[str, str]) -> str:
        """Return the headers as they are signed."""
        lines = sorted((name.lower(), value) for name, value in headers_to_sign.items())
        return "\n".join(f"{name}:{value}" for name, value in lines)

    def signed_headers(self, headers_to_sign: dict[str, str]) -> str:
        """Return the names of the headers that are signed."""
        return ";".join(sorted(name.lower() for name in headers_to_sign))
