"""Answers of `aws sms` -> applications: what belongs together is found by application, group and server ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from smsgen.errors import Diagnostic, Path, Severity
from smsgen.model.app import App, Server, ServerGroup
from smsgen.model.managed import LaunchState, ManagedApp, ReplicationState
from smsgen.operations.intake.sms_answers import (
    AppAnswer,
    GroupLaunches,
    LaunchAnswer,
    ListedGroup,
    ListedServer,
    Read,
    ReplicationAnswer,
    Summary,
)
from smsgen.text.source import Source


class Joined(NamedTuple):
    """The applications, in the order of the files; what is wrong, and what was left out, each in its place.

    Whether their configuration will do is not judged: their status is "READY_FOR_CONFIGURATION", or that of a stack.
    """

    apps: tuple[ManagedApp, ...]
    diagnostics: tuple[Diagnostic, ...]


UNDER_WAY = {
    "VALIDATION_IN_PROGRESS": "LAUNCH_FAILED",
    "LAUNCH_PENDING": "LAUNCH_FAILED",
    "LAUNCH_IN_PROGRESS": "LAUNCH_FAILED",
    "DELTA_LAUNCH_IN_PROGRESS": "DELTA_LAUNCH_FAILED",
    "TERMINATE_IN_PROGRESS": "TERMINATE_FAILED",
}
"""launchStatus that nobody carries on here -> what becomes of it."""

STANDING = (
    "LAUNCHED",
    "PARTIALLY_LAUNCHED",
    "DELTA_LAUNCH_FAILED",
    "LAUNCH_FAILED",
    "TERMINATE_FAILED",
    "TERMINATED",
)
"""launchStatus that is kept as it is; any other follows from the configuration."""

_NOT_STARTED = ("", "READY_FOR_CONFIGURATION", "CONFIGURATION_INVALID", "READY_FOR_REPLICATION")


def join(answers: Iterable[Read]) -> Joined:
    """Join answers, of one application or of several.

    A launch configuration whose get-app is missing makes an application of its own, as it names its servers. Wrong is:
    two answers of one kind for one application, a group or server that get-app does not list, and a replication
    configuration that belongs to none of the applications.
    """
    found = _Findings()
    joined: dict[str, ManagedApp] = {}
    given = list(answers)
    for kind, take in _STEPS:
        take([one for one in given if isinstance(one.answer, kind)], joined, found)
    return Joined(tuple(joined.values()), tuple(found))


class _Findings(list[Diagnostic]):
    """What is wrong, or worth a warning."""

    def say(
        self, code: str, source: Source, path: Path, message: str, hint: str, *, error: bool = True
    ) -> None:
        """Keep a finding about the value at `path`."""
        severity = Severity.ERROR if error else Severity.WARNING
        self.append(Diagnostic(code, message, hint, severity, path, source.locate(path)))

    def say_twice(self, source: Source, what: str, app_id: str) -> None:
        """Say that an answer is there already."""
        self.say("TWICE", source, (), f"this is the second {what} of {app_id}", "give each answer once")


# --- get-app ------------------------------------------------------------------------------------------------------


def _take_apps(answers: list[Read], joined: dict[str, ManagedApp], found: _Findings) -> None:
    for answer, source in answers:
        said = answer.app_summary
        if said.app_id in joined:
            found.say_twice(source, "get-app", said.app_id)
        else:
            joined[said.app_id] = _managed(answer, source, found)


def _managed(answer: AppAnswer, source: Source, found: _Findings) -> ManagedApp:
    said = answer.app_summary
    app = App(
        said.name or said.app_id,
        said.app_id,
        said.description,
        tags=answer.tags,
        stack_name=said.launch_details.stack_name or f"sms-{said.app_id}",
        server_groups=tuple(_group(group) for group in answer.server_groups),
    )
    return ManagedApp(
        app,
        role_name=said.role_name,
        imported_app_id=said.imported_app_id,
        created=said.creation_time,
        modified=said.last_modified,
        launch=_launch_state(said, source, found),
        replication=_replication_state(said, answer.server_groups, source, found),
    )


def _launch_state(said: Summary, source: Source, found: _Findings) -> LaunchState:
    details, status = said.launch_details, said.launch_status
    if status in UNDER_WAY:
        message = f"{said.app_id} was {status}, which nobody carries on; it is {UNDER_WAY[status]} now"
        path = ("appSummary", "launchStatus")
        found.say("NOT_CARRIED_ON", source, path, message, "look at its stack", error=False)
    if status not in UNDER_WAY and status not in STANDING:
        return LaunchState()
    return LaunchState(
        configured=True,
        status=UNDER_WAY.get(status, status),
        message=said.launch_status_message,
        latest_time=details.latest_launch_time,
        stack_id=details.stack_id,
    )


def _replication_state(
    said: Summary, groups: tuple[ListedGroup, ...], source: Source, found: _Findings
) -> ReplicationState:
    if said.replication_status not in _NOT_STARTED:
        path = ("appSummary", "replicationStatus")
        message = f"{said.app_id} was {said.replication_status}; its replication jobs have ended with SMS"
        found.say("NOT_CARRIED_ON", source, path, message, "its configuration is kept", error=False)
    ended = [one.server_id for group in groups for one in group.server_list if one.replication_job_terminated]
    return ReplicationState(latest_time=said.latest_replication_time, terminated=tuple(ended))


def _group(listed: ListedGroup) -> ServerGroup:
    servers = tuple(_server(server) for server in listed.server_list)
    return ServerGroup(listed.name or listed.server_group_id, listed.server_group_id, server_list=servers)


def _server(listed: ListedServer) -> Server:
    return Server(listed.server_id, listed.server_type, listed.vm_server, listed.replication_job_id)


# --- get-app-launch-configuration ---------------------------------------------------------------------------------


def _take_launches(answers: list[Read], joined: dict[str, ManagedApp], found: _Findings) -> None:
    seen = set()
    for answer, source in answers:
        app_id = answer.app_id
        if not app_id:
            message = "this launch configuration does not say of which application it is"
            found.say("MISSING_FIELD", source, (), message, "add its appId")
        elif app_id in seen:
            found.say_twice(source, "get-app-launch-configuration", app_id)
        else:
            seen.add(app_id)
            managed = joined.get(app_id) or _of_launches(answer, source, found)
            joined[app_id] = _launched(managed, answer, source, found)


def _of_launches(answer: LaunchAnswer, source: Source, found: _Findings) -> ManagedApp:
    message = f"{answer.app_id} is made of its launch configuration alone: names and tags are missing"
    hint = "add what `aws sms get-app` printed, or mend the names in the result"
    found.say("NO_GET_APP", source, ("appId",), message, hint, error=False)
    groups = tuple(
        _group(
            ListedGroup(
                group.server_group_id,
                server_list=tuple(server for server, _ in group.server_launch_configurations),
            )
        )
        for group in answer.server_group_launch_configurations
    )
    app = App(answer.app_id, answer.app_id, stack_name=f"sms-{answer.app_id}", server_groups=groups)
    return ManagedApp(app)


def _launched(managed: ManagedApp, answer: LaunchAnswer, source: Source, found: _Findings) -> ManagedApp:
    groups = {group.server_group_id: group for group in managed.app.server_groups}
    for at, said in enumerate(answer.server_group_launch_configurations):
        path: Path = ("serverGroupLaunchConfigurations", at)
        group = groups.get(said.server_group_id)
        if group is None:
            _say_unlisted(
                found, source, (*path, "serverGroupId"), "server group", said.server_group_id, managed
            )
        else:
            groups[said.server_group_id] = _launched_group(group, said, path, source, found)
    app = managed.app._replace(role_name=answer.role_name, server_groups=tuple(groups.values()))
    launch = managed.launch._replace(configured=True, auto_launch=answer.auto_launch)
    return managed._replace(app=app, launch=launch)


def _launched_group(
    group: ServerGroup, said: GroupLaunches, path: Path, source: Source, found: _Findings
) -> ServerGroup:
    launches = {server.server_id: launch for server, launch in said.server_launch_configurations}
    members = {server.server_id for server in group.server_list}
    for at, (server, _) in enumerate(said.server_launch_configurations):
        if server.server_id not in members:
            place = (*path, "serverLaunchConfigurations", at, "server", "serverId")
            _say_unlisted(found, source, place, "server", server.server_id, group)
    servers = tuple(
        server._replace(launch=launches.get(server.server_id, server.launch)) for server in group.server_list
    )
    return group._replace(launch_order=said.launch_order, server_list=servers)


def _say_unlisted(
    found: _Findings, source: Source, path: Path, what: str, name: str, home: ManagedApp | ServerGroup
) -> None:
    where = home.app.app_id if isinstance(home, ManagedApp) else f"the server group {home.server_group_id}"
    message = f"get-app lists no {what} {name or 'without an id'} in {where}"
    found.say("NOT_LISTED", source, path, message, "give answers of the same time")


# --- get-app-replication-configuration ----------------------------------------------------------------------------


def _take_replications(answers: list[Read], joined: dict[str, ManagedApp], found: _Findings) -> None:
    seen = set()
    for answer, source in answers:
        app_id = _owner(answer, joined)
        if app_id is None:
            message = "this replication configuration belongs to none of the applications given"
            hint = "add what `aws sms get-app` printed of its application"
            found.say("NO_APP", source, ("serverGroupReplicationConfigurations",), message, hint)
        elif app_id in seen:
            found.say_twice(source, "get-app-replication-configuration", app_id)
        else:
            seen.add(app_id)
            joined[app_id] = _replicated(joined[app_id], answer, source, found)


def _owner(answer: ReplicationAnswer, joined: dict[str, ManagedApp]) -> str | None:
    """Give the application that has one of the groups, or one of the servers: the answer itself does not say."""
    groups = answer.server_group_replication_configurations
    ids = {group.server_group_id for group in groups if group.server_group_id}
    ids |= {one.server.server_id for group in groups for one in group.server_replication_configurations}
    if not ids and len(joined) == 1:  # nothing is configured, and there is one application that it can be of
        return next(iter(joined))
    return next((app_id for app_id, managed in joined.items() if ids.intersection(_ids(managed.app))), None)


def _ids(app: App) -> Iterator[str]:
    for group in app.server_groups:
        yield group.server_group_id
        yield from (server.server_id for server in group.server_list)


def _replicated(
    managed: ManagedApp, answer: ReplicationAnswer, source: Source, found: _Findings
) -> ManagedApp:
    known = set(_ids(managed.app)) - {""}
    parameters = {}
    for at, group in enumerate(answer.server_group_replication_configurations):
        for index, said in enumerate(group.server_replication_configurations):
            server_id = said.server.server_id
            if server_id in known:
                parameters[server_id] = said.server_replication_parameters
            else:
                path: Path = (
                    "serverGroupReplicationConfigurations",
                    at,
                    "serverReplicationConfigurations",
                    index,
                )
                _say_unlisted(found, source, (*path, "server", "serverId"), "server", server_id, managed)
    replication = managed.replication._replace(
        configured=bool(parameters), parameters=tuple(parameters.items())
    )
    return managed._replace(replication=replication)


_STEPS: tuple[tuple[Any, Any], ...] = (
    (AppAnswer, _take_apps),
    (LaunchAnswer, _take_launches),
    (ReplicationAnswer, _take_replications),
)
"""Which answers are taken how, in the order in which they build on each other."""
