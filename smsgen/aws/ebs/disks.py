"""The Snapshots port on EBS direct.

Blocks go by Python's own HTTP client with botocore's signer: that takes about 0.6 of the processor time of boto3's
put_snapshot_block, whose serializer and parser have nothing to say about 512 KiB of bytes (`python -m bench copying`).

https://docs.aws.amazon.com/ebs/latest/userguide/writesnapshots.html
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPException
from ssl import SSLCertVerificationError
from threading import Lock
from typing import Any

from smsgen.aws.clients import Clients, user_agent
from smsgen.aws.ebs.connections import EndpointConnections, HttpAnswer, ca_bundle
from smsgen.aws.errors import error_code, redact, service_error, service_errors
from smsgen.errors import ServiceError
from smsgen.operations.ports.snapshots import (
    BLOCK,
    NewSnapshot,
    SnapshotInfo,
    SnapshotLost,
    SnapshotThrottled,
    Throttled,
    TryAgain,
)

TIMEOUT_MINUTES = 4320
"""For how long nothing needs to be put before EBS gives a pending snapshot up: as long as it can be (three days)."""

_THROTTLES = re.compile(r"Throttl|TooManyRequests|RequestLimitExceeded|SlowDown")
_OF_THE_SNAPSHOT = "RESOURCE_LEVEL_THROTTLE"
_PASSING_REASONS = {"CONFLICTING_BLOCK_UPDATE", "WRITE_REQUEST_TIMEOUT"}
_LOST_REASONS = {"SNAPSHOT_NOT_FOUND", "INVALID_SNAPSHOT_ID"}
_PASSING_CLASSES = {"HTTPClientError", "ConnectionError"}
"""botocore's roots for connections that break or time out."""

_KEY_ARN = re.compile(r"arn:[^:]+:kms:[^:]*:\d*:key/")


class EbsSnapshots:
    """Snapshots of EBS; see `operations.ports.snapshots.Snapshots`."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._blocks = _Blocks(clients)

    def start(self, request: NewSnapshot) -> str:
        """Start a snapshot; the same token starts no second one."""
        arguments: dict[str, Any] = {
            "VolumeSize": request.gib,
            "ClientToken": request.token,
            "Description": request.description[:255],
            "Timeout": TIMEOUT_MINUTES,
            "Tags": [{"Key": key, "Value": value} for key, value in request.tags],
        }
        if request.parent:
            arguments["ParentSnapshotId"] = request.parent  # and inherits its encryption: AWS refuses both
        elif request.encrypted:
            arguments["Encrypted"] = True
            if request.kms_key_id:
                arguments["KmsKeyArn"] = self._key_arn(request.kms_key_id)
        with service_errors("cannot start a snapshot"):
            return str(self._ebs.start_snapshot(**arguments)["SnapshotId"])

    def put(self, snapshot_id: str, index: int, block: bytes, digest: bytes) -> None:
        """Write a block, once."""
        with _kinds(f"cannot write block {index} of {snapshot_id}"):
            self._blocks.put(snapshot_id, index, block, digest)

    def complete(self, snapshot_id: str, *, count: int, checksum: bytes) -> None:
        """Seal a snapshot."""
        arguments: dict[str, Any] = {"SnapshotId": snapshot_id, "ChangedBlocksCount": count}
        if checksum:
            arguments["Checksum"] = b64encode(checksum).decode()
            arguments |= {"ChecksumAlgorithm": "SHA256", "ChecksumAggregationMethod": "LINEAR"}
        with _kinds(f"cannot complete snapshot {snapshot_id}"):
            self._ebs.complete_snapshot(**arguments)

    def find(self, snapshot_id: str) -> SnapshotInfo | None:
        """Return how a snapshot stands, by EC2's DescribeSnapshots."""
        with service_errors(f"cannot read snapshot {snapshot_id}"):
            try:
                answer = self._clients.client("ec2").describe_snapshots(SnapshotIds=[snapshot_id])
            except Exception as error:
                if error_code(error) == "InvalidSnapshot.NotFound":
                    return None
                raise
        snapshot = answer["Snapshots"][0]
        return SnapshotInfo(
            snapshot_id,
            str(snapshot["State"]),
            int(snapshot["VolumeSize"]),
            str(snapshot.get("StateMessage", "")),
        )

    def blocks(self, snapshot_id: str) -> Iterator[tuple[int, str]]:
        """Yield (index, token), all pages; a page may be empty although more follow."""
        page: dict[str, Any] = {}
        while True:
            with service_errors(f"cannot list the blocks of {snapshot_id}"):
                answer = self._ebs.list_snapshot_blocks(SnapshotId=snapshot_id, MaxResults=10_000, **page)
            for block in answer.get("Blocks", ()):
                yield int(block["BlockIndex"]), str(block["BlockToken"])
            if not answer.get("NextToken"):
                return
            page = {"NextToken": answer["NextToken"]}

    def get(self, snapshot_id: str, index: int, token: str) -> bytes:
        """Return a block of a completed snapshot, whole and as its checksum says."""
        doing = f"cannot read block {index} of {snapshot_id}"
        with service_errors(doing):
            answer = self._ebs.get_snapshot_block(SnapshotId=snapshot_id, BlockIndex=index, BlockToken=token)
            block = bytes(answer["BlockData"].read())
        if len(block) != BLOCK or b64encode(sha256(block).digest()).decode() != answer["Checksum"]:
            raise TryAgain(f"{doing}: it came damaged", hint="run it again")
        return block

    def delete(self, snapshot_id: str) -> None:
        """Delete a snapshot."""
        with service_errors(f"cannot delete snapshot {snapshot_id}"):
            try:
                self._clients.client("ec2").delete_snapshot(SnapshotId=snapshot_id)
            except Exception as error:
                if error_code(error) != "InvalidSnapshot.NotFound":
                    raise

    @property
    def _ebs(self) -> Any:
        return self._clients.client("ebs")

    def _key_arn(self, key: str) -> str:
        """Return a key's ARN, which EBS direct insists on, for an id, an alias or an ARN of either."""
        if _KEY_ARN.match(key):
            return key
        with service_errors(f"cannot find KMS key {key}"):
            return str(self._clients.client("kms").describe_key(KeyId=key)["KeyMetadata"]["Arn"])


class _Blocks:
    """PutSnapshotBlock, as https://docs.aws.amazon.com/ebs/latest/APIReference/API_PutSnapshotBlock.html has it.

    The body is not signed (the operation is `v4-unsigned-body` in botocore's model); the header with its checksum is.
    """

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._connections: EndpointConnections | None = None
        self._opening = Lock()

    def put(self, snapshot_id: str, index: int, block: bytes, digest: bytes) -> None:
        """Send one request; raises botocore's ClientError, OSError and HTTPException."""
        from smsgen.aws.ebs.signing import HeaderSigner

        connections = self._connections or self._open()
        path = f"/snapshots/{snapshot_id}/blocks/{index}"
        headers = {
            "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD",
            "x-amz-data-length": str(len(block)),
            "x-amz-checksum": b64encode(digest).decode(),
            "x-amz-checksum-algorithm": "SHA256",
        }
        signer = HeaderSigner(self._credentials.get_frozen_credentials(), "ebs", self._region)
        signed = signer.sign("PUT", connections.url, path, headers)
        answer = connections.put(path, {**signed, "user-agent": self._agent}, block)
        if answer.status != 201:
            raise _refusal(answer)

    def _open(self) -> EndpointConnections:
        with self._opening:
            if self._connections is None:
                session = self._clients.session
                self._credentials = session.get_credentials()
                self._region = self._clients.region  # boto3 looks it up anew each time, for 0.05 ms
                self._agent = user_agent()
                url = self._clients.client("ebs").meta.endpoint_url.rstrip("/")
                self._connections = EndpointConnections(url, ca_bundle(session))
            return self._connections


def _refusal(answer: HttpAnswer) -> Any:
    """Return the exception that boto3 would raise for an answer."""
    from botocore.exceptions import ClientError

    try:
        body = json.loads(answer.body)
    except ValueError:
        body = {}
    body = body if isinstance(body, dict) else {}
    code = answer.headers.get("x-amzn-ErrorType") or body.get("__type") or body.get("code") or ""
    error = {
        "Code": str(code).partition(":")[0].rpartition("#")[2] or str(answer.status),
        "Message": str(body.get("Message") or body.get("message") or ""),
    }
    metadata = {
        "HTTPStatusCode": answer.status,
        "RequestId": answer.headers.get("x-amzn-RequestId", ""),
    }
    response = {"Error": error, "ResponseMetadata": metadata, "Reason": body.get("Reason", "")}
    return ClientError(response, "PutSnapshotBlock")


@contextmanager
def _kinds(doing: str) -> Iterator[None]:
    """Turn what botocore raises into the errors of the port."""
    try:
        yield
    except ServiceError:
        raise
    except SSLCertVerificationError as error:
        hint = "a proxy may need its certificate in AWS_CA_BUNDLE"
        raise ServiceError(f"{doing}: the TLS connection to AWS failed: {error.reason}", hint=hint) from None
    except (OSError, HTTPException) as error:
        why = redact(str(error) or type(error).__name__)
        raise TryAgain(f"{doing}: the connection to AWS broke: {why}", hint="check the network") from None
    except Exception as error:
        kind = _kind(error)
        if kind is None:
            with service_errors(doing):
                raise
        plain = service_error(error, doing)
        raise kind(str(plain), code=plain.code, request_id=plain.request_id, hint=plain.hint) from None


def _kind(error: Exception) -> type[ServiceError] | None:
    """Return which error of the port an exception is; None for none that has a name there."""
    answer = getattr(error, "response", None)
    code = error_code(error)
    if not code:
        names = {base.__name__ for base in type(error).__mro__}
        return TryAgain if names & _PASSING_CLASSES else None
    reason = str(answer.get("Reason", "")) if isinstance(answer, dict) else ""
    if _THROTTLES.search(code):
        return SnapshotThrottled if reason == _OF_THE_SNAPSHOT else Throttled
    if code == "ResourceNotFoundException" or reason in _LOST_REASONS:
        return SnapshotLost
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) if isinstance(answer, dict) else 0
    return TryAgain if status >= 500 or reason in _PASSING_REASONS else None
