"""One server -> its AWS::EC2::Instance, and the resources that are its own.

In: a server as `compiler.resolve` gives it, with its whole launch configuration. Out: `Part`. What a field adds to the
instance stands in `instance.py`; what is a resource of its own in a file of its kind.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from smsgen.compiler.parameters import Parameters
from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.servers.devices import retained, retained_volumes, volume_names
from smsgen.compiler.servers.instance import instance
from smsgen.compiler.servers.launch_template import launch_templates, template_names
from smsgen.compiler.servers.readiness import (
    condition_name,
    handle_name,
    signals_by_wait_condition,
    wait_condition,
)
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
        **wait_condition(server, logical_id),
        **launch_templates(server, logical_id, app),
    }
    return Part(resources, waited_for(server, logical_id))


def resource_names(server: ResolvedServer, logical_id: str) -> tuple[str, ...]:
    """Return the logical ids of all that `build_server` makes of one server."""
    names = [logical_id, *(name for volume in retained(server) for name in volume_names(logical_id, volume))]
    if signals_by_wait_condition(server):
        names += [handle_name(logical_id), condition_name(logical_id)]
    return (*names, *template_names(server, logical_id))


def waited_for(server: ResolvedServer, logical_id: str) -> tuple[str, ...]:
    """Return the logical ids of what must be complete before a server counts as launched."""
    names = [logical_id, *(volume_names(logical_id, volume)[1] for volume in retained(server))]
    if signals_by_wait_condition(server):
        names.append(condition_name(logical_id))
    return tuple(names)
