"""Servers -> the parts of a template, before it is decided whether one template holds them all."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from smsgen.cfn.document import Template
from smsgen.compiler import barrier, identity
from smsgen.compiler.checks import check_user_data
from smsgen.compiler.collisions import group_namesakes, long_names, reserved_names, taken_names
from smsgen.compiler.outputs import outputs_section
from smsgen.compiler.parameters import Declared, Parameters, interface, parameters_section
from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.scripts import boot_script
from smsgen.compiler.servers import Part, build_server, waited_for
from smsgen.compiler.target_groups import target_group_name, target_group_outputs, target_groups
from smsgen.errors import Diagnostic
from smsgen.model.app import App

FORMAT_VERSION = "2010-09-09"


class Built(NamedTuple):
    """Everything that is made of an application's servers.

    `servers`: by logical id, in launch order; `parts`: their resources, by logical id.
    """

    app: App
    servers: Mapping[str, ResolvedServer]
    parts: Mapping[str, Part]
    identity: Mapping[str, dict[str, Any]]
    target_groups: Mapping[str, dict[str, Any]]
    parameters: tuple[Declared, ...]
    problems: tuple[Diagnostic, ...]

    def orders(self) -> dict[int, list[str]]:
        """Return launch order -> the logical ids of its servers, ascending."""
        by_order: dict[int, list[str]] = {}
        for logical_id, server in self.servers.items():
            by_order.setdefault(server.launch_order, []).append(logical_id)
        return by_order

    def waited_for(self, logical_ids: Iterable[str]) -> list[str]:
        """Return what must be complete before these servers count as launched."""
        return [name for logical_id in logical_ids for name in self.parts[logical_id].waited_for]


def build(app: App, servers: tuple[ResolvedServer, ...], scripts: Mapping[str, bytes]) -> Built:
    """Make every resource. `scripts`: name in `userData.file` -> its bytes."""
    named = {server.logical_id: server for server in servers}
    parameters = Parameters(servers)
    problems: list[Diagnostic] = []
    parts: dict[str, Part] = {}
    gates = _gates(named, app.profile)
    for logical_id, server in named.items():
        script = boot_script(server, logical_id, scripts)
        problems.extend(check_user_data(server, script))
        parts[logical_id] = build_server(
            server,
            logical_id,
            app=app,
            parameters=parameters,
            depends_on=gates.get(server.launch_order, []),
            user_data=script.value if script else None,
        )
    declared = parameters.declared()
    owned = {logical_id: part.resources for logical_id, part in parts.items()}
    others = (
        *(parameter.name for parameter in declared),
        *reserved_names(servers),
        *map(target_group_name, app.target_groups),
    )
    problems.extend(taken_names(named, owned, others))
    problems.extend(long_names(named, parts, declared))
    problems.extend(group_namesakes(servers))
    return Built(
        app, named, parts, identity.resources(servers), target_groups(app, named), declared, tuple(problems)
    )


def _gates(named: Mapping[str, ResolvedServer], profile: str) -> dict[int, list[str]]:
    by_order: dict[int, list[str]] = {}
    for logical_id, server in named.items():
        by_order.setdefault(server.launch_order, []).extend(waited_for(server, logical_id))
    return barrier.gates(list(by_order.items()), profile)


def root_template(built: Built) -> Template:
    """Return the one template that holds everything."""
    resources: dict[str, Any] = dict(built.identity)
    orders = built.orders()
    last = max(orders, default=0)
    for order, members in orders.items():
        for logical_id in members:
            resources.update(built.parts[logical_id].resources)
        if built.app.profile == "hardened" and order != last:
            name, resource = barrier.barrier(order, built.waited_for(members))
            resources[name] = resource
    resources.update(built.target_groups)
    body = head(built.app, built.parameters)
    body["Resources"] = resources
    if built.app.profile != "plain":
        body["Outputs"] = {**outputs_section(built.servers), **target_group_outputs(built.target_groups)}
    return Template(body)


def head(app: App, declared: tuple[Declared, ...], description: str = "") -> dict[str, Any]:
    """Return what stands above a template's resources; `description` in place of the application's."""
    body: dict[str, Any] = {
        "AWSTemplateFormatVersion": FORMAT_VERSION,
        "Description": description or app.description or f"Servers of {app.name}, in launch order",
        "Metadata": {"smsgen": {"app": app.name, "appId": app.app_id, "profile": app.profile}},
    }
    if declared:
        body["Metadata"]["AWS::CloudFormation::Interface"] = interface(declared)
        body["Parameters"] = parameters_section(declared)
    return body
