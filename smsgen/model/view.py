"""An application as the rules look at it: what stands where, laid out once for all of them."""

from collections.abc import Callable
from typing import NamedTuple

from smsgen.errors import Path
from smsgen.model.app import App, Server, ServerGroup
from smsgen.model.launch import Launch
from smsgen.model.problems import Problems


class LaunchPlace(NamedTuple):
    """A launch configuration, where it stands, and for how many servers it speaks."""

    path: Path
    launch: Launch
    servers: int


class AppView(NamedTuple):
    """An application as the rules look at it."""

    app: App
    groups: tuple[tuple[Path, ServerGroup], ...]
    servers: tuple[tuple[Path, ServerGroup, Server], ...]
    launches: tuple[LaunchPlace, ...]
    """Those that say anything."""


Rule = Callable[[AppView, Problems], None]


def view(app: App) -> AppView:
    """Lay an application out for the rules, once for all of them."""
    groups = tuple((("serverGroups", index), group) for index, group in enumerate(app.server_groups))
    servers = tuple(
        ((*path, "serverList", index), group, server)
        for path, group in groups
        for index, server in enumerate(group.server_list)
    )
    places = [LaunchPlace(("launchDefaults",), app.launch_defaults, len(servers))]
    places += [
        LaunchPlace((*at, "launchDefaults"), group.launch_defaults, len(group.server_list))
        for at, group in groups
    ]
    places += [LaunchPlace((*at, "launch"), server.launch, 1) for at, _, server in servers]
    nothing = Launch()
    return AppView(app, groups, servers, tuple(place for place in places if place.launch != nothing))
