"""The one table of the SMS API: operation -> what it does, and what goes wrong -> what the caller is told.

Each action takes the World and the request's message and gives the response's, or None where the API answers nothing.
`perform` looks an operation up, and lets nothing out but a response or a Fault of those that the API lists.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from smsgen.errors import InvalidInput, Refusal, ServiceError, SmsgenError
from smsgen.model.status import IllegalStep
from smsgen.operations.apps import (
    configure_launch,
    configure_replication,
    configure_validation,
    launching,
    manage,
)
from smsgen.operations.apps.readiness import told
from smsgen.operations.apps.world import (
    BadParameter,
    Busy,
    MissingParameter,
    NotPermitted,
    World,
    required,
)
from smsgen.operations.ports.store import ServerTaken, StoreError
from smsgen.operations.replication.refusals import (
    JobExists,
    NoConnectors,
    NotReplicable,
    TooManyRuns,
    UnknownJob,
)
from smsgen.server.actions import replication, tokens
from smsgen.server.actions import translate as t
from smsgen.server.actions import translate_configuration as tc
from smsgen.server.actions import translate_validation as tv
from smsgen.server.api import messages as m
from smsgen.server.api.operations import OPERATIONS
from smsgen.server.api.protocol import Call, Fault

_log = logging.getLogger("smsgen.actions")

Action = Callable[[World, Any], Any]

MAX_APPS = 100
"""Applications on a page of ListApps: what one has where nothing is said, and at most (API reference, maxResults)."""

FORMATS = {None: "yaml", "JSON": "json", "YAML": "yaml"}
"""OutputFormat of the API -> format of a document. Which one SMS took where nothing was said is not known."""


# --- Applications -------------------------------------------------------------------------------------------


def create_app(world: World, request: m.CreateAppRequest) -> m.CreateAppResponse:
    """CreateApp."""
    managed = manage.create_app(world, t.wanted(request), token=request.client_token or "")
    return m.CreateAppResponse(
        app_summary=t.app_summary(managed), server_groups=t.groups(managed), tags=t.tag_messages(managed.app)
    )


def update_app(world: World, request: m.UpdateAppRequest) -> m.UpdateAppResponse:
    """UpdateApp."""
    managed = manage.update_app(world, _app_id(request), t.wanted(request))
    return m.UpdateAppResponse(
        app_summary=t.app_summary(managed), server_groups=t.groups(managed), tags=t.tag_messages(managed.app)
    )


def delete_app(world: World, request: m.DeleteAppRequest) -> None:
    """DeleteApp."""
    manage.delete_app(
        world,
        _app_id(request),
        stop_replication=bool(request.force_stop_app_replication),
        terminate=bool(request.force_terminate_app),
    )


def get_app(world: World, request: m.GetAppRequest) -> m.GetAppResponse:
    """GetApp."""
    managed = manage.get_app(world, _app_id(request))
    return m.GetAppResponse(
        app_summary=t.app_summary(managed), server_groups=t.groups(managed), tags=t.tag_messages(managed.app)
    )


def list_apps(world: World, request: m.ListAppsRequest) -> m.ListAppsResponse:
    """ListApps."""
    limit = MAX_APPS if request.max_results is None else request.max_results
    if limit < 1:
        raise BadParameter(f"maxResults is {limit}; it must be at least 1")
    ids = tuple(request.app_ids or ())
    after = tokens.opened(request.next_token, "ListApps", ids, world.secret) if request.next_token else ""
    page, more = manage.list_apps(world, ids=ids, after=after, limit=min(limit, MAX_APPS))
    token = tokens.sealed(page[-1].app_id, "ListApps", ids, world.secret) if more else None
    return m.ListAppsResponse(apps=[t.listed(one) for one in page], next_token=token)


def _app_id(request: Any) -> str:
    return required(request.app_id, "appId")


# --- Configuration ------------------------------------------------------------------------------------------


def put_app_launch_configuration(world: World, request: m.PutAppLaunchConfigurationRequest) -> None:
    """PutAppLaunchConfiguration."""
    app_id = _app_id(request)
    configure_launch.put_launch_configuration(world, app_id, tc.launch_configuration(request))


def get_app_launch_configuration(
    world: World, request: m.GetAppLaunchConfigurationRequest
) -> m.GetAppLaunchConfigurationResponse:
    """GetAppLaunchConfiguration."""
    managed = manage.get_app(world, _app_id(request))
    return m.GetAppLaunchConfigurationResponse(
        app_id=managed.app.app_id,
        role_name=t.said(managed.app.role_name),
        auto_launch=managed.launch.auto_launch,
        server_group_launch_configurations=tc.launch_groups(managed),
    )


def delete_app_launch_configuration(world: World, request: m.DeleteAppLaunchConfigurationRequest) -> None:
    """DeleteAppLaunchConfiguration."""
    configure_launch.delete_launch_configuration(world, _app_id(request))


def put_app_replication_configuration(world: World, request: m.PutAppReplicationConfigurationRequest) -> None:
    """PutAppReplicationConfiguration."""
    app_id, wanted = _app_id(request), tc.replication_configuration(request)
    configure_replication.put_replication_configuration(world, app_id, wanted)


def get_app_replication_configuration(
    world: World, request: m.GetAppReplicationConfigurationRequest
) -> m.GetAppReplicationConfigurationResponse:
    """GetAppReplicationConfiguration."""
    managed = manage.get_app(world, _app_id(request))
    return m.GetAppReplicationConfigurationResponse(
        server_group_replication_configurations=tc.replication_groups(managed)
    )


def delete_app_replication_configuration(
    world: World, request: m.DeleteAppReplicationConfigurationRequest
) -> None:
    """DeleteAppReplicationConfiguration."""
    configure_replication.delete_replication_configuration(world, _app_id(request))


def put_app_validation_configuration(world: World, request: m.PutAppValidationConfigurationRequest) -> None:
    """PutAppValidationConfiguration."""
    app_id, wanted = _app_id(request), tv.validation_configuration(request)
    configure_validation.put_validation_configuration(world, app_id, wanted)


def get_app_validation_configuration(
    world: World, request: m.GetAppValidationConfigurationRequest
) -> m.GetAppValidationConfigurationResponse:
    """GetAppValidationConfiguration."""
    managed = manage.get_app(world, _app_id(request))
    return m.GetAppValidationConfigurationResponse(
        app_validation_configurations=tv.app_validations(managed),
        server_group_validation_configurations=tv.server_validations(managed),
    )


def delete_app_validation_configuration(
    world: World, request: m.DeleteAppValidationConfigurationRequest
) -> None:
    """DeleteAppValidationConfiguration."""
    configure_validation.delete_validation_configuration(world, _app_id(request))


def get_app_validation_output(
    world: World, request: m.GetAppValidationOutputRequest
) -> m.GetAppValidationOutputResponse:
    """GetAppValidationOutput."""
    managed = manage.get_app(world, _app_id(request))
    return m.GetAppValidationOutputResponse(validation_output_list=tv.validation_outputs(managed))


def notify_app_validation_output(world: World, request: m.NotifyAppValidationOutputRequest) -> None:
    """NotifyAppValidationOutput."""
    app_id, context = _app_id(request), request.notification_context
    if context is None:
        raise MissingParameter("notificationContext")
    configure_validation.notify_validation_output(
        world,
        app_id,
        validation_id=required(context.validation_id, "notificationContext.validationId"),
        status=required(context.status, "notificationContext.status"),
        message=context.status_message or "",
    )


# --- Launch -------------------------------------------------------------------------------------------------


def generate_template(world: World, request: m.GenerateTemplateRequest) -> m.GenerateTemplateResponse:
    """GenerateTemplate."""
    form = _format(request.template_format, "templateFormat")
    where = launching.generate_app_template(world, _app_id(request), format=form)
    return m.GenerateTemplateResponse(s3_location=t.location(where))


def generate_change_set(world: World, request: m.GenerateChangeSetRequest) -> m.GenerateChangeSetResponse:
    """GenerateChangeSet."""
    form = _format(request.changeset_format, "changesetFormat")
    where = launching.generate_change_set(world, _app_id(request), format=form)
    return m.GenerateChangeSetResponse(s3_location=t.location(where))


def _format(format_name: str | None, name: str) -> str:
    if format_name not in FORMATS:
        raise BadParameter(f"{name} must be JSON or YAML, not {format_name!r}")
    return FORMATS[format_name]


def launch_app(world: World, request: m.LaunchAppRequest) -> None:
    """LaunchApp."""
    launching.launch_app(world, _app_id(request))


def terminate_app(world: World, request: m.TerminateAppRequest) -> None:
    """TerminateApp."""
    launching.terminate_app(world, _app_id(request))


# --- The table ----------------------------------------------------------------------------------------------


ACTIONS: Mapping[str, Action] = {
    "CreateApp": create_app,
    "DeleteApp": delete_app,
    "DeleteAppLaunchConfiguration": delete_app_launch_configuration,
    "DeleteAppReplicationConfiguration": delete_app_replication_configuration,
    "DeleteAppValidationConfiguration": delete_app_validation_configuration,
    "GenerateChangeSet": generate_change_set,
    "GenerateTemplate": generate_template,
    "GetApp": get_app,
    "GetAppLaunchConfiguration": get_app_launch_configuration,
    "GetAppReplicationConfiguration": get_app_replication_configuration,
    "GetAppValidationConfiguration": get_app_validation_configuration,
    "GetAppValidationOutput": get_app_validation_output,
    "LaunchApp": launch_app,
    "ListApps": list_apps,
    "NotifyAppValidationOutput": notify_app_validation_output,
    "PutAppLaunchConfiguration": put_app_launch_configuration,
    "PutAppReplicationConfiguration": put_app_replication_configuration,
    "PutAppValidationConfiguration": put_app_validation_configuration,
    "TerminateApp": terminate_app,
    "UpdateApp": update_app,
    **replication.ACTIONS,
}
"""Operation of the API -> what it does."""

BACKGROUND = frozenset(
    (
        "CreateReplicationJob",
        "DeleteApp",
        "DeleteReplicationJob",
        "ImportServerCatalog",
        "LaunchApp",
        "StartAppReplication",
        "StartOnDemandAppReplication",
        "StartOnDemandReplicationRun",
        "StopAppReplication",
        "TerminateApp",
        "UpdateReplicationJob",
    )
)
"""Operations that queue work: whoever performs one may wake the workers."""


# --- What goes wrong ----------------------------------------------------------------------------------------

FAULTS: tuple[tuple[type[SmsgenError], str], ...] = (
    (MissingParameter, "MissingRequiredParameterException"),
    (BadParameter, "InvalidParameterException"),
    (InvalidInput, "InvalidParameterException"),
    (ServerTaken, "InvalidParameterException"),
    (NotPermitted, "OperationNotPermittedException"),
    (IllegalStep, "OperationNotPermittedException"),
    (NoConnectors, "NoConnectorsAvailableException"),
    (NotReplicable, "ServerCannotBeReplicatedException"),
    (JobExists, "ReplicationJobAlreadyExistsException"),
    (UnknownJob, "ReplicationJobNotFoundException"),
    (TooManyRuns, "ReplicationRunLimitExceededException"),
    (SmsgenError, "InternalError"),
)
"""What an operation raises -> the error of the API. The first that fits counts; ServiceError is told apart before."""


def perform(call: Call, world: World) -> Any:
    """Carry out a call and give the response's message, or None; raises Fault, and nothing else."""
    try:
        return ACTIONS[call.operation](world, call.request)
    except Fault:
        raise
    except SmsgenError as error:
        raise fault_of(error, call) from None
    except Exception:
        _log.exception("%s failed (request %s)", call.operation, call.request_id)
        raise Fault(
            "InternalError", f"internal error; the server's log tells of the request {call.request_id}"
        ) from None


def _listed(code: str, operation: str) -> str:
    """Return the error that the operation lists: an SDK knows no other one but those that all services have."""
    if code in OPERATIONS[operation].errors:
        return code
    return {"InternalError": "ServiceUnavailableException"}.get(code, "InvalidParameterException")


_UNAVAILABLE = "TemporarilyUnavailableException"


def fault_of(error: SmsgenError, call: Call) -> Fault:
    """Return the Fault that the caller is told of an error."""
    if isinstance(error, ServiceError):
        return Fault(
            "UnauthorizedOperationException" if error.kind is Refusal.DENIED else "InternalError",
            _words(error),
        )
    code = next(code for kind, code in FAULTS if isinstance(error, kind))
    if isinstance(error, (Busy, StoreError)) and _UNAVAILABLE in OPERATIONS[call.operation].errors:
        code = _UNAVAILABLE  # the caller may try again
    code = _listed(code, call.operation)
    if isinstance(error, StoreError):
        # Where the database is, and who may read it, is nobody's business but the log's.
        _log.error("%s: the store failed (request %s): %s", call.operation, call.request_id, error)
        return Fault(code, f"the store does not answer (request {call.request_id}); try again")
    return Fault(code, _words(error))


def _words(error: SmsgenError) -> str:
    if isinstance(error, InvalidInput):
        return told(error.diagnostics)
    return f"{error}; {error.hint}" if error.hint else str(error)
