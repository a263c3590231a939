"""What AWS Application Migration Service says of the instances that it launched (API version 2020-02-26).

https://docs.aws.amazon.com/mgn/latest/APIReference/Welcome.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smsgen.aws.clients import Clients
from smsgen.aws.errors import error_code, service_errors
from smsgen.errors import SmsgenError
from smsgen.operations.ports.adoption import MgnServer, Selection

_PAGE = 1000
_TEST = "START_TEST"


def source_servers(clients: Clients, selection: Selection) -> dict[str, MgnServer]:
    """Return instance id -> what MGN says of it, of the application or wave that is meant; {} where none is.

    Raises SmsgenError where MGN knows no such application or wave, ServiceError where AWS refuses.
    """
    if not selection.application and not selection.wave:
        return {}
    mgn = _Mgn(clients, selection.account)
    with service_errors("cannot ask MGN"):
        try:
            waves = {each["waveID"]: each["name"] for each in mgn.all("list_waves")}
            applications = {each["applicationID"]: each for each in mgn.all("list_applications")}
        except Exception as error:
            if error_code(error) == "UninitializedAccountException":
                message = f"MGN has never been used in this account and Region ({clients.region})"
                raise SmsgenError(message, hint="select by --tag or --id, or say the Region") from None
            raise
        wanted = _meant(selection, applications, waves)
        servers = list(mgn.all("describe_source_servers", filters={"applicationIDs": sorted(wanted)}))
        launched = [each for each in servers if each.get("launchedInstance", {}).get("ec2InstanceID")]
        jobs = {each["jobID"]: each for each in mgn.all("describe_jobs")} if launched else {}
    return {
        each["launchedInstance"]["ec2InstanceID"]: _launched(each, applications, waves, jobs)
        for each in launched
    }


class _Mgn:
    def __init__(self, clients: Clients, account: str) -> None:
        self._clients = clients
        self._of = {"accountID": account} if account else {}

    def all(self, method: str, **arguments: Any) -> Iterator[Mapping[str, Any]]:
        """Yield all items, all pages."""
        pages = self._clients.client("mgn").get_paginator(method)
        for page in pages.paginate(**arguments, **self._of, PaginationConfig={"PageSize": _PAGE}):
            yield from page.get("items", ())


def _meant(
    selection: Selection, applications: Mapping[str, Mapping[str, Any]], waves: Mapping[str, str]
) -> set[str]:
    """Return the ids of the applications that are meant."""
    if selection.application:
        meant = {
            key for key, each in applications.items() if selection.application in (key, each.get("name"))
        }
        names = sorted(str(each.get("name")) for each in applications.values())
        what, name = "application", selection.application
    else:
        of_wave = {key for key, wave in waves.items() if selection.wave in (key, wave)}
        meant = {key for key, each in applications.items() if each.get("waveID") in of_wave}
        names, what, name = sorted(waves.values()), "wave with applications", selection.wave
    if not meant:
        listed = f"it knows: {', '.join(names[:20])}" if names else "it knows none"
        raise SmsgenError(f"MGN has no {what} {name!r}", hint=listed)
    return meant


def _launched(
    server: Mapping[str, Any],
    applications: Mapping[str, Mapping[str, Any]],
    waves: Mapping[str, str],
    jobs: Mapping[str, Mapping[str, Any]],
) -> MgnServer:
    application = applications.get(server.get("applicationID", ""), {})
    job = jobs.get(server["launchedInstance"].get("jobID", ""), {})
    hints = server.get("sourceProperties", {}).get("identificationHints", {})
    return MgnServer(
        source_server_id=server["sourceServerID"],
        application=str(application.get("name", "")),
        wave=waves.get(application.get("waveID", ""), ""),
        hostname=hints.get("hostname", ""),
        test=job.get("initiatedBy") == _TEST,
    )
