"""How much memory compiling an application would take: refused before it is taken.

launchDefaults give a few lines to every server, so a file of 1 MB can ask for gigabytes of tags, volumes and scripts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from smsgen.compiler.resolve import ResolvedServer
from smsgen.compiler.scripts import text_of
from smsgen.errors import Diagnostic, InvalidInput

MOST = 600_000_000
"""Bytes, as measured below: 20,000 servers with ten tags, two volumes and a script of 5 KB each take 570 million."""

_SERVER, _TAG, _VOLUME, _CHARACTER = 10_000, 300, 1_300, 2.5


def refuse_heavy(servers: Iterable[ResolvedServer], tags: int, scripts: Mapping[str, bytes]) -> None:
    """Raise InvalidInput where the servers are too much to compile at once. `tags`: how many the application has."""
    weight = sum(_weight(server, tags, scripts) for server in servers)
    if weight > MOST:
        message = (
            f"the servers, with what launchDefaults give each of them, would take {weight / MOST:.1f} times the memory"
            " that smsgen takes"
        )
        hint = "make several applications of it, each with a file of its own"
        raise InvalidInput([Diagnostic("TOO_LARGE", message, hint, path=("serverGroups",))])


def _weight(server: ResolvedServer, tags: int, scripts: Mapping[str, bytes]) -> float:
    launch = server.launch
    text = text_of(server, scripts) or ""
    lists: tuple[tuple[Any, ...], ...] = (
        launch.volumes or (),
        launch.network_interfaces or (),
        launch.elastic_ip_addresses or (),
        launch.record_sets or (),
        launch.ssm_associations or (),
        launch.target_groups or (),
    )
    return (
        _SERVER
        + _TAG * (tags + len(launch.tags or ()))
        + _VOLUME * sum(map(len, lists))
        + _TAG * sum(len(entry.tags or ()) for entries in lists[:3] for entry in entries)
        + _CHARACTER * len(text)
    )
