"""The elastic addresses of a server: one that is made is an AWS::EC2::EIP, one that is there already is associated.

A new one of the first interface names the instance itself, which is one resource less, and can be imported.
"""

from __future__ import annotations

from typing import Any

from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.servers.hardware import with_values
from smsgen.compiler.servers.interfaces import further_interfaces, interface_id
from smsgen.compiler.servers.lifetime import policies
from smsgen.compiler.servers.tags import own_tags, tag_list
from smsgen.model.app import App
from smsgen.model.launching.network import ElasticAddress


def address_names(logical_id: str, address: ElasticAddress) -> tuple[str, ...]:
    """Return the logical ids of what an elastic address is made of, from the interface and address that have it."""
    index = str(address.device_index or "")
    inside = f"For{address.private_ip_address.replace('.', 'x')}" if address.private_ip_address else ""
    name = f"{logical_id}Address{index}{inside}"
    if address.allocation_id:
        return (f"{name}Association",)
    return (name, f"{name}Association") if index or inside else (name,)


def elastic_addresses(server: ResolvedServer, logical_id: str, app: App) -> dict[str, dict[str, Any]]:
    """Return the elastic addresses and their associations by logical id."""
    resources: dict[str, dict[str, Any]] = {}
    for address in server.launch.elastic_ip_addresses or ():
        names = address_names(logical_id, address)
        for name in names:
            is_association = name.endswith("Association")
            properties = (
                _association(server, logical_id, address, names[0])
                if is_association
                else _address(server, logical_id, address, app, alone=len(names) == 1)
            )
            kind = "AWS::EC2::EIPAssociation" if is_association else "AWS::EC2::EIP"
            resources[name] = {"Type": kind, **policies(server), "Properties": properties}
    return resources


def _address(
    server: ResolvedServer, logical_id: str, address: ElasticAddress, app: App, *, alone: bool
) -> dict[str, Any]:
    tags = own_tags(server, app, server.title or logical_id, address.tags)
    properties = with_values(
        InstanceId={"Ref": logical_id} if alone else None,
        PublicIpv4Pool=address.public_ipv4_pool,
        Tags=tag_list(tags),
    )
    return properties or {}


def _association(
    server: ResolvedServer, logical_id: str, address: ElasticAddress, name: str
) -> dict[str, Any] | None:
    interface = next(
        (one for one in further_interfaces(server) if one.device_index == address.device_index), None
    )
    return with_values(
        AllocationId=address.allocation_id or {"Fn::GetAtt": [name, "AllocationId"]},
        InstanceId=None if interface else {"Ref": logical_id},
        NetworkInterfaceId=interface and interface_id(logical_id, interface),
        PrivateIpAddress=address.private_ip_address,
    )
