"""A session that cannot be says so in one sentence; one that can is configured to hold on."""

from __future__ import annotations

import sys

import pytest

import smsgen
from smsgen.aws.clients import MAX_ATTEMPTS, AwsSettings, Clients
from smsgen.errors import ServiceError
from tests.aws.conftest import ACCOUNT, REGION
from tests.aws.faults import FaultProxy


def test_clients_retry_adaptively_within_timeouts_and_say_who_they_are(
    clients: Clients, proxy: FaultProxy
) -> None:
    config = clients.client("s3").meta.config
    assert config.retries == {"mode": "adaptive", "total_max_attempts": MAX_ATTEMPTS}
    assert (config.connect_timeout, config.read_timeout) == (10, 60)
    clients.identity()
    assert "smsgen" in proxy.calls[0].headers["User-Agent"]


def test_the_identity_is_asked_once(clients: Clients, proxy: FaultProxy) -> None:
    assert clients.identity().account == clients.identity().account == ACCOUNT
    assert clients.identity().partition == "aws"
    assert clients.region == REGION
    assert proxy.count("sts:GetCallerIdentity") == 1


def test_a_call_is_given_up_after_all_attempts(clients: Clients, proxy: FaultProxy) -> None:
    proxy.fail("sts:*", "throttle", times=100)
    with pytest.raises(ServiceError, match="AWS still throttles the call after every retry"):
        clients.identity()
    assert proxy.count("sts:GetCallerIdentity") == MAX_ATTEMPTS


def test_without_boto3_the_hint_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(ServiceError) as raised:
        Clients().client("s3")
    assert "'.[aws]'" in raised.value.hint
    assert not Clients().available()


def test_without_credentials(proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(ServiceError, match="no AWS credentials were found"):
        Clients(AwsSettings(region=REGION)).client("s3")
    assert not Clients(AwsSettings(region=REGION)).available()
    assert proxy.names() == []


def test_without_a_region(proxy: FaultProxy) -> None:
    with pytest.raises(ServiceError, match="no AWS Region is set"):
        Clients(AwsSettings(endpoint_url=proxy.url)).client("s3")


@pytest.mark.parametrize(
    ("environment", "option", "region"),
    [
        ({"AWS_REGION": "eu-west-1"}, None, "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-2"}, None, "eu-west-2"),
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"}, None, "eu-west-1"),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-2"}, None, "eu-west-2"),
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-3", "eu-west-3"),
    ],
)
def test_the_region_is_that_of_the_option_else_of_the_environment(
    environment: dict[str, str],
    option: str | None,
    region: str,
    proxy: FaultProxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Clients(AwsSettings(region=option, endpoint_url=proxy.url)).region == region
    given = {"region_name": option} if option else {}
    assert smsgen.client("sms", **given).meta.region_name == region


def test_with_a_profile_that_is_not_there(proxy: FaultProxy) -> None:
    with pytest.raises(ServiceError, match="staging"):
        Clients(AwsSettings(profile="staging", region=REGION, endpoint_url=proxy.url)).client("s3")


def test_with_an_endpoint_that_is_not_there(proxy: FaultProxy) -> None:
    with pytest.raises(ServiceError, match="AWS could not be reached"):
        Clients(AwsSettings(region=REGION, endpoint_url="http://127.0.0.1:1")).identity()


def test_available_asks_nothing(clients: Clients, proxy: FaultProxy) -> None:
    assert clients.available()
    assert proxy.names() == []
