"""The Manifests port on S3, for workers that share no disk: one object a segment, each written once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smsgen.aws.clients import Clients
from smsgen.aws.errors import error_code, service_errors
from smsgen.operations.ports.snapshots import ManifestTaken


class S3Manifests:
    """Manifests below a prefix of a bucket; see `operations.ports.snapshots.Manifests`."""

    def __init__(self, clients: Clients, bucket: str, prefix: str = "") -> None:
        self._clients = clients
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the names in a folder, sorted."""
        prefix = f"{self._prefix}{folder}/"
        with service_errors(f"cannot list s3://{self._bucket}/{prefix}"):
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                **self._bucket_of_ours(), Prefix=prefix, Delimiter="/"
            )
            folders = [one["Prefix"] for page in pages for one in page.get("CommonPrefixes", ())]
        return tuple(sorted(f"{folder}/{one.removeprefix(prefix).rstrip('/')}" for one in folders))

    def append(self, name: str, number: int, segment: bytes) -> None:
        """Write a segment, unless another wrote one of that number (If-None-Match)."""
        key = self._key(name, number)
        with service_errors(f"cannot write s3://{self._bucket}/{key}"):
            try:
                self._s3.put_object(**self._bucket_of_ours(), Key=key, Body=segment, IfNoneMatch="*")
            except Exception as error:
                if error_code(error) not in ("PreconditionFailed", "412", "ConditionalRequestConflict"):
                    raise
                if self._read(key) != segment:  # ours, if an answer was lost
                    raise ManifestTaken(
                        f"another worker writes the manifest {name}", hint="this one stops; the other goes on"
                    ) from None

    def segments(self, name: str) -> Iterator[bytes]:
        """Yield the segments in order, up to the first that is missing."""
        for number, key in enumerate(self._keys(name)):
            if key != self._key(name, number):
                return
            with service_errors(f"cannot read s3://{self._bucket}/{key}"):
                segment = self._read(key)
            yield segment

    def delete(self, name: str) -> None:
        """Delete a manifest, its last segment first: what is left of it is still a manifest."""
        for key in reversed(list(self._keys(name))):
            with service_errors(f"cannot delete s3://{self._bucket}/{key}"):
                self._s3.delete_object(**self._bucket_of_ours(), Key=key)

    def _keys(self, name: str) -> Iterator[str]:
        with service_errors(f"cannot list s3://{self._bucket}/{self._prefix}{name}/"):
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                **self._bucket_of_ours(), Prefix=f"{self._prefix}{name}/"
            )
            for page in pages:
                yield from (str(one["Key"]) for one in page.get("Contents", ()))

    def _key(self, name: str, number: int) -> str:
        return f"{self._prefix}{name}/{number:08}"

    def _read(self, key: str) -> bytes:
        content: bytes = self._s3.get_object(**self._bucket_of_ours(), Key=key)["Body"].read()
        return content

    @property
    def _s3(self) -> Any:
        return self._clients.client("s3")

    def _bucket_of_ours(self) -> dict[str, str]:
        return {"Bucket": self._bucket, "ExpectedBucketOwner": self._clients.identity().account}
