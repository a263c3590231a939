"""What EC2 refuses of interfaces and addresses, and what Security Hub finds in them, once configurations are joined."""

from __future__ import annotations

from collections.abc import Iterator

from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.servers.interfaces import first_interface, further_interfaces
from smsgen.errors import Diagnostic, Severity
from smsgen.model.app import App


def addresses_have_interfaces(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """Refuse an elastic address of an interface that the server does not have."""
    indexes = {0, *(interface.device_index for interface in further_interfaces(server))}
    for address in server.launch.elastic_ip_addresses or ():
        if address.device_index not in (None, *indexes):
            message = f"{server.title} has no network interface with deviceIndex {address.device_index}"
            path = server.path_of("elastic_ip_addresses")
            yield Diagnostic("CONFLICT", message, "say it under networkInterfaces", path=path)


def forwarding_is_of_one_interface(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """EC2 API reference, ModifyInstanceAttribute: SourceDestCheck is the instance's with one interface only."""
    launch, first = server.launch, first_interface(server.launch)
    if launch.source_dest_check is None:
        return
    if further_interfaces(server) or (first and first.network_interface_id):
        message = f"sourceDestCheck of {server.title} is that of its interfaces: it has several, or one that was there"
        hint = "say it of the interfaces; of one that is there already, it says so itself"
        yield Diagnostic("CONFLICT", message, hint, path=server.path_of("source_dest_check"))


def has_one_interface(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """Security Hub EC2.17."""
    count = len(further_interfaces(server)) + 1
    if count > 1:
        message = f"EC2.17: {server.title} has {count} network interfaces, a way from one subnet to another"
        yield _warning(
            "EC2.17", message, "use one, unless an appliance needs more", server, "network_interfaces"
        )


def forwards_nothing(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """Security Hub EC2.180."""
    asked = {
        "source_dest_check": (server.launch.source_dest_check,),
        "network_interfaces": tuple(one.source_dest_check for one in further_interfaces(server)),
    }
    for field, values in asked.items():
        if False in values:
            message = f"EC2.180: {server.title} forwards what is not addressed to it"
            hint = "leave sourceDestCheck on, unless it is a router, a firewall or a NAT instance"
            yield _warning("EC2.180", message, hint, server, field)


def no_elastic_address(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """Security Hub EC2.9."""
    if server.launch.elastic_ip_addresses:
        message = f"EC2.9: {server.title} gets a public IPv4 address"
        hint = "leave elasticIpAddresses out and reach it through a load balancer or Session Manager"
        yield _warning("EC2.9", message, hint, server, "elastic_ip_addresses")


RULES = (
    addresses_have_interfaces,
    forwarding_is_of_one_interface,
    has_one_interface,
    forwards_nothing,
    no_elastic_address,
)
"""Rules of `checks.RULES`."""


def _warning(code: str, message: str, hint: str, server: ResolvedServer, field: str) -> Diagnostic:
    return Diagnostic(code, message, hint, Severity.WARNING, path=server.path_of(field))
