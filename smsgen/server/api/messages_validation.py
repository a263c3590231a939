"""The messages of what is validated after a launch."""

from __future__ import annotations

from typing import Annotated

from smsgen.server.api import shapes as s
from smsgen.server.api.messages_shared import S3Location, Server


class Source(s.Message, frozen=True, kw_only=True):
    """Where a script is."""

    s3_location: S3Location | None = None


class SSMValidationParameters(s.Message, frozen=True, kw_only=True):
    """What Systems Manager runs, and where."""

    source: Source | None = None
    instance_id: s.InstanceId | None = None
    script_type: s.ScriptType | None = None
    command: s.Command | None = None
    execution_timeout_seconds: s.ExecutionTimeoutSeconds | None = None
    output_s3_bucket_name: s.BucketName | None = None


class AppValidationConfiguration(s.Message, frozen=True, kw_only=True):
    """A validation of the application by Systems Manager."""

    validation_id: s.ValidationId | None = None
    name: s.NonEmptyStringWithMaxLen255 | None = None
    app_validation_strategy: s.AppValidationStrategy | None = None
    ssm_validation_parameters: SSMValidationParameters | None = None


AppValidationConfigurations = Annotated[
    list[AppValidationConfiguration], s.Shape("AppValidationConfigurations")
]


class UserDataValidationParameters(s.Message, frozen=True, kw_only=True):
    """What a server runs at its boot to validate itself."""

    source: Source | None = None
    script_type: s.ScriptType | None = None


class ServerValidationConfiguration(s.Message, frozen=True, kw_only=True):
    """A validation that a server does itself."""

    server: Server | None = None
    validation_id: s.ValidationId | None = None
    name: s.NonEmptyStringWithMaxLen255 | None = None
    server_validation_strategy: s.ServerValidationStrategy | None = None
    user_data_validation_parameters: UserDataValidationParameters | None = None


ServerValidationConfigurations = Annotated[
    list[ServerValidationConfiguration], s.Shape("ServerValidationConfigurations")
]


class ServerGroupValidationConfiguration(s.Message, frozen=True, kw_only=True):
    """The validations of the servers of one group."""

    server_group_id: s.ServerGroupId | None = None
    server_validation_configurations: ServerValidationConfigurations | None = None


ServerGroupValidationConfigurations = Annotated[
    list[ServerGroupValidationConfiguration], s.Shape("ServerGroupValidationConfigurations")
]


class SSMOutput(s.Message, frozen=True, kw_only=True):
    """Where Systems Manager left what a script printed."""

    s3_location: S3Location | None = None


class AppValidationOutput(s.Message, frozen=True, kw_only=True):
    """What a validation of the application printed."""

    ssm_output: SSMOutput | None = None


class ServerValidationOutput(s.Message, frozen=True, kw_only=True):
    """Which server a validation was of."""

    server: Server | None = None


class ValidationOutput(s.Message, frozen=True, kw_only=True):
    """How a validation ended, or stands."""

    validation_id: s.ValidationId | None = None
    name: s.NonEmptyStringWithMaxLen255 | None = None
    status: s.ValidationStatus | None = None
    status_message: s.ValidationStatusMessage | None = None
    latest_validation_time: s.Timestamp | None = None
    app_validation_output: AppValidationOutput | None = None
    server_validation_output: ServerValidationOutput | None = None


ValidationOutputList = Annotated[list[ValidationOutput], s.Shape("ValidationOutputList")]


class NotificationContext(s.Message, frozen=True, kw_only=True):
    """How a server's own validation ended, as the server says."""

    validation_id: s.ValidationId | None = None
    status: s.ValidationStatus | None = None
    status_message: s.ValidationStatusMessage | None = None


class PutAppValidationConfigurationRequest(s.Message, frozen=True, kw_only=True):
    """What PutAppValidationConfiguration is asked."""

    app_id: Annotated[s.AppIdWithValidation | None, s.REQUIRED] = None
    app_validation_configurations: AppValidationConfigurations | None = None
    server_group_validation_configurations: ServerGroupValidationConfigurations | None = None


class PutAppValidationConfigurationResponse(s.Message, frozen=True, kw_only=True):
    """PutAppValidationConfiguration answers nothing."""


class GetAppValidationConfigurationRequest(s.Message, frozen=True, kw_only=True):
    """What GetAppValidationConfiguration is asked."""

    app_id: Annotated[s.AppIdWithValidation | None, s.REQUIRED] = None


class GetAppValidationConfigurationResponse(s.Message, frozen=True, kw_only=True):
    """What GetAppValidationConfiguration answers."""

    app_validation_configurations: AppValidationConfigurations | None = None
    server_group_validation_configurations: ServerGroupValidationConfigurations | None = None


class DeleteAppValidationConfigurationRequest(s.Message, frozen=True, kw_only=True):
    """What DeleteAppValidationConfiguration is asked."""

    app_id: Annotated[s.AppIdWithValidation | None, s.REQUIRED] = None


class DeleteAppValidationConfigurationResponse(s.Message, frozen=True, kw_only=True):
    """DeleteAppValidationConfiguration answers nothing."""


class GetAppValidationOutputRequest(s.Message, frozen=True, kw_only=True):
    """What GetAppValidationOutput is asked."""

    app_id: Annotated[s.AppIdWithValidation | None, s.REQUIRED] = None


class GetAppValidationOutputResponse(s.Message, frozen=True, kw_only=True):
    """What GetAppValidationOutput answers."""

    validation_output_list: ValidationOutputList | None = None


class NotifyAppValidationOutputRequest(s.Message, frozen=True, kw_only=True):
    """What NotifyAppValidationOutput is asked."""

    app_id: Annotated[s.AppIdWithValidation | None, s.REQUIRED] = None
    notification_context: NotificationContext | None = None


class NotifyAppValidationOutputResponse(s.Message, frozen=True, kw_only=True):
    """NotifyAppValidationOutput answers nothing."""
