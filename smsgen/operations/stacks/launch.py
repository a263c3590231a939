"""Launch an application: bring its stack, whatever its state, to what the file says, and follow it.

    look at the stack ──▶ wait, or delete what can only be deleted ──▶ change set ──▶ show, gate, ask
        ──▶ execute that very change set ──▶ follow ──▶ outputs

Until the change set is executed, everything is taken back when anything stops the launch. From then on
nothing is: CloudFormation goes on by itself, and the next run picks it up. Nothing is created twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from smsgen.changes.findings.servers import moved_servers, no_children
from smsgen.changes.identifiers import Identifier
from smsgen.errors import InvalidInput, ServiceError, SmsgenError
from smsgen.operations.ports.protocols import Clock, StackChanges, Stacks
from smsgen.operations.ports.records import ChangeSetInfo, ChangeSetRequest, StackInfo
from smsgen.operations.ports.waiting import Pace
from smsgen.operations.stacks.change_sets import ask, discard, tidy
from smsgen.operations.stacks.follow import Outcome, View, follow, last_event, running_operation
from smsgen.operations.stacks.request import MARK, Place, StackLaunch, change_set_request, digest
from smsgen.operations.stacks.rules import NextStep, Rule, for_launch
from smsgen.operations.stacks.status import deployed_body

if TYPE_CHECKING:
    from smsgen.changes.change_set import ChangeSet

_ROUNDS = 10
"""How many operations of others are waited for before a launch gives up its turn."""


class Conversation(Protocol):
    """The user, as far as a launch talks to them."""

    def note(self, text: str) -> None:
        """Say one sentence."""

    def show(self, change_set: ChangeSet) -> None:
        """Show what would happen."""

    def confirm(self, question: str) -> bool:
        """Ask a yes-or-no question; raises SmsgenError where nobody is there to answer."""

    def watching(self, stack: StackInfo, places: Mapping[str, Place]) -> View:
        """Return the view in which an operation on `stack` is shown, by launch order."""


class LaunchOptions(NamedTuple):
    """How to launch. `on_failure` is ROLLBACK, DELETE or DO_NOTHING; `gate` raises GateTripped.

    `protect`: whether to switch termination protection on; None means for an app with stateful servers.
    `resume`: the command that goes on with this launch.
    """

    parameters: Mapping[str, str] = {}
    imports: Mapping[str, Identifier] = {}
    on_failure: str = "ROLLBACK"
    gate: Callable[[ChangeSet], None] = lambda change_set: None
    dry_run: bool = False
    wait: bool = True
    protect: bool | None = None
    resume: str = "run the same command again to go on watching"
    pace: Pace = Pace()
    timeout: float = 4 * 3600.0


class Ending(Enum):
    """How a launch or a termination ended that did not fail."""

    LAUNCHED = "launched"
    UNCHANGED = "nothing to change"
    SHOWN = "only shown"
    DECLINED = "declined"
    STARTED = "started"
    TERMINATED = "terminated"


class Launched(NamedTuple):
    """What a launch gives: how it ended, and the stack (None where there is none)."""

    ending: Ending
    stack: StackInfo | None = None


class LaunchFailed(SmsgenError):
    """CloudFormation did not do what was asked."""


def launch_stack(
    launch: StackLaunch,
    options: LaunchOptions,
    *,
    stacks: Stacks,
    changes: StackChanges,
    clock: Clock,
    talk: Conversation,
) -> Launched:
    """Bring the stack to `launch` and give how it ended.

    Raises InvalidInput for parameters and imports that do not fit, GateTripped where `options.gate` forbids
    it (then nothing has changed), LaunchFailed with the first real failure, Interrupted at Ctrl-C while
    following, ServiceError where AWS refuses.
    """
    launching = _Launching(launch, options, stacks, changes, clock, talk)
    stack = launching.settle()
    request = launching.request(stack)
    if stack is not None:
        tidy(stacks, changes, stack, keep=request.name)
    info = ask(stacks, changes, clock, request, options.pace)
    if info is None:
        return Launched(Ending.UNCHANGED, launching.guard(stacks.find(launch.stack_name)))
    if not launching.agreed(info, request.type, stack):
        return Launched(Ending.SHOWN if options.dry_run else Ending.DECLINED, stack)
    return launching.carry_out(info)


class _Launching:
    """One launch and all it needs; each method is one step of it."""

    def __init__(
        self,
        launch: StackLaunch,
        options: LaunchOptions,
        stacks: Stacks,
        changes: StackChanges,
        clock: Clock,
        talk: Conversation,
    ) -> None:
        self.launch = launch
        self.options = options
        self.stacks = stacks
        self.changes = changes
        self.clock = clock
        self.talk = talk

    def settle(self) -> StackInfo | None:
        """Return the stack once a change set can be made for it; None where there is none."""
        for _ in range(_ROUNDS):
            stack = self.stacks.find(self.launch.stack_name)
            rule = for_launch(stack.status if stack else None)
            if stack is None or rule.step in (NextStep.CREATE, NextStep.UPDATE):
                return stack
            if rule.step is NextStep.REFUSE:
                raise _refused(stack, rule)
            if rule.step is NextStep.RECREATE:
                self._remove(stack, rule)
            else:
                self._wait(stack)
        message = f"others keep working on the stack {self.launch.stack_name}"
        raise SmsgenError(message, hint="find out who does, then run this again")

    def request(self, stack: StackInfo | None) -> ChangeSetRequest:
        """Return the request for the change set; what has been imported already is not imported again."""
        there = (
            {r.logical_id for r in self.stacks.resources(stack.stack_id)}
            if stack and self._imports
            else set()
        )
        imports = {name: value for name, value in self._imports.items() if name not in there}
        request = change_set_request(
            self.launch,
            stack,
            parameters=self.options.parameters,
            imports=imports,
            on_failure=self.options.on_failure,
        )
        if request.on_failure != self.options.on_failure:
            self.talk.note("an update that fails is rolled back: deleting is for creations only")
        return request

    def agreed(self, info: ChangeSetInfo, kind: str, stack: StackInfo | None) -> bool:
        """Show the change set, hold it against the gate and ask; take everything back unless all say yes."""
        try:
            answer = self.stacks.describe_change_set(info.change_set_id, kind=kind)
            change_set = self._with_templates(answer, stack)
            self.talk.show(change_set)
            self.options.gate(change_set)
            yes = not self.options.dry_run and self.talk.confirm(f"Execute it on {self.launch.stack_name}?")
        except BaseException:
            # Ctrl-C too: a change set that nobody will execute must not stay behind.
            self._take_back(info)
            raise
        if not yes:
            self._take_back(info)
        return yes

    def carry_out(self, info: ChangeSetInfo) -> Launched:
        """Execute the change set, and follow it unless asked not to."""
        stack = self._find(info.stack_id)
        before = last_event(self.stacks, stack)
        self.changes.execute(info, token=MARK + digest("execute", info.change_set_id))
        if not self.options.wait:
            return Launched(Ending.STARTED, stack)
        outcome = self._follow(stack, before)
        if not outcome.launched:
            raise _failed(stack, outcome)
        return Launched(Ending.LAUNCHED, self.guard(outcome.stack))

    def guard(self, stack: StackInfo | None) -> StackInfo | None:
        """Switch termination protection on where it is wanted and off; give the stack as it then is."""
        wanted = self.launch.stateful if self.options.protect is None else self.options.protect
        if stack is None or stack.protected or not wanted or self.options.dry_run:
            return stack
        self.changes.protect(stack.stack_id, on=True)
        return stack._replace(protected=True)

    @property
    def _imports(self) -> Mapping[str, Identifier]:
        return self.options.imports

    def _with_templates(self, answer: ChangeSet, stack: StackInfo | None) -> ChangeSet:
        """Return the answer with both templates: reports and gates look at more than CloudFormation says."""
        answer = answer._replace(after=answer.after._replace(template=self.launch.templates[0].body))
        if stack is None or stack.status == "REVIEW_IN_PROGRESS":
            return answer
        try:
            body = deployed_body(stack.stack_id, self.stacks)
        except InvalidInput:  # a template that only CloudFormation can read: there is less to show
            return answer
        # What is nested is in S3, and in the change sets of the nested stacks.
        notes = moved_servers((body, no_children), (self.launch.templates[0].body, no_children))
        return answer._replace(before=answer.before._replace(template=body), notes=notes)

    def _take_back(self, info: ChangeSetInfo) -> None:
        try:
            discard(self.stacks, self.changes, self.clock, info)
        except ServiceError as error:
            self.talk.note(f"the change set {info.name} is still there, and the next run removes it: {error}")

    def _find(self, stack_id: str) -> StackInfo:
        stack = self.stacks.find(stack_id)
        if stack is None:
            message = f"the stack {self.launch.stack_name} was deleted meanwhile"
            raise SmsgenError(message, hint="somebody else works on it: run this again")
        return stack

    def _follow(self, stack: StackInfo, after: str) -> Outcome:
        return follow(
            self.stacks,
            self.clock,
            stack,
            after=after,
            view=self.talk.watching(stack, self.launch.places),
            pace=self.options.pace.within(self.options.timeout),
            resume=self.options.resume,
        )

    def _wait(self, stack: StackInfo) -> None:
        """Follow the running operation; if it is a launch of ours, its failure is this one's."""
        if not self.options.wait or self.options.dry_run:
            message = f"CloudFormation is working on {stack.name} ({stack.status})"
            raise SmsgenError(
                message, hint="`smsgen status APP --watch` follows it; run this when it is done"
            )
        before, token = running_operation(self.stacks, stack)
        mine = token.startswith(MARK)
        whose = "a launch begun earlier" if mine else "an operation begun elsewhere"
        self.talk.note(f"{stack.name} is {stack.status}: following {whose} until it is done")
        outcome = self._follow(stack, before)
        if mine and not outcome.launched and not outcome.deleted:
            raise _failed(stack, outcome)

    def _remove(self, stack: StackInfo, rule: Rule) -> None:
        if self.options.dry_run:
            hint = "run this without --dry-run: it asks, deletes it and creates it again"
            raise SmsgenError(f"{stack.name} is {stack.status}: {rule.why}", hint=hint)
        if stack.protected:
            hint = "`smsgen terminate-app APP --disable-termination-protection` deletes it"
            raise SmsgenError(f"{stack.name} is {stack.status} and protected against deletion", hint=hint)
        self.talk.note(f"{stack.name} is {stack.status}: {rule.why}. It can only be deleted.")
        if not self.talk.confirm(f"Delete {stack.name} and create it again?"):
            raise SmsgenError(f"{stack.name} stays as it is", hint="nothing has been changed")
        before = last_event(self.stacks, stack)
        token = MARK + digest("delete", stack.stack_id, stack.last_change)
        self.changes.delete(stack.stack_id, token=token)
        outcome = self._follow(stack, before)
        if not outcome.deleted:
            raise _failed(stack, outcome)


def _refused(stack: StackInfo, rule: Rule) -> SmsgenError:
    reason = f" ({stack.reason})" if stack.reason else ""
    return SmsgenError(
        f"{stack.name} is {stack.status}: {rule.why}{reason}", hint=rule.hint.format(name=stack.name)
    )


def _failed(stack: StackInfo, outcome: Outcome) -> LaunchFailed:
    cause = f": {outcome.cause}" if outcome.cause else ""
    hint = "mend that, then run this again; `smsgen status APP` shows how it stands"
    return LaunchFailed(f"{stack.name} is {outcome.status}{cause}", hint=hint)
