"""Every status and state of replication is reached by operations and workers, and shown by the API when it is.

After each commit, whoever makes it, somebody looks at everything by Get operations; what they show is what is reached.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from enum import Enum
from typing import Any

import pytest

from smsgen.errors import ServiceError
from smsgen.model.replicating.catalog import CatalogStatus, Connector, ConnectorStatus
from smsgen.model.replicating.jobs import JobState, RunState, RunType
from smsgen.model.replication import ReplicationStatus
from smsgen.operations.ports.disks import SourceUnreadable
from smsgen.operations.replication import catalog
from tests.operations.replication.fakes import Disk
from tests.operations.replication.site import found
from tests.server.calls import Caller

HOUR, DAY = 3600.0, 86_400.0
DAILY = {"frequency": 24}


class Watched(Caller):
    """A caller of a site that somebody watches."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[type[Enum], set[str]] = defaultdict(set)
        self._looking = False
        commit = self.site.store.commit

        def watched(change: Any) -> Any:
            kept = commit(change)
            self.look()
            return kept

        self.site.store.commit = watched
        self.look()

    def look(self) -> None:
        """Note what the API shows of everything."""
        if self._looking:
            return
        self._looking = True
        for app in self("ListApps")["apps"]:
            shown = self("GetApp", appId=app["appId"])["appSummary"]
            self.seen[ReplicationStatus].add(shown["replicationStatus"])
        for job in self("GetReplicationJobs")["replicationJobList"]:
            self.seen[JobState].add(job["state"])
            runs = self("GetReplicationRuns", replicationJobId=job["replicationJobId"])["replicationRunList"]
            self.seen[RunState].update(run["state"] for run in runs)
            self.seen[RunType].update(run["type"] for run in runs)
        self.seen[CatalogStatus].add(self("GetServers")["serverCatalogStatus"])
        self.seen[ConnectorStatus].update(one["status"] for one in self("GetConnectors")["connectorList"])
        self._looking = False

    def wait(self, seconds: float = 0.0) -> None:
        """Let time pass, and the workers work."""
        self.site.clock.time += seconds
        self.site.work()
        self.look()


def imported(sms: Caller, *vm_ids: str) -> list[str]:
    """Fill the catalog, and give the servers' ids."""
    sms.site.inventories.found["/images"] = [found(vm_id) for vm_id in vm_ids]
    for number, vm_id in enumerate(vm_ids, 1):
        sms.site.inventories.machines[vm_id] = [Disk({0: number})]
    catalog.connect(sms.site.world, Connector("", "images", "/images", "vcenter-1"))
    sms("ImportServerCatalog")
    sms.site.work()
    return [server["serverId"] for server in sms("GetServers")["serverList"]]


def configured(sms: Watched, *vm_ids: str, **parameters: Any) -> str:
    """Make an application of servers of the catalog, whose replication is configured, and give its id."""
    servers = imported(sms, *(vm_ids or ("vm-1",)))
    app_id = sms.create(*servers)
    put(sms, app_id, servers, **(parameters or DAILY))
    return app_id


def put(sms: Watched, app_id: str, servers: list[str], **parameters: Any) -> None:
    each = [{"server": {"serverId": one}, "serverReplicationParameters": parameters} for one in servers]
    group = {"serverGroupId": "g-1", "serverReplicationConfigurations": each}
    sms("PutAppReplicationConfiguration", appId=app_id, serverGroupReplicationConfigurations=[group])


def breaking(sms: Watched, *vm_ids: str) -> None:
    """Let the disks of these VMs not be read."""
    read = type(sms.site.inventories).disks

    def disks(connector: Connector, vm_id: str) -> Any:
        if vm_id in vm_ids:
            raise SourceUnreadable("the medium fails")
        return read(sms.site.inventories, connector, vm_id)

    sms.site.inventories.disks = disks  # type: ignore[method-assign] # a fault


# --- Applications -----------------------------------------------------------------------------------------------------


def replicated(sms: Watched) -> str:
    app_id = configured(sms, "vm-1", "vm-2")
    sms("StartAppReplication", appId=app_id)
    sms.wait()
    return app_id


def invalid(sms: Watched) -> None:
    configured(sms, frequency=25)


def delta(sms: Watched) -> None:
    app_id = replicated(sms)
    sms("StartOnDemandAppReplication", appId=app_id)
    sms.wait()


def delta_failed(sms: Watched) -> None:
    replicated(sms)
    breaking(sms, "vm-1", "vm-2")
    sms.wait(DAY)


def in_part(sms: Watched) -> None:
    breaking(sms, "vm-2")
    replicated(sms)


def failed(sms: Watched) -> None:
    breaking(sms, "vm-1", "vm-2")
    replicated(sms)


def stopped(sms: Watched) -> None:
    app_id = replicated(sms)
    sms("StopAppReplication", appId=app_id)
    sms.wait()


def stop_failed(sms: Watched) -> None:
    def refuse(name: str) -> None:
        raise ServiceError("denied", code="AccessDenied")

    sms.site.manifests.delete = refuse  # type: ignore[method-assign] # a fault
    stopped(sms)


# --- Jobs and runs ----------------------------------------------------------------------------------------------------


def job_of_one(sms: Caller, **how: Any) -> str:
    """Create a replication job of a server, and give its id."""
    (server,) = imported(sms, "vm-1")
    made = sms("CreateReplicationJob", serverId=server, seedReplicationTime=sms.site.clock.now(), **how)
    return str(made["replicationJobId"])


def once(sms: Watched) -> None:
    job_of_one(sms, runOnce=True)
    sms.wait()


def once_in_vain(sms: Watched) -> None:
    breaking(sms, "vm-1")
    once(sms)


def again_in_vain(sms: Watched) -> None:
    breaking(sms, "vm-1")
    job_of_one(sms, frequency=1)
    for _ in range(3):
        sms.wait(HOUR)


def deleted(sms: Watched) -> None:
    job_id = job_of_one(sms, frequency=1)
    sms.wait()
    sms("DeleteReplicationJob", replicationJobId=job_id)
    sms.wait()


def broken_off(sms: Watched) -> None:
    """A job is deleted while a run of it is under way."""
    job_id = job_of_one(sms, frequency=1)
    sms.site.snapshots.after_put = lambda *_: sms("DeleteReplicationJob", replicationJobId=job_id)
    sms.wait()


def missed(sms: Watched) -> None:
    job_of_one(sms, frequency=1)
    sms.wait()
    sms.wait(3 * HOUR)


# --- Catalog and connectors -------------------------------------------------------------------------------------------


def catalog_deleted(sms: Watched) -> None:
    imported(sms, "vm-1")
    sms("DeleteServerCatalog")


def catalog_expired(sms: Watched) -> None:
    imported(sms, "vm-1")
    sms.wait(31 * DAY)


def connector_lost(sms: Watched) -> None:
    imported(sms, "vm-1")
    sms.site.inventories.found.clear()
    sms("ImportServerCatalog")
    sms.wait()


R, J, N, C, K = ReplicationStatus, JobState, RunState, CatalogStatus, ConnectorStatus

SEQUENCES: tuple[tuple[Enum, Callable[[Watched], object]], ...] = (
    (R.READY_FOR_CONFIGURATION, configured),
    (R.CONFIGURATION_IN_PROGRESS, configured),
    (R.CONFIGURATION_INVALID, invalid),
    (R.READY_FOR_REPLICATION, configured),
    (R.VALIDATION_IN_PROGRESS, replicated),
    (R.REPLICATION_PENDING, replicated),
    (R.REPLICATION_IN_PROGRESS, replicated),
    (R.REPLICATED, replicated),
    (R.PARTIALLY_REPLICATED, in_part),
    (R.DELTA_REPLICATION_IN_PROGRESS, delta),
    (R.DELTA_REPLICATED, delta),
    (R.DELTA_REPLICATION_FAILED, delta_failed),
    (R.REPLICATION_FAILED, failed),
    (R.REPLICATION_STOPPING, stopped),
    (R.REPLICATION_STOP_FAILED, stop_failed),
    (R.REPLICATION_STOPPED, stopped),
    (J.PENDING, once),
    (J.ACTIVE, missed),
    (J.FAILED, once_in_vain),
    (J.DELETING, deleted),
    (J.DELETED, deleted),
    (J.COMPLETED, once),
    (J.PAUSED_ON_FAILURE, again_in_vain),
    (J.FAILING, again_in_vain),
    (N.PENDING, once),
    (N.MISSED, missed),
    (N.ACTIVE, once),
    (N.FAILED, once_in_vain),
    (N.COMPLETED, once),
    (N.DELETING, broken_off),
    (N.DELETED, broken_off),
    (RunType.AUTOMATIC, once),
    (RunType.ON_DEMAND, delta),
    (C.NOT_IMPORTED, imported),
    (C.IMPORTING, catalog_deleted),
    (C.AVAILABLE, catalog_deleted),
    (C.DELETED, catalog_deleted),
    (C.EXPIRED, catalog_expired),
    (K.HEALTHY, catalog_deleted),
    (K.UNHEALTHY, connector_lost),
)
"""Status -> operations that lead to it: no dict, as states of one name are equal."""


def test_every_status_has_its_sequence() -> None:
    enums = (ReplicationStatus, JobState, RunState, RunType, CatalogStatus, ConnectorStatus)
    listed = {(type(status), status.value) for status, _ in SEQUENCES}
    assert listed == {(enum, status.value) for enum in enums for status in enum}
    assert len(listed) == len(SEQUENCES)
    assert [len(enum) for enum in enums] == [16, 8, 7, 2, 5, 2]  # PARTIALLY_REPLICATED came after 2018


@pytest.mark.parametrize(
    ("status", "sequence"),
    SEQUENCES,
    ids=lambda one: f"{type(one).__name__}-{one.value}" if isinstance(one, Enum) else one.__name__,
)
def test_every_status_is_reached_and_shown(status: Enum, sequence: Callable[[Watched], object]) -> None:
    sms = Watched()
    sequence(sms)
    assert status.value in sms.seen[type(status)]
