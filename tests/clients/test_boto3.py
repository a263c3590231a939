"""boto3, the last one that knew SMS and today's: scripts of 2019 run as they are."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.clients.serving import SCRIPTS, Environment, run


def succeeds(python: str | Path, script: str, env: Environment) -> None:
    done = run(python, SCRIPTS / script, env=env)
    assert done.returncode == 0, done.stderr


def test_a_whole_migration_with_the_last_boto3_that_knew_sms(of_2019: Path, user: Environment) -> None:
    succeeds(of_2019 / "python", "migration.py", user)


def test_a_whole_migration_with_todays_boto3(with_model: Environment) -> None:
    succeeds(sys.executable, "migration.py", with_model)


def test_pages_with_todays_boto3(with_model: Environment) -> None:
    succeeds(sys.executable, "pages.py", with_model)


def test_errors_with_the_last_boto3_that_knew_sms(of_2019: Path, user: Environment) -> None:
    succeeds(of_2019 / "python", "errors.py", user)


def test_errors_with_todays_boto3(with_model: Environment) -> None:
    succeeds(sys.executable, "errors.py", with_model)
