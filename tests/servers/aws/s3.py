"""What S3 does with parts, and moto does not: checksums are checked and listed, and parts of no upload refused."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.exceptions import NoSuchUpload, S3ClientError
from moto.s3.responses import S3Response

_HEADER = "x-amz-checksum-sha256"


class BadDigest(S3ClientError):
    """The bytes of a part are not those of its checksum."""

    code = 400

    def __init__(self) -> None:
        text = "The SHA256 you specified did not match the calculated checksum."
        super().__init__("BadDigest", text)


def answers() -> dict[str, Callable[..., Any]]:
    """Return the methods, by moto's names for them, around moto's own."""
    upload_part, serialized = S3Response.upload_part, S3Response.serialized

    def checked_part(response: S3Response) -> Any:
        told = response.headers.get(_HEADER)
        if told and told != _checksum(response.body):
            raise BadDigest
        upload_id = response._get_param("uploadId")
        if upload_id not in response.backend.get_bucket(response.bucket_name).multiparts:
            raise NoSuchUpload(upload_id)
        return upload_part(response)

    def with_checksums(response: S3Response, action_result: ActionResult) -> Any:
        if response.data.get("Action") == "ListParts":
            result: Any = action_result.result
            multiparts = response.backend.get_bucket(response.bucket_name).multiparts
            upload = multiparts[result["UploadId"]]
            if upload.metadata.get("x-amz-checksum-algorithm") == "SHA256":
                for part in result["Parts"]:
                    part["ChecksumSHA256"] = _checksum(upload.parts[part["PartNumber"]].value)
        return serialized(response, action_result)

    return {"upload_part": checked_part, "serialized": with_checksums}


def _checksum(content: bytes) -> str:
    return b64encode(sha256(content).digest()).decode()
