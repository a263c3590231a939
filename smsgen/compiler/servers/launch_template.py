"""The launch template that a server is launched by: one that is there already, or one of its own."""

from __future__ import annotations

from typing import Any

from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.servers.devices import block_devices
from smsgen.compiler.servers.hardware import beyond_instance, template_data, with_values
from smsgen.compiler.servers.lifetime import policies
from smsgen.compiler.servers.tags import own_tags, tag_list
from smsgen.model.app import App


def template_names(server: ResolvedServer, logical_id: str) -> tuple[str, ...]:
    """Return the logical id of the server's own launch template, where one is asked for and has something to say."""
    if server.launch.create_launch_template and beyond_instance(server.launch):
        return (f"{logical_id}LaunchTemplate",)
    return ()


def launch_templates(server: ResolvedServer, logical_id: str, app: App) -> dict[str, dict[str, Any]]:
    """Return the server's own launch template by logical id, where it has one."""
    return {name: _template(server, logical_id, app) for name in template_names(server, logical_id)}


def _template(server: ResolvedServer, logical_id: str, app: App) -> dict[str, Any]:
    tags = own_tags(server, app, server.title or logical_id, None)
    data = with_values(
        **template_data(server.launch),
        BlockDeviceMappings=[_mapping(one.to_dict()) for one in block_devices(server, app.profile)]
        if "volumes" in beyond_instance(server.launch)
        else None,
        # Security Hub EC2.170, which looks at templates; what the file says of it stands in the instance, and wins.
        MetadataOptions={"HttpTokens": "required"} if app.profile == "hardened" else None,
    )
    properties: dict[str, Any] = {"LaunchTemplateData": data}
    if tags:
        properties["TagSpecifications"] = [{"ResourceType": "launch-template", "Tags": tag_list(tags)}]
    return {"Type": "AWS::EC2::LaunchTemplate", **policies(server), "Properties": properties}


def _mapping(mapping: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping as templates have it: NoDevice is a text there, and a structure in an instance."""
    return {**mapping, "NoDevice": ""} if "NoDevice" in mapping else mapping


def launched_by(server: ResolvedServer, logical_id: str) -> dict[str, Any] | None:
    """Return the property LaunchTemplate of the instance."""
    for name in template_names(server, logical_id):
        version = {"Fn::GetAtt": [name, "LatestVersionNumber"]}
        return {"LaunchTemplateId": {"Ref": name}, "Version": version}
    existing = server.launch.launch_template
    return existing and with_values(
        LaunchTemplateId=existing.launch_template_id,
        LaunchTemplateName=existing.launch_template_name,
        Version=str(existing.version),
    )
