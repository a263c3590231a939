"""Outputs: each server's instance id and private address; by group where that would be more than 200."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smsgen.cfn.limits import MAX_OUTPUTS
from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.tropo import GetAtt, Join, Output, Ref
from smsgen.model.names import group_prefix

KINDS = (("InstanceId", "Instance id", "Instance ids"), ("PrivateIp", "Private address", "Private addresses"))
"""(suffix, description of one, description of several) of what is put out of a server."""


def outputs_section(servers: Mapping[str, ResolvedServer]) -> dict[str, dict[str, Any]]:
    """Return the Outputs section. `servers`: by logical id, in launch order."""
    if not are_folded(len(servers)):
        return {
            f"{logical_id}{suffix}": _output(
                f"{logical_id}{suffix}", f"{text} of {server.title}", _value(suffix, logical_id)
            )
            for logical_id, server in servers.items()
            for suffix, text, _ in KINDS
        }
    by_group: dict[str, list[str]] = {}
    for logical_id, server in servers.items():
        by_group.setdefault(server.group.name, []).append(logical_id)
    return {
        f"{group_prefix(group)}{suffix}s": folded(
            f"{group_prefix(group)}{suffix}s", group, suffix, text, members
        )
        for group, members in by_group.items()
        for suffix, _, text in KINDS
    }


def are_folded(servers: int) -> bool:
    """Return whether so many servers are put out by group."""
    return servers * len(KINDS) > MAX_OUTPUTS


def folded(name: str, group: str, suffix: str, text: str, members: list[str]) -> dict[str, Any]:
    """Return one output for many servers: what is put out of each, joined by commas in the order of `members`."""
    value = Join(",", [_value(suffix, logical_id) for logical_id in members])
    return _output(name, f"{text} of group {group}, in the order of the template", value)


def _value(suffix: str, logical_id: str) -> Any:
    return Ref(logical_id) if suffix == "InstanceId" else GetAtt(logical_id, "PrivateIp")


def _output(name: str, description: str, value: Any) -> dict[str, Any]:
    output: dict[str, Any] = Output(name, Description=description, Value=value).to_dict()
    return output
