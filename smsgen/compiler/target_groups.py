"""The application's target groups, each with the servers that name it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.servers.hardware import with_values
from smsgen.compiler.servers.lifetime import RETAIN
from smsgen.compiler.servers.tags import tag_list
from smsgen.errors import Diagnostic, Severity
from smsgen.model.app import App
from smsgen.model.launching.target_groups import TargetGroup
from smsgen.model.names import alphanumeric


def target_group_name(group: TargetGroup) -> str:
    """Return the logical id of a target group."""
    return f"{alphanumeric(group.name)}TargetGroup"


def target_groups(app: App, servers: Mapping[str, ResolvedServer]) -> dict[str, dict[str, Any]]:
    """Return the target groups by logical id. `servers`: by logical id."""
    return {target_group_name(group): _target_group(group, app, servers) for group in app.target_groups}


def _target_group(group: TargetGroup, app: App, servers: Mapping[str, ResolvedServer]) -> dict[str, Any]:
    ours = {} if app.profile == "plain" else {"smsgen:app": app.name, "smsgen:app-id": app.app_id}
    tags = dict(sorted({**ours, **dict(app.tags), **dict(group.tags or ())}.items()))
    targets = [
        with_values(Id={"Ref": logical_id}, Port=target.port)
        for logical_id, server in sorted(servers.items())
        for target in server.launch.target_groups or ()
        if target.name == group.name
    ]
    properties = with_values(
        Name=group.name,
        TargetType="instance",
        Protocol=group.protocol,
        Port=group.port,
        VpcId=group.vpc or _vpc(group, servers.values()),
        ProtocolVersion=group.protocol_version,
        HealthCheckProtocol=group.health_check_protocol,
        HealthCheckPort=group.health_check_port,
        HealthCheckPath=group.health_check_path,
        HealthCheckIntervalSeconds=group.health_check_interval_seconds,
        HealthCheckTimeoutSeconds=group.health_check_timeout_seconds,
        HealthyThresholdCount=group.healthy_threshold_count,
        UnhealthyThresholdCount=group.unhealthy_threshold_count,
        Matcher={"HttpCode": group.matcher} if group.matcher else None,
        Targets=targets or None,
        Tags=tag_list(tags),
    )
    kept = RETAIN if group.retain else {}
    return {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", **kept, "Properties": properties}


def _vpc(group: TargetGroup, servers: Iterable[ResolvedServer]) -> str | None:
    members = (one for one in servers if any(t.name == group.name for t in one.launch.target_groups or ()))
    return next((one.launch.vpc for one in members if one.launch.vpc), None)


def target_group_outputs(groups: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the outputs with the ARNs of the target groups, by which listeners elsewhere forward to them."""
    return {
        f"{name}Arn": {"Description": f"ARN of the target group {name}", "Value": {"Ref": name}}
        for name in groups
    }


def check_target_groups(app: App, servers: Iterable[ResolvedServer]) -> Iterator[Diagnostic]:
    """Find target groups that are named and not there, or have no VPC, and what they send in the clear."""
    servers = tuple(servers)
    names = {group.name for group in app.target_groups}
    for server in servers:
        for target in server.launch.target_groups or ():
            if target.name not in names:
                message = f"{server.title} names the target group {target.name}, which the application does not have"
                hint = "add it to targetGroups, at the top of the file: a template can fill only its own"
                path = server.path_of("target_groups")
                yield Diagnostic("UNKNOWN_TARGET_GROUP", message, hint, path=path)
    for index, group in enumerate(app.target_groups):
        at = ("targetGroups", index)
        if not (group.vpc or _vpc(group, servers)):
            message = f"the target group {group.name} needs a VPC, and no server of it says one"
            yield Diagnostic("MISSING_FIELD", message, "say its vpc", path=at)
        if group.protocol not in ("HTTPS", "TLS", "GENEVE"):
            message = (
                f"the load balancer speaks {group.protocol} to the servers of {group.name}, in the clear"
            )
            path = (*at, "protocol")
            yield Diagnostic("PLAIN_TARGETS", message, "use HTTPS or TLS", Severity.WARNING, path=path)


def refuse_nested(app: App) -> Iterator[Diagnostic]:
    """Find target groups of an application that takes several templates: one resource has all the servers."""
    if app.target_groups:
        message = (
            "an application in nested stacks cannot have target groups, whose servers are in several of them"
        )
        hint = "make several applications of it, each with its own target groups"
        yield Diagnostic("CLOUDFORMATION_QUOTA", message, hint, path=("targetGroups",))
