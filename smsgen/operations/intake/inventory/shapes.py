"""What a row says that is not its server's own: read once for all the rows that say the same.

Lists of thousands of servers have few combinations of type, subnet, groups and tags.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from smsgen.model.kinds import ListOf
from smsgen.model.launch_fields import LAUNCH
from smsgen.model.launching.tag_fields import TAGS
from smsgen.operations.intake.inventory.advice import instance_type_for
from smsgen.operations.intake.inventory.cell_checks import (
    LAUNCH_FIELDS,
    platform_of,
    taken,
    wrong_tag,
    wrong_with,
)
from smsgen.operations.intake.inventory.yaml_text import launch_texts
from smsgen.operations.intake.lists.cells import entries_in, tag_pairs
from smsgen.operations.intake.lists.columns import column_of

OWN_COLUMNS = frozenset(
    {
        *("name", "fqdn", "serverId", "externalId", "vmId", "vmManagerId", "vmManagerName", "vmManagerType"),
        *(
            "wave",
            "vmPath",
            "ip",
            "privateIpAddress",
            "logicalId",
            "imageId",
            "disks",
            "folder",
            "datacenter",
            "firmware",
        ),
    }
)
"""What belongs to one server."""

APP_COLUMNS = frozenset({"application", "applications", "applicationDescription", "account", "region"})
_FIELDS = frozenset(LAUNCH_FIELDS) - OWN_COLUMNS


class LaunchShape(NamedTuple):
    """How servers are launched whose rows say the same: fields, tags, their text; tier, wave and order.

    `complaints`: what is not taken of each such row, and what to do.
    """

    launch: Mapping[str, Any]
    tags: Mapping[str, str]
    texts: tuple[str, str]
    group: str
    wave: str
    launch_order: str
    complaints: tuple[tuple[str, str], ...]


class Columns(NamedTuple):
    """The columns that a row has, apart from its server's own: of servers alike, and of the application."""

    shared: tuple[str, ...]
    application: tuple[str, ...]


@lru_cache(1 << 12)
def columns_among(columns: tuple[str, ...]) -> Columns:
    """Return which of the columns of a row say what."""
    of_app = tuple(name for name in columns if name in APP_COLUMNS or name.startswith("appTag:"))
    shared = tuple(name for name in columns if name not in OWN_COLUMNS and name not in of_app)
    return Columns(shared, of_app)


class _SharedCells:
    """The shared cells of rows, and what is said of those that are not taken."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.complaints: list[tuple[str, str]] = []

    def take(self, column: str) -> Any:
        """Return what a column says, as its field takes it; None where it will not do."""
        value, message, hint = taken(column, self.values[column])
        if message:
            self.leave_out(message, hint)
        return value

    def leave_out(self, message: str, hint: str) -> None:
        """Say that a value is not taken."""
        self.complaints.append((message, hint))


@lru_cache(1 << 14)
def shape_of(columns: tuple[str, ...], texts: tuple[str, ...]) -> LaunchShape:
    """Return how a server is launched in whose row these columns say this."""
    cells = _SharedCells(dict(zip(columns, texts, strict=True)))
    values = cells.values
    launch = {column: cells.take(column) for column in values if column in _FIELDS}
    launch = {column: value for column, value in launch.items() if value is not None}
    _add_groups(cells, launch)
    platform = platform_of(values.get("platform", "")) or platform_of(values.get("guest", ""))
    if platform:
        launch["platform"] = platform
    advice = _advise(cells, launch)
    tags = _tags(cells)
    group, wave, order = (
        values.get(column) or _said_by_tag(tags, column) for column in ("group", "wave", "launchOrder")
    )
    return LaunchShape(
        launch, tags, launch_texts(launch, tags, advice), group, wave, order, tuple(cells.complaints)
    )


def _add_groups(cells: _SharedCells, launch: dict[str, Any]) -> None:
    texts = [text for column, text in cells.values.items() if column.startswith("securityGroups")]
    if not texts:
        return
    groups = list(dict.fromkeys(entry for text in texts for entry in entries_in(text)))
    for group in groups:
        message, hint = wrong_with("securityGroup", group)
        if message:
            cells.leave_out(message, hint)
            return
    most = _most_groups()
    if len(groups) > most:
        cells.leave_out(f"{len(groups)} security groups are more than {most}", "an interface takes no more")
    elif len(groups) == 1:
        launch["securityGroup"] = groups[0]
    elif groups:
        launch["securityGroups"] = groups


def _most_groups() -> int:
    kind = LAUNCH.fields["securityGroups"].kind
    return kind.most if isinstance(kind, ListOf) else 16


def _advise(cells: _SharedCells, launch: dict[str, Any]) -> str:
    """Give a server without an instance type that of its CPUs and memory, and return the rule."""
    cpus, memory = cells.values.get("cpus"), cells.values.get("memory")
    if "instanceType" in launch or cpus is None or memory is None:
        return ""
    name, rule = instance_type_for(int(cpus), int(memory))
    if name:
        launch["instanceType"] = name
    else:
        message = f"no instance type that is advised has {cpus} CPUs and {memory} MiB"
        cells.leave_out(message, "name one in the file: instanceType")
    return rule


def _tags(cells: _SharedCells) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for key, value in _pairs(cells.values):
        message, hint = wrong_tag(key, value)
        if message:
            cells.leave_out(message, hint)
        else:
            pairs[key] = value
    if len(pairs) > TAGS.most:
        cells.leave_out(f"{len(pairs)} tags are more than {TAGS.most}", "only the first are taken")
    return dict(sorted(pairs.items())[: TAGS.most])


def _pairs(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield tags; of those with one key the last counts: what MGN gives an instance wins over the server's own."""
    if "tags" in values:
        yield from tag_pairs(values["tags"]).items()
    if values.get("transferTags", "").casefold() not in ("false", "no"):
        yield from ((column[10:], text) for column, text in values.items() if column.startswith("serverTag:"))
    yield from ((column[4:], text) for column, text in values.items() if column.startswith("tag:"))


def _said_by_tag(tags: Mapping[str, str], column: str) -> str:
    """Return what a tag says that is called as one of our columns (`tier`, `role`), "" where none is."""
    return next((value for key, value in tags.items() if column_of(key)[0] == column), "")
