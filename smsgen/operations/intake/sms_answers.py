"""What `aws sms get-app` and its like printed, read back: the field tables, and which file is which.

In: a document (`source.Source`). Out: what the answer says, read into the model, with what is wrong in it at its line
and column. Members are those of the last service model (2016-10-24), so that an answer of any year fits: a test holds
them against `server/api/messages`. What other members say again is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from math import isfinite
from typing import Any, NamedTuple

from smsgen.errors import Path
from smsgen.model.app import App, Server, ServerGroup, Tag
from smsgen.model.fields import APP, SERVER
from smsgen.model.kinds import Boolean, Choice, Field, FieldKind, Integer, ListOf, Record, Text
from smsgen.model.launch import Launch
from smsgen.model.launch_fields import LAUNCH
from smsgen.model.launching.tag_fields import TAGS
from smsgen.model.managed import LaunchState, ManagedApp, ReplicationParameters, ReplicationState
from smsgen.model.problems import Problems
from smsgen.model.replication import ReplicationStatus
from smsgen.model.status import AppStatus, LaunchStatus
from smsgen.operations.apps.configure_launch import API_FIELDS
from smsgen.text.source import Source


class SmsAnswer(NamedTuple):
    """What a command of `aws sms` printed of an application, read into the model, and the document it stood in.

    `managed` holds what the answer says and nothing else; its statuses are those of then. The document is kept for
    what only shows beside other answers.
    """

    command: str
    managed: ManagedApp
    source: Source


# --- Members -> the model -----------------------------------------------------------------------------------------


class _Listed(NamedTuple):
    """A server as answers list it, with what a ManagedApp keeps beside its servers."""

    server: Server = Server()
    terminated: bool = False
    parameters: ReplicationParameters = ReplicationParameters()


_NO_SERVER = _Listed()


class _Group(NamedTuple):
    group: ServerGroup
    servers: tuple[_Listed, ...]


class _LaunchDetails(NamedTuple):
    latest_launch_time: float | None = None
    stack_name: str = ""
    stack_id: str = ""


def _server(*, replication_job_terminated: bool = False, **members: Any) -> _Listed:
    return _Listed(Server(**members), replication_job_terminated)


def _server_launch(*, server: _Listed = _NO_SERVER, **members: Any) -> _Listed:
    return server._replace(server=server.server._replace(launch=Launch(**members)))


def _server_replication(
    *,
    server: _Listed = _NO_SERVER,
    server_replication_parameters: ReplicationParameters = _NO_SERVER.parameters,
) -> _Listed:
    return server._replace(parameters=server_replication_parameters)


def _group(
    *,
    server_group_id: str = "",
    name: str = "",
    launch_order: int | None = None,
    **lists: tuple[_Listed, ...],
) -> _Group:
    servers = tuple(listed for servers in lists.values() for listed in servers)
    members = tuple(listed.server for listed in servers)
    return _Group(
        ServerGroup(name or server_group_id, server_group_id, launch_order, server_list=members), servers
    )


def _summary(
    *,
    app_id: str = "",
    name: str = "",
    description: str = "",
    role_name: str = "",
    imported_app_id: str = "",
    creation_time: float = 0.0,
    last_modified: float = 0.0,
    launch_status: LaunchStatus = LaunchStatus.READY_FOR_CONFIGURATION,
    launch_status_message: str = "",
    launch_details: _LaunchDetails | None = None,
    replication_status: ReplicationStatus = ReplicationStatus.READY_FOR_CONFIGURATION,
    latest_replication_time: float | None = None,
    **_follows: Any,
) -> ManagedApp:
    details = launch_details or _LaunchDetails()
    return ManagedApp(
        App(name or app_id, app_id, description, stack_name=details.stack_name or f"sms-{app_id}"),
        role_name=role_name,
        imported_app_id=imported_app_id,
        created=creation_time,
        modified=last_modified,
        launch=LaunchState(
            status=launch_status,
            message=launch_status_message,
            latest_time=details.latest_launch_time,
            stack_id=details.stack_id,
        ),
        replication=ReplicationState(status=replication_status, latest_time=latest_replication_time),
    )


def _get_app(
    *,
    app_summary: ManagedApp | None = None,
    server_groups: tuple[_Group, ...] = (),
    tags: tuple[Tag, ...] = (),
) -> ManagedApp:
    managed = app_summary or _summary()
    app = managed.app._replace(tags=tags, server_groups=tuple(group for group, _ in server_groups))
    ended = tuple(
        listed.server.server_id for _, servers in server_groups for listed in servers if listed.terminated
    )
    return managed._replace(app=app, replication=managed.replication._replace(terminated=ended))


def _get_launch(
    *,
    app_id: str = "",
    role_name: str = "",
    auto_launch: bool | None = None,
    server_group_launch_configurations: tuple[_Group, ...] = (),
) -> ManagedApp:
    groups = tuple(group for group, _ in server_group_launch_configurations)
    app = App(app_id, app_id, role_name=role_name, stack_name=f"sms-{app_id}", server_groups=groups)
    return ManagedApp(app, launch=LaunchState(configured=True, auto_launch=auto_launch))


def _get_replication(*, server_group_replication_configurations: tuple[_Group, ...] = ()) -> ManagedApp:
    groups = server_group_replication_configurations
    parameters = tuple(
        (listed.server.server_id, listed.parameters) for _, servers in groups for listed in servers
    )
    app = App("", server_groups=tuple(group for group, _ in groups))
    return ManagedApp(app, replication=ReplicationState(configured=bool(parameters), parameters=parameters))


# --- Kinds --------------------------------------------------------------------------------------------------------


class Timestamp(FieldKind):
    """A time: seconds since the epoch, as the API and the first AWS CLI print it, or ISO 8601, as the second does."""

    __slots__ = ()

    def read(self, value: Any, path: Path, problems: Problems) -> float:
        """Return seconds since the epoch, 0 where it is no time."""
        try:
            if isinstance(value, str):
                read = datetime.fromisoformat(value)
                value = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
            if not isinstance(value, bool) and isfinite(seconds := float(value)):
                return seconds
        except (TypeError, ValueError, OverflowError):
            pass  # told below
        problems.wrong_type(path, value, "a time", "1543190400.0, or 2018-11-26T00:00:00+00:00")
        return 0.0


class Status(Choice):
    """A status in the API's words."""

    __slots__ = ("statuses",)

    def __init__(self, statuses: type[StrEnum]) -> None:
        super().__init__(*(status.value for status in statuses))
        self.statuses = statuses

    def read(self, value: Any, path: Path, problems: Problems) -> StrEnum:
        """Return the status, the first there is where it is none of them."""
        word = super().read(value, path, problems)
        return self.statuses(word) if word else next(iter(self.statuses))


def _fields(**kinds: FieldKind) -> dict[str, Field]:
    """Return fields that nobody need describe: their names are the API's."""
    return {name: Field(kind, name) for name, kind in kinds.items()}


_NAME = Text(255)
_WORDS = Text(4096, least=0, many_lines=True)
_COUNT = Integer(0, 2**31 - 1)
_CONFIGURED = Choice("CONFIGURED", "NOT_CONFIGURED")
_OF_SERVER = {
    name: SERVER.fields[name] for name in ("serverId", "serverType", "vmServer", "replicationJobId")
}
_OF_LAUNCH = {name: field for name, field in LAUNCH.fields.items() if field.attribute in API_FIELDS}
_APP_ID, _ROLE = APP.fields["appId"].kind, APP.fields["roleName"].kind

_SERVER = Record(_server, "a server", {**_OF_SERVER, **_fields(replicationJobTerminated=Boolean())})
_SERVER_LAUNCH = Record(
    _server_launch, "a server's launch configuration", {**_fields(server=_SERVER), **_OF_LAUNCH}
)
_PARAMETERS = Record(
    ReplicationParameters,
    "serverReplicationParameters",
    _fields(
        seedTime=Timestamp(),
        frequency=_COUNT,
        runOnce=Boolean(),
        licenseType=Choice("AWS", "BYOL"),
        numberOfRecentAmisToKeep=_COUNT,
        encrypted=Boolean(),
        kmsKeyId=Text(2048),
    ),
)
_SERVER_REPLICATION = Record(
    _server_replication,
    "a server's replication configuration",
    _fields(server=_SERVER, serverReplicationParameters=_PARAMETERS),
)
_DETAILS = Record(
    _LaunchDetails,
    "launchDetails",
    _fields(latestLaunchTime=Timestamp(), stackName=APP.fields["stackName"].kind, stackId=Text(2048)),
)
_SUMMARY = Record(
    _summary,
    "appSummary",
    {
        "appId": Field(_APP_ID, "what `aws sms list-apps` called it", required=True),
        **_fields(
            importedAppId=_NAME,
            name=_NAME,
            description=APP.fields["description"].kind,
            status=Status(AppStatus),
            statusMessage=_WORDS,
            replicationConfigurationStatus=_CONFIGURED,
            replicationStatus=Status(ReplicationStatus),
            replicationStatusMessage=_WORDS,
            latestReplicationTime=Timestamp(),
            launchConfigurationStatus=_CONFIGURED,
            launchStatus=Status(LaunchStatus),
            launchStatusMessage=_WORDS,
            launchDetails=_DETAILS,
            creationTime=Timestamp(),
            lastModified=Timestamp(),
            roleName=_ROLE,
        ),
    },
    ignored=("totalServerGroups", "totalServers"),
)


def _groups(what: str, **kinds: FieldKind) -> ListOf:
    return ListOf(Record(_group, what, _fields(serverGroupId=_NAME, **kinds)))


def _answer(make: Callable[..., ManagedApp], command: str, **kinds: FieldKind) -> tuple[str, Record]:
    # boto3 adds ResponseMetadata to every answer
    return command, Record(make, f"the answer of {command}", _fields(**kinds), ignored=("ResponseMetadata",))


ANSWERS = {
    "appSummary": _answer(
        _get_app,
        "get-app",
        appSummary=_SUMMARY,
        serverGroups=_groups("a server group", name=_NAME, serverList=ListOf(_SERVER)),
        tags=TAGS,
    ),
    "serverGroupReplicationConfigurations": _answer(
        _get_replication,
        "get-app-replication-configuration",
        serverGroupReplicationConfigurations=_groups(
            "a group's replication configuration", serverReplicationConfigurations=ListOf(_SERVER_REPLICATION)
        ),
    ),
    "serverGroupLaunchConfigurations": _answer(
        _get_launch,
        "get-app-launch-configuration",
        appId=_APP_ID,
        roleName=_ROLE,
        autoLaunch=Boolean(),
        serverGroupLaunchConfigurations=_groups(
            "a group's launch configuration",
            launchOrder=_COUNT,
            serverLaunchConfigurations=ListOf(_SERVER_LAUNCH),
        ),
    ),
}
"""The member by which an answer is known -> its command, and how it is read."""


def read_answer(source: Source) -> tuple[SmsAnswer, Problems] | None:
    """Return the answer that a document holds, and what is wrong with it, or None where it holds none."""
    data = source.data
    for member, (command, record) in ANSWERS.items():
        if isinstance(data, dict) and member in data:
            problems = Problems(source)
            return SmsAnswer(command, record.read(_without_nothing(data), (), problems), source), problems
    return None


def _without_nothing(data: Any) -> Any:
    """Return the data without what says nothing: some SDKs print every member, as null or ""."""
    if isinstance(data, dict):
        return {name: _without_nothing(item) for name, item in data.items() if item not in (None, "")}
    return [_without_nothing(item) for item in data] if isinstance(data, list) else data
