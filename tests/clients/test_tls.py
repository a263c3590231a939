"""Over TLS, with a certificate that nobody signed but its owner: as good as without, for whoever is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import smsgen
from tests.clients.serving import (
    KEY_ID,
    KEYS,
    REGION,
    SCRIPTS,
    SECRET,
    Environment,
    Server,
    environment,
    run,
    serving,
)
from tests.servers.certificate import certificate

__all__ = ["certificate"]
TEMPORARY = {
    "aws_access_key_id": "ASIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key": "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY",
    "aws_session_token": "IQoJb3JpZ2luX2VjEXAMPLETOKEN==",
}
_KEYS = "".join(
    [f"[{KEY_ID}]\naws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\n", "[temporary]\n"]
    + [f"{name} = {value}\n" for name, value in TEMPORARY.items()]
)


@pytest.fixture(scope="module")
def over_tls(certificate: Path) -> Iterator[Server]:
    folder = certificate.parent
    (folder / "keys.ini").write_text(_KEYS)
    (folder / "keys.ini").chmod(0o600)
    options = ("--tls-cert", certificate, "--tls-key", folder / "key.pem", "--workers", "0")
    env = environment(folder, AWS_ACCESS_KEY_ID="AKIAI44QH8DHBEXAMPLE")  # for AWS, and for no caller
    with serving(folder, *options, "--credentials", folder / "keys.ini", env=env) as running:
        assert running.url.startswith("https://")
        yield running


@pytest.fixture
def stranger(over_tls: Server, tmp_path: Path) -> Environment:
    """The environment of somebody who knows no such certificate, and does not try again."""
    return environment(tmp_path, SMS_ENDPOINT=over_tls.url, AWS_MAX_ATTEMPTS="1")


@pytest.fixture
def trusting(stranger: Environment, certificate: Path) -> Environment:
    """That of somebody who was told of it."""
    told = str(certificate)
    return {**stranger, "AWS_CA_BUNDLE": told, "NODE_EXTRA_CA_CERTS": told, "AWS_REGION": REGION}


@pytest.mark.parametrize("script", ["pages.py", "configuration.py"])
def test_the_last_boto3_that_knew_sms(script: str, of_2019: Path, trusting: Environment) -> None:
    done = run(of_2019 / "python", SCRIPTS / script, env=trusting)
    assert done.returncode == 0, done.stderr


def test_the_last_aws_cli_that_knew_sms(
    of_2019: Path, trusting: Environment, stranger: Environment, over_tls: Server
) -> None:
    command = (of_2019 / "aws", "--endpoint-url", over_tls.url, "sms", "list-apps", "--query", "length(apps)")
    assert run(*command, env=trusting).stdout == "0\n"
    refused = run(*command, env=stranger)
    assert refused.returncode == 255
    assert "CERTIFICATE_VERIFY_FAILED" in refused.stderr


def test_javascript(javascript: Path, trusting: Environment) -> None:
    done = run("node", SCRIPTS / "pages.cjs", env={**trusting, "NODE_PATH": str(javascript)})
    assert done.returncode == 0, done.stderr


def test_smsgens_own_client(over_tls: Server, certificate: Path) -> None:
    sms = smsgen.client("sms", endpoint_url=over_tls.url, verify=str(certificate), **KEYS)
    made = sms.create_app(name="tls")["appSummary"]
    (found,) = sms.get_paginator("list_apps").paginate(appIds=[made["appId"]]).search("apps[]")
    assert found == made
    sms.delete_app(appId=made["appId"])
    with pytest.raises(sms.exceptions.InvalidParameterException, match=made["appId"]):
        sms.get_app(appId=made["appId"])


def test_temporary_credentials_go_with_their_token(over_tls: Server, certificate: Path) -> None:
    where = {"endpoint_url": over_tls.url, "verify": str(certificate), "region_name": REGION}
    assert "apps" in smsgen.client("sms", **where, **TEMPORARY).list_apps()
    for token in (None, "another"):
        sms = smsgen.client("sms", **where, **{**TEMPORARY, "aws_session_token": token})
        with pytest.raises(sms.exceptions.ClientError, match="UnrecognizedClientException"):
            sms.list_apps()
