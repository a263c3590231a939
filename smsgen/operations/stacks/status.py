"""How an application stands: the launch status in SMS's words, the servers, what the file says otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from smsgen.cfn.document import Template
from smsgen.cfn.nested import NESTED_STACK, is_nested_stack, template_url
from smsgen.cfn.normal import same
from smsgen.cfn.text import parse_template
from smsgen.errors import InvalidInput
from smsgen.model.status import LaunchStatus, of_stack
from smsgen.operations.ports.protocols import Stacks
from smsgen.operations.ports.records import Instance, PhysicalResource, StackInfo
from smsgen.operations.stacks.request import Place


class ServerStatus(NamedTuple):
    """One server of the file: where it belongs, and the instance it became (None: not launched)."""

    logical_id: str
    place: Place
    instance: Instance | None = None


class StackStanding(NamedTuple):
    """How an application stands. `differences` are the parts of the template that the file says otherwise.

    `differences` is None where there is no stack, or its template cannot be read.
    """

    name: str
    stack_name: str
    launch_status: LaunchStatus
    stack: StackInfo | None = None
    servers: tuple[ServerStatus, ...] = ()
    differences: tuple[str, ...] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready data in the SMS API's spelling."""
        stack = self.stack
        return {
            "name": self.name,
            "launchStatus": self.launch_status.value,
            "launchStatusMessage": stack.reason if stack else "",
            "stackName": self.stack_name,
            "stackId": stack.stack_id if stack else None,
            "stackStatus": stack.status if stack else None,
            "terminationProtection": bool(stack and stack.protected),
            "template": _says(self.differences),
            "differences": list(self.differences or ()),
            "servers": [_server(server) for server in self.servers],
            "outputs": dict(stack.outputs) if stack else {},
        }


def status(
    name: str,
    stack_name: str,
    *,
    template: Template,
    children: Mapping[str, Template],
    places: Mapping[str, Place],
    stacks: Stacks,
) -> StackStanding:
    """Return how the application `name` stands in the stack `stack_name`.

    `template` and `children` (by the name under TemplateURL) are what the file compiles to, `places` its
    servers.
    Raises ServiceError where AWS refuses.
    """
    stack = stacks.find(stack_name)
    if stack is None:
        servers = tuple(ServerStatus(*one) for one in _in_order(places))
        return StackStanding(name, stack_name, of_stack(None), servers=servers)
    if stack.status == "REVIEW_IN_PROGRESS":
        servers = tuple(ServerStatus(*one) for one in _in_order(places))
        return StackStanding(name, stack_name, of_stack(stack.status), stack, servers)
    resources = stacks.resources(stack.stack_id)
    nested = {
        one.logical_id: one.physical_id for one in resources if one.type == NESTED_STACK and one.physical_id
    }
    everything = [*resources, *(one for inner in nested.values() for one in stacks.resources(inner))]
    return StackStanding(
        name,
        stack_name,
        of_stack(stack.status),
        stack,
        _servers(places, everything, stacks),
        _differences(stack, nested, template, children, stacks),
    )


def differences_from_file(wanted: Mapping[str, Any], deployed: Mapping[str, Any]) -> Iterator[str]:
    """Yield the places (`Resources.Web1`) at which two templates mean different things, sorted."""
    for section in sorted({*wanted, *deployed} - {"Metadata"}):
        ours, theirs = wanted.get(section, {}), deployed.get(section, {})
        if not (isinstance(ours, dict) and isinstance(theirs, dict)):
            if not same(ours, theirs):
                yield section
            continue
        for name in sorted({*ours, *theirs}):
            if not same(_comparable(ours.get(name)), _comparable(theirs.get(name))):
                yield f"{section}.{name}"


def _comparable(part: Any) -> Any:
    """Return a resource without the address of its nested template: the address is where, not what."""
    if is_nested_stack(part):
        inside = {key: value for key, value in part.get("Properties", {}).items() if key != "TemplateURL"}
        return {**part, "Properties": inside}
    return part


def _differences(
    stack: StackInfo,
    nested: Mapping[str, str],
    template: Template,
    children: Mapping[str, Template],
    stacks: Stacks,
) -> tuple[str, ...] | None:
    try:
        names = list(differences_from_file(template.body, deployed_body(stack.stack_id, stacks)))
        for logical_id, stack_id in nested.items():
            child = children.get(template_url(template.resources.get(logical_id)) or "")
            if child is not None:
                inner = differences_from_file(child.body, deployed_body(stack_id, stacks))
                names += [f"{logical_id}/{difference}" for difference in inner]
    except InvalidInput:
        return None
    return tuple(names)


def deployed_body(stack_id: str, stacks: Stacks) -> dict[str, Any]:
    """Return the template of a stack as data; raises InvalidInput where only CloudFormation can read it."""
    return parse_template(stacks.template(stack_id).encode(), "the deployed template").template.body


def _servers(
    places: Mapping[str, Place], resources: list[PhysicalResource], stacks: Stacks
) -> tuple[ServerStatus, ...]:
    ids = {
        one.logical_id: one.physical_id
        for one in resources
        if one.type == "AWS::EC2::Instance" and one.physical_id
    }
    known = {one.instance_id: one for one in stacks.instances(ids.values())} if ids else {}
    return tuple(
        ServerStatus(logical_id, place, known.get(ids.get(logical_id, "")))
        for logical_id, place in _in_order(places)
    )


def _in_order(places: Mapping[str, Place]) -> list[tuple[str, Place]]:
    return sorted(places.items(), key=lambda one: (one[1].order, one[1].group, one[0]))


def _server(server: ServerStatus) -> dict[str, Any]:
    instance = server.instance
    return {
        "logicalId": server.logical_id,
        "serverId": server.place.server_id,
        "server": server.place.server,
        "serverGroup": server.place.group,
        "launchOrder": server.place.order,
        "instanceId": instance.instance_id if instance else None,
        "state": instance.state if instance else None,
        "privateIpAddress": instance.private_ip if instance else None,
        "publicIpAddress": (instance.public_ip or None) if instance else None,
        "imageId": instance.image_id if instance else None,
        "instanceType": instance.type if instance else None,
    }


def _says(names: tuple[str, ...] | None) -> str:
    if names is None:
        return "UNKNOWN"
    return "DIFFERS" if names else "IN_SYNC"
