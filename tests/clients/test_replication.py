"""A whole migration by scripts of 2019: replication, launch, delta, second launch; smsgen only serves."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.clients.serving import KEYS, REGION, SCRIPTS, network, run, run_smsgen
from tests.migration import Migration, migration
from tests.servers.postgres import Postgres, postgres

__all__ = ["postgres"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Migration]:
    with migration(tmp_path) as running:
        yield running


def test_a_whole_migration_with_the_last_boto3_that_knew_sms(of_2019: Path, site: Migration) -> None:
    done = run(of_2019 / "python", SCRIPTS / "replication.py", env=site.env)
    assert done.returncode == 0, done.stderr + site.server.log.read_text()
    told = [line.split()[0] for line in done.stdout.splitlines()]
    assert told.count("replication") == 4
    assert told.count("launch") == 2


def test_replication_jobs_of_servers_with_the_last_boto3_that_knew_sms(of_2019: Path, tmp_path: Path) -> None:
    """EventBridge, too, hears of them."""
    with migration(tmp_path, "", "--events", "migrations") as site:
        events = boto3.client("events", endpoint_url=_aws(site), **KEYS)
        bus = events.create_event_bus(Name="migrations")["EventBusArn"]
        pattern = json.dumps({"source": ["smsgen"], "detail": {"state": ["Completed", "Deleted"]}})
        events.create_archive(ArchiveName="kept", EventSourceArn=bus, EventPattern=pattern)
        _succeeds(run(of_2019 / "python", SCRIPTS / "jobs.py", env=site.env), site)
        for _ in range(100):  # an event may be under way still
            kept = events.describe_archive(ArchiveName="kept")["EventCount"]
            if kept >= 5:
                break
            time.sleep(0.1)
        assert kept == 5  # three runs of one job and its deletion, the run of another


def test_a_whole_migration_on_postgresql(tmp_path: Path, postgres: Postgres) -> None:
    """Its manifests stand in S3: servers that share a database share no disk."""
    with migration(tmp_path, postgres.new_database()) as site:
        run_smsgen("install-model", env=site.env)
        done = run(sys.executable, SCRIPTS / "replication.py", env=site.env)
        assert done.returncode == 0, done.stderr + site.server.log.read_text()


def test_a_whole_migration_with_todays_boto3(site: Migration) -> None:
    run_smsgen("install-model", env=site.env)
    done = run(sys.executable, SCRIPTS / "replication.py", env=site.env)
    assert done.returncode == 0, done.stderr + site.server.log.read_text()


def test_a_whole_migration_with_the_last_aws_cli_that_knew_sms(
    of_2019: Path, site: Migration, tmp_path: Path
) -> None:
    folder = tmp_path / "printed"
    folder.mkdir()
    env = {**site.env, **network(_aws(site)), "PATH": f"{of_2019}:{site.env['PATH']}"}
    _succeeds(run("bash", SCRIPTS / "replication.sh", env=env, folder=folder, timeout=500), site)

    def printed(name: str) -> Any:
        return json.loads((folder / f"{name}.json").read_text())

    first, after = (printed(name)["replicationJobList"] for name in ("jobs", "jobs-after"))
    for job in first:
        (run_of_it,) = printed(f"runs-{job['replicationJobId']}")["replicationRunList"]
        assert (run_of_it["state"], run_of_it["amiId"]) == ("COMPLETED", job["latestAmiId"])
    locations = ("template-location", "change-set-location", "template-after-location")
    documents = [_document(site, printed(name)["s3Location"]) for name in locations]
    _judge(first, after, documents, printed("get-app"))
    assert (printed("one-job")["replicationJobList"][0]["description"]) == "weekly"


@pytest.mark.parametrize("script", ["replication-of-2019.cjs", "replication.cjs"])
def test_a_whole_migration_with_the_sdk_for_javascript(
    javascript: Path, site: Migration, script: str
) -> None:
    env = {**site.env, **network(_aws(site)), "NODE_PATH": str(javascript), "AWS_REGION": REGION}
    done = run("node", SCRIPTS / script, env=env)
    _succeeds(done, site)
    told = json.loads(done.stdout)
    documents = [_document(site, told[name]) for name in ("template", "changeSet", "second")]
    _judge(told["before"], told["after"], documents, told["stopped"])


def _aws(site: Migration) -> str:
    return site.env["AWS_ENDPOINT_URL_S3"]


def _succeeds(done: subprocess.CompletedProcess[str], site: Migration) -> None:
    told = [line for line in site.server.log.read_text().splitlines() if '"status": 200' not in line]
    assert done.returncode == 0, "\n".join((done.stderr, *told))


def _document(site: Migration, location: dict[str, str]) -> Any:
    s3 = boto3.client("s3", endpoint_url=_aws(site), **KEYS)
    return json.load(s3.get_object(Bucket=location["bucket"], Key=location["key"])["Body"])


def _judge(before: Any, after: Any, documents: list[Any], stopped: Any) -> None:
    """What a migration must have shown: jobs before and after the delta; templates and the change set; its end."""
    template, change_set, second = documents
    assert _images(template) == {job["latestAmiId"] for job in before}
    assert _images(second) == {job["latestAmiId"] for job in after}
    assert not _images(template) & _images(second)
    replaced = [one["ResourceChange"]["Replacement"] for one in change_set["changeSet"]["Changes"]]
    assert replaced == ["True", "True"]
    summary = stopped["appSummary"]
    assert (summary["replicationStatus"], summary["launchStatus"]) == ("REPLICATION_STOPPED", "LAUNCHED")
    servers = [server for group in stopped["serverGroups"] for server in group["serverList"]]
    assert {one["replicationJobId"] for one in servers} == {job["replicationJobId"] for job in before}
    assert all(one["replicationJobTerminated"] for one in servers)


def _images(template: Any) -> set[str]:
    return {resource["Properties"]["ImageId"] for resource in template["Resources"].values()}
