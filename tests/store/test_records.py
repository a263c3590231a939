"""Connectors, the catalog, replication jobs and runs are kept as applications are: whole, or not at all."""

import threading

import pytest

from smsgen.model.replicating.catalog import Catalog, CatalogServer, CatalogStatus, Connector
from smsgen.model.replicating.jobs import JobState, ReplicationJob, ReplicationRun
from smsgen.operations.ports.replication_store import Record, Write
from smsgen.operations.ports.store import Change, Conflict, Job, LeaseLost
from smsgen.store import SqlStore, backup, open_store, restore
from tests.store.records import app

CONNECTOR = Connector("c-1", "images", "/images", "vcenter-1", associated=1.5)
JOB = ReplicationJob("sms-job-1", "s-1", created=5.0)


def write(store: SqlStore, *writes: tuple[Record | None, Record | None], **more: object) -> None:
    records = tuple(Write(*one) for one in writes)
    store.commit(Change(None, None, records=records, **more))  # type: ignore[arg-type] # any field


def test_records_are_kept_changed_and_deleted(store: SqlStore) -> None:
    assert store.catalog() == Catalog()
    write(
        store,
        (None, CONNECTOR),
        (None, Catalog(CatalogStatus.IMPORTING)),
        (None, CatalogServer("s-1", guest="é \x00")),
    )
    (connector,) = store.connectors(limit=9)
    assert connector == CONNECTOR._replace(version=1)
    assert store.server("s-1") == CatalogServer("s-1", guest="é \x00", version=1)
    before = store.catalog()
    write(store, (before, before._replace(status=CatalogStatus.AVAILABLE, modified=2.0)), (connector, None))
    assert store.catalog() == Catalog(CatalogStatus.AVAILABLE, 2.0, version=2)
    assert store.connector("c-1") is None
    assert store.connector("c-\x00") is None


def test_of_two_writers_one_gets_through_and_nothing_of_the_other_is_kept(store: SqlStore) -> None:
    write(store, (None, JOB))
    before = store.replication_job("sms-job-1")
    assert before
    write(store, (before, before._replace(state=JobState.ACTIVE)))
    run = ReplicationRun("sms-run-1", "sms-job-1", 1)
    for lost in (
        [(before, before._replace(state=JobState.FAILED)), (None, run)],
        [(None, run), (before, None)],
        [(None, run), (None, JOB)],
    ):
        with pytest.raises(Conflict):
            write(store, *lost)
        assert store.replication_run("sms-run-1") is None
    assert store.replication_job("sms-job-1") == JOB._replace(state=JobState.ACTIVE, version=2)


def test_a_server_has_one_living_job(store: SqlStore) -> None:
    write(store, (None, JOB))
    with pytest.raises(Conflict):
        write(store, (None, JOB._replace(replication_job_id="sms-job-2")))
    before = store.replication_job("sms-job-1")
    assert before
    write(store, (before, before._replace(state=JobState.DELETED)))
    write(store, (None, JOB._replace(replication_job_id="sms-job-2", created=6.0)))
    assert store.jobs_of_servers(["s-1", "s-2"])["s-1"].replication_job_id == "sms-job-2"
    assert store.living_jobs() == 1


def test_runs_come_newest_first_in_pages(store: SqlStore) -> None:
    write(store, *((None, ReplicationRun(f"sms-run-{n}", "sms-job-1", n)) for n in range(1, 12)))
    assert [run.number for run in store.replication_runs("sms-job-1", limit=3)] == [11, 10, 9]
    assert [run.number for run in store.replication_runs("sms-job-1", after="9", limit=3)] == [8, 7, 6]
    write(store, *((None, CatalogServer(f"s-{n}")) for n in range(5)))
    assert [one.server_id for one in store.servers(after="s-1", limit=2)] == ["s-2", "s-3"]
    assert [one.server_id for one in store.servers(ids=["s-4", "s-0", "s-9"], limit=9)] == ["s-0", "s-4"]


def test_records_jobs_and_an_application_are_one_transaction_under_a_lease(store: SqlStore) -> None:
    kept = store.commit(
        Change(None, app("app-1"), jobs=(Job("job-1", "replicate", "sms-job-1", "sms-job-1"),))
    )
    lease = store.lease("w1", kinds=("replicate",), seconds=60.0)
    assert lease
    with pytest.raises(LeaseLost):
        write(store, (None, JOB), lease=lease._replace(owner="w2"))
    changed = Change(kept, kept, records=(Write(None, JOB),), lease=lease, done=True)
    assert store.commit(changed)
    assert store.jobs("sms-job-1") == ()
    with pytest.raises(Conflict):  # the application was read before
        store.commit(Change(kept, kept, records=(Write(None, JOB._replace(replication_job_id="sms-job-2")),)))
    assert [one.replication_job_id for one in store.replication_jobs(limit=9)] == ["sms-job-1"]


def test_writers_at_once_lose_nothing(store: SqlStore) -> None:
    write(store, (None, JOB))

    def add(number: int) -> None:
        for _ in range(200):
            before = store.replication_job("sms-job-1")
            assert before
            try:
                write(store, (before, before._replace(runs=before.runs + 1)))
            except Conflict:
                continue
            return
        raise AssertionError(number)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    after = store.replication_job("sms-job-1")
    assert after
    assert after.runs == 8


def test_a_backup_has_them(shared_url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("backup")
    store = open_store(shared_url)
    write(store, (None, CONNECTOR), (None, JOB), (None, ReplicationRun("sms-run-1", "sms-job-1", 1)))
    store.close()
    backup(shared_url, str(folder / "copy.db"))
    restore(str(folder / "copy.db"), f"sqlite:///{folder}/again.db")
    again = open_store(f"sqlite:///{folder}/again.db")
    assert again.connector("c-1") == CONNECTOR._replace(version=1)
    assert again.replication_job("sms-job-1") == JOB._replace(version=1)
    assert [run.number for run in again.replication_runs("sms-job-1", limit=9)] == [1]
    again.close()
