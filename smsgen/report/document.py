"""A change set as a document for programs, JSON or YAML: the API's answer, and beside it what lies beyond."""

from __future__ import annotations

from typing import Any

from smsgen.changes.change_set import ChangeSet
from smsgen.changes.masking import mask_of, secret_name
from smsgen.changes.model import MISSING
from smsgen.report.view import ChangeSetView, view_of

VERSION = 1
"""Of the document's shape; it rises when a key changes its meaning."""


def document(change_set: ChangeSet, *, include_property_values: bool = True) -> dict[str, Any]:
    """Return the document as plain data, secrets masked.

    `changeSet` is DescribeChangeSet's answer (contexts parsed), `counts`, `findings`, `beyond` and, where there is any,
    `uncertain` are smsgen's own, and so is `servers`: of those that change, their names and launch orders by logical id
    (`Child/Id` in a nested stack). `nested` holds the answers of nested stacks.
    """
    view = view_of(change_set)
    return {
        "version": VERSION,
        "counts": view.counts,
        "changeSet": _answer(change_set, include_property_values),
        "findings": [one._asdict() for one in view.findings],
        "beyond": _edits(view),
        **({"uncertain": list(view.uncertain)} if view.uncertain else {}),
        **_servers(view),
    } | _nested(change_set, include_property_values)


def _servers(view: ChangeSetView) -> dict[str, Any]:
    servers = {
        row.logical_id: {"name": row.server, "launchOrder": row.launch_order}
        for row in view.rows
        if row.launch_order is not None
    }
    return {"servers": servers} if servers else {}


def _answer(change_set: ChangeSet, include_property_values: bool) -> Any:
    mask = mask_of(change_set)
    answer = change_set.describe(include_property_values, contexts="parsed")
    for change in answer["Changes"]:
        resource = change["ResourceChange"]
        contexts = resource.get("BeforeContext"), resource.get("AfterContext")
        for detail in resource.get("Details", ()):
            target = detail["Target"]
            name = secret_name(str(target.get("Path", "")), *contexts)
            for key in ("BeforeValue", "AfterValue"):
                if key in target:
                    target[key] = mask(target[key], name)
    return mask(answer)


def _nested(change_set: ChangeSet, include_property_values: bool) -> dict[str, Any]:
    if not change_set.nested:
        return {}
    children = {name: _answer(child, include_property_values) for name, child in change_set.nested.items()}
    return {"nested": children}


def _edits(view: ChangeSetView) -> list[dict[str, Any]]:
    return [
        {
            key: value
            for key, value in (
                ("kind", edit.kind),
                ("name", edit.name),
                ("change", edit.change),
                ("before", edit.before),
                ("after", edit.after),
            )
            if value is not MISSING
        }
        for edit in view.edits
    ]


def render(change_set: ChangeSet, format: str, *, include_property_values: bool = True) -> str:  # noqa: A002 - the option's name
    """Return the document as text; `format` is "json" or "yaml"."""
    data = document(change_set, include_property_values=include_property_values)
    if format == "json":
        import json

        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    from smsgen.cfn.text import dump_yaml

    return dump_yaml(data)
