"""The SMS API's applications, kept in SQLite or PostgreSQL (SQLAlchemy Core).

    operations ──AppStore──▶ sql_store ──▶ commit ──▶ tables ◀── schema ◀── migrations/versions
                                 │            │          ▲
                                 │            └─▶ codec   └── backup
                                 └──▶ database ──▶ together

In: a URL. Out: a store that keeps what it has acknowledged. Nothing here knows what an application means.
"""

from collections.abc import Callable

from smsgen.store.backup import backup, restore
from smsgen.store.sql_store import SqlStore


def open_store(url: str, *, create: bool = True, clock: Callable[[], float] | None = None) -> SqlStore:
    """Open the store at a URL, making it or bringing its schema up to date; see `operations.app_store.AppStore`.

    `url`: `sqlite:///path/to/store.db`, `sqlite://` (in memory, for this process), `postgresql+psycopg://host/database`.
    Without `create`, a file of SQLite must be there already. `clock` gives seconds since the epoch, by which leases
    end: without one it is this machine's for SQLite, and the database's for PostgreSQL. Raises StoreError
    where it cannot be read or reached, or a newer smsgen has changed its schema.
    """
    return SqlStore(url, create=create, clock=clock)


__all__ = ["SqlStore", "backup", "open_store", "restore"]
