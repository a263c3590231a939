"""The SMS API's applications, kept in SQLite or PostgreSQL (SQLAlchemy Core).

    operations ──AppStore──▶ sql_store ──▶ commit ──▶ tables ◀── schema ◀── migrations/versions
                                 │            │
                                 └──▶ database (connections, transactions, errors)   codec (records <-> JSON)

In: a URL. Out: a store that keeps what it has acknowledged. Nothing here knows what an application means.
"""

from smsgen.store.sql_store import SqlStore


def open_store(url: str) -> SqlStore:
    """Open the store at a URL, making it or bringing its schema up to date; see `operations.app_store.AppStore`.

    `url`: `sqlite:///path/to/store.db`, `sqlite://` (in memory, for this process), `postgresql+psycopg://host/database`.
    Raises StoreError where it cannot be read or reached, or a newer smsgen has changed its schema.
    """
    return SqlStore(url)


__all__ = ["SqlStore", "open_store"]
