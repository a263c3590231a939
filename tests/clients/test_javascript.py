"""The AWS SDK for JavaScript: version 2 as it was in 2019, and version 3 in its last years of SMS."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.serving import REGION, SCRIPTS, Environment, network, run


@pytest.fixture
def sdk(javascript: Path) -> dict[str, str]:
    """The variables by which a script finds the SDKs, and the SDKs their Region."""
    return {"NODE_PATH": str(javascript), "AWS_REGION": REGION}


def test_a_migration_with_the_sdk_of_2019(sdk: Environment, aws_url: str, user: Environment) -> None:
    done = run("node", SCRIPTS / "of-2019.cjs", env={**user, **network(aws_url), **sdk})
    assert done.returncode == 0, done.stderr


def test_a_short_migration_with_version_3(sdk: Environment, aws_url: str, user: Environment) -> None:
    done = run("node", SCRIPTS / "migration.cjs", env={**user, **network(aws_url), **sdk})
    assert done.returncode == 0, done.stderr
