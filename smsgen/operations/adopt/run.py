"""Use case: bring running servers into a stack, and touch none of them.

    compare the servers with the snapshot ──▶ a round: change set, looked through, asked, executed, followed
        ▲                                          │
        └── compare again, detect drift ◀──────────┘      last: the same template again must change nothing

Each step can be interrupted at any moment: what the stack owns says how far a run came, and the journal what has been
compared. Change sets are made and executed by a session that may touch no server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from smsgen.cfn.document import Template
from smsgen.cfn.limits import MAX_INLINE_BYTES
from smsgen.cfn.text import dump
from smsgen.changes.change_set import ChangeSet
from smsgen.changes.identifiers import physical_id
from smsgen.errors import ServiceError, SmsgenError
from smsgen.operations.adopt.check import changes_since, faults_of_file
from smsgen.operations.adopt.discover import look_again
from smsgen.operations.adopt.journal import AdoptionJournal
from smsgen.operations.adopt.plan import only, refuse_differences
from smsgen.operations.adopt.rounds import Round, import_template, in_launch_order, rounds
from smsgen.operations.adopt.snapshot import LiveSnapshot, SeenServer
from smsgen.operations.ports.adoption import Drift, Fleet, Guard
from smsgen.operations.ports.protocols import Artifacts, Clock, Stacks
from smsgen.operations.ports.records import ChangeSetInfo, ChangeSetRequest, StackInfo
from smsgen.operations.ports.waiting import Backoff, Pace
from smsgen.operations.stacks.change_sets import ask, discard
from smsgen.operations.stacks.follow import Outcome, follow, last_event, running_operation
from smsgen.operations.stacks.launch import Conversation
from smsgen.operations.stacks.plan import Plan
from smsgen.operations.stacks.request import MARK, StackLaunch, change_set_request, digest
from smsgen.operations.stacks.rules import NextStep, for_launch
from smsgen.operations.stacks.upload import TEMPLATES, upload_document

REVERT = (
    "to give the servers back, take them out of the stack (update it to the same template without them: they are"
    " retained), mend the file, and import them again; no server is stopped by that"
)
_IN_SYNC = ("IN_SYNC", "NOT_CHECKED")


class AdoptionWorld(NamedTuple):
    """All that a run needs; `note` writes the journal, `artifacts` gives the bucket for large templates."""

    fleet: Fleet
    drift: Drift
    guard: Guard
    stacks: Stacks
    clock: Clock
    talk: Conversation
    artifacts: Callable[[], Artifacts]
    note: Callable[[AdoptionJournal], None]


class AdoptOptions(NamedTuple):
    """How to run: resources of a round, whether a canary goes first, and how to wait.

    `resume`: the command that goes on with this run.
    """

    most: int = 200
    canary: bool = True
    pace: Pace = Pace()
    timeout: float = 4 * 3600.0
    resume: str = "run the same command again: it goes on"


class Adopted(NamedTuple):
    """How a run ended: the logical ids of servers in the stack, those that AWS refused and why, and whether the user
    said no.
    """

    servers: tuple[str, ...]
    refused: dict[str, str]
    declined: bool = False


class AdoptionStopped(SmsgenError):
    """A server is not as it was, or has drifted: nothing goes on by itself."""


def adopt(
    planned: Plan,
    snapshot: LiveSnapshot,
    journal: AdoptionJournal,
    options: AdoptOptions,
    world: AdoptionWorld,
) -> Adopted:
    """Bring the servers of a snapshot into the application's stack, and return what is in it.

    Raises SmsgenError where the servers, the file or the stack are not as they should be (nothing has changed then),
    AdoptionStopped where an imported server is not as it was (updates of the stack are forbidden then), Interrupted at
    Ctrl-C, ServiceError where AWS refuses.
    """
    return _Adopting(planned, snapshot, journal, options, world).run()


class _Adopting:
    """One run; each method is one step of it."""

    def __init__(
        self,
        planned: Plan,
        snapshot: LiveSnapshot,
        journal: AdoptionJournal,
        options: AdoptOptions,
        world: AdoptionWorld,
    ) -> None:
        self.planned = planned
        self.servers = in_launch_order(planned.compiled, snapshot)
        self.snapshot = only(snapshot, self.servers)
        self.journal = journal
        self.suspects = frozenset(journal.refused)
        self.options = options
        self.world = world

    def run(self) -> Adopted:
        self._settle()
        self.compare()
        self._verify()
        self._write(self.journal._replace(refused={}))
        while (each := self._next_round()) is not None:
            if not self._import(each):
                return self._adopted(declined=True)
            self._verify()
        self._expect_no_changes()
        return self._adopted()

    def compare(self) -> None:
        """Look at the servers again: they must be as the snapshot and the file say."""
        current = look_again(self.world.fleet, self.snapshot)
        differences = changes_since(self.snapshot, current)
        if differences:
            lines = "\n".join(
                f"  {one.sentence().replace('the file says', 'it was')}" for one in differences[:50]
            )
            message = f"servers have changed since they were discovered:\n{lines}"
            raise SmsgenError(message, hint="`smsgen adopt discover` anew; nothing has been changed")
        refuse_differences(faults_of_file(self.planned.compiled.template.resources, self.snapshot))

    # --- The stack ------------------------------------------------------------------------------------------

    def _settle(self) -> StackInfo | None:
        """Return the stack once nobody works on it; None where there is none, or only one in review."""
        while True:
            stack = self.world.stacks.find(self.planned.app.stack_name)
            if stack is None or not stack.in_progress:
                break
            before, _ = running_operation(self.world.stacks, stack)
            self.world.talk.note(f"{stack.name} is {stack.status}: following that until it is done")
            self._follow(stack, before)
        if stack is None:
            return None
        rule = for_launch(stack.status)
        if rule.step not in (NextStep.CREATE, NextStep.UPDATE):
            raise SmsgenError(
                f"{stack.name} is {stack.status}: {rule.why}", hint=rule.hint.format(name=stack.name)
            )
        return stack

    def _owned(self, stack: StackInfo | None) -> frozenset[str]:
        """Return the logical ids of what is in the stack. Raises SmsgenError where some is of no server to adopt."""
        if stack is None or stack.status == "REVIEW_IN_PROGRESS":
            return frozenset()
        names = frozenset(one.logical_id for one in self.world.stacks.resources(stack.stack_id))
        strangers = sorted(names - self.snapshot.resources().keys())
        if strangers:
            message = f"the stack {stack.name} has resources of its own: {', '.join(strangers[:10])}"
            raise SmsgenError(message, hint="servers are adopted into a stack that nothing else is in")
        return names

    def _inside(self) -> tuple[SeenServer, ...]:
        owned = self._owned(self.world.stacks.find(self.planned.app.stack_name))
        return tuple(server for server in self.servers if server.logical_id in owned)

    def _next_round(self) -> Round | None:
        """Return the servers to import next. Those that AWS refused in an earlier run come last, each alone."""
        inside = {server.logical_id for server in self._inside()}
        waiting = [
            server
            for server in self.servers
            if server.logical_id not in inside and server.logical_id not in self.journal.refused
        ]
        sound = [server for server in waiting if server.logical_id not in self.suspects]
        if not sound:
            return Round((waiting[0],)) if waiting else None
        return rounds(sound, most=self.options.most, canary=self.options.canary and not inside)[0]

    # --- A round --------------------------------------------------------------------------------------------

    def _import(self, each: Round) -> bool:
        """Import the servers of a round; give False where the user says no."""
        stack = self.world.stacks.find(self.planned.app.stack_name)
        request = self._request(stack, (*self._owned(stack), *each.imports), each)
        guarded = self.world.guard.changes()
        try:
            info = ask(self.world.stacks, guarded, self.world.clock, request, self.options.pace)
        except ServiceError:
            raise
        except SmsgenError as error:
            self._refuse(each, str(error), error)
            return True
        if info is None:
            raise SmsgenError("CloudFormation finds nothing to import", hint=self.options.resume)
        try:
            self._look_through(info, each)
            yes = self.world.talk.confirm(f"Import {_named(each)} into {self.planned.app.stack_name}?")
        except BaseException:  # Ctrl-C too: a change set that nobody will execute must not stay behind
            discard(self.world.stacks, guarded, self.world.clock, info)
            raise
        if not yes:
            discard(self.world.stacks, guarded, self.world.clock, info)
            return False
        outcome = self._execute(info)
        if not outcome.launched:
            failed = outcome.failure.logical_id if outcome.failure else ""
            self._refuse(
                each, f"{failed} {outcome.cause}", SmsgenError(f"the import was rolled back: {outcome.cause}")
            )
        return True

    def _request(self, stack: StackInfo | None, names: Iterable[str], each: Round | None) -> ChangeSetRequest:
        template = import_template(self.planned.compiled.template, names)
        body, url = self._document(template)
        launch = StackLaunch(
            stack_name=self.planned.app.stack_name,
            templates=(template,),
            values={name: value for name, value in self.planned.compiled.values.items() if value},
            body=body,
            url=url,
        )
        imports = each.imports if each else {}
        return change_set_request(launch, stack, parameters={}, imports=imports, on_failure="ROLLBACK")

    def _document(self, template: Template) -> tuple[str, str]:
        body = dump(template, "yaml")
        if len(body.encode()) <= MAX_INLINE_BYTES:
            return body, ""
        artifacts = self.world.artifacts()
        return "", artifacts.url(upload_document(body, artifacts, format="yaml", folder=TEMPLATES))

    def _look_through(self, info: ChangeSetInfo, each: Round) -> None:
        """Show the change set. Raises SmsgenError unless it imports exactly what it should."""
        answer = self.world.stacks.describe_change_set(info.change_set_id, kind="IMPORT")
        self.world.talk.show(answer)
        wrong = list(_unexpected(answer, each))
        if wrong:
            message = f"CloudFormation would do more than import, or something else: {'; '.join(wrong[:5])}"
            raise SmsgenError(message, hint="the change set is removed again; nothing has been changed")

    def _execute(self, info: ChangeSetInfo) -> Outcome:
        stack = self.world.stacks.find(info.stack_id)
        if stack is None:
            raise SmsgenError("the stack was deleted meanwhile", hint="somebody else works on it")
        before = last_event(self.world.stacks, stack)
        self.world.guard.changes().execute(info, token=MARK + digest("execute", info.change_set_id))
        return self._follow(stack, before)

    def _follow(self, stack: StackInfo, before: str) -> Outcome:
        return follow(
            self.world.stacks,
            self.world.clock,
            stack,
            after=before,
            view=self.world.talk.watching(stack, self.planned.places),
            pace=self.options.pace.within(self.options.timeout),
            resume=self.options.resume,
        )

    def _refuse(self, each: Round, reason: str, error: SmsgenError) -> None:
        """Note the server that a reason names, so that the others go on without it; raise `error` where it names none.

        A canary is no round to go on from.
        """
        server = next((one for one in each.servers if _names(reason, one)), None)
        if server is None or (len(each.servers) == 1 and not self._inside()):
            raise error
        self._write(
            self.journal._replace(refused={**self.journal.refused, server.logical_id: reason.strip()})
        )
        self.world.talk.note(
            f"AWS refused {server.name} ({server.logical_id}): {reason.strip()}; the others go on"
        )

    # --- After it -------------------------------------------------------------------------------------------

    def _verify(self) -> None:
        """Compare what has been imported with the snapshot, and detect drift; stop all where something differs."""
        inside = self._inside()
        fresh = [server for server in inside if server.logical_id not in self.journal.verified]
        if not fresh and not self.journal.stopped:
            return
        stack = self.world.stacks.find(self.planned.app.stack_name)
        if stack is None or not inside:
            return
        imported = only(self.snapshot, inside if self.journal.stopped else fresh)
        moved = [one.sentence() for one in changes_since(imported, look_again(self.world.fleet, imported))]
        drifted = [] if moved else self._drifted(stack)
        if moved or drifted:
            self._stop(stack, [*moved, *drifted])
        if self.journal.stopped:
            self.world.drift.allow_updates(stack.stack_id)
        verified = tuple(server.logical_id for server in inside)
        self._write(self.journal._replace(verified=verified, stopped=""))
        self.world.talk.note(f"{len(inside)} servers in {stack.name} are as they were, and in sync")

    def _drifted(self, stack: StackInfo) -> list[str]:
        detection = self.world.drift.detect(stack.stack_id)
        backoff = Backoff(self.world.clock, self.options.pace)
        while (outcome := self.world.drift.outcome(detection)) == "DETECTION_IN_PROGRESS":
            if not backoff.wait():
                raise SmsgenError("CloudFormation is still detecting drift", hint=self.options.resume)
        if outcome == "DETECTION_FAILED":
            raise SmsgenError("CloudFormation could not detect drift", hint=self.options.resume)
        return [
            f"{one.logical_id} is {one.status}{': ' + ', '.join(one.paths) if one.paths else ''}"
            for one in self.world.drift.resources(stack.stack_id)
            if one.status not in _IN_SYNC
        ]

    def _stop(self, stack: StackInfo, reasons: list[str]) -> None:
        self.world.drift.forbid_updates(stack.stack_id)
        listed = "\n".join(f"  {reason}" for reason in reasons[:50])
        self._write(self.journal._replace(stopped="; ".join(reasons[:50])))
        message = (
            f"servers in {stack.name} are not what the file says; updates of it are forbidden now:\n{listed}"
        )
        raise AdoptionStopped(message, hint=f"find out what happened, then run this again; {REVERT}")

    def _expect_no_changes(self) -> None:
        """Hand in the same template once more: CloudFormation must find nothing to change."""
        stack = self.world.stacks.find(self.planned.app.stack_name)
        if stack is None or not (owned := self._owned(stack)):
            return
        guarded = self.world.guard.changes()
        request = self._request(stack, owned, None)
        info = ask(self.world.stacks, guarded, self.world.clock, request, self.options.pace)
        if info is not None:
            answer = self.world.stacks.describe_change_set(info.change_set_id, kind="UPDATE")
            discard(self.world.stacks, guarded, self.world.clock, info)
            names = ", ".join(change.logical_resource_id for change in answer.changes[:10])
            message = f"the same template again would change {names or 'the stack'}"
            raise AdoptionStopped(
                message, hint=f"do not update {stack.name} before that is understood; {REVERT}"
            )

    def _adopted(self, *, declined: bool = False) -> Adopted:
        names = tuple(server.logical_id for server in self._inside())
        return Adopted(names, dict(self.journal.refused), declined)

    def _write(self, journal: AdoptionJournal) -> None:
        if journal != self.journal:
            self.journal = journal
            self.world.note(journal)


def _unexpected(answer: ChangeSet, each: Round) -> Iterable[str]:
    """Yield what of a change set is not the import of what a round imports."""
    expected = {
        name: physical_id(found.type, found.identifier)
        for server in each.servers
        for name, found in server.resources.items()
    }
    for change in answer.changes:
        name, physical = change.logical_resource_id, change.physical_resource_id
        if change.action != "Import" or name not in expected:
            yield f"{change.action} of {name}"
        elif physical and physical != expected[name] and physical not in each.imports[name].values():
            yield f"{name} would be {physical}, not {expected[name]}"
    for name in sorted(expected.keys() - {change.logical_resource_id for change in answer.changes}):
        yield f"nothing becomes {name}"


def _named(each: Round) -> str:
    if len(each.servers) == 1:
        return f"{each.servers[0].name} ({each.servers[0].instance_id})"
    return f"{len(each.servers)} servers"


def _names(reason: str, server: SeenServer) -> bool:
    """Whether a reason names a server: by an id of AWS's, or by the logical id at its beginning."""
    ids = {value for found in server.resources.values() for value in found.identifier.values()}
    return any(one in reason for one in ids) or reason.split(" ", 1)[0] in server.resources
