"""One server -> its AWS::EC2::Instance.

Hardened defaults (profile `hardened`), each of which the file can override: IMDSv2 with hop limit 1, an encrypted gp3
root volume, detailed monitoring, EBS optimisation, tags on the volumes. A network interface is written only where a
public address is asked for or refused: it is a property that always replaces the instance.
"""

from __future__ import annotations

from typing import Any

from smsgen.compiler import identity
from smsgen.compiler.parameters import Parameters
from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.servers.devices import block_devices
from smsgen.compiler.servers.hardware import beyond_instance, instance_hardware
from smsgen.compiler.servers.interfaces import instance_network
from smsgen.compiler.servers.launch_template import launched_by
from smsgen.compiler.servers.lifetime import RETAIN, is_retained, termination_protection
from smsgen.compiler.servers.readiness import creation_policy
from smsgen.compiler.servers.tags import metadata, server_tags
from smsgen.compiler.tropo import Instance, MetadataOptions, Ref, Tags
from smsgen.model.app import App

_NOT_EBS_OPTIMIZED = frozenset(
    ["c1", "c3", "cc1", "cc2", "cg1", "cr1", "g2", "hi1", "hs1", "i2", "m1", "m2", "m3", "r3", "t1", "t2"]
)
"""Families that refuse EbsOptimized or take it for some sizes only (EC2 user guide, "EBS-optimized instances")."""


def instance(
    server: ResolvedServer,
    logical_id: str,
    app: App,
    parameters: Parameters,
    depends_on: list[str],
    user_data: Any,
) -> dict[str, Any]:
    """Return the instance as a resource. `user_data` is the finished value of the property, or None."""
    launch = server.launch
    tags = server_tags(server, app, logical_id)
    properties: dict[str, Any] = {
        "ImageId": parameters.image(server, logical_id),
        "InstanceType": parameters.instance_type(server),
        "Tags": Tags(tags) if tags else None,
        **instance_network(server, parameters),
        **_hardening(server, app.profile),
        "KeyName": launch.ec2_key_name,
        "UserData": user_data,
        "IamInstanceProfile": _profile(server),
        "BlockDeviceMappings": _block_devices(server, app.profile),
        "DisableApiTermination": termination_protection(server),
        "LaunchTemplate": launched_by(server, logical_id),
        **instance_hardware(server),
    }
    attributes: dict[str, Any] = {"Metadata": _metadata(server), **creation_policy(server)}
    if depends_on:
        attributes["DependsOn"] = depends_on
    if is_retained(server):
        attributes.update(RETAIN)
    present = {name: value for name, value in properties.items() if value is not None}
    resource: dict[str, Any] = Instance(logical_id, **present, **attributes).to_dict()
    return resource


def _metadata(server: ResolvedServer) -> dict[str, Any]:
    about: dict[str, Any] = {"smsgen": metadata(server)}
    if server.launch.availability_zone:
        # W3010 says that a zone should not be written down; the file does so on purpose.
        about["cfn-lint"] = {"config": {"ignore_checks": ["W3010"]}}
    return about


def _block_devices(server: ResolvedServer, profile: str) -> list[Any] | None:
    """Return the mappings, which stand in the launch template where the instance cannot say them."""
    return None if "volumes" in beyond_instance(server.launch) else block_devices(server, profile) or None


def _hardening(server: ResolvedServer, profile: str) -> dict[str, Any]:
    launch, hardened = server.launch, profile == "hardened"
    properties: dict[str, Any] = {}
    monitoring = launch.monitoring if launch.monitoring is not None else (True if hardened else None)
    if monitoring is not None:
        properties["Monitoring"] = monitoring
    optimized = launch.ebs_optimized
    if optimized is None and hardened:
        optimized = (launch.instance_type or "").partition(".")[0] not in _NOT_EBS_OPTIMIZED or None
    if optimized is not None:
        properties["EbsOptimized"] = optimized
    options = _metadata_options(server, hardened)
    if options:
        properties["MetadataOptions"] = MetadataOptions(**options)
    propagate = launch.propagate_tags_to_volume_on_creation
    if propagate is not None or hardened:
        properties["PropagateTagsToVolumeOnCreation"] = True if propagate is None else propagate
    return properties


def _metadata_options(server: ResolvedServer, hardened: bool) -> dict[str, Any]:
    asked = server.launch.metadata_options
    options: dict[str, Any] = {}
    if hardened:
        # Security Hub EC2.8; a hop limit of 1 keeps containers and proxies on the server away from the credentials.
        options = {"HttpEndpoint": "enabled", "HttpTokens": "required", "HttpPutResponseHopLimit": 1}
    if asked is not None:
        named = {
            "HttpTokens": asked.http_tokens,
            "HttpPutResponseHopLimit": asked.http_put_response_hop_limit,
            "HttpEndpoint": asked.http_endpoint,
            "InstanceMetadataTags": asked.instance_metadata_tags,
            "HttpProtocolIpv6": asked.http_protocol_ipv6,
        }
        options.update((name, value) for name, value in named.items() if value is not None)
    return options


def _profile(server: ResolvedServer) -> Any:
    if server.launch.iam_instance_profile_name:
        return server.launch.iam_instance_profile_name
    made = identity.profile_of(server)
    return Ref(made) if made else None
