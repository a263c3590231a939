"""The ports of image files that stand in S3: objects are read by ranges, in place, and must not change meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from smsgen.aws.clients import Clients
from smsgen.aws.errors import error_code, service_errors
from smsgen.operations.ports.disks import SourceChanged

_CHUNK = 1 << 20
_CHUNKS = 16
"""Short reads are served from chunks: a VMDK that is streamed has a header of 12 bytes before every 64 KiB."""


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
        self._chunk = lru_cache(maxsize=_CHUNKS)(self._get)

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly so many bytes."""
        if length >= _CHUNK:
            return self._get(offset, length)
        first = offset // _CHUNK * _CHUNK
        pieces = [
            self._chunk(at, min(_CHUNK, self.length - at)) for at in range(first, offset + length, _CHUNK)
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
        self._chunk.cache_clear()

    def _get(self, offset: int, length: int) -> bytes:
        span = f"bytes={offset}-{offset + length - 1}"
        with service_errors(f"cannot read {self.name}"):
            try:
                answer = self._s3.get_object(**self._place, Range=span, IfMatch=self._etag)
                content = bytes(answer["Body"].read())
            except Exception as error:
                if error_code(error) in ("412", "PreconditionFailed", "404", "NoSuchKey"):
                    raise SourceChanged(self.name, "it is another one, or gone") from None
                raise
        if len(content) != length:
            raise SourceChanged(self.name, "it became shorter")
        return content

    @property
    def _s3(self) -> Any:
        return self._clients.client("s3")


class S3Folder:
    """What stands below a prefix of a bucket; see `operations.ports.disks.ImageFolder`."""

    def __init__(self, clients: Clients, bucket: str, prefix: str = "") -> None:
        self._clients = clients
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.name = prefix.strip("/").rpartition("/")[2] or bucket

    def files(self) -> tuple[str, ...]:
        """Return the names of the objects in it."""
        return self._names("Contents", "Key")

    def folders(self) -> tuple[S3Folder, ...]:
        """Return the folders in it."""
        names = self._names("CommonPrefixes", "Prefix")
        return tuple(S3Folder(self._clients, self._bucket, f"{self._prefix}{name}") for name in names)

    def open(self, name: str) -> S3Object:
        """Open an object of it."""
        return S3Object(self._clients, self._bucket, f"{self._prefix}{name}")

    def _names(self, kind: str, member: str) -> tuple[str, ...]:
        with service_errors(f"cannot list s3://{self._bucket}/{self._prefix}"):
            pages = (
                self._clients.client("s3")
                .get_paginator("list_objects_v2")
                .paginate(Bucket=self._bucket, Prefix=self._prefix, Delimiter="/")
            )
            keys = [str(one[member]) for page in pages for one in page.get(kind, ())]
        names = (key.removeprefix(self._prefix).rstrip("/") for key in keys)
        return tuple(sorted(name for name in names if name))
