"""Three-way merge of an application file: what the last import wrote, what stands there, what the list says.

Whatever only one side has changed is as that side has it; what both have changed otherwise is a conflict, and stays as
it stands. The same steps are made on two trees: on plain data, which says what has to come out, and on the tree that
keeps comments and layout (`round_trip`), which is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from json import dumps
from typing import Any, NamedTuple

from smsgen.operations.intake.inventory.entries import AppEntry, ServerEntry, keys_of, unique_keys, with_all

Mark = Callable[[str], None]
"""Writes a comment beside a value."""

_NOTHING = object()
_KEYED = {"tags": "key"}
"""Lists that are maps by one of their entries' fields."""


class Tree(NamedTuple):
    """The document that is changed, the list's one, from which parts are taken, and how to change it.

    `set_comment`: container, key and comment. `take_comment`: from one container's key to another's. `move_trailing`:
    what stands below one part, and so above the next, to below another.
    """

    document: Any
    new: Any
    set_comment: Callable[[Any, Any, str], None]
    take_comment: Callable[[Any, Any, Any], None]
    move_trailing: Callable[[Any, Any], None]


class MergeConflict(NamedTuple):
    """What both sides have changed: of what, and what the list says."""

    what: str
    says: str


class Sides(NamedTuple):
    """A document before, there and new."""

    before: Any
    there: Any
    new: Any


def merge_documents(sides: Sides, entries: tuple[AppEntry, AppEntry], tree: Tree) -> list[MergeConflict]:
    """Change the tree of what is there to what it has to be; return the conflicts. `entries`: before, and new."""
    conflicts: list[MergeConflict] = []
    head = Sides(*(_without(side, "serverGroups") for side in sides))
    _merge_map(head, tree.document, tree.new, tree, ("",), _no_mark, conflicts)
    _Servers(sides, entries, tree, conflicts).merge()
    return conflicts


def _without(document: Any, key: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != key}


def _no_mark(_: str) -> None:
    """Write no comment: there is nothing to write it beside."""


def _merge_map(
    sides: Sides,
    node: Any,
    new_node: Any,
    tree: Tree,
    path: tuple[str, ...],
    above: Mark,
    conflicts: list[MergeConflict],
) -> None:
    for key in dict.fromkeys((*sides.before, *sides.new)):
        before, there, new = (side.get(key, _NOTHING) for side in sides)
        if new in (before, there):
            continue

        def mark(comment: str, key: str = key) -> None:
            if key in node:
                tree.set_comment(node, key, comment)
            else:
                above(comment)

        if all(isinstance(side, dict) for side in (there, new)):
            inner = Sides(before if isinstance(before, dict) else {}, there, new)
            _merge_map(inner, node[key], new_node[key], tree, (*path, key), mark, conflicts)
        elif key in _KEYED and all(isinstance(side, list) for side in (there, new)):
            _merge_keyed(Sides(before, there, new), node[key], new_node[key], tree, (*path, key), conflicts)
        elif there == before:
            _put(node, key, new, new_node, tree)
        else:
            says = "nothing" if new is _NOTHING else _short(new)
            mark(f"conflict: the list says {says}")
            conflicts.append(MergeConflict(" ".join(filter(None, (*path, key))), says))


def _put(node: Any, key: str, new: Any, new_node: Any, tree: Tree) -> None:
    """Give a key of a map the list's value, or take it out; a new one goes before the last: comments follow that."""
    if new is _NOTHING:
        del node[key]
    elif key in node or not hasattr(node, "insert"):
        node[key] = new_node[key]
        tree.take_comment(new_node, node, key)
    else:
        node.insert(max(len(node) - 1, 0), key, new_node[key])
        tree.take_comment(new_node, node, key)


def _merge_keyed(
    sides: Sides, node: Any, new_node: Any, tree: Tree, path: tuple[str, ...], conflicts: list[MergeConflict]
) -> None:
    name = _KEYED[path[-1]]
    before, there, new = (
        {entry.get(name): entry for entry in side if isinstance(entry, dict)}
        if isinstance(side, list)
        else {}
        for side in sides
    )
    for key in dict.fromkeys((*before, *new)):
        old, own, stated = before.get(key), there.get(key), new.get(key)
        if stated in (old, own):
            continue
        index = next((at for at, entry in enumerate(node) if entry.get(name) == key), len(node))
        if own == old:
            _put_entry(node, index, stated, new_node, name)
        else:
            says = "nothing" if stated is None else _short(stated.get("value"))
            if index < len(node):
                tree.set_comment(node, index, f"conflict: the list says {says}")
            conflicts.append(MergeConflict(" ".join(filter(None, (*path, str(key)))), says))


def _put_entry(node: Any, index: int, stated: Any, new_node: Any, name: str) -> None:
    if stated is None:
        del node[index]
        return
    entry = next(entry for entry in new_node if entry.get(name) == stated.get(name))
    if index < len(node):
        node[index] = entry
    else:
        node.insert(max(len(node) - 1, 0), entry)


def _short(value: Any) -> str:
    text = " ".join((value if isinstance(value, str) else dumps(value, ensure_ascii=False)).split())
    return f"{text[:80]}…" if len(text) > 80 else text


# --- Servers ------------------------------------------------------------------------------------------------------


class _Place(NamedTuple):
    """A server in a document: indices of its group and of itself, the name of the group, the server's data."""

    group_at: int
    server_at: int
    group_name: str
    data: Mapping[str, Any]


class _Servers:
    """The groups and servers of a document, matched by what each is known by."""

    def __init__(
        self, sides: Sides, entries: tuple[AppEntry, AppEntry], tree: Tree, conflicts: list[MergeConflict]
    ) -> None:
        self._sides, self._tree, self._conflicts = sides, tree, conflicts
        self._before = _by_id(entries[0], sides.before)
        self._new = _by_id(entries[1], sides.new)
        self._there = _by_keys(sides.there)
        self._keys = {server.logical_id: server.keys for entry in entries for server in entry.servers}
        self._nodes = {
            key: tree.document["serverGroups"][at.group_at]["serverList"][at.server_at]
            for key, at in self._there.items()
        }

    def merge(self) -> None:
        """Merge groups, then servers."""
        self._merge_groups()
        for logical_id, new in self._new.items():
            self._merge_server(logical_id, self._before.get(logical_id), new)
        for logical_id, before in self._before.items():
            if logical_id not in self._new:
                self._take_out(logical_id, before)
        self._drop_empty_groups()

    def _groups(self) -> Any:
        return self._tree.document["serverGroups"]

    def _merge_groups(self) -> None:
        before, new = ({group["name"]: group for group in side["serverGroups"]} for side in self._sides[::2])
        for index, there in enumerate(self._sides.there["serverGroups"]):
            name = there.get("name", "")
            if name in new and name in before:
                sides = Sides(*(_without(side, "serverList") for side in (before[name], there, new[name])))
                node, new_node = self._groups()[index], self._new_group(name)
                _merge_map(
                    sides, node, new_node, self._tree, (f"the group {name}:",), _no_mark, self._conflicts
                )

    def _new_group(self, name: str) -> Any:
        return next(group for group in self._tree.new["serverGroups"] if group["name"] == name)

    def _find(self, logical_id: str) -> str:
        """Return the key by which a server stands in the file, "" where it does not."""
        return next((key for key in with_all(self._keys[logical_id]) if key in self._there), "")

    def _merge_server(self, logical_id: str, before: _Place | None, new: _Place) -> None:
        key = self._find(logical_id)
        new_node = self._tree.new["serverGroups"][new.group_at]["serverList"][new.server_at]
        if not key:
            if before is None:
                self._insert(new_node, new)
            return
        there, node = self._there[key], self._nodes[key]
        sides = Sides(before.data if before else {}, there.data, new.data)
        path = (f"{_name_of(new.data) or logical_id}:",)

        def mark(comment: str) -> None:
            self._tree.set_comment(node, next(iter(node)), comment)

        _merge_map(sides, node, new_node, self._tree, path, mark, self._conflicts)
        if before and before.group_name != new.group_name != there.group_name:
            if there.group_name == before.group_name:
                self._remove(node)
                self._insert(node, new)
            else:
                mark(f"conflict: the list puts it into the group {new.group_name}")
                self._conflicts.append(MergeConflict(f"{path[0]} its group", new.group_name))

    def _insert(self, node: Any, place: _Place) -> None:
        """Put a server into its group, before the last of it, which comments may follow."""
        home = self._home(place.group_name)
        if home is not None:
            self._put_in(home["serverList"], node)
            return
        group = self._new_group(place.group_name)
        while len(group["serverList"]):
            del group["serverList"][-1]
        group["serverList"].append(node)
        self._put_in(self._groups(), group)

    def _home(self, name: str) -> Any:
        """Return the group of a name; or, where somebody renamed it, the one in which its servers are now."""
        for group in self._groups():
            if group.get("name") == name:
                return group
        keys = (self._find(own) for own, place in self._before.items() if place.group_name == name)
        nodes = [self._nodes[key] for key in keys if key]
        holders = (
            group for group in self._groups() if any(server is nodes[0] for server in group["serverList"])
        )
        return next(holders, None) if nodes else None

    def _put_in(self, entries: Any, node: Any) -> None:
        """Put a server or a group before the last; what stands above that stays there."""
        index = max(len(entries) - 1, 0)
        if index:
            self._tree.move_trailing(entries[index - 1], node)
        entries.insert(index, node)

    def _cut(self, entries: Any, index: int) -> None:
        """Take out a server or a group; what stands below it, and so above the next, stays."""
        if index:
            self._tree.move_trailing(entries[index], entries[index - 1])
        del entries[index]

    def _remove(self, node: Any) -> None:
        for group in self._groups():
            for index, server in enumerate(group["serverList"]):
                if server is node:
                    self._cut(group["serverList"], index)
                    return

    def _take_out(self, logical_id: str, before: _Place) -> None:
        key = self._find(logical_id)
        if not key:
            return
        if self._there[key].data == before.data:
            self._remove(self._nodes[key])
        else:
            node = self._nodes[key]
            self._tree.set_comment(node, next(iter(node)), "conflict: the list no longer has this server")
            self._conflicts.append(
                MergeConflict(f"{_name_of(before.data) or logical_id}:", "no longer there")
            )

    def _drop_empty_groups(self) -> None:
        groups = self._groups()
        for index in range(len(groups) - 1, -1, -1):
            if not groups[index]["serverList"]:
                self._cut(groups, index)


def _name_of(server: Mapping[str, Any]) -> str:
    vm = server.get("vmServer")
    return str(vm.get("vmName", "")) if isinstance(vm, dict) else ""


def _by_id(entry: AppEntry, document: Any) -> dict[str, _Place]:
    """Return logical id -> place, of a document that was made of an entry."""
    places = {}
    for at, (group, data) in enumerate(zip(entry.groups, document["serverGroups"], strict=True)):
        for index, (server, own) in enumerate(zip(group.servers, data["serverList"], strict=True)):
            places[server.logical_id] = _Place(at, index, group.name, own)
    return places


def _by_keys(document: Any) -> dict[str, _Place]:
    """Return what servers of a file are known by -> where they stand; what several have in common tells none."""
    places: dict[str, _Place] = {}
    entries = []
    for at, group in enumerate(document["serverGroups"]):
        for index, server in enumerate(group["serverList"]):
            own_id = f"{at} {index}"
            places[own_id] = _Place(at, index, str(group.get("name", "")), server)
            entries.append(ServerEntry(_keys(server), own_id, ""))
    return {key: places[entry.logical_id] for key, entry in unique_keys(entries).items()}


def _keys(server: Mapping[str, Any]) -> tuple[str, ...]:
    vm = server.get("vmServer") or {}
    address = vm.get("vmServerAddress") or {}
    fields = (server.get("serverId"), address.get("vmManagerId"), address.get("vmId"), "", vm.get("vmName"))
    return keys_of(*(str(field) if field else "" for field in fields))
