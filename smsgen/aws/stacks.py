"""The Stacks port on CloudFormation and EC2; see `operations.ports.Stacks`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from smsgen.aws.clients import Clients
from smsgen.aws.errors import error_code, error_message, service_errors
from smsgen.errors import ServiceError
from smsgen.operations.ports.records import (
    ChangeSetInfo,
    Instance,
    PhysicalResource,
    StackEvent,
    StackInfo,
)

if TYPE_CHECKING:
    from smsgen.changes.change_set import ChangeSet

_FILTER_VALUES = 200
"""Values that one filter of DescribeInstances takes (EC2 API reference, Query requests)."""

_EVENT_PAGES = 200
"""Pages of 100 events that are read of one stack: far more than the 90 days that CloudFormation keeps."""


class CloudFormationStacks:
    """What stands in one account and Region."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def find(self, stack: str) -> StackInfo | None:
        """Return the stack, or None where there is none of that name (by id, deleted ones are found)."""
        with service_errors(f"cannot look at the stack {stack}"):
            try:
                answer = self._cloudformation.describe_stacks(StackName=stack)
            except Exception as error:
                if is_missing(error):
                    return None
                raise
        info = _stack(answer["Stacks"][0])
        # A name stands for the living: CloudFormation never gives a deleted stack by name, imitations do.
        return None if info.status == "DELETE_COMPLETE" and stack == info.name else info

    def template(self, stack: str) -> str:
        """Return the template's text as it was submitted."""
        with service_errors(f"cannot read the template of the stack {stack}"):
            body = self._cloudformation.get_template(StackName=stack, TemplateStage="Original")[
                "TemplateBody"
            ]
        if isinstance(body, str):
            return body
        import json

        return json.dumps(body)  # boto3 reads a JSON template into a dict

    def resources(self, stack: str) -> tuple[PhysicalResource, ...]:
        """Return all resources of the stack, all pages, without those of nested stacks."""
        with service_errors(f"cannot list the resources of the stack {stack}"):
            pages = self._pages("list_stack_resources", StackName=stack)
            return tuple(_resource(one) for page in pages for one in page["StackResourceSummaries"])

    def events(self, stack: str, *, after: str = "") -> tuple[StackEvent, ...]:
        """Return the events that came after the one with the id `after` (all where it is ""), oldest first."""
        with service_errors(f"cannot read the events of the stack {stack}"):
            events = list(self._until(stack, after))
        return tuple(reversed(events))

    def change_set(self, stack: str, name: str) -> ChangeSetInfo | None:
        """Return the change set (by name or id) without its changes, or None where there is none."""
        with service_errors(f"cannot look at the change set {name}"):
            try:
                return change_set_info(
                    self._cloudformation.describe_change_set(StackName=stack, ChangeSetName=name)
                )
            except Exception as error:
                if is_missing(error):
                    return None
                raise

    def change_sets(self, stack: str) -> tuple[ChangeSetInfo, ...]:
        """Return all change sets of the stack, all pages."""
        with service_errors(f"cannot list the change sets of the stack {stack}"):
            pages = self._pages("list_change_sets", StackName=stack)
            infos = [
                change_set_info(one) for page in pages for one in page["Summaries"] if _within(one, stack)
            ]
        return tuple(infos)

    def describe_change_set(self, change_set_id: str, *, kind: str) -> ChangeSet:
        """Return the change set with its changes, with and without values, all pages, nested ones too."""
        with service_errors(f"cannot read the change set {change_set_id}"):
            return self._described(change_set_id, kind)

    def instances(self, ids: Iterable[str]) -> tuple[Instance, ...]:
        """Return those of the instances that EC2 knows, all pages, with no call per instance.

        They are asked for by filter: by InstanceIds, one that is gone would fail the call for all.
        """
        wanted = sorted(ids)
        known: list[Instance] = []
        with service_errors("cannot look at the instances"):
            for start in range(0, len(wanted), _FILTER_VALUES):
                names = wanted[start : start + _FILTER_VALUES]
                pages = self._clients.client("ec2").get_paginator("describe_instances")
                for page in pages.paginate(Filters=[{"Name": "instance-id", "Values": names}]):
                    known += [
                        _instance(i) for reservation in page["Reservations"] for i in reservation["Instances"]
                    ]
        return tuple(sorted(known))

    @property
    def _cloudformation(self) -> Any:
        return self._clients.client("cloudformation")

    def _pages(self, operation: str, **arguments: Any) -> Iterator[Mapping[str, Any]]:
        return iter(self._cloudformation.get_paginator(operation).paginate(**arguments))

    def _until(self, stack: str, after: str) -> Iterator[StackEvent]:
        """Yield events newest first, reading no page beyond the one that holds `after`."""
        for number, page in enumerate(self._pages("describe_stack_events", StackName=stack)):
            for raw in page["StackEvents"]:
                if raw["EventId"] == after:
                    return
                yield _event(raw)
            if number >= _EVENT_PAGES:
                return

    def _described(self, change_set_id: str, kind: str) -> ChangeSet:
        from smsgen.aws.change_sets import change_set

        plain = self._whole(change_set_id, values=False)
        valued = self._whole(change_set_id, values=True)
        changes = [change.get("ResourceChange", {}) for change in plain["Changes"]]
        nested = {c["LogicalResourceId"]: c["ChangeSetId"] for c in changes if c.get("ChangeSetId")}
        children = {name: self._described(inner, kind) for name, inner in nested.items()}
        return change_set(plain, valued, children, kind=kind)

    def _whole(self, change_set_id: str, *, values: bool) -> dict[str, Any]:
        """Return one answer with the changes of all its pages."""
        pages = list(
            self._pages("describe_change_set", ChangeSetName=change_set_id, IncludePropertyValues=values)
        )
        if not pages:
            raise ServiceError(f"CloudFormation says nothing about the change set {change_set_id}")
        return {**pages[0], "Changes": [change for page in pages for change in page.get("Changes", ())]}


def is_missing(error: Exception) -> bool:
    """Return whether CloudFormation refuses because there is no such stack or change set."""
    code = error_code(error)
    if code in ("ChangeSetNotFound", "ChangeSetNotFoundException"):
        return True
    return code == "ValidationError" and "does not exist" in error_message(error)


def _within(raw: Mapping[str, Any], stack: str) -> bool:
    """Return whether a change set is the stack's: imitations of CloudFormation list those of all stacks."""
    return stack in (raw["StackId"], raw["StackName"])


def _stack(raw: Mapping[str, Any]) -> StackInfo:
    changed = raw.get("DeletionTime") or raw.get("LastUpdatedTime") or raw["CreationTime"]
    return StackInfo(
        name=raw["StackName"],
        stack_id=raw["StackId"],
        status=raw["StackStatus"],
        reason=raw.get("StackStatusReason", ""),
        description=raw.get("Description", ""),
        parameters={p["ParameterKey"]: p.get("ParameterValue", "") for p in raw.get("Parameters", ())},
        outputs={o["OutputKey"]: o["OutputValue"] for o in raw.get("Outputs", ())},
        tags={t["Key"]: t["Value"] for t in raw.get("Tags", ())},
        protected=bool(raw.get("EnableTerminationProtection")),
        last_change=changed.isoformat(),
    )


def _resource(raw: Mapping[str, Any]) -> PhysicalResource:
    return PhysicalResource(
        logical_id=raw.get("LogicalResourceId", ""),
        type=raw["ResourceType"],
        physical_id=raw.get("PhysicalResourceId", ""),
        status=raw.get("ResourceStatus", ""),
        reason=raw.get("ResourceStatusReason", ""),
    )


def _event(raw: Mapping[str, Any]) -> StackEvent:
    return StackEvent(
        event_id=raw["EventId"],
        stack_id=raw["StackId"],
        stack_name=raw["StackName"],
        logical_id=raw.get("LogicalResourceId", ""),
        physical_id=raw.get("PhysicalResourceId", ""),
        type=raw.get("ResourceType", ""),
        status=raw.get("ResourceStatus", ""),
        reason=raw.get("ResourceStatusReason", ""),
        time=raw["Timestamp"].timestamp(),
        token=raw.get("ClientRequestToken", ""),
    )


def change_set_info(raw: Mapping[str, Any]) -> ChangeSetInfo:
    """Return what DescribeChangeSet, or an entry of ListChangeSets, says of a change set."""
    return ChangeSetInfo(
        change_set_id=raw["ChangeSetId"],
        name=raw["ChangeSetName"],
        stack_id=raw["StackId"],
        status=raw["Status"],
        execution_status=raw.get("ExecutionStatus", ""),
        reason=raw.get("StatusReason", ""),
        description=raw.get("Description", ""),
    )


def _instance(raw: Mapping[str, Any]) -> Instance:
    return Instance(
        instance_id=raw["InstanceId"],
        state=raw["State"]["Name"],
        private_ip=raw.get("PrivateIpAddress", ""),
        public_ip=raw.get("PublicIpAddress", ""),
        image_id=raw.get("ImageId", ""),
        type=raw.get("InstanceType", ""),
        launched=raw["LaunchTime"].timestamp() if "LaunchTime" in raw else 0.0,
    )
