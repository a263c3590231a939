"""Stacks over a planted fleet: change sets that import and update, their texts, events, rollback, and drift."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from tests.servers.aws.adoption.actual import properties
from tests.servers.aws.adoption.fleet import Fleet
from tests.servers.aws.adoption.importing import IDENTIFIERS, differences, physical_id, plain, refuse_import
from tests.servers.aws.adoption.sessions import Sessions
from tests.servers.aws.adoption.templates import evaluate, parse

Item = dict[str, Any]
ACCOUNT = "arn:aws:cloudformation:eu-central-1:123456789012"
NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)
REPLACING = frozenset(
    [
        "ImageId",
        "SubnetId",
        "KeyName",
        "PrivateIpAddress",
        "AvailabilityZone",
        "CpuOptions",
        "HibernationOptions",
        "EnclaveOptions",
    ]
)
HANDLER_CALLS = {
    "DisableApiTermination": "ec2:ModifyInstanceAttribute",
    "InstanceInitiatedShutdownBehavior": "ec2:ModifyInstanceAttribute",
    "SourceDestCheck": "ec2:ModifyInstanceAttribute",
    "Monitoring": "ec2:MonitorInstances",
    "MetadataOptions": "ec2:ModifyInstanceMetadataOptions",
    "CreditSpecification": "ec2:ModifyInstanceCreditSpecification",
    "IamInstanceProfile": "ec2:AssociateIamInstanceProfile",
    "InstanceType": "ec2:StopInstances",
    "UserData": "ec2:StopInstances",
    "EbsOptimized": "ec2:StopInstances",
}
"""Property -> what the update handler calls where it is not as the template says (the schema's permissions)."""


def now() -> datetime:
    return datetime.now(UTC)


class Stack:
    """A stack; `resources`: logical id -> type and physical id."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.id = f"{ACCOUNT}:stack/{name}/{number:032x}"
        self.status = "REVIEW_IN_PROGRESS"
        self.reason = ""
        self.body = ""
        self.template: Item = {}
        self.parameters: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self.role_arn: str | None = None
        self.protected = False
        self.policy = ""
        self.resources: dict[str, tuple[str, str]] = {}
        self.events: list[Item] = []
        self.made = self.changed = now()
        self.steps: list[Callable[[], None]] = []

    def event(
        self, name: str, type_name: str, physical: str, status: str, reason: str = "", token: str = ""
    ) -> None:
        """Add an event."""
        event = {
            "EventId": f"{name}-{status}-{len(self.events):06d}",
            "StackId": self.id,
            "StackName": self.name,
            "LogicalResourceId": name,
            "PhysicalResourceId": physical,
            "ResourceType": type_name,
            "ResourceStatus": status,
            "Timestamp": now(),
        }
        self.events.append(
            event
            | ({"ResourceStatusReason": reason} if reason else {})
            | ({"ClientRequestToken": token} if token else {})
        )

    def own(self, status: str, reason: str = "", token: str = "") -> None:
        """Set the stack's own state, with its event."""
        self.status, self.reason, self.changed = status, reason, now()
        self.event(self.name, "AWS::CloudFormation::Stack", self.id, status, reason, token)


class Stacks:
    """All stacks of the account, their change sets, and what was found to have drifted.

    `looks`: how often DescribeStacks still finds an operation in progress. `refused`: physical id -> the reason for
    which AWS will not import it. `touching`: the update handler after an import makes servers as the template says;
    what it does is in `touched`.
    """

    def __init__(self, fleet: Fleet, sessions: Sessions) -> None:
        self.fleet, self.sessions = fleet, sessions
        self.forget()

    def forget(self) -> None:
        """Begin with no stack."""
        self.stacks: dict[str, Stack] = {}
        self.gone: list[Stack] = []
        self.sets: dict[str, Item] = {}
        self.detections: dict[str, Item] = {}
        self.looks = 0
        self.touching = False
        self.refused: dict[str, str] = {}
        self.touched: list[str] = []

    def find(self, name: str) -> Stack:
        """Return a stack by name or id; raises CloudFormation's error."""
        for stack in (*self.stacks.values(), *self.gone):
            if stack.id == name or (stack.name == name and stack.status != "DELETE_COMPLETE"):
                return stack
        raise ValidationError(message=f"Stack with id {name} does not exist")

    def look(self, name: str) -> Stack:
        """Return a stack as DescribeStacks finds it: what is in progress goes on."""
        stack = self.find(name)
        if stack.steps:
            stack.steps.pop(0)()
        return stack

    def change_set(self, name: str, stack_name: str | None) -> Item:
        """Return a change set by ARN, or by name; raises CloudFormation's error."""
        for found in self.sets.values():
            if found["ChangeSetId"] == name or (
                found["ChangeSetName"] == name and stack_name in (found["StackName"], found["StackId"])
            ):
                return found
        raise ValidationError(message=f"ChangeSet [{name}] does not exist")

    # --- Change sets --------------------------------------------------------------------------------------

    def create(self, asked: Item) -> Item:
        """Make a change set; what CloudFormation refuses at once it raises, the rest makes one that FAILED."""
        kind, template = asked["ChangeSetType"], parse(asked["TemplateBody"])
        there = next((s for s in self.stacks.values() if asked["StackName"] in (s.name, s.id)), None)
        if kind == "UPDATE" and there is None:
            raise ValidationError(message=f"Stack [{asked['StackName']}] does not exist")
        before = there or Stack(asked["StackName"], len(self.stacks) + len(self.gone) + 1)
        known = [
            c
            for c in self.sets.values()
            if c["StackId"] == before.id and c["ChangeSetName"] == asked["ChangeSetName"]
        ]
        if known:
            return known[0]
        if kind == "IMPORT":
            refuse_import(asked, template, before, self._changes(before, template, asked))
        self.stacks.setdefault(before.name, before)
        found = {
            "ChangeSetId": f"{ACCOUNT}:changeSet/{asked['ChangeSetName']}/{len(self.sets) + 1:032x}",
            "ChangeSetName": asked["ChangeSetName"],
            "StackId": before.id,
            "StackName": before.name,
            "Description": asked.get("Description", ""),
            "CreationTime": now(),
            "asked": asked,
            "template": template,
        }
        self.sets[found["ChangeSetId"]] = found
        changes = self._changes(before, template, asked)
        failure = "" if changes or template.get("Outputs") != before.template.get("Outputs") else NO_CHANGES
        if kind == "IMPORT":
            failure = self._owned(asked) or failure
        found["Changes"] = changes
        found["Status"] = "FAILED" if failure else "CREATE_COMPLETE"
        found["ExecutionStatus"] = "UNAVAILABLE" if failure else "AVAILABLE"
        found["StatusReason"] = failure
        if not before.events:
            before.event(
                before.name, "AWS::CloudFormation::Stack", before.id, "REVIEW_IN_PROGRESS", "User Initiated"
            )
        return found

    def _owned(self, asked: Item) -> str:
        """Tell of the first resource that is in a stack already."""
        for target in asked["ResourcesToImport"]:
            physical = physical_id(target)
            for stack in self.stacks.values():
                if any(each == (target["ResourceType"], physical) for each in stack.resources.values()):
                    return f"{physical} already exists in stack {stack.id}"
        return ""

    def _changes(self, before: Stack, template: Item, asked: Item) -> list[Item]:
        imports = {
            each["LogicalResourceId"]: physical_id(each) for each in asked.get("ResourcesToImport", ())
        }
        changes = []
        for name, resource in sorted(template.get("Resources", {}).items()):
            old = before.template.get("Resources", {}).get(name)
            change = {"LogicalResourceId": name, "ResourceType": resource["Type"], "Scope": [], "Details": []}
            if old is None:
                physical = {"PhysicalResourceId": imports[name]} if name in imports else {}
                changes.append(change | {"Action": "Import" if name in imports else "Add"} | physical)
            elif plain(old) != plain(resource):
                changes.append(change | self._modified(before, name, old, resource))
        for name, resource in before.template.get("Resources", {}).items():
            if name not in template.get("Resources", {}):
                kept = "Retain" if resource.get("DeletionPolicy", "Delete") != "Delete" else "Delete"
                changes.append(
                    {
                        "Action": "Remove",
                        "LogicalResourceId": name,
                        "ResourceType": resource["Type"],
                        "PhysicalResourceId": before.resources[name][1],
                        "PolicyAction": kept,
                        "Scope": [],
                        "Details": [],
                    }
                )
        return changes

    def _modified(self, stack: Stack, name: str, old: Item, new: Item) -> Item:
        changed = sorted(
            key
            for key in {*old.get("Properties", {}), *new.get("Properties", {})}
            if old.get("Properties", {}).get(key) != new.get("Properties", {}).get(key)
        )
        details = [
            {
                "Target": {
                    "Attribute": "Tags" if key == "Tags" else "Properties",
                    "Name": key,
                    "RequiresRecreation": "Always" if key in REPLACING else "Never",
                },
                "Evaluation": "Static",
                "ChangeSource": "DirectModification",
            }
            for key in changed
        ]
        return {
            "Action": "Modify",
            "PhysicalResourceId": stack.resources[name][1],
            "Replacement": "True" if REPLACING.intersection(changed) else "False",
            "Details": details,
            "Scope": sorted({detail["Target"]["Attribute"] for detail in details}),
        }

    def execute(self, found: Item, access_key: str, token: str) -> None:
        """Execute a change set; the stack gets there after as many looks as `looks` says."""
        if found["ExecutionStatus"] != "AVAILABLE":
            status = found["ExecutionStatus"]
            message = (
                f"ChangeSet [{found['ChangeSetId']}] cannot be executed in its current status of [{status}]"
            )
            raise ValidationError(message=message)
        stack, kind = self.find(found["StackId"]), found["asked"]["ChangeSetType"]
        found["ExecutionStatus"] = "EXECUTE_IN_PROGRESS"
        if kind == "IMPORT":
            stack.own("IMPORT_IN_PROGRESS", "User Initiated", token)
            work = partial(self._import, stack, found, access_key)
        else:
            fresh = stack.status == "REVIEW_IN_PROGRESS"
            stack.own("CREATE_IN_PROGRESS" if fresh else "UPDATE_IN_PROGRESS", "User Initiated", token)
            work = partial(self._update, stack, found, access_key, fresh=fresh)
        stack.steps = [lambda: None] * self.looks + [work]

    def _import(self, stack: Stack, found: Item, access_key: str) -> None:
        asked = found["asked"]
        targets = {each["LogicalResourceId"]: each for each in asked["ResourcesToImport"]}
        failed = {}
        for name, target in targets.items():
            physical, kind = physical_id(target), target["ResourceType"]
            stack.event(name, kind, physical, "IMPORT_IN_PROGRESS", "Resource import started.")
            reason = self.refused.get(physical, "")
            if not reason and properties(self.fleet, kind, physical) is None:
                reason = f"Resource of type '{kind}' with identifier '{physical}' was not found."
            if reason:
                failed[name] = reason
                stack.event(name, kind, physical, "IMPORT_FAILED", reason)
                break
            stack.event(name, kind, physical, "IMPORT_COMPLETE", "Resource import completed.")
        if not failed:
            failed = self._touch(stack, found, targets, access_key)
        if failed:
            return self._roll_back(stack, found, targets, list(failed))
        for name, target in targets.items():
            stack.resources[name] = (target["ResourceType"], physical_id(target))
        self._take_over(stack, found)
        self._tag(stack, targets)
        stack.own("IMPORT_COMPLETE")
        return None

    def _touch(self, stack: Stack, found: Item, targets: dict[str, Item], access_key: str) -> dict[str, str]:
        """Let the update handler run on each: whatever it would call, the session's policy may deny."""
        for name, target in targets.items():
            kind, physical = target["ResourceType"], physical_id(target)
            note = "Apply stack-level tags to imported resource if applicable."
            stack.event(name, kind, physical, "UPDATE_IN_PROGRESS", note)
            declared = found["template"]["Resources"][name].get("Properties", {})
            there = properties(self.fleet, kind, physical) or {}
            for key, call in HANDLER_CALLS.items() if self.touching and kind == "AWS::EC2::Instance" else ():
                if key in declared and plain(declared[key]) != plain(there.get(key)):
                    if self.sessions.denies(access_key, call):
                        reason = f"You are not authorized to perform this operation: {call}"
                        stack.event(name, kind, physical, "UPDATE_FAILED", reason)
                        return {name: reason}
                    self.touched.append(f"{call} {physical}")
            stack.event(name, kind, physical, "UPDATE_COMPLETE", note)
        return {}

    def _roll_back(self, stack: Stack, found: Item, targets: dict[str, Item], failed: list[str]) -> None:
        stack.own(
            "IMPORT_ROLLBACK_IN_PROGRESS",
            f"The following resource(s) failed to import: [{', '.join(failed)}]. ",
        )
        for name, target in targets.items():
            physical, kind = physical_id(target), target["ResourceType"]
            stack.event(name, kind, physical, "IMPORT_ROLLBACK_IN_PROGRESS")
            stack.event(name, kind, physical, "IMPORT_ROLLBACK_COMPLETE")
        found["ExecutionStatus"] = "EXECUTE_FAILED"
        stack.own("IMPORT_ROLLBACK_COMPLETE")

    def _update(self, stack: Stack, found: Item, access_key: str, *, fresh: bool) -> None:
        if '"Deny"' in stack.policy:
            found["ExecutionStatus"] = "EXECUTE_FAILED"
            stack.event(
                stack.name,
                "AWS::CloudFormation::Stack",
                stack.id,
                "UPDATE_FAILED",
                "Action denied by stack policy",
            )
            return stack.own("UPDATE_ROLLBACK_COMPLETE", "Action denied by stack policy")
        for change in found["Changes"]:
            name, kind = change["LogicalResourceId"], change["ResourceType"]
            physical = stack.resources.get(name, (kind, ""))[1]
            verb = {"Add": "CREATE", "Modify": "UPDATE", "Remove": "DELETE"}[change["Action"]]
            if change["Action"] == "Add" or change.get("Replacement") == "True":
                physical = self._make(stack, found, name)
            elif change["Action"] == "Remove":
                stack.resources.pop(name)
                if change["PolicyAction"] == "Retain":
                    stack.event(name, kind, physical, "DELETE_SKIPPED")
                    continue
                self.fleet.instances.pop(physical, None)
            stack.event(name, kind, physical, f"{verb}_IN_PROGRESS")
            stack.event(name, kind, physical, f"{verb}_COMPLETE")
        self._take_over(stack, found)
        for name, (kind, physical) in stack.resources.items():
            self._apply(stack, name, kind, physical)
        return stack.own("CREATE_COMPLETE" if fresh else "UPDATE_COMPLETE")

    def _make(self, stack: Stack, found: Item, name: str) -> str:
        resource = found["template"]["Resources"][name]
        declared = evaluate(
            resource.get("Properties", {}), lambda target, attribute: self._lookup(stack, target, attribute)
        )
        kind = resource["Type"]
        physical = self.fleet.launch(declared) if kind == "AWS::EC2::Instance" else f"{stack.name}-{name}"
        stack.resources[name] = (kind, physical)
        return physical

    def _apply(self, stack: Stack, name: str, kind: str, physical: str) -> None:
        """Make an instance as the template says, as far as updates in tests go: tags and attributes."""
        declared = stack.template["Resources"][name].get("Properties", {})
        if kind == "AWS::EC2::Instance" and physical in self.fleet.instances:
            self.fleet.tag(physical, {tag["Key"]: tag["Value"] for tag in declared.get("Tags", ())})
            for key in ("DisableApiTermination", "InstanceInitiatedShutdownBehavior"):
                if key in declared:
                    held = self.fleet.attributes.setdefault(physical, {})
                    held[key[0].lower() + key[1:]] = declared[key]

    def _take_over(self, stack: Stack, found: Item) -> None:
        asked = found["asked"]
        stack.template, stack.body = found["template"], asked["TemplateBody"]
        stack.parameters = {
            each["ParameterKey"]: each.get("ParameterValue", stack.parameters.get(each["ParameterKey"], ""))
            for each in asked.get("Parameters", ())
        }
        stack.tags = {tag["Key"]: tag["Value"] for tag in asked.get("Tags", ())} or stack.tags
        stack.role_arn = asked.get("RoleARN") or stack.role_arn
        found["ExecutionStatus"] = "EXECUTE_COMPLETE"

    def _tag(self, stack: Stack, targets: dict[str, Item]) -> None:
        for name, target in targets.items():
            own = {"stack-name": stack.name, "stack-id": stack.id, "logical-id": name}
            tags = {f"aws:cloudformation:{key}": value for key, value in own.items()}
            self.fleet.tag(physical_id(target).partition("|")[0], tags)

    def _lookup(self, stack: Stack, name: str, attribute: str) -> Any:
        if name in stack.resources:
            kind, physical = stack.resources[name]
            there = properties(self.fleet, kind, physical) or {}
            return there.get(attribute, physical) if attribute else physical
        pseudo = {"AWS::StackName": stack.name, "AWS::StackId": stack.id, "AWS::Region": "eu-central-1"}
        return stack.parameters.get(name, pseudo.get(name, f"{name}.{attribute}"))

    def delete(self, name: str) -> None:
        """Delete a stack; what is to be retained stays."""
        there = next((each for each in self.stacks.values() if name in (each.name, each.id)), None)
        if there is None:
            return  # CloudFormation finds nothing wrong with that
        stack = self.stacks.pop(there.name)
        if stack.protected:
            self.stacks[stack.name] = stack
            raise ValidationError(
                message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            )
        for logical_id, (kind, physical) in stack.resources.items():
            kept = stack.template["Resources"][logical_id].get("DeletionPolicy", "Delete") != "Delete"
            stack.event(logical_id, kind, physical, "DELETE_SKIPPED" if kept else "DELETE_COMPLETE")
            if not kept:
                self.fleet.instances.pop(physical, None)
        stack.own("DELETE_COMPLETE")
        self.gone.append(stack)
        self.sets = {key: each for key, each in self.sets.items() if each["StackId"] != stack.id}

    def outputs(self, stack: Stack) -> list[Item]:
        """Return the outputs of a stack, worked out."""
        return [
            {
                "OutputKey": key,
                "OutputValue": str(evaluate(output["Value"], lambda n, a: self._lookup(stack, n, a))),
            }
            for key, output in stack.template.get("Outputs", {}).items()
        ]

    # --- Drift --------------------------------------------------------------------------------------------

    def detect(self, name: str) -> str:
        """Find what has drifted, and give the id to ask by."""
        stack = self.find(name)
        drifts = [self._drift(stack, logical_id) for logical_id in stack.resources]
        detection = f"{len(self.detections) + 1:08x}-0000-0000-0000-000000000000"
        drifted = sum(drift["StackResourceDriftStatus"] in ("MODIFIED", "DELETED") for drift in drifts)
        self.detections[detection] = {"stack": stack, "drifts": drifts, "drifted": drifted}
        return detection

    def drifts(self, name: str) -> list[Item]:
        """Return what the last detection found on a stack."""
        stack = self.find(name)
        found = [each for each in self.detections.values() if each["stack"] is stack]
        return found[-1]["drifts"] if found else []

    def _drift(self, stack: Stack, logical_id: str) -> Item:
        kind, physical = stack.resources[logical_id]
        declared = evaluate(
            stack.template["Resources"][logical_id].get("Properties", {}),
            lambda name, attribute: self._lookup(stack, name, attribute),
        )
        there = properties(self.fleet, kind, physical)
        drift = {
            "StackId": stack.id,
            "LogicalResourceId": logical_id,
            "PhysicalResourceId": physical,
            "ResourceType": kind,
            "Timestamp": now(),
        }
        if kind not in IDENTIFIERS:
            return drift | {"StackResourceDriftStatus": "NOT_CHECKED"}
        if there is None:
            return drift | {"StackResourceDriftStatus": "DELETED"}
        found = list(differences(declared, there))
        return drift | {
            "StackResourceDriftStatus": "MODIFIED" if found else "IN_SYNC",
            "ExpectedProperties": json.dumps(declared),
            "ActualProperties": json.dumps(there),
            "PropertyDifferences": found,
        }
