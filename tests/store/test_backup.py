"""A backup holds one state of a store, and makes any other database that store."""

import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from smsgen.operations.ports.store import Change, Job, StoreError, Token
from smsgen.store import SqlStore, backup, open_store, restore
from tests.servers.postgres import Postgres
from tests.store.records import app
from tests.store.time import lease

JOBS = (Job("job-2", "launch", "app-1", "app-1"), Job("job-1", "validate", "app-1", "app-1"))
TOKEN = Token("CreateApp", "t", "digest", "app-1", 5.0)


def fill(store: SqlStore) -> None:
    first = store.commit(Change(None, app("app-1", "s-1", name="é \x00 😀"), jobs=JOBS, token=TOKEN))
    store.commit(Change(first, first))
    gone = store.commit(Change(None, app("app-3", "s-3")))
    for _ in range(5):
        gone = store.commit(Change(gone, gone))
    store.commit(Change(gone, None))
    store.commit(Change(None, app("app-2", "s-2")))
    lease(store, "w1", now=1.0, seconds=9.0)
    store.secret()


def content(store: SqlStore) -> list[object]:
    found: list[object] = [store.apps(limit=99), store.jobs("app-1"), store.owners(["s-1", "s-2", "s-3"])]
    return [*found, store.token("CreateApp", "t"), store.secret()]


def test_what_is_restored_is_what_was_backed_up(shared_url: str, tmp_path: Path, postgres: Postgres) -> None:
    store = open_store(shared_url)
    fill(store)
    file = tmp_path / "backups.db"
    secret = store.secret()
    assert backup(shared_url, str(file)) == 2
    for url in (f"sqlite:///{tmp_path}/restored.db", postgres.new_database()):
        assert restore(str(file), url) == 2
        other = open_store(url)
        assert content(other) == content(store)
        assert other.secret() == secret
        # Numbers go on where the old store was: what was read of a deleted application cannot be written.
        made = other.commit(Change(None, app("app-3"), jobs=(Job("job-3", "launch", "app-3", "app-3"),)))
        assert made
        assert made.version == 7
        other.close()
    store.close()


def test_a_backup_is_a_store_in_one_file_for_its_owner(shared_url: str, tmp_path: Path) -> None:
    store = open_store(shared_url)
    fill(store)
    folder = tmp_path / "backups"
    folder.mkdir()
    backup(shared_url, str(folder / "one.db"))
    assert [file.name for file in folder.iterdir()] == ["one.db"]
    assert stat.S_IMODE((folder / "one.db").stat().st_mode) == 0o600
    copy = open_store(f"sqlite:///{folder}/one.db")
    assert content(copy) == content(store)
    copy.close()
    store.close()


def test_a_backup_is_one_state_while_others_write(shared_url: str, tmp_path: Path) -> None:
    store = open_store(shared_url)
    kept = [store.commit(Change(None, app(f"app-{at}"))) for at in range(2)]
    stop = threading.Event()

    def write() -> None:
        # Both applications say the same, in one transaction, again and again.
        count, now = 0, kept
        while not stop.is_set():
            count += 1
            again = [
                one._replace(app=one.app._replace(name=str(count)), status_message="x" * 5000) for one in now
            ]
            now = list(store.commit_all([Change(*pair) for pair in zip(now, again, strict=True)]))

    writer = threading.Thread(target=write)
    writer.start()
    names = []
    for at in range(5):
        backup(shared_url, str(tmp_path / f"{at}.db"))
        copy = open_store(f"sqlite:///{tmp_path}/{at}.db")
        names.append({one.app.name for one in copy.apps(limit=9)})
        copy.close()
    stop.set()
    writer.join()
    assert [len(each) for each in names] == [1] * 5
    assert len({name for each in names for name in each}) > 1
    store.close()


def test_several_changes_are_made_or_none(store: SqlStore) -> None:
    first = store.commit(Change(None, app("app-1", "s-1")))
    with pytest.raises(Exception, match="s-1"):
        store.commit_all([Change(None, app("app-2", "s-2")), Change(None, app("app-3", "s-1"))])
    assert store.apps(limit=9) == (first,)
    made = store.commit_all([Change(None, app("app-2", "s-2")), Change(first, None)])
    assert [one and one.app.app_id for one in made] == ["app-2", None]


def test_a_store_with_something_in_it_is_not_restored_over(shared_url: str, tmp_path: Path) -> None:
    store = open_store(shared_url)
    fill(store)
    before = content(store)
    backup(shared_url, str(tmp_path / "one.db"))
    with pytest.raises(StoreError, match="not empty"):
        restore(str(tmp_path / "one.db"), shared_url)
    assert content(store) == before
    store.close()


def test_a_backup_of_the_first_version_is_restored_and_stays_as_it_is(
    shared_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "old.db"
    old = sqlite3.connect(file)
    old.executescript((Path(__file__).parent / "v0001.sqlite.sql").read_text())
    old.close()
    before = file.read_bytes()
    assert restore(str(file), shared_url) == 1
    assert file.read_bytes() == before
    store = open_store(shared_url)
    assert store.owners(["s-12345678"])
    store.close()


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    (tmp_path / "text").write_text("name: shop\n" * 100)
    sqlite3.connect(tmp_path / "empty.db").close()
    for file in ("text", "empty.db"):
        with pytest.raises(StoreError, match=f"{file} is no backup"):
            restore(str(tmp_path / file), url)
    with pytest.raises(StoreError, match="missing: no such file"):
        restore(str(tmp_path / "missing"), url)


def test_a_store_is_not_made_by_backing_it_up(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store at"):
        backup(f"sqlite:///{tmp_path}/missing.db", str(tmp_path / "one.db"))
    with pytest.raises(StoreError, match="there is no store at"):
        open_store(f"sqlite:///{tmp_path}/missing.db", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_store_is_not_backed_up_onto_itself(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    fill(store)
    with pytest.raises(StoreError, match="is the store itself"):
        backup(f"sqlite:///{tmp_path}/store.db", str(tmp_path / "." / "store.db"))
    assert len(store.apps(limit=9)) == 2
    store.close()


def test_a_backup_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    target = tmp_path / "folder"
    target.mkdir()
    with pytest.raises(StoreError, match="cannot write"):
        backup(f"sqlite:///{tmp_path}/store.db", str(target))
    store.close()
    assert {file.name for file in tmp_path.iterdir()} == {"store.db", "folder"}
