"""Use cases: make, change, show, list and delete the applications of the SMS API.

In: what the request said, as model values (None where it said nothing), and what is kept. Out: the application as it is
kept. Each raises what `operations.world` names, besides InvalidInput, ServerTaken and StoreError.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from smsgen.model import replication
from smsgen.model.app import App, Server, ServerGroup, Tag, VmServer
from smsgen.model.managed import ManagedApp, Summary
from smsgen.model.permitted import WITH_GROUPS
from smsgen.model.status import (
    APP_STEPS,
    STEPS,
    AppEvent,
    AppStatus,
    LaunchEvent,
    LaunchStatus,
    advance,
    step,
)
from smsgen.operations.apps import configure_launch, configure_replication
from smsgen.operations.apps.replicated import deleting_all, each_server, with_job
from smsgen.operations.apps.server_groups import check_identity, regroup
from smsgen.operations.apps.world import (
    BadParameter,
    Kept,
    MissingParameter,
    NotPermitted,
    change_app,
    changed,
    find_app,
    new_job,
    permit,
)
from smsgen.operations.ports.store import Change, Token, TokenUsed

CREATE = "CreateApp"


class Wanted(NamedTuple):
    """What CreateApp and UpdateApp say of an application; None where they say nothing."""

    name: str | None = None
    description: str | None = None
    role_name: str | None = None
    groups: tuple[ServerGroup, ...] | None = None
    tags: tuple[Tag, ...] | None = None


# --- Make ---------------------------------------------------------------------------------------------------


def create_app(kept: Kept, wanted: Wanted, *, token: str = "") -> ManagedApp:
    """Make an application and give it.

    `token`: the client token. With one that was used before, gives the application that was made then; raises
    BadParameter where the request was another.
    """
    request = sha256(repr(wanted).encode()).hexdigest() if token else ""
    if token:
        used = kept.store.token(CREATE, token)
        if used is not None:
            return _made_before(kept, used, request)
    managed = _new(kept, wanted)
    remembered = Token(CREATE, token, request, managed.app.app_id, managed.created) if token else None
    try:
        committed = kept.store.commit(Change(None, managed, token=remembered))
    except TokenUsed as error:
        return _made_before(kept, error.token, request)
    return committed or managed


def _new(kept: Kept, wanted: Wanted) -> ManagedApp:
    if not wanted.name:
        raise MissingParameter("name")
    app_id = f"app-{kept.new_id(17)}"
    app = App(wanted.name, app_id, stack_name=f"sms-{app_id}", profile=kept.settings.profile)
    now = kept.clock.now()
    made = _with(kept, ManagedApp(app, status=AppStatus.CREATING, created=now, modified=now), wanted)
    return _stepped(made, AppEvent.SUCCEED)


def _made_before(kept: Kept, used: Token, request: str) -> ManagedApp:
    if used.request != request:
        raise BadParameter(f"the client token {used.token!r} was used for another request")
    managed = kept.store.app(used.app_id)
    if managed is None:
        raise BadParameter(f"the client token {used.token!r} made an application that is deleted again")
    return managed


# --- Change -------------------------------------------------------------------------------------------------


def update_app(kept: Kept, app_id: str, wanted: Wanted) -> ManagedApp:
    """Change what the request says, and give the application.

    `groups` are all groups that it has from now on; see `server_groups.regroup`. What is launched stays as it is until
    the next launch.
    """

    def decide(before: ManagedApp) -> Change:
        permit("UpdateApp", before)
        after = _with(kept, _stepped(before, AppEvent.UPDATE), wanted)
        if after.app.server_groups != before.app.server_groups:
            permit(WITH_GROUPS, before)
            after = configure_replication.reconsidered(configure_launch.launch_reconsidered(after))
        return Change(before, _stepped(after, AppEvent.SUCCEED)._replace(modified=kept.clock.now()))

    return changed(kept, app_id, decide)


def _with(kept: Kept, managed: ManagedApp, wanted: Wanted) -> ManagedApp:
    app = managed.app
    if wanted.groups is not None:
        groups = regroup(app.server_groups, wanted.groups, lambda: f"group-{kept.new_id(17)}")
        app = app._replace(server_groups=groups)
    app = app._replace(
        name=app.name if wanted.name is None else wanted.name,
        description=app.description if wanted.description is None else wanted.description,
        tags=app.tags if wanted.tags is None else wanted.tags,
    )
    check_identity(app, kept.settings)
    role_name = managed.role_name if wanted.role_name is None else wanted.role_name
    after = without_strangers(managed._replace(app=app, role_name=role_name))
    return _with_what_is_known(kept, managed.app, after)


def _with_what_is_known(kept: Kept, before: App, after: ManagedApp) -> ManagedApp:
    """Return an application with what catalog and replication jobs tell of its new servers, where the caller does not.

    Servers that it has already stay as they are: a name is what a resource of a launched stack is called by.
    """
    new = _server_ids(after.app) - _server_ids(before)
    if not new:
        return after
    # Most callers send along what GetServers gave them: the catalog is asked for the others only.
    bare = {
        one.server_id for one in _servers(after.app) if one.server_id in new and one.vm_server == VmServer()
    }
    listed = kept.store.servers(ids=bare, limit=len(bare)) if bare else ()
    vms = {one.server_id: one.vm_server for one in listed}
    jobs = kept.store.jobs_of_servers(new)

    def known(server: Server) -> Server:
        if server.server_id in vms and server.vm_server == VmServer():
            server = server._replace(vm_server=vms[server.server_id])
        job = jobs.get(server.server_id)
        if job and job.latest_ami_id and not server.image_id:
            server = server._replace(image_id=job.latest_ami_id)
        return server

    after = after._replace(
        app=each_server(after.app, lambda one: known(one) if one.server_id in new else one)
    )
    for job in jobs.values():
        after = with_job(after, job)
    return after


def _servers(app: App) -> Iterator[Server]:
    return (server for group in app.server_groups for server in group.server_list)


def _server_ids(app: App) -> set[str]:
    return {server.server_id for server in _servers(app) if server.server_id}


def without_strangers(managed: ManagedApp) -> ManagedApp:
    """Forget what is known of servers that are no longer in the application."""
    servers = {server.server_id for group in managed.app.server_groups for server in group.server_list}
    copied, validation = managed.replication, managed.validation
    return managed._replace(
        replication=copied._replace(
            parameters=tuple(one for one in copied.parameters if one[0] in servers),
            terminated=tuple(one for one in copied.terminated if one in servers),
        ),
        validation=validation._replace(
            servers=tuple(one for one in validation.servers if one.server_id in servers),
            outputs=tuple(one for one in validation.outputs if not one.server_id or one.server_id in servers),
        ),
    )


# --- Show ---------------------------------------------------------------------------------------------------


def get_app(kept: Kept, app_id: str) -> ManagedApp:
    """Return an application."""
    return find_app(kept, app_id)


def list_apps(
    kept: Kept, *, ids: Sequence[str] = (), after: str = "", limit: int
) -> tuple[tuple[Summary, ...], bool]:
    """Return the summaries of at most `limit` applications by their ids, and whether there are more.

    `after`: only those after this id. `ids`: only these; those that are not there are left out.
    """
    summaries = kept.store.summaries(ids=tuple(dict.fromkeys(ids)), after=after, limit=limit + 1)
    return summaries[:limit], len(summaries) > limit


# --- Delete -------------------------------------------------------------------------------------------------


def delete_app(kept: Kept, app_id: str, *, stop_replication: bool = False, terminate: bool = False) -> None:
    """Delete an application: at once, or in the background where its stack has to be deleted first.

    Raises NotPermitted where there is a stack and not `terminate`, or there are replication jobs and not
    `stop_replication`.
    """

    def decide(before: ManagedApp) -> Change:
        permit("DeleteApp", before)
        deleting = _stepped(before, AppEvent.DELETE)
        if replication.is_running(before.replication.status) and not stop_replication:
            message = f"servers of the application {app_id} are being replicated"
            raise NotPermitted(message, hint="stop that first, or give forceStopAppReplication")
        writes, ends = deleting_all(kept, before)
        if not may_have_stack(before):
            return Change(before, None, jobs=ends, records=writes)
        if not terminate:
            message = f"the application {app_id} is {before.launch.status}: its stack is there"
            raise NotPermitted(message, hint="terminate it first, or give forceTerminateApp")
        launch = before.launch._replace(status=_terminating(before), message="")
        after = deleting._replace(launch=launch, status_message="", modified=kept.clock.now())
        return Change(before, after, jobs=(new_job(kept, app_id, "delete"), *ends), records=writes)

    change_app(kept, app_id, decide)


def may_have_stack(managed: ManagedApp) -> bool:
    """Whether a stack of the application may be there: one that is known, or is just being made."""
    return bool(managed.launch.stack_id) or managed.launch.status in _UNDER_WAY


_UNDER_WAY = frozenset(
    (
        LaunchStatus.VALIDATION_IN_PROGRESS,
        LaunchStatus.LAUNCH_PENDING,
        LaunchStatus.LAUNCH_IN_PROGRESS,
        LaunchStatus.TERMINATE_IN_PROGRESS,
        LaunchStatus.DELTA_LAUNCH_IN_PROGRESS,
    )
)


def _terminating(managed: ManagedApp) -> LaunchStatus:
    """Return the launch status while the stack is deleted with the application."""
    status = managed.launch.status
    if LaunchEvent.TERMINATE in STEPS[status]:
        return advance(status, LaunchEvent.TERMINATE)
    return status  # configured anew after a failure that left a stack, or being terminated already


def _stepped(managed: ManagedApp, event: AppEvent) -> ManagedApp:
    return managed._replace(status=step(APP_STEPS, managed.status, event))
