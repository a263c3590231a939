"""Which server a resource is: its tags, and its Metadata."""

from __future__ import annotations

from typing import Any

from smsgen.compiler.resolve import ResolvedServer
from smsgen.model.app import App


def server_tags(server: ResolvedServer, app: App, logical_id: str) -> dict[str, str]:
    """Return the tags of a server's instance, sorted by key: a server's own win over the application's."""
    pairs = {**_our_tags(server, app, server.title or logical_id), **dict(app.tags)}
    pairs.update((key, value) for key, value in server.launch.tags or ())
    return dict(sorted(pairs.items()))


def own_tags(
    server: ResolvedServer, app: App, name: str, tags: tuple[tuple[str, str], ...] | None
) -> dict[str, str]:
    """Return the tags of what is a server's own, such as a volume: `tags` are its own words, and win.

    Profile `plain` gives it no tag of its server, for that is not what the file says.
    """
    pairs = {**_our_tags(server, app, name), **dict(app.tags)}
    if app.profile != "plain":
        pairs.update((key, value) for key, value in server.launch.tags or ())
    pairs.update((key, value) for key, value in tags or ())
    return dict(sorted(pairs.items()))


def tag_list(tags: dict[str, str]) -> list[dict[str, str]] | None:
    """Return tags as a property; None for none."""
    return [{"Key": key, "Value": value} for key, value in tags.items()] or None


def _our_tags(server: ResolvedServer, app: App, name: str) -> dict[str, str]:
    if app.profile == "plain":
        return {}
    pairs = {
        "Name": name,
        "smsgen:app": app.name,
        "smsgen:app-id": app.app_id,
        "smsgen:launch-order": str(server.launch_order),
    }
    more = {"smsgen:group": server.group.name, "smsgen:server-id": server.server.server_id}
    pairs.update((key, value) for key, value in more.items() if value)
    return pairs


def metadata(server: ResolvedServer) -> dict[str, Any]:
    """Return the Metadata that says which server a resource is, in the words of the application file."""
    vm = server.server.vm_server
    named = {
        "group": server.group.name,
        "launchOrder": server.launch_order,
        "serverId": server.server.server_id,
        "vmName": vm.vm_name,
        "vmId": vm.vm_server_address.vm_id,
        "vmManagerId": vm.vm_server_address.vm_manager_id,
        "replicationJobId": server.server.replication_job_id,
        "vpc": server.launch.vpc,
    }
    return {name: value for name, value in named.items() if value not in ("", None)}
