"""The validation of a launched application as a job: scripts are run by Systems Manager, servers' own are awaited.

A script may run twice where a worker is killed just after it was sent: SendCommand has no client token.
"""

from __future__ import annotations

from collections.abc import Iterator

from smsgen.errors import PASSING, ServiceError
from smsgen.model.launch import S3Location
from smsgen.model.managed import AppValidation, ManagedApp, ValidationOutput
from smsgen.model.status import LaunchStatus, ValidationStatus
from smsgen.operations.apps.configure_validation import (
    FINAL,
    outputs,
    with_output,
)
from smsgen.operations.apps.readiness import cut
from smsgen.operations.apps.server_reports import Report, read_report
from smsgen.operations.apps.world import Kept, World, new_job
from smsgen.operations.jobs.lease import AppLease, Kind, app_lease, under
from smsgen.operations.ports.records import Command
from smsgen.operations.ports.store import Job
from smsgen.operations.ports.waiting import Backoff

_TIMEOUT = 3600
"""Seconds that a script may run where nothing is said: what AWS-RunShellScript itself has."""

_LONGEST = 9 * 3600.0
"""Seconds after which nothing is awaited any more: a script has at most eight hours (ExecutionTimeoutSeconds)."""


def begin_validation(kept: Kept, managed: ManagedApp) -> tuple[Job, ...]:
    """Return the job that validates an application once it is launched; none where there is nothing to validate."""
    return (new_job(kept, managed.app.app_id, "validate"),) if outputs(managed) else ()


def _goes_on(managed: ManagedApp) -> bool:
    return managed.launch.status == LaunchStatus.LAUNCHED and bool(outputs(managed))


def _carry_out(world: World, lease: AppLease) -> None:
    _, clock = under(world, lease)
    backoff = Backoff(clock, world.settings.pace.within(_LONGEST))
    while True:
        for news in _news(world, lease):
            _keep(lease, news)
        if all(one.status in FINAL for one in outputs(lease.app())):
            break
        if not backoff.wait():
            _fail(world, lease, "it took too long")
            return
    world.store.finish(lease.job)


def _keep(lease: AppLease, output: ValidationOutput) -> None:
    lease.write(lambda managed: with_output(managed, output))


def _news(world: World, lease: AppLease) -> Iterator[ValidationOutput]:
    """Yield the outputs that are others now: of scripts that were sent or have ended, of servers that are too late."""
    managed, now = lease.app(), world.clock.now()
    scripts = {output.validation_id: output for output in managed.validation.apps}
    late = now - lease.job.created > world.settings.validation
    for output in outputs(managed):
        if output.status in FINAL:
            continue
        script = scripts.get(output.validation_id)
        if script is not None:
            made = _script(world, script, output)
            if made != output:
                yield made._replace(latest_time=now)
            continue
        report = _reported(world, managed, output)
        if report is not None:
            status = ValidationStatus.SUCCEEDED if report.succeeded else ValidationStatus.FAILED
            yield output._replace(status=status, message=report.message, latest_time=now)
        elif late:
            minutes = world.settings.validation / 60
            message = f"the server did not report within {minutes:g} minutes"
            yield output._replace(status=ValidationStatus.FAILED, message=message, latest_time=now)


def _reported(world: World, managed: ManagedApp, output: ValidationOutput) -> Report | None:
    """Return what a server left of its own validation; what AWS refuses is as if there were nothing."""
    try:
        return read_report(managed, output.validation_id, world.artifacts())
    except ServiceError as error:
        if error.kind in PASSING:
            raise
        return None


def _script(world: World, script: AppValidation, output: ValidationOutput) -> ValidationOutput:
    """Send the script, or ask how it stands; a script that AWS refuses has failed."""
    try:
        return _asked(world, script, output) if output.command_id else _sent(world, script, output)
    except ServiceError as error:
        if error.kind in PASSING:
            raise
        return output._replace(status=ValidationStatus.FAILED, message=cut(str(error)))


def _sent(world: World, script: AppValidation, output: ValidationOutput) -> ValidationOutput:
    prefix = f"validation/{script.validation_id}" if script.output_bucket else ""
    command_id = world.commands.send(
        Command(
            script.instance_id,
            script.script_type,
            script.timeout_seconds or _TIMEOUT,
            text=script.command,
            location=script.source,
            output_bucket=script.output_bucket,
            output_prefix=prefix,
        )
    )
    where = None
    if script.output_bucket:  # where Systems Manager puts it: RunCommand, "Amazon S3 output"
        where = S3Location(script.output_bucket, f"{prefix}/{command_id}/{script.instance_id}")
    return output._replace(
        status=ValidationStatus.IN_PROGRESS, command_id=command_id, output=where, message=""
    )


def _asked(world: World, script: AppValidation, output: ValidationOutput) -> ValidationOutput:
    answer = world.commands.answer(output.command_id, script.instance_id)
    if not answer.done:
        return output
    return output._replace(
        status=ValidationStatus.SUCCEEDED if answer.succeeded else ValidationStatus.FAILED,
        message=cut(answer.said),
    )


def _fail(world: World, lease: AppLease, message: str) -> None:
    now = world.clock.now()

    def decide(managed: ManagedApp) -> ManagedApp:
        for output in outputs(managed):
            if output.status in (ValidationStatus.PENDING, ValidationStatus.IN_PROGRESS):
                failed = output._replace(
                    status=ValidationStatus.FAILED, message=cut(message), latest_time=now
                )
                managed = with_output(managed, failed)
        return managed

    lease.write(decide, done=True)


def _note(lease: AppLease, message: str) -> None:
    """Write nothing: a validation's status is its outputs', and the launch's message is not its to change."""


VALIDATE = Kind(app_lease(_goes_on), _carry_out, _note, _fail)
