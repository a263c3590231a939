"""The actions of connectors, the server catalog, replication jobs and the replication of applications; see `table`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from smsgen.model.replicating.jobs import ReplicationJob
from smsgen.operations.apps.world import BadParameter, World, required
from smsgen.operations.replication import apps, catalog, jobs
from smsgen.server.actions import tokens
from smsgen.server.actions import translate as t
from smsgen.server.actions import translate_replication as tr
from smsgen.server.api import messages as m

PAGE = 50
"""What is on a page where nothing is said (API reference, maxResults)."""

LARGEST_PAGE = 100


class _Page(NamedTuple):
    """Which page is asked for: where it begins, and how much there may be on it."""

    after: str
    limit: int
    next_token: Callable[[str], str]


def _page(world: World, request: Any, operation: str, arguments: Sequence[str] = ()) -> _Page:
    limit = PAGE if request.max_results is None else request.max_results
    if limit < 1:
        raise BadParameter(f"maxResults is {limit}; it must be at least 1")
    token = request.next_token
    return _Page(
        tokens.opened(token, operation, arguments, world.secret) if token else "",
        min(limit, LARGEST_PAGE),
        lambda last: tokens.sealed(last, operation, arguments, world.secret),
    )


# --- Connectors and the catalog -----------------------------------------------------------------------------


def get_connectors(world: World, request: m.GetConnectorsRequest) -> m.GetConnectorsResponse:
    """GetConnectors."""
    page = _page(world, request, "GetConnectors")
    connectors = world.store.connectors(after=page.after, limit=page.limit + 1)
    shown = connectors[: page.limit]
    token = page.next_token(shown[-1].connector_id) if len(connectors) > len(shown) else None
    return m.GetConnectorsResponse(connector_list=[tr.connector(one) for one in shown], next_token=token)


def disassociate_connector(world: World, request: m.DisassociateConnectorRequest) -> None:
    """DisassociateConnector."""
    catalog.disassociate_connector(world, required(request.connector_id, "connectorId"))


def import_server_catalog(world: World, request: m.ImportServerCatalogRequest) -> None:
    """ImportServerCatalog."""
    catalog.import_server_catalog(world)


def delete_server_catalog(world: World, request: m.DeleteServerCatalogRequest) -> None:
    """DeleteServerCatalog."""
    catalog.delete_server_catalog(world)


def get_servers(world: World, request: m.GetServersRequest) -> m.GetServersResponse:
    """GetServers."""
    addresses = tr.addresses(request.vm_server_address_list)
    asked = [f"{one.vm_manager_id}\0{one.vm_id}" for one in addresses or ()]
    page = _page(world, request, "GetServers", asked)
    shown, more = catalog.get_servers(world, addresses=addresses, after=page.after, limit=page.limit)
    there = world.store.jobs_of_servers(one.server_id for one in shown)
    now = catalog.catalog_now(world)
    return m.GetServersResponse(
        last_modified_on=t.time(now.modified),
        server_catalog_status=now.status,
        server_list=[tr.catalog_server(one, there) for one in shown],
        next_token=page.next_token(shown[-1].server_id) if more else None,
    )


# --- Replication jobs ---------------------------------------------------------------------------------------


def create_replication_job(
    world: World, request: m.CreateReplicationJobRequest
) -> m.CreateReplicationJobResponse:
    """CreateReplicationJob."""
    created = jobs.create_replication_job(
        world,
        required(request.server_id, "serverId"),
        tr.parameters(request),
        role_name=request.role_name or "",
        description=request.description or "",
    )
    return m.CreateReplicationJobResponse(replication_job_id=created.replication_job_id)


def update_replication_job(world: World, request: m.UpdateReplicationJobRequest) -> None:
    """UpdateReplicationJob."""
    jobs.update_replication_job(
        world, required(request.replication_job_id, "replicationJobId"), tr.settings(request)
    )


def delete_replication_job(world: World, request: m.DeleteReplicationJobRequest) -> None:
    """DeleteReplicationJob."""
    jobs.delete_replication_job(world, required(request.replication_job_id, "replicationJobId"))


def get_replication_jobs(world: World, request: m.GetReplicationJobsRequest) -> m.GetReplicationJobsResponse:
    """GetReplicationJobs. Of a job that is not there it gives an empty list."""
    job_id = request.replication_job_id or ""
    page = _page(world, request, "GetReplicationJobs", (job_id,))
    if job_id:
        job = world.store.replication_job(job_id)
        found: tuple[ReplicationJob, ...] = (job,) if job else ()
    else:
        found = world.store.replication_jobs(after=page.after, limit=page.limit + 1)
    shown = found[: page.limit]
    return m.GetReplicationJobsResponse(
        replication_job_list=[
            tr.replication_job(job, world.store.replication_runs(job.replication_job_id, limit=PAGE))
            for job in shown
        ],
        next_token=page.next_token(shown[-1].replication_job_id) if len(found) > len(shown) else None,
    )


def get_replication_runs(world: World, request: m.GetReplicationRunsRequest) -> m.GetReplicationRunsResponse:
    """GetReplicationRuns, the newest first."""
    job_id = required(request.replication_job_id, "replicationJobId")
    page = _page(world, request, "GetReplicationRuns", (job_id,))
    job = jobs.find_job(world, job_id, jobs.no_job)
    runs = world.store.replication_runs(job_id, after=page.after, limit=page.limit + 1)
    shown = runs[: page.limit]
    latest = world.store.replication_runs(job_id, limit=PAGE)
    return m.GetReplicationRunsResponse(
        replication_job=tr.replication_job(job, latest),
        replication_run_list=[tr.run_of(run) for run in shown],
        next_token=page.next_token(str(shown[-1].number)) if len(runs) > len(shown) else None,
    )


def start_on_demand_replication_run(
    world: World, request: m.StartOnDemandReplicationRunRequest
) -> m.StartOnDemandReplicationRunResponse:
    """StartOnDemandReplicationRun."""
    job_id = required(request.replication_job_id, "replicationJobId")
    run = jobs.start_on_demand_run(world, job_id, description=request.description or "")
    return m.StartOnDemandReplicationRunResponse(replication_run_id=run.replication_run_id)


# --- Applications -------------------------------------------------------------------------------------------


def start_app_replication(world: World, request: m.StartAppReplicationRequest) -> None:
    """StartAppReplication."""
    apps.start_app_replication(world, required(request.app_id, "appId"))


def stop_app_replication(world: World, request: m.StopAppReplicationRequest) -> None:
    """StopAppReplication."""
    apps.stop_app_replication(world, required(request.app_id, "appId"))


def start_on_demand_app_replication(world: World, request: m.StartOnDemandAppReplicationRequest) -> None:
    """StartOnDemandAppReplication."""
    app_id = required(request.app_id, "appId")
    apps.start_on_demand_app_replication(world, app_id, description=request.description or "")


def import_app_catalog(world: World, request: m.ImportAppCatalogRequest) -> None:
    """ImportAppCatalog."""
    apps.import_app_catalog(world, role_name=request.role_name or "")


ACTIONS: Mapping[str, Callable[[World, Any], Any]] = {
    "CreateReplicationJob": create_replication_job,
    "DeleteReplicationJob": delete_replication_job,
    "DeleteServerCatalog": delete_server_catalog,
    "DisassociateConnector": disassociate_connector,
    "GetConnectors": get_connectors,
    "GetReplicationJobs": get_replication_jobs,
    "GetReplicationRuns": get_replication_runs,
    "GetServers": get_servers,
    "ImportAppCatalog": import_app_catalog,
    "ImportServerCatalog": import_server_catalog,
    "StartAppReplication": start_app_replication,
    "StartOnDemandAppReplication": start_on_demand_app_replication,
    "StartOnDemandReplicationRun": start_on_demand_replication_run,
    "StopAppReplication": stop_app_replication,
    "UpdateReplicationJob": update_replication_job,
}
"""Operation of the API -> what it does."""
