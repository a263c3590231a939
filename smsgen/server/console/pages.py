"""The one table of the console's pages: method and path -> what answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from starlette.responses import Response

from smsgen.server.console import pages_apps, pages_configure, pages_launch, pages_replication
from smsgen.server.console.visit import Visit

Handler = Callable[[Visit], Response]


class Page(NamedTuple):
    """A page. Its path is as Starlette has it, below the console's root."""

    method: str
    path: str
    handler: Handler


_APP = "/apps/{app_id}"

PAGES: tuple[Page, ...] = (
    Page("GET", "/apps", pages_apps.apps_page),
    Page("GET", "/apps/new", pages_apps.new_app_page),
    Page("POST", "/apps/new", pages_apps.new_app_page),
    Page("POST", "/apps", pages_apps.create_app_page),
    Page("GET", _APP, pages_apps.app_page),
    Page("GET", f"{_APP}/edit", pages_apps.edit_app_page),
    Page("POST", f"{_APP}/edit", pages_apps.update_app_page),
    Page("GET", f"{_APP}/delete", pages_apps.confirm_delete_page),
    Page("POST", f"{_APP}/delete", pages_apps.delete_app_page),
    Page("GET", f"{_APP}/launch/{{group_id}}", pages_configure.launch_group),
    Page("POST", f"{_APP}/launch/{{group_id}}", pages_configure.put_launch_group),
    Page("GET", f"{_APP}/replication/{{group_id}}", pages_configure.replication_group),
    Page("POST", f"{_APP}/replication/{{group_id}}", pages_configure.put_replication_group),
    Page("POST", f"{_APP}/start-replication", pages_apps.simply("StartAppReplication")),
    Page("POST", f"{_APP}/stop-replication", pages_apps.simply("StopAppReplication")),
    Page("POST", f"{_APP}/on-demand-replication", pages_apps.simply("StartOnDemandAppReplication")),
    Page("GET", f"{_APP}/documents", pages_launch.documents_page),
    Page("POST", f"{_APP}/documents", pages_launch.make_document_page),
    Page("POST", f"{_APP}/review", pages_launch.review_page),
    Page("POST", f"{_APP}/launch", pages_launch.launch_page),
    Page("GET", f"{_APP}/terminate", pages_launch.confirm_terminate_page),
    Page("POST", f"{_APP}/terminate", pages_launch.terminate_page),
    Page("GET", "/catalog", pages_replication.catalog),
    Page("POST", "/catalog/import", pages_replication.import_catalog),
    Page("POST", "/catalog/delete", pages_replication.delete_catalog),
    Page("GET", "/connectors", pages_replication.connectors),
    Page("POST", "/connectors/{connector_id}/disassociate", pages_replication.disassociate),
    Page("GET", "/jobs", pages_replication.jobs),
    Page("GET", "/jobs/{job_id}", pages_replication.job),
    Page("POST", "/jobs/{job_id}/run", pages_replication.start_run),
    Page("POST", "/jobs/{job_id}/delete", pages_replication.delete_job),
)
