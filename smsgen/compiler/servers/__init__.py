"""One server -> its AWS::EC2::Instance, and the resources that are its own.

In: a server as `compiler.resolve` gives it, with its whole launch configuration. Out: `Part`. What a field adds to the
instance stands in `instance.py` and what that asks; what is a resource of its own in a file of its kind. Resources that
few servers have are plain data: `troposphere.ec2` is most of what a short command would load.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from smsgen.compiler.parameters import Parameters
from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.servers.addresses import address_names, elastic_addresses
from smsgen.compiler.servers.devices import apart, device_names, retained_volumes, volume_names
from smsgen.compiler.servers.instance import instance
from smsgen.compiler.servers.interfaces import further_interfaces, interface_names, network_interfaces
from smsgen.compiler.servers.launch_template import launch_templates, template_names
from smsgen.compiler.servers.operations import (
    alarm_names,
    association_names,
    associations,
    recovery_alarms,
)
from smsgen.compiler.servers.readiness import (
    condition_name,
    handle_name,
    signals_by_wait_condition,
    wait_condition,
)
from smsgen.compiler.servers.records import record_names, record_sets
from smsgen.model.app import App


class Part(NamedTuple):
    """A server's resources by logical id, and those of them that must be complete before the next launch order."""

    resources: dict[str, dict[str, Any]]
    waited_for: tuple[str, ...]


def build_server(
    server: ResolvedServer,
    logical_id: str,
    *,
    app: App,
    parameters: Parameters,
    depends_on: list[str],
    user_data: Any = None,
) -> Part:
    """Return the resources of one server. `user_data` is the finished value of the property, or None."""
    resources = {
        logical_id: instance(server, logical_id, app, parameters, depends_on, user_data),
        **retained_volumes(server, logical_id, app),
        **network_interfaces(server, logical_id, app, parameters),
        **elastic_addresses(server, logical_id, app),
        **record_sets(server, logical_id),
        **recovery_alarms(server, logical_id),
        **associations(server, logical_id),
        **wait_condition(server, logical_id),
        **launch_templates(server, logical_id, app),
    }
    return Part(resources, waited_for(server, logical_id))


def resource_names(server: ResolvedServer, logical_id: str) -> tuple[str, ...]:
    """Return the logical ids of all that `build_server` makes of one server."""
    names = [logical_id, *device_names(server, logical_id), *_address_names(server, logical_id)]
    for interface in further_interfaces(server):
        name, attachment = interface_names(logical_id, interface)
        names += [attachment] if interface.network_interface_id else [name, attachment]
    if signals_by_wait_condition(server):
        names += [handle_name(logical_id), condition_name(logical_id)]
    names += record_names(server, logical_id) + association_names(server, logical_id)
    return (*names, *alarm_names(server, logical_id), *template_names(server, logical_id))


def waited_for(server: ResolvedServer, logical_id: str) -> tuple[str, ...]:
    """Return the logical ids of what must be complete before a server counts as launched."""
    names = [logical_id, *(volume_names(logical_id, volume)[1] for volume in apart(server))]
    names += [interface_names(logical_id, interface)[1] for interface in further_interfaces(server)]
    names += _address_names(server, logical_id)
    names += record_names(server, logical_id) + association_names(server, logical_id)
    if signals_by_wait_condition(server):
        names.append(condition_name(logical_id))
    return tuple(names)


def _address_names(server: ResolvedServer, logical_id: str) -> Iterator[str]:
    for address in server.launch.elastic_ip_addresses or ():
        yield from address_names(logical_id, address)
