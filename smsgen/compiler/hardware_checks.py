"""What EC2 refuses of processors, credits, hosts and templates, once launch configurations are joined."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smsgen.compiler import families
from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.servers.hardware import beyond_instance
from smsgen.errors import Diagnostic, Severity
from smsgen.model.app import App
from smsgen.model.launch import Launch
from smsgen.model.launching.hardware import InstancePlacement
from smsgen.model.volumes import ROOT_DEVICES


def type_supports_it(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """Refuse options that the server's instance type is known not to have; a type that is left open passes."""
    launch, kind = server.launch, server.launch.instance_type
    if not kind:
        return
    cpu = launch.cpu_options
    asked = {
        "credit_specification": (launch.credit_specification, families.family(kind) in families.BURSTABLE),
        "hibernation_options": (_hibernates(launch), families.can_hibernate(kind)),
        "enclave_options": (_has_enclaves(launch), families.can_have_enclaves(kind)),
        "cpu_options": (cpu, families.can_choose_processors(kind)),
    }
    names = {
        "credit_specification": "CPU credits: only t2, t3, t3a and t4g have them",
        "hibernation_options": "hibernation",
        "enclave_options": "Nitro Enclaves",
        "cpu_options": "CPU options",
    }
    for field, (value, supported) in asked.items():
        if value and not supported:
            message = f"{server.title} has the instance type {kind}, which does not have {names[field]}"
            yield _refusal(
                "UNSUPPORTED_BY_TYPE", message, "take another type, or leave it out", server, field
            )
    if cpu and cpu.amd_sev_snp == "enabled" and families.family(kind) not in families.AMD_SEV_SNP:
        message = f"{server.title} has the instance type {kind}, which does not have AMD SEV-SNP"
        yield _refusal("UNSUPPORTED_BY_TYPE", message, "take m6a, c6a or r6a", server, "cpu_options")


def _hibernates(launch: Launch) -> bool:
    return bool(launch.hibernation_options and launch.hibernation_options.configured)


def _has_enclaves(launch: Launch) -> bool:
    return bool(launch.enclave_options and launch.enclave_options.enabled)


def template_is_asked_for(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """Refuse what AWS::EC2::Instance has no property for, unless a launch template of the server's own may say it."""
    if server.launch.create_launch_template:
        return
    for field, words in beyond_instance(server.launch).items():
        message = f"AWS::EC2::Instance has no property for {words}"
        hint = (
            "say createLaunchTemplate: true; a change of what stands in the template then replaces the server"
        )
        yield _refusal("NEEDS_LAUNCH_TEMPLATE", message, hint, server, field)


def hosts_are_dedicated(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """EC2 API reference, Placement: what names a dedicated host goes with tenancy host."""
    placement, tenancy = server.launch.placement or InstancePlacement(), server.launch.tenancy
    if placement.host_id and tenancy != "host":
        yield _conflict("hostId", f"tenancy {tenancy or 'default'}", "say tenancy: host", server, "placement")
    if placement.affinity and tenancy != "host":
        yield _conflict(
            "affinity", f"tenancy {tenancy or 'default'}", "say tenancy: host", server, "placement"
        )
    if placement.host_resource_group_arn and tenancy not in (None, "host"):
        both = "hostResourceGroupArn", f"tenancy {tenancy}"
        yield _conflict(*both, "say tenancy: host, or leave it out", server, "placement")
    credits_ = server.launch.credit_specification
    if credits_ and credits_.cpu_credits == "unlimited" and tenancy == "host":
        # EC2 User Guide, "Burstable performance instances", on Dedicated Hosts: T3 in standard mode only.
        yield _conflict(
            "cpuCredits unlimited", "tenancy host", "say standard", server, "credit_specification"
        )


_EXCLUSIVE: tuple[tuple[str, str, str], ...] = (
    ("placement", "group_name", "group_id"),
    ("placement", "host_id", "host_resource_group_arn"),
)
_CAMEL = {
    "group_name": "groupName",
    "group_id": "groupId",
    "host_id": "hostId",
    "host_resource_group_arn": "hostResourceGroupArn",
}


def one_of_two_is_said(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """Refuse two ways of saying one thing, and what EC2 lets no server have together."""
    launch = server.launch
    for field, first, second in _EXCLUSIVE:
        record: Any = getattr(launch, field)
        if record and getattr(record, first) and getattr(record, second):
            yield _conflict(_CAMEL[first], _CAMEL[second], "keep one of the two", server, field)
    if _hibernates(launch) and _has_enclaves(launch):
        # EC2 API reference, EnclaveOptions.
        yield _conflict("hibernation", "enclaves", "keep one of the two", server, "enclave_options")
    existing = launch.launch_template
    if existing and bool(existing.launch_template_id) == bool(existing.launch_template_name):
        both = "launchTemplateId", "launchTemplateName"
        yield _conflict(*both, "give exactly one of the two", server, "launch_template")
    if existing and launch.create_launch_template:
        hint = "name a template, or let one be made"
        yield _conflict("launchTemplate", "createLaunchTemplate", hint, server, "create_launch_template")


def hibernation_is_possible(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """EC2 User Guide, "Prerequisites for EC2 instance hibernation": the root volume must be encrypted."""
    plain = [
        volume.device
        for volume in server.launch.volumes or ()
        if volume.device in ROOT_DEVICES and volume.encrypted is False
    ]
    if _hibernates(server.launch) and plain:
        message = f"{server.title} is to hibernate, and its root volume {plain[0]} is not encrypted"
        yield _refusal("CONFLICT", message, "encrypt it: the memory is written to it", server, "volumes")


def machines_are_hardware_virtual(server: ResolvedServer, _: App) -> Iterator[Diagnostic]:
    """Security Hub EC2.24."""
    kind = server.launch.instance_type
    if kind and families.is_paravirtual(kind):
        message = f"EC2.24: {server.title} has the instance type {kind}, of the paravirtual generation"
        path = server.path_of("instance_type")
        yield Diagnostic("EC2.24", message, "take a current type", Severity.WARNING, path=path)


RULES = (
    type_supports_it,
    template_is_asked_for,
    hosts_are_dedicated,
    one_of_two_is_said,
    hibernation_is_possible,
    machines_are_hardware_virtual,
)
"""Rules of `checks.RULES`."""


def _conflict(first: str, second: str, hint: str, server: ResolvedServer, field: str) -> Diagnostic:
    message = f"{first} and {second} contradict each other on {server.title}"
    return _refusal("CONFLICT", message, hint, server, field)


def _refusal(code: str, message: str, hint: str, server: ResolvedServer, field: str) -> Diagnostic:
    return Diagnostic(code, message, hint, path=server.path_of(field))
