"""Answers of `aws sms` -> applications: what belongs together is found by application, group and server ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from smsgen.errors import Diagnostic, Path, Severity
from smsgen.model.app import App
from smsgen.model.managed import LaunchState, ManagedApp, ReplicationState
from smsgen.model.replication import ReplicationStatus
from smsgen.model.status import LaunchStatus
from smsgen.operations.apps.configure_launch import GroupLaunch, LaunchConfiguration, with_launch
from smsgen.operations.intake.sms_answers import SmsAnswer


class Joined(NamedTuple):
    """The applications, in the order of the files; what is wrong, and what was left out, each in its place.

    Whether their configuration will do is not judged: their status is "READY_FOR_CONFIGURATION", or that of a stack.
    """

    apps: tuple[ManagedApp, ...]
    diagnostics: tuple[Diagnostic, ...]


UNDER_WAY = {
    LaunchStatus.VALIDATION_IN_PROGRESS: LaunchStatus.LAUNCH_FAILED,
    LaunchStatus.LAUNCH_PENDING: LaunchStatus.LAUNCH_FAILED,
    LaunchStatus.LAUNCH_IN_PROGRESS: LaunchStatus.LAUNCH_FAILED,
    LaunchStatus.DELTA_LAUNCH_IN_PROGRESS: LaunchStatus.DELTA_LAUNCH_FAILED,
    LaunchStatus.TERMINATE_IN_PROGRESS: LaunchStatus.TERMINATE_FAILED,
}
"""launchStatus that nobody carries on here -> what becomes of it."""

STANDING = (
    LaunchStatus.LAUNCHED,
    LaunchStatus.PARTIALLY_LAUNCHED,
    LaunchStatus.DELTA_LAUNCH_FAILED,
    LaunchStatus.LAUNCH_FAILED,
    LaunchStatus.TERMINATE_FAILED,
    LaunchStatus.TERMINATED,
)
"""launchStatus that is kept as it is; any other follows from the configuration."""

_NOT_STARTED = (
    ReplicationStatus.READY_FOR_CONFIGURATION,
    ReplicationStatus.CONFIGURATION_INVALID,
    ReplicationStatus.READY_FOR_REPLICATION,
)


def join(answers: Iterable[SmsAnswer]) -> Joined:
    """Join answers, of one application or of several.

    A launch configuration whose get-app is missing makes an application of its own, as it names its servers. Wrong is:
    two answers of one kind for one application, a group or server that get-app does not list, and a replication
    configuration that belongs to none of the applications.
    """
    findings = _Findings()
    joined: dict[str, ManagedApp] = {}
    in_turn = sorted(answers, key=lambda answer: list(_STEPS).index(answer.command))
    taken: set[tuple[str, str]] = set()
    for answer in in_turn:
        owner, take = _STEPS[answer.command]
        app_id = owner(answer, joined, findings)
        if (answer.command, app_id) in taken:
            message = f"this is the second {answer.command} of {app_id}"
            findings.say("TWICE", answer, (), message, "give each answer once")
        elif app_id:
            taken.add((answer.command, app_id))
            joined[app_id] = take(answer, joined.get(app_id, answer.managed), findings)
    return Joined(tuple(joined.values()), tuple(findings))


class _Findings(list[Diagnostic]):
    """What is wrong, or worth a warning."""

    def say(
        self, code: str, answer: SmsAnswer, path: Path, message: str, hint: str, *, error: bool = True
    ) -> None:
        """Keep a finding about the value at `path` of an answer."""
        severity = Severity.ERROR if error else Severity.WARNING
        self.append(Diagnostic(code, message, hint, severity, path, answer.source.locate(path)))

    def say_unlisted(self, answer: SmsAnswer, path: Path, what: str, name: str, home: str) -> None:
        """Say that get-app does not list the group or server whose id stands at `path`."""
        message = f"get-app lists no {what} {name or 'without an id'} in {home}"
        self.say("NOT_LISTED", answer, path, message, "give answers of the same time")


# --- Of which application an answer is ----------------------------------------------------------------------------


def _named(answer: SmsAnswer, _joined: Mapping[str, ManagedApp], findings: _Findings) -> str:
    app_id = answer.managed.app.app_id
    if not app_id:
        message = f"the answer of {answer.command} does not say of which application it is"
        findings.say("MISSING_FIELD", answer, (), message, "add its appId")
    return app_id


def _owner(answer: SmsAnswer, joined: Mapping[str, ManagedApp], findings: _Findings) -> str:
    """Return the application that has one of the groups, or one of the servers: the answer itself does not say."""
    ids = _ids(answer.managed.app)
    if not ids and len(joined) == 1:  # nothing is configured, and there is one application that it can be of
        return next(iter(joined))
    for app_id, managed in joined.items():
        if ids & _ids(managed.app):
            return app_id
    message = "this replication configuration belongs to none of the applications given"
    hint = "add what `aws sms get-app` printed of its application"
    findings.say("NO_APP", answer, ("serverGroupReplicationConfigurations",), message, hint)
    return ""


def _ids(app: App) -> set[str]:
    groups = {group.server_group_id for group in app.server_groups}
    return (groups | {server.server_id for group in app.server_groups for server in group.server_list}) - {""}


# --- get-app ------------------------------------------------------------------------------------------------------


def _take_app(answer: SmsAnswer, managed: ManagedApp, findings: _Findings) -> ManagedApp:
    app_id, status, replication = managed.app.app_id, managed.launch.status, managed.replication
    if status in UNDER_WAY:
        message = f"{app_id} was {status}, which nobody carries on; it is {UNDER_WAY[status]} now"
        path = ("appSummary", "launchStatus")
        findings.say("NOT_CARRIED_ON", answer, path, message, "look at its stack", error=False)
        status = UNDER_WAY[status]
    if replication.status not in _NOT_STARTED:
        message = f"{app_id} was {replication.status}; its replication jobs have ended with SMS"
        path = ("appSummary", "replicationStatus")
        findings.say("NOT_CARRIED_ON", answer, path, message, "its configuration is kept", error=False)
    stands = managed.launch._replace(configured=True, status=status)
    return managed._replace(
        launch=stands if status in STANDING else LaunchState(),
        replication=replication._replace(status=ReplicationState().status),
    )


# --- get-app-launch-configuration ---------------------------------------------------------------------------------


def _take_launch(answer: SmsAnswer, managed: ManagedApp, findings: _Findings) -> ManagedApp:
    stated = answer.managed
    if managed is stated:
        message = f"{stated.app.app_id} is made of its launch configuration alone: names and tags are missing"
        hint = "add what `aws sms get-app` printed, or mend the names in the result"
        findings.say("NO_GET_APP", answer, ("appId",), message, hint, error=False)
    unlisted = list(_unlisted_launches(stated.app, managed.app))
    for path, what, name, home in unlisted:
        findings.say_unlisted(answer, path, what, name, home)
    groups = tuple(
        GroupLaunch(
            group.server_group_id,
            group.launch_order,
            tuple((server.server_id, server.launch) for server in group.server_list),
        )
        for group in stated.app.server_groups
    )
    wanted = LaunchConfiguration(stated.app.role_name, stated.launch.auto_launch, groups)
    return managed if unlisted else with_launch(managed, wanted)


def _unlisted_launches(stated: App, app: App) -> Iterator[tuple[Path, str, str, str]]:
    groups = {group.server_group_id: group for group in app.server_groups}
    for at, group in enumerate(stated.server_groups):
        path: Path = ("serverGroupLaunchConfigurations", at)
        home = groups.get(group.server_group_id)
        if home is None:
            yield (*path, "serverGroupId"), "server group", group.server_group_id, app.app_id
            continue
        members = {server.server_id for server in home.server_list}
        for index, server in enumerate(group.server_list):
            if server.server_id not in members:
                place = (*path, "serverLaunchConfigurations", index, "server", "serverId")
                yield place, "server", server.server_id, f"the server group {home.server_group_id}"


# --- get-app-replication-configuration ----------------------------------------------------------------------------


def _take_replication(answer: SmsAnswer, managed: ManagedApp, findings: _Findings) -> ManagedApp:
    known = _ids(managed.app)
    for at, group in enumerate(answer.managed.app.server_groups):
        for index, server in enumerate(group.server_list):
            if server.server_id not in known:
                path: Path = ("serverGroupReplicationConfigurations", at, "serverReplicationConfigurations")
                place = (*path, index, "server", "serverId")
                findings.say_unlisted(answer, place, "server", server.server_id, managed.app.app_id)
    parameters = tuple(dict(answer.managed.replication.parameters).items())
    replication = managed.replication._replace(configured=bool(parameters), parameters=parameters)
    return managed._replace(replication=replication)


_Owner = Callable[[SmsAnswer, Mapping[str, ManagedApp], _Findings], str]
_Take = Callable[[SmsAnswer, ManagedApp, _Findings], ManagedApp]

_STEPS: dict[str, tuple[_Owner, _Take]] = {
    "get-app": (_named, _take_app),
    "get-app-launch-configuration": (_named, _take_launch),
    "get-app-replication-configuration": (_owner, _take_replication),
}
"""Command -> of which application its answer is ("" for none), and what the application is with it; in the order in
which answers build on each other."""
