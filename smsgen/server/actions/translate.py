"""Between the messages of the SMS API and the model: what a request says as model values, and back.

Every function here, in `translate_configuration` and in `translate_validation`, is one shape of the API. An absent
member is None in a message; in the model it is "" or None, as the field has it, and an answer leaves out what there is
nothing to say of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from smsgen.model.app import App, Server, ServerGroup, Tag, VmServer, VmServerAddress
from smsgen.model.launch import S3Location
from smsgen.model.managed import ManagedApp, Summary, summarize
from smsgen.operations.apps.manage import Wanted
from smsgen.operations.apps.world import required
from smsgen.server.api import messages as m

T = TypeVar("T")

_STATUSES = {False: "NOT_CONFIGURED", True: "CONFIGURED"}


def said(value: T | None) -> T | None:
    """Return what an answer says: nothing for what is empty."""
    return value or None


def time(seconds: float | None) -> float | None:
    """Return a time as answers have it: to the millisecond (https://smithy.io/2.0/spec/simple-types.html#timestamp)."""
    return None if seconds is None else round(seconds, 3)


# --- Applications -------------------------------------------------------------------------------------------


def wanted(request: m.CreateAppRequest | m.UpdateAppRequest) -> Wanted:
    """Return what CreateApp and UpdateApp say of an application."""
    groups, tags = request.server_groups, request.tags
    return Wanted(
        name=request.name,
        description=request.description,
        role_name=request.role_name,
        groups=None if groups is None else tuple(map(_group, groups)),
        tags=None if tags is None else tuple(_tag(tag, at) for at, tag in placed(tags, "tags")),
    )


def _group(group: m.ServerGroup) -> ServerGroup:
    return ServerGroup(
        name=group.name or "",
        server_group_id=group.server_group_id or "",
        server_list=tuple(map(_server, group.server_list or ())),
    )


def _server(server: m.Server) -> Server:
    vm = server.vm_server or m.VmServer()
    address = vm.vm_server_address or m.VmServerAddress()
    return Server(
        server_id=server.server_id or "",
        server_type=server.server_type or "",
        vm_server=VmServer(
            VmServerAddress(address.vm_manager_id or "", address.vm_id or ""),
            vm.vm_name or "",
            vm.vm_manager_name or "",
            vm.vm_manager_type or "",
            vm.vm_path or "",
        ),
        replication_job_id=server.replication_job_id or "",
    )


def _tag(tag: m.Tag, at: str) -> Tag:
    return Tag(required(tag.key, f"{at}.key"), tag.value or "")


def app_summary(managed: ManagedApp) -> m.AppSummary:
    """Return AppSummary."""
    return listed(summarize(managed))


def listed(app: Summary) -> m.AppSummary:
    """Return AppSummary as a list of applications has it."""
    launch, replication = app.launch, app.replication
    return m.AppSummary(
        app_id=app.app_id,
        imported_app_id=said(app.imported_app_id),
        name=app.name,
        description=said(app.description),
        status=app.status,
        status_message=said(app.status_message),
        replication_configuration_status=_STATUSES[replication.configured],
        replication_status=replication.status,
        replication_status_message=said(replication.message),
        latest_replication_time=time(replication.latest_time),
        launch_configuration_status=_STATUSES[launch.configured],
        launch_status=launch.status,
        launch_status_message=said(launch.message),
        launch_details=_details(app),
        creation_time=time(app.created),
        last_modified=time(app.modified),
        role_name=said(app.role_name),
        total_server_groups=app.total_server_groups,
        total_servers=app.total_servers,
    )


def _details(app: Summary) -> m.LaunchDetails | None:
    """Return LaunchDetails: of the stack that stands, else of the one that was terminated last."""
    launch = app.launch
    stack_id = launch.stack_id or launch.last_stack_id
    if not stack_id and launch.latest_time is None:
        return None
    return m.LaunchDetails(
        latest_launch_time=time(launch.latest_time),
        stack_name=app.stack_name if stack_id else None,
        stack_id=said(stack_id),
    )


def groups(managed: ManagedApp) -> list[m.ServerGroup]:
    """Return ServerGroups."""
    return [
        m.ServerGroup(
            server_group_id=group.server_group_id,
            name=said(group.name),
            server_list=[server_message(one, managed) for one in group.server_list],
        )
        for group in managed.app.server_groups
    ]


def server_message(listed_server: Server, managed: ManagedApp) -> m.Server:
    """Return Server."""
    return m.Server(
        server_id=listed_server.server_id,
        server_type=listed_server.server_type or "VIRTUAL_MACHINE",
        vm_server=vm_server(listed_server.vm_server),
        replication_job_id=said(listed_server.replication_job_id),
        replication_job_terminated=True
        if listed_server.server_id in managed.replication.terminated
        else None,
    )


def vm_server(vm: VmServer) -> m.VmServer | None:
    """Return VmServer, None where nothing is known of it."""
    if vm == VmServer():
        return None
    address = None
    if vm.vm_server_address != VmServerAddress():
        address = m.VmServerAddress(
            vm_manager_id=said(vm.vm_server_address.vm_manager_id),
            vm_id=said(vm.vm_server_address.vm_id),
        )
    return m.VmServer(
        vm_server_address=address,
        vm_name=said(vm.vm_name),
        vm_manager_name=said(vm.vm_manager_name),
        vm_manager_type=said(vm.vm_manager_type),
        vm_path=said(vm.vm_path),
    )


def tag_messages(app: App) -> list[m.Tag]:
    """Return Tags."""
    return [m.Tag(key=tag.key, value=tag.value) for tag in app.tags]


def location(place: S3Location | None) -> m.S3Location | None:
    """Return S3Location."""
    return None if place is None else m.S3Location(bucket=place.bucket, key=place.key)


def placed(items: Iterable[T] | None, name: str) -> Iterator[tuple[str, T]]:
    """Return each item of a list in a request with its place: `name[0]`."""
    return ((f"{name}[{at}]", item) for at, item in enumerate(items or ()))


def read_location(asked: m.S3Location | None, name: str) -> S3Location | None:
    """Return what a request says of an object in S3; `name` is that of the member."""
    if asked is None:
        return None
    return S3Location(required(asked.bucket, f"{name}.bucket"), required(asked.key, f"{name}.key"))


def server_id(asked: m.Server | None, name: str) -> str:
    """Return the id of the server that a request names in the member `name`; raises MissingParameter."""
    return required(asked.server_id if asked else None, f"{name}.server.serverId")
