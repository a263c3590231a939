"""A whole migration by scripts of 2019: replication, launch, delta, second launch; smsgen only serves."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.serving import SCRIPTS, run, run_smsgen
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
