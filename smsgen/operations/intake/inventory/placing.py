"""Servers -> applications: which row is which server, and what belongs together in which order.

A server is known by its serverId, its vCenter and vmId, or what else its list knows it by; else by its name within the
application. A row that says again what another said is left out; what it adds is taken.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from smsgen.errors import Diagnostic, Location
from smsgen.model.check import read_plain
from smsgen.model.fields import APP
from smsgen.model.launching.tag_fields import TAGS
from smsgen.model.names import group_prefix
from smsgen.operations.intake.inventory.advice import LAUNCH_ORDER_RULE, launch_order_for
from smsgen.operations.intake.inventory.cell_checks import wrong_tag, wrong_with
from smsgen.operations.intake.inventory.servers import PlannedServer, planned
from smsgen.operations.intake.inventory.shapes import columns_among
from smsgen.operations.intake.lists.cells import whole_number
from smsgen.operations.intake.lists.listing import ListedRow, cell_left_out, row_left_out, title_of


class PlannedGroup(NamedTuple):
    """Servers that launch together; `advice` is what the comment beside the order says, "" where the list says it."""

    name: str
    launch_order: int
    advice: str
    servers: tuple[PlannedServer, ...]


class PlannedApp(NamedTuple):
    """An application as its file is to say it. `where`: account and Region. `waves`: those of its servers."""

    name: str
    description: str
    tags: Mapping[str, str]
    waves: tuple[str, ...]
    where: tuple[str, str]
    groups: tuple[PlannedGroup, ...]


class Placement(NamedTuple):
    """The applications, by name; and of every row that is in none of them, why."""

    apps: tuple[PlannedApp, ...]
    diagnostics: tuple[Diagnostic, ...]


def place(rows: Iterable[ListedRow], *, application: str = "") -> Placement:
    """Put servers into applications; `application`: where those belong whose rows name none."""
    diagnostics: list[Diagnostic] = []
    apps: dict[str, list[ListedRow]] = {}
    for name, row in _own_rows(rows, application, diagnostics):
        apps.setdefault(name, []).append(row)
    placed = [_app(name, apps[name], diagnostics) for name in sorted(apps)]
    return Placement(tuple(app for app in placed if app.groups), tuple(diagnostics))


# --- Which row is which server ------------------------------------------------------------------------------------


def _own_rows(
    rows: Iterable[ListedRow], application: str, diagnostics: list[Diagnostic]
) -> Iterator[tuple[str, ListedRow]]:
    """Yield application and row of each server; rows that say more of one server are joined to the first."""
    known: dict[Hashable, int] = {}
    taken: list[tuple[str, ListedRow]] = []
    for row in rows:
        app, why, hint = _application(row.values, application)
        if why:
            diagnostics.append(row_left_out(row.location, f"{title_of(row.values)}: {why}", hint))
            continue
        keys = list(_keys(row.values, app))
        before = next((known[key] for key in keys if key in known), None)
        if before is None:
            known |= dict.fromkeys(keys, len(taken))
            taken.append((app, row))
        else:
            taken[before] = taken[before][0], _joined(taken[before], app, row, diagnostics)
            for key in keys:
                known.setdefault(key, before)
    return iter(taken)


def _application(values: Mapping[str, str], default: str) -> tuple[str, str, str]:
    """Return the application of a row; or why it has none, and what to do."""
    if not any(column in values for column in ("name", "fqdn", "vmId", "serverId")):
        return "", "it has no name, no serverId and no vmId", "give it a name"
    listed = values.get("applications")
    several = [part.strip() for part in re.split("[,;]", listed) if part.strip()] if listed else []
    if len(several) > 1:
        return (
            "",
            f"it belongs to {' and to '.join(several)}",
            "a server is in one application: leave the others out",
        )
    name = values.get("application") or (several[0] if several else "") or default
    if not name:
        hint = "name it in a column application; --columns application=… or --application NAME say it for all"
        return "", "nothing says which application it belongs to", hint
    message, hint = wrong_with("application", name)
    return ("" if message else name), message, hint


def _keys(values: Mapping[str, str], app: str) -> Iterator[Hashable]:
    """Yield by what a server is known; its name counts within its application, and only where nothing else does."""
    any_id = False
    if "serverId" in values and not wrong_with("serverId", values["serverId"])[0]:
        any_id = True
        yield "serverId", values["serverId"]
    if "externalId" in values:
        any_id = True
        yield "externalId", values["externalId"]
    if "vmId" in values and not wrong_with("vmId", values["vmId"])[0]:
        any_id = True
        yield "vm", values.get("vmManagerId", ""), values["vmId"]
    if not any_id:
        yield "name", app, (values.get("name") or values.get("fqdn", "")).casefold()


def _joined(
    first: tuple[str, ListedRow], app: str, row: ListedRow, diagnostics: list[Diagnostic]
) -> ListedRow:
    before = first[1]
    line = f"row {before.location.line}" + (
        "" if before.location.file == row.location.file else f" of {before.location.file}"
    )
    differs = [column for column, text in row.values.items() if before.values.get(column, text) != text]
    if app != first[0] or differs:
        what = f"the application {first[0]}" if app != first[0] else ", ".join(differs)
        message = f"{title_of(row.values)}: it is the server of {line}, which says otherwise: {what}"
        diagnostics.append(
            row_left_out(row.location, message, "keep one of the two rows, or give each its own id")
        )
        return before
    more = [column for column in row.values if column not in before.values]
    message = f"{title_of(row.values)}: it is the server of {line} again"
    hint = f"what it adds is taken: {', '.join(more)}" if more else "remove it"
    diagnostics.append(row_left_out(row.location, message, hint))
    return before._replace(values={**before.values, **row.values})


# --- One application ----------------------------------------------------------------------------------------------


def _app(name: str, rows: Sequence[ListedRow], diagnostics: list[Diagnostic]) -> PlannedApp:
    where = _where(rows[0].values)
    servers = []
    for row in rows:
        if _where(row.values) != where:
            message = (
                f"{title_of(row.values)}: {name} is in {_written(where)},"
                f" and this is in {_written(_where(row.values))}"
            )
            hint = "an application is one stack: give the servers of another account or Region another application"
            diagnostics.append(row_left_out(row.location, message, hint))
            continue
        server, left_out = planned(row)
        diagnostics += left_out
        if server.fields.get("serverId") or server.vm.get("vmName"):
            servers.append(server)
        else:
            message = f"{title_of(row.values)}: neither its name nor its serverId can be written"
            diagnostics.append(row_left_out(row.location, message, "give it a name"))
    servers = _without_taken_addresses(servers, diagnostics)
    waves = tuple(sorted({wave for server in servers if (wave := server.wave)}, key=_natural))
    return PlannedApp(
        name,
        _description(rows, diagnostics),
        _app_tags(rows, diagnostics),
        waves,
        where,
        tuple(_groups(servers, waves, diagnostics)),
    )


def _where(values: Mapping[str, str]) -> tuple[str, str]:
    return values.get("account", ""), values.get("region", "")


def _written(where: tuple[str, str]) -> str:
    return " ".join(filter(None, where)) or "no account"


def _description(rows: Sequence[ListedRow], diagnostics: list[Diagnostic]) -> str:
    described = [row for row in rows if "applicationDescription" in row.values]
    if not described:
        return ""
    text = described[0].values["applicationDescription"]
    problems = read_plain(APP.fields["description"].kind, text, "description")[1]
    for problem in problems[:1]:
        diagnostics.append(cell_left_out(described[0].location, problem.message, problem.hint))
    return "" if problems else text


def _app_tags(rows: Sequence[ListedRow], diagnostics: list[Diagnostic]) -> dict[str, str]:
    tags: dict[str, str] = {}
    said: dict[tuple[tuple[str, ...], tuple[str, ...]], Location] = {}
    for row in rows:
        columns = columns_among(tuple(row.values)).application
        said.setdefault((columns, tuple([row.values[column] for column in columns])), row.location)
    for (columns, texts), location in said.items():
        for column, text in zip(columns, texts, strict=True):
            if column.startswith("appTag:"):
                _add_tag(tags, column[7:], text, location, diagnostics)
    return dict(sorted(tags.items())[: TAGS.most])


def _add_tag(
    tags: dict[str, str], key: str, text: str, location: Location, diagnostics: list[Diagnostic]
) -> None:
    message, hint = wrong_tag(key, text)
    if not message and tags.get(key, text) != text:
        message, hint = f"the application's tag {key} is {tags[key]!r} already", "keep one"
    if message:
        diagnostics.append(cell_left_out(location, message, hint))
    else:
        tags[key] = text


def _without_taken_addresses(
    servers: Iterable[PlannedServer], diagnostics: list[Diagnostic]
) -> list[PlannedServer]:
    """Return servers, none with a private address that another has in its subnet."""
    taken: dict[tuple[str, str], Location] = {}
    differing = []
    for server in servers:
        address = server.address
        if address:
            place_of = (server.shape.launch.get("subnet", ""), address)
            first = taken.setdefault(place_of, server.location)
            if first is not server.location:
                message = f"{server.name}: {address} is the address of row {first.line} already"
                diagnostics.append(cell_left_out(server.location, message, "give each server its own"))
                server = server._replace(address="")  # noqa: PLW2901 - the same server, without it
        differing.append(server)
    return differing


# --- Groups -------------------------------------------------------------------------------------------------------


def _natural(text: str) -> tuple[int, str]:
    """Return what waves are sorted by: the first number in a name, then the name."""
    number = re.search(r"\d{1,9}", text)
    return (int(number[0]) if number else 10**9), text


@lru_cache(4096)
def _folded(group: str) -> str:
    """Return what two groups have in common that are one in a template."""
    return group_prefix(group).lower()


def _groups(
    servers: Sequence[PlannedServer], waves: Sequence[str], diagnostics: list[Diagnostic]
) -> Iterator[PlannedGroup]:
    members: dict[str, list[tuple[int, str, str, PlannedServer]]] = {}
    for server in servers:
        wave = server.wave if len(waves) > 1 else ""
        tier = server.shape.group[:200]
        step = 1 + waves.index(wave) if wave else 0
        name = " ".join(filter(None, (wave[:50], tier))) or "servers"
        members.setdefault(_folded(name), []).append((step, name, tier, server))
    groups = []
    for (
        group
    ) in members.values():  # what differs in capitals and signs alone is one: in a template it would be
        step, name, tier = min((step, name, tier) for step, name, tier, _ in group)
        servers = sorted((server for *_, server in group), key=_sorting)
        order, advice = _order(servers, step, tier, diagnostics)
        groups.append(PlannedGroup(name, order, advice, tuple(servers)))
    yield from sorted(groups, key=lambda group: (group.launch_order, group.name))


def _sorting(server: PlannedServer) -> tuple[str, ...]:
    values = server.values
    return (
        server.name.casefold(),
        server.name,
        *(values.get(column, "") for column in ("serverId", "vmManagerId", "vmId", "externalId")),
    )


def _order(
    group: Sequence[PlannedServer], step: int, tier: str, diagnostics: list[Diagnostic]
) -> tuple[int, str]:
    """Return the launch order of a group, and the rule where it is advice: the wave's hundred, and the tier's place."""
    stated: dict[int, Location] = {}
    for server in group:
        text = server.shape.launch_order
        if text:
            number = whole_number(text, most=2**31 - 1)
            if number is None:
                message = f"{server.name}: {text!r} is no launch order"
                diagnostics.append(cell_left_out(server.location, message, "write it as 0, 1, 2 …"))
            else:
                stated.setdefault(number, server.location)
    for number in sorted(stated)[1:]:
        message = f"its group has the launch order {min(stated)} already, and not {number}"
        diagnostics.append(cell_left_out(stated[number], message, "servers of a group launch together"))
    if stated:
        return min(stated), ""
    return step * 100 + launch_order_for(tier), LAUNCH_ORDER_RULE
