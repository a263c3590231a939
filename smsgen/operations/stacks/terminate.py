"""Terminate an application: delete its stack, after showing what goes with it and what stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from smsgen.cfn.document import Template
from smsgen.errors import InvalidInput, SmsgenError
from smsgen.operations.ports.protocols import Clock, StackChanges, Stacks
from smsgen.operations.ports.records import PhysicalResource, StackInfo
from smsgen.operations.ports.waiting import Pace
from smsgen.operations.stacks.follow import Outcome, follow, last_event, running_operation
from smsgen.operations.stacks.launch import Conversation, Ending, Launched, LaunchFailed
from smsgen.operations.stacks.request import MARK, Place, digest
from smsgen.operations.stacks.rules import NextStep, for_termination
from smsgen.operations.stacks.status import deployed_body

_ROUNDS = 10
_KEPT = {"Retain": "retained", "RetainExceptOnCreate": "retained", "Snapshot": "deleted after a snapshot"}
"""DeletionPolicy -> what becomes of the resource; without one it is deleted."""


class TerminateOptions(NamedTuple):
    """How to terminate. `unprotect`: also if it is protected. `retain`: logical ids that stay."""

    unprotect: bool = False
    retain: tuple[str, ...] = ()
    dry_run: bool = False
    wait: bool = True
    places: Mapping[str, Place] = {}
    resume: str = "run the same command again to go on watching"
    pace: Pace = Pace()
    timeout: float = 4 * 3600.0


class Doomed(NamedTuple):
    """A resource, and what a deletion makes of it: "deleted", "retained" or "deleted after a snapshot"."""

    resource: PhysicalResource
    fate: str


def terminate_stack(
    stack_name: str,
    options: TerminateOptions,
    *,
    stacks: Stacks,
    changes: StackChanges,
    clock: Clock,
    talk: Conversation,
) -> Launched:
    """Delete the stack and give how it ended; a stack that is gone already is a success.

    Raises SmsgenError for a protected stack, LaunchFailed where resources could not be deleted, Interrupted
    at Ctrl-C while following, ServiceError where AWS refuses.
    """
    terminating = _Terminating(options, stacks, changes, clock, talk)
    stack = terminating.settle(stack_name)
    if stack is None:
        talk.note(f"there is no stack {stack_name}: nothing to terminate")
        return Launched(Ending.UNCHANGED)
    if stack.status == "DELETE_IN_PROGRESS":
        talk.note(f"{stack.name} is being deleted already")
        return terminating.watch(stack, running_operation(stacks, stack)[0])
    check_termination(stack, options)
    talk.note(summary(stack, doomed(stack, stacks, options.retain)))
    if options.dry_run:
        return Launched(Ending.SHOWN, stack)
    if not talk.confirm(f"Delete {stack.name}?"):
        return Launched(Ending.DECLINED, stack)
    return terminating.delete(stack)


def doomed(stack: StackInfo, stacks: Stacks, retain: Iterable[str] = ()) -> tuple[Doomed, ...]:
    """Return every resource that stands in the stack and what a deletion makes of it."""
    if stack.status == "REVIEW_IN_PROGRESS":
        return ()
    policies = _policies(stack.stack_id, stacks) | dict.fromkeys(retain, "retained")
    return tuple(
        Doomed(resource, policies.get(resource.logical_id, "deleted"))
        for resource in stacks.resources(stack.stack_id)
        if resource.status != "DELETE_COMPLETE"
    )


def summary(stack: StackInfo, resources: Iterable[Doomed]) -> str:
    """Return in lines of text what goes and what stays; counts first."""
    by_fate: dict[str, list[PhysicalResource]] = {}
    for resource in resources:
        by_fate.setdefault(resource.fate, []).append(resource.resource)
    counts = (
        ", ".join(
            f"{len(resources_of_fate)} to be {fate}" for fate, resources_of_fate in sorted(by_fate.items())
        )
        or "no resources"
    )
    lines = [f"{stack.name} ({stack.status}): {counts}"]
    for fate, resources_of_fate in sorted(by_fate.items()):
        lines += [
            f"  {fate}: {resource.logical_id} ({resource.type}) {resource.physical_id}".rstrip()
            for resource in resources_of_fate
        ]
    return "\n".join(lines)


def check_termination(stack: StackInfo, options: TerminateOptions) -> None:
    """Raise SmsgenError where the stack must not, or cannot, be deleted in this way."""
    if stack.protected and not options.unprotect:
        hint = "give --disable-termination-protection to delete it all the same"
        raise SmsgenError(f"{stack.name} is protected against deletion", hint=hint)
    if options.retain and stack.status != "DELETE_FAILED":
        # CloudFormation takes RetainResources for no other state.
        message = f"--retain is for a stack in DELETE_FAILED, and {stack.name} is {stack.status}"
        hint = "say `stateful: true` in the file and launch once before terminating"
        raise SmsgenError(message, hint=hint)


class _Terminating:
    """One termination and all it needs; each method is one step of it."""

    def __init__(
        self,
        options: TerminateOptions,
        stacks: Stacks,
        changes: StackChanges,
        clock: Clock,
        talk: Conversation,
    ) -> None:
        self.options = options
        self.stacks = stacks
        self.changes = changes
        self.clock = clock
        self.talk = talk

    def settle(self, stack_name: str) -> StackInfo | None:
        """Return the stack once it can be deleted, or is being deleted; None where there is none."""
        for _ in range(_ROUNDS):
            stack = self.stacks.find(stack_name)
            if stack is None or for_termination(stack.status).step is not NextStep.WAIT:
                return stack
            if not self.options.wait or self.options.dry_run:
                message = f"CloudFormation is working on {stack.name} ({stack.status})"
                raise SmsgenError(message, hint="run this again when it is done")
            self.talk.note(f"{stack.name} is {stack.status}: waiting until it is done")
            self._follow(stack, running_operation(self.stacks, stack)[0])
        raise SmsgenError(f"others keep working on the stack {stack_name}", hint="find out who does")

    def delete(self, stack: StackInfo) -> Launched:
        """Delete the stack and watch it go."""
        options = self.options
        if stack.protected:
            self.changes.protect(stack.stack_id, on=False)
        before = last_event(self.stacks, stack)
        token = MARK + digest("delete", stack.stack_id, stack.last_change, options.retain)
        self.changes.delete(stack.stack_id, token=token, retain=options.retain)
        return self.watch(stack, before)

    def watch(self, stack: StackInfo, before: str) -> Launched:
        """Follow the deletion, unless asked not to."""
        if not self.options.wait:
            return Launched(Ending.STARTED, stack)
        ended = self._follow(stack, before)
        if not ended.deleted:
            cause = f": {ended.cause}" if ended.cause else ""
            hint = "mend that and run this again, or leave it out of the deletion with --retain LOGICAL_ID"
            raise LaunchFailed(f"{stack.name} is {ended.status}{cause}", hint=hint)
        return Launched(Ending.TERMINATED, ended.stack)

    def _follow(self, stack: StackInfo, before: str) -> Outcome:
        return follow(
            self.stacks,
            self.clock,
            stack,
            after=before,
            view=self.talk.watching(stack, self.options.places),
            pace=self.options.pace.within(self.options.timeout),
            resume=self.options.resume,
        )


def _policies(stack_id: str, stacks: Stacks) -> dict[str, str]:
    try:
        resources = Template(deployed_body(stack_id, stacks)).resources
    except InvalidInput:
        # A template that only CloudFormation can read must not stand in the way of deleting its stack.
        return {}
    return {name: _fate(resource) for name, resource in resources.items()}


def _fate(resource: Mapping[str, Any]) -> str:
    return _KEPT.get(str(resource.get("DeletionPolicy")), "deleted")
