"""The schema's versions: every one comes up to this one with what is in it, and a newer one is refused."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from smsgen.model.app import App, Server, ServerGroup
from smsgen.model.launch import Launch
from smsgen.model.managed import LaunchState, ManagedApp, summarize
from smsgen.model.status import LaunchStatus
from smsgen.operations.ports.store import Change, Job, StoreError, Token
from smsgen.store import open_store, schema
from smsgen.store.database import Database
from smsgen.store.tables import METADATA
from tests.servers.postgres import Postgres
from tests.store.nursery import Nursery
from tests.store.time import NOW, lease

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
MIGRATIONS = Path(schema.__file__).parent / "migrations"
KEPT = ManagedApp(
    App(
        "shop",
        "app-0123456789abcdef0",
        "é \x00 'quoted'",
        server_groups=(
            ServerGroup(
                "web",
                "sg-1",
                0,
                server_list=(
                    Server("s-12345678", launch=Launch(instance_type="m6i.large", monitoring=False)),
                ),
            ),
        ),
    ),
    created=1700000000.5,
    modified=1700000001.5,
    launch=LaunchState(configured=True, status=LaunchStatus.READY_FOR_LAUNCH),
    version=7,
)
"""What stands in the databases of the first version, v0001.*.sql."""
JOB = Job("job-1", "launch", KEPT.app.app_id, KEPT.app.app_id, 1, "w1", 1700000060.0, 1700000000.0)


@pytest.fixture
def run_sql(shared_url: str, request: pytest.FixtureRequest) -> Callable[[str], object]:
    """Runs SQL, several statements at once, in the database of `shared_url`."""
    if shared_url.startswith("sqlite"):
        path = Path(shared_url.removeprefix("sqlite:///"))
        path.parent.mkdir(exist_ok=True)

        def in_file(statements: str) -> object:
            connection = sqlite3.connect(path)
            try:
                connection.executescript(statements)
                return None
            finally:
                connection.close()

        return in_file
    server: Postgres = request.getfixturevalue("postgres")
    return lambda statements: server.execute(statements, shared_url.rpartition("/")[2])


def first_version(url: str) -> str:
    return (HERE / f"v0001.{url.partition(':')[0].partition('+')[0]}.sql").read_text()


def test_a_database_of_the_first_version_comes_up_with_what_is_in_it(
    shared_url: str, run_sql: Callable[[str], object]
) -> None:
    run_sql(first_version(shared_url))
    store = open_store(shared_url, clock=NOW)
    store.ping()
    assert store.app(KEPT.app.app_id) == KEPT
    assert store.owners(["s-12345678"]) == {"s-12345678": KEPT.app.app_id}
    assert store.jobs(KEPT.app.app_id) == (JOB,)
    assert store.token("CreateApp", "t") == Token("CreateApp", "t", "r", KEPT.app.app_id, 1700000000.0)
    assert lease(store, "w2", now=1700000059.0, seconds=1.0) is None
    job = lease(store, "w2", now=1700000060.0, seconds=1.0)
    after = store.commit(Change(KEPT, KEPT, jobs=(JOB._replace(job_id="job-2"),), lease=job, done=True))
    assert after == KEPT._replace(version=8)
    store.commit(Change(after, None))
    again = store.commit(Change(None, KEPT))
    assert again
    assert again.version == 9
    assert len(store.secret()) == 32
    store.close()


def test_summaries_of_a_first_version_are_made_and_read_no_documents(
    shared_url: str, run_sql: Callable[[str], object]
) -> None:
    run_sql(first_version(shared_url))
    store = open_store(shared_url)
    run_sql("UPDATE apps SET document = 'not read'")
    assert store.app_names(limit=9) == ((KEPT.app.app_id, KEPT.app.name),)
    assert store.summaries(limit=9) == (summarize(KEPT),)
    assert store.summaries(ids=[KEPT.app.app_id, "app-none"], limit=9) == (summarize(KEPT),)
    store.close()


def test_a_summary_is_not_believed_where_an_older_smsgen_has_written_the_document(
    shared_url: str, run_sql: Callable[[str], object]
) -> None:
    store = open_store(shared_url)
    kept = store.commit(Change(None, KEPT))
    assert kept
    run_sql("UPDATE apps SET version = 9, document = replace(document, '\"shop\"', '\"market\"')")
    (summary,) = store.summaries(limit=9)
    assert summary.name == "market"
    store.close()


def test_a_store_that_cannot_be_written_is_not_ready(
    shared_url: str, run_sql: Callable[[str], object]
) -> None:
    store = open_store(shared_url)
    store.ping()
    if shared_url.startswith("sqlite"):
        run_sql("CREATE TRIGGER full BEFORE UPDATE ON meta BEGIN SELECT RAISE(FAIL, 'disk is full'); END")
    else:
        run_sql(f"ALTER DATABASE {shared_url.rpartition('/')[2]} SET default_transaction_read_only = on")
        store.close()  # what is connected already has been told otherwise
    with pytest.raises(StoreError, match=r"disk is full|read-only"):
        store.ping()
    assert store.apps(limit=9) == ()
    store.close()


def differences(url: str) -> list[object]:
    """What Alembic would still change to make the database what `tables.py` says."""
    store = open_store(url)
    options = {"compare_type": True, "compare_server_default": True}
    found = store._database.read(
        lambda connection: compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)
    )
    store.close()
    return list(found)


def test_the_migrations_make_what_the_tables_say(url: str) -> None:
    assert differences(url) == []


def test_the_comparison_sees_what_is_missing(shared_url: str, run_sql: Callable[[str], object]) -> None:
    open_store(shared_url).close()
    run_sql("DROP INDEX ix_tokens_created")
    assert "ix_tokens_created" in str(differences(shared_url))


def test_the_versions_stand_in_one_row_and_the_last_one_is_ours() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    versions = [one.revision for one in scripts.walk_revisions()][::-1]
    assert versions == [f"{number:04}" for number in range(1, len(versions) + 1)]
    assert scripts.get_current_head() == schema.VERSION


def test_a_newer_schema_is_refused(shared_url: str, run_sql: Callable[[str], object]) -> None:
    opened = open_store(shared_url)
    run_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="schema is 9999") as raised:
        open_store(shared_url)
    assert raised.value.hint
    # A server that runs while another one brings the schema up says so, and is taken out of service.
    with pytest.raises(StoreError, match="schema is 9999"):
        opened.ping()
    opened.close()


def test_a_migration_that_fails_changes_nothing(shared_url: str, run_sql: Callable[[str], object]) -> None:
    run_sql(first_version(shared_url))
    run_sql("CREATE TABLE meta (other INTEGER)")
    with pytest.raises(StoreError, match="meta"):
        open_store(shared_url)
    database = Database(shared_url)
    assert database.read(schema.current) == "0001"
    database.close()
    run_sql("DROP TABLE meta")
    store = open_store(shared_url)
    assert store.app(KEPT.app.app_id) == KEPT
    store.close()


@pytest.mark.parametrize("filled", [False, True])
def test_servers_that_start_at_once_are_fine(
    shared_url: str, run_sql: Callable[[str], object], nursery: Nursery, filled: bool
) -> None:
    if filled:
        run_sql(first_version(shared_url))
    started = [nursery.start("open", shared_url) for _ in range(5)]
    failures = [process.communicate()[1] for process in started]
    assert [process.returncode for process in started] == [0] * 5, failures
    store = open_store(shared_url)
    store.ping()
    assert (store.app(KEPT.app.app_id) == KEPT) is filled
    store.close()
