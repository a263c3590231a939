"""The messages of the replication of applications."""

from __future__ import annotations

from typing import Annotated

from smsgen.server.api import shapes as s
from smsgen.server.api.messages_shared import Server


class ServerReplicationParameters(s.Message, frozen=True, kw_only=True):
    """How one server is replicated: when, how often, and what becomes of the images."""

    seed_time: s.Timestamp | None = None
    frequency: s.Frequency | None = None
    run_once: s.RunOnce | None = None
    license_type: s.LicenseType | None = None
    number_of_recent_amis_to_keep: s.NumberOfRecentAmisToKeep | None = None
    encrypted: s.Encrypted | None = None
    kms_key_id: s.KmsKeyId | None = None


class ServerReplicationConfiguration(s.Message, frozen=True, kw_only=True):
    """A server, and how it is replicated."""

    server: Server | None = None
    server_replication_parameters: ServerReplicationParameters | None = None


ServerReplicationConfigurations = Annotated[
    list[ServerReplicationConfiguration], s.Shape("ServerReplicationConfigurations")
]


class ServerGroupReplicationConfiguration(s.Message, frozen=True, kw_only=True):
    """How the servers of one group are replicated."""

    server_group_id: s.ServerGroupId | None = None
    server_replication_configurations: ServerReplicationConfigurations | None = None


ServerGroupReplicationConfigurations = Annotated[
    list[ServerGroupReplicationConfiguration], s.Shape("ServerGroupReplicationConfigurations")
]


class PutAppReplicationConfigurationRequest(s.Message, frozen=True, kw_only=True):
    """What PutAppReplicationConfiguration is asked."""

    app_id: s.AppId | None = None
    server_group_replication_configurations: ServerGroupReplicationConfigurations | None = None


class PutAppReplicationConfigurationResponse(s.Message, frozen=True, kw_only=True):
    """PutAppReplicationConfiguration answers nothing."""


class GetAppReplicationConfigurationRequest(s.Message, frozen=True, kw_only=True):
    """What GetAppReplicationConfiguration is asked."""

    app_id: s.AppId | None = None


class GetAppReplicationConfigurationResponse(s.Message, frozen=True, kw_only=True):
    """What GetAppReplicationConfiguration answers."""

    server_group_replication_configurations: ServerGroupReplicationConfigurations | None = None


class DeleteAppReplicationConfigurationRequest(s.Message, frozen=True, kw_only=True):
    """What DeleteAppReplicationConfiguration is asked."""

    app_id: s.AppId | None = None


class DeleteAppReplicationConfigurationResponse(s.Message, frozen=True, kw_only=True):
    """DeleteAppReplicationConfiguration answers nothing."""


class StartAppReplicationRequest(s.Message, frozen=True, kw_only=True):
    """What StartAppReplication is asked."""

    app_id: s.AppId | None = None


class StartAppReplicationResponse(s.Message, frozen=True, kw_only=True):
    """StartAppReplication answers nothing."""


class StopAppReplicationRequest(s.Message, frozen=True, kw_only=True):
    """What StopAppReplication is asked."""

    app_id: s.AppId | None = None


class StopAppReplicationResponse(s.Message, frozen=True, kw_only=True):
    """StopAppReplication answers nothing."""


class StartOnDemandAppReplicationRequest(s.Message, frozen=True, kw_only=True):
    """What StartOnDemandAppReplication is asked."""

    app_id: Annotated[s.AppId | None, s.REQUIRED] = None
    description: s.Description | None = None


class StartOnDemandAppReplicationResponse(s.Message, frozen=True, kw_only=True):
    """StartOnDemandAppReplication answers nothing."""
