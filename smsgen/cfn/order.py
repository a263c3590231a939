"""The canonical order of keys in a template: one table, applied before text is made.

Sections and the attributes of resources, parameters and outputs stand in the order people read them; what is inside
`Properties` is alphabetical. Logical ids keep the producer's order (the compiler emits launch order).
"""

from __future__ import annotations

from typing import Any

SECTIONS = (
    "AWSTemplateFormatVersion",
    "Description",
    "Transform",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Hooks",
    "Resources",
    "Outputs",
)

ATTRIBUTES = {
    "Resources": (
        "Type",
        "Condition",
        "DependsOn",
        "CreationPolicy",
        "UpdatePolicy",
        "DeletionPolicy",
        "UpdateReplacePolicy",
        "Metadata",
        "Properties",
    ),
    "Parameters": (
        "Type",
        "Description",
        "Default",
        "NoEcho",
        "AllowedValues",
        "AllowedPattern",
        "MinLength",
        "MaxLength",
        "MinValue",
        "MaxValue",
        "ConstraintDescription",
    ),
    "Outputs": ("Description", "Condition", "Value", "Export"),
}
"""Section -> the order of the keys of each of its members; keys not named here follow, alphabetically."""


def ordered(body: dict[str, Any]) -> dict[str, Any]:
    """Return the template body with its keys in canonical order; the argument is left as it is."""
    in_order = _by_table(body, SECTIONS)
    for section, table in ATTRIBUTES.items():
        members = in_order.get(section)
        if isinstance(members, dict):
            in_order[section] = {name: _member(member, table) for name, member in members.items()}
    return in_order


def _member(member: Any, table: tuple[str, ...]) -> Any:
    if not isinstance(member, dict):
        return member
    in_order = _by_table(member, table)
    if "Properties" in in_order:
        in_order["Properties"] = _sorted(in_order["Properties"])
    return in_order


def _by_table(value: dict[str, Any], table: tuple[str, ...]) -> dict[str, Any]:
    in_order = {key: value[key] for key in table if key in value}
    if len(in_order) != len(value):
        in_order.update((key, value[key]) for key in sorted(value.keys() - in_order.keys()))
    return in_order


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value
