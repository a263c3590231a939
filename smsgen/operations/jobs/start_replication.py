"""The start of an application's replication as a job: it is validated, and each server gets its replication job."""

from __future__ import annotations

from collections.abc import Iterator

from smsgen.errors import SmsgenError
from smsgen.model.managed import ManagedApp, ReplicationParameters
from smsgen.model.replicating.catalog import CatalogServer
from smsgen.model.replicating.jobs import ReplicationJob, is_living
from smsgen.model.replicating.rules import licence_problem, problems
from smsgen.model.replication import ReplicationEvent, ReplicationStatus, advance_replication
from smsgen.model.status import AppStatus
from smsgen.operations.apps.encryption import key_problem
from smsgen.operations.apps.readiness import cut
from smsgen.operations.apps.replicated import jobs_of, server_ids, with_job
from smsgen.operations.apps.world import NotPermitted, World, commit_decided, find_app
from smsgen.operations.jobs.lease import AppLease, Kind, Superseded, app_lease
from smsgen.operations.ports.replication_store import Write
from smsgen.operations.ports.store import Change, Job
from smsgen.operations.replication.jobs import COUNTED, check_room, new_replication_job, replicable

_VALIDATING = ReplicationStatus.VALIDATION_IN_PROGRESS


def _goes_on(managed: ManagedApp) -> bool:
    return managed.status is AppStatus.ACTIVE and managed.replication.status is _VALIDATING


def _carry_out(world: World, lease: AppLease) -> None:
    commit_decided(world, COUNTED, lambda: _decide(world, lease, find_app(world, lease.job.subject)))


def _decide(world: World, lease: AppLease, before: ManagedApp) -> Change:
    if not _goes_on(before):
        raise Superseded(f"the replication of {before.app.app_id} is {before.replication.status.value} now")
    there = jobs_of(world, before)
    living = {server_id: job for server_id, job in there.items() if is_living(job)}
    missing = [server_id for server_id in server_ids(before) if server_id not in living]
    wrong = cut("; ".join(_problems(world, before, missing)))
    if wrong:
        return _over(lease, before, _with(before, ReplicationEvent.REJECT, wrong))
    try:
        check_room(world, len(missing))
    except NotPermitted as error:
        return _over(lease, before, _with(before, ReplicationEvent.FAIL, str(error)))
    made = [_made(world, before, server_id) for server_id in missing]
    after = _with(before, ReplicationEvent.ACCEPT, "")
    for job in (*living.values(), *(job for job, _ in made)):
        after = with_job(after, job)
    return _over(lease, before, after)._replace(
        jobs=tuple(job for _, queued in made for job in queued),
        records=tuple(Write(None, job) for job, _ in made),
    )


def _over(lease: AppLease, before: ManagedApp, after: ManagedApp) -> Change:
    return Change(before, after, lease=lease.job, done=True)


def _with(managed: ManagedApp, event: ReplicationEvent, message: str) -> ManagedApp:
    status = advance_replication(managed.replication.status, event)
    return managed._replace(replication=managed.replication._replace(status=status, message=message))


def _parameters(managed: ManagedApp, server_id: str) -> ReplicationParameters:
    return dict(managed.replication.parameters).get(server_id, ReplicationParameters())


def _problems(world: World, managed: ManagedApp, missing: list[str]) -> Iterator[str]:
    now = world.clock.now()
    unfit: dict[str | None, str] = {}
    for server_id in missing:
        server: CatalogServer | None = None
        try:
            server = replicable(world, server_id)
        except SmsgenError as error:
            yield str(error)
        parameters = _parameters(managed, server_id)
        licence = licence_problem(server.guest, parameters.license_type) if server else ""
        if parameters.kms_key_id not in unfit:  # servers mostly share a key
            unfit[parameters.kms_key_id] = key_problem(parameters, world.keys)
        for problem in (*problems(parameters, now), *filter(None, (licence, unfit[parameters.kms_key_id]))):
            yield f"{server_id}: {problem}"


def _made(world: World, managed: ManagedApp, server_id: str) -> tuple[ReplicationJob, tuple[Job, ...]]:
    server = replicable(world, server_id)
    parameters = _parameters(managed, server_id)
    return new_replication_job(
        world,
        server,
        parameters,
        managed.role_name,
        f"application {managed.app.name}"[:255],
        dict(managed.replication.targets).get(server_id),
    )


def _note(lease: AppLease, message: str) -> None:
    lease.write(
        lambda managed: managed._replace(replication=managed.replication._replace(message=cut(message)))
    )


def _fail(world: World, lease: AppLease, message: str) -> None:
    lease.write(lambda managed: _with(managed, ReplicationEvent.FAIL, cut(message)), done=True)


START_REPLICATION = Kind(app_lease(_goes_on), _carry_out, _note, _fail)
