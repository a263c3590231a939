"""What `aws sms get-app` and its like printed, read back: the field tables, and which file is which.

In: a document (`source.Source`). Out: the answer as a record, with what is wrong in it at its line and column. Members
are those of the last service model (2016-10-24), so that an answer of any year fits; what other fields say again is
not looked at.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import isfinite
from typing import Any, NamedTuple

from smsgen.errors import Path
from smsgen.model.app import Tag, VmServer
from smsgen.model.fields import APP, SERVER, VM_SERVER
from smsgen.model.kinds import Boolean, Choice, Field, Integer, Kind, ListOf, Text
from smsgen.model.kinds import Record as RecordKind
from smsgen.model.launch import Launch
from smsgen.model.launch_fields import LAUNCH, TAGS
from smsgen.model.managed import ReplicationParameters
from smsgen.model.problems import Problems
from smsgen.model.replication import ReplicationStatus
from smsgen.model.status import AppStatus, LaunchStatus
from smsgen.operations.apps.configure_launch import API_FIELDS
from smsgen.text.source import Source


class ListedServer(NamedTuple):
    """A server as the API lists it (Server)."""

    server_id: str = ""
    server_type: str = ""
    vm_server: VmServer = VmServer()
    replication_job_id: str = ""
    replication_job_terminated: bool = False


class ListedGroup(NamedTuple):
    """A server group as the API lists it (ServerGroup)."""

    server_group_id: str = ""
    name: str = ""
    server_list: tuple[ListedServer, ...] = ()


class LaunchDetails(NamedTuple):
    """The latest launch (LaunchDetails)."""

    latest_launch_time: float | None = None
    stack_name: str = ""
    stack_id: str = ""


class Summary(NamedTuple):
    """What an application is, and how it stands (AppSummary)."""

    app_id: str = ""
    imported_app_id: str = ""
    name: str = ""
    description: str = ""
    status: str = ""
    status_message: str = ""
    replication_configuration_status: str = ""
    replication_status: str = ""
    replication_status_message: str = ""
    latest_replication_time: float | None = None
    launch_configuration_status: str = ""
    launch_status: str = ""
    launch_status_message: str = ""
    launch_details: LaunchDetails = LaunchDetails()
    creation_time: float = 0.0
    last_modified: float = 0.0
    role_name: str = ""


class AppAnswer(NamedTuple):
    """GetApp's answer."""

    app_summary: Summary = Summary()
    server_groups: tuple[ListedGroup, ...] = ()
    tags: tuple[Tag, ...] = ()


class GroupLaunches(NamedTuple):
    """How a group is launched: its servers, each with its launch configuration."""

    server_group_id: str = ""
    launch_order: int | None = None
    server_launch_configurations: tuple[tuple[ListedServer, Launch], ...] = ()


class LaunchAnswer(NamedTuple):
    """GetAppLaunchConfiguration's answer."""

    app_id: str = ""
    role_name: str = ""
    auto_launch: bool | None = None
    server_group_launch_configurations: tuple[GroupLaunches, ...] = ()


class ServerReplication(NamedTuple):
    """How a server is replicated."""

    server: ListedServer = ListedServer()
    server_replication_parameters: ReplicationParameters = ReplicationParameters()


class GroupReplications(NamedTuple):
    """How the servers of a group are replicated."""

    server_group_id: str = ""
    server_replication_configurations: tuple[ServerReplication, ...] = ()


class ReplicationAnswer(NamedTuple):
    """GetAppReplicationConfiguration's answer. It does not say of which application it is."""

    server_group_replication_configurations: tuple[GroupReplications, ...] = ()


class Read(NamedTuple):
    """An answer (one of the three) and the document it was read from, for what only shows beside other answers."""

    answer: Any
    source: Source


# --- Kinds --------------------------------------------------------------------------------------------------------


class Timestamp(Kind):
    """A time: seconds since the epoch, as the API and the first AWS CLI print it, or ISO 8601, as the second does."""

    __slots__ = ()

    def read(self, value: Any, path: Path, problems: Problems) -> float:
        """Give seconds since the epoch, 0 where it is no time."""
        try:
            if isinstance(value, str):
                read = datetime.fromisoformat(value)
                value = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
            if not isinstance(value, bool) and isfinite(seconds := float(value)):
                return seconds
        except (TypeError, ValueError, OverflowError):
            pass  # said below
        problems.wrong_type(path, value, "a time", "1543190400.0, or 2018-11-26T00:00:00+00:00")
        return 0.0


def _server_launch(server: ListedServer | None = None, **said: Any) -> tuple[ListedServer, Launch]:
    return server or ListedServer(), Launch(**said)


def _fields(**kinds: Kind) -> dict[str, Field]:
    """Give fields that nobody need describe: their names are the API's."""
    return {name: Field(kind, name) for name, kind in kinds.items()}


_NAME = Text(255)
_WORDS = Text(4096, least=0, many_lines=True)
_CONFIGURED = Choice("CONFIGURED", "NOT_CONFIGURED")
_ROLE = APP.fields["roleName"].kind
_APP_ID = APP.fields["appId"].kind
_METADATA = ("ResponseMetadata",)
"""What boto3 adds to every answer."""

_SERVER = RecordKind(
    ListedServer,
    "a server",
    {
        **{name: SERVER.fields[name] for name in ("serverId", "serverType", "replicationJobId")},
        **_fields(vmServer=VM_SERVER, replicationJobTerminated=Boolean()),
    },
)
_DETAILS = RecordKind(
    LaunchDetails,
    "launchDetails",
    _fields(latestLaunchTime=Timestamp(), stackName=APP.fields["stackName"].kind, stackId=Text(2048)),
)
_SUMMARY = RecordKind(
    Summary,
    "appSummary",
    {
        **_fields(
            importedAppId=Text(255),
            name=_NAME,
            description=APP.fields["description"].kind,
            status=Choice(*[one.value for one in AppStatus]),
            statusMessage=_WORDS,
            replicationConfigurationStatus=_CONFIGURED,
            replicationStatus=Choice(*[one.value for one in ReplicationStatus]),
            replicationStatusMessage=_WORDS,
            latestReplicationTime=Timestamp(),
            launchConfigurationStatus=_CONFIGURED,
            launchStatus=Choice(*[one.value for one in LaunchStatus]),
            launchStatusMessage=_WORDS,
            launchDetails=_DETAILS,
            creationTime=Timestamp(),
            lastModified=Timestamp(),
            roleName=_ROLE,
        ),
        "appId": Field(_APP_ID, "what `aws sms list-apps` called it", required=True),
    },
    ignored=("totalServerGroups", "totalServers"),
)
_GROUP = RecordKind(
    ListedGroup, "a server group", _fields(serverGroupId=_NAME, name=_NAME, serverList=ListOf(_SERVER))
)
_LAUNCHES = RecordKind(
    GroupLaunches,
    "a group's launch configuration",
    _fields(
        serverGroupId=_NAME,
        launchOrder=Integer(0, 2**31 - 1),
        serverLaunchConfigurations=ListOf(
            RecordKind(
                _server_launch,
                "a server's launch configuration",
                {
                    **_fields(server=_SERVER),
                    **{name: field for name, field in LAUNCH.fields.items() if field.attribute in API_FIELDS},
                },
            )
        ),
    ),
)
_REPLICATIONS = RecordKind(
    GroupReplications,
    "a group's replication configuration",
    _fields(
        serverGroupId=_NAME,
        serverReplicationConfigurations=ListOf(
            RecordKind(
                ServerReplication,
                "a server's replication configuration",
                _fields(
                    server=_SERVER,
                    serverReplicationParameters=RecordKind(
                        ReplicationParameters,
                        "serverReplicationParameters",
                        _fields(
                            seedTime=Timestamp(),
                            frequency=Integer(0, 2**31 - 1),
                            runOnce=Boolean(),
                            licenseType=Choice("AWS", "BYOL"),
                            numberOfRecentAmisToKeep=Integer(0, 2**31 - 1),
                            encrypted=Boolean(),
                            kmsKeyId=Text(2048),
                        ),
                    ),
                ),
            )
        ),
    ),
)
_ANSWERS: tuple[tuple[str, RecordKind], ...] = (
    (
        "appSummary",
        RecordKind(
            AppAnswer,
            "the answer of get-app",
            _fields(appSummary=_SUMMARY, serverGroups=ListOf(_GROUP), tags=TAGS),
            ignored=_METADATA,
        ),
    ),
    (
        "serverGroupReplicationConfigurations",
        RecordKind(
            ReplicationAnswer,
            "the answer of get-app-replication-configuration",
            _fields(serverGroupReplicationConfigurations=ListOf(_REPLICATIONS)),
            ignored=_METADATA,
        ),
    ),
    (
        "serverGroupLaunchConfigurations",
        RecordKind(
            LaunchAnswer,
            "the answer of get-app-launch-configuration",
            _fields(
                appId=_APP_ID,
                roleName=_ROLE,
                autoLaunch=Boolean(),
                serverGroupLaunchConfigurations=ListOf(_LAUNCHES),
            ),
            ignored=_METADATA,
        ),
    ),
)
"""The member by which an answer is known, and how the answer is read."""


def read_answer(source: Source) -> tuple[Read, Problems] | None:
    """Give the answer that a document holds, and what is wrong with it, or None where it holds none."""
    data = source.data
    for member, kind in _ANSWERS:
        if isinstance(data, dict) and member in data:
            problems = Problems(source)
            return Read(kind.read(_said(data), (), problems), source), problems
    return None


def _said(data: Any) -> Any:
    """Give the data without what says nothing: some SDKs print every member, as null or ""."""
    if isinstance(data, dict):
        return {name: _said(item) for name, item in data.items() if item not in (None, "")}
    return [_said(item) for item in data] if isinstance(data, list) else data
