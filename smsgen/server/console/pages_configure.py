"""Pages of how the servers of a group are launched and replicated: forms that say beside each field what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from smsgen.server.api.protocol import Fault
from smsgen.server.console import forms
from smsgen.server.console.visit import Visit

Values = Mapping[str, Mapping[str, str]]
"""Server id -> field -> text."""


def launch_group(visit: Visit) -> Response:
    """Show how the servers of a group are launched, and what is wrong with it."""
    configured = _configured(visit, "GetAppLaunchConfiguration", "serverGroupLaunchConfigurations")
    of_server = {one["server"]["serverId"]: one for one in configured.get("serverLaunchConfigurations", [])}
    values = {
        one["serverId"]: forms.values_of(forms.LAUNCH, of_server.get(one["serverId"], {}))
        for one in _servers(visit)
    }
    return _launch_form(visit, values, str(configured.get("launchOrder", "")))


def put_launch_group(visit: Visit) -> Response:
    """Keep how the servers of a group are launched. What is wrong is kept, too, as the API has it, and shown."""
    servers = [one["serverId"] for one in _servers(visit)]
    values = {one: forms.sent(forms.LAUNCH, visit.form, one) for one in servers}
    order = visit.form.get("launchOrder")
    try:
        visit.caller.call(
            "PutAppLaunchConfiguration",
            appId=visit.path["app_id"],
            serverGroupLaunchConfigurations=[
                {
                    "serverGroupId": visit.path["group_id"],
                    "launchOrder": _order(order),
                    "serverLaunchConfigurations": [
                        {"server": {"serverId": one}, **forms.structure(forms.LAUNCH, values[one])}
                        for one in servers
                    ],
                }
            ],
        )
    except Fault as fault:
        return _launch_form(visit, values, order, fault)
    if any(_problems(visit).get((one, name)) for one in servers for name in ("", *values[one])):
        return visit.go(
            f"/apps/{visit.path['app_id']}/launch/{visit.path['group_id']}", "PutAppLaunchConfiguration"
        )
    return visit.go(f"/apps/{visit.path['app_id']}", "PutAppLaunchConfiguration")


def _order(text: str) -> int | None:
    if text and not (text.isdecimal() and len(text) < 10):
        raise Fault("InvalidParameterException", f"Launch order: {text[:40]!r} is not a number")
    return int(text) if text else None


def _launch_form(visit: Visit, values: Values, order: str, fault: Fault | None = None) -> Response:
    answer, group = _group(visit)
    return visit.render(
        "launch_form.html.j2",
        status=fault.status if fault else 200,
        app=answer["appSummary"],
        group=group,
        fields=forms.LAUNCH,
        values=values,
        order=order,
        problems=_problems(visit),
        fault=fault,
    )


def _problems(visit: Visit) -> Mapping[tuple[str, str], list[str]]:
    app_id = visit.path["app_id"]
    managed = visit.reading.kept(app_id)
    return forms.problems_by_field(managed, visit.reading.problems(app_id)) if managed else {}


def replication_group(visit: Visit) -> Response:
    """Show how the servers of a group are replicated."""
    configured = _configured(visit, "GetAppReplicationConfiguration", "serverGroupReplicationConfigurations")
    of_server = {
        one["server"]["serverId"]: one.get("serverReplicationParameters", {})
        for one in configured.get("serverReplicationConfigurations", [])
    }
    values = {
        one["serverId"]: forms.values_of(forms.REPLICATION, of_server.get(one["serverId"], {}))
        for one in _servers(visit)
    }
    return _replication_form(visit, values)


def put_replication_group(visit: Visit) -> Response:
    """Keep how the servers of a group are replicated."""
    servers = [one["serverId"] for one in _servers(visit)]
    values = {one: forms.sent(forms.REPLICATION, visit.form, one) for one in servers}
    try:
        visit.caller.call(
            "PutAppReplicationConfiguration",
            appId=visit.path["app_id"],
            serverGroupReplicationConfigurations=[
                {
                    "serverGroupId": visit.path["group_id"],
                    "serverReplicationConfigurations": [
                        {
                            "server": {"serverId": one},
                            "serverReplicationParameters": forms.structure(forms.REPLICATION, values[one]),
                        }
                        for one in servers
                    ],
                }
            ],
        )
    except Fault as fault:
        return _replication_form(visit, values, fault)
    return visit.go(f"/apps/{visit.path['app_id']}", "PutAppReplicationConfiguration")


def _replication_form(visit: Visit, values: Values, fault: Fault | None = None) -> Response:
    answer, group = _group(visit)
    return visit.render(
        "replication_form.html.j2",
        status=fault.status if fault else 200,
        app=answer["appSummary"],
        group=group,
        fields=forms.REPLICATION,
        values=values,
        problems={},
        fault=fault,
    )


def _configured(visit: Visit, operation: str, member: str) -> Mapping[str, Any]:
    """Return what an application's configuration says of the group."""
    answer = visit.caller.call(operation, appId=visit.path["app_id"])
    groups = answer.get(member, [])
    return next((one for one in groups if one.get("serverGroupId") == visit.path["group_id"]), {})


def _group(visit: Visit) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """Return GetApp's answer, and the group in it; raises Fault where there is no such group."""
    answer = visit.caller.call("GetApp", appId=visit.path["app_id"])
    for group in answer.get("serverGroups", []):
        if group["serverGroupId"] == visit.path["group_id"]:
            return answer, group
    raise Fault("InvalidParameterException", f"the application has no group {visit.path['group_id']}")


def _servers(visit: Visit) -> list[Mapping[str, Any]]:
    servers: list[Mapping[str, Any]] = _group(visit)[1].get("serverList", [])
    return servers
