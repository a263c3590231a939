"""Use cases: replicate the servers of an application, stop that, run it now; applications out of the catalog.

StartAppReplication only begins here; `jobs/start_replication.py` validates, and makes a job for each server.
"""

from __future__ import annotations

from collections.abc import Iterator

from smsgen.model.app import App, Server, ServerGroup
from smsgen.model.managed import ManagedApp
from smsgen.model.replicating.catalog import CatalogServer, CatalogStatus
from smsgen.model.replicating.jobs import RUNNABLE, JobState, ReplicationJob
from smsgen.model.replication import ReplicationEvent, advance_replication, is_running
from smsgen.model.status import AppStatus
from smsgen.operations.apps.replicated import deleting_all, followed, jobs_of
from smsgen.operations.apps.server_groups import check_identity
from smsgen.operations.apps.world import NotPermitted, World, changed, commit_decided, find_app, permit
from smsgen.operations.ports.store import Change, Job
from smsgen.operations.replication.catalog import catalog_now
from smsgen.operations.replication.jobs import on_demand
from smsgen.operations.replication.refusals import TooManyRuns

START = "start-replication"
"""Kind of a queued job: an application's replication is validated, and its jobs are made."""

_ALL = 1_000_000


def start_app_replication(world: World, app_id: str) -> ManagedApp:
    """Begin to replicate an application's servers, and return it; raises NotPermitted."""

    def decide(before: ManagedApp) -> Change:
        permit("StartAppReplication", before)
        _check_room(world, app_id)
        after = _with_status(before, ReplicationEvent.START)
        lane = f"{app_id}/replication"  # not the launch's: one does not wait for the other
        queued = Job(f"job-{world.new_id(17)}", START, app_id, lane, created=world.clock.now())
        return Change(before, after._replace(modified=world.clock.now()), jobs=(queued,))

    # Not in the application's turn but in that of all who start one: in this process none is above the limit.
    commit_decided(world, START, lambda: decide(find_app(world, app_id)))
    return find_app(world, app_id)


def _check_room(world: World, app_id: str) -> None:
    """Raise NotPermitted where as many other applications are replicated as may be at a time."""
    others = (one for one in world.store.summaries(limit=_ALL) if one.app_id != app_id)
    most = world.settings.max_app_replications
    if sum(is_running(one.replication.status) for one in others) >= most:
        raise NotPermitted(
            f"at most {most} applications are replicated at a time",
            hint="stop the replication of another one first",
        )


def stop_app_replication(world: World, app_id: str) -> ManagedApp:
    """Begin to delete the replication jobs of an application's servers, and return it; raises NotPermitted."""

    def decide(before: ManagedApp) -> Change:
        permit("StopAppReplication", before)
        writes, queued = deleting_all(world, before)
        jobs = {
            **jobs_of(world, before),
            **{
                write.after.server_id: write.after
                for write in writes
                if isinstance(write.after, ReplicationJob)
            },
        }
        now = world.clock.now()
        after = followed(_with_status(before, ReplicationEvent.STOP), jobs, now)
        return Change(before, after._replace(modified=now), jobs=queued, records=writes)

    return changed(world, app_id, decide)


def start_on_demand_app_replication(world: World, app_id: str, *, description: str = "") -> ManagedApp:
    """Begin a run of each of an application's servers now, of all or of none; raises NotPermitted."""

    def decide(before: ManagedApp) -> Change:
        permit("StartOnDemandAppReplication", before)
        jobs = jobs_of(world, before).values()
        going = [job for job in jobs if job.state in (*RUNNABLE, JobState.PAUSED_ON_FAILURE)]
        if not going:
            raise NotPermitted(
                f"no replication job of the application {app_id} goes on", hint="start its replication"
            )
        try:
            begun = [on_demand(world, job, description) for job in going]
        except TooManyRuns as error:
            raise NotPermitted(str(error)) from None
        return Change(
            before,
            before._replace(modified=world.clock.now()),
            jobs=tuple(job for _, queued, _ in begun for job in queued),
            records=tuple(write for writes, _, _ in begun for write in writes),
        )

    return changed(world, app_id, decide)


def _with_status(managed: ManagedApp, event: ReplicationEvent) -> ManagedApp:
    status = advance_replication(managed.replication.status, event)
    return managed._replace(replication=managed.replication._replace(status=status, message=""))


# --- Applications out of the catalog ------------------------------------------------------------------------


def import_app_catalog(world: World, *, role_name: str = "") -> tuple[str, ...]:
    """Make an application of each that the catalog's inventories name, and return the ids of those that are new.

    A server that is in an application stays there; one whose application was imported before is made no second time.
    Raises NotPermitted where there is no catalog.
    """
    if catalog_now(world).status is not CatalogStatus.AVAILABLE:
        raise NotPermitted("the server catalog is not there", hint="ImportServerCatalog reads it")
    named: dict[str, list[CatalogServer]] = {}
    for server in world.store.servers(limit=_ALL):
        if server.application:
            named.setdefault(server.application, []).append(server)
    taken = world.store.owners(one.server_id for servers in named.values() for one in servers)
    there = {app.imported_app_id for app in world.store.summaries(limit=_ALL)}
    job_ids = []
    for name, servers in sorted(named.items()):
        free = [server for server in servers if server.server_id not in taken]
        if free and imported_id(name) not in there:
            job_ids.append(_make(world, name, free, role_name))
    return tuple(job_ids)


def imported_id(name: str) -> str:
    """Return the importedAppId of what an inventory calls an application."""
    return f"inventory/{name}"


def _make(world: World, name: str, servers: list[CatalogServer], role_name: str) -> str:
    app_id = f"app-{world.new_id(17)}"
    app = App(
        name,
        app_id,
        stack_name=f"sms-{app_id}",
        profile=world.settings.profile,
        server_groups=tuple(_groups(world, servers)),
    )
    check_identity(app, world.settings)
    now = world.clock.now()
    managed = ManagedApp(
        app,
        role_name,
        AppStatus.ACTIVE,
        imported_app_id=imported_id(name),
        created=now,
        modified=now,
    )
    world.store.commit(Change(None, managed))
    return app_id


def _groups(world: World, servers: list[CatalogServer]) -> Iterator[ServerGroup]:
    named: dict[str, list[CatalogServer]] = {}
    for server in servers:
        named.setdefault(server.group or "servers", []).append(server)
    for name, members in sorted(named.items()):
        yield ServerGroup(
            name,
            f"group-{world.new_id(17)}",
            server_list=tuple(Server(one.server_id, "VIRTUAL_MACHINE", one.vm_server) for one in members),
        )
