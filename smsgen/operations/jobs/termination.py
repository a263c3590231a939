"""The deletion of an application's stack as a job, by itself or before the application is deleted, too."""

from __future__ import annotations

from smsgen.model.managed import ManagedApp
from smsgen.model.status import APP_STEPS, AppEvent, AppStatus, LaunchEvent, LaunchStatus, step
from smsgen.operations.apps.readiness import cut
from smsgen.operations.apps.world import World
from smsgen.operations.jobs.lease import AppLease, Kind, app_lease, note_launch, under
from smsgen.operations.jobs.progress import Reporter, stepped
from smsgen.operations.stacks.terminate import TerminateOptions, terminate_stack


def _terminating(managed: ManagedApp) -> bool:
    return managed.launch.status == LaunchStatus.TERMINATE_IN_PROGRESS


def _deleting(managed: ManagedApp) -> bool:
    return managed.status == AppStatus.DELETING


def _delete_stack(world: World, lease: AppLease) -> None:
    changes, clock = under(world, lease)
    options = TerminateOptions(pace=world.settings.pace, timeout=world.settings.timeout)
    stack_name = lease.app().app.stack_name
    terminate_stack(
        stack_name, options, stacks=world.stacks, changes=changes, clock=clock, talk=Reporter(lease)
    )


def _terminate(world: World, lease: AppLease) -> None:
    _delete_stack(world, lease)
    lease.write(_terminated, done=True)


def _terminated(managed: ManagedApp) -> ManagedApp:
    launch = stepped(managed.launch, LaunchEvent.SUCCEED)
    last = launch.stack_id or launch.last_stack_id
    return managed._replace(launch=launch._replace(stack_id="", operation="", last_stack_id=last))


def _not_terminated(managed: ManagedApp, message: str) -> ManagedApp:
    return managed._replace(launch=stepped(managed.launch, LaunchEvent.FAIL, message)._replace(operation=""))


def _termination_failed(world: World, lease: AppLease, message: str) -> None:
    lease.write(lambda managed: _not_terminated(managed, message), done=True)


def _delete(world: World, lease: AppLease) -> None:
    _delete_stack(world, lease)
    lease.write(lambda managed: None, done=True)


def _deletion_failed(world: World, lease: AppLease, message: str) -> None:
    def decide(managed: ManagedApp) -> ManagedApp:
        if _terminating(managed):
            managed = _not_terminated(managed, message)
        status = step(APP_STEPS, managed.status, AppEvent.FAIL)
        return managed._replace(status=status, status_message=cut(message))

    lease.write(decide, done=True)


TERMINATE = Kind(app_lease(_terminating), _terminate, note_launch, _termination_failed)
DELETE = Kind(app_lease(_deleting), _delete, note_launch, _deletion_failed)
