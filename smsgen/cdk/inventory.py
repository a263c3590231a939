"""What stands in an application's templates, by the names people know: logical ids, serverIds, VM names, groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from smsgen.cfn.nested import is_nested_stack


class Listed(NamedTuple):
    """A resource: the nested stack it is in ("" in the root), and whose it is, for a server's instance."""

    logical_id: str
    type: str
    stack: str = ""
    server_id: str = ""
    vm_name: str = ""
    group: str = ""
    properties: Mapping[str, Any] = {}


class Inventory(NamedTuple):
    """The resources of all templates by logical id, those of the root first, and the parameters of the root.

    A server in a nested stack may be called as that stack is.
    """

    resources: Mapping[str, tuple[Listed, ...]]
    parameters: Mapping[str, Mapping[str, Any]] = {}

    def servers(self) -> Iterator[Listed]:
        """Return the instances."""
        return (
            one for listed in self.resources.values() for one in listed if one.type == "AWS::EC2::Instance"
        )

    def servers_named(self, name: str) -> list[Listed]:
        """Return the servers of that logical id, or else of that serverId or VM name."""
        instances = [one for one in self.resources.get(name, ()) if one.type == "AWS::EC2::Instance"]
        if instances:
            return instances
        return [one for one in self.servers() if name in (one.server_id, one.vm_name)]


def inventory_of(bodies: Mapping[str, Mapping[str, Any]]) -> Inventory:
    """List what templates hold. `bodies`: file -> template, the root first, nested ones by their TemplateURL."""
    root = next(iter(bodies.values()))
    inside: dict[str, Mapping[str, Any]] = {"": root}
    for name, resource in root["Resources"].items():
        if is_nested_stack(resource):
            inside[name] = bodies[resource["Properties"]["TemplateURL"]]
    listed: dict[str, tuple[Listed, ...]] = {}
    for stack, body in inside.items():
        for name, resource in sorted(body["Resources"].items()):
            listed[name] = (*listed.get(name, ()), _listed(name, resource, stack))
    return Inventory(listed, root.get("Parameters", {}))


def _listed(name: str, resource: Mapping[str, Any], stack: str) -> Listed:
    metadata = resource.get("Metadata", {}).get("smsgen", {})
    return Listed(
        logical_id=name,
        type=resource["Type"],
        stack=stack,
        server_id=metadata.get("serverId", ""),
        vm_name=metadata.get("vmName", ""),
        group=metadata.get("group", ""),
        properties=resource.get("Properties", {}),
    )
