"""The SMS API as tables: its operations, its errors, and which answers come in pages.

What SMS answered is in its API reference (2018-11-26) and its last service model (2016-10-24, as of 2023). Errors that
all AWS services have in common, and their statuses: what services of the same protocol answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from smsgen.server.api import messages
from smsgen.server.api.shapes import Message

SERVICE = "sms"
VERSION = "2016-10-24"
TARGET = "AWSServerMigrationService_V2016_10_24"
"""What stands before the dot in the header X-Amz-Target."""

METADATA = {
    "apiVersion": VERSION,
    "endpointPrefix": SERVICE,
    "jsonVersion": "1.1",
    "protocol": "json",
    "serviceAbbreviation": "SMS",
    "serviceFullName": "AWS Server Migration Service",
    "serviceId": "SMS",
    "signatureVersion": "v4",
    "targetPrefix": TARGET,
    "uid": f"{SERVICE}-{VERSION}",
}
"""What SDKs are told of the service."""


class Operation(NamedTuple):
    """An operation: what it is asked, what it answers, which errors it lists, and what it does in one line."""

    name: str
    request: type[Message]
    response: type[Message]
    errors: tuple[str, ...]
    documentation: str


class Error(NamedTuple):
    """An error of the API. A `fault` is the server's; all but one say why, in the member `message`."""

    status: int = 400
    fault: bool = False
    says_why: bool = True


_UNAUTHORIZED = "UnauthorizedOperationException"
_INVALID = "InvalidParameterException"
_MISSING = "MissingRequiredParameterException"
_NOT_PERMITTED = "OperationNotPermittedException"
_INTERNAL = "InternalError"
_UNAVAILABLE = "TemporarilyUnavailableException"
_NO_CONNECTORS = "NoConnectorsAvailableException"
_NO_JOB = "ReplicationJobNotFoundException"
_NO_SERVER = "ServerCannotBeReplicatedException"

ERRORS: Mapping[str, Error] = {
    "DryRunOperationException": Error(),
    _INTERNAL: Error(500, fault=True),
    _INVALID: Error(),
    _MISSING: Error(),
    _NO_CONNECTORS: Error(),
    _NOT_PERMITTED: Error(),
    "ReplicationJobAlreadyExistsException": Error(),
    _NO_JOB: Error(),
    "ReplicationRunLimitExceededException": Error(),
    _NO_SERVER: Error(),
    _UNAVAILABLE: Error(503, fault=True, says_why=False),
    _UNAUTHORIZED: Error(),
}
"""Error that operations list -> what it is. Statuses: API reference, "Errors" of each operation."""

COMMON_ERRORS: Mapping[str, Error] = {
    "IncompleteSignatureException": Error(),
    "InvalidSignatureException": Error(),
    "MissingAuthenticationTokenException": Error(),
    "RequestEntityTooLargeException": Error(413),
    "RequestTimeoutException": Error(408),
    "SerializationException": Error(),
    "ServiceUnavailableException": Error(503, fault=True),
    "UnknownOperationException": Error(),
    "UnrecognizedClientException": Error(),
}
"""Error that any AWS service answers -> what it is."""

_APP = (_UNAUTHORIZED, _INVALID, _MISSING, _INTERNAL, _NOT_PERMITTED)


def _operation(name: str, documentation: str, errors: tuple[str, ...] = _APP) -> Operation:
    request, response = (getattr(messages, f"{name}{kind}") for kind in ("Request", "Response"))
    return Operation(name, request, response, errors, documentation)


OPERATIONS: Mapping[str, Operation] = {
    one.name: one
    for one in (
        _operation("CreateApp", "Makes an application of groups of servers."),
        _operation(
            "CreateReplicationJob",
            "Begins to replicate a server, once or again and again.",
            (
                _INVALID,
                _MISSING,
                _UNAUTHORIZED,
                _NOT_PERMITTED,
                _NO_SERVER,
                "ReplicationJobAlreadyExistsException",
                _NO_CONNECTORS,
                _INTERNAL,
                _UNAVAILABLE,
            ),
        ),
        _operation("DeleteApp", "Deletes an application, and with force what was launched of it."),
        _operation("DeleteAppLaunchConfiguration", "Forgets what an application is launched with."),
        _operation("DeleteAppReplicationConfiguration", "Forgets how an application is replicated."),
        _operation("DeleteAppValidationConfiguration", "Forgets how an application is validated."),
        _operation(
            "DeleteReplicationJob",
            "Ends a replication job; its images stay.",
            (_INVALID, _MISSING, _UNAUTHORIZED, _NOT_PERMITTED, _NO_JOB),
        ),
        _operation(
            "DeleteServerCatalog",
            "Forgets the servers that connectors have found.",
            (_UNAUTHORIZED, _NOT_PERMITTED, _INVALID, _MISSING),
        ),
        _operation(
            "DisassociateConnector",
            "Lets go of a connector.",
            (_MISSING, _UNAUTHORIZED, _NOT_PERMITTED, _INVALID),
        ),
        _operation("GenerateChangeSet", "Puts into S3 what a launch would change in the launched stack."),
        _operation("GenerateTemplate", "Puts the application's CloudFormation template into S3."),
        _operation("GetApp", "Gives an application and how it stands."),
        _operation("GetAppLaunchConfiguration", "Gives what an application is launched with."),
        _operation("GetAppReplicationConfiguration", "Gives how an application is replicated."),
        _operation("GetAppValidationConfiguration", "Gives how an application is validated after a launch."),
        _operation("GetAppValidationOutput", "Gives what came of an application's validation."),
        _operation("GetConnectors", "Gives the connectors, in pages.", (_UNAUTHORIZED,)),
        _operation(
            "GetReplicationJobs",
            "Gives the replication jobs, or one of them, in pages.",
            (_INVALID, _MISSING, _UNAUTHORIZED),
        ),
        _operation(
            "GetReplicationRuns",
            "Gives a replication job and its runs, in pages.",
            (_INVALID, _MISSING, _UNAUTHORIZED),
        ),
        _operation(
            "GetServers",
            "Gives the servers of the catalog, in pages.",
            (_UNAUTHORIZED, _INVALID, _MISSING, _INTERNAL),
        ),
        _operation("ImportAppCatalog", "Makes applications of those that AWS Migration Hub knows."),
        _operation(
            "ImportServerCatalog",
            "Has the connectors find the servers.",
            (_UNAUTHORIZED, _NOT_PERMITTED, _INVALID, _MISSING, _NO_CONNECTORS),
        ),
        _operation("LaunchApp", "Launches an application as a CloudFormation stack, in the background."),
        _operation("ListApps", "Gives the applications, in pages."),
        _operation("NotifyAppValidationOutput", "Takes what a server says of its own validation."),
        _operation("PutAppLaunchConfiguration", "Says what an application is launched with."),
        _operation("PutAppReplicationConfiguration", "Says how an application is replicated."),
        _operation("PutAppValidationConfiguration", "Says how an application is validated after a launch."),
        _operation("StartAppReplication", "Begins to replicate the servers of an application."),
        _operation("StartOnDemandAppReplication", "Replicates the servers of an application once, now."),
        _operation(
            "StartOnDemandReplicationRun",
            "Begins a run of a replication job now.",
            (
                _INVALID,
                _MISSING,
                _UNAUTHORIZED,
                _NOT_PERMITTED,
                "ReplicationRunLimitExceededException",
                "DryRunOperationException",
            ),
        ),
        _operation("StopAppReplication", "Ends the replication of the servers of an application."),
        _operation("TerminateApp", "Deletes the stack of an application, in the background."),
        _operation("UpdateApp", "Changes an application: what it is called, its groups, its tags."),
        _operation(
            "UpdateReplicationJob",
            "Changes a replication job.",
            (
                _INVALID,
                _MISSING,
                _NOT_PERMITTED,
                _UNAUTHORIZED,
                _NO_SERVER,
                _NO_JOB,
                _INTERNAL,
                _UNAVAILABLE,
            ),
        ),
    )
}
"""Operation -> what it is. The order of errors is that of the service model."""

READS = frozenset(name for name in OPERATIONS if name.startswith(("Get", "List")))
"""Operations that change nothing, and write nothing anywhere."""

for _known in OPERATIONS.values():
    # msgspec looks into a type when it is first used, and crashes where two threads are first (0.22).
    msgspec.json.Decoder(_known.request)

PAGES: Mapping[str, str] = {
    "GetConnectors": "connectorList",
    "GetReplicationJobs": "replicationJobList",
    "GetReplicationRuns": "replicationRunList",
    "GetServers": "serverList",
    "ListApps": "apps",
}
"""Operation whose answers come in pages (maxResults, nextToken) -> the member that SDKs join."""
