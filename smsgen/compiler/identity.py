"""The instance profile that smsgen makes for servers with `createInstanceProfile`: one for all with the same policies.

It lets Systems Manager reach the servers (Security Hub SSM.1), and beyond that only what their boot scripts need.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from smsgen.compiler.resolve import ResolvedServer
from smsgen.model.launch import S3Location
from smsgen.model.names import name_digest

ROLE = "InstanceRole"
PROFILE = "InstanceProfile"
_SSM = "arn:${AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"


def wanted_by(servers: Iterable[ResolvedServer]) -> tuple[ResolvedServer, ...]:
    """Return the servers that want the profile: those that ask for one and name none."""
    return tuple(
        server
        for server in servers
        if server.launch.create_instance_profile and not server.launch.iam_instance_profile_name
    )


def profile_of(server: ResolvedServer) -> str | None:
    """Return the logical id of the instance profile that is made for a server, if one is."""
    if not server.launch.create_instance_profile or server.launch.iam_instance_profile_name:
        return None
    return profile_names(server.launch.managed_policy_arns)[1]


def profile_names(managed_policy_arns: Iterable[str] | None) -> tuple[str, str]:
    """Return the logical ids of the role and the profile with these policies, so that none gets those of another."""
    digest = name_digest(" ".join(sorted(managed_policy_arns))) if managed_policy_arns else ""
    return f"{ROLE}{digest}", f"{PROFILE}{digest}"


def resources(servers: Iterable[ResolvedServer]) -> dict[str, dict[str, Any]]:
    """Return the roles and the profiles for those servers that want them; nothing where none does."""
    wanting = wanted_by(servers)
    sets = sorted({tuple(sorted(server.launch.managed_policy_arns or ())) for server in wanting})
    made: dict[str, dict[str, Any]] = {}
    for arns in sets:
        alike = [one for one in wanting if tuple(sorted(one.launch.managed_policy_arns or ())) == arns]
        made.update(_profile(alike, arns))
    return made


def _profile(servers: list[ResolvedServer], arns: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    # troposphere.iam is needed by few applications.
    from troposphere.iam import InstanceProfile, Policy, Role

    from smsgen.compiler.tropo import Ref, Sub

    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    statements = [*_may_read(servers), *_may_report(servers), *_may_signal(servers)]
    more = {}
    if statements:
        document = {"Version": "2012-10-17", "Statement": statements}
        more["Policies"] = [Policy(PolicyName="boot-scripts", PolicyDocument=document)]
    role_name, profile_name = profile_names(arns)
    role = Role(role_name, AssumeRolePolicyDocument=trust, ManagedPolicyArns=[Sub(_SSM), *arns], **more)
    profile = InstanceProfile(profile_name, Roles=[Ref(role_name)])
    return {role_name: role.to_dict(), profile_name: profile.to_dict()}


def scripts_in_s3(server: ResolvedServer) -> tuple[S3Location, ...]:
    """Return the objects that a server's boot script fetches."""
    user_data = server.launch.user_data.s3_location if server.launch.user_data else None
    fetched = [
        location
        for location in (user_data, server.launch.configure_script)
        if location and location not in server.embedded
    ]
    return (*fetched, server.validation.script) if server.validation else tuple(fetched)


def _may_read(servers: Iterable[ResolvedServer]) -> list[dict[str, Any]]:
    return _may("s3:GetObject", {location for server in servers for location in scripts_in_s3(server)})


def _may_report(servers: Iterable[ResolvedServer]) -> list[dict[str, Any]]:
    return _may("s3:PutObject", {server.validation.report for server in servers if server.validation})


def _may(action: str, objects: set[S3Location]) -> list[dict[str, Any]]:
    arns = [
        {"Fn::Sub": f"arn:${{AWS::Partition}}:s3:::{place.bucket}/{_literal(place.key)}"}
        for place in sorted(objects)
    ]
    return [{"Effect": "Allow", "Action": action, "Resource": arns}] if arns else []


def _literal(key: str) -> str:
    return key.replace("${", "${!")


def _may_signal(servers: Iterable[ResolvedServer]) -> list[dict[str, Any]]:
    if not any(
        server.launch.readiness and server.launch.readiness.signal == "creationPolicy" for server in servers
    ):
        return []
    return [
        {"Effect": "Allow", "Action": "cloudformation:SignalResource", "Resource": {"Ref": "AWS::StackId"}}
    ]
