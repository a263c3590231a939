"""Pages of replication: the catalog of servers, the connectors that read it, jobs and their runs."""

from __future__ import annotations

from itertools import islice

from starlette.responses import Response

from smsgen.server.api.protocol import Fault
from smsgen.server.console.visit import Visit
from smsgen.server.console.words import server_name

PAGE = 50
"""Servers, jobs or runs on a page: as many as the API gives at once."""


def catalog(visit: Visit, *, fault: Fault | None = None) -> Response:
    """Show the servers that connectors have found, or those whose name or id holds what is searched for."""
    search, after = visit.query.get("search", "").strip()[:200], visit.query.get("after", "")
    answer = visit.caller.call("GetServers", maxResults=PAGE, nextToken=after or None)
    servers, more = answer.get("serverList", []), answer.get("nextToken", "")
    if search:
        wanted = search.casefold()
        matching = (
            one
            for one in visit.caller.pages("GetServers")
            if wanted in server_name(one).casefold() or wanted in one["serverId"].casefold()
        )
        servers, more = list(islice(matching, PAGE)), ""
    return visit.render(
        "catalog.html.j2",
        status=fault.status if fault else 200,
        fault=fault,
        servers=servers,
        more=more,
        search=search,
        status_of=answer.get("serverCatalogStatus", ""),
        modified=answer.get("lastModifiedOn"),
    )


def import_catalog(visit: Visit) -> Response:
    """Have the connectors look for servers."""
    return _on_catalog(visit, "ImportServerCatalog")


def delete_catalog(visit: Visit) -> Response:
    """Forget the servers that connectors have found."""
    return _on_catalog(visit, "DeleteServerCatalog")


def _on_catalog(visit: Visit, operation: str) -> Response:
    try:
        visit.caller.call(operation)
    except Fault as fault:
        return catalog(visit, fault=fault)
    return visit.go("/catalog", operation)


def connectors(visit: Visit) -> Response:
    """Show the connectors."""
    return visit.render("connectors.html.j2", connectors=list(visit.caller.pages("GetConnectors")))


def disassociate(visit: Visit) -> Response:
    """Let go of a connector."""
    visit.caller.call("DisassociateConnector", connectorId=visit.path["connector_id"])
    return visit.go("/connectors", "DisassociateConnector")


def jobs(visit: Visit) -> Response:
    """Show the replication jobs."""
    after = visit.query.get("after", "")
    answer = visit.caller.call("GetReplicationJobs", maxResults=PAGE, nextToken=after or None)
    return visit.render(
        "jobs.html.j2", jobs=answer.get("replicationJobList", []), more=answer.get("nextToken", "")
    )


def job(visit: Visit, *, fault: Fault | None = None) -> Response:
    """Show a replication job and its runs."""
    answer = visit.caller.call(
        "GetReplicationRuns",
        replicationJobId=visit.path["job_id"],
        maxResults=PAGE,
        nextToken=visit.query.get("after") or None,
    )
    return visit.render(
        "job.html.j2",
        status=fault.status if fault else 200,
        fault=fault,
        job=answer["replicationJob"],
        runs=answer.get("replicationRunList", []),
        more=answer.get("nextToken", ""),
    )


def start_run(visit: Visit) -> Response:
    """Begin a run of a job now."""
    return _on_job(visit, "StartOnDemandReplicationRun")


def delete_job(visit: Visit) -> Response:
    """End a job."""
    return _on_job(visit, "DeleteReplicationJob")


def _on_job(visit: Visit, operation: str) -> Response:
    try:
        visit.caller.call(operation, replicationJobId=visit.path["job_id"])
    except Fault as fault:
        return job(visit, fault=fault)
    return visit.go(f"/jobs/{visit.path['job_id']}", operation)
