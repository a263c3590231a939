"""Connections and transactions: how they are set up, and what is said when they fail."""

import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from smsgen.operations.ports.store import Change, StoreError
from smsgen.store import database as module
from smsgen.store import open_store
from smsgen.store.database import Database
from tests.servers.postgres import PASSWORD, Postgres, running
from tests.store.records import app

SECRET = "hunter2hunter2"
BAD_URLS = {
    "not a url": "cannot be read",
    f"postgresql+psycopg://user:{SECRET}@host:port/db": "cannot be read",
    f"mysql://user:{SECRET}@host/db": "no store is kept in 'mysql'",
    f"postgresql+asyncpg://user:{SECRET}@host/db": "no store is kept in 'postgresql\\+asyncpg'",
    f"postgresql+psycopg://user:{SECRET}@host": "names no database",
    "sqlite:////dev/null/folder/store.db": "does not work: not a directory",
    "sqlite:////": "does not work: is a directory",
    f"postgresql+psycopg://user:{SECRET}@127.0.0.1:1/db": "postgresql 127.0.0.1:1/db does not work",
    f"postgresql+psycopg://127.0.0.1:1/db?user=u&password={SECRET}": "postgresql 127.0.0.1:1/db does not work",
    f"postgresql://user:{SECRET}@127.0.0.1:1/db": "postgresql 127.0.0.1:1/db does not work",
}


@pytest.mark.parametrize("url", BAD_URLS)
def test_what_is_wrong_with_a_url_is_said_in_one_sentence_without_a_password(url: str) -> None:
    with pytest.raises(StoreError, match=BAD_URLS[url]) as raised:
        open_store(url)
    said = f"{raised.value} {raised.value.hint}"
    assert "\n" not in said
    assert SECRET not in said
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_what_postgresql_refuses_is_said_in_one_sentence(postgres: Postgres) -> None:
    wrong = postgres.new_database().replace(PASSWORD, SECRET)
    with pytest.raises(StoreError, match="password authentication failed") as raised:
        open_store(wrong)
    assert "\n" not in str(raised.value)
    assert SECRET not in str(raised.value)
    with pytest.raises(StoreError, match='database "nowhere" does not exist'):
        open_store(postgres.url("nowhere"))


def test_a_missing_driver_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(StoreError, match="psycopg") as raised:
        Database("postgresql+psycopg://host/db")
    assert "'.[postgresql]'" in raised.value.hint


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_text("name: shop\n" * 100)
    with pytest.raises(StoreError, match="not a database"):
        open_store(f"sqlite:///{path}")
    assert path.read_text() == "name: shop\n" * 100


# --- SQLite -------------------------------------------------------------------------------------------------------


def test_the_file_and_its_folder_are_for_the_owner_only(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/new/folder/store.db")
    store.commit(Change(None, app("app-1")))
    files = sorted((tmp_path / "new" / "folder").iterdir())
    assert {file.name for file in files} == {"store.db", "store.db-shm", "store.db-wal"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "new" / "folder").stat().st_mode) & 0o077 == 0
    store.close()


def test_sqlite_writes_to_the_disk_before_it_acknowledges(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/store.db")
    asked = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 20_000}
    found = database.read(
        lambda connection: {one: connection.execute(text(f"PRAGMA {one}")).scalar() for one in asked}
    )
    assert found == asked
    database.close()


def test_a_relative_path_is_taken_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:///store.db").close()
    assert (tmp_path / "store.db").exists()


def test_two_stores_in_memory_have_nothing_in_common() -> None:
    one, other = open_store("sqlite://"), open_store("sqlite:///:memory:")
    one.commit(Change(None, app("app-1")))
    assert other.apps(limit=9) == ()
    one.close()
    other.close()


def test_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    kept = store.commit(Change(None, app("app-1")))
    writer = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("DELETE FROM apps")
    assert store.app("app-1") == kept
    writer.execute("ROLLBACK")
    writer.close()
    store.close()


def test_a_lock_that_is_held_for_too_long_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_MILLISECONDS", 50)
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    writer = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="database is locked"):
        store.commit(Change(None, app("app-1")))
    writer.execute("ROLLBACK")
    writer.close()
    assert store.commit(Change(None, app("app-1")))
    store.close()


# --- PostgreSQL ---------------------------------------------------------------------------------------------------


def test_connections_that_the_server_closed_are_replaced(postgres: Postgres) -> None:
    store = open_store(postgres.new_database())
    kept = store.commit(Change(None, app("app-1")))
    postgres.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'smsgen'"
    )
    assert store.app("app-1") == kept
    assert store.commit(Change(kept, kept))
    store.close()


def test_a_connection_that_is_lost_under_way_is_a_store_error(postgres: Postgres) -> None:
    database = Database(postgres.new_database())

    def cut(connection: Connection) -> None:
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar()
        postgres.execute(f"SELECT pg_terminate_backend({pid})")
        connection.execute(text("SELECT 1"))

    with pytest.raises(StoreError, match="terminat") as raised:
        database.write(cut)
    assert "\n" not in str(raised.value)
    assert database.read(lambda connection: connection.execute(text("SELECT 1")).scalar()) == 1
    database.close()


def test_a_server_that_is_gone_is_a_store_error() -> None:
    with running() as server:
        store = open_store(server.new_database())
        store.ping()
    with pytest.raises(StoreError, match="does not work") as raised:
        store.ping()
    assert PASSWORD not in str(raised.value)
    with pytest.raises(StoreError):
        store.commit(Change(None, app("app-1")))
    store.close()


def test_a_deadlock_is_tried_again(postgres: Postgres) -> None:
    database = Database(postgres.new_database())

    def make(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE counts (id INTEGER PRIMARY KEY, value INTEGER)"))
        connection.execute(text("INSERT INTO counts VALUES (1, 0), (2, 0)"))

    database.write(make)
    meeting = threading.Barrier(2)
    tries: list[int] = []

    def count_up(first: int, second: int) -> Callable[[Connection], None]:
        def work(connection: Connection) -> None:
            tries.append(first)
            connection.execute(text(f"UPDATE counts SET value = value + 1 WHERE id = {first}"))
            if tries.count(first) == 1:
                meeting.wait(60)
            connection.execute(text(f"UPDATE counts SET value = value + 1 WHERE id = {second}"))

        return work

    other = threading.Thread(target=database.write, args=(count_up(2, 1),))
    other.start()
    database.write(count_up(1, 2))
    other.join()
    values = database.read(lambda connection: list(connection.scalars(text("SELECT value FROM counts"))))
    assert values == [2, 2]
    assert len(tries) == 3
    database.close()


def test_a_deadlock_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Deadlock(Exception):
        sqlstate = "40P01"

    monkeypatch.setattr(module.time, "sleep", lambda _: None)
    database = Database("sqlite://")
    monkeypatch.setattr(database, "sqlite", False)  # which knows no deadlocks
    tries = []

    def work(_: Connection) -> None:
        tries.append(1)
        raise OperationalError("UPDATE", {}, Deadlock("deadlock detected"))

    with pytest.raises(StoreError, match="deadlock detected"):
        database.write(work)
    assert len(tries) == module.ATTEMPTS
    database.close()


def test_what_is_not_the_databases_fault_passes_through() -> None:
    database = Database("sqlite://")
    with pytest.raises(ZeroDivisionError):
        database.write(lambda _: 1 // 0)
    database.close()


def test_a_client_that_stopped_in_a_transaction_holds_up_others_only_for_a_while(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a paused process, or a machine that is gone, does: its locks are the server's to end."""
    monkeypatch.setattr(module, "IDLE_SECONDS", 1.0)
    url = postgres.new_database()
    paused, other = open_store(url), open_store(url)
    holds, goes_on = threading.Event(), threading.Event()
    errors: list[StoreError] = []

    def work(connection: Connection) -> None:
        connection.execute(text("UPDATE meta SET value = 'x' WHERE name = 'writable'"))
        holds.set()
        goes_on.wait(60)
        connection.execute(text("SELECT 1"))

    def pause() -> None:
        try:
            paused._database.write(work)
        except StoreError as error:
            errors.append(error)

    thread = threading.Thread(target=pause)
    thread.start()
    try:
        assert holds.wait(30)
        other.ping()  # writes the same row
    finally:
        goes_on.set()
        thread.join(60)
    assert len(errors) == 1
    paused.ping()
    paused.close()
    other.close()
