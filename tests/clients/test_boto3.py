"""boto3, the last one that knew SMS and today's: scripts of 2019 run as they are."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.clients.serving import SCRIPTS, Environment, run, run_smsgen


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


def test_errors_with_todays_boto3_and_a_model_that_it_is_pointed_to(
    user: Environment, tmp_path: Path
) -> None:
    env = {**user, "AWS_DATA_PATH": str(tmp_path / "models")}
    run_smsgen("install-model", "--path", tmp_path / "models", env=env)
    succeeds(sys.executable, "errors.py", env)


def test_todays_boto3_knows_sms_as_long_as_the_model_is_there(with_model: Environment) -> None:
    knows = (sys.executable, "-c", "import boto3; boto3.client('sms')")
    assert run(*knows, env=with_model).returncode == 0
    run_smsgen("install-model", "--uninstall", env=with_model)
    assert "UnknownServiceError: Unknown service: 'sms'" in run(*knows, env=with_model).stderr
