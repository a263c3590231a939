"""Use cases: put, show and delete how an application is launched and how it is replicated.

Configuration has two steps, as SMS had it. What was put is kept, whatever it says; whether it will do is told by the
status: READY_FOR_LAUNCH, or CONFIGURATION_INVALID with the reasons in the status message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from smsgen.errors import ServiceError
from smsgen.model.app import App, Server, ServerGroup
from smsgen.model.launch import Launch
from smsgen.model.managed import LaunchState, ManagedApp
from smsgen.model.status import STEPS, LaunchEvent, LaunchStatus, advance
from smsgen.operations.apps.readiness import diagnose, told, without_image
from smsgen.operations.apps.world import BadParameter, Kept, NotPermitted, changed, permit
from smsgen.operations.files.looked_up import with_root_devices
from smsgen.operations.ports.store import Change

AskDevices = Callable[[Iterable[str]], Mapping[str, str]]
"""Images -> the root device of each, as `Lookups.root_devices` tells; raises ServiceError."""

API_FIELDS = (
    "logical_id",
    "vpc",
    "subnet",
    "security_group",
    "ec2_key_name",
    "user_data",
    "instance_type",
    "associate_public_ip_address",
    "iam_instance_profile_name",
    "configure_script",
    "configure_script_type",
)
"""The fields of a launch configuration that the SMS API has (ServerLaunchConfiguration)."""


class GroupLaunch(NamedTuple):
    """What is put of one group: its launch order, and server id -> launch configuration."""

    server_group_id: str
    launch_order: int | None = None
    servers: tuple[tuple[str, Launch], ...] = ()


class LaunchConfiguration(NamedTuple):
    """What PutAppLaunchConfiguration says; None where it says nothing. `role_name`: what CloudFormation assumes."""

    role_name: str | None = None
    auto_launch: bool | None = None
    groups: tuple[GroupLaunch, ...] = ()


# --- Launch -------------------------------------------------------------------------------------------------


def put_launch_configuration(kept: Kept, app_id: str, wanted: LaunchConfiguration) -> ManagedApp:
    """Keep how the application is launched, and say in its status whether that will do.

    A server that is named gets this configuration in place of its old one; others, and a role that is not named, stay.
    Raises BadParameter for groups and servers that are not in the application, NotPermitted while it is being launched
    or terminated.
    """

    def decide(before: ManagedApp) -> Change:
        permit("PutAppLaunchConfiguration", before)
        return Change(
            before, launch_reconsidered(with_launch(before, wanted))._replace(modified=kept.clock.now())
        )

    return changed(kept, app_id, decide)


def with_launch(managed: ManagedApp, wanted: LaunchConfiguration) -> ManagedApp:
    """Return the application with a launch configuration; raises BadParameter as `put_launch_configuration` does."""
    launch = managed.launch._replace(configured=True)
    if wanted.auto_launch is not None:
        launch = launch._replace(auto_launch=wanted.auto_launch)
    return managed._replace(app=_configured(managed.app, wanted), launch=launch)


def launch_reconsidered(managed: ManagedApp) -> ManagedApp:
    """Return the application with the status that its launch configuration deserves; raises IllegalStep."""
    if not managed.launch.configured:
        return managed
    status = advance(managed.launch.status, LaunchEvent.CONFIGURE)
    wrong = diagnose(managed.app)
    if status is LaunchStatus.CONFIGURATION_IN_PROGRESS:
        status = advance(status, LaunchEvent.REJECT if wrong else LaunchEvent.ACCEPT)
    message = told(wrong) or _waits_for(managed.app)
    return managed._replace(launch=managed.launch._replace(status=status, message=message))


def _waits_for(app: App) -> str:
    servers = without_image(app)
    return f"waits for an image of {', '.join(servers)}" if servers else ""


def delete_launch_configuration(kept: Kept, app_id: str) -> ManagedApp:
    """Forget how the application is launched; raises NotPermitted where something of it is, or may be, launched."""

    def decide(before: ManagedApp) -> Change:
        permit("DeleteAppLaunchConfiguration", before)
        status = advance(before.launch.status, LaunchEvent.FORGET)
        if before.launch.stack_id:
            message = f"the launch of the application {app_id} failed, and left its stack behind"
            raise NotPermitted(message, hint="launch it again, or delete the application")
        app = _each_server(before.app, lambda server: server._replace(launch=Launch()))
        groups = tuple(
            group._replace(launch_order=None, launch_defaults=Launch()) for group in app.server_groups
        )
        after = before._replace(
            app=app._replace(role_name="", launch_defaults=Launch(), server_groups=groups),
            launch=LaunchState(status=status),
            modified=kept.clock.now(),
        )
        return Change(before, after)

    return changed(kept, app_id, decide)


def _configured(app: App, wanted: LaunchConfiguration) -> App:
    groups = {group.server_group_id: group for group in app.server_groups}
    for one in wanted.groups:
        group = groups.get(one.server_group_id)
        if group is None:
            raise BadParameter(f"there is no server group {one.server_group_id} in the application")
        groups[one.server_group_id] = _configured_group(group, one)
    role_name = app.role_name if wanted.role_name is None else wanted.role_name
    return app._replace(server_groups=tuple(groups.values()), role_name=role_name)


def _configured_group(group: ServerGroup, wanted: GroupLaunch) -> ServerGroup:
    launches = dict(wanted.servers)
    check_members(group, launches)
    servers = tuple(
        server._replace(launch=_put(server.launch, launches[server.server_id]))
        if server.server_id in launches
        else server
        for server in group.server_list
    )
    order = group.launch_order if wanted.launch_order is None else wanted.launch_order
    return group._replace(launch_order=order, server_list=servers)


def check_members(group: ServerGroup, named: Mapping[str, object]) -> None:
    """Raise BadParameter for a server that is not in the group."""
    members = {server.server_id for server in group.server_list}
    for server_id in named:
        if server_id not in members:
            raise BadParameter(f"the server {server_id} is not in the server group {group.server_group_id}")


def _put(old: Launch, new: Launch) -> Launch:
    """Return the new configuration with those fields of the old one that the SMS API does not have."""
    return old._replace(**{field: getattr(new, field) for field in API_FIELDS})


def _each_server(app: App, change: Callable[[Server], Server]) -> App:
    groups = tuple(
        group._replace(server_list=tuple(change(server) for server in group.server_list))
        for group in app.server_groups
    )
    return app._replace(server_groups=groups)


# --- Images -------------------------------------------------------------------------------------------------


def with_images(before: ManagedApp, images: Mapping[str, str], devices: Mapping[str, str]) -> ManagedApp:
    """Return an application whose servers (server id -> image) are launched from these images.

    `devices`: image -> its root device, as far as it is known.
    """
    app = _each_server(before.app, lambda one: one._replace(image_id=images.get(one.server_id, one.image_id)))
    after = before._replace(app=with_root_devices(app, devices))
    if LaunchEvent.CONFIGURE in STEPS[before.launch.status]:
        return launch_reconsidered(after)
    return after


def root_devices_of(ask: AskDevices | None, app: App, images: Mapping[str, str]) -> Mapping[str, str]:
    """Return image -> its root device, of those that EC2 knows; nothing where it is not, or cannot be, asked."""
    if ask is None or app.profile != "hardened":
        return {}
    try:
        return ask(set(images.values()))
    except ServiceError:  # there may be no credentials here, nor a network
        return {}
