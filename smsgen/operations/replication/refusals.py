"""The ways replication says no that the SMS API has errors of its own for."""

from __future__ import annotations

from smsgen.errors import SmsgenError


class NoConnectors(SmsgenError):
    """There is no connector (API: NoConnectorsAvailableException)."""

    def __init__(self) -> None:
        super().__init__(
            "there is no connector",
            hint="`smsgen connect images DIR`, `connect rvtools FILE` or `connect csv FILE` makes one",
        )


class NotReplicable(SmsgenError):
    """A server cannot be replicated (API: ServerCannotBeReplicatedException)."""


class JobExists(SmsgenError):
    """A server has a replication job already (API: ReplicationJobAlreadyExistsException)."""

    def __init__(self, server_id: str, job_id: str) -> None:
        super().__init__(
            f"the server {server_id} has the replication job {job_id} already",
            hint="update or delete that one",
        )


class UnknownJob(SmsgenError):
    """There is no replication job of that id (API: ReplicationJobNotFoundException)."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"there is no replication job {job_id}")


class TooManyRuns(SmsgenError):
    """No more runs on demand for now (API: ReplicationRunLimitExceededException)."""
