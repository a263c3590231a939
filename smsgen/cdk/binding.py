"""What the CDK app says of things that the application file leaves open -> values of the template's parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from smsgen.cdk.inventory import Inventory, Listed
from smsgen.errors import Diagnostic, InvalidInput

SUBNET = "SubnetId"
SECURITY_GROUPS = "SecurityGroupIds"
_SSM = "AWS::SSM::Parameter::Value<"


class Binding(NamedTuple):
    """What is bound; see `SmsApp`."""

    image_ids: Mapping[str, str] = {}
    instance_types: Mapping[str, Any] = {}
    subnet: Any = None
    security_groups: Sequence[Any] = ()
    parameters: Mapping[str, Any] = {}


def bound(binding: Binding, inventory: Inventory) -> dict[str, Any]:
    """Return parameter -> value. Raises InvalidInput, naming all that is unknown, or fixed by the file."""
    values: dict[str, Any] = {}
    problems: list[Diagnostic] = []
    for way in (_images, _instance_types, _network, _parameters):
        for bound_value in way(binding, inventory):
            if isinstance(bound_value, Diagnostic):
                problems.append(bound_value)
            else:
                values[bound_value[0]] = bound_value[1]
    if problems:
        raise InvalidInput(problems)
    return values


_Said = Iterator[tuple[str, Any] | Diagnostic]


def _images(binding: Binding, inventory: Inventory) -> _Said:
    for name, image in binding.image_ids.items():
        servers = inventory.servers_named(name)
        if len(servers) != 1:
            hint = "give a logical id: " + ", ".join(one.logical_id for one in servers or inventory.servers())
            many = f"{len(servers)} servers are" if servers else "no server is"
            yield Diagnostic("CDK_BINDING", f"image_ids: {many} called {name!r}", hint)
            continue
        parameter = _open(servers[0], "ImageId", inventory)
        if parameter:
            yield parameter, image
        else:
            hint = "leave imageId out of the file, or override image_id of the instance"
            yield Diagnostic("CDK_BINDING", f"image_ids: the file says which image {name} has", hint)


def _instance_types(binding: Binding, inventory: Inventory) -> _Said:
    for group, value in binding.instance_types.items():
        members = [one for one in inventory.servers() if one.group == group]
        parameters = {_open(one, "InstanceType", inventory) for one in members} - {None}
        if parameters:
            yield from ((str(name), _of(value, "to_string")) for name in parameters)
        elif members:
            hint = "leave instanceType out of the file, or override instance_type of the instances"
            message = f"instance_types: the file says which instance types group {group} has"
            yield Diagnostic("CDK_BINDING", message, hint)
        else:
            names = ", ".join(sorted({one.group for one in inventory.servers()}))
            message = f"instance_types: there is no group {group!r}"
            yield Diagnostic("CDK_BINDING", message, f"the groups are {names}")


def _network(binding: Binding, inventory: Inventory) -> _Said:
    network: tuple[tuple[str, str, Any], ...] = (
        ("subnet", SUBNET, binding.subnet and _of(binding.subnet, "subnet_id")),
        (
            "security_groups",
            SECURITY_GROUPS,
            [_of(one, "security_group_id") for one in binding.security_groups],
        ),
    )
    for name, parameter, value in network:
        if value and parameter in inventory.parameters:
            yield parameter, value
        elif value:
            hint = f"leave {name.rstrip('s')} out of the file for those servers that shall have this one"
            yield Diagnostic("CDK_BINDING", f"{name}: the file says it for every server", hint)


def _parameters(binding: Binding, inventory: Inventory) -> _Said:
    for name, value in binding.parameters.items():
        if name in inventory.parameters:
            yield name, value
        else:
            hint = (
                f"its parameters are {', '.join(inventory.parameters)}"
                if inventory.parameters
                else "it has none"
            )
            yield Diagnostic("CDK_BINDING", f"parameters: the template has no parameter {name!r}", hint)


def _open(server: Listed, name: str, inventory: Inventory) -> str | None:
    """Return the parameter that a property of a server is, where it is one that CloudFormation does not look up."""
    value = server.properties.get(name)
    parameter = value.get("Ref") if isinstance(value, dict) else None
    declared = inventory.parameters.get(str(parameter))
    return str(parameter) if declared and not str(declared["Type"]).startswith(_SSM) else None


def _of(value: Any, attribute: str) -> Any:
    """Return what a construct is to CloudFormation, and anything else as it is."""
    method: Any | Callable[[], Any] = getattr(value, attribute, value)
    return method() if callable(method) else method
