"""CloudFormation in memory, behind the ports Stacks and StackChanges.

It works while somebody sleeps, and can be told to fail.

clock = FakeClock()
aws = FakeStacks(clock)
aws.broken["Web1"] = "the AMI does not exist"     # this resource cannot be created or updated
aws.fail("execute", ServiceError("…"), after=True)  # the next such call takes effect, and its answer is lost
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from smsgen.cfn.text import parse_template
from smsgen.changes.change_set import ChangeSet
from smsgen.changes.model import Side
from smsgen.errors import ServiceError
from smsgen.operations.ports.records import (
    ChangeSetInfo,
    ChangeSetRequest,
    Instance,
    PhysicalResource,
    StackEvent,
    StackInfo,
)

EMPTY = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)


class Killed(BaseException):
    """What kill -9 does to whoever calls: nothing more of theirs is run."""


class FakeClock:
    """Sleeping takes no time; `while_asleep` is called each time."""

    def __init__(self) -> None:
        self.time = 1_000_000.0
        self.naps: list[float] = []
        self.while_asleep: Callable[[], None] = lambda: None

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.naps.append(seconds)
        self.time += seconds
        self.while_asleep()

    def jitter(self) -> float:
        return 0.5


@dataclass
class Stack:
    info: StackInfo
    body: dict[str, Any] = field(default_factory=dict)
    resources: dict[str, PhysicalResource] = field(default_factory=dict)
    events: list[StackEvent] = field(default_factory=list)


class FakeStacks:
    """One account and Region."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        clock.while_asleep = self.work
        self.stacks: dict[str, Stack] = {}
        self.made: dict[str, tuple[ChangeSetInfo, ChangeSetRequest]] = {}
        self.tokens: dict[str, str] = {}
        self.todo: list[Callable[[], None]] = []
        self.broken: dict[str, str] = {}
        self.undeletable: dict[str, str] = {}
        self.refused = ""
        self.limit = 100
        self.per_nap = 4
        self.calls: list[str] = []
        self.asked: list[ChangeSetRequest] = []
        self.template_of: Callable[[str], str] = lambda url: ""
        self.known_instances: dict[str, Instance] = {}
        self._faults: list[tuple[str, BaseException, bool]] = []
        self._ids = 0
        self._dead = False

    # --- what tests do ---

    def fail(self, method: str, error: BaseException, *, after: bool = False) -> None:
        """Make the next call of `method` raise: before it does anything, or after it has taken effect."""
        self._faults.append((method, error, after))

    def kill(self, method: str, *, after: bool = False) -> None:
        """Make the next call of `method` the last thing that its caller does; `revive` is for the next caller."""
        self.fail(method, Killed(), after=after)

    def revive(self) -> None:
        """Answer again."""
        self._dead = False

    def forgive(self) -> None:
        """Raise nothing that has not been raised yet."""
        self._faults.clear()

    def put(self, name: str, status: str, body: dict[str, Any] | None = None, **fields: Any) -> StackInfo:
        """Put a stack there in some state."""
        stack_id = f"arn:aws:cloudformation:eu-central-1:123456789012:stack/{name}/{self._id()}"
        info = StackInfo(name, stack_id, status, last_change=f"t{self._ids}", **fields)
        stack = Stack(info, body or {})
        for logical_id, resource in (body or {}).get("Resources", {}).items():
            stack.resources[logical_id] = PhysicalResource(
                logical_id, resource["Type"], f"i-{logical_id}", "CREATE_COMPLETE"
            )
        self.stacks[stack_id] = stack
        return info

    def begin(self, name: str, kind: str, *steps: tuple[str, str, str], end: str, token: str = "") -> None:
        """Have an operation running: `steps` are (logical id, status, reason), `end` its last state."""
        stack = self._living(name)
        assert stack
        self._operation(
            stack, kind, [lambda s=s: self._event(stack, *s, token=token) for s in steps], end, token
        )

    def leftover(self, name: str, info: ChangeSetInfo) -> None:
        """Put a change set into a stack."""
        stack = self._living(name)
        assert stack
        request = ChangeSetRequest(name, info.name, "UPDATE", "", info.description)
        self.made[info.change_set_id] = (info._replace(stack_id=stack.info.stack_id), request)

    def work(self) -> None:
        """Get on with what is to do."""
        for _ in range(self.per_nap):
            if self.todo:
                self.todo.pop(0)()

    def statuses(self, name: str) -> list[str]:
        """Return the states of all stacks of that name, oldest first."""
        return [stack.info.status for stack in self.stacks.values() if stack.info.name == name]

    def count(self, method: str) -> int:
        """Return how often a method was called."""
        return self.calls.count(method)

    # --- the port ---

    def find(self, stack: str) -> StackInfo | None:
        return self._call("find", lambda: self._info(stack))

    def template(self, stack: str) -> str:
        return self._call("template", lambda: json.dumps(self._stack(stack).body))

    def resources(self, stack: str) -> tuple[PhysicalResource, ...]:
        return self._call("resources", lambda: tuple(self._stack(stack).resources.values()))

    def events(self, stack: str, *, after: str = "") -> tuple[StackEvent, ...]:
        return self._call("events", lambda: self._events(stack, after))

    def create_change_set(self, request: ChangeSetRequest) -> ChangeSetInfo:
        return self._call("create_change_set", lambda: self._create(request))

    def change_set(self, stack: str, name: str) -> ChangeSetInfo | None:
        return self._call(
            "change_set",
            lambda: next((i for i, _ in self._of(stack) if name in (i.name, i.change_set_id)), None),
        )

    def change_sets(self, stack: str) -> tuple[ChangeSetInfo, ...]:
        return self._call("change_sets", lambda: tuple(info for info, _ in self._of(stack)))

    def describe_change_set(self, change_set_id: str, *, kind: str) -> ChangeSet:
        return self._call("describe_change_set", lambda: self._describe(change_set_id, kind))

    def delete_change_set(self, stack: str, name: str) -> None:
        self._call("delete_change_set", lambda: self._delete_change_set(stack, name))

    def execute(self, change_set: ChangeSetInfo, *, token: str) -> None:
        self._call("execute", lambda: self._execute(change_set, token))

    def delete(self, stack: str, *, token: str, retain: Iterable[str] = ()) -> None:
        self._call("delete", lambda: self._delete(stack, token, set(retain)))

    def protect(self, stack: str, *, on: bool) -> None:
        self._call("protect", lambda: self._set(self._stack(stack), protected=on))

    def instances(self, ids: Iterable[str]) -> tuple[Instance, ...]:
        return self._call(
            "instances", lambda: tuple(self.known_instances[i] for i in ids if i in self.known_instances)
        )

    # --- how it works ---

    def _body(self, request: ChangeSetRequest) -> dict[str, Any]:
        text = request.template_body or self.template_of(request.template_url)
        return parse_template(text.encode(), "template").template.body

    def _describe(self, change_set_id: str, kind: str) -> ChangeSet:
        info, request = self.made[change_set_id]
        self.asked.append(request)
        made: dict[str, Any] = {"change_set_type": kind, "before": Side(), "after": Side(), "nested": {}}
        return ChangeSet(
            stack_name=request.stack_name,
            stack_id=info.stack_id,
            status="CREATE_COMPLETE",
            execution_status="AVAILABLE",
            status_reason=None,
            parameters=(),
            changes=(),
            changes_with_property_values=(),
            **made,
        )

    def _call(self, method: str, act: Callable[[], Any]) -> Any:
        if self._dead:
            raise Killed
        self.calls.append(method)
        fault = next((f for f in self._faults if f[0] == method), None)
        if fault:
            self._faults.remove(fault)
            if fault[2]:
                act()
            self._dead = isinstance(fault[1], Killed)
            raise fault[1]
        return act()

    def _id(self) -> str:
        self._ids += 1
        return f"{self._ids:08x}"

    def _living(self, name: str) -> Stack | None:
        living = [
            s for s in self.stacks.values() if s.info.name == name and s.info.status != "DELETE_COMPLETE"
        ]
        return living[0] if living else None

    def _info(self, stack: str) -> StackInfo | None:
        found = self.stacks.get(stack) or self._living(stack)
        return found.info if found else None

    def _stack(self, stack: str) -> Stack:
        found = self.stacks.get(stack) or self._living(stack)
        if not found:
            raise ServiceError(f"Stack [{stack}] does not exist", code="ValidationError")
        return found

    def _of(self, stack: str) -> list[tuple[ChangeSetInfo, ChangeSetRequest]]:
        info = self._info(stack)
        return [pair for pair in self.made.values() if info and pair[0].stack_id == info.stack_id]

    def _events(self, stack: str, after: str) -> tuple[StackEvent, ...]:
        events = self._stack(stack).events
        ids = [event.event_id for event in events]
        return tuple(events[ids.index(after) + 1 :] if after else events)

    def _set(self, stack: Stack, **fields: Any) -> None:
        stack.info = stack.info._replace(**fields)

    def _event(
        self,
        stack: Stack,
        logical_id: str,
        status: str,
        reason: str = "",
        *,
        token: str = "",
        kind: str = "AWS::EC2::Instance",
    ) -> None:
        info = stack.info
        own = logical_id == info.name
        physical = info.stack_id if own else f"i-{logical_id}"
        self.clock.time += 0.001
        stack.events.append(
            StackEvent(
                self._id(),
                info.stack_id,
                info.name,
                logical_id,
                physical,
                "AWS::CloudFormation::Stack" if own else kind,
                status,
                reason,
                self.clock.time,
                token,
            )
        )

    def _create(self, request: ChangeSetRequest) -> ChangeSetInfo:
        stack = self._living(request.stack_name)
        if stack is None:
            assert request.type != "UPDATE"
            self.put(request.stack_name, "REVIEW_IN_PROGRESS")
            stack = self._living(request.stack_name)
            assert stack
        there = self.change_set(request.stack_name, request.name)
        if there:
            return there
        if request.token in self.tokens and self.tokens[request.token] not in self.made:
            return ChangeSetInfo(
                self.tokens[request.token], request.name, stack.info.stack_id, "CREATE_PENDING"
            )
        if len(self._of(request.stack_name)) >= self.limit:
            raise ServiceError("too many change sets", code="LimitExceededException")
        info = ChangeSetInfo(
            f"cs-{self._id()}",
            request.name,
            stack.info.stack_id,
            "CREATE_IN_PROGRESS",
            description=request.description,
        )
        self.made[info.change_set_id] = (info, request)
        self.tokens[request.token] = info.change_set_id
        self.todo.append(lambda: self._work_out(info.change_set_id))
        return info

    def _work_out(self, change_set_id: str) -> None:
        if change_set_id not in self.made:
            return
        info, request = self.made[change_set_id]
        stack = self.stacks[info.stack_id]
        if self.refused:
            info = info._replace(status="FAILED", execution_status="UNAVAILABLE", reason=self.refused)
        elif stack.body == self._body(request):
            info = info._replace(status="FAILED", execution_status="UNAVAILABLE", reason=EMPTY)
        else:
            info = info._replace(status="CREATE_COMPLETE", execution_status="AVAILABLE")
        self.made[change_set_id] = (info, request)

    def _delete_change_set(self, stack: str, name: str) -> None:
        for info, _ in self._of(stack):
            if name in (info.name, info.change_set_id):
                assert info.execution_status != "EXECUTE_IN_PROGRESS"
                del self.made[info.change_set_id]

    def _execute(self, change_set: ChangeSetInfo, token: str) -> None:
        info, request = self.made[change_set.change_set_id]
        if info.execution_status == "EXECUTE_IN_PROGRESS":
            return
        assert info.executable
        self.made[change_set.change_set_id] = (info._replace(execution_status="EXECUTE_IN_PROGRESS"), request)
        stack = self.stacks[info.stack_id]
        kind = "UPDATE" if stack.resources else "CREATE"
        body = self._body(request)
        steps: list[Callable[[], None]] = []
        failed = False
        for logical_id, resource in body["Resources"].items():
            if stack.body.get("Resources", {}).get(logical_id) == resource and logical_id in stack.resources:
                continue
            if failed:
                steps.append(
                    lambda i=logical_id: self._event(
                        stack, i, f"{kind}_FAILED", "Resource creation cancelled"
                    )
                )
                continue
            steps.append(lambda i=logical_id: self._event(stack, i, f"{kind}_IN_PROGRESS", token=token))
            if logical_id in self.broken:
                failed = True
                steps.append(lambda i=logical_id: self._event(stack, i, f"{kind}_FAILED", self.broken[i]))
            else:
                steps.append(lambda i=logical_id, r=resource: self._make(stack, i, r, kind))
        if not failed:
            steps.append(lambda: setattr(stack, "body", body))
            steps.append(lambda: self._set(stack, outputs={"Address": "10.0.0.1"}, tags=request.tags))
        steps.append(lambda: self.made.pop(info.change_set_id, None) and None)
        ends = {"ROLLBACK": "ROLLBACK_COMPLETE", "DELETE": "DELETE_COMPLETE", "DO_NOTHING": "CREATE_FAILED"}
        end = f"{kind}_COMPLETE"
        if failed:
            end = ends[request.on_failure] if kind == "CREATE" else "UPDATE_ROLLBACK_COMPLETE"
        self._operation(stack, kind, steps, end, token)

    def _make(self, stack: Stack, logical_id: str, resource: dict[str, Any], kind: str) -> None:
        stack.resources[logical_id] = PhysicalResource(
            logical_id, resource["Type"], f"i-{logical_id}", f"{kind}_COMPLETE"
        )
        self._event(stack, logical_id, f"{kind}_COMPLETE")

    def _delete(self, stack_name: str, token: str, retain: set[str]) -> None:
        stack = self._stack(stack_name)
        assert not stack.info.protected
        self.todo.clear()  # a creation that is running is broken off
        steps: list[Callable[[], None]] = []
        failed = False
        for logical_id in stack.resources:
            if logical_id in self.undeletable and logical_id not in retain:
                failed = True
                steps.append(lambda i=logical_id: self._event(stack, i, "DELETE_FAILED", self.undeletable[i]))
            else:
                steps.append(lambda i=logical_id: self._event(stack, i, "DELETE_COMPLETE"))
        self._operation(stack, "DELETE", steps, "DELETE_FAILED" if failed else "DELETE_COMPLETE", token)

    def _operation(
        self, stack: Stack, kind: str, steps: list[Callable[[], None]], end: str, token: str
    ) -> None:
        name = stack.info.name

        def start() -> None:
            self._set(stack, status=f"{kind}_IN_PROGRESS")
            self._event(stack, name, f"{kind}_IN_PROGRESS", "User Initiated", token=token)

        def stop() -> None:
            self._set(stack, status=end, last_change=f"t{self._id()}")
            self._event(stack, name, end, token=token)

        if kind == "DELETE" or stack.info.status == f"{kind}_IN_PROGRESS":
            start()
        else:
            self.todo.append(start)  # the state of before is still shown for a moment
        self.todo += [*steps, stop]
