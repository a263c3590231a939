"""EBS direct, in one account and Region: what it does, and what it refuses.

https://docs.aws.amazon.com/ebs/latest/APIReference/API_Operations.html, and the guide at
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-accessing-snapshot.html.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import uuid4
from weakref import ReferenceType, ref

from tests.servers.aws.blocks import BLOCK, Disk
from tests.servers.aws.rates import Rates
from tests.servers.aws.refusals import Refusal, absent, invalid
from tests.servers.aws.rules import SNAPSHOT_ID, Start, check_complete, check_start
from tests.servers.aws.snapshots import StoredSnapshot
from tests.servers.aws.state import State

DIGITS = re.compile(r"-?\d+")


class Put(NamedTuple):
    """A PutSnapshotBlock as it came; header values are text, or None where they are missing."""

    snapshot_id: str
    block_index: int
    data_length: str | None
    checksum: str | None
    algorithm: str | None
    progress: str | None
    encoding: str | None


class Completion(NamedTuple):
    """A CompleteSnapshot as it came."""

    snapshot_id: str
    changed_blocks: str | None
    checksum: str | None
    algorithm: str | None
    aggregation: str | None


class Ebs:
    """EBS direct of one account in one Region, in front of moto's EC2 `backend`, which owns the snapshots."""

    def __init__(self, backend: Any, state: State) -> None:
        self.backend = backend
        self.state = state
        self.rates = Rates(state)
        self.tokens: dict[str, tuple[Start, ReferenceType[StoredSnapshot]]] = {}
        """By ClientToken, which SDKs fill in unasked. A token keeps no deleted snapshot, and so no blocks, alive."""

    def start(self, request: Start) -> StoredSnapshot:
        """Start a snapshot, or give the one that the same request started before."""
        self.rates.take("starts_per_second", self.state.limits.starts_per_second)
        with self.state.lock:
            check_start(request)
            earlier, kept = self.tokens.get(request.token or "", (None, None))
            snapshot = kept() if kept is not None else None
            if snapshot is None:
                snapshot = self._start(request)
                if request.token:
                    self.tokens[request.token] = (request, ref(snapshot))
            elif earlier != request:
                raise Refusal(
                    "ConflictException",
                    "The request uses the same client token as a previous, but non-identical request.",
                )
            return snapshot

    def _start(self, request: Start) -> StoredSnapshot:
        parent = self._parent(request)
        kms_key = self._key(request, parent)
        if self._pending() >= self.state.limits.pending_snapshots:
            raise Refusal(
                "ConcurrentLimitExceededException", "You have reached the limit for pending snapshots."
            )
        disk = Disk(request.volume_size, parent.disk if parent else None)
        snapshot = StoredSnapshot(
            self.backend,
            self.state,
            f"snap-{uuid4().hex[:17]}",
            disk,
            description=request.description,
            parent_id=request.parent,
            kms_key=kms_key,
            timeout=request.timeout,
        )
        self.backend.snapshots[snapshot.id] = snapshot
        snapshot.add_tags(dict(request.tags))
        return snapshot

    def _parent(self, request: Start) -> StoredSnapshot | None:
        if request.parent is None:
            return None
        parent = self.find(request.parent)
        if parent.status != "completed":
            raise invalid("INVALID_SNAPSHOT_ID", f"The parent snapshot '{parent.id}' is {parent.status}.")
        if parent.disk.gib > request.volume_size:
            size = f"{request.volume_size} GiB is smaller than the parent's {parent.disk.gib} GiB"
            raise invalid("INVALID_VOLUME_SIZE", f"The volume size of {size}.")
        return parent

    def _key(self, request: Start, parent: StoredSnapshot | None) -> str | None:
        """Return the KMS key, by https://docs.aws.amazon.com/ebs/latest/userguide/ebsapis-using-encryption.html."""
        default = self.backend.ebs_encryption_by_default
        if parent is not None:
            if default and not parent.encrypted:
                raise invalid(
                    "INVALID_PARAMETER_VALUE",
                    "Encryption by default is enabled: an unencrypted parent snapshot cannot be used.",
                )
            return parent.kms_key_id
        if request.kms_key or not (request.encrypted or default):
            return request.kms_key
        return f"arn:aws:kms:{self.backend.region_name}:{self.backend.account_id}:key/aws-ebs"

    def _pending(self) -> int:
        stored = (each for each in list(self.backend.snapshots.values()) if isinstance(each, StoredSnapshot))
        return sum(each.status == "pending" for each in stored)

    def find(self, snapshot_id: str) -> StoredSnapshot:
        """Return a snapshot; raises Refusal where there is none, or none to be seen yet."""
        if not SNAPSHOT_ID.fullmatch(snapshot_id):
            raise invalid("INVALID_SNAPSHOT_ID", f"Invalid snapshot id: {snapshot_id}")
        snapshot = self.backend.snapshots.get(snapshot_id)
        if not isinstance(snapshot, StoredSnapshot):
            raise absent(snapshot_id)
        if self.state.clock.now() - snapshot.started < self.state.limits.visible_after:
            raise absent(snapshot_id)
        return snapshot

    @contextmanager
    def arriving(self, snapshot_id: str, index: int) -> Iterator[float]:
        """Hold a block while its data arrives: no other write to it is taken meanwhile. Gives when it began."""
        snapshot = self.backend.snapshots.get(snapshot_id)
        writing = snapshot.writing if isinstance(snapshot, StoredSnapshot) else {}
        with self.state.lock:
            writing[index] = writing.get(index, 0) + 1
        try:
            yield self.state.clock.now()
        finally:
            with self.state.lock:
                writing[index] -= 1

    def put(self, request: Put, data: bytes | bytearray, began: float) -> bytes:
        """Write a block and give its SHA-256. `began`: when its data began to arrive."""
        snapshot = self.find(request.snapshot_id)
        self._take_put(snapshot)
        _check_headers(request)
        if not 0 <= request.block_index < snapshot.disk.count:
            raise invalid(
                "INVALID_BLOCK", f"Block index {request.block_index} is beyond the end of the volume."
            )
        if len(data) != BLOCK:
            # Seen at AWS: https://github.com/nanovms/ops/pull/1268
            raise invalid("INVALID_PARAMETER_VALUE", "Failed to read block data")
        digest = sha256(data).digest()
        if digest != _decoded(request.checksum):
            message = "The checksum does not match the SHA256 checksum of the block data."
            raise invalid("INVALID_PARAMETER_VALUE", message)
        if self.state.clock.now() - began > self.state.limits.write_seconds:
            raise invalid("WRITE_REQUEST_TIMEOUT", "The block data took too long to arrive.")
        if snapshot.writing[request.block_index] > 1:
            raise invalid("CONFLICTING_BLOCK_UPDATE", f"Block {request.block_index} is being written.")
        block = self.state.spool.keep(digest, data)
        with snapshot.lock:
            if not snapshot.open():
                raise invalid("INVALID_SNAPSHOT_ID", f"The snapshot '{snapshot.id}' is not pending.")
            snapshot.disk.own[request.block_index] = block
            snapshot.writes[request.block_index] += 1
            snapshot.touched = self.state.clock.now()
            snapshot.percent = int(request.progress or snapshot.percent)
        return digest

    def _take_put(self, snapshot: StoredSnapshot) -> None:
        limits = self.state.limits
        self.rates.take("puts_per_second", limits.puts_per_second)
        self.rates.take(snapshot.id, limits.snapshot_puts_per_second, "RESOURCE_LEVEL_THROTTLE")

    def complete(self, request: Completion) -> str:
        """Seal a snapshot and give its state."""
        self.rates.take("completes_per_second", self.state.limits.completes_per_second)
        snapshot = self.find(request.snapshot_id)
        check_complete(request.changed_blocks, request.checksum, request.algorithm, request.aggregation)
        with snapshot.lock:
            if not snapshot.open():
                raise invalid("INVALID_SNAPSHOT_ID", f"The snapshot '{snapshot.id}' is not pending.")
            failure = _verdict(request, snapshot)
            if failure and not self.state.limits.late_verdict:
                raise invalid("INVALID_PARAMETER_VALUE", failure)
            snapshot.failure = failure
            snapshot.sealed = self.state.clock.now()
        return "pending"


def _check_headers(request: Put) -> None:
    checks = (
        (request.encoding is None, "INVALID_CONTENT_ENCODING", "Content-Encoding is not supported."),
        (request.data_length == str(BLOCK), "INVALID_PARAMETER_VALUE", f"The data length must be {BLOCK}."),
        (request.algorithm == "SHA256", "INVALID_PARAMETER_VALUE", "The checksum algorithm must be SHA256."),
        (request.checksum, "INVALID_PARAMETER_VALUE", "The checksum is missing."),
        (
            DIGITS.fullmatch(request.progress or "0") and 0 <= int(request.progress or "0") <= 100,
            "INVALID_PARAMETER_VALUE",
            "The progress must be from 0 to 100.",
        ),
    )
    for holds, reason, message in checks:
        if not holds:
            raise invalid(reason, message)


def _decoded(checksum: str | None) -> bytes:
    try:
        return b64decode(checksum or "", validate=True)
    except ValueError:
        return b""


def _verdict(request: Completion, snapshot: StoredSnapshot) -> str:
    """Return what is wrong with a completion's count or checksum; empty: nothing."""
    own = snapshot.disk.own
    if int(request.changed_blocks or 0) != len(own):
        return f"The changed blocks count is {request.changed_blocks}, but {len(own)} blocks were written."
    linear = sha256(b"".join(own[index].digest for index in sorted(own))).digest()
    if request.checksum is not None and request.checksum != b64encode(linear).decode():
        return "The checksum does not match the checksums of the blocks written."
    return ""


def ebs_of(backend: Any, state: State) -> Ebs:
    """Return EBS direct of moto's EC2 backend; it goes when moto forgets all."""
    with state.lock:
        known: Ebs | None = vars(backend).get("_stand_in")
        if known is None or known.state is not state:
            known = vars(backend)["_stand_in"] = Ebs(backend, state)
        return known
