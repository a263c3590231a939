"""The AWS SDK for JavaScript v3, in its last years of SMS."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.serving import REGION, SCRIPTS, Environment, network, run


@pytest.fixture
def sdk(javascript: Path) -> dict[str, str]:
    """The variables by which a script finds the SDK, and the SDK its Region."""
    return {"NODE_PATH": str(javascript), "AWS_REGION": REGION}


def test_a_short_migration(sdk: Environment, aws_url: str, user: Environment) -> None:
    done = run("node", SCRIPTS / "migration.cjs", env={**user, **network(aws_url), **sdk})
    assert done.returncode == 0, done.stderr
