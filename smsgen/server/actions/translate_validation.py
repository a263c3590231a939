"""Between the messages of the validation operations and the model; see `translate`."""

from __future__ import annotations

from smsgen.model.app import Server
from smsgen.model.launch import S3Location
from smsgen.model.managed import AppValidation, ManagedApp, ServerValidation, ValidationOutput
from smsgen.operations.apps.configure_validation import GroupValidation, ValidationConfiguration, outputs
from smsgen.operations.apps.world import required
from smsgen.server.actions.translate import (
    location,
    placed,
    read_location,
    said,
    server_id,
    server_message,
    time,
)
from smsgen.server.api import messages as m

# --- Validation ---------------------------------------------------------------------------------------------


def validation_configuration(request: m.PutAppValidationConfigurationRequest) -> ValidationConfiguration:
    """Return what PutAppValidationConfiguration says."""
    apps, servers = request.app_validation_configurations, request.server_group_validation_configurations
    name = "serverGroupValidationConfigurations"
    return ValidationConfiguration(
        apps=None
        if apps is None
        else tuple(_app_validation(one, at) for at, one in placed(apps, "appValidationConfigurations")),
        groups=None
        if servers is None
        else tuple(
            GroupValidation(
                required(group.server_group_id, f"{at}.serverGroupId"),
                tuple(
                    _server_validation(one, place)
                    for place, one in placed(
                        group.server_validation_configurations, f"{at}.serverValidationConfigurations"
                    )
                ),
            )
            for at, group in placed(servers, name)
        ),
    )


def _source(asked: m.Source | None, at: str) -> S3Location | None:
    return read_location(asked.s3_location, f"{at}.source.s3Location") if asked else None


def _app_validation(configuration: m.AppValidationConfiguration, at: str) -> AppValidation:
    parameters = configuration.ssm_validation_parameters or m.SSMValidationParameters()
    return AppValidation(
        validation_id=configuration.validation_id or "",
        name=configuration.name or "",
        strategy=configuration.app_validation_strategy or "SSM",
        source=_source(parameters.source, f"{at}.ssmValidationParameters"),
        instance_id=parameters.instance_id or "",
        script_type=parameters.script_type or "",
        command=parameters.command or "",
        timeout_seconds=parameters.execution_timeout_seconds,
        output_bucket=parameters.output_s3_bucket_name or "",
    )


def _server_validation(configuration: m.ServerValidationConfiguration, at: str) -> ServerValidation:
    parameters = configuration.user_data_validation_parameters or m.UserDataValidationParameters()
    return ServerValidation(
        validation_id=configuration.validation_id or "",
        server_id=server_id(configuration.server, at),
        name=configuration.name or "",
        strategy=configuration.server_validation_strategy or "USERDATA",
        source=_source(parameters.source, f"{at}.userDataValidationParameters"),
        script_type=parameters.script_type or "",
    )


def app_validations(managed: ManagedApp) -> list[m.AppValidationConfiguration]:
    """Return AppValidationConfigurations."""
    return [
        m.AppValidationConfiguration(
            validation_id=one.validation_id,
            name=said(one.name),
            app_validation_strategy=one.strategy,
            ssm_validation_parameters=m.SSMValidationParameters(
                source=_to_source(one.source),
                instance_id=said(one.instance_id),
                script_type=said(one.script_type),
                command=said(one.command),
                execution_timeout_seconds=one.timeout_seconds,
                output_s3_bucket_name=said(one.output_bucket),
            ),
        )
        for one in managed.validation.apps
    ]


def _to_source(place: S3Location | None) -> m.Source | None:
    return m.Source(s3_location=location(place)) if place else None


def server_validations(managed: ManagedApp) -> list[m.ServerGroupValidationConfiguration]:
    """Return ServerGroupValidationConfigurations, of the groups that have any."""
    groups = []
    for group in managed.app.server_groups:
        members = [
            _to_server_validation(one, validation, managed)
            for one in group.server_list
            for validation in managed.validation.servers
            if validation.server_id == one.server_id
        ]
        if members:
            configuration = m.ServerGroupValidationConfiguration(
                server_group_id=group.server_group_id, server_validation_configurations=members
            )
            groups.append(configuration)
    return groups


def _to_server_validation(
    member: Server, validation: ServerValidation, managed: ManagedApp
) -> m.ServerValidationConfiguration:
    return m.ServerValidationConfiguration(
        server=server_message(member, managed),
        validation_id=validation.validation_id,
        name=said(validation.name),
        server_validation_strategy=validation.strategy,
        user_data_validation_parameters=m.UserDataValidationParameters(
            source=_to_source(validation.source), script_type=said(validation.script_type)
        ),
    )


def validation_outputs(managed: ManagedApp) -> list[m.ValidationOutput]:
    """Return ValidationOutputList."""
    servers = {one.server_id: one for group in managed.app.server_groups for one in group.server_list}

    def output(result: ValidationOutput) -> m.ValidationOutput:
        ssm = m.SSMOutput(s3_location=location(result.output)) if result.output else None
        of_server = servers.get(result.server_id)
        return m.ValidationOutput(
            validation_id=result.validation_id,
            name=said(result.name),
            status=result.status,
            status_message=said(result.message),
            latest_validation_time=time(result.latest_time),
            app_validation_output=m.AppValidationOutput(ssm_output=ssm) if ssm else None,
            server_validation_output=m.ServerValidationOutput(server=server_message(of_server, managed))
            if of_server
            else None,
        )

    return [output(one) for one in outputs(managed)]
