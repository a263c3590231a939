"""The ports of image files that stand in S3: objects are read by ranges, in place, and must not change meanwhile."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import cached_property
from typing import Any, NamedTuple

from smsgen.aws.clients import Clients
from smsgen.aws.errors import error_code, service_errors
from smsgen.operations.ports.disks import SourceChanged, SourceUnreadable

_CHUNK = 1 << 20
_CHUNKS = 16
_SHORT = 64 << 10
"""Shorter reads are served from chunks: a VMDK that is streamed has a header of 12 bytes before every 64 KiB. Longer
ones are asked for as they are, so that no byte comes twice.
"""

_TRIES = 4
"""How often a range is asked for whose answer breaks off midway: botocore tries again only until the answer begins."""

_MOST_NAMES = 100_000
_OTHER = ("412", "PreconditionFailed", "404", "NoSuchKey")


class S3Object:
    """An object; see `operations.ports.disks.StoredBytes`."""

    def __init__(self, clients: Clients, bucket: str, key: str) -> None:
        self.name = f"s3://{bucket}/{key}"
        self._clients = clients
        self._place = {"Bucket": bucket, "Key": key}
        with service_errors(f"cannot read {self.name}"):
            head = self._s3.head_object(**self._place)
        self.length = int(head["ContentLength"])
        self._etag = str(head["ETag"])
        self._chunks = _Chunks(self._get)

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly so many bytes."""
        if length <= 0:
            return b""
        if offset + length > self.length:
            raise SourceChanged(self.name, "it became shorter")
        if length >= _SHORT:
            return self._get(offset, length)
        first = offset // _CHUNK * _CHUNK
        pieces = [
            self._chunks.get(at, min(_CHUNK, self.length - at))
            for at in range(first, offset + length, _CHUNK)
        ]
        return b"".join(pieces)[offset - first : offset - first + length]

    def data(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield all of it: an object has no holes."""
        if start < stop:
            yield start, stop

    def fingerprint(self) -> str:
        """Return size and ETag, which is another one whenever the object is."""
        return f"{self.length}:{self._etag}"

    def check(self) -> None:
        """Raise SourceChanged where the object is another one, or gone."""
        with service_errors(f"cannot read {self.name}"):
            try:
                head = self._s3.head_object(**self._place)
            except Exception as error:
                if error_code(error) in ("404", "NoSuchKey"):
                    raise SourceChanged(self.name, "it is gone") from None
                raise
        if str(head["ETag"]) != self._etag:
            raise SourceChanged(self.name, "it was written to")

    def close(self) -> None:
        """Forget the chunks."""
        self._chunks.clear()

    def _get(self, offset: int, length: int) -> bytes:
        span = f"bytes={offset}-{offset + length - 1}"
        with service_errors(f"cannot read {self.name}"):
            for attempt in range(1, _TRIES + 1):
                try:
                    answer = self._s3.get_object(**self._place, Range=span, IfMatch=self._etag)
                    content = bytes(answer["Body"].read())
                    break
                except Exception as error:
                    if error_code(error) in _OTHER:
                        raise SourceChanged(self.name, "it is another one, or gone") from None
                    if error_code(error) or attempt == _TRIES:
                        raise
        if len(content) != length:
            raise SourceChanged(self.name, "it became shorter")
        return content

    @property
    def _s3(self) -> Any:
        return self._clients.client("s3")


class _Chunks:
    """The chunks last used. Threads that want one that is under way wait for it: none comes twice."""

    def __init__(self, get: Callable[[int, int], bytes]) -> None:
        self._get = get
        self._lock = threading.Lock()
        self._held: OrderedDict[int, Future[bytes]] = OrderedDict()

    def get(self, offset: int, length: int) -> bytes:
        """Return a chunk; raises what getting it raises, and then does not keep that."""
        with self._lock:
            there = self._held.get(offset)
            chunk = self._held.setdefault(offset, Future())
            self._held.move_to_end(offset)
            if len(self._held) > _CHUNKS:
                self._held.popitem(last=False)
        if there is None:
            self._fill(chunk, offset, length)
        return chunk.result()

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._held.clear()

    def _fill(self, chunk: Future[bytes], offset: int, length: int) -> None:
        try:
            chunk.set_result(self._get(offset, length))
        except BaseException as error:
            with self._lock:
                self._held.pop(offset, None)
            chunk.set_exception(error)


class _Listing(NamedTuple):
    """What stands in a folder: bare names, sorted."""

    files: tuple[str, ...]
    folders: tuple[str, ...]


class S3Folder:
    """What stands below a prefix of a bucket; see `operations.ports.disks.ImageFolder`. It is listed once."""

    def __init__(self, clients: Clients, bucket: str, prefix: str = "") -> None:
        self._clients = clients
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.name = prefix.strip("/").rpartition("/")[2] or bucket

    def files(self) -> tuple[str, ...]:
        """Return the names of the objects in it."""
        return self._listing.files

    def folders(self) -> tuple[S3Folder, ...]:
        """Return the folders in it."""
        return tuple(
            S3Folder(self._clients, self._bucket, f"{self._prefix}{name}") for name in self._listing.folders
        )

    def open(self, name: str) -> S3Object:
        """Open an object of it."""
        return S3Object(self._clients, self._bucket, f"{self._prefix}{name}")

    @cached_property
    def _listing(self) -> _Listing:
        where = f"s3://{self._bucket}/{self._prefix}"
        files: list[str] = []
        folders: list[str] = []
        with service_errors(f"cannot list {where}"):
            pages = (
                self._clients.client("s3")
                .get_paginator("list_objects_v2")
                .paginate(Bucket=self._bucket, Prefix=self._prefix, Delimiter="/")
            )
            for page in pages:
                files += (self._bare(one["Key"]) for one in page.get("Contents", ()))
                folders += (self._bare(one["Prefix"]) for one in page.get("CommonPrefixes", ()))
                if len(files) + len(folders) > _MOST_NAMES:
                    raise SourceUnreadable(
                        f"{where} holds more than {_MOST_NAMES:,} names", hint="name a folder in it"
                    )
        return _Listing(tuple(sorted(filter(None, files))), tuple(sorted(filter(None, folders))))

    def _bare(self, key: str) -> str:
        return key.removeprefix(self._prefix).rstrip("/")


def folder_at(clients: Clients, location: str) -> S3Folder:
    """Return the folder that `s3://BUCKET/PREFIX` is."""
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    return S3Folder(clients, bucket, prefix)
