"""The groups and servers of a kept application, as CreateApp and UpdateApp give them: one pure function.

A server keeps what is known of it whatever group it moves to. Servers of a group that is deleted, and those that are
given without any group, stand in the default group (SMS User Guide, "Migrating applications").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from smsgen.errors import InvalidInput, errors
from smsgen.model.app import App, Server, ServerGroup, VmServer
from smsgen.model.check import check_app
from smsgen.model.launch import Launch
from smsgen.operations.apps.world import BadParameter, MissingParameter, Settings

DEFAULT_GROUP = "default"
"""The name of the group that servers without a group are in."""


def regroup(
    before: tuple[ServerGroup, ...], given: tuple[ServerGroup, ...], new_id: Callable[[], str]
) -> tuple[ServerGroup, ...]:
    """Return the groups of an application after it was given `given`.

    A group is known by its id, else by its name; one without both is the default group. A server that a given group
    leaves out is no longer in the application; those of a group that is not given go to the default group, which stays
    as it is where it is not given. `new_id` makes the ids of new groups.
    """
    known = {server.server_id: server for group in before for server in group.server_list}
    groups: list[ServerGroup] = []
    for group in _without_twins(given):
        old = _old(group, before)
        servers = tuple(_merged(known.get(server.server_id), server) for server in group.server_list)
        name = group.name or (old.name if old else "")
        group_id = group.server_group_id or (old.server_group_id if old else "") or new_id()
        groups.append(
            (old or ServerGroup())._replace(name=name, server_group_id=group_id, server_list=servers)
        )
    return _with_orphans(before, groups, new_id)


def _without_twins(groups: Iterable[ServerGroup]) -> Iterator[ServerGroup]:
    """Yield the groups; all without id and name are one, the default group."""
    loose = []
    for group in groups:
        if group.server_group_id or (group.name and group.name != DEFAULT_GROUP):
            yield group
        else:
            loose.append(group)
    if loose:
        servers = tuple(server for group in loose for server in group.server_list)
        yield ServerGroup(name=DEFAULT_GROUP, server_list=servers)


def _old(group: ServerGroup, before: tuple[ServerGroup, ...]) -> ServerGroup | None:
    if group.server_group_id:
        return next((old for old in before if old.server_group_id == group.server_group_id), None)
    return next((old for old in before if old.name == group.name), None)


def _with_orphans(
    before: tuple[ServerGroup, ...], groups: list[ServerGroup], new_id: Callable[[], str]
) -> tuple[ServerGroup, ...]:
    """Put the servers of groups that are not given any more into the default group, which is made where it lacks."""
    there = {group.server_group_id for group in groups}
    placed = {server.server_id for group in groups for server in group.server_list}
    orphans = tuple(
        server
        for group in before
        if group.server_group_id not in there
        for server in group.server_list
        if server.server_id not in placed
    )
    if not orphans:
        return tuple(groups)
    if any(group.name == DEFAULT_GROUP for group in groups):
        return tuple(
            group._replace(server_list=(*group.server_list, *orphans))
            if group.name == DEFAULT_GROUP
            else group
            for group in groups
        )
    old = next((group for group in before if group.name == DEFAULT_GROUP), None)
    default = old or ServerGroup(name=DEFAULT_GROUP, server_group_id=new_id())
    return (*groups, default._replace(server_list=orphans))


def _merged(old: Server | None, given: Server) -> Server:
    """Return a server as it was given, with what is known of it beside."""
    if old is None:
        return given
    return old._replace(
        server_type=given.server_type or old.server_type,
        vm_server=given.vm_server if given.vm_server != VmServer() else old.vm_server,
        replication_job_id=given.replication_job_id or old.replication_job_id,
    )


def check_identity(app: App, settings: Settings) -> None:
    """Hold what an application is, without its launch configuration, against the fields' rules and the limits.

    Raises MissingParameter, BadParameter or InvalidInput.
    """
    for at, group in enumerate(app.server_groups):
        for index, server in enumerate(group.server_list):
            if not server.server_id:
                raise MissingParameter(f"serverGroups[{at}].serverList[{index}].serverId")
    count = sum(len(group.server_list) for group in app.server_groups)
    if len(app.server_groups) > settings.max_groups:
        raise _too_many(len(app.server_groups), "server groups", settings.max_groups)
    if count > settings.max_servers:
        raise _too_many(count, "servers", settings.max_servers)
    # An application may be empty until it is launched, and its launch configuration is judged by itself.
    wrong = [one for one in errors(check_app(_bare(app))) if one.code not in _LATER]
    if any(one.code != "MORE_PROBLEMS" for one in wrong):  # by itself, it counts what is judged later
        raise InvalidInput(wrong)


_LATER = ("EMPTY_LIST", "LOGICAL_ID_COLLISION")


def _too_many(count: int, what: str, most: int) -> BadParameter:
    return BadParameter(f"{count:,} {what} are more than the {most:,} that an application can have")


def _bare(app: App) -> App:
    groups = tuple(
        group._replace(
            launch_order=0,
            launch_defaults=Launch(),
            server_list=tuple(server._replace(launch=Launch(), image_id="") for server in group.server_list),
        )
        for group in app.server_groups
    )
    return app._replace(launch_defaults=Launch(), role_name="", profile="hardened", server_groups=groups)
