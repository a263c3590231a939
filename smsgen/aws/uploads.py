"""The Uploads port on S3: files in parallel parts, each with its SHA-256, gone on with after a break."""

from __future__ import annotations

import io
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from smsgen.aws.clients import Clients
from smsgen.aws.errors import error_code, service_errors
from smsgen.model.launch import S3Location
from smsgen.operations.ports.disks import BadImage, StoredBytes
from smsgen.operations.ports.images import UploadProgress

PART = 16 << 20
MOST_PARTS = 10_000
LARGEST = 5 << 40
"""S3's quotas: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html."""

_AT_ONCE = 4
_PIECE = 1 << 20
_DELETED_AT_ONCE = 1000
_ABSENT = ("404", "NoSuchKey", "NoSuchUpload")


class S3Uploads:
    """Files below a prefix of a bucket; see `operations.ports.images.Uploads`.

    `where` gives the prefix; it is asked when the first file is uploaded. `kms_key_id`: what they are encrypted with,
    "" for the bucket's own.
    """

    def __init__(self, clients: Clients, where: Callable[[], S3Location], *, kms_key_id: str = "") -> None:
        self._clients = clients
        self._where = where
        self._kms_key_id = kms_key_id

    def upload(
        self,
        source: StoredBytes,
        name: str,
        *,
        goes_on: Callable[[], bool],
        report: Callable[[UploadProgress], None],
        take: Callable[[int], bool] = lambda _: True,
    ) -> S3Location | None:
        """Upload a file under a name; what S3 has of it already is not sent again."""
        if source.length > LARGEST:
            raise BadImage(
                f"{source.name} has {source.length:,} bytes, and S3 takes {LARGEST:,}",
                hint="copy the disk into a snapshot: --target ebs-direct",
            )
        key = self._key(_of_content(name, source))
        with service_errors(f"cannot upload {source.name} to s3://{self._bucket}/{key}"):
            for last in (False, True):
                if self._is_there(key, source.length):
                    report(UploadProgress(source.length, source.length, 0))
                    break
                try:
                    if not self._sent(key, source, goes_on, report, take):
                        return None
                    break
                except Exception as error:
                    # A worker that lost its lease completed it, or a lifecycle rule aborted it.
                    if last or error_code(error) != "NoSuchUpload":
                        raise
        return S3Location(self._bucket, key)

    def forget(self, folder: str) -> None:
        """Abort what is being uploaded into a folder, and delete what was, every version of it."""
        prefix = f"{self._key(folder)}/"
        with service_errors(f"cannot clear s3://{self._bucket}/{prefix}"):
            for upload in self._uploads(prefix):
                self._abort(upload["Key"], upload["UploadId"])
            for versions in self._versions(prefix):
                self._s3.delete_objects(**self._owned, Delete={"Objects": versions, "Quiet": True})

    def _sent(
        self,
        key: str,
        source: StoredBytes,
        goes_on: Callable[[], bool],
        report: Callable[[UploadProgress], None],
        take: Callable[[int], bool],
    ) -> bool:
        upload = _Upload(self._s3, {"Key": key, **self._owned}, source, take)
        upload.begin(self._uploads(key), self._encryption())
        if not upload.send_all(goes_on, report):
            return False
        source.check()
        upload.complete()
        return True

    def _is_there(self, key: str, length: int) -> bool:
        """Whether the file is there whole: its name tells its content."""
        try:
            head = self._s3.head_object(Key=key, **self._owned)
        except Exception as error:
            # Without s3:ListBucket a missing key is 403, not 404. If access is what lacks, the upload says so.
            if error_code(error) in (*_ABSENT, "403"):
                return False
            raise
        return int(head["ContentLength"]) == length

    def _uploads(self, prefix: str) -> list[dict[str, Any]]:
        """Return the uploads under way of keys that begin so, the oldest first."""
        pages = self._s3.get_paginator("list_multipart_uploads").paginate(**self._owned, Prefix=prefix)
        uploads = [upload for page in pages for upload in page.get("Uploads", ())]
        return sorted(uploads, key=lambda upload: str(upload["Initiated"]))

    def _versions(self, prefix: str) -> Iterator[list[dict[str, str]]]:
        pages = self._s3.get_paginator("list_object_versions").paginate(**self._owned, Prefix=prefix)
        for page in pages:
            versions = [
                {"Key": version["Key"], "VersionId": version["VersionId"]}
                for kind in ("Versions", "DeleteMarkers")
                for version in page.get(kind, ())
            ]
            for first in range(0, len(versions), _DELETED_AT_ONCE):
                yield versions[first : first + _DELETED_AT_ONCE]

    def _abort(self, key: str, upload_id: str) -> None:
        try:
            self._s3.abort_multipart_upload(**self._owned, Key=key, UploadId=upload_id)
        except Exception as error:
            if error_code(error) not in _ABSENT:  # it is complete, or aborted by another
                raise

    def _encryption(self) -> dict[str, str]:
        if not self._kms_key_id:
            return {}
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self._kms_key_id}

    def _key(self, name: str) -> str:
        return "/".join(part for part in (self._place.key.strip("/"), name) if part)

    @cached_property
    def _place(self) -> S3Location:
        return self._where()

    @property
    def _bucket(self) -> str:
        return self._place.bucket

    @property
    def _s3(self) -> Any:
        return self._clients.client("s3")

    @property
    def _owned(self) -> dict[str, str]:
        return {"Bucket": self._bucket, "ExpectedBucketOwner": self._clients.identity().account}


class _Part(NamedTuple):
    number: int
    start: int
    length: int


class _SentPart(NamedTuple):
    """What completes an upload of a part, and how many bytes went over the line for it."""

    etag: str
    checksum: str
    sent: int


_Pending = deque[tuple[_Part, "Future[_SentPart]"]]


class _Upload:
    """A multipart upload of one object."""

    def __init__(
        self, s3: Any, place: dict[str, str], source: StoredBytes, take: Callable[[int], bool]
    ) -> None:
        self._s3 = s3
        self._place = place
        self._source = source
        self._take = take
        self._id = ""
        self._there: dict[int, dict[str, Any]] = {}
        self._parts: dict[int, _SentPart] = {}
        self._done = self._sent = 0

    def begin(self, under_way: list[dict[str, Any]], encryption: dict[str, str]) -> None:
        """Take up the last upload of this key that was broken off, with its parts, or begin one."""
        ours = [upload for upload in under_way if upload["Key"] == self._place["Key"]]
        if not ours:
            begun = self._s3.create_multipart_upload(**self._place, ChecksumAlgorithm="SHA256", **encryption)
            self._id = str(begun["UploadId"])
            return
        self._id = str(ours[-1]["UploadId"])
        pages = self._s3.get_paginator("list_parts").paginate(**self._place, UploadId=self._id)
        self._there = {part["PartNumber"]: part for page in pages for part in page.get("Parts", ())}

    def send_all(self, goes_on: Callable[[], bool], report: Callable[[UploadProgress], None]) -> bool:
        """Send what is not there yet, several parts at once; return whether all is there.

        `goes_on` is asked every second. Parts that are under way come to their end.
        """
        pending: _Pending = deque()
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="smsgen-upload") as workers:
            try:
                for part in _parts(self._source.length):
                    if not goes_on():
                        return False
                    pending.append((part, workers.submit(self._send, part)))
                    while len(pending) >= _AT_ONCE:
                        self._settle(pending, goes_on, report)
                while pending:
                    self._settle(pending, goes_on, report)
            finally:
                workers.shutdown(wait=False, cancel_futures=True)
        return True

    def complete(self) -> None:
        """Make one object of the parts."""
        parts = [
            {"PartNumber": number, "ETag": part.etag, "ChecksumSHA256": part.checksum}
            for number, part in sorted(self._parts.items())
        ]
        self._s3.complete_multipart_upload(**self._place, UploadId=self._id, MultipartUpload={"Parts": parts})

    def _settle(
        self, pending: _Pending, goes_on: Callable[[], bool], report: Callable[[UploadProgress], None]
    ) -> None:
        """Wait for the first part; whether to go on is asked meanwhile, to keep a lease, and heeded before the next."""
        part, future = pending.popleft()
        while not future.done():
            with suppress(TimeoutError):
                future.exception(timeout=1.0)
            goes_on()
        self._parts[part.number] = sent = future.result()
        self._done += part.length
        self._sent += sent.sent
        report(UploadProgress(self._done, self._source.length, self._sent))

    def _send(self, part: _Part) -> _SentPart:
        """Send a part unless it is there with the same bytes."""
        body = _Body(self._source, part, self._take)
        checksum = body.checksum()
        there = self._there.get(part.number, {})
        if there.get("ChecksumSHA256") == checksum and there.get("Size") == part.length:
            return _SentPart(there["ETag"], checksum, 0)
        answer = self._s3.upload_part(
            **self._place,
            UploadId=self._id,
            PartNumber=part.number,
            Body=body,
            ContentLength=part.length,
            ChecksumSHA256=checksum,
        )
        return _SentPart(answer["ETag"], checksum, part.length)


class _Body(io.RawIOBase):
    """A part as a file that can be read again for another try: in memory is a MiB of it, however large it is."""

    def __init__(self, source: StoredBytes, part: _Part, take: Callable[[int], bool]) -> None:
        self._source = source
        self._part = part
        self._take = take
        self._at = 0
        self._piece_at, self._piece = 0, b""

    def checksum(self) -> str:
        """Return the part's SHA-256, as S3 writes it."""
        digest = sha256()
        for at in range(0, self._part.length, _PIECE):
            digest.update(self._source.read(self._part.start + at, min(_PIECE, self._part.length - at)))
        return b64encode(digest.digest()).decode()

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, once the line has room for them."""
        left = self._part.length - self._at
        count = left if size is None or size < 0 else min(size, left)
        if not count:
            return b""
        self._take(count)
        begin = self._at - self._piece_at
        if not 0 <= begin <= len(self._piece) - count:
            length = min(max(count, _PIECE), left)
            self._piece_at, begin = self._at, 0
            self._piece = self._source.read(self._part.start + self._at, length)
        self._at += count
        return self._piece[begin : begin + count]

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


def _of_content(name: str, source: StoredBytes) -> str:
    """Return a name that is another one for another content: what stands under it needs no second look."""
    path = PurePosixPath(name)
    tag = sha256(f"{source.length}:{source.fingerprint()}".encode()).hexdigest()[:16]
    return str(path.with_name(f"{path.stem}-{tag}{path.suffix}"))
