"""Use cases: put and delete how the servers of an application are replicated.

What was put is kept first: CONFIGURATION_IN_PROGRESS. Then it is judged: READY_FOR_REPLICATION, or
CONFIGURATION_INVALID with the reasons in the status message. Whoever puts it waits for both; where they are parted by a
crash, it can be put, or deleted, again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from smsgen.model.managed import ManagedApp, ReplicationParameters, ReplicationState
from smsgen.model.replicating.rules import problems
from smsgen.model.replication import ReplicationEvent, ReplicationStatus, advance_replication
from smsgen.operations.apps.configure_launch import check_members
from smsgen.operations.apps.readiness import cut
from smsgen.operations.apps.world import BadParameter, Kept, changed, permit
from smsgen.operations.ports.store import Change


class GroupReplication(NamedTuple):
    """What is put of one group: server id and how it is replicated."""

    server_group_id: str
    servers: tuple[tuple[str, ReplicationParameters], ...] = ()


def put_replication_configuration(
    kept: Kept, app_id: str, wanted: tuple[GroupReplication, ...]
) -> ManagedApp:
    """Keep how the servers are replicated, and say in the status whether that will do.

    A server that is named gets these parameters in place of its old ones; others stay. Raises BadParameter for groups
    and servers that are not in the application, NotPermitted while it is being replicated.
    """

    def decide(before: ManagedApp) -> Change:
        permit("PutAppReplicationConfiguration", before)
        status = advance_replication(before.replication.status, ReplicationEvent.CONFIGURE)
        groups = {group.server_group_id: group for group in before.app.server_groups}
        parameters = dict(before.replication.parameters)
        for one in wanted:
            if one.server_group_id not in groups:
                raise BadParameter(f"there is no server group {one.server_group_id} in the application")
            check_members(groups[one.server_group_id], dict(one.servers))
            parameters.update(one.servers)
        replication = ReplicationState(
            configured=True,
            status=status,
            latest_time=before.replication.latest_time,
            parameters=tuple(parameters.items()),
            terminated=before.replication.terminated,
            targets=before.replication.targets,
        )
        return Change(before, before._replace(replication=replication, modified=kept.clock.now()))

    changed(kept, app_id, decide)
    return changed(kept, app_id, _judged)


def _judged(before: ManagedApp) -> Change:
    """Judge what was put, unless somebody has done so meanwhile."""
    if before.replication.status is not ReplicationStatus.CONFIGURATION_IN_PROGRESS:
        return Change(before, before)
    return Change(before, reconsidered(before))


def reconsidered(managed: ManagedApp) -> ManagedApp:
    """Return the application with the status that its replication configuration deserves; raises IllegalStep."""
    replication = managed.replication
    if not replication.configured:
        return managed
    status = advance_replication(replication.status, ReplicationEvent.CONFIGURE)
    wrong = "; ".join(_problems(managed))
    status = advance_replication(status, ReplicationEvent.REJECT if wrong else ReplicationEvent.ACCEPT)
    return managed._replace(replication=replication._replace(status=status, message=cut(wrong)))


def delete_replication_configuration(kept: Kept, app_id: str) -> ManagedApp:
    """Forget how the servers are replicated; raises NotPermitted while they are."""

    def decide(before: ManagedApp) -> Change:
        permit("DeleteAppReplicationConfiguration", before)
        status = advance_replication(before.replication.status, ReplicationEvent.FORGET)
        after = before._replace(replication=ReplicationState(status=status), modified=kept.clock.now())
        return Change(before, after)

    return changed(kept, app_id, decide)


def _problems(managed: ManagedApp) -> Iterator[str]:
    parameters = dict(managed.replication.parameters)
    for group in managed.app.server_groups:
        for server in group.server_list:
            said = parameters.get(server.server_id)
            if said is None:
                yield f"{server.server_id}: it has no replication parameters"
            else:
                for problem in problems(said, managed.modified):
                    yield f"{server.server_id}: {problem}"
    if not any(group.server_list for group in managed.app.server_groups):
        yield "the application has no servers"
