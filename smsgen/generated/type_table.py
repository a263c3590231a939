"""How a generated table by resource type is read: one text, searched by type name, so that loading it costs nothing.

A type stands on a line of its own; its words follow on lines that begin with a space.
"""

from __future__ import annotations


def words_of_type(table: str, type_name: str) -> list[str] | None:
    """Return the words of a resource type, in the table's order; None where the type is not in the table."""
    start = table.find(f"\n{type_name}\n")
    if start < 0:
        return None
    entry: list[str] = []
    position = start + len(type_name) + 2
    while table.startswith(" ", position):
        end = table.index("\n", position)
        entry += table[position:end].split()
        position = end + 1
    return entry
