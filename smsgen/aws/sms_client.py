"""A boto3 client of the SMS API: boto3 knows no such service any more, so it is given the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smsgen.aws.clients import region_of_environment
from smsgen.errors import SmsgenError, install_hint

_SERVICE = "sms"
_VERSION = "2016-10-24"


def sms_client(model: Mapping[str, Any], arguments: Mapping[str, Any]) -> Any:
    """Return the client that a service model describes. `model`: name of a file of botocore's -> its content.

    `arguments` are those of `boto3.client`, and `profile_name`. Raises SmsgenError where boto3 is not installed.
    """
    try:
        import boto3
        from botocore.session import Session
    except ImportError:
        raise SmsgenError("boto3 is not installed", hint=install_hint("server")) from None
    client_arguments = dict(arguments)
    session = Session(profile=client_arguments.pop("profile_name", None))
    session.register_component("data_loader", _Loader(session.get_component("data_loader"), model))
    in_boto3 = boto3.Session(botocore_session=session)
    client_arguments.setdefault("region_name", region_of_environment() or in_boto3.region_name or "us-east-1")
    return in_boto3.client(_SERVICE, **client_arguments)


class _Loader:
    """botocore's loader of models, which knows one service more."""

    def __init__(self, loader: Any, model: Mapping[str, Any]) -> None:
        self._loader = loader
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        """Return a file of a service's model; what SMS's does not have is asked of botocore, which says so."""
        file = f"{type_name}.json"
        if service_name == _SERVICE and file in self._model:
            return self._model[file]
        return self._loader.load_service_model(service_name, type_name, api_version)

    def list_available_services(self, type_name: str) -> list[str]:
        """Return the names of all services."""
        return sorted({*self._loader.list_available_services(type_name), _SERVICE})

    def list_api_versions(self, service_name: str, type_name: str) -> list[str]:
        """Return the versions of a service's API."""
        if service_name == _SERVICE:
            return [_VERSION]
        versions: list[str] = self._loader.list_api_versions(service_name, type_name)
        return versions

    def determine_latest_version(self, service_name: str, type_name: str) -> str:
        """Return the last of them."""
        return max(self.list_api_versions(service_name, type_name))
