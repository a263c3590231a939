"""Files of a datastore, read by ranges over HTTPS: the disks of a VM that is powered off, in place.

vSphere serves them below `/folder` to accounts with Datastore.FileManagement (vSphere Web Services SDK Programming
Guide, "Accessing Datastore Files"). ESXi locks the disks of a VM that runs; those are read through VDDK only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import quote

import urllib3

from smsgen.model.replicating.catalog import Connector
from smsgen.operations.ports.disks import SourceChanged, SourceUnreadable
from smsgen.sources.vcenter.session import SECONDS, Secrets, VcenterSession, session_of

MOST_CONNECTIONS = 8
"""To one vCenter for one disk; it hands out few to all of its clients together."""

_TRIES = 4
_PLACE = re.compile(r"\[([^\]]+)\] (.+)")


class DatastorePath(NamedTuple):
    """Where a file stands: `[store] folder/name`, in a datacenter (its inventory path)."""

    datacenter: str
    store: str
    path: str

    def beside(self, name: str) -> DatastorePath:
        """Return the path of another file in the same folder; raises SourceUnreadable for what leads out of it."""
        if "/" in name or "\\" in name or name in ("", ".", ".."):
            raise SourceUnreadable(f"{self} names an extent that stands elsewhere: {name}")
        return self._replace(path=f"{self.path.rpartition('/')[0]}/{name}".lstrip("/"))

    def __str__(self) -> str:
        return f"[{self.store}] {self.path}"


def path_of(text: str, datacenter: str) -> DatastorePath:
    """Return the path that vSphere writes as `[store] folder/name`; raises SourceUnreadable."""
    match = _PLACE.fullmatch(text)
    if match is None:
        raise SourceUnreadable(f"{text!r} is no path in a datastore")
    return DatastorePath(datacenter, match[1], match[2])


class Datastores:
    """The files that an account may read. It signs in again where its session has ended; close it at the end."""

    def __init__(self, connector: Connector, secrets: Secrets) -> None:
        self._connector = connector
        self._secrets = secrets
        self._turn = Lock()
        self._signed_in = ExitStack()
        self._session = self._signed_in.enter_context(session_of(connector, secrets))
        # The context compares thumbprints itself; urllib3 would warn that nothing is verified.
        pinned: dict[str, Any] = {"assert_fingerprint": connector.thumbprint} if connector.thumbprint else {}
        self._pool: Any = urllib3.PoolManager(
            maxsize=MOST_CONNECTIONS,
            block=True,
            ssl_context=self._session.context,
            timeout=urllib3.Timeout(SECONDS),
            retries=False,
            **pinned,
        )

    def open(self, path: DatastorePath) -> DatastoreFile:
        """Open a file; raises SourceUnreadable."""
        return DatastoreFile(self, path)

    def ask(self, method: str, path: DatastorePath, headers: dict[str, str]) -> Any:
        """Ask for a file, some times where the line breaks or the session has ended; raises SourceUnreadable."""
        for left in reversed(range(_TRIES)):
            session = self._session
            try:
                answer = self._pool.request(
                    method, _url(session, path), headers={"Cookie": session.cookie, **headers}
                )
            except urllib3.exceptions.HTTPError as error:
                if not left:
                    raise SourceUnreadable(f"cannot read {path}: {error}") from None
                continue
            if answer.status == 401 and left:
                self._sign_in_again(session)
            elif answer.status < 500 or not left:
                return answer
        raise AssertionError  # the last try returns or raises

    def close(self) -> None:
        """Sign out, and close the connections; a second time does nothing."""
        self._pool.clear()
        self._signed_in.close()

    def _sign_in_again(self, ended: VcenterSession) -> None:
        with self._turn:
            if self._session is ended:  # nobody else has done it meanwhile
                self._signed_in.close()
                self._session = self._signed_in.enter_context(session_of(self._connector, self._secrets))


def _url(session: VcenterSession, path: DatastorePath) -> str:
    place = f"https://{session.host}:{session.port}/folder/{quote(path.path)}"
    return f"{place}?dcPath={quote(path.datacenter, safe='')}&dsName={quote(path.store, safe='')}"


class DatastoreFile:
    """A file; see `operations.ports.disks.StoredBytes`."""

    def __init__(self, stores: Datastores, path: DatastorePath) -> None:
        self.name = str(path)
        self._stores = stores
        self._path = path
        self.length, self._state = self._look()

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly so many bytes."""
        if length <= 0:
            return b""
        wanted = f"bytes={offset}-{offset + length - 1}"
        answer = self._stores.ask("GET", self._path, {"Range": wanted})
        if answer.status == 416:
            raise SourceChanged(self.name, "it became shorter")
        if answer.status != 206:
            raise _refused(self.name, answer.status)
        data: bytes = answer.data
        if len(data) != length:
            raise SourceUnreadable(f"cannot read {self.name}: {len(data):,} bytes came for {length:,}")
        return data

    def data(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield all of it: nothing tells where a datastore's file has holes."""
        if start < stop:
            yield start, stop

    def fingerprint(self) -> str:
        """Return what is another one whenever the file was written."""
        return f"{self.name} {self.length} {self._state}"

    def check(self) -> None:
        """Raise SourceChanged where the file was written since it was opened."""
        if self._look() != (self.length, self._state):
            raise SourceChanged(self.name, "it was written")

    def close(self) -> None:
        """Do nothing: the connections are the session's."""

    def _look(self) -> tuple[int, str]:
        answer = self._stores.ask("HEAD", self._path, {})
        if answer.status != 200:
            raise _refused(self.name, answer.status)
        state = answer.headers.get("Last-Modified", "") + answer.headers.get("ETag", "")
        return int(answer.headers.get("Content-Length", "0")), state


def _refused(name: str, status: int) -> SourceUnreadable:
    known = {
        401: ("the session has ended", ""),
        403: ("the account may not", "it needs Datastore.FileManagement (low level file operations)"),
        404: ("it is not there", "the VM may have been moved: import the catalog again"),
    }
    reason, hint = known.get(
        status, (f"vCenter answers {status}", "a VM that runs locks its disks: power it off")
    )
    return SourceUnreadable(f"cannot read {name}: {reason}", hint=hint)
