"""smsgen.Service: the SMS API in this process, with the methods of boto3's `client("sms")` and no HTTP.

with smsgen.Service("sqlite:///shop.db", region="eu-central-1") as service:
    app_id = service.create_app(name="shop", serverGroups=[…])["appSummary"]["appId"]
    service.put_app_launch_configuration(appId=app_id, serverGroupLaunchConfigurations=[…])
    service.launch_app(appId=app_id)
    print(service.wait(app_id)["appSummary"]["launchStatus"])
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from smsgen.errors import SmsgenError

if TYPE_CHECKING:
    from types import TracebackType

    from smsgen.aws.artifacts import ArtifactSettings
    from smsgen.operations.apps.world import Settings

_PAUSE = 0.1


class ServiceException(SmsgenError):
    """What an operation answers in place of a response; the errors of the API are its subclasses.

    `response` is what boto3's ClientError has there: `response["Error"]["Code"]`, `["Message"]`.
    """

    def __init__(self, code: str, message: str, operation: str, request_id: str) -> None:
        super().__init__(f"An error occurred ({code}) when calling the {operation} operation: {message}")
        self.operation_name = operation
        self.response = {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"RequestId": request_id},
            "message": message,
        }


class Exceptions:
    """The errors of the API as exceptions, by their names: `service.exceptions.InvalidParameterException`."""

    ClientError = ServiceException

    def __init__(self, codes: tuple[str, ...]) -> None:
        self._made = {
            code: type(code, (ServiceException,), {"__doc__": f"{code} of the API."}) for code in codes
        }

    def __getattr__(self, name: str) -> type[ServiceException]:
        try:
            return self._made[name]
        except KeyError:
            raise AttributeError(f"there is no error {name}; there is: {', '.join(self._made)}") from None

    def __dir__(self) -> list[str]:
        return [*self._made, "ClientError"]


class Service:
    """The SMS API in this process.

    `store`: URL of the store; in memory unless one is given. `profile`, `region`, `endpoint_url`: which AWS, left to
    boto3 where they are not given. `workers`: how many launches and terminations are carried out at once in the
    background; with 0 of them, `wait` carries them out. Methods are named and called as boto3's: keyword arguments in
    camelCase, dicts as answers, datetimes with a time zone as times. Raises StoreError where the store cannot be
    opened; a method raises TypeError for arguments that the operation does not have, `exceptions.…` where it says no.
    """

    def __init__(
        self,
        store: str = "sqlite://",
        *,
        profile: str | None = None,
        region: str | None = None,
        endpoint_url: str | None = None,
        artifacts: ArtifactSettings | None = None,
        settings: Settings | None = None,
        workers: int = 1,
    ) -> None:
        from smsgen import wiring
        from smsgen.aws.clients import AwsSettings

        self._store = wiring.store(store)
        from smsgen.server.api.operations import ERRORS
        from smsgen.server.workers import Workers

        clients = wiring.clients(AwsSettings(profile, region, endpoint_url))
        self._world = wiring.world(self._store, clients, artifacts, settings)
        self.exceptions = Exceptions(tuple(ERRORS))
        self._workers = Workers(self._world, workers)
        self._has_workers = workers > 0
        self._workers.start()

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        operation = _methods().get(name)
        if operation is None:
            raise AttributeError(f"the SMS API has no operation {name}")

        def call(**arguments: Any) -> dict[str, Any]:
            return self._call(operation, arguments)

        call.__name__ = name
        call.__doc__ = f"{operation} of the SMS API; see docs/sms-api.md."
        return call

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *_methods()]

    def __enter__(self) -> Service:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def wait(self, appId: str, *, timeout: float = 4 * 3600.0) -> dict[str, Any]:  # noqa: N803 - as boto3 spells it
        """Wait until nothing is done to an application in the background any more, and give what GetApp says.

        `timeout`: seconds; raises SmsgenError after that.
        """
        from smsgen.operations.jobs.carry_out import carry_out_one

        clock = self._world.clock
        end = clock.now() + timeout
        while self._store.jobs(appId):
            if clock.now() > end:
                raise SmsgenError(f"the application {appId} is still being worked on after {timeout:g} s")
            if self._has_workers or not carry_out_one(self._world, "wait"):
                clock.sleep(_PAUSE)
        answer: dict[str, Any] = self.get_app(appId=appId)
        return answer

    def set_image(self, appId: str, serverId: str, imageId: str) -> None:  # noqa: N803 - as boto3 would spell it
        """Record the image that a server is launched from, as `smsgen set-image` does, and what EC2 says of it."""
        from smsgen.operations.replication.set_images import set_images

        set_images(self._world, appId, {serverId: imageId}, ask=self._world.lookups.root_devices)

    def close(self) -> None:
        """Stop what is carried out in the background, giving it back, and close the store."""
        self._workers.stop()
        self._store.close()

    def _call(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        from smsgen.server.actions.table import BACKGROUND, perform
        from smsgen.server.api.operations import OPERATIONS
        from smsgen.server.api.plain import answer_of, request_of
        from smsgen.server.api.protocol import Call, Fault, check_request

        request_id = self._world.new_id(32)
        request = request_of(OPERATIONS[operation].request, arguments)
        try:
            check_request(request)
            answer = answer_of(perform(Call(operation, request, request_id), self._world))
        except Fault as fault:
            kind = getattr(self.exceptions, fault.code)
            raise kind(fault.code, fault.message, operation, request_id) from None
        if operation in BACKGROUND:
            self._workers.wake()
        return {**answer, "ResponseMetadata": {"RequestId": request_id, "HTTPStatusCode": 200}}


def _methods() -> dict[str, str]:
    """Return the name of each method -> its operation: create_app -> CreateApp."""
    from smsgen.server.actions.table import ACTIONS

    return {re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower(): operation for operation in ACTIONS}
