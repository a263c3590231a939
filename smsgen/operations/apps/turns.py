"""Writers of one application take turns: in this process nobody decides on what somebody else is about to change.

It is only for speed. What keeps two writers from losing anything is the version that a commit looks at; but of many
that decide at the same time one gets through, and all others have decided in vain.
"""

from __future__ import annotations

from threading import Lock
from zlib import crc32

_LOCKS = 256
"""Applications share them by chance, so that there is nothing to forget of those that are gone."""


class Turns:
    """Locks, by the ids of applications; no thread may wait for a second one."""

    def __init__(self) -> None:
        self._locks = tuple([Lock() for _ in range(_LOCKS)])

    def of(self, app_id: str) -> Lock:
        """Return the lock of an application's writers."""
        return self._locks[crc32(app_id.encode("utf-8", "replace")) % _LOCKS]
