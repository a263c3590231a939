"""A site with a catalog of servers that can be replicated, and what a caller does with it."""

from __future__ import annotations

from typing import Any

from smsgen.model.managed import ReplicationParameters
from smsgen.model.replicating.catalog import Connector
from smsgen.model.replicating.jobs import ReplicationJob, ReplicationRun
from smsgen.operations.jobs.carry_out import carry_out_one
from smsgen.operations.ports.inventories import FoundServer
from smsgen.operations.replication import catalog, jobs
from tests.operations.replication.fakes import Disk
from tests.operations.worlds import Site

HOURLY = ReplicationParameters(frequency=1)
ONCE = ReplicationParameters(run_once=True)


def found(vm_id: str, **more: Any) -> FoundServer:
    """A Linux VM whose disks can be read."""
    fields = {"readable": True, "guest": "Ubuntu 22.04", "disks": 1, **more}
    return FoundServer("vcenter-1", vm_id, f"name-{vm_id}", "vcenter.example.com", "VSPHERE", **fields)


def with_catalog(*vm_ids: str, site: Site | None = None, **more: Any) -> Site:
    """A site whose catalog holds these VMs, one disk each."""
    there = site or Site()
    there.inventories.found["/images"] = [found(vm_id, **more) for vm_id in vm_ids]
    for number, vm_id in enumerate(vm_ids, 1):
        there.inventories.machines[vm_id] = [Disk({0: number, 3: 7})]
    catalog.connect(there.world, Connector("", "images", "/images", "vcenter-1"))
    catalog.import_server_catalog(there.world)
    there.work()
    return there


def ids(site: Site) -> list[str]:
    """The servers' ids, by their VMs' ids."""
    servers, _ = catalog.get_servers(site.world, limit=1000)
    by_vm = sorted(servers, key=lambda one: one.vm_server.vm_server_address.vm_id)
    return [one.server_id for one in by_vm]


def replicate(site: Site, parameters: ReplicationParameters = HOURLY, server: int = 0) -> ReplicationJob:
    """A job for a server of the catalog."""
    return jobs.create_replication_job(site.world, ids(site)[server], parameters)


def job(site: Site, before: ReplicationJob) -> ReplicationJob:
    """The job as it stands."""
    there = site.store.replication_job(before.replication_job_id)
    assert there is not None
    return there  # type: ignore[no-any-return] # the store is any behind the port


def runs(site: Site, before: ReplicationJob) -> tuple[ReplicationRun, ...]:
    """The job's runs, the newest first."""
    return site.store.replication_runs(before.replication_job_id, limit=1000)  # type: ignore[no-any-return] # as above


def states(site: Site, before: ReplicationJob) -> list[str]:
    """The states of the job's runs, the oldest first."""
    return [run.state for run in reversed(runs(site, before))]


def take(site: Site, kind: str) -> bool:
    """Carry out one job of this kind."""
    return carry_out_one(site.world, "worker-1", (kind,))
