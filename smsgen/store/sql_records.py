"""The port ReplicationStore on a database; see there for what each method promises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from smsgen.model.replicating.catalog import CATALOG_ID, Catalog, CatalogServer, Connector
from smsgen.model.replicating.jobs import ReplicationJob, ReplicationRun, is_living
from smsgen.model.replicating.machines import Machine
from smsgen.model.replicating.notices import Notice
from smsgen.store.commit import batches
from smsgen.store.database import Database
from smsgen.store.records import R, read_row, rows_of, run_place
from smsgen.store.tables import RECORDS

_LONGEST_ID = 64

_JOBS_OF = (
    rows_of(ReplicationJob)
    .where(RECORDS.c.parent.in_(bindparam("parents", expanding=True)))
    .order_by(RECORDS.c.place)
)
"""The jobs of some servers, by age. Made once: every CreateApp asks."""


class SqlRecords:
    """The records of replication in a database."""

    _database: Database

    def connector(self, connector_id: str) -> Connector | None:
        """Return a connector, or None."""
        return self._record(Connector, connector_id)

    def connectors(self, *, after: str = "", limit: int) -> tuple[Connector, ...]:
        """Return connectors by their ids."""
        return self._after(Connector, after, limit)

    def catalog(self) -> Catalog:
        """Return how the catalog stands."""
        return self._record(Catalog, CATALOG_ID) or Catalog()

    def server(self, server_id: str) -> CatalogServer | None:
        """Return a server of the catalog, or None."""
        return self._record(CatalogServer, server_id)

    def servers(
        self, *, ids: Iterable[str] | None = None, after: str = "", limit: int
    ) -> tuple[CatalogServer, ...]:
        """Return servers of the catalog by their ids."""
        if ids is None:
            return self._after(CatalogServer, after, limit)
        rows = rows_of(CatalogServer).where(RECORDS.c.record_id > after).order_by(RECORDS.c.record_id)
        known = [server_id for server_id in ids if _can_be(server_id)]

        def work(connection: Connection) -> list[Any]:
            found: list[Any] = []
            for some in batches(known):
                if len(found) < limit:
                    page = rows.where(RECORDS.c.record_id.in_(some)).limit(limit - len(found))
                    found += connection.execute(page)
            return found

        return tuple(read_row(CatalogServer, row) for row in self._database.read(work))

    def machines(self) -> tuple[Machine, ...]:
        """Return the machines that carry out replication."""
        return self._read(Machine, rows_of(Machine).order_by(RECORDS.c.record_id))

    def notice(self, notice_id: str) -> Notice | None:
        """Return an event that is to be sent, or None."""
        return self._record(Notice, notice_id)

    def replication_job(self, job_id: str) -> ReplicationJob | None:
        """Return a replication job, or None."""
        return self._record(ReplicationJob, job_id)

    def replication_jobs(self, *, after: str = "", limit: int) -> tuple[ReplicationJob, ...]:
        """Return replication jobs by their ids."""
        return self._after(ReplicationJob, after, limit)

    def jobs_of_servers(self, server_ids: Iterable[str]) -> Mapping[str, ReplicationJob]:
        """Return server id -> its replication job."""
        known = [server_id for server_id in server_ids if _can_be(server_id)]

        def work(connection: Connection) -> list[Any]:
            return [row for some in batches(known) for row in connection.execute(_JOBS_OF, {"parents": some})]

        newest: dict[str, ReplicationJob] = {}
        for row in self._database.read(work) if known else ():
            job = read_row(ReplicationJob, row)
            there = newest.get(job.server_id)
            if there is None or not is_living(there):
                newest[job.server_id] = job
        return newest

    def living_jobs(self) -> int:
        """Return how many replication jobs keep their servers."""
        counted = select(func.count()).where(RECORDS.c.kind == "job", RECORDS.c.holds.is_not(None))
        return int(self._database.read(lambda connection: connection.execute(counted).scalar_one()))

    def replication_run(self, run_id: str) -> ReplicationRun | None:
        """Return a run, or None."""
        return self._record(ReplicationRun, run_id)

    def replication_runs(self, job_id: str, *, after: str = "", limit: int) -> tuple[ReplicationRun, ...]:
        """Return runs of a job, the newest first."""
        if not _can_be(job_id):
            return ()
        rows = rows_of(ReplicationRun).where(RECORDS.c.parent == job_id)
        if after:
            rows = rows.where(RECORDS.c.place < run_place(int(after)))
        return self._read(ReplicationRun, rows.order_by(RECORDS.c.place.desc()).limit(limit))

    def _record(self, kind: type[R], record_id: str) -> R | None:
        if not _can_be(record_id):
            return None
        records = self._read(kind, rows_of(kind).where(RECORDS.c.record_id == record_id))
        return records[0] if records else None

    def _after(self, kind: type[R], after: str, limit: int) -> tuple[R, ...]:
        rows = rows_of(kind).where(RECORDS.c.record_id > after).order_by(RECORDS.c.record_id)
        return self._read(kind, rows.limit(limit)) if _can_be(after) or not after else ()

    def _read(self, kind: type[R], rows: Select[Any]) -> tuple[R, ...]:
        records = self._database.read(lambda connection: list(connection.execute(rows)))
        return tuple(read_row(kind, row) for row in records)


def _can_be(text: str) -> bool:
    """Return whether a text can be an id: a database refuses others (U+0000, halves of characters) with an error."""
    return text.isprintable() and len(text) <= _LONGEST_ID
