"""The network of a server: its first interface, which is the instance's, and more, which are resources.

What NetworkInterfaces of an instance says always replaces the instance when it changes. So it is written only where it
must be (a public address that is asked for or refused, an interface that is there already, secondary addresses), and
never for the interfaces beside the first: each is an AWS::EC2::NetworkInterface that is attached.
"""

from __future__ import annotations

from typing import Any

from smsgen.compiler.parameters import Parameters
from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.servers.hardware import with_values
from smsgen.compiler.servers.lifetime import policies
from smsgen.compiler.servers.tags import own_tags, tag_list
from smsgen.compiler.tropo import NetworkInterfaceProperty
from smsgen.model.app import App
from smsgen.model.launch import Launch
from smsgen.model.launching.network import AttachedInterface


def first_interface(launch: Launch) -> AttachedInterface | None:
    """Return what is said of the first interface under networkInterfaces."""
    return next((one for one in launch.network_interfaces or () if one.device_index == 0), None)


def further_interfaces(server: ResolvedServer) -> tuple[AttachedInterface, ...]:
    """Return the interfaces beside the first, by their index."""
    interfaces = (one for one in server.launch.network_interfaces or () if one.device_index != 0)
    return tuple(sorted(interfaces, key=lambda interface: interface.device_index))


def instance_network(server: ResolvedServer, parameters: Parameters) -> dict[str, Any]:
    """Return the properties of the instance that say where its first interface is."""
    launch = server.launch
    first = first_interface(launch)
    properties: dict[str, Any] = {"SourceDestCheck": launch.source_dest_check}
    if first is None and launch.associate_public_ip_address is None:
        return {
            **properties,
            "SubnetId": parameters.subnet(server),
            "SecurityGroupIds": parameters.security_groups(server),
            "PrivateIpAddress": launch.private_ip_address,
            **_ipv6(launch.ipv6_addresses, launch.ipv6_address_count),
        }
    interface = _first(server, first or AttachedInterface(0), parameters)
    return {**properties, "NetworkInterfaces": [NetworkInterfaceProperty(DeviceIndex="0", **interface)]}


def _first(server: ResolvedServer, first: AttachedInterface, parameters: Parameters) -> dict[str, Any]:
    launch = server.launch
    properties: dict[str, Any] = {
        "NetworkInterfaceId": first.network_interface_id,
        "DeleteOnTermination": first.delete_on_termination,
        "EnaSrdSpecification": _ena_express(first),
        "Description": first.description,
        **_secondary(first),
    }
    if first.network_interface_id is None:
        # AssociatePublicIpAddress lives only in the interface; with it, subnet, groups and address must move there.
        properties |= {
            "AssociatePublicIpAddress": launch.associate_public_ip_address,
            "SubnetId": parameters.subnet(server),
            "GroupSet": parameters.security_groups(server),
            "PrivateIpAddress": launch.private_ip_address,
            **_ipv6(launch.ipv6_addresses, launch.ipv6_address_count),
        }
    return {name: value for name, value in properties.items() if value is not None}


def interface_names(logical_id: str, interface: AttachedInterface) -> tuple[str, str]:
    """Return the logical ids of an interface and of its attachment, made from its index."""
    name = f"{logical_id}Interface{interface.device_index}"
    return name, f"{name}Attachment"


def network_interfaces(
    server: ResolvedServer, logical_id: str, app: App, parameters: Parameters
) -> dict[str, dict[str, Any]]:
    """Return the interfaces beside the first, and their attachments, by logical id."""
    resources: dict[str, dict[str, Any]] = {}
    for interface in further_interfaces(server):
        name, attachment = interface_names(logical_id, interface)
        if interface.network_interface_id is None:
            properties = _interface(server, interface, app, parameters)
            resources[name] = {
                "Type": "AWS::EC2::NetworkInterface",
                **policies(server),
                "Properties": properties,
            }
        resources[attachment] = {
            "Type": "AWS::EC2::NetworkInterfaceAttachment",
            **policies(server),
            "Properties": _attachment(logical_id, interface),
        }
    return resources


def interface_id(logical_id: str, interface: AttachedInterface) -> Any:
    """Return the value that names an interface beside the first."""
    return interface.network_interface_id or {"Ref": interface_names(logical_id, interface)[0]}


def _attachment(logical_id: str, interface: AttachedInterface) -> dict[str, Any] | None:
    return with_values(
        DeviceIndex=str(interface.device_index),
        InstanceId={"Ref": logical_id},
        NetworkInterfaceId=interface_id(logical_id, interface),
        DeleteOnTermination=interface.delete_on_termination,
        EnaSrdSpecification=_ena_express(interface),
    )


def _interface(
    server: ResolvedServer, interface: AttachedInterface, app: App, parameters: Parameters
) -> dict[str, Any] | None:
    tags = own_tags(server, app, f"{server.title} interface {interface.device_index}", interface.tags)
    return with_values(
        SubnetId=_plain(interface.subnet or parameters.subnet(server)),
        GroupSet=_plain(list(interface.security_groups or ()) or parameters.security_groups(server)),
        PrivateIpAddress=interface.private_ip_address,
        **_secondary(interface),
        **_ipv6(interface.ipv6_addresses, interface.ipv6_address_count),
        Description=interface.description,
        InterfaceType=interface.interface_type,
        SourceDestCheck=interface.source_dest_check,
        Tags=tag_list(tags),
    )


def _plain(value: Any) -> Any:
    """Return a troposphere reference as data."""
    return value.to_dict() if hasattr(value, "to_dict") else value


def _secondary(interface: AttachedInterface) -> dict[str, Any]:
    addresses = [
        {"Primary": False, "PrivateIpAddress": address}
        for address in sorted(interface.secondary_private_ip_addresses or ())
    ]
    return {
        "PrivateIpAddresses": addresses or None,
        "SecondaryPrivateIpAddressCount": interface.secondary_private_ip_address_count,
    }


def _ipv6(addresses: tuple[str, ...] | None, count: int | None) -> dict[str, Any]:
    named = [{"Ipv6Address": address} for address in addresses or ()]
    return {"Ipv6Addresses": named or None, "Ipv6AddressCount": count}


def _ena_express(interface: AttachedInterface) -> dict[str, Any] | None:
    asked = interface.ena_srd_specification
    if asked is None:
        return None
    udp = asked.ena_srd_udp_specification
    return with_values(
        EnaSrdEnabled=asked.ena_srd_enabled,
        EnaSrdUdpSpecification=udp and with_values(EnaSrdUdpEnabled=udp.ena_srd_udp_enabled),
    )
