"""smsgen.Service without AWS: named and called as boto3's client, answers as boto3 gives them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

import smsgen
from smsgen.errors import SmsgenError
from smsgen.operations.ports.store import StoreError

pytest.importorskip("sqlalchemy", reason="SQLAlchemy comes with smsgen[server]")


@pytest.fixture
def service() -> Iterator[smsgen.Service]:
    with smsgen.Service(workers=0) as opened:
        yield opened


def test_answers_are_boto3s(service: smsgen.Service) -> None:
    made = service.create_app(name="shop", tags=[{"key": "k", "value": "v"}])
    assert made.pop("ResponseMetadata")["HTTPStatusCode"] == 200
    summary = made["appSummary"]
    assert summary["appId"].startswith("app-")
    assert len(summary["appId"]) == 21
    assert summary["creationTime"].tzinfo is UTC
    assert summary["creationTime"].microsecond % 1000 == 0
    assert abs((datetime.now(UTC) - summary["creationTime"]).total_seconds()) < 3600
    found = service.get_app(appId=summary["appId"])
    assert (found["appSummary"], found["tags"]) == (summary, [{"key": "k", "value": "v"}])
    assert set(service.delete_app(appId=summary["appId"])) == {"ResponseMetadata"}
    assert service.list_apps()["apps"] == []


def test_errors_are_boto3s(service: smsgen.Service) -> None:
    with pytest.raises(service.exceptions.InvalidParameterException) as caught:
        service.get_app(appId="app-00000000000000000")
    error = caught.value
    assert isinstance(error, service.exceptions.ClientError)
    assert isinstance(error, SmsgenError)
    assert error.response["Error"] == {
        "Code": "InvalidParameterException",
        "Message": "there is no application app-00000000000000000",
    }
    assert error.operation_name == "GetApp"
    assert str(error) == (
        "An error occurred (InvalidParameterException) when calling the GetApp operation: "
        "there is no application app-00000000000000000"
    )
    with pytest.raises(service.exceptions.MissingRequiredParameterException):
        service.get_app()
    with pytest.raises(service.exceptions.NoConnectorsAvailableException, match="there is no connector"):
        service.import_server_catalog()
    assert service.get_servers()["serverCatalogStatus"] == "NOT_IMPORTED"
    with pytest.raises(AttributeError, match="there is no error Nonsense; there is: "):
        _ = service.exceptions.Nonsense
    assert "InternalError" in dir(service.exceptions)


def test_the_methods_are_boto3s(service: smsgen.Service) -> None:
    methods = [name for name in dir(service) if not name.startswith("_")]
    assert {"create_app", "put_app_launch_configuration", "notify_app_validation_output"} <= set(methods)
    assert service.create_app.__doc__.startswith("CreateApp of the SMS API")
    with pytest.raises(AttributeError, match="no operation make_app"):
        service.make_app(name="shop")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"nam": "x"}, "unknown parameter nam; there is: name"),
        ({"name": 5}, "name"),
        ({"serverGroups": [{"servers": []}]}, r"serverGroups\.servers"),
    ],
)
def test_arguments_that_an_operation_does_not_have_are_named(
    service: smsgen.Service, arguments: dict[str, Any], said: str
) -> None:
    with pytest.raises(TypeError, match=said):
        service.create_app(**arguments)


def test_waiting_for_an_application_that_nothing_is_done_to_ends_at_once(service: smsgen.Service) -> None:
    app_id = service.create_app(name="shop")["appSummary"]["appId"]
    assert service.wait(app_id)["appSummary"]["status"] == "ACTIVE"
    with pytest.raises(service.exceptions.InvalidParameterException):
        service.wait("app-none")


def test_a_store_in_a_file_is_there_again(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with smsgen.Service(url) as first:
        app_id = first.create_app(name="shop")["appSummary"]["appId"]
    with smsgen.Service(url) as second:
        assert second.get_app(appId=app_id)["appSummary"]["name"] == "shop"


def test_a_store_that_cannot_be_opened_is_said_in_a_sentence(tmp_path: Any) -> None:
    (tmp_path / "store.db").write_text("this is no database")
    with pytest.raises(StoreError):
        smsgen.Service(f"sqlite:///{tmp_path}/store.db")
