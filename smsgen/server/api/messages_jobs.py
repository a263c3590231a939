"""The messages of replication jobs and their runs, of the server catalog and of connectors."""

from __future__ import annotations

from typing import Annotated

from smsgen.server.api import shapes as s
from smsgen.server.api.messages_shared import ServerList, VmServer, VmServerAddressList


class ReplicationRunStageDetails(s.Message, frozen=True, kw_only=True):
    """How far a run has come."""

    stage: s.ReplicationRunStage | None = None
    stage_progress: s.ReplicationRunStageProgress | None = None


class ReplicationRun(s.Message, frozen=True, kw_only=True):
    """One run of a replication job, and the image that came of it."""

    replication_run_id: s.ReplicationRunId | None = None
    state: s.ReplicationRunState | None = None
    type: s.ReplicationRunType | None = None
    stage_details: ReplicationRunStageDetails | None = None
    status_message: s.ReplicationRunStatusMessage | None = None
    ami_id: s.AmiId | None = None
    scheduled_start_time: s.Timestamp | None = None
    completed_time: s.Timestamp | None = None
    description: s.Description | None = None
    encrypted: s.Encrypted | None = None
    kms_key_id: s.KmsKeyId | None = None


ReplicationRunList = Annotated[list[ReplicationRun], s.Shape("ReplicationRunList")]


class ReplicationJob(s.Message, frozen=True, kw_only=True):
    """The replication of one server, run after run."""

    replication_job_id: s.ReplicationJobId | None = None
    server_id: s.ServerId | None = None
    server_type: s.ServerType | None = None
    vm_server: VmServer | None = None
    seed_replication_time: s.Timestamp | None = None
    frequency: s.Frequency | None = None
    run_once: s.RunOnce | None = None
    next_replication_run_start_time: s.Timestamp | None = None
    license_type: s.LicenseType | None = None
    role_name: s.RoleName | None = None
    latest_ami_id: s.AmiId | None = None
    state: s.ReplicationJobState | None = None
    status_message: s.ReplicationJobStatusMessage | None = None
    description: s.Description | None = None
    number_of_recent_amis_to_keep: s.NumberOfRecentAmisToKeep | None = None
    encrypted: s.Encrypted | None = None
    kms_key_id: s.KmsKeyId | None = None
    replication_run_list: ReplicationRunList | None = None


ReplicationJobList = Annotated[list[ReplicationJob], s.Shape("ReplicationJobList")]


class CreateReplicationJobRequest(s.Message, frozen=True, kw_only=True):
    """What CreateReplicationJob is asked."""

    server_id: Annotated[s.ServerId | None, s.REQUIRED] = None
    seed_replication_time: Annotated[s.Timestamp | None, s.REQUIRED] = None
    frequency: s.Frequency | None = None
    run_once: s.RunOnce | None = None
    license_type: s.LicenseType | None = None
    role_name: s.RoleName | None = None
    description: s.Description | None = None
    number_of_recent_amis_to_keep: s.NumberOfRecentAmisToKeep | None = None
    encrypted: s.Encrypted | None = None
    kms_key_id: s.KmsKeyId | None = None


class CreateReplicationJobResponse(s.Message, frozen=True, kw_only=True):
    """What CreateReplicationJob answers."""

    replication_job_id: s.ReplicationJobId | None = None


class UpdateReplicationJobRequest(s.Message, frozen=True, kw_only=True):
    """What UpdateReplicationJob is asked."""

    replication_job_id: Annotated[s.ReplicationJobId | None, s.REQUIRED] = None
    frequency: s.Frequency | None = None
    next_replication_run_start_time: s.Timestamp | None = None
    license_type: s.LicenseType | None = None
    role_name: s.RoleName | None = None
    description: s.Description | None = None
    number_of_recent_amis_to_keep: s.NumberOfRecentAmisToKeep | None = None
    encrypted: s.Encrypted | None = None
    kms_key_id: s.KmsKeyId | None = None


class UpdateReplicationJobResponse(s.Message, frozen=True, kw_only=True):
    """UpdateReplicationJob answers nothing."""


class DeleteReplicationJobRequest(s.Message, frozen=True, kw_only=True):
    """What DeleteReplicationJob is asked."""

    replication_job_id: Annotated[s.ReplicationJobId | None, s.REQUIRED] = None


class DeleteReplicationJobResponse(s.Message, frozen=True, kw_only=True):
    """DeleteReplicationJob answers nothing."""


class GetReplicationJobsRequest(s.Message, frozen=True, kw_only=True):
    """What GetReplicationJobs is asked."""

    replication_job_id: s.ReplicationJobId | None = None
    next_token: s.NextToken | None = None
    max_results: s.MaxResults | None = None


class GetReplicationJobsResponse(s.Message, frozen=True, kw_only=True):
    """What GetReplicationJobs answers."""

    replication_job_list: ReplicationJobList | None = None
    next_token: s.NextToken | None = None


class GetReplicationRunsRequest(s.Message, frozen=True, kw_only=True):
    """What GetReplicationRuns is asked."""

    replication_job_id: Annotated[s.ReplicationJobId | None, s.REQUIRED] = None
    next_token: s.NextToken | None = None
    max_results: s.MaxResults | None = None


class GetReplicationRunsResponse(s.Message, frozen=True, kw_only=True):
    """What GetReplicationRuns answers."""

    replication_job: ReplicationJob | None = None
    replication_run_list: ReplicationRunList | None = None
    next_token: s.NextToken | None = None


class StartOnDemandReplicationRunRequest(s.Message, frozen=True, kw_only=True):
    """What StartOnDemandReplicationRun is asked."""

    replication_job_id: Annotated[s.ReplicationJobId | None, s.REQUIRED] = None
    description: s.Description | None = None


class StartOnDemandReplicationRunResponse(s.Message, frozen=True, kw_only=True):
    """What StartOnDemandReplicationRun answers."""

    replication_run_id: s.ReplicationRunId | None = None


class Connector(s.Message, frozen=True, kw_only=True):
    """An appliance beside the VM manager that reads VMs."""

    connector_id: s.ConnectorId | None = None
    version: s.ConnectorVersion | None = None
    status: s.ConnectorStatus | None = None
    capability_list: s.ConnectorCapabilityList | None = None
    vm_manager_name: s.VmManagerName | None = None
    vm_manager_type: s.VmManagerType | None = None
    vm_manager_id: s.VmManagerId | None = None
    ip_address: s.IpAddress | None = None
    mac_address: s.MacAddress | None = None
    associated_on: s.Timestamp | None = None


ConnectorList = Annotated[list[Connector], s.Shape("ConnectorList")]


class GetConnectorsRequest(s.Message, frozen=True, kw_only=True):
    """What GetConnectors is asked."""

    next_token: s.NextToken | None = None
    max_results: s.MaxResults | None = None


class GetConnectorsResponse(s.Message, frozen=True, kw_only=True):
    """What GetConnectors answers."""

    connector_list: ConnectorList | None = None
    next_token: s.NextToken | None = None


class DisassociateConnectorRequest(s.Message, frozen=True, kw_only=True):
    """What DisassociateConnector is asked."""

    connector_id: Annotated[s.ConnectorId | None, s.REQUIRED] = None


class DisassociateConnectorResponse(s.Message, frozen=True, kw_only=True):
    """DisassociateConnector answers nothing."""


class ImportServerCatalogRequest(s.Message, frozen=True, kw_only=True):
    """What ImportServerCatalog is asked."""


class ImportServerCatalogResponse(s.Message, frozen=True, kw_only=True):
    """ImportServerCatalog answers nothing."""


class GetServersRequest(s.Message, frozen=True, kw_only=True):
    """What GetServers is asked."""

    next_token: s.NextToken | None = None
    max_results: s.MaxResults | None = None
    vm_server_address_list: VmServerAddressList | None = None


class GetServersResponse(s.Message, frozen=True, kw_only=True):
    """What GetServers answers."""

    last_modified_on: s.Timestamp | None = None
    server_catalog_status: s.ServerCatalogStatus | None = None
    server_list: ServerList | None = None
    next_token: s.NextToken | None = None


class DeleteServerCatalogRequest(s.Message, frozen=True, kw_only=True):
    """What DeleteServerCatalog is asked."""


class DeleteServerCatalogResponse(s.Message, frozen=True, kw_only=True):
    """DeleteServerCatalog answers nothing."""
