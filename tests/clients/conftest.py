"""The clients, and what they talk to: a server of the SMS API in front of moto, both in processes of their own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.installs import node_clients, python_clients
from tests.clients.serving import Environment, Server, environment, run_smsgen, serving, simulated_aws
from tests.servers.certificate import certificate

__all__ = ["certificate"]

pytest.importorskip("uvicorn", reason="uvicorn comes with smsgen[server]")
pytest.importorskip("moto.server", reason="moto comes with smsgen[dev]")


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients in this process know nothing of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent/config")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials")


@pytest.fixture(scope="session")
def cache(request: pytest.FixtureRequest) -> Path:
    """The folder that installed clients are kept in."""
    folder: Path = request.config.cache.mkdir("clients")
    return folder


@pytest.fixture(scope="session")
def of_2019(cache: Path) -> Path:
    """The programs of the last boto3 and AWS CLI that knew SMS."""
    return python_clients(cache, "boto3==1.39.0", "awscli==1.41.0")


@pytest.fixture(scope="session")
def of_today(cache: Path) -> Path:
    """The programs of the AWS CLI, as PyPI had it last when the cache was made."""
    return python_clients(cache, "awscli")


@pytest.fixture(scope="session")
def javascript(cache: Path) -> Path:
    """The folder of node_modules that holds the AWS SDK for JavaScript: version 2 of 2019, the client of SMS of 3."""
    return node_clients(cache, "aws-sdk@2.400.0", "@aws-sdk/client-sms@3.523.0")


@pytest.fixture(scope="session")
def aws_url() -> Iterator[str]:
    """Where S3, CloudFormation, EC2 and SSM are."""
    with simulated_aws() as url:
        yield url


@pytest.fixture(scope="session")
def server(aws_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of the SMS API. Its applications are made of nothing but instances: moto knows no launch templates."""
    folder = tmp_path_factory.mktemp("server")
    options = ("--endpoint-url", aws_url, "--template-profile", "sms")
    with serving(folder, *options, env=environment(folder)) as running:
        yield running


@pytest.fixture
def user(tmp_path: Path, server: Server, aws_url: str) -> Environment:
    """The environment of somebody whose SMS is the server, and whose AWS is moto."""
    return environment(
        tmp_path,
        SMS_ENDPOINT=server.url,
        AWS_ENDPOINT_URL_S3=aws_url,
        AWS_ENDPOINT_URL_EC2=aws_url,
        AWS_ENDPOINT_URL_CLOUDFORMATION=aws_url,
        SMSGEN_STORE=server.store,
        SMSGEN=f"{sys.executable} -m smsgen",
    )


@pytest.fixture
def with_model(user: Environment) -> Environment:
    """That somebody's environment after `smsgen install-model`."""
    run_smsgen("install-model", env=user)
    return user
