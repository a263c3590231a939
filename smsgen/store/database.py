"""One database, by its URL: connections, transactions and what goes wrong with them.

SQLite is in WAL mode: readers see a snapshot and wait for nobody. A writer takes the write lock before it reads
(BEGIN IMMEDIATE), so that nothing it decided on changes under it; writers of this process queue here, as
SQLite lets them poll, and only those of other processes at SQLite's. Nothing is acknowledged before it is on the disk
(synchronous=FULL). What is waiting is written in one transaction (`together.py`): the way to the disk takes as long as
all else in a transaction, and other writers are what a writer waits for.

PostgreSQL runs at READ COMMITTED. Every decision of the store is a statement that looks again when it has the row's
lock (UPDATE … WHERE version, INSERT … ON CONFLICT, SELECT … FOR UPDATE), so that a stricter level would add retries and
no safety. A deadlock or a serialization failure rolls everything back, and is tried again.
"""

from __future__ import annotations

import logging
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from smsgen.errors import install_hint
from smsgen.operations.ports.store import StoreError
from smsgen.store.together import PendingWrite, Together

T = TypeVar("T")
_log = logging.getLogger("smsgen.store")

BUSY_MILLISECONDS = 20_000
"""How long SQLite waits for the write lock of another process."""

CONNECT_SECONDS = 10

IDLE_SECONDS = 30.0
"""After which PostgreSQL ends a transaction in which nothing is asked any more."""

ATTEMPTS = 8
"""How often a transaction is tried that deadlocks, or cannot be serialized."""

_AGAIN = ("40001", "40P01")  # PostgreSQL, appendix A: serialization_failure, deadlock_detected
_HINT = "sqlite:///path/to/store.db, or postgresql+psycopg://user@host/database"


class Database:
    """A database that transactions run in. Every method raises StoreError, in one sentence without a password.

    Without `create`, a file of SQLite must be there already.
    """

    def __init__(self, url: str, *, create: bool = True) -> None:
        self.url = _read_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.in_memory = self.sqlite and self.url.database in (None, "", ":memory:")
        self._writers: Any = threading.RLock() if self.sqlite else nullcontext()
        self._together = Together(self._write_all)
        # In memory there is one connection for all threads, so that readers take turns too.
        self._readers: Any = self._writers if self.in_memory else nullcontext()
        if not create and self.sqlite and not (self.in_memory or os.path.exists(str(self.url.database))):  # noqa: PTH110 - as in _make_file
            raise StoreError(f"there is no store at {self.url.database}", hint="--store says where it is")
        with self.errors():
            self.engine = self._sqlite_engine() if self.sqlite else _postgresql_engine(self.url)

    def read(self, work: Callable[[Connection], T], *, snapshot: bool = False) -> T:
        """Run `work` in a transaction that writes nothing; with `snapshot`, all its statements see one state."""
        # SQLite's transactions always see one state. PostgreSQL's single statements need none.
        level = {} if self.sqlite else {"isolation_level": "REPEATABLE READ" if snapshot else "AUTOCOMMIT"}
        with self._readers, self.errors(), self.engine.connect() as plain:
            connection = plain.execution_options(**level)
            with connection.begin():
                return work(connection)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction that is kept whole once this returns, and not at all if it raises.

        `work` runs again where the database asks for it.
        """
        if self.sqlite:
            return self._together.write(work)
        with self.errors():
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    return self._write_once(work)
                except DBAPIError as error:
                    if attempt == ATTEMPTS or getattr(error.orig, "sqlstate", "") not in _AGAIN:
                        raise
                    time.sleep(random.uniform(0, 0.01 * 2**attempt))
        raise AssertionError("unreachable")

    def _write_all(self, together: Sequence[PendingWrite]) -> None:
        """Write in one transaction; where one of them is refused, each in its own, so that no other feels it."""
        with self._writers:
            if len(together) > 1:
                try:
                    results = self._write_once(
                        lambda connection: [writer.work(connection) for writer in together]
                    )
                except Exception:
                    _log.debug("%d writers write one by one", len(together), exc_info=True)
                else:
                    for writer, result in zip(together, results, strict=True):
                        writer.succeed(result)
                    return
            for writer in together:
                try:
                    with self.errors():
                        writer.succeed(self._write_once(writer.work))
                except Exception as error:
                    writer.fail(error)

    def _write_once(self, work: Callable[[Connection], T]) -> T:
        with self.engine.connect() as plain:
            connection = plain.execution_options(smsgen_write=True)
            with connection.begin():
                return work(connection)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Say in one sentence what the database says."""
        try:
            yield
        except ModuleNotFoundError as error:
            hint = install_hint("postgresql")
            raise StoreError(
                f"{error.name}, which talks to PostgreSQL, is not installed", hint=hint
            ) from None
        except (SQLAlchemyError, sqlite3.Error, OSError, UnicodeError) as error:
            raise StoreError(f"the store {self.name} does not work: {_reason(error)}") from None

    @property
    def name(self) -> str:
        """The database as it may be shown: without user, password and options."""
        url = self.url
        where = f"{url.host or 'localhost'}{f':{url.port}' if url.port else ''}/" if not self.sqlite else ""
        return f"{url.get_backend_name()} {where}{url.database or 'in memory'}"

    def _sqlite_engine(self) -> Engine:
        arguments = {"check_same_thread": False, "timeout": BUSY_MILLISECONDS / 1000}
        if self.in_memory:
            engine = create_engine("sqlite://", poolclass=StaticPool, connect_args=arguments)
        else:
            _make_file(str(self.url.database))
            engine = create_engine(self.url, connect_args=arguments, pool_size=8, max_overflow=-1)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine


def _read_url(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # their messages hold the text, and the text may hold a password
        raise StoreError("the store's URL cannot be read", hint=_HINT) from None
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise StoreError(f"no store is kept in {url.drivername!r}", hint=_HINT)
    if url.drivername == "postgresql+psycopg" and not url.database:
        raise StoreError("the store's URL names no database", hint=_HINT)
    return url


def _postgresql_engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        pool_pre_ping=True,  # a connection that the server has closed meanwhile is replaced, not used
        pool_size=8,
        max_overflow=24,
        connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "smsgen"},
        isolation_level="READ COMMITTED",
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    """Let the server end what a client holds that stopped in the midst of a transaction: a paused process, a machine
    that is gone. Others would wait for its locks as long as it does.
    """
    connection.autocommit = True
    connection.execute(f"SET idle_in_transaction_session_timeout = {int(IDLE_SECONDS * 1000)}")
    connection.autocommit = False


def _make_file(path: str) -> None:
    """Make the file, for its owner only: documents hold boot scripts. The WAL beside it takes over the mode."""
    folder = os.path.dirname(path)  # noqa: PTH120 - SQLite's own word for it is a text
    if folder:
        os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103 - see above
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    for pragma in (
        f"busy_timeout={BUSY_MILLISECONDS}",
        "foreign_keys=ON",
        "synchronous=FULL",
        "fullfsync=ON",  # macOS: fsync alone leaves the data in the drive's cache
    ):
        connection.execute(f"PRAGMA {pragma}")
    deadline = time.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:  # the change of mode does not wait for another process that makes it
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("smsgen_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _reason(error: BaseException) -> str:
    """Return the first line of what the driver said, without the statement and its values."""
    if isinstance(error, NoSuchModuleError):
        return "its driver is not installed"
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror.lower()
    text = str(cause).strip().partition("\n")[0]
    return text or type(cause).__name__
