"""The records of replication as rows: their kinds, how they are written, how they are read.

What is kept of a record is a JSON document, as of an application; what stands beside it is what the database must find
it by, order it by, or let there be one of only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Select, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from smsgen.model.replicating.catalog import CATALOG_ID, Catalog, CatalogServer, Connector
from smsgen.model.replicating.jobs import ReplicationJob, ReplicationRun, is_living
from smsgen.model.replicating.machines import Machine
from smsgen.model.replicating.notices import Notice
from smsgen.operations.ports.replication_store import Record, Write
from smsgen.operations.ports.store import Conflict
from smsgen.store.codec import to_plain, to_record
from smsgen.store.tables import RECORDS

R = TypeVar("R", Connector, Catalog, CatalogServer, ReplicationJob, ReplicationRun, Machine, Notice)


class _Kind(NamedTuple):
    """What rows of a kind are called and found by: id, parent, place, and what only one of them holds."""

    name: str
    record_id: Callable[[Any], str]
    parent: Callable[[Any], str] = lambda record: ""
    place: Callable[[Any], str] = lambda record: ""
    holds: Callable[[Any], str | None] = lambda record: None


def run_place(number: int) -> str:
    """Return what orders the runs of a job."""
    return f"{number:010}"


_KINDS: dict[type[Any], _Kind] = {
    Connector: _Kind("connector", lambda record: record.connector_id),
    Catalog: _Kind("catalog", lambda record: CATALOG_ID),
    CatalogServer: _Kind("server", lambda record: record.server_id),
    ReplicationJob: _Kind(
        "job",
        lambda record: record.replication_job_id,
        parent=lambda record: record.server_id,
        place=lambda record: f"{record.created:020.3f}",
        holds=lambda record: record.server_id if is_living(record) else None,
    ),
    ReplicationRun: _Kind(
        "run",
        lambda record: record.replication_run_id,
        parent=lambda record: record.replication_job_id,
        place=lambda record: run_place(record.number),
    ),
    Machine: _Kind("machine", lambda record: record.name),
    Notice: _Kind("notice", lambda record: record.notice_id),
}


def write_records(connection: Connection, writes: Iterable[Write]) -> None:
    """Make, change and delete records, by their kinds and ids; raises Conflict where one is not what was read."""
    rows: list[dict[str, Any]] = []
    for write in sorted(writes, key=_key):
        if write.before is None and write.after is not None:
            rows.append(_row(write.after, 1))
        elif write.before is not None:
            _change(connection, write.before, write.after)
    if rows:
        there = connection.execute(
            _INSERTS[connection.dialect.name], rows, execution_options={"preserve_rowcount": True}
        ).rowcount
        if there != len(rows):
            raise Conflict("a record was made by somebody else meanwhile")


def _key(write: Write) -> tuple[str, str]:
    record: Any = write.before if write.before is not None else write.after
    kind = _KINDS[type(record)]
    return kind.name, kind.record_id(record)


def _change(connection: Connection, before: Record, after: Record | None) -> None:
    kind = _KINDS[type(before)]
    same = (
        (RECORDS.c.kind == kind.name)
        & (RECORDS.c.record_id == kind.record_id(before))
        & (RECORDS.c.version == before.version)
    )
    if after is None:
        changed = connection.execute(delete(RECORDS).where(same)).rowcount
    else:
        changed = connection.execute(
            update(RECORDS).where(same).values(_row(after, before.version + 1))
        ).rowcount
    if not changed:
        raise Conflict(f"the {kind.name} {kind.record_id(before)} was changed by somebody else meanwhile")


def _row(record: Record, version: int) -> dict[str, Any]:
    kind = _KINDS[type(record)]
    data = to_plain(record)
    data.pop("version", None)  # it has a column
    return {
        "kind": kind.name,
        "record_id": kind.record_id(record),
        "parent": kind.parent(record),
        "place": kind.place(record),
        "holds": kind.holds(record),
        "version": version,
        "document": json.dumps(data, separators=(",", ":"), allow_nan=False),
    }


_INSERTS = {
    "postgresql": postgresql.insert(RECORDS).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(RECORDS).on_conflict_do_nothing(),
}


def rows_of(kind: type[Any]) -> Select[Any]:
    """Select the rows of a kind: their versions and documents."""
    return select(*RECORDS.c["version", "document", "record_id", "parent"]).where(
        RECORDS.c.kind == _KINDS[kind].name
    )


def read_row(kind: type[R], row: Any) -> R:
    """Return the record that a row holds."""
    record: Any = to_record(kind, json.loads(row.document))
    read: R = record._replace(version=row.version)
    return read
