"""An application as the API tells of it -> the drawing of its launch order, each server with its state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from smsgen.report.graph import Card, Graph, Group, Lane, LaneGate, svg
from smsgen.server.console.reading import LaunchedServer
from smsgen.server.console.words import in_words, server_name

MOST_CARDS = 12
"""A group of more servers is drawn as one card for each state."""


class ServerRow(NamedTuple):
    """A server with everything that is known of it. `state` is one of STATES."""

    server: Mapping[str, Any]
    group_id: str
    group_name: str
    order: int
    state: str
    job: Mapping[str, Any]
    run: Mapping[str, Any]
    image: str
    launched: LaunchedServer

    @property
    def name(self) -> str:
        """Return what people call it."""
        return server_name(self.server)


STATES = ("failed", "launching", "launched", "copying", "image ready", "no image")
"""What a server can be, the one that matters most first."""


def state_of(run: Mapping[str, Any], image: str, launched: LaunchedServer) -> str:
    """Return what a server is, by its last run, its image and its resource in the stack."""
    resource = launched.resource
    status = resource.status if resource else ""
    if status.endswith("_FAILED"):
        return "failed"
    if status.endswith("_IN_PROGRESS"):
        return "launching"
    if run.get("state") == "ACTIVE":
        return "copying"
    if status and not status.startswith("DELETE"):
        return "launched"
    if image:
        return "image ready"
    return "failed" if run.get("state") == "FAILED" else "no image"


def picture(name: str, rows: Iterable[ServerRow]) -> str:
    """Return the drawing as SVG for a page, without a style sheet of its own."""
    lanes: dict[int, dict[tuple[str, str], list[ServerRow]]] = {}
    for row in rows:
        lanes.setdefault(row.order, {}).setdefault((row.group_name, row.group_id), []).append(row)
    drawn = [_lane(order, groups, last=order == max(lanes)) for order, groups in sorted(lanes.items())]
    if not drawn:
        return ""
    graph = Graph("", "", f"Launch order of {name}", tuple(drawn))
    before, _, rest = svg.render(graph, page=True).partition("<style>")
    return before + rest.partition("</style>")[2]


def _lane(order: int, groups: Mapping[tuple[str, str], list[ServerRow]], *, last: bool) -> Lane:
    number = sum(map(len, groups.values()))
    drawn = tuple(
        Group(name or group_id, len(rows), _cards(rows)) for (name, group_id), rows in groups.items()
    )
    return Lane(str(order), number, drawn, None if last else LaneGate("", _when(number)))


def _when(number: int) -> str:
    return "when it is ready" if number == 1 else f"when all {number} are ready"


def _cards(rows: list[ServerRow]) -> tuple[Card, ...]:
    if len(rows) <= MOST_CARDS:
        return tuple(
            Card(row.name, _lines(row), (), (row.name, row.state), kind=row.state, target=_place(row))
            for row in rows
        )
    cards = []
    for state in STATES:
        alike = [row for row in rows if row.state == state]
        if alike:
            names = f"{alike[0].name} … {alike[-1].name}" if len(alike) > 1 else alike[0].name
            cards.append(
                Card(
                    names, (f"{len(alike)} servers",), number=len(alike), kind=state, target=_place(alike[0])
                )
            )
    return tuple(cards)


def _place(row: ServerRow) -> str:
    return f"server-{row.server.get('serverId', '')}"


def _lines(row: ServerRow) -> tuple[str, ...]:
    instance, resource = row.launched.instance, row.launched.resource
    if row.state == "copying":
        details = row.run.get("stageDetails", {})
        return (str(details.get("stage", "")), str(details.get("stageProgress", "")))
    if row.state in ("failed", "launching") and resource:
        return (in_words(resource.status),)
    if instance:
        return tuple(line for line in (instance.instance_id, instance.private_ip) if line)
    return (row.image,) if row.image else ()
