"""A Change as one transaction.

The order is that of what is refused first: a lost lease, a client token that was used meanwhile (its answer is
wanted, and nothing else), an application that was written meanwhile, a server that is taken, a record that was written
meanwhile. All writers lock rows in this order, and servers and records by their ids, so that few of them deadlock.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from smsgen.model.managed import ManagedApp, summarize
from smsgen.operations.ports.store import Change, Conflict, Job, LeaseLost, ServerTaken, Token, TokenUsed
from smsgen.store.codec import to_plain
from smsgen.store.records import write_records
from smsgen.store.tables import APPS, JOBS, META, SERVERS, TOKENS

_BATCH = 10_000


class Prepared(NamedTuple):
    """A change, and the columns of its application as far as they are known before the transaction."""

    change: Change
    columns: Mapping[str, Any]


def prepare(change: Change) -> Prepared:
    """Do what can be done for a change before its transaction begins."""
    return Prepared(change, _columns(change.after) if change.after else {})


def commit(connection: Connection, prepared: Prepared) -> ManagedApp | None:
    """Make a change; give the application with its new version, or None where there is none any more.

    Raises LeaseLost, TokenUsed, Conflict or ServerTaken; the transaction must then be rolled back.
    """
    change = prepared.change
    if change.lease:
        hold(connection, change.lease)
    if change.token:
        _remember(connection, change.token)
    kept = _write_app(connection, change.before, change.after, prepared.columns)
    if kept:
        _keep_servers(connection, kept, new=change.before is None)
    if change.records:
        write_records(connection, change.records)
    if change.jobs:
        connection.execute(insert(JOBS), [_row(job) for job in change.jobs])
    if change.lease and change.done:
        connection.execute(delete(JOBS).where(JOBS.c.job_id == change.lease.job_id))
    return kept


def hold(connection: Connection, job: Job) -> None:
    """Lock the job's row, and with it the lease, until the end of the transaction; raises LeaseLost.

    A lease is known by its owner and its number (`attempt`): one that the same owner took later is another one.
    """
    held = (JOBS.c.job_id == job.job_id) & (JOBS.c.owner == job.owner) & (JOBS.c.attempt == job.attempt)
    if not job.owner or connection.execute(select(JOBS.c.seq).where(held).with_for_update()).first() is None:
        raise LeaseLost(f"the lease of the job {job.job_id} has ended")


def _row(job: Job) -> dict[str, Any]:
    return {**job._asdict(), "reach": max(0.0, job.until - job.created)}  # `until`: not before that time


def token_key(token: str) -> str:
    """Return the key that a client token is found by."""
    return sha256(ascii(token).encode()).hexdigest()


def _remember(connection: Connection, token: Token) -> None:
    row = {**token._asdict(), "token": token_key(token.token)}
    same = (TOKENS.c.operation == token.operation) & (TOKENS.c.token == row["token"])
    while not _insert_new(connection, TOKENS, [row]):
        remembered = connection.execute(select(*TOKENS.c["request", "app_id", "created"]).where(same)).first()
        if remembered:  # or it has been forgotten in between
            raise TokenUsed(Token(token.operation, token.token, *remembered))


# --- The application ----------------------------------------------------------------------------------------------


def _write_app(
    connection: Connection,
    before: ManagedApp | None,
    after: ManagedApp | None,
    columns: Mapping[str, Any],
) -> ManagedApp | None:
    if before and after:
        kept = after._replace(version=before.version + 1)
        written = update(APPS).where(_is(before)).values({**columns, **_version(kept)})
        if before.app.app_id != after.app.app_id or not connection.execute(written).rowcount:
            raise Conflict(f"the application {before.app.app_id} was changed by somebody else meanwhile")
        return kept
    if before:
        _delete(connection, before)
        return None
    return _create(connection, after, columns) if after else None


def _create(connection: Connection, after: ManagedApp, columns: Mapping[str, Any]) -> ManagedApp:
    # The share lock waits for deletions under way: they may be about to raise the number.
    last = connection.execute(_LAST_VERSION.with_for_update(read=True)).scalar_one()
    kept = after._replace(version=int(last) + 1)
    row = {"app_id": kept.app.app_id, **columns, **_version(kept)}
    if not _insert_new(connection, APPS, [row]):
        raise Conflict(f"there is an application {kept.app.app_id} already")
    return kept


def _delete(connection: Connection, before: ManagedApp) -> None:
    last = int(connection.execute(_LAST_VERSION.with_for_update()).scalar_one())
    if before.version > last:
        connection.execute(update(META).where(_LAST).values(value=str(before.version)))
    if not connection.execute(delete(APPS).where(_is(before))).rowcount:
        raise Conflict(f"the application {before.app.app_id} was changed by somebody else meanwhile")
    connection.execute(delete(JOBS).where(JOBS.c.subject == before.app.app_id))


def _is(app: ManagedApp) -> Any:
    return (APPS.c.app_id == app.app.app_id) & (APPS.c.version == app.version)


def _columns(app: ManagedApp) -> dict[str, Any]:
    data = to_plain(app)
    del data["version"]  # it has a column
    return {"document": _json(data), "summary": _json(to_plain(summarize(app)))}


def _version(app: ManagedApp) -> dict[str, int]:
    return {"version": app.version, "summarized": app.version}


def _json(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"), allow_nan=False)


_LAST = META.c.name == "last_version"
_LAST_VERSION = select(META.c.value).where(_LAST)


# --- Its servers --------------------------------------------------------------------------------------------------


def _keep_servers(connection: Connection, app: ManagedApp, *, new: bool) -> None:
    app_id = app.app.app_id
    wanted = {server.server_id for group in app.app.server_groups for server in group.server_list} - {""}
    had = select(SERVERS.c.server_id).where(SERVERS.c.app_id == app_id)
    there = set() if new else set(connection.scalars(had))
    for gone in batches(there - wanted):
        connection.execute(delete(SERVERS).where(SERVERS.c.app_id == app_id, SERVERS.c.server_id.in_(gone)))
    for missing in batches(wanted - there):
        _take_servers(connection, app_id, missing)


def _take_servers(connection: Connection, app_id: str, missing: list[str]) -> None:
    while missing:
        rows = [{"server_id": one, "app_id": app_id} for one in missing]
        if _insert_new(connection, SERVERS, rows) == len(rows):
            return
        owners = owners_of(connection, missing)
        for server_id, owner in owners.items():
            if owner != app_id:
                raise ServerTaken(server_id, owner)
        missing = [one for one in missing if one not in owners]  # given up by another one in between


def owners_of(connection: Connection, server_ids: list[str]) -> dict[str, str]:
    """Return server id -> id of its application, by server id; at most one batch of them."""
    owners = select(*SERVERS.c["server_id", "app_id"]).where(SERVERS.c.server_id.in_(server_ids))
    return {row.server_id: row.app_id for row in connection.execute(owners.order_by(SERVERS.c.server_id))}


def batches(ids: Iterable[str]) -> Iterator[list[str]]:
    """Yield ids in order, each once, as many at a time as a statement takes (SQLite: 32,766 values)."""
    ordered = sorted(set(ids))
    for at in range(0, len(ordered), _BATCH):
        yield ordered[at : at + _BATCH]


def _insert_new(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> int:
    """Insert the rows whose keys are new, and give how many they were; waits for whoever is writing the same key."""
    new = _INSERTS[connection.dialect.name, table.name]
    return connection.execute(new, rows, execution_options={"preserve_rowcount": True}).rowcount


# Made once: SQLAlchemy knows again the SQL of a statement, and not that of one with its rows in it.
_INSERTS = {
    (module.__name__.rpartition(".")[2], table.name): module.insert(table).on_conflict_do_nothing()
    for module in (postgresql, sqlite)
    for table in (APPS, SERVERS, TOKENS)
}
