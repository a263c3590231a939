"""Use case: say where the disks of an application's servers, or of a replication job, go from the next run on."""

from __future__ import annotations

from collections.abc import Collection

from smsgen.model.managed import ManagedApp
from smsgen.model.replicating.jobs import ReplicationJob, is_living
from smsgen.model.replication import ReplicationTarget
from smsgen.operations.apps.replicated import jobs_of
from smsgen.operations.apps.world import BadParameter, Kept, changed, commit_decided
from smsgen.operations.ports.replication_store import Write
from smsgen.operations.ports.store import Change
from smsgen.operations.replication.jobs import find_job


def choose_target(
    kept: Kept, app_id: str, target: ReplicationTarget, *, groups: Collection[str] = ()
) -> ManagedApp:
    """Keep where the disks of an application's servers go, of these groups (names or ids; none: of all of them).

    Jobs that are there follow with their next run; one that is under way ends as it began. Raises BadParameter for a
    group that is not there.
    """

    def decide(before: ManagedApp) -> Change:
        servers = _servers(before, groups)
        targets = {**dict(before.replication.targets), **dict.fromkeys(servers, target)}
        replication = before.replication._replace(targets=tuple(targets.items()))
        jobs = (job for server_id, job in jobs_of(kept, before).items() if server_id in servers)
        return Change(
            before,
            before._replace(replication=replication, modified=kept.clock.now()),
            records=tuple(Write(job, job._replace(target=target)) for job in jobs if _is_news(job, target)),
        )

    return changed(kept, app_id, decide)


def choose_target_of_job(kept: Kept, job_id: str, target: ReplicationTarget) -> None:
    """Keep where the disks of a job's server go from its next run on; raises UnknownJob."""

    def decide() -> Change:
        job = find_job(kept, job_id)
        writes = (Write(job, job._replace(target=target)),) if _is_news(job, target) else ()
        return Change(None, None, records=writes)

    commit_decided(kept, job_id, decide)


def _servers(managed: ManagedApp, groups: Collection[str]) -> frozenset[str]:
    there = managed.app.server_groups
    known = {word for group in there for word in (group.name, group.server_group_id)}
    missing = [group for group in groups if group not in known]
    if missing:
        raise BadParameter(f"there is no server group {missing[0]} in the application {managed.app.app_id}")
    chosen = [group for group in there if not groups or {group.name, group.server_group_id} & set(groups)]
    return frozenset(server.server_id for group in chosen for server in group.server_list)


def _is_news(job: ReplicationJob, target: ReplicationTarget) -> bool:
    return is_living(job) and job.target is not target
