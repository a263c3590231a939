"""The messages of applications: what they are, what they are launched with, and their launch."""

from __future__ import annotations

from typing import Annotated

from smsgen.server.api import shapes as s
from smsgen.server.api.messages_shared import S3Location, Server, ServerGroups, Tags


class LaunchDetails(s.Message, frozen=True, kw_only=True):
    """What was last launched, and when."""

    latest_launch_time: s.Timestamp | None = None
    stack_name: s.StackName | None = None
    stack_id: s.StackId | None = None


class AppSummary(s.Message, frozen=True, kw_only=True):
    """An application, and how it stands."""

    app_id: s.AppId | None = None
    imported_app_id: s.ImportedAppId | None = None
    name: s.AppName | None = None
    description: s.AppDescription | None = None
    status: s.AppStatus | None = None
    status_message: s.AppStatusMessage | None = None
    replication_configuration_status: s.AppReplicationConfigurationStatus | None = None
    replication_status: s.AppReplicationStatus | None = None
    replication_status_message: s.AppReplicationStatusMessage | None = None
    latest_replication_time: s.Timestamp | None = None
    launch_configuration_status: s.AppLaunchConfigurationStatus | None = None
    launch_status: s.AppLaunchStatus | None = None
    launch_status_message: s.AppLaunchStatusMessage | None = None
    launch_details: LaunchDetails | None = None
    creation_time: s.Timestamp | None = None
    last_modified: s.Timestamp | None = None
    role_name: s.RoleName | None = None
    total_server_groups: s.TotalServerGroups | None = None
    total_servers: s.TotalServers | None = None


Apps = Annotated[list[AppSummary], s.Shape("Apps")]


class CreateAppRequest(s.Message, frozen=True, kw_only=True):
    """What CreateApp is asked."""

    name: s.AppName | None = None
    description: s.AppDescription | None = None
    role_name: s.RoleName | None = None
    client_token: s.ClientToken | None = None
    server_groups: ServerGroups | None = None
    tags: Tags | None = None


class CreateAppResponse(s.Message, frozen=True, kw_only=True):
    """What CreateApp answers."""

    app_summary: AppSummary | None = None
    server_groups: ServerGroups | None = None
    tags: Tags | None = None


class UpdateAppRequest(s.Message, frozen=True, kw_only=True):
    """What UpdateApp is asked."""

    app_id: s.AppId | None = None
    name: s.AppName | None = None
    description: s.AppDescription | None = None
    role_name: s.RoleName | None = None
    server_groups: ServerGroups | None = None
    tags: Tags | None = None


class UpdateAppResponse(s.Message, frozen=True, kw_only=True):
    """What UpdateApp answers."""

    app_summary: AppSummary | None = None
    server_groups: ServerGroups | None = None
    tags: Tags | None = None


class DeleteAppRequest(s.Message, frozen=True, kw_only=True):
    """What DeleteApp is asked."""

    app_id: s.AppId | None = None
    force_stop_app_replication: s.ForceStopAppReplication | None = None
    force_terminate_app: s.ForceTerminateApp | None = None


class DeleteAppResponse(s.Message, frozen=True, kw_only=True):
    """DeleteApp answers nothing."""


class GetAppRequest(s.Message, frozen=True, kw_only=True):
    """What GetApp is asked."""

    app_id: s.AppId | None = None


class GetAppResponse(s.Message, frozen=True, kw_only=True):
    """What GetApp answers."""

    app_summary: AppSummary | None = None
    server_groups: ServerGroups | None = None
    tags: Tags | None = None


class ListAppsRequest(s.Message, frozen=True, kw_only=True):
    """What ListApps is asked."""

    app_ids: s.AppIds | None = None
    next_token: s.NextToken | None = None
    max_results: s.MaxResults | None = None


class ListAppsResponse(s.Message, frozen=True, kw_only=True):
    """What ListApps answers."""

    apps: Apps | None = None
    next_token: s.NextToken | None = None


class ImportAppCatalogRequest(s.Message, frozen=True, kw_only=True):
    """What ImportAppCatalog is asked."""

    role_name: s.RoleName | None = None


class ImportAppCatalogResponse(s.Message, frozen=True, kw_only=True):
    """ImportAppCatalog answers nothing."""


class UserData(s.Message, frozen=True, kw_only=True):
    """The script that a server runs at its first boot."""

    s3_location: S3Location | None = None


class ServerLaunchConfiguration(s.Message, frozen=True, kw_only=True):
    """What one server is launched with."""

    server: Server | None = None
    logical_id: s.LogicalId | None = None
    vpc: s.VPC | None = None
    subnet: s.Subnet | None = None
    security_group: s.SecurityGroup | None = None
    ec2_key_name: s.EC2KeyName | None = None
    user_data: UserData | None = None
    instance_type: s.InstanceType | None = None
    associate_public_ip_address: s.AssociatePublicIpAddress | None = None
    iam_instance_profile_name: s.RoleName | None = None
    configure_script: S3Location | None = None
    configure_script_type: s.ScriptType | None = None


ServerLaunchConfigurations = Annotated[list[ServerLaunchConfiguration], s.Shape("ServerLaunchConfigurations")]


class ServerGroupLaunchConfiguration(s.Message, frozen=True, kw_only=True):
    """What the servers of one group are launched with, and after which other groups."""

    server_group_id: s.ServerGroupId | None = None
    launch_order: s.LaunchOrder | None = None
    server_launch_configurations: ServerLaunchConfigurations | None = None


ServerGroupLaunchConfigurations = Annotated[
    list[ServerGroupLaunchConfiguration], s.Shape("ServerGroupLaunchConfigurations")
]


class PutAppLaunchConfigurationRequest(s.Message, frozen=True, kw_only=True):
    """What PutAppLaunchConfiguration is asked."""

    app_id: s.AppId | None = None
    role_name: s.RoleName | None = None
    auto_launch: s.AutoLaunch | None = None
    server_group_launch_configurations: ServerGroupLaunchConfigurations | None = None


class PutAppLaunchConfigurationResponse(s.Message, frozen=True, kw_only=True):
    """PutAppLaunchConfiguration answers nothing."""


class GetAppLaunchConfigurationRequest(s.Message, frozen=True, kw_only=True):
    """What GetAppLaunchConfiguration is asked."""

    app_id: s.AppId | None = None


class GetAppLaunchConfigurationResponse(s.Message, frozen=True, kw_only=True):
    """What GetAppLaunchConfiguration answers."""

    app_id: s.AppId | None = None
    role_name: s.RoleName | None = None
    auto_launch: s.AutoLaunch | None = None
    server_group_launch_configurations: ServerGroupLaunchConfigurations | None = None


class DeleteAppLaunchConfigurationRequest(s.Message, frozen=True, kw_only=True):
    """What DeleteAppLaunchConfiguration is asked."""

    app_id: s.AppId | None = None


class DeleteAppLaunchConfigurationResponse(s.Message, frozen=True, kw_only=True):
    """DeleteAppLaunchConfiguration answers nothing."""


class GenerateTemplateRequest(s.Message, frozen=True, kw_only=True):
    """What GenerateTemplate is asked."""

    app_id: s.AppId | None = None
    template_format: s.OutputFormat | None = None


class GenerateTemplateResponse(s.Message, frozen=True, kw_only=True):
    """What GenerateTemplate answers."""

    s3_location: S3Location | None = None


class GenerateChangeSetRequest(s.Message, frozen=True, kw_only=True):
    """What GenerateChangeSet is asked."""

    app_id: s.AppId | None = None
    changeset_format: s.OutputFormat | None = None


class GenerateChangeSetResponse(s.Message, frozen=True, kw_only=True):
    """What GenerateChangeSet answers."""

    s3_location: S3Location | None = None


class LaunchAppRequest(s.Message, frozen=True, kw_only=True):
    """What LaunchApp is asked."""

    app_id: s.AppId | None = None


class LaunchAppResponse(s.Message, frozen=True, kw_only=True):
    """LaunchApp answers nothing."""


class TerminateAppRequest(s.Message, frozen=True, kw_only=True):
    """What TerminateApp is asked."""

    app_id: s.AppId | None = None


class TerminateAppResponse(s.Message, frozen=True, kw_only=True):
    """TerminateApp answers nothing."""
