"""Use cases: what is validated after a launch, and what came of it.

An application is validated by a script that Systems Manager runs on an instance, a server by a script in its own user
data, which reports with NotifyAppValidationOutput. `carry_out_validation` runs and awaits them after each launch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from smsgen.model.managed import (
    AppValidation,
    ManagedApp,
    ServerValidation,
    ValidationOutput,
    ValidationState,
)
from smsgen.model.status import LaunchStatus, ValidationStatus
from smsgen.operations.apps.configure_launch import check_members
from smsgen.operations.apps.readiness import cut
from smsgen.operations.apps.world import BadParameter, Kept, MissingParameter, changed, permit
from smsgen.operations.ports.store import Change

T = TypeVar("T", AppValidation, ServerValidation)

FINAL = (ValidationStatus.SUCCEEDED, ValidationStatus.FAILED)


class GroupValidation(NamedTuple):
    """The validations that are put of one group's servers."""

    server_group_id: str
    servers: tuple[ServerValidation, ...] = ()


class ValidationConfiguration(NamedTuple):
    """What PutAppValidationConfiguration says; None where it says nothing. An id is "" where it is to be made."""

    apps: tuple[AppValidation, ...] | None = None
    groups: tuple[GroupValidation, ...] | None = None


def put_validation_configuration(kept: Kept, app_id: str, wanted: ValidationConfiguration) -> ManagedApp:
    """Keep what is to be validated after the next launches; what came of a validation that stays is kept, too.

    Raises MissingParameter and BadParameter for what cannot be run, for servers and groups that are not in the
    application, and for ids of validations that it does not have.
    """

    def decide(before: ManagedApp) -> Change:
        permit("PutAppValidationConfiguration", before)
        state = before.validation
        apps, servers = state.apps, state.servers
        if wanted.apps is not None:
            for at, validation in enumerate(wanted.apps):
                _check_app_validation(
                    validation, f"appValidationConfigurations[{at}].ssmValidationParameters"
                )
            apps = tuple(_with_ids(kept, wanted.apps, apps))
        if wanted.groups is not None:
            _check_groups(before, wanted.groups)
            given = [validation for group in wanted.groups for validation in group.servers]
            servers = tuple(_with_ids(kept, given, servers))
        after = before._replace(validation=_pruned(ValidationState(apps, servers, state.outputs)))
        return Change(before, after._replace(modified=kept.clock.now()))

    return changed(kept, app_id, decide)


def delete_validation_configuration(kept: Kept, app_id: str) -> ManagedApp:
    """Forget what is validated, and what came of it."""

    def decide(before: ManagedApp) -> Change:
        permit("DeleteAppValidationConfiguration", before)
        after = before._replace(validation=ValidationState(), modified=kept.clock.now())
        return Change(before, after)

    return changed(kept, app_id, decide)


def notify_validation_output(
    kept: Kept, app_id: str, *, validation_id: str, status: str, message: str = ""
) -> ManagedApp:
    """Keep what a server says of its own validation; raises BadParameter for one that the application does not have."""
    if status not in set(ValidationStatus):
        raise BadParameter(f"{status!r} is not one of {', '.join(ValidationStatus)}")

    def decide(before: ManagedApp) -> Change:
        output = next((one for one in outputs(before) if one.validation_id == validation_id), None)
        if output is None:
            raise BadParameter(f"the application {app_id} has no validation {validation_id}")
        permit("NotifyAppValidationOutput", before)
        made = output._replace(
            status=ValidationStatus(status), message=cut(message), latest_time=kept.clock.now()
        )
        return Change(before, with_output(before, made))

    return changed(kept, app_id, decide)


def outputs(managed: ManagedApp) -> tuple[ValidationOutput, ...]:
    """Return how each validation of the application stands, in the order of its configuration."""
    state = managed.validation
    known = {one.validation_id: one for one in state.outputs}
    blank = [ValidationOutput(one.validation_id, one.name) for one in state.apps]
    blank += [ValidationOutput(one.validation_id, one.name, server_id=one.server_id) for one in state.servers]
    return tuple(known.get(one.validation_id, one) for one in blank)


def with_output(managed: ManagedApp, output: ValidationOutput) -> ManagedApp:
    """Return the application with how one of its validations stands now."""
    made = tuple(output if one.validation_id == output.validation_id else one for one in outputs(managed))
    return managed._replace(validation=managed.validation._replace(outputs=made))


def awaiting(managed: ManagedApp) -> ManagedApp:
    """Return the application, about to be launched, with its validations pending.

    Of an application that is launched already, those of servers stay as they are: a server runs its user data once.
    """
    stands = managed.launch.status is LaunchStatus.DELTA_LAUNCH_IN_PROGRESS
    made = tuple(
        one
        if stands and one.server_id and one.status in FINAL
        else ValidationOutput(one.validation_id, one.name, ValidationStatus.PENDING, server_id=one.server_id)
        for one in outputs(managed)
    )
    return managed._replace(validation=managed.validation._replace(outputs=made))


# --- Checks -------------------------------------------------------------------------------------------------


def _check_app_validation(validation: AppValidation, at: str) -> None:
    for value, name in ((validation.instance_id, "instanceId"), (validation.script_type, "scriptType")):
        if not value:
            raise MissingParameter(f"{at}.{name}")
    if validation.source is None and not validation.command:
        raise MissingParameter(f"{at}.command")
    if validation.timeout_seconds is not None and not 60 <= validation.timeout_seconds <= 28_800:
        raise BadParameter(f"{at}.executionTimeoutSeconds must be from 60 to 28,800")


def _check_groups(managed: ManagedApp, wanted: Iterable[GroupValidation]) -> None:
    groups = {group.server_group_id: group for group in managed.app.server_groups}
    for index, validation in enumerate(wanted):
        group = groups.get(validation.server_group_id)
        if group is None:
            raise BadParameter(f"there is no server group {validation.server_group_id} in the application")
        check_members(group, {server.server_id: server for server in validation.servers})
        for place, server in enumerate(validation.servers):
            at = f"serverGroupValidationConfigurations[{index}].serverValidationConfigurations[{place}]"
            at += ".userDataValidationParameters"
            if server.source is None:
                raise MissingParameter(f"{at}.source.s3Location")
            if not server.script_type:
                raise MissingParameter(f"{at}.scriptType")


def _with_ids(kept: Kept, given: Iterable[T], before: Iterable[T]) -> Iterator[T]:
    known = {one.validation_id for one in before}
    for one in given:
        if one.validation_id and one.validation_id not in known:
            raise BadParameter(f"there is no validation {one.validation_id} to change")
        yield one if one.validation_id else one._replace(validation_id=f"val-{kept.new_id(17)}")


def _pruned(state: ValidationState) -> ValidationState:
    ids = {one.validation_id for one in state.apps} | {one.validation_id for one in state.servers}
    return state._replace(outputs=tuple(one for one in state.outputs if one.validation_id in ids))
