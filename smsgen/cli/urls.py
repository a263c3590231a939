"""URLs on the command line."""

from __future__ import annotations

import re
from urllib.parse import urlsplit


def is_origin(url: str) -> bool:
    """Return whether a URL is http or https, a host and perhaps a port, and nothing else (RFC 6454, 4)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # a port that is none, brackets that do not close
        return False
    bare = not parts.query and not parts.fragment and parts.path in ("", "/") and "@" not in parts.netloc
    named = re.fullmatch(r"[A-Za-z0-9.:_-]+", parts.hostname or "") is not None
    return bare and named and port != 0 and parts.scheme in ("http", "https")
