"""Servers that are made anew though they are the same: a new logical id, or another nested stack.

CloudFormation knows a resource by its logical id in its stack. What smsgen compiles says in its Metadata which server
an instance is; templates of others say nothing, and nothing is found in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from smsgen.changes.model import Finding

Body = Mapping[str, Any]
Children = Callable[[str, Body], tuple[Body, "Children"] | None]
"""Give the template of a nested stack, by its logical id and resource, and what gives those nested in it; or None."""

MAX_NESTING = 10
"""Deeper than anybody nests; a template may name itself."""

_KEYS = ("serverId", "vmId", "vmName")


def no_children(_: str, __: Body) -> None:
    """Return None: nothing is known of nested stacks."""


def moved_servers(before: tuple[Body, Children], after: tuple[Body, Children]) -> tuple[Finding, ...]:
    """Return a finding for each server that has another logical id, or stack, after than before, by its path after.

    `before` and `after`: the root templates, each with what gives its nested ones.
    """
    old, new = dict(_servers(*before)), dict(_servers(*after))
    known = [_by_key(old, key) for key in _KEYS]
    moves = []
    for number, key in enumerate(_KEYS):
        for mark, path in _by_key(new, key).items():
            path_before = known[number].get(mark)
            if path_before and path_before != path and not _known_better(old[path_before], new[path], number):
                moves.append(Finding("remove", path, _message(path_before, path)))
    return tuple(sorted(set(moves)))


def _servers(body: Body, children: Children, inside: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    resources = body.get("Resources")
    for name, resource in resources.items() if isinstance(resources, Mapping) else ():
        if not isinstance(resource, Mapping):
            continue
        metadata = resource.get("Metadata")
        server = metadata.get("smsgen") if isinstance(metadata, Mapping) else None
        if resource.get("Type") == "AWS::EC2::Instance" and isinstance(server, Mapping):
            yield f"{inside}{name}", server
        elif inside.count("/") < MAX_NESTING and (child := children(str(name), resource)):
            yield from _servers(*child, f"{inside}{name}/")


def _mark(server: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    """Return what tells a server by a key: a VM's id together with its manager's, a VM's name in its group."""
    beside = {"vmId": "vmManagerId", "vmName": "group"}.get(key, "")
    value = server.get(key)
    return (str(value), str(server.get(beside, ""))) if value else None


def _by_key(servers: Mapping[str, Mapping[str, Any]], key: str) -> dict[tuple[str, ...], str]:
    """Return mark -> path of the servers that a key tells from all others."""
    paths: dict[tuple[str, ...], list[str]] = {}
    for path, server in servers.items():
        if mark := _mark(server, key):
            paths.setdefault(mark, []).append(path)
    return {mark: found[0] for mark, found in paths.items() if len(found) == 1}


def _known_better(old: Mapping[str, Any], new: Mapping[str, Any], number: int) -> bool:
    """Return whether both have a key before this one, which then says whether they are one server."""
    return any(_mark(old, key) and _mark(new, key) for key in _KEYS[:number])


def _message(old_path: str, new_path: str) -> str:
    stack, _, old = old_path.rpartition("/")
    now_in, _, new = new_path.rpartition("/")
    if stack == now_in:
        return f"same server, new logical id; pin logicalId: {old}, or {old} is removed and {new} made anew"
    here, there = (f"nested stack {name}" if name else "root stack" for name in (now_in, stack))
    return (
        f"same server, now in the {here}: CloudFormation removes {old} from the {there} and makes it anew; it stays"
        " where fewer servers join its group: put them into a group, or an application, of their own"
    )


def another_stack(deployed: str, launched: str, app_id: str) -> Finding:
    """Return the finding that a launch makes the stack `launched` and leaves the stack `deployed` as it is.

    `app_id`: of the application in the deployed template, "" where it does not say.
    """
    keep = f"stackName: {deployed}" + (f" and appId: {app_id}" if app_id else "")
    message = (
        f"a launch would not update this stack: it would create a second one, {launched}, with every server again, and"
        f" leave {deployed} running as it is; to stay in it, say {keep} in the application file"
    )
    return Finding("stack", deployed, message)


def deployed_app_id(template: Body) -> str:
    """Return the id of the application that a template was compiled from, "" where it does not say."""
    metadata = template.get("Metadata")
    ours = metadata.get("smsgen") if isinstance(metadata, Mapping) else None
    return str(ours.get("appId") or "") if isinstance(ours, Mapping) else ""
