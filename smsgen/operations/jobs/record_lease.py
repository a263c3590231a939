"""The hold on a job whose subject is a record of replication: the catalog, or a replication job."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from smsgen.model.replicating.jobs import ReplicationJob
from smsgen.operations.apps.world import Kept, commit_decided
from smsgen.operations.jobs.lease import Lease, Superseded
from smsgen.operations.ports.store import Change, Job


class RecordLease(Lease):
    """The hold on a job on a record. Many threads may keep it at once."""

    def __init__(self, kept: Kept, job: Job) -> None:
        super().__init__(kept, job)
        self._turn = Lock()

    def keep(self) -> None:
        """Renew the lease where a third of it has passed; raises LeaseLost where it is another's."""
        with self._turn:
            super().keep()

    def write(self, decide: Callable[[], Change], *, done: bool = False) -> None:
        """Commit what `decide` reads and decides, under the lease; `done` ends the job with it.

        Raises LeaseLost, and whatever `decide` raises, and then nothing is kept.
        """
        with self._turn:
            commit_decided(self._kept, self.job.subject, lambda: decide()._replace(lease=self.job, done=done))

    def replication_job(self) -> ReplicationJob:
        """Return the replication job that the job is on; raises Superseded where there is none any more."""
        job = self._kept.store.replication_job(self.job.subject)
        if job is None:
            raise Superseded(f"there is no replication job {self.job.subject} any more")
        return job


def ignore(lease: Lease, message: str) -> None:
    """Note nothing: what waits to be tried again shows that by itself."""
