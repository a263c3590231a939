"""Pages of applications: the list of them, one with all that is known of it, making, changing and deleting one."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from starlette.responses import Response

from smsgen.model.managed import ManagedApp
from smsgen.model.permitted import refused_now
from smsgen.server.api.protocol import Fault
from smsgen.server.console.forms import grouped
from smsgen.server.console.picture import ServerRow, picture, state_of
from smsgen.server.console.reading import LaunchedServer
from smsgen.server.console.visit import Visit

PAGE_APPS = 50
"""Applications on a page."""

MOST_JOBS_SHOWN = 200
"""Servers of an application whose replication a page asks for, one by one."""

OPERATIONS = (
    "StartAppReplication",
    "StartOnDemandAppReplication",
    "StopAppReplication",
    "GenerateTemplate",
    "GenerateChangeSet",
    "LaunchApp",
    "TerminateApp",
    "PutAppLaunchConfiguration",
    "PutAppReplicationConfiguration",
    "UpdateApp",
    "DeleteApp",
)
"""What a page of an application offers."""


def apps_page(visit: Visit) -> Response:
    """Show the applications, or those whose name or id holds what is searched for."""
    search, after = visit.query.get("search", "").strip()[:200], visit.query.get("after", "")
    if search:
        last = str(visit.sessions.unseal("apps", after) or "") if after else ""
        matching = visit.reading.search(search, after=last, limit=PAGE_APPS + 1)
        more = visit.sessions.seal("apps", matching[PAGE_APPS - 1]) if len(matching) > PAGE_APPS else ""
        ids = list(matching[:PAGE_APPS])
        shown = visit.caller.call("ListApps", appIds=ids).get("apps", []) if ids else []
    else:
        answer = visit.caller.call("ListApps", maxResults=PAGE_APPS, nextToken=after or None)
        shown, more = answer.get("apps", []), answer.get("nextToken", "")
    return visit.render("apps.html.j2", apps=shown, search=search, more=more, after=after)


def app_page(visit: Visit, *, status: int = 200, fault: Fault | None = None) -> Response:
    """Show an application: how it stands, the drawing of its launch order, its servers, what happens to its stack."""
    app_id = visit.path["app_id"]
    answer = visit.caller.call("GetApp", appId=app_id)
    summary = answer["appSummary"]
    rows = server_rows(visit, answer)
    stack_id = summary.get("launchDetails", {}).get("stackId", "")
    events = visit.reading.events(stack_id) if stack_id else None
    outputs = visit.caller.call("GetAppValidationOutput", appId=app_id).get("validationOutputList", [])
    return visit.render(
        "app.html.j2",
        status=status,
        fault=fault,
        app=summary,
        groups=sorted(answer.get("serverGroups", []), key=lambda group: _place_of(group, rows)),
        tags=answer.get("tags", []),
        rows=rows,
        drawing=picture(summary.get("name", ""), rows),
        events=events,
        outputs=outputs,
        refused=refusals(visit, app_id),
    )


def _place_of(group: Mapping[str, Any], rows: list[ServerRow]) -> int:
    """Return where a group stands among the others: as its servers do, and at the end without any."""
    group_id = group["serverGroupId"]
    return next((at for at, row in enumerate(rows) if row.group_id == group_id), len(rows))


def refusals(visit: Visit, app_id: str) -> Mapping[str, str]:
    """Return operation -> why an application does not take it now ("" where it does)."""
    managed = visit.reading.kept(app_id)
    return {name: _refusal(name, managed) for name in OPERATIONS}


def _refusal(operation: str, managed: ManagedApp | None) -> str:
    refused = refused_now(operation, managed) if managed else None
    return f"not while its {refused.name} is {refused.status}" if refused else ""


def server_rows(visit: Visit, answer: Mapping[str, Any]) -> list[ServerRow]:
    """Return the servers of an application (GetApp's answer), by launch order and group."""
    app_id = answer["appSummary"]["appId"]
    managed = visit.reading.kept(app_id)
    orders = (
        {one.server_group_id: one.launch_order or 0 for one in managed.app.server_groups} if managed else {}
    )
    images = {
        one.server_id: one.image_id
        for group in (managed.app.server_groups if managed else ())
        for one in group.server_list
    }
    launched = visit.reading.servers(app_id)
    ids = [
        one.get("replicationJobId", "")
        for group in answer.get("serverGroups", [])
        for one in group.get("serverList", [])
    ]
    jobs = _jobs(visit, [job_id for job_id in ids if job_id][:MOST_JOBS_SHOWN])
    rows = []
    for group in answer.get("serverGroups", []):
        for server in group.get("serverList", []):
            server_id = server["serverId"]
            job = jobs.get(server.get("replicationJobId", ""), {})
            run: Mapping[str, Any] = next(iter(job.get("replicationRunList", [])), {})
            image, became = images.get(server_id) or "", launched.get(server_id) or LaunchedServer("")
            rows.append(
                ServerRow(
                    server,
                    group["serverGroupId"],
                    group.get("name", ""),
                    orders.get(group["serverGroupId"], 0),
                    state_of(run, image, became),
                    job,
                    run,
                    image,
                    became,
                )
            )
    return sorted(rows, key=lambda row: (row.order, row.group_name, row.group_id))


def _jobs(visit: Visit, ids: list[str]) -> dict[str, Mapping[str, Any]]:
    answers = (visit.caller.call("GetReplicationJobs", replicationJobId=job_id) for job_id in ids)
    return {
        job["replicationJobId"]: job for answer in answers for job in answer.get("replicationJobList", [])
    }


# --- Making, changing, deleting -------------------------------------------------------------------------------------


def new_app_page(visit: Visit) -> Response:
    """Ask for a new application's name, and which of the servers that were chosen goes into which group."""
    chosen = [*visit.form.all("server"), *visit.query.get("servers", "").split()]
    return _app_form(visit, None, _named(visit, chosen))


def create_app_page(visit: Visit) -> Response:
    """Make an application."""
    servers = list(visit.form.all("serverId"))
    known = _known(visit, servers)
    try:
        answer = visit.caller.call(
            "CreateApp",
            name=visit.form.get("name"),
            description=visit.form.get("description") or None,
            roleName=visit.form.get("roleName") or None,
            serverGroups=[
                {"name": name, "serverList": [known[one] for one in ids]}
                for name, ids in grouped(visit.form, servers)
            ],
            clientToken=visit.form.get("clientToken") or None,
        )
    except Fault as fault:
        return _app_form(visit, None, _named(visit, servers), fault)
    return visit.go(f"/apps/{answer['appSummary']['appId']}", "CreateApp")


def edit_app_page(visit: Visit) -> Response:
    """Show what can be changed of an application: its name, and its groups."""
    answer = visit.caller.call("GetApp", appId=visit.path["app_id"])
    servers = [
        {**server, "group": group.get("name") or group["serverGroupId"]}
        for group in answer.get("serverGroups", [])
        for server in group.get("serverList", [])
    ]
    return _app_form(visit, answer["appSummary"], servers)


def update_app_page(visit: Visit) -> Response:
    """Change an application. Groups keep their ids as long as they keep their names."""
    app_id = visit.path["app_id"]
    answer = visit.caller.call("GetApp", appId=app_id)
    ids = {
        group.get("name") or group["serverGroupId"]: group["serverGroupId"]
        for group in answer.get("serverGroups", [])
    }
    known = {
        one["serverId"]: one
        for group in answer.get("serverGroups", [])
        for one in group.get("serverList", [])
    }
    servers = [*visit.form.all("serverId"), *visit.form.get("moreServers").replace(",", " ").split()]
    more = visit.form.get("moreGroup")
    groups: dict[str, list[str]] = dict(grouped(visit.form, servers))
    for server_id in servers:
        if f"group.{server_id}" not in visit.form and more:
            groups.setdefault(more, []).append(server_id)
    try:
        visit.caller.call(
            "UpdateApp",
            appId=app_id,
            name=visit.form.get("name"),
            description=visit.form.get("description"),
            roleName=visit.form.get("roleName") or None,
            serverGroups=[
                {
                    "name": name,
                    "serverGroupId": ids.get(name),
                    "serverList": [known.get(one, {"serverId": one}) for one in members],
                }
                for name, members in groups.items()
            ],
        )
    except Fault as fault:
        names = {one: visit.form.get(f"group.{one}") for one in servers}
        shown = [{**known.get(one, {"serverId": one}), "group": names[one]} for one in servers]
        return _app_form(visit, answer["appSummary"], shown, fault)
    return visit.go(f"/apps/{app_id}", "UpdateApp")


def _app_form(
    visit: Visit, summary: Mapping[str, Any] | None, servers: list[dict[str, Any]], fault: Fault | None = None
) -> Response:
    sent = {name: visit.form.get(name) for name in ("name", "description", "roleName")}
    values = sent if fault else {name: (summary or {}).get(name, "") for name in sent}
    return visit.render(
        "app_form.html.j2",
        status=fault.status if fault else 200,
        app=summary,
        values=values,
        servers=servers,
        fault=fault,
        client_token=token_hex(16),
    )


def _named(visit: Visit, ids: list[str]) -> list[dict[str, Any]]:
    """Return servers by their ids as the catalog has them, each with the group that the form puts it into."""
    known = _known(visit, ids)
    return [{**server, "group": visit.form.get(f"group.{one}", "servers")} for one, server in known.items()]


def _known(visit: Visit, ids: list[str]) -> dict[str, dict[str, Any]]:
    """Return id -> server, as the catalog has it; without more than its id where it has not."""
    wanted: dict[str, dict[str, Any]] = {one: {"serverId": one} for one in ids}
    for server in visit.caller.pages("GetServers") if ids else ():
        if server["serverId"] in wanted:
            wanted[server["serverId"]] = server
    return wanted


def confirm_delete_page(visit: Visit) -> Response:
    """Ask before an application is deleted."""
    answer = visit.caller.call("GetApp", appId=visit.path["app_id"])
    return visit.render("delete.html.j2", app=answer["appSummary"], wrong=False)


def delete_app_page(visit: Visit) -> Response:
    """Delete an application, if its name was typed."""
    app_id = visit.path["app_id"]
    summary = visit.caller.call("GetApp", appId=app_id)["appSummary"]
    if visit.form.get("confirm") != summary.get("name"):
        return visit.render("delete.html.j2", status=400, app=summary, wrong=True)
    visit.caller.call(
        "DeleteApp",
        appId=app_id,
        forceStopAppReplication="stop" in visit.form,
        forceTerminateApp="terminate" in visit.form,
    )
    return visit.go("/apps", "DeleteApp")


def simply(operation: str) -> Any:
    """Return the page that carries an operation out on an application, and shows it again."""

    def act(visit: Visit) -> Response:
        app_id = visit.path["app_id"]
        try:
            visit.caller.call(operation, appId=app_id)
        except Fault as fault:
            return app_page(visit, status=fault.status, fault=fault)
        return visit.go(f"/apps/{app_id}", operation)

    return act
