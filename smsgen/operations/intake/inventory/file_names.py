"""What the files of applications are called: `Shop (Zürich)` -> `shop-zurich.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import normalize

from smsgen.model.names import name_digest

_DEVICES = re.compile("con|prn|aux|nul|(?:com|lpt)[0-9]")
"""Names that Windows keeps for devices, whatever their ending."""


def file_name(application: str, taken: Iterable[str]) -> str:
    """Return the name of an application's file: its letters and digits in ASCII; with a hash where that is `taken`."""
    ascii_only = normalize("NFKD", application).encode("ascii", "ignore").decode()
    slug = re.sub("[^a-z0-9]+", "-", ascii_only.lower()).strip("-")[:80].strip("-")
    name = f"{slug}.yaml"
    if slug and not _DEVICES.fullmatch(slug) and name not in taken:
        return name
    return f"{slug or 'application'}-{name_digest(application)}.yaml"
