"""What replication needs of a store: connectors, the server catalog, replication jobs and their runs.

They are written by `AppStore.commit` (`Change.records`), in one transaction with the application and the queued work:
a run that ends, the job's state, the application's image and status are kept together, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from smsgen.model.replicating.catalog import Catalog, CatalogServer, Connector
from smsgen.model.replicating.jobs import ReplicationJob, ReplicationRun
from smsgen.model.replicating.machines import Machine
from smsgen.model.replicating.notices import Notice

Record = Connector | Catalog | CatalogServer | ReplicationJob | ReplicationRun | Machine | Notice


class Write(NamedTuple):
    """A record as it was read (None: it is made), and as it shall be (None: it is deleted)."""

    before: Record | None
    after: Record | None


class ReplicationStore(Protocol):
    """The records of replication. Every method raises StoreError where the database fails."""

    def connector(self, connector_id: str) -> Connector | None:
        """Return a connector, or None where there is none of that id."""

    def connectors(self, *, after: str = "", limit: int) -> tuple[Connector, ...]:
        """Return at most `limit` connectors by their ids, those that come after `after`."""

    def catalog(self) -> Catalog:
        """Return how the catalog stands; one that was never imported has version 0 and is not kept yet."""

    def server(self, server_id: str) -> CatalogServer | None:
        """Return a server of the catalog, or None."""

    def servers(
        self, *, ids: Iterable[str] | None = None, after: str = "", limit: int
    ) -> tuple[CatalogServer, ...]:
        """Return at most `limit` servers of the catalog by their ids, those after `after`; `ids`: of these."""

    def machines(self) -> tuple[Machine, ...]:
        """Return the machines that carry out replication, by their names."""

    def notice(self, notice_id: str) -> Notice | None:
        """Return an event that is to be sent, or None where it is sent already."""

    def replication_job(self, job_id: str) -> ReplicationJob | None:
        """Return a replication job, or None."""

    def replication_jobs(self, *, after: str = "", limit: int) -> tuple[ReplicationJob, ...]:
        """Return at most `limit` replication jobs by their ids, those that come after `after`."""

    def jobs_of_servers(self, server_ids: Iterable[str]) -> Mapping[str, ReplicationJob]:
        """Return server id -> its replication job: the living one, else the one that was made last."""

    def living_jobs(self) -> int:
        """Return how many replication jobs keep their servers."""

    def replication_run(self, run_id: str) -> ReplicationRun | None:
        """Return a run, or None."""

    def replication_runs(self, job_id: str, *, after: str = "", limit: int) -> tuple[ReplicationRun, ...]:
        """Return at most `limit` runs of a job, the newest first, those that are older than the run number `after`."""
