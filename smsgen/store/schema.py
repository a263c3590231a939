"""The schema's version: what the database has, what this smsgen knows, and the way up from one to the other.

Alembic runs the migrations; it is loaded only where there is something to run. All of them are one transaction, under
a lock that a second server waits for, so that two that start at once are fine, and one that dies leaves nothing half
done.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from smsgen.operations.ports.store import StoreError
from smsgen.store.database import Database

VERSION = "0005"
"""The version that `tables.py` describes: the last file of migrations/versions."""

_LOCK = 0x736D_7367_656E  # "smsgen": PostgreSQL's advisory locks have numbers for names


def bring_up(database: Database) -> None:
    """Make the schema, or bring it up to VERSION; nothing where it is there.

    Raises StoreError where the database fails, or its schema is newer.
    """
    if database.read(current) != VERSION:
        database.write(_migrate)


def check_version(database: Database) -> None:
    """Raise StoreError where the schema is another than VERSION: it was brought up by another smsgen meanwhile."""
    version = database.read(_version)
    if version != VERSION:
        raise StoreError(f"the store's schema is {version}, and this smsgen works with {VERSION}")


def current(connection: Connection) -> str | None:
    """Return the version of the schema, or None where there is none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return _version(connection)


def _version(connection: Connection) -> str | None:
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":  # SQLite's write lock is held already
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    version = current(connection)
    if version is not None and version > VERSION:
        message = f"the store's schema is {version}, and this smsgen knows schemas up to {VERSION}"
        raise StoreError(message, hint="use the smsgen that brought it there, or a newer one")
    if version == VERSION:
        return
    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
