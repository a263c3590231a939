"""Between the messages of connectors, the catalog, replication jobs and runs, and the model; see `translate`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from smsgen.model.app import VmServerAddress
from smsgen.model.managed import ReplicationParameters
from smsgen.model.replicating.catalog import CatalogServer, Connector
from smsgen.model.replicating.jobs import ReplicationJob, ReplicationRun, is_terminated
from smsgen.operations.replication.jobs import JobUpdate
from smsgen.server.actions.translate import said, time, vm_server
from smsgen.server.api import messages as m

CAPABILITIES = {"VSPHERE": ["VSPHERE"], "SCVMM": ["SCVMM"], "HYPERV-MANAGER": ["HYPERV-MANAGER"]}


def connector(record: Connector) -> m.Connector:
    """Return Connector. It has no address of its own: whoever serves the API reads what it points to."""
    return m.Connector(
        connector_id=record.connector_id,
        version=said(record.software),
        status=record.status,
        capability_list=CAPABILITIES[record.vm_manager_type],
        vm_manager_name=said(record.vm_manager_name),
        vm_manager_type=record.vm_manager_type,
        vm_manager_id=said(record.vm_manager_id),
        associated_on=time(record.associated),
    )


def catalog_server(record: CatalogServer, jobs: Mapping[str, ReplicationJob]) -> m.Server:
    """Return Server as the catalog has it, with its replication job."""
    job = jobs.get(record.server_id)
    return m.Server(
        server_id=record.server_id,
        server_type="VIRTUAL_MACHINE",
        vm_server=vm_server(record.vm_server),
        replication_job_id=job.replication_job_id if job else None,
        replication_job_terminated=is_terminated(job) if job else None,
    )


def addresses(asked: Iterable[m.VmServerAddress] | None) -> tuple[VmServerAddress, ...] | None:
    """Return what a request says of where VMs are; an empty list, and an empty address, say nothing."""
    found = (VmServerAddress(one.vm_manager_id or "", one.vm_id or "") for one in asked or ())
    return tuple(address for address in found if any(address)) or None


def parameters(request: m.CreateReplicationJobRequest) -> ReplicationParameters:
    """Return what CreateReplicationJob says of how a server is replicated."""
    return ReplicationParameters(
        request.seed_replication_time,
        request.frequency,
        request.run_once,
        request.license_type,
        request.number_of_recent_amis_to_keep,
        request.encrypted,
        request.kms_key_id,
    )


def settings(request: m.UpdateReplicationJobRequest) -> JobUpdate:
    """Return what UpdateReplicationJob says."""
    return JobUpdate(
        request.frequency,
        request.next_replication_run_start_time,
        request.license_type,
        request.role_name,
        request.description,
        request.number_of_recent_amis_to_keep,
        request.encrypted,
        request.kms_key_id,
    )


def replication_job(job: ReplicationJob, runs: Iterable[ReplicationRun]) -> m.ReplicationJob:
    """Return ReplicationJob."""
    how = job.parameters
    return m.ReplicationJob(
        replication_job_id=job.replication_job_id,
        server_id=job.server_id,
        server_type="VIRTUAL_MACHINE",
        vm_server=vm_server(job.vm_server),
        seed_replication_time=time(how.seed_time),
        frequency=how.frequency,
        run_once=how.run_once,
        next_replication_run_start_time=time(job.next_run),
        license_type=how.license_type,
        role_name=said(job.role_name),
        latest_ami_id=said(job.latest_ami_id),
        state=job.state,
        status_message=said(job.message),
        description=said(job.description),
        number_of_recent_amis_to_keep=how.number_of_recent_amis_to_keep,
        encrypted=how.encrypted,
        kms_key_id=how.kms_key_id,
        replication_run_list=[run_of(run) for run in runs],
    )


def run_of(run: ReplicationRun) -> m.ReplicationRun:
    """Return ReplicationRun."""
    stage = None
    if run.stage:
        stage = m.ReplicationRunStageDetails(stage=run.stage, stage_progress=said(run.stage_progress))
    return m.ReplicationRun(
        replication_run_id=run.replication_run_id,
        state=run.state,
        type=run.type,
        stage_details=stage,
        status_message=said(run.message),
        ami_id=said(run.ami_id),
        scheduled_start_time=time(run.scheduled),
        completed_time=time(run.completed),
        description=said(run.description),
        encrypted=run.encrypted,
        kms_key_id=run.kms_key_id,
    )
