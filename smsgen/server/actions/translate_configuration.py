"""Between the messages of the launch and replication configurations and the model; see `translate`."""

from __future__ import annotations

from collections.abc import Iterator

from smsgen.compiler.resolve import joined_launch
from smsgen.model.app import ServerGroup
from smsgen.model.launch import Launch, UserData
from smsgen.model.managed import ManagedApp, ReplicationParameters
from smsgen.operations.apps.configure_launch import GroupLaunch, LaunchConfiguration
from smsgen.operations.apps.configure_replication import GroupReplication
from smsgen.operations.apps.world import required
from smsgen.server.actions.translate import location, placed, read_location, said, server_id, server_message
from smsgen.server.api import messages as m

# --- Launch configuration -----------------------------------------------------------------------------------


def launch_configuration(request: m.PutAppLaunchConfigurationRequest) -> LaunchConfiguration:
    """Return what PutAppLaunchConfiguration says."""
    name = "serverGroupLaunchConfigurations"
    return LaunchConfiguration(
        role_name=request.role_name,
        auto_launch=request.auto_launch,
        groups=tuple(
            GroupLaunch(
                required(group.server_group_id, f"{at}.serverGroupId"),
                group.launch_order,
                tuple(
                    (server_id(one.server, place), _launch(one, place))
                    for place, one in placed(
                        group.server_launch_configurations, f"{at}.serverLaunchConfigurations"
                    )
                ),
            )
            for at, group in placed(request.server_group_launch_configurations, name)
        ),
    )


def _launch(configuration: m.ServerLaunchConfiguration, place: str) -> Launch:
    script = None
    if configuration.user_data is not None:
        script = UserData(read_location(configuration.user_data.s3_location, f"{place}.userData.s3Location"))
    return Launch(
        logical_id=said(configuration.logical_id),
        vpc=said(configuration.vpc),
        subnet=said(configuration.subnet),
        security_group=said(configuration.security_group),
        ec2_key_name=said(configuration.ec2_key_name),
        user_data=script if script and script.s3_location else None,
        instance_type=said(configuration.instance_type),
        associate_public_ip_address=configuration.associate_public_ip_address,
        iam_instance_profile_name=said(configuration.iam_instance_profile_name),
        configure_script=read_location(configuration.configure_script, f"{place}.configureScript"),
        configure_script_type=said(configuration.configure_script_type),
    )


def launch_groups(managed: ManagedApp) -> list[m.ServerGroupLaunchConfiguration]:
    """Return ServerGroupLaunchConfigurations: what each server is launched with, defaults joined in."""
    if not managed.launch.configured:
        return []
    return [
        m.ServerGroupLaunchConfiguration(
            server_group_id=group.server_group_id,
            launch_order=group.launch_order,
            server_launch_configurations=list(_server_launches(group, managed)),
        )
        for group in managed.app.server_groups
    ]


def _server_launches(group: ServerGroup, managed: ManagedApp) -> Iterator[m.ServerLaunchConfiguration]:
    for member in group.server_list:
        launch = joined_launch(member.launch, group.launch_defaults, managed.app.launch_defaults)
        if launch == Launch():
            continue
        script = location(launch.user_data.s3_location) if launch.user_data else None
        several = launch.security_groups
        yield m.ServerLaunchConfiguration(
            server=server_message(member, managed),
            logical_id=launch.logical_id,
            vpc=launch.vpc,
            subnet=launch.subnet,
            security_group=launch.security_group or (several[0] if several else None),
            ec2_key_name=launch.ec2_key_name,
            user_data=m.UserData(s3_location=script) if script else None,
            instance_type=launch.instance_type,
            associate_public_ip_address=launch.associate_public_ip_address,
            iam_instance_profile_name=launch.iam_instance_profile_name,
            configure_script=location(launch.configure_script),
            configure_script_type=launch.configure_script_type,
        )


# --- Replication configuration ------------------------------------------------------------------------------


def replication_configuration(
    request: m.PutAppReplicationConfigurationRequest,
) -> tuple[GroupReplication, ...]:
    """Return what PutAppReplicationConfiguration says."""
    name = "serverGroupReplicationConfigurations"
    return tuple(
        GroupReplication(
            required(group.server_group_id, f"{at}.serverGroupId"),
            tuple(
                (
                    server_id(one.server, place),
                    _parameters(one.server_replication_parameters or m.ServerReplicationParameters()),
                )
                for place, one in placed(
                    group.server_replication_configurations, f"{at}.serverReplicationConfigurations"
                )
            ),
        )
        for at, group in placed(request.server_group_replication_configurations, name)
    )


def _parameters(asked: m.ServerReplicationParameters) -> ReplicationParameters:
    return ReplicationParameters(**{name: getattr(asked, name) for name in ReplicationParameters._fields})


def replication_groups(managed: ManagedApp) -> list[m.ServerGroupReplicationConfiguration]:
    """Return ServerGroupReplicationConfigurations."""
    if not managed.replication.configured:
        return []
    parameters = dict(managed.replication.parameters)
    return [
        m.ServerGroupReplicationConfiguration(
            server_group_id=group.server_group_id,
            server_replication_configurations=[
                m.ServerReplicationConfiguration(
                    server=server_message(one, managed),
                    server_replication_parameters=m.ServerReplicationParameters(
                        **parameters[one.server_id]._asdict()
                    ),
                )
                for one in group.server_list
                if one.server_id in parameters
            ],
        )
        for group in managed.app.server_groups
    ]
