"""A snapshot as EBS direct makes it. moto's EC2 holds it: DescribeSnapshots, CreateTags and the like are moto's."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from moto.ec2.models.elastic_block_store import Snapshot

from tests.servers.aws.blocks import Disk, DiskReader
from tests.servers.aws.state import State

NO_VOLUME = "vol-ffffffff"
"""The volume that EC2 names for a snapshot that was made from none."""


class StoredSnapshot(Snapshot):
    """A snapshot with blocks. It is pending until it is sealed, in `error` once nothing came for `timeout` minutes."""

    def __init__(
        self,
        backend: Any,
        state: State,
        snapshot_id: str,
        disk: Disk,
        *,
        description: str = "",
        parent_id: str | None = None,
        kms_key: str | None = None,
        timeout: int = 60,
    ) -> None:
        type(self).instances_tracked.clear()  # moto's dashboard shows them, and would keep the deleted alive
        self.shared = state
        self.disk = disk
        self.parent_id = parent_id
        self.timeout = timeout
        self.started = self.touched = state.clock.now()
        self.sealed: float | None = None
        self.failure = ""
        self.percent = 0
        self.writes: Counter[int] = Counter()
        self.writing: Counter[int] = Counter()
        self.lock = threading.Lock()
        volume = SimpleNamespace(id=NO_VOLUME, size=disk.gib)
        super().__init__(backend, snapshot_id, volume, description, kms_key_id=kms_key)
        self.start_time = datetime.fromtimestamp(self.started, UTC).replace(tzinfo=None)

    @property
    def status(self) -> str:
        """Return pending, completed or error, by the clock."""
        now = self.shared.clock.now()
        if self.sealed is None and now - self.touched > self.timeout * 60:
            self.failure = self.failure or "the snapshot timed out"
        if self.sealed is None:
            return "error" if self.failure else "pending"
        if now - self.sealed < self.shared.limits.completion_seconds:
            return "pending"
        return "error" if self.failure else "completed"

    @status.setter
    def status(self, _: str) -> None:
        """moto's own snapshots are completed from the start."""

    @property
    def state_message(self) -> str | None:
        """Return EC2's StateMessage."""
        return self.failure or None

    @property
    def progress(self) -> str:
        return "100%" if self.status == "completed" else f"{min(self.percent, 99)}%"

    @property
    def from_ami(self) -> str | None:
        """Return an image that needs this snapshot: moto then refuses to delete it."""
        images = list(self.ec2_backend.amis.values())
        needing = (ami for ami in images if self.id in getattr(ami, "snapshot_ids", ()))
        image = next(needing, None)
        return image.id if image else None

    @from_ami.setter
    def from_ami(self, _: str | None) -> None:
        """moto says who made a snapshot; here it matters who needs it."""

    @property
    def sse_type(self) -> str:
        """Return the SSEType."""
        return "sse-kms" if self.encrypted else "none"

    def open(self) -> bool:
        """Tell whether blocks are taken: CompleteSnapshot ends that at once, whatever the state says."""
        return self.sealed is None and self.status == "pending"

    def reader(self) -> DiskReader:
        """Return what a volume made of it would hold."""
        return DiskReader(self.disk, self.shared.spool)


def completed(backend: Any, state: State, disk: Disk, **more: Any) -> StoredSnapshot:
    """Make a snapshot that is completed from the start, with a disk that others filled."""
    snapshot = StoredSnapshot(backend, state, f"snap-{uuid4().hex[:17]}", disk, **more)
    snapshot.sealed = snapshot.started - state.limits.completion_seconds
    backend.snapshots[snapshot.id] = snapshot
    return snapshot
