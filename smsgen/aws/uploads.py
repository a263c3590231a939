"""The Uploads port on S3: files in parallel parts, each with its SHA-256, gone on with after a break."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import islice
from typing import Any, NamedTuple

from smsgen.aws.clients import Clients
from smsgen.aws.errors import service_errors
from smsgen.model.launch import S3Location
from smsgen.operations.ports.disks import StoredBytes

PART = 16 << 20
MOST_PARTS = 10_000
LARGEST = 5 << 40
"""S3's quotas: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html."""

_AT_ONCE = 4
_PIECE = 1 << 20


class _Part(NamedTuple):
    number: int
    start: int
    length: int


class S3Uploads:
    """Files below a prefix of a bucket; see `operations.ports.images.Uploads`."""

    def __init__(self, clients: Clients, bucket: str, prefix: str = "") -> None:
        self._clients = clients
        self._bucket = bucket
        self._prefix = prefix.strip("/")

    def upload(
        self,
        source: StoredBytes,
        name: str,
        *,
        goes_on: Callable[[], bool],
        report: Callable[[int, int], None],
    ) -> S3Location | None:
        """Upload a file under a name; the parts that a broken upload left are not sent again."""
        key = "/".join(part for part in (self._prefix, name) if part)
        with service_errors(f"cannot upload {source.name} to s3://{self._bucket}/{key}"):
            upload = _Upload(self._s3, {"Bucket": self._bucket, "Key": key, **self._owner()}, source)
            if not upload.send_all(goes_on, report):
                return None
            source.check()
            upload.complete()
        return S3Location(self._bucket, key)

    def delete(self, location: S3Location) -> None:
        """Delete a file."""
        with service_errors(f"cannot delete s3://{location.bucket}/{location.key}"):
            self._s3.delete_object(Bucket=location.bucket, Key=location.key, **self._owner())

    @property
    def _s3(self) -> Any:
        return self._clients.client("s3")

    def _owner(self) -> dict[str, str]:
        return {"ExpectedBucketOwner": self._clients.identity().account}


class _Upload:
    """A multipart upload of one object."""

    def __init__(self, s3: Any, place: dict[str, str], source: StoredBytes) -> None:
        self._s3 = s3
        self._place = place
        self._source = source
        self._id, self._there = self._begin()
        self._sent: dict[int, dict[str, Any]] = {}

    def send_all(self, goes_on: Callable[[], bool], report: Callable[[int, int], None]) -> bool:
        """Send what is not there yet, several parts at once; return whether all is there."""
        done = 0
        parts = _parts(self._source.length)
        while batch := list(islice(parts, _AT_ONCE)):
            if not goes_on():
                return False
            with ThreadPoolExecutor(_AT_ONCE) as workers:
                for part, sent in zip(batch, workers.map(self._send, batch), strict=True):
                    self._sent[part.number] = sent
            done += sum(part.length for part in batch)
            report(done, self._source.length)
        return True

    def complete(self) -> None:
        """Make one object of the parts."""
        parts = [{"PartNumber": number, **sent} for number, sent in sorted(self._sent.items())]
        self._s3.complete_multipart_upload(**self._place, UploadId=self._id, MultipartUpload={"Parts": parts})

    def _begin(self) -> tuple[str, dict[int, dict[str, Any]]]:
        """Return the upload that was broken off and its parts, or a new one."""
        key = self._place["Key"]
        listed = self._s3.list_multipart_uploads(
            **{name: value for name, value in self._place.items() if name != "Key"}, Prefix=key
        )
        ours = [upload for upload in listed.get("Uploads", ()) if upload["Key"] == key]
        if not ours:
            begun = self._s3.create_multipart_upload(**self._place, ChecksumAlgorithm="SHA256")
            return str(begun["UploadId"]), {}
        upload_id = str(ours[-1]["UploadId"])
        pages = self._s3.get_paginator("list_parts").paginate(**self._place, UploadId=upload_id)
        return upload_id, {part["PartNumber"]: part for page in pages for part in page.get("Parts", ())}

    def _send(self, part: _Part) -> dict[str, Any]:
        """Send a part unless it is there with the same bytes; return its ETag and checksum."""
        body = _Body(self._source, part)
        checksum = body.checksum()
        there = self._there.get(part.number, {})
        if there.get("ChecksumSHA256") == checksum and there.get("Size") == part.length:
            return {"ETag": there["ETag"], "ChecksumSHA256": checksum}
        answer = self._s3.upload_part(
            **self._place,
            UploadId=self._id,
            PartNumber=part.number,
            Body=body,
            ContentLength=part.length,
            ChecksumSHA256=checksum,
        )
        return {"ETag": answer["ETag"], "ChecksumSHA256": checksum}


class _Body(io.RawIOBase):
    """A part as a file that can be read again for another try: in memory is a MiB of it, however large it is."""

    def __init__(self, source: StoredBytes, part: _Part) -> None:
        self._source = source
        self._part = part
        self._at = 0

    def checksum(self) -> str:
        """Return the part's SHA-256, as S3 writes it."""
        digest = sha256()
        while piece := self.read(_PIECE):
            digest.update(piece)
        self._at = 0
        return b64encode(digest.digest()).decode()

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes."""
        left = self._part.length - self._at
        count = left if size is None or size < 0 else min(size, left)
        piece = self._source.read(self._part.start + self._at, count) if count else b""
        self._at += count
        return piece

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place in the part."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._part.length}[whence]
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        """Return the place in the part."""
        return self._at

    def __len__(self) -> int:
        return self._part.length


def _parts(length: int) -> Iterator[_Part]:
    """Yield the parts of a file: of 16 MiB, or of as many more as the most parts ask for."""
    least = -(-length // MOST_PARTS)
    size = max(PART, -(-least // _PIECE) * _PIECE)
    for number, start in enumerate(range(0, max(length, 1), size), 1):
        yield _Part(number, start, min(size, length - start))
