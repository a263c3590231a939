"""Calls of the SMS API for tests: plain data in, plain data out, through the table of actions."""

from __future__ import annotations

from typing import Any

from smsgen.server.actions.table import perform
from smsgen.server.api.operations import OPERATIONS
from smsgen.server.api.plain import answer_of, request_of
from smsgen.server.api.protocol import Call, check_request
from tests.operations.worlds import Site

GOOD = {
    "vpc": "vpc-12345678",
    "subnet": "subnet-12345678",
    "securityGroup": "sg-12345678",
    "instanceType": "m6i.large",
}


class Caller:
    """Somebody who calls the API of a site."""

    def __init__(self, site: Site | None = None) -> None:
        self.site = site or Site()

    def __call__(self, operation: str, **arguments: Any) -> dict[str, Any]:
        request = request_of(OPERATIONS[operation].request, arguments)
        check_request(request)
        return answer_of(perform(Call(operation, request, "request-1"), self.site.world))

    def create(self, *servers: str, name: str = "shop", **arguments: Any) -> str:
        """Make an application with one group, and give its id."""
        group = {"name": "web", "serverGroupId": "g-1", "serverList": [{"serverId": one} for one in servers]}
        made = self("CreateApp", name=name, serverGroups=[group], **arguments)
        return str(made["appSummary"]["appId"])

    def configure(self, app_id: str, **launch: Any) -> None:
        """Put the launch configuration of all servers."""
        groups = self("GetApp", appId=app_id)["serverGroups"]
        self(
            "PutAppLaunchConfiguration",
            appId=app_id,
            serverGroupLaunchConfigurations=[
                {
                    "serverGroupId": group["serverGroupId"],
                    "launchOrder": order,
                    "serverLaunchConfigurations": [
                        {"server": {"serverId": one["serverId"]}, **GOOD, **launch}
                        for one in group["serverList"]
                    ],
                }
                for order, group in enumerate(groups)
            ],
        )

    def status(self, app_id: str) -> str:
        """Return launchStatus."""
        return str(self("GetApp", appId=app_id)["appSummary"]["launchStatus"])
