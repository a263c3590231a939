"""A launch as a job: validated, handed to CloudFormation, followed to its end, and written as it goes.

What was told to CloudFormation stands in the store before it is told (`FencedChanges`). So whoever takes a launch over
knows whether it runs already: then it is followed to its end, and that is the launch's end, too. A creation that failed
is not begun again by anybody but LaunchApp.
"""

from __future__ import annotations

from collections.abc import Iterable

from smsgen.changes.change_set import ChangeSet
from smsgen.compiler.resolve import ResolvedServer
from smsgen.errors import InvalidInput, ServiceError, errors
from smsgen.model.managed import ManagedApp
from smsgen.model.status import AppStatus, LaunchEvent, LaunchStatus
from smsgen.operations.apps.preparing import prepared
from smsgen.operations.apps.readiness import incomplete, told
from smsgen.operations.apps.world import World
from smsgen.operations.files.generate_template import Generated
from smsgen.operations.jobs.lease import (
    AppLease,
    KeptClock,
    Kind,
    app_lease,
    note_launch,
    under,
)
from smsgen.operations.jobs.progress import Reporter, stepped
from smsgen.operations.jobs.validation import begin_validation
from smsgen.operations.ports.records import StackInfo
from smsgen.operations.stacks.follow import Outcome, follow, running_operation
from smsgen.operations.stacks.launch import LaunchFailed, LaunchOptions, launch_stack
from smsgen.operations.stacks.plan import launch_of, plan_of
from smsgen.operations.stacks.request import StackLaunch

_LAUNCHING = (
    LaunchStatus.VALIDATION_IN_PROGRESS,
    LaunchStatus.LAUNCH_PENDING,
    LaunchStatus.LAUNCH_IN_PROGRESS,
    LaunchStatus.DELTA_LAUNCH_IN_PROGRESS,
)
_AT_CLOUDFORMATION = (LaunchStatus.LAUNCH_IN_PROGRESS, LaunchStatus.DELTA_LAUNCH_IN_PROGRESS)
_LEFT_STANDING = ("CREATE_FAILED", "UPDATE_FAILED")
"""States of a stack whose failure was not rolled back, as Settings.on_failure DO_NOTHING asks."""


def _goes_on(managed: ManagedApp) -> bool:
    return managed.status == AppStatus.ACTIVE and managed.launch.status in _LAUNCHING


def _carry_out(world: World, lease: AppLease) -> None:
    generated = _generated(world, lease)
    if generated is None:
        return
    changes, clock = under(world, lease)
    talk = Reporter(lease)
    launch = launch_of(plan_of(generated), world.artifacts)
    ended = _taken_over(world, lease, launch, clock, talk)
    if (
        ended is None or ended.deleted
    ):  # nothing of ours runs there, or it was the removal of what had failed before
        settings = world.settings
        options = LaunchOptions(
            on_failure=settings.on_failure,
            pace=settings.pace,
            timeout=settings.timeout,
            gate=lambda change_set: _check_servers_stay(change_set, generated.compiled.servers),
        )
        stack = launch_stack(
            launch, options, stacks=world.stacks, changes=changes, clock=clock, talk=talk
        ).stack
    elif ended.launched:
        stack = ended.stack
    else:
        cause = f": {ended.cause}" if ended.cause else ""
        raise LaunchFailed(f"{launch.stack_name} is {ended.status}{cause}")
    _succeed(world, lease, stack, f"all {len(launch.places)} servers launched")


def _check_servers_stay(change_set: ChangeSet, servers: Iterable[ResolvedServer]) -> None:
    """Raise LaunchFailed where a server that runs would be removed for its new name alone: nobody is asked here.

    Who puts its new logicalId with PutAppLaunchConfiguration has been asked.
    """
    pinned = {one.launch.logical_id for one in servers}
    for note in change_set.notes:
        if note.kind == "remove" and note.logical_resource_id not in pinned:
            raise LaunchFailed(f"{note.logical_resource_id}: {note.message}")


def _generated(world: World, lease: AppLease) -> Generated | None:
    """Compile what is launched; a configuration that will not do ends the launch, and there is nothing (None)."""
    managed = lease.app()
    first = managed.launch.status == LaunchStatus.VALIDATION_IN_PROGRESS
    try:
        generated = prepared(world, managed)
        wrong = incomplete(generated.compiled.servers)
    except InvalidInput as error:
        generated, wrong = None, errors(error.diagnostics)
    if wrong:
        _step(lease, LaunchEvent.REJECT if first else LaunchEvent.FAIL, told(wrong), done=True)
        return None
    if first:
        _step(lease, LaunchEvent.ACCEPT, "the configuration is valid; asking CloudFormation")
    return generated


def _step(lease: AppLease, event: LaunchEvent, message: str, *, done: bool = False) -> None:
    lease.write(lambda managed: managed._replace(launch=stepped(managed.launch, event, message)), done=done)


def _taken_over(
    world: World, lease: AppLease, launch: StackLaunch, clock: KeptClock, talk: Reporter
) -> Outcome | None:
    """Follow to its end what an earlier attempt told CloudFormation to do; None where that has not begun."""
    begun = lease.app().launch
    stack = world.stacks.find(begun.stack_id) if begun.operation else None
    if stack is None or stack.status == "REVIEW_IN_PROGRESS":
        return None
    before, token = running_operation(world.stacks, stack)
    if token != begun.operation:
        return None
    return follow(
        world.stacks,
        clock,
        stack,
        after=before,
        view=talk.watching(stack, launch.places),
        pace=world.settings.pace.within(world.settings.timeout),
        resume="LaunchApp goes on with it",
    )


def _succeed(world: World, lease: AppLease, stack: StackInfo | None, message: str) -> None:
    now = world.clock.now()

    def decide(managed: ManagedApp) -> ManagedApp:
        launch = stepped(managed.launch, LaunchEvent.SUCCEED, message)
        launch = launch._replace(latest_time=now, operation="")
        if stack is not None:
            launch = launch._replace(stack_id=stack.stack_id)
        return managed._replace(launch=launch)

    lease.write(decide, jobs=begin_validation(world, lease.app()), done=True)


def _fail(world: World, lease: AppLease, message: str) -> None:
    managed = lease.app()
    try:
        stack = world.stacks.find(managed.app.stack_name)
        stack_id = stack.stack_id if stack else ""
    except ServiceError:  # what is there cannot be seen now: it may be what was there
        stack, stack_id = None, managed.launch.stack_id
    partial = stack is not None and stack.status in _LEFT_STANDING

    def decide(managed: ManagedApp) -> ManagedApp:
        at_work = managed.launch.status in _AT_CLOUDFORMATION
        event = LaunchEvent.SUCCEED_IN_PART if partial and at_work else LaunchEvent.FAIL
        launch = stepped(managed.launch, event, message)
        return managed._replace(launch=launch._replace(stack_id=stack_id, operation=""))

    lease.write(decide, done=True)


LAUNCH = Kind(app_lease(_goes_on), _carry_out, note_launch, _fail)
